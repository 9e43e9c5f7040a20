"""Probing: choose a chord, a key and an instrument, and hear how a feature responds.

Messages between the page and Python, beside those of a `Panel`:

======== =========================================================================================
traits   ``instrument``, ``key``, ``chord``: the probe asked for; ``facts`` name the probe shown.
page     ``attributes`` (compute the heat maps), ``attributes-stop``.
Python   ``attributes`` (a layer's heat map, with a binary buffer: see `Followed`),
         ``attributes-control`` (the means of random weights), ``attributes-progress``.
======== =========================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import traitlets

from auralise_jax.choices import one_of
from auralise_jax.languages import language
from auralise_jax.listening import Listening
from auralise_jax.network import Model, load_model
from auralise_jax.probes.probes import CHORDS, INSTRUMENTS, KEYS
from auralise_jax.synth.synth import default_engine
from auralise_jax.widgets import door, page
from auralise_jax.widgets.address import Address, call, model_address
from auralise_jax.widgets.door import checked
from auralise_jax.widgets.inbox import Handler
from auralise_jax.widgets.panel import Panel
from auralise_jax.widgets.variant import Variant
from auralise_jax.widgets.varied import Choice, Followed, Varied, play
from auralise_jax.widgets.worker import Worker

LEGAL: dict[str, tuple[str, ...]] = {"instrument": INSTRUMENTS, "key": KEYS, "chord": CHORDS}
"""The legal values of each choice."""

_ENGINES = {"fluidsynth": "FluidSynth", "additive": "the additive engine"}


class Probing(Panel):
    """A panel on the paper's experiment II: a chord probe and a feature; made by `probe`.

    Instrument, key and chord are chosen in the panel, while the sound goes on. A heat map below
    shows how far each feature's activations stay the same when one of these three changes, by
    `attribute_correlations`. The map is computed once, in the background.

    Attributes
    ----------
    instrument, key, chord : str
        The attributes of the probe, as in `chord_probes`.
    layer, feature, rule, resynthesis, position, heard, shot
        As in `Explorer`.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> with aj.probe("genre", instrument="sine", layer=2) as panel:
    ...     panel.chord = "minor"
    ...     panel.heard.clip.title
    'sine, Bb3, minor'
    """

    instrument = traitlets.Unicode().tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)
    chord = traitlets.Unicode().tag(sync=True)

    _settable: ClassVar[frozenset[str]] = Panel._settable | frozenset(LEGAL)

    def __init__(self, model: Model, choice: Choice, address: Address, **traits: Any) -> None:
        self._model, self._address = model, address
        self._choice = choice  # shown now; the traits may ask for another
        self._engine = _ENGINES[default_engine()]
        self._varied = Varied(model)
        self._patient = Worker(self._show_error, patient=True)
        self._following = False
        variant = self._made(choice)
        super().__init__([variant], **choice._asdict(), **traits)
        self._kept_variant(choice, lambda: variant)
        self.observe(self._listen, names=list(LEGAL))

    def _more_facts(self) -> dict[str, Any]:
        chosen = self._choice._asdict()
        arguments = ", ".join(f'{name}="{value}"' for name, value in chosen.items())
        return {
            "kind": "Probing",
            "title": f"{self._model.name} / {', '.join(self._choice)}",
            **call("aj.probe", [self._address, Address(arguments)]),
            "chosen": chosen,
            "steady": True,  # another probe does not stop the sound
            "choices": [
                {
                    "trait": name,
                    "label": name.capitalize(),
                    "options": list(LEGAL[name]),
                    "value": value,
                }
                for name, value in chosen.items()
            ],
            "attributes": {
                "names": list(LEGAL),
                "probes": self._varied.size,
                "engine": self._engine,
            },
        }

    # The probe ----------------------------------------------------------------------------------

    @traitlets.validate("instrument", "key", "chord")
    def _check_probe(self, proposal: dict[str, Any]) -> str:
        name = proposal["trait"].name
        return str(checked(one_of, name, proposal["value"], LEGAL[name]))

    def _check_choices(self, changes: Mapping[str, Any]) -> None:
        super()._check_choices(changes)
        for name, known in LEGAL.items():
            if name in changes:
                one_of(name, door.text(changes, name), known)

    def _listen(self, _change: object) -> None:
        """Show the probe that the traits ask for; a late call finds it shown already."""
        with self._lock:
            choice = Choice(self.instrument, self.key, self.chord)
            if choice == self._choice:
                return
            with self._or_restore(self._choice._asdict(), "_choice"):
                self.status = "" if choice in self._kept else f"playing {', '.join(choice)}"
                variant = self._kept_variant(choice, lambda: self._made(choice))
                self._choice = choice
                self._show_variants([variant])

    def _made(self, choice: Choice) -> Variant:
        """Let the model listen to a probe."""
        return Variant(Listening(self._model, play(choice).clip, 0.0))

    # The heat map -------------------------------------------------------------------------------

    def _handlers(self) -> dict[str, Handler]:
        return super()._handlers() | {
            "attributes": self._on_attributes,
            "attributes-stop": self._on_attributes_stop,
        }

    def _on_attributes(self, _message: object, _buffers: object) -> None:
        """Send the page the results so far, and compute the others."""
        with self._lock:
            for number, (followed, control) in self._varied.found.items():
                self._send_followed(number, followed, control)
            if not self._following:
                self._following = True
                self._send_progress(0.0, "waiting")
                self._patient.run(self._follow)

    def _on_attributes_stop(self, _message: object, _buffers: object) -> None:
        with self._lock:
            self._following = False
            self._patient.cancel()
            self._send_progress(None, "")

    def _follow(self, check: Callable[[], None]) -> None:
        """Compute heat maps and their controls, those of the layer in sight first."""
        varied = self._varied
        # In proportion to the time they take: a layer half the time of the probes, a control less.
        share = {"map": varied.size // 2, "control": varied.size // 4}
        total, done = varied.size + len(varied.layers) * sum(share.values()), 0

        def each(number: int) -> None:
            check()
            if number % 4 == 0:
                self._send_progress(number / total, f"playing {varied.size} probes")

        try:
            known = varied.found
            missing = [("map", n) for n in varied.layers if n not in known]
            missing += [("control", n) for n in varied.layers if known.get(n, (0, None))[1] is None]
            if missing:
                varied.prepare(each)
                done = total - sum(share[kind] for kind, _ in missing)
            while missing:
                check()
                # Controls stand after all maps, so a layer's map comes before its control.
                kind, number = min(missing, key=lambda task: task[1] != self.layer)
                missing.remove((kind, number))
                if kind == "map":
                    self._send_progress(done / total, f"comparing layer {number}")
                    self._send_followed(number, varied.layer(number), None)
                else:
                    self._send_progress(done / total, f"random weights, layer {number}")
                    means = varied.control(number)
                    message = {"kind": "attributes-control", "layer": number, "control": means}
                    self.send(message | {"no_control": varied.no_control})
                done += share[kind]
        except Exception:
            with self._lock:
                self._following = False
            raise
        finally:
            self._send_progress(None, "")

    def _send_progress(self, share: float | None, words: str) -> None:
        self.send({"kind": "attributes-progress", "share": share, "words": words})

    def _send_followed(
        self, number: int, followed: Followed, control: list[float | None] | None
    ) -> None:
        message = {"kind": "attributes", "layer": number, **followed.facts(), "control": control}
        message["no_control"] = "" if control is None else self._varied.no_control
        self.send(message, [followed.features.astype("<f4").tobytes()])

    # Out of the notebook ------------------------------------------------------------------------

    def figure(self, choice: page.Choice) -> page.Figure:
        """Return the panel as it is now, to be put in a page; see `Lesson`.

        The figure holds the heat maps of the page's layers; those still missing are computed.
        """
        with self._lock:
            known = self.facts
            return page.Figure(
                self._variants,
                known,
                self._settings,
                self.feature,
                choice,
                lambda layers: {"attributes": known["attributes"] | {"layers": self._all(layers)}},
            )

    def _all(self, layers: Sequence[int]) -> dict[str, Any]:
        self._varied.prepare()
        found = {}
        for number in layers:
            followed = self._varied.layer(number)
            rounded = [
                [None if math.isnan(x) else round(x, 4) for x in cell]
                for cell in followed.features.reshape(-1, 4).astype(float).tolist()
            ]
            found[str(number)] = {
                **followed.facts(),
                "values": rounded,
                "control": self._varied.control(number),
                "no_control": self._varied.no_control,
            }
        return found

    def close(self) -> None:
        """Stop the background work and take the panel off the page."""
        self._patient.close(wait=not self._lock.is_mine)
        super().close()


def probe(
    model: Model | str | Path = "genre",
    *,
    instrument: str = "piano",
    key: str = "Bb3",
    chord: str = "major",
    layer: int | str = 1,
    feature: int = 0,
    rule: str = "deconvnet",
    resynthesis: str = "phase",
    position: str = "all",
    lang: str | None = None,
) -> Probing:
    """Open a panel on the paper's chord probes: vary instrument, key or chord, and hear a feature.

    The second experiment of Choi, Fazekas and Sandler 2016 (arXiv:1607.02444), live: 6 instruments
    play 8 chord contents in 4 keys; see `chord_probes`.

    Parameters
    ----------
    model : Model, str or Path
        A model, the name of a shipped model, or a model file.
    instrument : str
        One of "sine", "piano", "acoustic guitar", "electric guitar", "saxophone", "strings".
    key : str
        The root of the chord: "Eb3", "Bb3", "A4", "G5".
    chord : str
        "intervals", "major", "minor", "sus4", "major7", "dominant7", "minor7", "diminished7".
    layer, feature, rule, resynthesis, position, lang
        As in `explore`.

    Returns
    -------
    Probing
        Shown when it is the last line of a cell. Use ``close()`` or a ``with`` block if you open
        many.

    Raises
    ------
    ValueError
        If a choice is not legal; the message lists the legal values.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> panel = aj.probe("genre", instrument="sine", key="A4", layer=3, feature=7)
    >>> panel
    <Probing: genre / sine, A4, major, feature 3-7, deconvnet>
    >>> panel.close()
    """
    lang = language(lang)
    given = model if isinstance(model, Model) else load_model(model)
    chosen = {"instrument": instrument, "key": key, "chord": chord}
    choice = Choice(*(one_of(name, value, LEGAL[name]) for name, value in chosen.items()))
    number = given.number(layer)
    try:
        return Probing(
            given,
            choice,
            model_address(model),
            layer=number,
            feature=given.layer(number).check_feature(feature),
            rule=rule,
            resynthesis=resynthesis,
            position=position,
            lang=lang,
        ).kept()
    except traitlets.TraitError as error:
        raise ValueError(str(error)) from None
