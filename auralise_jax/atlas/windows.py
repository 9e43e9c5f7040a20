"""Pieces of a sound file, decoded one after another: an hour takes no more than a minute."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from auralise_jax.audio.stream import open_sound
from auralise_jax.frontend import AnyFrontend, Frontend
from auralise_jax.frontend.windows import check_length

Window = Float32[np.ndarray, " samples"]


def blocks(path: Path, rate: int) -> Iterator[Window]:
    """Yield a file's sound at a rate, its channels averaged, in blocks of any length.

    Together they are the samples of `load_clip` with that rate, bit for bit.

    Parameters
    ----------
    path : Path
        A sound file.
    rate : int
        In hertz.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is empty, damaged, cut off, not sound or not finite; maybe only after some blocks.
    """
    with open_sound(path) as sound:
        yield from sound.blocks(sample_rate=rate)


def pieces(
    path: Path,
    frontend: Frontend,
    frames: tuple[int, int],
    margin: int,
    needed: Callable[[int], int],
) -> Iterator[tuple[Window, int]]:
    """Yield a file's sound in pieces of `frames` frames, each with the number of samples so far.

    A piece begins `margin` frames early and ends as many later, so that all its frames see real
    sound. Before the file stands its reflection, as in any picture; after it, silence.

    Parameters
    ----------
    path : Path
        A sound file.
    frontend : Frontend
        Gives rate, hop and window.
    frames : (int, int)
        Frames of a piece, and of the shorter pieces at the end.
    margin : int
        Frames beside a piece.
    needed : callable
        Says how many frames are wanted of a file of so many samples, at least.

    Raises
    ------
    OSError, ValueError
        As `blocks` does, or if the file lasts less than half of the model's window.

    Examples
    --------
    >>> import tempfile
    >>> import auralise_jax as aj
    >>> path = Path(tempfile.mkdtemp()) / "tone.wav"
    >>> _ = aj.Clip(np.zeros(9 * 11025), 11025).save(path)
    >>> found = pieces(path, aj.Frontend(), (192, 64), 1, lambda samples: -(-samples // 256))
    >>> [len(piece) // 256 for piece, _ in found]
    [193, 193, 65]
    """
    hop = frontend.hop_length
    long, short = frames
    before, beside = margin * hop, (2 * margin - 1) * hop
    size = long * hop + beside
    held = np.zeros(0, np.float32)
    samples = done = 0
    for block in blocks(path, frontend.sample_rate):
        is_begin = samples <= before  # there was too little to reflect
        samples += len(block)
        held = np.concatenate([held, block])
        if samples <= before:
            continue
        if is_begin:
            held = np.pad(held, (before, 0), mode="reflect")
        while len(held) >= size:
            yield held[:size], samples
            held, done = held[long * hop :], done + long
    check_length(samples, frontend.samples, frontend.sample_rate)
    if samples <= before:
        held = np.pad(held, (before, 0), mode="reflect")
    while (rest := needed(samples) - done) > 0:
        new = short if rest <= long - short else long
        size = new * hop + beside
        yield np.pad(held[:size], (0, max(0, size - len(held)))), samples
        held, done = held[new * hop :], done + new


def overlapping(path: Path, frontend: AnyFrontend, hop: int) -> Iterator[tuple[Window, int]]:
    """Yield a window of the front end's length at every `hop` samples of a file that lie in it.

    With each comes how many samples were read by then. After the file stands silence.

    Parameters
    ----------
    path : Path
        A sound file.
    frontend : AnyFrontend
        Gives rate and length.
    hop : int
        In samples; at most the length.

    Raises
    ------
    OSError, ValueError
        As `blocks` does, or if the file lasts less than half of a window.

    Examples
    --------
    >>> import tempfile
    >>> import auralise_jax as aj
    >>> path = Path(tempfile.mkdtemp()) / "tone.wav"
    >>> _ = aj.Clip(np.zeros(9 * 11025), 11025).save(path)
    >>> [len(window) for window, _ in overlapping(path, aj.Frontend(), 40_000)]
    [44100, 44100, 44100]
    """
    size = frontend.samples
    held = np.zeros(0, np.float32)
    samples = done = 0
    for block in blocks(path, frontend.sample_rate):
        samples += len(block)
        held = np.concatenate([held, block])
        while len(held) >= size:
            yield held[:size], samples
            held, done = held[hop:], done + hop
    check_length(samples, size, frontend.sample_rate)
    while done < samples:
        yield np.pad(held, (0, max(0, size - len(held)))), samples
        held, done = held[hop:], done + hop


def stretches(path: Path, rate: int, starts: Sequence[int], length: int) -> Iterator[Window]:
    """Yield what a file holds from each start on, in samples at a rate, up to a length.

    Parameters
    ----------
    path : Path
        A sound file.
    rate : int
        In hertz.
    starts : sequence of int
        Rising.
    length : int
        In samples; shorter, or empty, where the file ends.

    Raises
    ------
    OSError, ValueError
        As `blocks` does.
    """
    waiting = collections.deque(starts)
    held, first = np.zeros(0, np.float32), 0
    for block in blocks(path, rate):
        held = np.concatenate([held, block])
        while waiting and waiting[0] + length <= first + len(held):
            start = waiting.popleft() - first
            yield held[start : start + length]
        if not waiting:
            return
        gone = min(len(held), max(0, waiting[0] - first))
        held, first = held[gone:], first + gone
    for start in waiting:
        yield held[start - first : start - first + length]
