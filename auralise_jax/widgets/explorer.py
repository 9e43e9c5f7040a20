"""The explorer: drag layer and feature, see and hear what made the feature respond."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from auralise_jax.audio import Clip, example_clips, load_clip
from auralise_jax.listening import Listening
from auralise_jax.network import Model, load_model, stranger
from auralise_jax.widgets.panel import Panel
from auralise_jax.widgets.take import Take
from auralise_jax.widgets.uploads import Uploads

OVERVIEW = 400
"""Columns of the overview of a clip that is longer than the model's window."""


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
        self._names = (model, clip)
        self._uploads = Uploads()
        self._song = song  # the whole of it; what is heard is a window
        super().__init__([Take(heard)], model=model, clip=clip, start=heard.start, **told)
        self.observe(self._listen, names=["model", "clip", "start"])

    def _more_facts(self) -> dict[str, Any]:
        heard = self._takes[0].heard
        whole, window = self._song.duration, heard.model.frontend.duration
        return {
            "title": f"{heard.model.name} / {heard.clip.title or 'clip'}",
            "models": list(self._models),
            "clips": list(self._clips),
            "call": self._call(),
            "song": {"duration": whole, "window": window, "overview": _overview(self._song)}
            if whole > window + 0.05
            else None,
        }

    def _call(self) -> str:
        """Return the beginning of the line of code that opens this."""
        return f"aj.explore({', '.join(self._addresses[name] for name in self._names)}"

    @traitlets.validate("model")
    def _check_model(self, proposal: dict[str, Any]) -> str:
        return _known("model", proposal["value"], self._models)

    @traitlets.validate("clip")
    def _check_clip(self, proposal: dict[str, Any]) -> str:
        return _known("clip", proposal["value"], self._clips)

    @traitlets.validate("start")
    def _check_start(self, proposal: dict[str, Any]) -> float:
        value, last = float(proposal["value"]), self._song.duration
        if not 0 <= value < last:
            raise traitlets.TraitError(f"start must lie in 0 to {last:.2f} s, not {value:g}")
        return value

    def _listen(self, change: dict[str, Any]) -> None:
        """Hear another clip, another window of it, or with another model."""
        with self._lock:
            heard = self._takes[0].heard
            if change["name"] == "clip":
                self.status = f"listening to {self.clip}"
            try:
                if change["name"] == "clip":
                    song, start = self._clips[self.clip](), 0.0
                else:
                    song, start = self._song, self.start
                model = self._models[self.model]() if change["name"] == "model" else heard.model
                takes = [Take(Listening(model, song, start))]
            except Exception as error:
                self._tell(error)
                with self.hold_trait_notifications():
                    self.set_trait(change["name"], change["old"])
                raise
            finally:
                self.status = ""
            self._song = song
            self._names = (self.model, self.clip)
            if start != self.start:
                self.unobserve(self._listen, names=["start"])
                self.start = start
                self.observe(self._listen, names=["start"])
            self._hear(takes)

    def _answers(self) -> dict[str, Callable[[Any, Sequence[memoryview]], None]]:
        return super()._answers() | {"upload": self._on_upload}

    def _on_upload(self, told: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        with self._lock:
            clip = self._uploads.take(told, buffers)
            if clip is None:
                return
            name = _free_name(clip.title, self._clips)
            self._clips[name] = lambda: clip
            self._addresses[name] = json.dumps(str(told["name"]), ensure_ascii=False)
            self.clip = name


def _known(what: str, value: str, names: dict[str, Any]) -> str:
    if value not in names:
        raise traitlets.TraitError(f"{what} must be one of {', '.join(names)}, not {value!r}")
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
    for one in loaded:
        clips[_free_name(one.title or "clip", clips)] = functools.partial(_same, one)
    first = next(iter(clips))
    shipped = example_clips()
    addresses = {shipped.title(name): json.dumps(name) for name in shipped}
    for name in shipped:
        clips.setdefault(shipped.title(name), functools.partial(shipped.__getitem__, name))
    addresses |= {given.name: address(model, "model"), first: address(several[0], "clip")}
    loaded_model = "model" if isinstance(model, Model) else f"aj.load_model({address(model, '')})"
    addresses[control] = f"aj.stranger({loaded_model})"
    number = given.architecture.check_layer(layer)
    try:
        return Explorer(
            Listening(given, loaded[0], start),
            loaded[0],
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
