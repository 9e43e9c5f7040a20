"""Sound files in, as clips: whole or a part, at any rate."""

from __future__ import annotations

import contextlib
import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from auralise_jax.audio.clip import Clip, check_rate
from auralise_jax.audio.resampling import TooLongError, check_length
from auralise_jax.audio.stream import CutOffError, open_sound


def load_clip(
    path: str | Path,
    *,
    sample_rate: int | None = None,
    offset: float = 0.0,
    duration: float | None = None,
) -> Clip:
    """Read a sound file as a mono clip.

    Parameters
    ----------
    path : str or Path
        WAV, FLAC, Ogg, MP3, AIFF and whatever else libsndfile reads; otherwise whatever FFmpeg
        reads, if it is installed, or a decoder of the operating system. Channels are averaged.
    sample_rate : int, optional
        In hertz, from 1000 to 768000, to resample to. By default the file's rate.
    offset : float
        Seconds to skip. PCM, FLAC, MP3 and Ogg Vorbis are sought; in other formats, where seeking
        is not exact, what comes before is decoded and dropped.
    duration : float, optional
        Seconds to read; less if the file ends before. By default to the end. A part is the same
        samples as in the whole file, and takes no more memory than it has itself.

    Returns
    -------
    Clip
        Titled with the file's name.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is empty, not a file (a pipe, a device), not audio, or cut off before the end of
        the asked range; if it holds no sample in that range, or samples that are not finite; if
        files of two sampling rates were joined in it; if the clip would have more than 2**28
        samples (101 minutes at 44.1 kHz, 1 GB); or if it is to be resampled from a rate that does
        not lie between 1000 and 768000 Hz.

    Warns
    -----
    UserWarning
        If the file is nearly whole: less than 1 % of what its header promises is missing, or,
        where no byte is missing, less than half a second; or if it breaks off and nothing tells
        how long it should be. The warning gives both lengths where both are known.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "tone.wav"
    >>> _ = Clip(np.zeros(44100), 44100).save(path)
    >>> load_clip(path, sample_rate=11025, offset=0.25, duration=0.5)
    <Clip 'tone': 0.50 s at 11025 Hz>
    """
    path = Path(path)
    with open_sound(path) as sound:
        rate = sound.sample_rate if sample_rate is None else check_rate(sample_rate)
        blocks = sound.blocks(offset=offset, duration=duration, sample_rate=rate)
        known = min(math.inf if duration is None else duration, sound.duration - offset)
        held, count = [], 0
        try:
            check_length(0 if known == math.inf else known * rate, rate)
            for block in blocks:
                held.append(block)
                check_length(count := count + len(block), rate)
        except TooLongError as error:
            raise ValueError(f"{path} is {error}") from None
        except CutOffError as error:
            error.add_note("To read what is there, pass a duration that ends before that.")
            raise
    samples = np.concatenate(held)
    del held  # of an hour, half a gigabyte
    return Clip(samples, rate, _title(path))


def _title(path: Path) -> str:
    """Return a file's name without its ending; what in it is no text becomes a question mark."""
    return os.fsencode(path.stem).decode("utf-8", "replace")


def whole_duration(path: str | Path) -> float:
    """Return how many seconds a sound file lasts, infinity if that is not known before the end.

    Frames are counted where a header only estimates; nothing is decoded.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be opened. What is not a sound file has no known
        length.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "tone.wav"
    >>> whole_duration(Clip(np.zeros(44100), 44100).save(path))
    1.0
    """
    try:
        with open_sound(path) as sound:
            return sound.duration
    except ValueError:
        return math.inf


@contextlib.contextmanager
def quiet_decoders() -> Iterator[None]:
    """Drop what C code writes to standard error meanwhile.

    Libsndfile's MP3 decoder remarks there on ordinary files, and cannot be told not to; what is
    wrong with a file `load_clip` says itself. `load_clip` does not do this of its own accord: the
    descriptor belongs to the whole process, other threads and new children included. It is for
    programs, which know that nobody else has anything to say.
    """
    with contextlib.ExitStack() as undo:
        try:
            sys.stderr.flush()
            kept = os.dup(2)
        except (AttributeError, OSError):  # there is no standard error to spare
            yield
            return
        undo.callback(os.close, kept)
        nothing = os.open(os.devnull, os.O_WRONLY)
        undo.callback(os.close, nothing)
        os.dup2(nothing, 2)
        undo.callback(os.dup2, kept, 2)
        yield
