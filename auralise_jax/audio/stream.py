"""One way to read sound of any format: block by block, with a check at the end that it is whole.

`load_clip`, the atlas and the sound cache all read through this. An hour of sound takes no more
memory than a minute: only the current block is kept.
"""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np

from auralise_jax.audio.blocks import Block
from auralise_jax.audio.clip import check_rate
from auralise_jax.audio.layout import GOES_ON, ExpectedLength, Layout, read_layout
from auralise_jax.audio.resampling import check_rates, resampled
from auralise_jax.audio.spliced import ByteReader, open_regular

TOLERATED_SHARE = 0.01
"""Share of the expected length that may be missing; such a file is read with a warning."""

TOLERATED_SECONDS = 0.5
"""Seconds that may be missing where no byte is missing, so that only the header can be wrong."""

_FAR = 1 << 62  # frames; no file is that long


class CutOffError(ValueError):
    """A sound file is shorter than its header says."""


class Decoder(Protocol):
    """A decoder for some kinds of files."""

    sample_rate: int
    frames: float
    end: int
    complaint: str

    def decode(self, first: int, count: float) -> Iterator[Block]:
        """Yield `count` frames from `first` on, fewer if there are no more, channels averaged."""

    def expected_length(self, end: int) -> ExpectedLength:
        """Return how long the sound should be, once it was decoded up to frame `end`."""


class Sound:
    """A sound file that was opened with `open_sound`.

    Attributes
    ----------
    path : Path
        Of the file.
    sample_rate : int
        In hertz.
    duration : float
        In seconds, if that is known before the end is reached; otherwise infinity.
    """

    def __init__(
        self,
        path: Path,
        decoder: Decoder,
        opened: contextlib.ExitStack,
        warn: Callable[[str], object] | None = None,
    ) -> None:
        self.path, self._decoder, self._opened, self._warn = path, decoder, opened, warn
        self.sample_rate, self._is_open = decoder.sample_rate, True
        self.duration = decoder.frames / decoder.sample_rate

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_open = False
        self._opened.close()

    def blocks(
        self,
        *,
        offset: float = 0.0,
        duration: float | None = None,
        sample_rate: int | None = None,
    ) -> Iterator[Block]:
        """Yield mono sound block by block, its channels averaged.

        A part is the same samples as in the whole. The file is sought only where that is exact (in
        PCM, FLAC, MP3 and Ogg Vorbis); elsewhere what comes before it is decoded and dropped.

        Parameters
        ----------
        offset : float
            Seconds to skip.
        duration : float, optional
            Seconds to read; fewer if the file ends before. By default to the end.
        sample_rate : int, optional
            In hertz, to resample to. By default the file's rate.

        Yields
        ------
        array of float32, shape (n,)
            At least one sample in all.

        Raises
        ------
        ValueError
            If an argument is out of range, or, in the course of reading, if the file is cut off or
            damaged, changes its sampling rate, holds no sample in the asked range, or holds samples
            that are not finite; or if the sound was closed.

        Warns
        -----
        UserWarning
            If the file is nearly whole: less than 1 % of what its header promises is missing, or,
            where no byte is missing, less than half a second; or if it breaks off and nothing tells
            how long it should be.
        """
        if not (offset >= 0 and math.isfinite(offset)):
            raise ValueError(f"offset must be zero or more seconds, not {offset!r}")
        if duration is not None and not duration > 0:
            raise ValueError(f"duration must be more than zero seconds, not {duration!r}")
        rate = self.sample_rate
        wanted = math.inf if duration is None else duration * rate
        if wanted < 0.5:
            raise ValueError(f"duration {duration!r} s holds no sample at {rate} Hz")
        first = round(min(offset * rate, _FAR))
        count = wanted if wanted > _FAR else round(wanted)
        blocks = self._checked(first, count)
        if sample_rate is None or check_rate(sample_rate) == rate:
            return blocks
        try:
            check_rates(rate, sample_rate)
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None
        return resampled(blocks, rate, check_rate(sample_rate))

    def _checked(self, first: int, count: float) -> Iterator[Block]:
        """Decode, refuse samples that are not finite, and check the length at the end."""
        done = 0
        blocks = self._decoder.decode(first, count)
        try:
            while self._is_open and (block := next(blocks, None)) is not None:
                if not np.isfinite(block).all():
                    at = int(np.flatnonzero(~np.isfinite(block))[0])
                    bad = first + done + at
                    raise ValueError(
                        f"samples must be finite, but sample {bad} ({bad / self.sample_rate:.3f} "
                        f"s) is {block[at]}; repair or cut it out first"
                    )
                done += len(block)
                yield block
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None
        if not self._is_open:
            raise ValueError(f"{self.path} was closed while it was read")
        if done < count:
            self._check_end(first, done)

    def _check_end(self, first: int, done: int) -> None:
        """Raise or warn if the sound ended too early, `done` frames after `first`."""
        decoder, rate, end = self._decoder, self.sample_rate, self._decoder.end
        expected_length = decoder.expected_length(end)
        expected = end if expected_length.frames is None else expected_length.frames
        missing = expected - end
        finding = ""
        if missing > expected_length.tolerance + 0.5:
            is_estimate = "about " if expected_length.is_estimate else ""
            finding = f"its header promises {is_estimate}{_lengths(expected, end, rate)}"
            is_tolerated = expected < GOES_ON and (
                missing < TOLERATED_SHARE * expected
                or (expected_length.has_all and missing < TOLERATED_SECONDS * rate)
            )
            if not is_tolerated:
                reason = f" or damaged ({decoder.complaint})" if decoder.complaint else ""
                raise CutOffError(
                    f"{self.path} is cut off{reason}: {finding}; download or copy it again"
                )
        elif decoder.complaint or expected_length.rough_end:
            reason = decoder.complaint or expected_length.rough_end
            finding = f"{reason}; the sound ends at {end / rate:.3f} s"
        if done == 0:
            raise ValueError(
                f"{self.path} has no sample at {first / rate:g} s: it is {end / rate:.3f} s long"
                if end
                else f"{self.path} holds no sample: its length is zero"
            )
        if finding:
            warning = f"{self.path} is not quite whole: {finding}"
            self._warn(warning) if self._warn else warnings.warn(warning, stacklevel=4)


def _lengths(expected: float, end: int, rate: int) -> str:
    """Return both lengths as text, in samples where they are the same in milliseconds."""
    if expected == GOES_ON:
        return f"more, but the sound ends at {end / rate:.3f} s"
    if abs(expected - end) < rate / 1000:
        return f"{expected:.0f} samples, but the sound ends after {end}"
    return f"{expected / rate:.3f} s, but the sound ends at {end / rate:.3f} s"


def open_sound(path: str | Path, *, warn: Callable[[str], object] | None = None) -> Sound:
    """Open a sound file, to be read block by block; use it in a ``with`` statement.

    Parameters
    ----------
    path : str or Path
        Whatever libsndfile reads (WAV, FLAC, Ogg, MP3, AIFF and more), otherwise FFmpeg, if it is
        installed, otherwise a decoder of the operating system.
    warn : callable, optional
        Called with what `Sound.blocks` would warn of, instead of a warning.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, OSError
        If there is no such file, or it cannot be opened.
    ValueError
        If it is empty, a pipe or a device, or not a sound file that can be read here.

    Examples
    --------
    >>> import tempfile
    >>> from auralise_jax.audio import Clip
    >>> path = Path(tempfile.mkdtemp()) / "tone.wav"
    >>> _ = Clip(np.zeros(3 * 44100), 44100).save(path)
    >>> with open_sound(path) as sound:
    ...     print(sound.sample_rate, sound.duration)
    ...     print(sum(len(block) for block in sound.blocks(offset=1.0, sample_rate=11025)))
    44100 3.0
    22050
    """
    path = Path(path)
    with contextlib.ExitStack() as opened:
        file = opened.enter_context(open_regular(path))
        reader = ByteReader(file)
        if reader.size == 0:
            raise ValueError(f"{path} is empty (0 bytes); expected a sound file")
        try:
            decoder = _decoder(path, file, read_layout(reader), opened)
            check_rate(decoder.sample_rate)
        except ValueError as error:
            raise ValueError(f"{path} {error}") from None
        return Sound(path, decoder, opened.pop_all(), warn)


def _decoder(path: Path, file: io.FileIO, layout: Layout, opened: contextlib.ExitStack) -> Decoder:
    """Return the first decoder that can read the file."""
    import soundfile

    from auralise_jax.audio.ffmpeg import FFmpeg, FFmpegError, is_installed
    from auralise_jax.audio.sndfile import Sndfile
    from auralise_jax.audio.system_decoder import SystemDecoder, SystemDecoderError

    reasons = []
    try:
        sndfile = Sndfile(file, layout)
        opened.callback(sndfile.close)
        return sndfile
    except soundfile.LibsndfileError as error:
        message = error.error_string.rstrip(".")
        # The second is its message for an MP3 without a single frame.
        unknown = "not recognised" in message or "not a regular file" in message
        reasons.append(f"libsndfile: {'no sound found in it' if unknown else message}")
    try:
        ffmpeg = FFmpeg(path, layout)
        opened.callback(ffmpeg.close)
        return ffmpeg
    except FFmpegError as error:
        reasons.append(f"FFmpeg: {str(error).rstrip('.')}")
    try:
        return SystemDecoder(path, layout)
    except SystemDecoderError as error:
        reasons += [f"librosa: {error}"] if str(error) else []
    advice = (
        "or another format that FFmpeg reads"
        if is_installed()
        else "or install FFmpeg, which reads more formats"
    )
    raise ValueError(
        f"is not a sound file that can be read here ({'; '.join(reasons)}); expected WAV, FLAC, "
        f"Ogg or MP3, {advice}"
    )
