"""A recording: a clip, or a sound file that stays on disk, heard by windows and block by block.

A file streams past, or a part of it is decoded when it is asked for: an hour takes no more memory
than a minute.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
from jaxtyping import Float32

from auralise_jax.audio.clip import Clip, check_start
from auralise_jax.audio.decode import load_clip
from auralise_jax.audio.examples import example_clips
from auralise_jax.audio.stream import open_sound

_BLOCK = 1 << 18
"""Samples of a clip in one block."""

_HEAD = 0.1
"""Seconds decoded to see whether a file is a sound file."""


class Recording:
    """Windows of a clip, or of a sound file that stays on disk.

    Parameters
    ----------
    source : Clip or Path
        The sound.
    title : str
        Title of every window.

    Attributes
    ----------
    title : str
        As given.
    """

    def __init__(self, source: Clip | Path, title: str) -> None:
        self._source, self.title = source, title

    @classmethod
    def of(cls, source: Clip | str | Path) -> Self:
        """Return a clip, or a sound file, under its own title.

        Raises
        ------
        FileNotFoundError, ValueError
            As `load_clip`, if the beginning of the file shows it.
        """
        if isinstance(source, Clip):
            return cls(source, source.title)
        head = load_clip(source, duration=_HEAD)
        return cls(Path(source).absolute(), head.title)

    @functools.cached_property
    def sample_rate(self) -> int:
        """Of the sound itself, in hertz."""
        if isinstance(self._source, Clip):
            return self._source.sample_rate
        with open_sound(self._source) as sound:
            return sound.sample_rate

    @functools.cached_property
    def duration(self) -> float:
        """Length in seconds; a file whose header lacks the length is read to its end, once."""
        if isinstance(self._source, Clip):
            return self._source.duration
        with open_sound(self._source) as sound:
            if math.isfinite(sound.duration):
                return sound.duration
            return sum(map(len, sound.blocks())) / sound.sample_rate

    def window(self, start: float, duration: float) -> Clip:
        """Return a part, as `Clip.window` does; only that part of a file is held in memory.

        Parameters
        ----------
        start, duration : float
            In seconds; the part is shorter where the recording ends earlier.

        Returns
        -------
        Clip
            At the recording's sampling rate, under its title.

        Raises
        ------
        ValueError
            If `start` lies outside the recording, `duration` holds no sample, or that part of a
            file is damaged or cut off.
        FileNotFoundError, OSError
            If the file is gone by now, or cannot be read.

        Examples
        --------
        >>> Recording(Clip(np.zeros(9000), 1000), "silence").window(7.0, 4.0)
        <Clip 'silence': 2.00 s at 1000 Hz>
        """
        if isinstance(self._source, Clip):
            part = self._source.window(start, duration)
        else:
            check_start(start, self.duration)
            part = load_clip(self._source, offset=start, duration=duration)
        return Clip(part.samples, part.sample_rate, self.title)

    def blocks(self, sample_rate: int) -> Iterator[Float32[np.ndarray, " samples"]]:
        """Yield the whole sound at a rate, in hertz, block by block, without seams.

        Raises
        ------
        OSError, ValueError
            As `window` does; maybe only after some blocks.

        Examples
        --------
        >>> silence = Recording(Clip(np.zeros(9000), 1000), "silence")
        >>> [len(block) for block in silence.blocks(2000)]
        [18000]
        """
        if isinstance(self._source, Clip):
            samples = self._source.resample(sample_rate).samples
            yield from np.split(samples, range(_BLOCK, len(samples), _BLOCK))
            return
        with open_sound(self._source) as sound:
            yield from sound.blocks(sample_rate=sample_rate)


def find_recording(clip: Clip | Recording | str | Path) -> Recording:
    """Return a clip, a shipped clip by its name, or a sound file as a recording.

    A recording stays as it is.

    Raises
    ------
    FileNotFoundError, ValueError
        As `Recording.of`.

    Examples
    --------
    >>> find_recording("dance").title
    'Dance'
    """
    if isinstance(clip, Recording):
        return clip
    examples = example_clips()
    if isinstance(clip, str) and clip in examples:
        return Recording(examples[clip], examples.title(clip))
    return Recording.of(clip)
