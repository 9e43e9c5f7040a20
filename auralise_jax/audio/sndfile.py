"""Libsndfile: sought where that is exact, otherwise read from front to back."""

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
from auralise_jax.audio.layout import MORE, Layout, Part, Promise
from auralise_jax.audio.spliced import Spliced

_COUNTLESS = (1 << 63) - 1  # frames, says libsndfile where it does not know
_EXACT = ("WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC")
_REMARKED = ("AVR", "MAT4", "MAT5", "MPC2K", "VOC")
_BLOCK = 1 << 16  # frames read at once
_CHANNELS = 8  # with more of them fewer frames are read at once
_FINE = 256  # frames read at once where a file is damaged
_AS: dict[str, Any] = {"dtype": "float32", "always_2d": True}
_PLAIN = ("PCM_", "FLOAT", "DOUBLE", "ULAW", "ALAW")


class _Through(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is read on where the last block ended.

    SoundFile itself seeks there after every block, and MP3 and Ogg lose their place by it.
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
        How many there are, as far as that is known before they are decoded; infinity if not.
    end : int
        The frame up to which was decoded last.
    complaint : str
        What libsndfile said when it could not go on.

    Raises
    ------
    soundfile.LibsndfileError
        If libsndfile does not know the format.
    """

    def __init__(self, file: io.FileIO, layout: Layout) -> None:
        self._file, self._layout, self.complaint, self.end = file, layout, "", 0
        self._has_ended = False
        opened = self._open(layout.parts[0])
        self._ready: tuple[Part, _Through] | None = (layout.parts[0], opened)
        self.sample_rate = int(opened.samplerate)
        self._first_frames = int(opened.frames)
        self._seeks = opened.format in _EXACT and opened.subtype.startswith(_PLAIN)
        count = math.inf if opened.frames == _COUNTLESS else float(opened.frames)
        promised = _remarked(opened)
        guessed = opened.subtype.startswith("MPEG") and layout.frames is None
        if guessed:  # from a bit rate
            endless = [replace(part, endless=True) for part in layout.parts]
            self._layout = replace(layout, parts=endless)
        if promised is not None and layout.promised is None:
            self._layout = replace(layout, promised=promised)
        if guessed or len(layout.parts) > 1:
            count = math.inf
        self.frames = count if layout.frames is None else layout.frames
        self._count = count

    def decode(self, first: int, count: float) -> Iterator[Block]:
        """Yield `count` frames from `first` on, fewer if there are no more, channels averaged."""
        self.end, self.complaint = 0, ""
        if self._seeks and self._layout.frames is None:  # what libsndfile counts is all there
            count = min(count, max(0.0, self.frames - first))
        if (self._seeks and 0 < first < self.frames < math.inf) or count == 0:
            try:
                for block in self._sought(first, int(min(count, self.frames - first))):
                    first += len(block)
                    count -= len(block)
                    yield block
                if count <= 0 or self._has_ended:
                    return
            except soundfile.LibsndfileError:  # it leads nowhere
                pass
            self.end = 0  # read on from the front
        for part in self._layout.parts:
            if part.take <= first:
                first -= int(part.take)
                self.end += int(part.take)
                continue
            begun, drop = self._later(part, part.skip + first)
            seen, wanted = part.skip + first - drop, min(part.take - first, count)
            for block in self._through(begun, drop + wanted):
                left = block[drop:]
                drop -= len(block) - len(left)
                wanted -= len(left)
                count -= len(left)
                seen += len(block)
                if len(left):
                    yield average(left)
            self.end += max(0, seen - part.skip)
            first = drop
            if count <= 0 or self.complaint:
                return

    def promise(self, end: int) -> Promise:
        """Return what the file promised, after all of its frames up to `end` were decoded."""
        says = self._layout.frames is None and self._count < math.inf
        return self._layout.promise(end, self._count if says else None)

    def _later(self, part: Part, first: int) -> tuple[Part, int]:
        """Return what to read of a part for its frame `first`, and how many to drop then."""
        if part.seek is None or first == 0:
            return part, first
        pieces, given = part.seek(first)
        begun = replace(part, pieces=pieces)
        if given is None:
            try:
                given = self._frames_of(part) - self._frames_of(begun)
            except soundfile.LibsndfileError:  # as where it is damaged
                return part, first
        return (begun, first - given) if 0 <= given <= first else (part, first)

    def _frames_of(self, part: Part) -> int:
        """Return the frames that libsndfile counts in a part, asked once of the first."""
        if part is self._layout.parts[0]:
            return self._first_frames
        self.close()
        self._ready = part, self._open(part)  # it is read next
        return int(self._ready[1].frames)

    def _sought(self, first: int, count: int) -> Iterator[Block]:
        self.end, self._has_ended = int(min(first, self.frames)), False
        pieces = self._layout.sought or self._layout.parts[0].pieces
        source = Spliced(self._file, pieces)
        with _Through(source) as opened:
            opened.seek(self.end)
            while count > 0 and len(block := opened.read(min(count, self._step(opened)), **_AS)):
                count -= len(block)
                self.end += len(block)
                self._has_ended = source.is_used_up  # and so no more than was counted
                yield average(block)

    def _through(self, part: Part, most: float) -> Iterator[np.ndarray]:
        """Yield a part's frames of all channels; where it is damaged, as many as can be had."""
        done, known = 0, self._layout.promised or 0
        for fine in (False, True):
            skip = done
            try:
                with self._opened(part) as opened:
                    if opened.samplerate != self.sample_rate:
                        raise ValueError(
                            f"changes its rate from {self.sample_rate} to {opened.samplerate} Hz "
                            f"at {self.end / self.sample_rate:.3f} s, where two files were joined; "
                            "split it there"
                        )
                    step = _FINE if fine else self._step(opened)
                    while done < most:
                        # What is promised is read first: there may be rubbish behind it.
                        until = min(most, known) if done < known else most
                        block = opened.read(int(min(step, until - done + skip)), **_AS)
                        if len(block) == 0:
                            return
                        left = block[skip:]
                        skip -= len(block) - len(left)
                        done += len(left)
                        if len(left):
                            yield left
                    return
            except soundfile.LibsndfileError as error:
                # What was read before the damage is lost with the block: once more, finely.
                if fine or done >= known > 0:
                    self.complaint = error.error_string.removeprefix("Error : ").rstrip(".")
                    return

    @staticmethod
    def _step(opened: soundfile.SoundFile) -> int:
        return int(min(_BLOCK, max(1024, _CHANNELS * _BLOCK // opened.channels)))

    def close(self) -> None:
        """Close what was opened and is not read."""
        if self._ready is not None:
            self._ready[1].close()
            self._ready = None

    def _open(self, part: Part) -> _Through:
        return _Through(Spliced(self._file, part.pieces, part.endless))

    @contextlib.contextmanager
    def _opened(self, part: Part) -> Iterator[_Through]:
        if self._ready is not None and self._ready[0] is part:
            opened, self._ready = self._ready[1], None
        else:
            opened = self._open(part)
        with opened:
            yield opened


def _remarked(opened: soundfile.SoundFile) -> float | None:
    """Return the frames that the header of an old format has, which libsndfile only remarks on."""
    if opened.format not in _REMARKED:
        return None
    counts = re.findall(r"(?:Frames|Cols) *: *(\d+)", opened.extra_info)
    truncated = "truncated" in opened.extra_info
    return float(max(map(int, counts))) if counts else MORE if truncated else None
