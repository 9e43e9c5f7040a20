"""The panel: a widget that is told what to show and asked for what its page lacks.

What the page and Python say to each other:

========= =========================================================================================
traits    ``layer``, ``feature``, ``rule``, ``resynthesis``, ``position``: what is asked for.
          ``facts`` and ``source``: what was heard. ``shown`` and ``answer``: the feature that
          Python answered last. ``error``, ``status``: words.
page      ``ask`` (a feature that it has not), ``bank`` (a layer that it wants whole), ``control``,
          ``cancel``; ``code`` (what runs there, once a page); each with a ``request``, any text.
Python    ``bank`` (8.5 MB for 64 features of 4 s, once, with binary buffers), ``progress``,
          ``control`` (the untrained network's figure, and the ranking), ``code``, ``done`` (the
          answer to every request, with its ``request`` and an ``error``, empty if there was none).
========= =========================================================================================

A move within a layer whose bank the page has never comes here, but for the trait's new value. The
bank is a message, not a trait, or it would be saved in notebooks and sent to every view.

Whatever comes from a page is checked whole, in `Panel._check_changes` and `Panel._asked` by the
rules of `door`, before any of it is applied. ``edition`` numbers what is heard; going back to what
was heard lately goes back to its number, so that the banks of that time are good again.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from auralise_jax.choices import one_of
from auralise_jax.listening import Listening, Projection
from auralise_jax.listening.position import POSITIONS
from auralise_jax.listening.resynthesis import RESYNTHESES
from auralise_jax.network.rules import RULES, check_rule
from auralise_jax.widgets import assets, door, page
from auralise_jax.widgets.background import Background
from auralise_jax.widgets.door import checked
from auralise_jax.widgets.facts import facts
from auralise_jax.widgets.kept import LAYERS_BYTES, LISTENING_BYTES, LISTENINGS, Kept
from auralise_jax.widgets.still import show_with_still
from auralise_jax.widgets.variant import Variant, ViewSettings
from auralise_jax.widgets.worker import HeldLock, Worker

Answer = Callable[[Mapping[str, Any], Sequence[memoryview]], None]
"""What is done about a message."""


class Panel(anywidget.AnyWidget):
    """Rows of spectrograms over one clock, with layer and feature sliders; see `Explorer`."""

    _esm = assets.loader()
    _code = traitlets.Unicode().tag(sync=True)
    """What `_esm` loads, in the opening message of a kernel's first panel; empty afterwards."""
    _brought: ClassVar[bool] = False

    _settable: ClassVar[frozenset[str]] = frozenset(
        ("layer", "feature", "rule", "resynthesis", "position", "error")
    )
    """Traits that a page may change; ``error`` can only be dismissed."""

    layer = traitlets.Int(1).tag(sync=True)
    feature = traitlets.Int(0).tag(sync=True)
    rule = traitlets.Unicode(RULES[0]).tag(sync=True)
    resynthesis = traitlets.Unicode(RESYNTHESES[0]).tag(sync=True)
    position = traitlets.Unicode(POSITIONS[0]).tag(sync=True)

    facts = traitlets.Dict().tag(sync=True)
    source = traitlets.Bytes().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    answer = traitlets.Bytes().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, variants: Sequence[Variant], **told: Any) -> None:
        self._variants = tuple(variants)
        self._editions: weakref.WeakKeyDictionary[Variant, int] = weakref.WeakKeyDictionary()
        self._edition = self._editions[self._variants[0]] = 0
        self._newest = 0
        self._kept: Kept[Hashable, Variant] = Kept(
            lambda variant: variant.bytes, LISTENING_BYTES, LISTENINGS
        )
        self._closed = False
        # Callbacks come from the main thread and from subshell threads, at the same time.
        self._lock = HeldLock()
        self._worker = Worker(self._tell)
        self._compiled: set[tuple[int, str, str]] = set()
        self._background = Background(self, self._lock, self._compiled)
        self._layers = self._background.layers
        code = "" if Panel._brought else assets.notebook_module()
        Panel._brought = True
        super().__init__(**self._told(), _code=code, **told)
        self._code = ""  # no notebook saves it; a page that lacks it asks
        self._show(self._settings, self.feature)
        self.on_msg(self._on_message)

    # What it shows ------------------------------------------------------------------------------

    @property
    def heard(self) -> Listening:
        """The listening, of the first variant if there are several."""
        return self._variants[0].heard

    @property
    def shot(self) -> Projection:
        """The projection that is asked for now, of the first variant."""
        return self._variants[0].projection(self._settings, self.feature)

    @property
    def _settings(self) -> ViewSettings:
        return ViewSettings(self.layer, self.rule, self.resynthesis, self.position)

    def _told(self) -> dict[str, Any]:
        """Return facts and source as they are now."""
        return {
            "facts": facts(self._variants)
            | self._more_facts()
            | {"live": True, "edition": self._edition, "bank_bytes": LAYERS_BYTES},
            "source": b"".join(variant.source for variant in self._variants),
        }

    def _more_facts(self) -> dict[str, Any]:
        """Return what a kind of panel adds to the facts."""
        return {"title": "", "call": "", "no_call": ""}

    def _hear(self, variants: Sequence[Variant]) -> None:
        """Show something else; layer, feature and the rest stay where that is legal."""
        with self._lock:
            self._worker.cancel()
            self._variants = tuple(variants)
            self._edition = self._editions.setdefault(self._variants[0], self._newest + 1)
            self._newest = max(self._newest, self._edition)
            told = self._told()
            with self.hold_sync():
                self.layer = min(self.layer, len(told["facts"]["layers"]))
                self.facts, self.source = told["facts"], told["source"]
                self._keep_feature_legal()
                self._show(self._settings, self.feature)
                self.status = self.error = ""

    @contextlib.contextmanager
    def _or_back(self, chosen: Mapping[str, str | float], *attributes: str) -> Iterator[None]:
        """Go back to what is shown if something else cannot be, or is interrupted; say why.

        `chosen` are traits that already ask for it, as they were; `attributes` what a kind of panel
        keeps beside them.
        """
        kept = self._kept.copy()
        before = {name: getattr(self, name) for name in ("_variants", "_edition", *attributes)}
        traits = {name: getattr(self, name) for name in _SHOWN} | dict(chosen)
        try:
            yield
        except BaseException as error:  # an interrupted kernel, too
            self._kept = kept
            for name, value in before.items():
                setattr(self, name, value)
            with self.hold_trait_notifications():
                for name, value in traits.items():
                    self.set_trait(name, value)
            self._tell(error)
            raise
        finally:
            self.status = ""

    def _kept_variant(self, key: Hashable, make: Callable[[], Variant]) -> Variant:
        """Return a variant, made if it is not kept."""
        variant = self._kept.get(key) or make()
        self._kept.put(key, variant)
        return variant

    # What is legal ------------------------------------------------------------------------------

    def _legal_layer(self, value: object) -> int:
        number = self.heard.model.number(value)  # type: ignore[arg-type]
        for variant in self._variants[1:]:
            variant.heard.model.number(number)
        return number

    def _legal_feature(self, layer: int, value: object) -> int:
        for variant in self._variants:
            legal = variant.heard.model.layer(layer).check_feature(value)  # type: ignore[arg-type]
        return legal

    @traitlets.validate("layer")
    def _check_layer(self, proposal: dict[str, Any]) -> int:
        return int(checked(self._legal_layer, proposal["value"]))

    @traitlets.validate("feature")
    def _check_feature(self, proposal: dict[str, Any]) -> int:
        return int(checked(self._legal_feature, self.layer, proposal["value"]))

    @traitlets.validate("rule")
    def _check_rule(self, proposal: dict[str, Any]) -> str:
        return str(checked(check_rule, proposal["value"]))

    @traitlets.validate("resynthesis", "position")
    def _check_choice(self, proposal: dict[str, Any]) -> str:
        name = proposal["trait"].name
        return str(checked(one_of, name, proposal["value"], _CHOICES[name]))

    @traitlets.observe("layer")
    def _keep_feature_legal(self, _change: object = None) -> None:
        counts = [variant.heard.model.layer(self.layer).features for variant in self._variants]
        self.feature = min(self.feature, min(counts) - 1)

    # What comes from the page: checked whole, then applied whole, always answered ---------------

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take a change from the browser; one that is not legal is shown there and taken back."""
        if self._closed:
            return
        with self._lock:
            try:
                checked(self._check_changes, sync_data)
                super().set_state(sync_data)
            except BaseException as error:  # whatever it was, the page waits for an answer
                if isinstance(error, traitlets.TraitError):
                    self.error = str(error)
                else:
                    self._tell(error)
                self.send_state([name for name in sync_data if name in self.keys])
                raise

    def _check_changes(self, told: Mapping[str, Any]) -> None:
        """Raise ValueError if the values that a page wants to set are not legal together."""
        for name in door.message(told):
            if name not in self._settable:
                raise ValueError(f"{door.short(name)} cannot be set by the page")
        self._check_choices(told)
        layer = self.layer
        if "layer" in told:
            layer = self._legal_layer(door.whole(told, "layer"))
        if "feature" in told:
            self._legal_feature(layer, door.whole(told, "feature"))
        if "error" in told and door.text(told, "error"):
            raise ValueError("error can only be dismissed by the page")

    def _check_choices(self, told: Mapping[str, Any]) -> None:
        """Raise ValueError if one of a few words is not legal."""
        for name, known in _CHOICES.items():
            if name in told:
                one_of(name, door.text(told, name), known)

    def _asked(self, told: Mapping[str, Any]) -> ViewSettings | None:
        """Return what a message asks for; None if it speaks of something that was heard before."""
        asked = ViewSettings(
            door.whole(told, "layer"), *(door.text(told, name) for name in ViewSettings._fields[1:])
        )
        if door.whole(told, "edition") != self._edition:
            return None
        self._legal_layer(asked.layer)
        self._check_choices(asked._asdict())
        return asked

    def _on_message(self, _widget: object, told: Any, buffers: Sequence[memoryview]) -> None:
        kind, problem, request = "", "", None
        try:
            door.message(told)
            if "request" in told:
                request = door.text(told, "request")
            answers, known = self._answers(), told.get("kind")
            if not isinstance(known, str) or known not in answers:
                raise ValueError(f"the page asked for {door.short(known)}, which is not known here")
            kind = known
            answers[kind](told, buffers)
        except BaseException as error:
            problem = self._tell(error)
            if not isinstance(error, (ValueError, traitlets.TraitError)):
                raise  # a fault of ours, which the kernel's log shows, or an interrupt
        finally:
            answer = {} if request is None else {"request": request, "error": problem}
            self.send({"kind": "done", "what": kind, **answer})

    def _answers(self) -> dict[str, Answer]:
        """Return what is done about each kind of message."""
        return {
            "ask": self._on_ask,
            "bank": self._on_background,
            "control": self._on_background,
            "cancel": self._on_cancel,
            "code": self._on_code,
        }

    def _on_ask(self, told: Mapping[str, Any], _buffers: object) -> None:
        with self._lock:
            asked, feature = self._asked(told), door.whole(told, "feature")
            if asked is not None:
                self._show(asked, self._legal_feature(asked.layer, feature))

    def _on_background(self, told: Mapping[str, Any], _buffers: object) -> None:
        with self._lock:
            settings, edition = self._asked(told), self._edition
            if settings is None:
                return
            whole = told["kind"] == "bank"
            self._worker.run(self._background.job(self._variants, edition, settings, whole))

    def _on_cancel(self, _told: object, _buffers: object) -> None:
        self._worker.cancel()

    def _on_code(self, _told: object, _buffers: object) -> None:
        self.send({"kind": "code", "code": assets.notebook_module()})

    def _show(self, settings: ViewSettings, feature: int) -> None:
        """Project a feature, in every variant, and send it in one message."""
        with self._lock:
            key = (settings.layer, settings.rule, settings.position)
            if key not in self._compiled:
                self.status = f"compiling layer {settings.layer}, {settings.rule} rule"
            try:
                made = [variant.show(settings, feature) for variant in self._variants]
            finally:
                self.status = ""
            self._compiled.add(key)
            with self.hold_sync():
                self.answer = b"".join(one.pixels + one.pcm for one in made)
                self.shown = {
                    **settings._asdict(),
                    "feature": feature,
                    "edition": self._edition,
                    "takes": [one.facts for one in made],
                }
                self.error = ""

    def _tell(self, error: BaseException) -> str:
        """Show an error in the panel, and return its words: another thread may dismiss it."""
        words, kind = str(error), type(error).__name__
        self.error = problem = f"{kind}: {words}" if words else kind
        return problem

    # Out of the notebook ------------------------------------------------------------------------

    def to_html(
        self,
        path: str | Path,
        *,
        layers: Iterable[int] | None = None,
        features: int | Iterable[int] = page.STRONGEST,
        codec: str = "ogg",
    ) -> Path:
        """Write the panel as one self-contained page that works offline, without Python.

        Parameters
        ----------
        path : str or Path
            Ends in ``.html``; an existing file is replaced.
        layers : iterable of int, optional
            Which layers the page holds; all by default.
        features : int or iterable of int
            How many features per layer, the most interesting for this clip first; or which ones.
            The one shown now is always in.
        codec : {"ogg", "flac"}
            How sound is packed: Vorbis, some 20 kB for 4 s, or without loss, three times that.

        Returns
        -------
        Path
            Where it was written: about 60 kB a feature of the shipped model.

        Raises
        ------
        ValueError
            If a layer, feature or codec is not legal.
        OSError
            If the place cannot be written.
        """
        figure = self.figure(page.Choice(layers, features, codec))
        return page.write(Path(path), [figure], title=self.facts["title"])

    def figure(self, choice: page.Choice) -> page.Figure:
        """Return the panel as it is now, to be put in a page; see `Lesson`."""
        with self._lock:
            return page.Figure(self._variants, self.facts, self._settings, self.feature, choice)

    def _ipython_display_(self) -> None:
        """Show the panel, and a still of it where a notebook is opened without a kernel."""
        bundle = None if self._closed else self._repr_mimebundle_()
        if bundle is None:
            print(repr(self))  # noqa: T201  # there is nothing else to show
        else:
            show_with_still(*bundle, self.shot, self.resynthesis, self.heard.start)

    def __repr__(self) -> str:
        asked = f"feature {self.layer}-{self.feature}, {self.rule}"
        closed = ", closed: run the cell again for a new one" if self._closed else ""
        return f"<{type(self).__name__}: {self.facts['title']}, {asked}{closed}>"

    def close(self) -> None:
        """Stop the background work and take the panel off the page."""
        self._closed = True
        self._worker.close(wait=not self._lock.is_mine)  # in an observer: it may want the lock
        self._layers.clear()
        self._kept.clear()
        super().close()

    def __enter__(self) -> Panel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_SHOWN = ("layer", "feature", "facts", "source", "shown", "answer")
"""Traits that change when something else is heard."""

_CHOICES = {"rule": RULES, "resynthesis": RESYNTHESES, "position": POSITIONS}
"""Words of which one is chosen."""
