"""Windows of a song that a page holds beside the one shown: those that matter."""

from __future__ import annotations

import base64
import gzip
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from auralise_jax.audio.recording import Recording
from auralise_jax.listening import Listening, Moment, SongListening
from auralise_jax.network import Model
from auralise_jax.widgets.facts import take
from auralise_jax.widgets.muting import take_facts
from auralise_jax.widgets.timeline import bytes_of, facts_of
from auralise_jax.widgets.variant import Variant

STRONGEST = 3
"""Windows in which the feature shown is strongest, at most."""

CLASSES = 4
"""Classes that get the window that carries them most: those most probable over the song."""

_LEAST = 0.05
"""Probability that a class reaches in a window that is worth showing for it."""

_NEAR = 0.5
"""Share of a window by which two beginnings differ at most if one window serves for both."""

_ROUNDING = 1e-3
"""Seconds that placing windows on samples may take."""


class Window(NamedTuple):
    """A window of a song, and why it is in a page."""

    start: float
    """In seconds."""
    why: str = ""
    """Words for a reader of the page; empty if somebody named it."""


@dataclass(frozen=True)
class Whole:
    """The song that the window of a panel lies in.

    Parameters
    ----------
    recording : Recording
        The song.
    hear : callable
        Returns the song as a model hears it: the panel's, or that without gains. It may take long.
    only_here : sequence of str
        The notes of the panel that hold for the window shown and for no other.
    """

    recording: Recording
    hear: Callable[[Model], SongListening]
    only_here: Sequence[str] = ()


def starts_of(windows: Iterable[float]) -> tuple[float, ...]:
    """Return beginnings of windows as numbers, each once.

    Raises
    ------
    ValueError
        If one is not a number of seconds.

    Examples
    --------
    >>> starts_of([12, 30.5, 12.0])
    (12.0, 30.5)
    """
    starts = tuple(windows)
    for start in starts:
        is_number = isinstance(start, (int, float, np.number)) and not isinstance(start, bool)
        if not is_number or not math.isfinite(start):
            raise ValueError(f"windows must be numbers of seconds, not {start!r}")
    return tuple(dict.fromkeys(round(float(start), 3) for start in starts))


def check_starts(starts: Sequence[float], duration: float, seconds: float) -> None:
    """Raise ValueError if a window of `seconds` does not lie in a song of `duration` seconds."""
    last = duration - seconds
    for start in starts:
        if not 0 <= start <= last + _ROUNDING:
            raise ValueError(
                f"windows must begin at 0 to {math.floor(1000 * last) / 1000:g} s of a clip of "
                f"{duration:.4g} s, of which the model hears {seconds:g} s, not at {start:g} s"
            )


def named_windows(shown: float, starts: Sequence[float]) -> list[Window]:
    """Return the windows that somebody named, but for the one shown.

    Examples
    --------
    >>> named_windows(4.0, [4.0, 8.0])
    [Window(start=8.0, why='')]
    """
    return [Window(start) for start in starts if abs(start - shown) > _ROUNDING]


def windows_that_matter(
    song: SongListening, shown: float, layer: int, feature: int
) -> tuple[str, list[Window]]:
    """Return why the window shown matters, and the other windows that do.

    Those are the windows in which a feature is strongest, none over another, and for each class the
    window that carries it most. A window that begins near another is left out; what stands out in
    it is said of the other.

    Parameters
    ----------
    song : SongListening
        All of the song.
    shown : float
        Where the window begins that is shown now, in seconds.
    layer, feature : int
        The feature.
    """
    said: dict[float, list[str]] = {round(shown, 3): []}
    for moment, why in _moments(song, layer, feature):
        start = round(moment.start, 3)
        near = min(said, key=lambda other: abs(other - start))
        if abs(near - start) < _NEAR * song.seconds:
            start = near
        said.setdefault(start, []).append(why)
    here, *others = (Window(start, ", ".join(why)) for start, why in said.items())
    return here.why, others


def _moments(song: SongListening, layer: int, feature: int) -> list[tuple[Moment, str]]:
    last = song.duration - song.seconds + _ROUNDING  # what is padded with silence is no example
    found = [
        (moment, f"{layer}-{feature} strong")
        for moment in song.strongest(layer, feature, STRONGEST + 1)
        if moment.start <= last
    ][:STRONGEST]
    for name in _classes(song):
        best = next((one for one in song.likeliest(name, 2) if one.start <= last), None)
        if best is not None and best.value >= max(_LEAST, song.model.none_below):
            found.append((best, f"most {name}, {_percent(best.value)}"))
    return found


def _classes(song: SongListening) -> list[str]:
    if song.model.task not in ("classes", "tags"):
        return []
    order = np.argsort(-song.probabilities.mean(axis=0), kind="stable")
    return [song.classes[number] for number in order[:CLASSES]]


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def moved(variant: Variant, recording: Recording, start: float) -> Variant:
    """Return a variant at another window of its song."""
    heard = Listening(variant.heard.model, recording, start)
    for part in variant.heard.removed:
        heard = heard.without(part.band, part.stretch)
    return replace(variant, heard=heard)


def takes_of(variants: Sequence[Variant], recording: Recording) -> list[dict[str, Any]]:
    """Return the facts about variants at another window, beside what nothing muted would give."""
    first, *others = [take(variant) for variant in variants]
    heard = variants[0].heard
    if heard.gains or heard.removed:
        first = take_facts(first, heard, Listening(heard.model.under(), recording, heard.start))
    return [first, *others]


def packed_song(song: SongListening, layers: Iterable[int]) -> dict[str, Any]:
    """Return a song as a page holds it: what a live panel is sent, but the layers held only.

    Arrays are packed by gzip, in base64.
    """
    facts = facts_of(song)
    said, *activities = bytes_of(song)
    held = set(layers)
    for number, layer in enumerate(facts["layers"], start=1):
        if number not in held:
            layer["features"], activities[number - 1] = 0, b""
    return facts | {"arrays": [packed(one) for one in (said, *activities)]}


def packed(data: bytes) -> str:
    """Return data packed by gzip, in base64; the same data always give the same text."""
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()
