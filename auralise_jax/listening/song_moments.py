"""Moments of a song: where a feature or a class is strongest, and these places in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from auralise_jax.audio import Clip
from auralise_jax.audio.recording import Recording
from auralise_jax.choices import whole

FADE = 0.01
"""Seconds in which an excerpt comes and goes where it was cut, so that it does not click."""


class Moment(NamedTuple):
    """A window of a song, and what made it stand out; see `SongListening.strongest`.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> song = aj.listen_song(aj.load_model("genre"), "hiphop", progress=False)
    >>> moment = song.strongest(3, 20)[0]
    >>> moment.end - moment.start
    4.0
    """

    start: float
    """In seconds."""
    end: float
    """In seconds; the song's end at most."""
    value: float
    """The activity of a feature, or the probability of a class."""


def best(
    values: Float[np.ndarray, " windows"],
    times: Float[np.ndarray, " windows"],
    seconds: float,
    duration: float,
    n: int,
) -> tuple[Moment, ...]:
    """Return the windows with the largest values, the largest first, none over another.

    Of equal windows the earliest is taken; windows with 0 are left out.

    Parameters
    ----------
    values, times : array of float, shape (windows,)
        What is looked for, and where each window begins, in seconds.
    seconds, duration : float
        Length of a window and of the song.
    n : int
        At most.

    Raises
    ------
    ValueError
        If `n` is not a whole number from 1.

    Examples
    --------
    >>> times = np.arange(5.0)
    >>> for found in best(np.array([0.1, 0.8, 0.9, 0.0, 0.2]), times, 2.0, 5.5, 3):
    ...     print(*found)
    2.0 4.0 0.9
    4.0 5.5 0.2
    0.0 2.0 0.1
    """
    if whole(n) < 1:
        raise ValueError(f"n must be a whole number of moments, 1 or more, not {n!r}")
    found: list[Moment] = []
    for window in np.argsort(-values, kind="stable"):
        start, value = float(times[window]), float(values[window])
        if value <= 0 or len(found) == n:
            break
        # A thousandth of a second is what rounding to samples may take.
        if all(abs(start - other.start) > seconds - 1e-3 for other in found):
            found.append(Moment(start, min(start + seconds, duration), value))
    return tuple(found)


def in_a_row(recording: Recording, moments: Sequence[Moment]) -> Clip:
    """Return parts of a recording one after another, joined without clicks.

    Raises
    ------
    ValueError
        If there is no moment, or one lies outside of the recording.
    """
    if not moments:
        raise ValueError("moments is empty: there is no excerpt to join")
    parts = []
    for moment in moments:
        part = recording.window(moment.start, moment.end - moment.start)
        count = min(round(FADE * part.sample_rate), len(part.samples) // 2)
        fade = 0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count)
        samples = part.samples.copy()
        samples[:count] *= fade
        samples[len(samples) - count :] *= fade[::-1]
        parts.append(samples)
    return Clip(np.concatenate(parts), part.sample_rate, f"{recording.title}, excerpts")
