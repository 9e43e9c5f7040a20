"""Windows of a sound file, decoded piece by piece, so that an hour takes no more than a minute."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from auralise_jax.audio import Frontend, load_clip
from auralise_jax.audio.clip import check_rate
from auralise_jax.audio.decode import BLOCK, mended, promised_frames

CHANNELS = 8
"""With more of them fewer frames are read at once."""

RATES = (1_000, 768_000)
"""In hertz; a header that says less would make millions of windows out of a small file."""

Window = Float32[np.ndarray, " samples"]


def windows(path: Path, frontend: Frontend) -> Iterator[Window]:
    """Yield a file's consecutive windows at the front end's rate, its channels averaged.

    The last one is as short as the file leaves it, but at least half a window: pad it with zeros.
    What is left after it is dropped, as `Model.predict` does. The samples are those of `load_clip`
    with the front end's rate, bit for bit, whatever libsndfile reads; other formats go to
    `load_clip`, and so stand whole in memory.

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
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes); expected a sound file")
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
    import soundfile
    import soxr

    with contextlib.ExitStack() as opened:
        patched = mended(path)
        source = path if patched is None else opened.enter_context(patched)
        try:
            file = opened.enter_context(soundfile.SoundFile(source))
        except (soundfile.LibsndfileError, TypeError):
            opened.close()
            yield load_clip(path, sample_rate=rate).samples
            return
        own = check_rate(file.samplerate)
        if not RATES[0] <= own <= RATES[1]:
            raise ValueError(
                f"{path} says that its rate is {own} Hz; expected {RATES[0]} to {RATES[1]} Hz"
            )
        promised = promised_frames(path, file)
        resampler = soxr.ResampleStream(own, rate, 1, dtype="float32", quality="HQ")
        done = 0
        for block in _blocks(path, file, own):
            done += len(block)
            yield block if own == rate else resampler.resample_chunk(block)
        if done < promised - 0.5:
            more = "more" if promised == math.inf else f"{promised / own:.3f} s"
            raise ValueError(
                f"{path} is cut off: its header promises {more}, but the sound ends at "
                f"{done / own:.3f} s; fetch it anew"
            )
        if done and own != rate:
            yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _blocks(path: Path, file: object, rate: int) -> Iterator[Window]:
    import soundfile

    assert isinstance(file, soundfile.SoundFile)  # noqa: S101
    # As many as `load_clip` reads: MP3 decodes by other roundings where a read ends.
    frames, done = min(BLOCK, max(1024, CHANNELS * BLOCK // file.channels)), 0
    while True:
        try:
            block = file.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise ValueError(f"{path} is damaged: {error}") from None
        if len(block) == 0:
            return
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused now
            mono = block.mean(axis=1)
        if not np.isfinite(mono).all():
            bad = done + int(np.flatnonzero(~np.isfinite(mono))[0])
            raise ValueError(
                f"{path}: samples must be finite, but sample {bad} ({bad / rate:.3f} s) is not"
            )
        done += len(block)
        yield mono
