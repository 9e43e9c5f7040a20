"""Sound files in: anything libsndfile reads, and through librosa what it does not."""

from __future__ import annotations

import math
import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auralise_jax.audio.clip import Clip

if TYPE_CHECKING:
    import soundfile

_BLOCK = 1 << 18  # frames read at once, so that eight channels never stand in memory whole


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
        WAV, FLAC, Ogg, MP3, AIFF and whatever else libsndfile reads; other formats go to librosa,
        which needs a decoder such as FFmpeg for them. Channels are averaged.
    sample_rate : int, optional
        In hertz, to resample to. By default the file's own.
    offset : float
        Seconds to skip. The file is sought, not read, up to there.
    duration : float, optional
        Seconds to read; less if the file ends before. By default to the end.

    Returns
    -------
    Clip
        Titled with the file's name.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is empty, not audio, cut off, holds no sample in the asked range, or holds
        samples that are not finite.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "tone.wav"
    >>> _ = Clip(np.zeros(44100), 44100).save(path)
    >>> load_clip(path, sample_rate=11025, offset=0.25, duration=0.5)
    <Clip 'tone': 0.50 s at 11025 Hz>
    """
    path = Path(path)
    if not (offset >= 0 and math.isfinite(offset)):
        raise ValueError(f"offset must be zero or more seconds, not {offset!r}")
    if duration is not None and not duration > 0:
        raise ValueError(f"duration must be more than zero seconds, not {duration!r}")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a sound file in it")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes); expected a sound file")
    clip = _read(path, offset, duration)
    return clip if sample_rate is None else clip.resample(sample_rate)


def _read(path: Path, offset: float, duration: float | None) -> Clip:
    import soundfile

    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        return _read_by_librosa(path, offset, duration, str(error))
    with file:
        rate = file.samplerate
        first = round(offset * rate)
        if first >= file.frames:
            raise ValueError(
                f"{path} has no sample at {offset:g} s: it is {file.frames / rate:.3f} s long"
                if file.frames
                else f"{path} holds no sample: its length is zero"
            )
        left = file.frames - first
        wanted = left if duration is None else round(duration * rate)
        if wanted == 0:
            raise ValueError(f"duration {duration!r} s holds no sample at {rate} Hz")
        try:
            file.seek(first)
            samples = _average(file, min(wanted, left))
        except soundfile.LibsndfileError as error:
            raise ValueError(f"{path} is damaged: {error}") from None
        promised = max(_promised_frames(path, file), file.frames)
        if len(samples) < min(wanted, promised - first):
            raise ValueError(
                f"{path} is cut off: its header promises {promised / rate:.3f} s, but the sound "
                f"ends at {(first + len(samples)) / rate:.3f} s; fetch it anew, or pass a "
                "duration that ends before that"
            )
    try:
        return Clip(samples, rate, path.stem)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _average(file: soundfile.SoundFile, count: int) -> np.ndarray:
    """Read `count` frames (fewer if the file ends) and average their channels."""
    blocks = []
    while count > 0:
        block = file.read(min(count, _BLOCK), dtype="float32", always_2d=True)
        if len(block) == 0:
            break
        blocks.append(block.mean(axis=1))
        count -= len(block)
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def _promised_frames(path: Path, file: soundfile.SoundFile) -> int:
    """Return the frames a WAV header promises; libsndfile quietly trims them to the file's size."""
    present = int(file.frames)
    if file.format not in ("WAV", "WAVEX"):
        return present
    with path.open("rb") as raw:
        raw.seek(12)
        align = 0
        while len(head := raw.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"fmt ":
                align = struct.unpack("<12xH", raw.read(14))[0]
                raw.seek(size - 14, 1)
            elif name == b"data":
                # A streaming writer leaves "unknown": all ones, or nothing.
                known = size < 0x7FFFF000 and align and file.subtype.startswith(_PLAIN)
                return int(size // align) if known else present
            else:
                raw.seek(size, 1)
            raw.seek(size & 1, 1)
    return present


_PLAIN = ("PCM", "FLOAT", "DOUBLE", "ULAW", "ALAW")


def _read_by_librosa(path: Path, offset: float, duration: float | None, why: str) -> Clip:
    import librosa

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # librosa tells that it tries its second decoder
            samples, rate = librosa.load(path, sr=None, mono=True, offset=offset, duration=duration)
    except Exception:
        raise ValueError(
            f"{path} is not a sound file that can be read here ({why.rstrip('.')}); expected WAV, "
            "FLAC, Ogg or MP3, or a format for which FFmpeg is installed"
        ) from None
    if len(samples) == 0:
        raise ValueError(f"{path} holds no sample at {offset:g} s")
    return Clip(samples, int(rate), path.stem)
