"""Windows of one or several sounds, as pictures that a network sees."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import jax
import numpy as np
from jaxtyping import Float32, Int

from auralise_jax.audio import Clip
from auralise_jax.audio.recording import Recording, find_recording
from auralise_jax.choices import whole
from auralise_jax.listening.song_windows import sliding
from auralise_jax.network import Model
from auralise_jax.network.cost import check_window
from auralise_jax.text import shorten

Sound: TypeAlias = Clip | Recording | str | Path
Sounds: TypeAlias = Sound | Iterable[Sound] | Mapping[str, Sound]


class Windows(NamedTuple):
    """Windows of sounds; made by `windows_of`."""

    pictures: Float32[np.ndarray, "windows ..."]
    clip: Int[np.ndarray, " windows"]
    """The number of the clip that each window is of, from 0."""
    titles: tuple[str, ...]
    """Of the clips."""
    silent: int
    """How many windows hold nothing but zeros."""


def windows_of(model: Model, clips: Sounds, most: int, hop: float | None) -> Windows:
    """Return windows from the beginning of each clip on, up to a number in all.

    Each clip may have as many as the next, as long as the number lasts; what short clips leave goes
    to those that follow. A last window with less than half its length of sound is left out, unless
    it is the only one; windows are filled up with silence.

    Parameters
    ----------
    model : Model
        Whose front end makes the pictures.
    clips : Clip, str or Path, or several
        Clips, names of shipped clips, or sound files, which are read no further than needed.
    most : int
        Windows in all.
    hop : float, optional
        Seconds from window to window; by default their length.

    Raises
    ------
    ValueError, OSError
        If there are no clips, all are silent, a number is out of range, or a file cannot be read.
    """
    check_window(model.network.cost(), model.frontend)
    if whole(most) < 1:
        raise ValueError(f"windows must be a whole number of at least 1, not {most!r}")
    seconds = model.seconds
    is_number = isinstance(hop, (int, float, np.number)) and not isinstance(hop, bool)
    if hop is not None and not (is_number and 1 / model.frontend.sample_rate <= hop <= 3600):
        raise ValueError(
            f"hop must be seconds from one window to the next, such as {seconds:g}, not {hop!r}"
        )
    sounds = _several(clips)
    found, clip, titles, silent = list[np.ndarray](), list[int](), list[str](), 0
    frontend = model.frontend
    for number, sound in enumerate(sounds[:most]):
        left = most - len(found)
        share = -(-left // (min(most, len(sounds)) - number))
        recording = find_recording(sound)
        step = (hop or seconds) * frontend.sample_rate
        blocks = recording.blocks(frontend.sample_rate)
        titles.append(recording.title)
        for _, window in itertools.islice(sliding(blocks, frontend.samples, step), share):
            picture = np.asarray(jax.device_get(frontend.picture(frontend.fit(window))))
            name = shorten(recording.title or f"clip {number}", 40)
            model.check_finite(picture, f"its front end, on {name}")
            silent += not window.any()
            found.append(picture.astype(np.float32))
            clip.append(number)
    if silent == len(found):
        raise ValueError("all windows are silent, so there is nothing to mute; give clips of sound")
    return Windows(np.stack(found), np.array(clip), tuple(titles), silent)


def _several(clips: Sounds) -> Sequence[Sound]:
    if isinstance(clips, (Clip, Recording, str, Path)):
        return [clips]
    if isinstance(clips, Mapping):
        clips = clips.values()
    if not isinstance(clips, Iterable):
        raise ValueError(f"clips must be clips, names of shipped clips or paths, not {clips!r:.80}")
    sounds = list(clips)
    for sound in sounds:
        if not isinstance(sound, (Clip, Recording, str, Path)):
            raise ValueError(
                f"clips must be clips, names of shipped clips or paths, not {sound!r:.80}"
            )
    if not sounds:
        raise ValueError("there are no clips to mute features on")
    return sounds
