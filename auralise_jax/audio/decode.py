"""Sound files in: anything libsndfile reads, and through librosa what it does not."""

from __future__ import annotations

import contextlib
import gc
import io
import math
import os
import struct
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auralise_jax.audio.clip import Clip, check_rate

if TYPE_CHECKING:
    import soundfile

_COUNTLESS = (1 << 63) - 1  # frames in a FLAC that was streamed, says libsndfile
BLOCK = 1 << 18  # frames read at once, so that eight channels never stand in memory whole


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
    if sample_rate is not None:
        sample_rate = check_rate(sample_rate)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a sound file in it")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} is empty (0 bytes); expected a sound file")
    clip = _read(path, offset, duration)
    return clip if sample_rate is None else clip.resample(sample_rate)


def whole_duration(path: str | Path) -> float:
    """Return how many seconds a sound file lasts, infinity if that is not known before the end.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "tone.wav"
    >>> whole_duration(Clip(np.zeros(44100), 44100).save(path))
    1.0
    """
    import soundfile

    with mended(Path(path)) or contextlib.nullcontext(path) as source:
        try:
            with soundfile.SoundFile(source) as file:
                unknown = file.frames == _COUNTLESS
                return math.inf if unknown else float(file.frames / file.samplerate)
        except (soundfile.LibsndfileError, TypeError):
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


def _read(path: Path, offset: float, duration: float | None) -> Clip:
    import soundfile

    whole = math.inf if duration is None else duration
    with contextlib.ExitStack() as opened:
        patched = mended(path)
        source = path if patched is None else opened.enter_context(patched)
        try:
            file = opened.enter_context(soundfile.SoundFile(source))
        except (soundfile.LibsndfileError, TypeError) as error:
            # A TypeError: an ending such as .raw, for which soundfile wants to be told the rate.
            return _read_by_librosa(path, offset, whole, str(error))
        rate = file.samplerate
        present, promised = file.frames, promised_frames(path, file)
        if offset * rate > promised - 0.5:
            raise ValueError(
                f"{path} has no sample at {offset:g} s: it is {present / rate:.3f} s long"
                if promised
                else f"{path} holds no sample: its length is zero"
            )
        if whole * rate < 0.5:
            raise ValueError(f"duration {duration!r} s holds no sample at {rate} Hz")
        first = round(offset * rate)
        wanted = min(whole * rate, promised - first)
        try:
            samples = _average(file, first, present if wanted == math.inf else round(wanted))
        except soundfile.LibsndfileError as error:
            raise ValueError(f"{path} is damaged: {error}") from None
        if len(samples) < wanted - 0.5:
            more = "more" if promised == math.inf else f"{promised / rate:.3f} s"
            end = (min(first, present) + len(samples)) / rate
            raise ValueError(
                f"{path} is cut off: its header promises {more}, but the sound ends at {end:.3f} "
                "s; fetch it anew, or pass a duration that ends before that"
            )
    return _clip(path, samples, rate)


def _clip(path: Path, samples: np.ndarray, rate: float) -> Clip:
    try:
        return Clip(samples, check_rate(rate), path.stem)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _average(file: soundfile.SoundFile, first: int, count: int) -> np.ndarray:
    """Read `count` frames from `first` on (fewer if the file ends), and average their channels."""
    import soundfile

    if first:
        try:
            file.seek(min(first, file.frames))
        except soundfile.LibsndfileError:  # a few old codecs cannot: read up to there
            while first and (skipped := len(file.read(min(first, BLOCK)))):
                first -= skipped
    blocks = [np.zeros(0, np.float32)]
    while count > 0:
        block = file.read(min(count, BLOCK), dtype="float32", always_2d=True)
        if len(block) == 0:
            break
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused later
            blocks.append(block.mean(axis=1))
        count -= len(block)
    return np.concatenate(blocks)


def promised_frames(path: Path, file: soundfile.SoundFile) -> float:
    """Return how many frames a file says it has, infinite if it only says "more".

    Libsndfile quietly trims a file that was cut off to what is there.
    """
    if file.format in ("WAV", "WAVEX") and file.subtype.startswith(_PLAIN):
        align, size, _ = _wav_data(path)
        return max(int(file.frames), size // align) if size < _UNKNOWN and align else file.frames
    if file.format == "OGG":
        with path.open("rb") as raw:
            raw.seek(max(0, path.stat().st_size - (1 << 17)))  # a page is at most 65 kB
            _, mark, page = raw.read().rpartition(b"OggS")
        # After the mark: version, flags, 20 bytes, the number of segments, their lengths, they.
        segments = page[23 : 23 + page[22]] if len(page) > 22 else b""
        is_whole = len(page) >= 23 + len(segments) + sum(segments)
        if mark and not (is_whole and page[1] & 4):  # 4: the last page
            return math.inf
    return int(file.frames)


_PLAIN = ("PCM", "FLOAT", "DOUBLE", "ULAW", "ALAW")
_UNKNOWN = 0x7FFFF000  # and above: a streaming writer could not know


def _wav_data(path: Path) -> tuple[int, int, int]:
    """Return bytes per frame, and the data chunk's stated size and where it begins; or zeros."""
    align = 0
    with path.open("rb") as raw:
        raw.seek(12)
        while len(head := raw.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                return align, size, raw.tell()
            after = raw.tell() + size + (size & 1)
            if name == b"fmt " and len(fields := raw.read(14)) == 14:
                (align,) = struct.unpack("<12xH", fields)
            raw.seek(after)
    return 0, 0, 0


def mended(path: Path) -> _Patched | None:
    """Return a WAV whose data chunk says it is empty and is not, as streaming writers leave it."""
    with path.open("rb") as raw:
        start = raw.read(12)
        if start[:4] != b"RIFF" or start[8:] != b"WAVE":
            return None
        _, size, begin = _wav_data(path)
        end = path.stat().st_size
        if not begin or size or begin >= end:
            return None
        after = begin
        while after + 8 <= end:
            raw.seek(after)
            name, length = struct.unpack("<4sI", raw.read(8))
            if not (name.isascii() and name.decode().isprintable()):
                break
            after += 8 + length + (length & 1)
    if after == end:
        return None  # it really is empty: what follows is other chunks
    return _Patched(path, begin - 4, struct.pack("<I", min(end - begin, 0xFFFFFFFF)))


class _Patched(io.FileIO):
    """A file opened for reading, some bytes of which read otherwise."""

    def __init__(self, path: Path, at: int, patch: bytes) -> None:
        super().__init__(path)
        self._at, self._patch = at, patch

    def readinto(self, buffer: Any) -> int:
        begin = self.tell()
        count = super().readinto(buffer) or 0
        for place, byte in enumerate(self._patch, start=self._at - begin):
            if 0 <= place < count:
                memoryview(buffer).cast("B")[place] = byte
        return count


def _read_by_librosa(path: Path, offset: float, duration: float, why: str) -> Clip:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _try_librosa(path, offset, None if duration == math.inf else duration)
        gc.collect()  # librosa's second decoder may leave the file open, and Python warns of that
    if found is None:
        if "not a regular file" in why:  # so libsndfile says of an MP3 without a single frame
            why = "no sound found in it"
        raise ValueError(
            f"{path} is not a sound file that can be read here ({why.rstrip('.')}); expected WAV, "
            "FLAC, Ogg or MP3, or a format for which FFmpeg is installed"
        )
    samples, rate = found
    if len(samples) == 0:
        raise ValueError(f"{path} holds no sample at {offset:g} s")
    return _clip(path, samples, rate)


def _try_librosa(
    path: Path, offset: float, duration: float | None
) -> tuple[np.ndarray, float] | None:
    import librosa

    try:
        return librosa.load(path, sr=None, mono=True, offset=offset, duration=duration)
    except Exception:  # whatever its decoders raise, the file could not be read
        return None
