"""The panel: pictures and sounds of a feature beside its source, and its talk with the page.

Messages between the page and Python:

========= =========================================================================================
traits    ``layer``, ``feature``, ``rule``, ``resynthesis``, ``position``: the feature asked for.
          ``facts`` and ``source``: the clip, the model, and the source's picture and sound.
          ``shown`` and ``answer``: the feature that Python answered last. ``error``, ``status``:
          words.
page      ``ask`` (a feature that the page lacks), ``bank`` (a whole layer), ``control``,
          ``cancel``; ``code`` (the page's program, once a page); each with a ``request``, any text.
Python    ``bank`` (8.5 MB for 64 features of 4 s, once, with binary buffers), ``progress``,
          ``control`` (the untrained network's figure, and the ranking), ``effects`` (what a
          layer's features do to the prediction), ``code``, ``done`` (the
          answer to every request, with its ``request`` and an ``error``, empty if there was none).
========= =========================================================================================

If the page has a layer's bank, a move within that layer sends Python the trait's new value and asks
for nothing. A bank is a message, not a trait: traits are saved in notebooks and sent to every view.

Whatever comes from a page is checked whole, in `Controls._check_changes` and `Panel._asked` by the
rules of `door`, before any of it is applied. ``revision`` numbers the windows that were shown; a
window that is shown again has its old number, so the page's banks of that window are good again.
Layers above a muted feature have numbers of their own, ``facts["revisions"]``, which messages about
a layer name: the banks of the layers up to it stay good.
"""

from __future__ import annotations

import contextlib
import itertools
import weakref
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import traitlets

from auralise_jax.languages import language
from auralise_jax.widgets import assets, door, page
from auralise_jax.widgets.background import Background, Compiled, compiled_as
from auralise_jax.widgets.computing import Live
from auralise_jax.widgets.door import checked
from auralise_jax.widgets.elsewhere import Elsewhere
from auralise_jax.widgets.facts import facts
from auralise_jax.widgets.inbox import Handler, receive
from auralise_jax.widgets.kept import LAYERS_BYTES, LISTENING_BYTES, LISTENINGS, Kept
from auralise_jax.widgets.names import NO_NAMES, Names
from auralise_jax.widgets.still import show_with_still
from auralise_jax.widgets.variant import Variant, ViewSettings
from auralise_jax.widgets.windows import Whole
from auralise_jax.widgets.worker import Check, HeldLock, Worker


class Panel(Elsewhere):
    """Rows of spectrograms over one clock, with layer and feature sliders; see `Explorer`."""

    _esm = assets.loader()
    _code = traitlets.Unicode().tag(sync=True)
    """The page's program, which `_esm` runs; only a kernel's first panel brings it, then empty."""
    _code_sent: ClassVar[bool] = False
    _edits: ClassVar[bool] = False
    """Whether features may be muted."""
    _names: Names = NO_NAMES

    facts = traitlets.Dict().tag(sync=True)
    source = traitlets.Bytes().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    answer = traitlets.Bytes().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)

    def __init__(self, variants: Sequence[Variant], *, lang: str | None = None, **traits: Any):
        self._variants = tuple(variants)
        self._numbers: weakref.WeakKeyDictionary[Variant, int] = weakref.WeakKeyDictionary()
        self._next_number = itertools.count()
        self._revision = self._number_all()
        self._kept: Kept[Hashable, Variant] = Kept(
            lambda variant: variant.bytes, LISTENING_BYTES, LISTENINGS
        )
        self._closed = False
        # Callbacks come from the main thread and from subshell threads, at the same time.
        self._lock = HeldLock()
        self._worker = Worker(self._show_error)
        self._working_on = (0, 0)  # layer and revision of the worker's last job
        self._compiled: set[Compiled] = set()
        self._background = Background(self, self._lock, self._compiled, edits=self._edits)
        self._layers = self._background.layers
        code = "" if Panel._code_sent else assets.notebook_module()
        Panel._code_sent = True
        self.__dict__["open"] = super(Elsewhere, self).open  # its comm, which the next line opens
        super().__init__(**self._facts_and_source(), **self._speech(lang), _code=code, **traits)
        del self.__dict__["open"]
        self._code = ""  # no notebook saves it; a page that lacks it asks
        self._show(self._settings, self.feature)
        self.on_msg(self._on_message)

    # The variants shown -------------------------------------------------------------------------

    def _facts_and_source(self) -> dict[str, Any]:
        """Return the traits that describe the variants."""
        return {
            "facts": facts(self._variants, self._names)
            | self._more_facts()
            | {"live": True, "revision": self._revision, "bank_bytes": LAYERS_BYTES},
            "source": b"".join(variant.source for variant in self._variants),
        }

    def _more_facts(self) -> dict[str, Any]:
        """Return what a kind of panel adds to the facts."""
        return {"title": "", "call": "", "no_call": ""}

    def _numbered(self) -> Sequence[Variant]:
        """Return the variants that have numbers, one per variant that is shown."""
        return self._variants

    def _number_all(self) -> int:
        """Give every variant a number; return that of the last, which names these rows."""
        for variant in self._numbered():
            if variant not in self._numbers:
                self._numbers[variant] = next(self._next_number)
        return self._numbers[self._numbered()[-1]]

    def _layer_number(self, number: int, _layer: int) -> int:
        """Return the number of what a layer's features depend on, of a variant with a number."""
        return number

    def _layer_revision(self, layer: int) -> int:
        return self._layer_number(self._revision, layer)

    def _layer_numbers(self, layer: int) -> list[int]:
        first, *others = (self._numbers[variant] for variant in self._numbered())
        return [self._layer_number(first, layer), *others]

    def _show_variants(self, variants: Sequence[Variant]) -> None:
        """Show other variants; layer, feature and the rest stay where that is legal."""
        with self._lock:
            self._worker.cancel()
            self._variants = tuple(variants)
            self._revision = self._number_all()
            now = self._facts_and_source()
            with self.hold_sync():
                self.layer = min(self.layer, len(now["facts"]["layers"]))
                self.facts, self.source = now["facts"], now["source"]
                self._keep_feature_legal()
                self._show(self._settings, self.feature)
                self.status = self.error = ""

    @contextlib.contextmanager
    def _or_restore(self, chosen: Mapping[str, str | float], *attributes: str) -> Iterator[None]:
        """Restore the panel if showing other variants fails or is interrupted; show the error.

        `chosen` has the former values of the traits that asked for the change; `attributes` are
        those that a kind of panel restores besides.
        """
        kept = self._kept.copy()
        before = {name: getattr(self, name) for name in ("_variants", "_revision", *attributes)}
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
            self._show_error(error)
            raise
        finally:
            self.status = ""

    def _kept_variant(self, key: Hashable, make: Callable[[], Variant]) -> Variant:
        """Return the variant kept under `key`, or make and keep it."""
        variant = self._kept.get(key) or make()
        self._kept.put(key, variant)
        return variant

    # What comes from the page: checked whole, then applied whole, always answered ---------------

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Apply changes from the page, or show there why they are not legal and undo them."""
        if self._closed:
            return
        with self._lock:
            try:
                checked(self._check_changes, sync_data)
                super().set_state(sync_data)
            except BaseException as error:  # the page waits for an answer, whatever the error
                if isinstance(error, traitlets.TraitError):
                    self.error = str(error)
                else:
                    self._show_error(error)
                self.send_state([name for name in sync_data if name in self.keys])
                raise

    def _asked(self, message: Mapping[str, Any]) -> ViewSettings | None:
        """Return the view a message asks for; None if it is about variants no longer shown."""
        words = (door.text(message, name) for name in ViewSettings._fields[1:])
        asked = ViewSettings(door.whole(message, "layer"), *words)
        if door.whole(message, "revision") != self._layer_revision(asked.layer):
            return None
        self._legal_layer(asked.layer)
        self._check_choices(asked._asdict())
        return asked

    def _on_message(self, _widget: object, message: Any, buffers: Sequence[memoryview]) -> None:
        receive(message, buffers, self._handlers(), send=self.send, show_error=self._show_error)

    def _handlers(self) -> dict[str, Handler]:
        """Return the handler of each kind of message."""
        return {
            "ask": self._on_ask,
            "bank": self._on_background,
            "control": self._on_background,
            "cancel": self._on_cancel,
            "code": self._on_code,
        }

    def _on_ask(self, message: Mapping[str, Any], _buffers: object) -> None:
        with self._lock:
            asked, feature = self._asked(message), door.whole(message, "feature")
            if asked is not None:
                self._show(asked, self._legal_feature(asked.layer, feature))

    def _on_background(self, message: Mapping[str, Any], _buffers: object) -> None:
        with self._lock:
            settings = self._asked(message)
            if settings is None:
                return
            whole, layer = message["kind"] == "bank", settings.layer
            numbered = dict(zip(self._layer_numbers(layer), self._variants, strict=True))
            self._working_on = layer, self._layer_revision(layer)
            job = self._background.job(
                numbered, self._layer_revision(layer), settings, whole, self._more_of_layer()
            )
            self._worker.run(job)

    def _more_of_layer(self) -> Callable[[int, Check], dict[str, Any] | None]:
        """Return what computes a kind of panel's further message about a layer, in the worker."""
        return lambda _layer, _check: None

    def _on_cancel(self, _message: object, _buffers: object) -> None:
        self._worker.cancel()

    def _on_code(self, _message: object, _buffers: object) -> None:
        self.send({"kind": "code", "code": assets.notebook_module()})

    def _show(self, settings: ViewSettings, feature: int) -> None:
        """Project a feature in every variant; send all pictures and sounds in one message."""
        with self._lock:
            key = compiled_as(self._variants[0], settings)
            if key not in self._compiled:
                self.status = f"compiling layer {settings.layer}, {settings.rule} rule"
            try:
                items = [variant.show(settings, feature) for variant in self._variants]
            finally:
                self.status = ""
            self._compiled.add(key)
            with self.hold_sync():
                self.answer = b"".join(item.pixels + item.pcm for item in items)
                self.shown = {
                    **settings._asdict(),
                    "feature": feature,
                    "revision": self._layer_revision(settings.layer),
                    "takes": [item.facts for item in items],
                }
                self.error = ""

    def _show_error(self, error: BaseException) -> str:
        """Show an error in the panel and return its words: another thread may dismiss it."""
        words, kind = str(error), type(error).__name__
        self.error = problem = f"{kind}: {words}" if words else kind
        return problem

    # Out of the notebook ------------------------------------------------------------------------

    def to_html(
        self,
        path: str | Path,
        *,
        layers: Iterable[int] | None = None,
        features: int | Iterable[int] | None = None,
        codec: str = "ogg",
        timeline: bool = False,
        windows: Iterable[float] | None = None,
        live: bool = False,
        clips: Iterable[str] | None = None,
        lang: str | None = None,
        text: str = "",
    ) -> Path:
        """Write the panel as one self-contained page that works offline, without Python.

        Parameters
        ----------
        path : str or Path
            Ends in ``.html``; an existing file is replaced.
        layers : iterable of int, optional
            Which layers the page holds; all by default.
        features : int or iterable of int
            How many features per layer, the most interesting for this clip first, or their
            numbers; by default 16, and 4 if there is a time line. The feature shown now is always
            in.
        codec : {"ogg", "flac"}
            How sound is packed: Vorbis, some 20 kB for 4 s, or without loss, three times that.
        timeline : bool
            Whether a page of an explorer shows the whole clip, if that is longer than the model's
            window, and holds more windows than the one shown now: up to three in which the feature
            shown is strongest, and for each class the window in which it is most probable (of many
            classes the four that are most probable over the clip). Each has the same features.
        windows : iterable of float, optional
            Where the further windows begin, in seconds, instead of those; with a time line.
        live : bool
            Whether the network of a panel made by `explore` travels along and computes in the
            page, so that everything moves that moves with a kernel, on any sound that is dropped
            there. Such a page has every feature of every layer, and the time line of every clip:
            `layers`, `features`, `timeline` and `windows` do not go with it. The shipped model
            and clips take about 5 MB. The network has to be one that `save_model` writes, with
            operations and a front end that a page has.
        clips : iterable of str, optional
            Which clips of the panel's list a live page holds beside the one shown, by their names
            there; all by default. Of a clip the first quarter of an hour is kept, at the model's
            sampling rate, coded by `codec`.
        lang : {"en", "de", "fr"}, optional
            Language of the controls: English, German or French; by default the panel's.
        text : str
            Markdown that stands above the panel.

        Returns
        -------
        Path
            The page's place; with the shipped model a page takes about 50 kB a feature, in each
            of its windows, and a window some 100 kB more.

        Raises
        ------
        ValueError
            If a layer, feature, codec, window, clip or language is not legal, or the panel cannot
            compute in a page: the message says why, for a network which operation, and what to do.
        OSError
            If the page cannot be written.

        Warns
        -----
        UserWarning
            If there is no time line to show; the page is written without.
        """
        lang = self.lang if lang is None else language(lang)
        choice = page.Choice(layers, features, codec, timeline, windows, live=live, clips=clips)
        page.check_page(Path(path))  # before a song is heard
        blocks = [*filter(None, [text]), self._checked_figure(choice)]
        return page.write(Path(path), blocks, title=self.facts["title"], lang=lang, alone=True)

    def figure(self, choice: page.Choice) -> page.Figure | Live:
        """Return the panel as it is now, to be put in a page; see `Lesson`."""
        with self._lock:
            return page.Figure(
                self._variants,
                self.facts,
                self._settings,
                self.feature,
                choice,
                whole=self._whole() if choice.timeline else None,
            )

    def _whole(self) -> Whole | None:
        """Return the song that the window shown lies in; None if there is no more of it."""
        return None

    def _ipython_display_(self) -> None:
        """Show the panel, and a still of it where a notebook is opened without a kernel."""
        bundle = None if self._closed else self._repr_mimebundle_()
        if bundle is None:
            print(repr(self))  # noqa: T201  # a closed panel has nothing else to show
        else:
            show_with_still(*bundle, self._still_html())

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
"""Traits that change with the variants."""
