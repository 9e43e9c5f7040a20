"""Stretches of MPEG frames: how many samples they hold, and where a decoder may begin in them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from auralise_jax.audio.mpeg_frame import frame_at, is_layer_3, silenced_head
from auralise_jax.audio.spliced import ByteReader, Piece, cut

_DECODER_DELAY = 529  # samples by which every decoder is late: 528 of the filter bank, and one
_COUNT_TOLERANCE = 2  # frames by which a count may be off: some encoders count the info frame
STEP = 8  # frames between two remembered positions; see `Stretch.seek`
_MEMORY = 4  # frames that the filter bank and the overlap of transforms reach back, and some more
_RESERVOIR = 511  # bytes, of frames before, with which a frame of layer 3 may begin


@dataclass
class Stretch:
    """Frames that one decoder reads from the first to the last.

    Attributes
    ----------
    runs : list of (int, int)
        Begin and end of each run of frames, in bytes.
    frames : int
        How many.
    size : int
        Samples of a frame, for each channel.
    count, length : int or None
        Frames and bytes by the info frame, without itself.
    delay, padding : int or None
        Samples that the encoder put before and behind the sound.
    overhead : int
        Bytes of a frame, at most, that are not main data: header, checksum, side information.
    bytes : int
        Size of all frames.
    places : array of int
        Bytes of all frames before every eighth frame.
    """

    runs: list[tuple[int, int]] = field(default_factory=list)
    frames: int = 0
    size: int = 1152
    count: int | None = None
    length: int | None = None
    delay: int | None = None
    padding: int = 0
    overhead: int = 38
    bytes: int = 0
    places: array[int] = field(default_factory=lambda: array("q"))

    def add(self, begin: int, end: int) -> None:
        """Add a frame."""
        if self.frames % STEP == 0:
            self.places.append(self.bytes)
        self.frames += 1
        self.reach(begin, end)

    def reach(self, begin: int, end: int) -> None:
        """Add the bytes of frames."""
        self.bytes += end - begin
        if self.runs and self.runs[-1][1] == begin:
            begin = self.runs.pop()[0]
        self.runs.append((begin, end))

    def seek(self, reader: ByteReader, sample: int) -> tuple[list[Piece], int]:
        """Return the pieces from which a decoder gives `sample`, and their first sample.

        From `sample` on, these are the floating-point numbers that decoding the whole gives: the
        decoder has read all that a frame may borrow from earlier frames, and begins at a multiple
        of 8 frames, since mpg123's filter bank adds in an order that repeats every 8 frames. The
        first frames, which would borrow themselves, are silenced, not left out, to keep that order.
        """
        last = max(0, sample // self.size - _MEMORY) // STEP
        begin = last = min(last, len(self.places) - 1)
        while begin > 0:
            main_data = self.places[last] - self.places[begin]
            if main_data - (last - begin) * STEP * self.overhead >= _RESERVOIR:
                break
            begin -= 1
        if begin == 0:
            return list(self.runs), 0
        pieces = cut(self.runs, self.places[begin])
        return _silenced(reader, pieces), begin * STEP * self.size

    @property
    def skip(self) -> int:
        """Samples to drop before the sound."""
        return 0 if self.delay is None else self.delay + _DECODER_DELAY

    @property
    def samples(self) -> int:
        """Samples of the sound."""
        end = self.frames * self.size
        if (
            abs(self.frames - (self.count or 0)) <= _COUNT_TOLERANCE
        ):  # otherwise the padding is missing
            end = min(end, self._end(self.frames))
        return max(0, end - self.skip)

    @property
    def expected(self) -> int:
        """Samples by the info frame, if it states more than there are."""
        is_cut = self.length is None or self.bytes < self.length * 0.99
        if self.count is None or self.count <= self.frames + _COUNT_TOLERANCE or not is_cut:
            return self.samples
        return self._end(self.count) - self.skip

    def _end(self, frames: int) -> int:
        """Return the sample at which the sound of so many frames ends."""
        return frames * self.size - (
            0 if self.delay is None else max(0, self.padding - _DECODER_DELAY)
        )


def _silenced(reader: ByteReader, runs: list[Piece]) -> list[Piece]:
    """Return the frames, the first ones silenced until later frames find all that they borrow."""
    pieces: list[Piece] = []
    available = 0
    for number, run in enumerate(runs):
        at, end = int(run[0]), int(run[1])
        while at < end:
            header = frame_at(reader, at)
            if available >= _RESERVOIR or header is None or not is_layer_3(header[0]):
                return [*pieces, (at, end), *runs[number + 1 :]]
            head = silenced_head(reader.read_at(at, 8))
            pieces += [head, (at + len(head), at + header[1])]
            available += header[1] - len(head)
            at += header[1]
    return pieces
