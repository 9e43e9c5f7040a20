"""Windows of a sound file, decoded piece by piece, so that an hour takes no more than a minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from auralise_jax.audio import Frontend
from auralise_jax.audio.stream import open_sound

Window = Float32[np.ndarray, " samples"]


def windows(path: Path, frontend: Frontend) -> Iterator[Window]:
    """Yield a file's consecutive windows at the front end's rate, its channels averaged.

    The last one is as short as the file leaves it, but at least half a window: pad it with zeros.
    What is left after it is dropped, as `Model.predict` does. The samples are those of `load_clip`
    with the front end's rate, bit for bit.

    Parameters
    ----------
    path : Path
        A sound file.
    frontend : Frontend
        Gives rate and length.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is empty, damaged, cut off, not sound, not finite, or too short for one window. A file
        may break off only after some of its windows.

    Examples
    --------
    >>> import tempfile
    >>> import auralise_jax as aj
    >>> path = Path(tempfile.mkdtemp()) / "tone.wav"
    >>> _ = aj.Clip(np.zeros(9 * 44100), 44100).save(path)  # 4 s, 4 s, and 1 s that is dropped
    >>> [len(window) for window in windows(path, aj.Frontend())]
    [44100, 44100]
    """
    size, count = frontend.samples, 0
    held: list[Window] = []
    there = 0
    for piece in _pieces(path, frontend.sample_rate):
        held.append(piece)
        there += len(piece)
        if there >= size:
            joined = np.concatenate(held)
            whole = there - there % size
            for start in range(0, whole, size):
                yield joined[start : start + size]
                count += 1
            held, there = [joined[whole:]], there - whole
    if there >= size / 2:
        yield np.concatenate(held)
    elif not count:
        seconds = there / frontend.sample_rate
        raise ValueError(f"too short: {seconds:.2f} s, under half of {frontend.duration:g} s")


def _pieces(path: Path, rate: int) -> Iterator[Window]:
    with open_sound(path) as sound:
        yield from sound.blocks(sample_rate=rate)
