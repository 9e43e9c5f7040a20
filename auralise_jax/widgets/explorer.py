"""The explorer: drag layer and feature, see and hear what made the feature respond."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import traitlets

from auralise_jax.audio import Clip, example_clips, load_clip
from auralise_jax.listening import Listening
from auralise_jax.network import Model, load_model, stranger
from auralise_jax.widgets import door
from auralise_jax.widgets.facts import notes
from auralise_jax.widgets.panel import Answer, Panel, checked
from auralise_jax.widgets.take import Take
from auralise_jax.widgets.uploads import Uploads, shortened

OVERVIEW = 400
"""Columns of the overview of a clip that is longer than the model's window."""


class Chosen(NamedTuple):
    """What is heard: names of model and clip as they can be chosen, and a start in seconds."""

    model: str
    clip: str
    start: float


class Explorer(Panel):
    """A panel with layer and feature sliders, spectrograms of source and feature, and a player.

    Made by `explore`. It is an ipywidgets widget: it stands in a ``VBox``, its traits can be
    observed and linked. The clip is heard once; moving a slider runs the backward half only. A
    layer that is looked at is computed whole in the background, and from then on the page has it.

    Attributes
    ----------
    layer : int
        From 1.
    feature : int
        From 0.
    rule : {"deconvnet", "gradient", "guided"}
        What ReLU does on the way back.
    resynthesis : {"phase", "mask"}
        As in `Projection.auralise`.
    position : {"all", "strongest"}
        Start from the feature's whole map, or from its strongest position only.
    model, clip : str
        Which of those that can be chosen; uploaded files join the clips.
    start : float
        Seconds into the clip where the model's window begins.
    heard : Listening
        What the model heard.
    shot : Projection
        What is asked for now: ``panel.shot.auralise().save("feature.wav")``.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> with aj.explore("genre", "bach", layer=3, feature=7) as panel:
    ...     panel.feature = 8
    ...     panel.shot.title
    'feature 3-8, deconvnet'
    """

    model = traitlets.Unicode().tag(sync=True)
    clip = traitlets.Unicode().tag(sync=True)
    start = traitlets.Float(0.0).tag(sync=True)
    wall = traitlets.Bool(False).tag(sync=True)

    _settable: ClassVar[frozenset[str]] = Panel._settable | frozenset(Chosen._fields)

    def __init__(
        self,
        heard: Listening,
        song: Clip,
        models: dict[str, Callable[[], Model]],
        clips: dict[str, Callable[[], Clip]],
        *,
        model: str,
        clip: str,
        addresses: dict[str, str],
        **told: Any,
    ) -> None:
        self._models, self._clips = models, clips
        self._addresses = addresses  # how a model or clip is named in code
        self._chosen = Chosen(model, clip, heard.start)  # what is heard; traits are what is asked
        self._uploads = Uploads()
        self._cut: dict[str, list[str]] = {}  # what is to be said about files that were too long
        self._song = song  # the whole of it; what is heard is a window
        take = Take(heard)
        super().__init__([take], **self._chosen._asdict(), **told)
        self._take_once(self._chosen, lambda: take)
        self.observe(self._listen, names=list(Chosen._fields))

    def _more_facts(self) -> dict[str, Any]:
        heard = self._takes[0].heard
        whole, window = self._song.duration, heard.model.frontend.duration
        return {
            "title": f"{heard.model.name} / {heard.clip.title or 'clip'}",
            "models": list(self._models),
            "clips": list(self._clips),
            "chosen": self._chosen._asdict(),
            "notes": notes(heard) + self._cut.get(self._chosen.clip, []),
            "call": self._call(),
            "song": {"duration": whole, "window": window, "overview": _overview(self._song)}
            if whole > window + 0.05
            else None,
        }

    def _call(self) -> str:
        """Return the beginning of the line of code that opens this."""
        return f"aj.explore({', '.join(self._addresses[name] for name in self._chosen[:2])}"

    @traitlets.validate("model")
    def _check_model(self, proposal: dict[str, Any]) -> str:
        return str(checked(_known, "model", proposal["value"], self._models))

    @traitlets.validate("clip")
    def _check_clip(self, proposal: dict[str, Any]) -> str:
        return str(checked(_known, "clip", proposal["value"], self._clips))

    @traitlets.validate("start")
    def _check_start(self, proposal: dict[str, Any]) -> float:
        return float(checked(self._legal_start, self.clip, proposal["value"]))

    def _legal_start(self, clip: str, start: float) -> float:
        last = self._song_of(clip).duration
        if not 0 <= start < last:
            raise ValueError(f"start must lie in 0 to {last:.2f} s, not {start:g}")
        return start

    def _song_of(self, clip: str) -> Clip:
        return self._song if clip == self._chosen.clip else self._clips[clip]()

    def _check_changes(self, told: Mapping[str, Any]) -> None:
        super()._check_changes(told)
        for name, known in (("model", self._models), ("clip", self._clips)):
            if name in told:
                _known(name, door.text(told, name), known)
        if "start" in told:
            self._legal_start(told.get("clip", self.clip), door.number(told, "start"))

    def _listen(self, _change: object) -> None:
        """Hear what is asked for by now; a call that comes late finds it heard."""
        with self._lock:
            before, asked = self._chosen, Chosen(self.model, self.clip, self.start)
            if asked == before:
                return
            self.status = f"listening to {asked.clip}" if asked.clip != before.clip else ""
            try:
                song = self._song_of(asked.clip)
                if asked.clip != before.clip and asked.start == before.start:
                    asked = asked._replace(start=0.0)  # where it was belongs to the other clip
                take = self._take_once(asked, lambda: self._made(asked, song))
                self._song, self._chosen = song, asked
                self.start = asked.start
                self._hear([take])
            except Exception as error:
                self._tell(error)
                if self._chosen == before:  # it cannot be heard: back to what is
                    with self.hold_trait_notifications():
                        for name, value in before._asdict().items():
                            self.set_trait(name, value)
                raise
            finally:
                self.status = ""

    def _made(self, asked: Chosen, song: Clip) -> Take:
        same = asked.model == self._chosen.model
        model = self.heard.model if same else self._models[asked.model]()
        return Take(Listening(model, song, asked.start))

    def _answers(self) -> dict[str, Answer]:
        return super()._answers() | {
            "upload": self._on_upload,
            "upload-cancel": self._on_upload_cancel,
        }

    def _on_upload(self, told: Mapping[str, Any], buffers: Sequence[memoryview]) -> None:
        with self._lock:
            arrived = self._uploads.take(told, buffers)
            if arrived is None:
                return
            name = _free_name(arrived.title, self._clips)
            clip = Clip(arrived.samples, arrived.sample_rate, name)  # one name everywhere
            self._clips[name] = functools.partial(_same, clip)
            self._addresses[name] = json.dumps(told["name"], ensure_ascii=False)
            if shortened(clip):
                minutes = f"{clip.duration / 60:.3g} minutes"
                self._cut[name] = [f"of {name} the first {minutes} are kept"]
            try:
                self.clip = name
            except Exception:
                del self._clips[name], self._addresses[name]
                raise

    def _on_upload_cancel(self, told: Mapping[str, Any], _buffers: object) -> None:
        with self._lock:
            self._uploads.cancel(told)


def _known(what: str, value: str, names: dict[str, Any]) -> str:
    if value not in names:
        raise ValueError(f"{what} must be one of {', '.join(names)}, not {value!r}")
    return value


def _free_name(name: str, taken: dict[str, Any]) -> str:
    names = (name, *(f"{name} ({n})" for n in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def _overview(clip: Clip) -> list[int]:
    """Return the largest magnitude in each of `OVERVIEW` pieces of a clip, 255 for its peak."""
    edges = np.linspace(0, len(clip.samples), min(OVERVIEW, len(clip.samples)) + 1).astype(int)
    peaks = np.maximum.reduceat(np.abs(clip.samples), edges[:-1])
    levels: list[int] = np.round(255 * peaks / (peaks.max() or 1)).astype(int).tolist()
    return levels


def explore(
    model: Model | str | Path = "genre",
    clip: Clip | str | Path | Sequence[Clip | str | Path] = "bach",
    *,
    layer: int | str = 1,
    feature: int = 0,
    rule: str = "deconvnet",
    start: float = 0.0,
    resynthesis: str = "phase",
    position: str = "all",
    wall: bool = False,
) -> Explorer:
    """Open the explorer on a model and a clip.

    Parameters
    ----------
    model : Model, str or Path
        A model, the name of a shipped one, or a model file. Beside it the panel offers the same
        network with random weights, the control for anything one thinks one hears.
    clip : Clip, str or Path, or several
        A clip, the name of a shipped one (``"bach"``, ``"ballad"``, ``"dance"``, ``"hiphop"``), or
        a sound file. Of several the first is heard; all of them, the shipped ones and files that
        are uploaded in the panel can be chosen there.
    layer : int or str
        Shown first; from 1, or a name.
    feature : int
        Shown first; from 0.
    rule : {"deconvnet", "gradient", "guided"}
        What ReLU does on the way back.
    start : float
        Seconds into the clip where the model's window begins.
    resynthesis : {"phase", "mask"}
        As in `Projection.auralise`.
    position : {"all", "strongest"}
        Start from the feature's whole map, or from its strongest position only.
    wall : bool
        Open the layer wall: all features of the layer as small pictures.

    Returns
    -------
    Explorer
        Displays itself as the last line of a cell. Use ``close()`` or a ``with`` block when many
        are opened.

    Raises
    ------
    ValueError
        If layer, feature, rule, start or another choice is not legal; the message lists the legal
        ones.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> panel = aj.explore("genre", "bach", layer=2)
    >>> panel.layer, panel.feature, panel.rule
    (2, 0, 'deconvnet')
    >>> panel.close()
    """
    given = model if isinstance(model, Model) else load_model(model)
    control = f"{given.name}, random weights"
    models = {given.name: lambda: given, control: lambda: stranger(given)}
    several = (clip,) if isinstance(clip, (Clip, str, Path)) else tuple(clip)
    if not several:
        raise ValueError("clip must be a clip, a name, a path, or a list of at least one of these")
    clips: dict[str, Callable[[], Clip]] = {}
    loaded = [one if isinstance(one, Clip) else find_clip(one) for one in several]
    addresses: dict[str, str] = {}
    for told, one in zip(several, loaded, strict=True):
        name = _free_name(one.title or "clip", clips)
        addresses[name] = address(told, "clip")
        clips[name] = functools.partial(_same, Clip(one.samples, one.sample_rate, name))
    first = next(iter(clips))
    shipped = example_clips()
    for name in shipped:
        clips.setdefault(shipped.title(name), functools.partial(shipped.__getitem__, name))
        addresses.setdefault(shipped.title(name), json.dumps(name))
    addresses[given.name] = address(model, "model")
    loaded_model = "model" if isinstance(model, Model) else f"aj.load_model({address(model, '')})"
    addresses[control] = f"aj.stranger({loaded_model})"
    number = given.architecture.check_layer(layer)
    try:
        return Explorer(
            Listening(given, clips[first](), start),
            clips[first](),
            models,
            clips,
            model=given.name,
            clip=first,
            addresses=addresses,
            layer=number,
            feature=given.architecture.check_feature(number, feature),
            rule=rule,
            resynthesis=resynthesis,
            position=position,
            wall=wall,
        )
    except traitlets.TraitError as error:
        raise ValueError(str(error)) from None


def find_clip(clip: str | Path) -> Clip:
    """Return a shipped clip by name, or load a file."""
    examples = example_clips()
    return examples[clip] if isinstance(clip, str) and clip in examples else load_clip(clip)


def _same(clip: Clip) -> Clip:
    return clip


def address(given: object, name: str) -> str:
    """Return how code names a model or clip: what was given, or a variable's `name`."""
    if isinstance(given, (list, tuple)):
        return f"[{', '.join(address(one, name) for one in given)}]"
    return json.dumps(str(given), ensure_ascii=False) if isinstance(given, (str, Path)) else name
