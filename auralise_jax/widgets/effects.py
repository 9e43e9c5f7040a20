"""What a layer's features do to the prediction, as a panel has it: each window is computed once."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Float32

from auralise_jax.insight.ablation import effects
from auralise_jax.insight.window_effects import WindowEffects, spread_over
from auralise_jax.listening import Listening
from auralise_jax.network import Model
from auralise_jax.widgets.song import Song

Check = Callable[[], None]


class _Windows:
    """Windows of a song, and how every logit changes in each, by layer and window."""

    def __init__(self, song: Song, model: Model) -> None:
        frontend = model.frontend
        self.pictures = []
        for start in spread_over(song.duration, model.seconds):
            clip = song.window(float(start), model.seconds).resample(frontend.sample_rate)
            picture = frontend.picture(frontend.fit(clip.samples[: frontend.samples]))
            self.pictures.append(np.asarray(jax.device_get(picture)))
        self._known: dict[tuple[int, int], Float32[np.ndarray, "features outputs"]] = {}

    def effects(
        self, model: Model, layer: int, check: Check
    ) -> Float32[np.ndarray, "windows features outputs"]:
        """Return the effects in all windows; where `check` ends the work, those done are kept."""
        for number, picture in enumerate(self.pictures):
            if (layer, number) not in self._known:
                found = effects(model, picture[None], layer, check=check)[0]
                self._known[layer, number] = found
        return np.stack([self._known[layer, n] for n in range(len(self.pictures))])


# What is kept for a listening or a song must not hold it, or it would stay for ever.
_MESSAGES: weakref.WeakKeyDictionary[Listening, dict[int, dict[str, Any]]]
_MESSAGES = weakref.WeakKeyDictionary()
_SONGS: weakref.WeakKeyDictionary[Song, weakref.WeakKeyDictionary[Model, _Windows]]
_SONGS = weakref.WeakKeyDictionary()


def why_no_effects(model: Model) -> str:
    """Return why features have no effects that can be measured; empty if they can have some."""
    if model.task == "pitch":
        return "this network gives a pitch, no class whose score could change"
    if model.task == "tempo":
        return "this network gives a tempo, whose neighbouring classes say much the same"
    return "" if model.classes else "this network gives no classes, so no score that could change"


def effect_facts(heard: Listening) -> dict[str, str]:
    """Return what a page knows of effects before they are there.

    Returns
    -------
    dict
        ``name``, the most probable class or tag; ``why``, why there are no effects.
    """
    why = why_no_effects(heard.model)
    return {"name": "" if why else _predicted(heard), "why": why}


def effects_message(
    heard: Listening, song: Song, layer: int, check: Check
) -> dict[str, Any] | None:
    """Return how the features of a layer, each muted alone, change the predicted class's logit.

    Parameters
    ----------
    heard : Listening
        The window that is shown. What is muted in it stays muted: these effects come on top.
    song : Song
        What it is a window of; up to a dozen windows of the song are computed, too.
    layer : int
        From 1.
    check : callable
        May raise to end the work; windows that were done are kept.

    Returns
    -------
    dict, or None
        None where there are no effects. If this network cannot be muted, ``why`` says so.
    """
    if why_no_effects(heard.model):
        return None
    known = _MESSAGES.setdefault(heard, {})
    if layer not in known:
        name = {"kind": "effects", "layer": layer}
        try:
            known[layer] = name | _found(heard, song, layer, check)
        except ValueError as error:
            known[layer] = name | {"why": str(error)}
    return known[layer]


def _found(heard: Listening, song: Song, layer: int, check: Check) -> dict[str, Any]:
    model = heard.model
    place = model.classes.index(_predicted(heard))
    here = effects(model, heard.picture[None], layer, check=check)[0, :, place]
    elsewhere = np.zeros((0, len(here)))
    if song.duration >= 2 * model.seconds and not heard.removed:  # elsewhere nothing is taken out
        windows = _SONGS.setdefault(song, weakref.WeakKeyDictionary())
        if model not in windows:
            windows[model] = _Windows(song, model)
        elsewhere = windows[model].effects(model, layer, check)[..., place]
    found = WindowEffects.of(here, elsewhere)
    single = found.windows == 1
    return {
        "why": "",
        "windows": found.windows,
        "order": found.order.tolist(),
        "here": _rounded(found.here),
        "mean": _rounded(found.mean),
        "low": None if single else _rounded(found.low),
        "high": None if single else _rounded(found.high),
    }


def _predicted(heard: Listening) -> str:
    said = heard.predict()
    return max(said, key=lambda name: said[name])


def _rounded(values: Float[np.ndarray, " features"]) -> list[float]:
    """Return numbers of four significant digits: logits of a network may be of any size."""
    return [float(f"{value:.4g}") for value in values]
