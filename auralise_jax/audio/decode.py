"""Read sound files as clips: whole or a part, at any rate."""

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
        is not exact, everything before it is decoded and dropped.
    duration : float, optional
        Seconds to read; less if the file ends before. By default to the end. A part has the
        same samples as in the whole file, and takes only its own memory.

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
        seconds = min(math.inf if duration is None else duration, sound.duration - offset)
        decoded, count = [], 0
        try:
            check_length(0 if seconds == math.inf else seconds * rate, rate)
            for block in blocks:
                decoded.append(block)
                check_length(count := count + len(block), rate)
        except TooLongError as error:
            raise ValueError(f"{path} is {error}") from None
        except CutOffError as error:
            error.add_note("To read what is there, pass a duration that ends before that.")
            raise
    samples = np.concatenate(decoded)
    del decoded  # of an hour, half a gigabyte
    return Clip(samples, rate, _title(path))


def _title(path: Path) -> str:
    """Return a file's name without its suffix; bytes that are not UTF-8 are replaced."""
    return os.fsencode(path.stem).decode("utf-8", "replace")


def whole_duration(path: str | Path) -> float:
    """Return the duration of a sound file in seconds, infinity if it is not known before the end.

    Frames are counted where a header only estimates; nothing is decoded.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be opened. (Of a file that is not sound, the duration
        is not known.)

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
    """Silence C code that writes to standard error, in this block.

    Libsndfile's MP3 decoder writes remarks on ordinary files there, which cannot be switched off;
    real problems with a file are reported by `load_clip`. `load_clip` does not use this itself,
    since the descriptor belongs to the whole process, with its other threads and new children:
    only programs can know that nothing else writes there.
    """
    with contextlib.ExitStack() as undo:
        try:
            sys.stderr.flush()
            saved = os.dup(2)
        except (AttributeError, OSError):  # there is no standard error
            yield
            return
        undo.callback(os.close, saved)
        devnull = os.open(os.devnull, os.O_WRONLY)
        undo.callback(os.close, devnull)
        os.dup2(devnull, 2)
        undo.callback(os.dup2, saved, 2)
        yield
