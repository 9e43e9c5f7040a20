"""Libsndfile: files are sought where that is exact, otherwise read from front to back."""

from __future__ import annotations

import contextlib
import io
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import soundfile

from auralise_jax.audio.blocks import Block, average
from auralise_jax.audio.layout import GOES_ON, ExpectedLength, Layout, Part
from auralise_jax.audio.spliced import Spliced

_UNKNOWN_FRAMES = (1 << 63) - 1  # frames; libsndfile's value for an unknown number
_EXACT = ("WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC")
_FRAMES_IN_LOG = ("AVR", "MAT4", "MAT5", "MPC2K", "VOC")
_BLOCK = 1 << 16  # frames read at once
_FULL_BLOCK_CHANNELS = 8  # with more channels, blocks have fewer frames
_SMALL_BLOCK = 256  # frames read at once where a file is damaged
_READ_OPTIONS: dict[str, Any] = {"dtype": "float32", "always_2d": True}
_PLAIN = ("PCM_", "FLOAT", "DOUBLE", "ULAW", "ALAW")


class _Unseekable(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is always read on from the end of the last block.

    SoundFile itself seeks there after every block, and MP3 and Ogg lose their position by that.
    """

    def seekable(self) -> bool:
        return False


class Sndfile:
    """The decoder for what libsndfile reads.

    Parameters
    ----------
    file : FileIO
        Opened for reading.
    layout : Layout
        Of that file.

    Attributes
    ----------
    sample_rate : int
        In hertz.
    frames : float
        How many there are, if that is known before they are decoded; otherwise infinity.
    end : int
        The frame up to which the file was decoded last.
    complaint : str
        The message of libsndfile when it could not go on.

    Raises
    ------
    soundfile.LibsndfileError
        If libsndfile does not know the format.
    """

    def __init__(self, file: io.FileIO, layout: Layout) -> None:
        self._file, self._layout, self.complaint, self.end = file, layout, "", 0
        self._has_ended = False
        opened = self._open(layout.parts[0])
        self._ready: tuple[Part, _Unseekable] | None = (layout.parts[0], opened)
        self.sample_rate = int(opened.samplerate)
        self._first_frames = int(opened.frames)
        self._seeks = opened.format in _EXACT and opened.subtype.startswith(_PLAIN)
        count = math.inf if opened.frames == _UNKNOWN_FRAMES else float(opened.frames)
        expected = _frames_in_log(opened)
        guessed = opened.subtype.startswith("MPEG") and layout.frames is None
        if guessed:  # from a bit rate
            endless = [replace(part, endless=True) for part in layout.parts]
            self._layout = replace(layout, parts=endless)
        if expected is not None and layout.expected is None:
            self._layout = replace(layout, expected=expected)
        if guessed or len(layout.parts) > 1:
            count = math.inf
        self.frames = count if layout.frames is None else layout.frames
        self._count = count

    def decode(self, first: int, count: float) -> Iterator[Block]:
        """Yield `count` frames from `first` on, fewer if there are no more, channels averaged."""
        self.end, self.complaint = 0, ""
        if self._seeks and self._layout.frames is None:  # libsndfile counts only frames that exist
            count = min(count, max(0.0, self.frames - first))
        if (self._seeks and 0 < first < self.frames < math.inf) or count == 0:
            try:
                for block in self._read_seeking(first, int(min(count, self.frames - first))):
                    first += len(block)
                    count -= len(block)
                    yield block
                if count <= 0 or self._has_ended:
                    return
            except soundfile.LibsndfileError:  # seeking failed
                pass
            self.end = 0  # read on from the front
        for part in self._layout.parts:
            if part.take <= first:
                first -= int(part.take)
                self.end += int(part.take)
                continue
            remainder, drop = self._seek_part(part, part.skip + first)
            done, wanted = part.skip + first - drop, min(part.take - first, count)
            for block in self._read_part(remainder, drop + wanted):
                left = block[drop:]
                drop -= len(block) - len(left)
                wanted -= len(left)
                count -= len(left)
                done += len(block)
                if len(left):
                    yield average(left)
            self.end += max(0, done - part.skip)
            first = drop
            if count <= 0 or self.complaint:
                return

    def expected_length(self, end: int) -> ExpectedLength:
        """Return how long the sound should be, once it was decoded up to frame `end`."""
        is_counted = self._layout.frames is None and self._count < math.inf
        return self._layout.expected_length(end, self._count if is_counted else None)

    def _seek_part(self, part: Part, first: int) -> tuple[Part, int]:
        """Return the part from shortly before its frame `first` on, and how many frames to drop."""
        if part.seek is None or first == 0:
            return part, first
        pieces, first_given = part.seek(first)
        remainder = replace(part, pieces=pieces)
        if first_given is None:
            try:
                first_given = self._frames_of(part) - self._frames_of(remainder)
            except soundfile.LibsndfileError:  # such as damage
                return part, first
        return (remainder, first - first_given) if 0 <= first_given <= first else (part, first)

    def _frames_of(self, part: Part) -> int:
        """Return the frames that libsndfile counts in a part; the first part's are remembered."""
        if part is self._layout.parts[0]:
            return self._first_frames
        self.close()
        self._ready = part, self._open(part)  # `decode` reads this part next
        return int(self._ready[1].frames)

    def _read_seeking(self, first: int, count: int) -> Iterator[Block]:
        self.end, self._has_ended = int(min(first, self.frames)), False
        pieces = self._layout.sought or self._layout.parts[0].pieces
        source = Spliced(self._file, pieces)
        with _Unseekable(source) as opened:
            opened.seek(self.end)
            while count > 0 and len(
                block := opened.read(min(count, self._block_size(opened)), **_READ_OPTIONS)
            ):
                count -= len(block)
                self.end += len(block)
                self._has_ended = source.is_used_up  # so there is no more than was counted
                yield average(block)

    def _read_part(self, part: Part, count: float) -> Iterator[np.ndarray]:
        """Yield a part's frames of all channels; of a damaged part, as many as can be decoded."""
        done, expected = 0, self._layout.expected or 0
        for in_small_blocks in (False, True):
            skip = done
            try:
                with self._opened(part) as opened:
                    if opened.samplerate != self.sample_rate:
                        raise ValueError(
                            f"changes its rate from {self.sample_rate} to {opened.samplerate} Hz "
                            f"at {self.end / self.sample_rate:.3f} s, where two files were joined; "
                            "split it there"
                        )
                    size = _SMALL_BLOCK if in_small_blocks else self._block_size(opened)
                    while done < count:
                        # The expected frames are read first: there may be rubbish behind them.
                        until = min(count, expected) if done < expected else count
                        block = opened.read(int(min(size, until - done + skip)), **_READ_OPTIONS)
                        if len(block) == 0:
                            return
                        left = block[skip:]
                        skip -= len(block) - len(left)
                        done += len(left)
                        if len(left):
                            yield left
                    return
            except soundfile.LibsndfileError as error:
                # Frames before the damage are lost with their block: read again in small blocks.
                if in_small_blocks or done >= expected > 0:
                    self.complaint = error.error_string.removeprefix("Error : ").rstrip(".")
                    return

    @staticmethod
    def _block_size(opened: soundfile.SoundFile) -> int:
        return int(min(_BLOCK, max(1024, _FULL_BLOCK_CHANNELS * _BLOCK // opened.channels)))

    def close(self) -> None:
        """Close the file that was opened but not read."""
        if self._ready is not None:
            self._ready[1].close()
            self._ready = None

    def _open(self, part: Part) -> _Unseekable:
        return _Unseekable(Spliced(self._file, part.pieces, part.endless))

    @contextlib.contextmanager
    def _opened(self, part: Part) -> Iterator[_Unseekable]:
        if self._ready is not None and self._ready[0] is part:
            opened, self._ready = self._ready[1], None
        else:
            opened = self._open(part)
        with opened:
            yield opened


def _frames_in_log(opened: soundfile.SoundFile) -> float | None:
    """Return the frames in the header of an old format, which libsndfile only logs."""
    if opened.format not in _FRAMES_IN_LOG:
        return None
    counts = re.findall(r"(?:Frames|Cols) *: *(\d+)", opened.extra_info)
    truncated = "truncated" in opened.extra_info
    return float(max(map(int, counts))) if counts else GOES_ON if truncated else None
