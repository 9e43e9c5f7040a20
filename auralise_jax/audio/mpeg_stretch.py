"""Stretches of MPEG frames: how many samples they are, and where a decoder may begin in them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from auralise_jax.audio.mpeg_frame import frame_at, is_layer_3, silenced_head
from auralise_jax.audio.spliced import Ahead, Piece, cut

_DECODER_DELAY = 529  # samples by which every decoder is late: 528 of the filter bank, and one
_SLIP = 2  # frames by which a count may be off without a word: some count the info frame
STEP = 8  # frames from one remembered place to the next; see `Stretch.seek`
_MEMORY = 4  # frames that the filter bank and the overlap of transforms reach back, and some more
_RESERVOIR = 511  # bytes, of frames before, with which a frame of layer 3 may begin


@dataclass
class Stretch:
    """Frames that one decoder reads from the first to the last.

    Attributes
    ----------
    runs : list of (int, int)
        Where they begin and end.
    frames : int
        How many.
    size : int
        Samples of a frame, for each channel.
    count, length : int or None
        Frames and bytes, without the info frame, that the info frame says there are.
    delay, padding : int or None
        Samples that the encoder put before and behind the sound.
    overhead : int
        Bytes of a frame, at most, that are not main data: header, checksum, side information.
    bytes : int
        Of all frames.
    places : array of int
        Bytes of the frames before every eighth.
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
        """Take in a frame."""
        if self.frames % STEP == 0:
            self.places.append(self.bytes)
        self.frames += 1
        self.reach(begin, end)

    def reach(self, begin: int, end: int) -> None:
        """Take in the bytes of frames."""
        self.bytes += end - begin
        if self.runs and self.runs[-1][1] == begin:
            begin = self.runs.pop()[0]
        self.runs.append((begin, end))

    def seek(self, ahead: Ahead, sample: int) -> tuple[list[Piece], int]:
        """Return what a decoder reads that is to give `sample`, and which it then gives first.

        What it gives from `sample` on are the same floating-point numbers as in the whole. It has
        read as much as a frame may borrow from those before it, and begins at a multiple of 8
        frames, since mpg123's filter bank adds in an order that comes round with every eighth.
        The first frames, which themselves would borrow, are silenced: mpg123 would leave its round.
        """
        last = max(0, sample // self.size - _MEMORY) // STEP
        begin = last = min(last, len(self.places) - 1)
        while begin > 0:
            between = self.places[last] - self.places[begin]
            if between - (last - begin) * STEP * self.overhead >= _RESERVOIR:
                break
            begin -= 1
        if begin == 0:
            return list(self.runs), 0
        pieces = cut(self.runs, self.places[begin])
        return _silenced(ahead, pieces), begin * STEP * self.size

    @property
    def skip(self) -> int:
        """Samples to drop before the sound."""
        return 0 if self.delay is None else self.delay + _DECODER_DELAY

    @property
    def samples(self) -> int:
        """Samples of the sound."""
        end = self.frames * self.size
        if abs(self.frames - (self.count or 0)) <= _SLIP:  # otherwise the padding is not there
            end = min(end, self._end(self.frames))
        return max(0, end - self.skip)

    @property
    def promised(self) -> int:
        """Samples that the info frame speaks of, if it speaks of more than there are."""
        is_cut = self.length is None or self.bytes < self.length * 0.99
        if self.count is None or self.count <= self.frames + _SLIP or not is_cut:
            return self.samples
        return self._end(self.count) - self.skip

    def _end(self, frames: int) -> int:
        """Return the sample, of so many frames, at which the sound ends."""
        return frames * self.size - (
            0 if self.delay is None else max(0, self.padding - _DECODER_DELAY)
        )


def _silenced(ahead: Ahead, runs: list[Piece]) -> list[Piece]:
    """Return frames, the first of them silenced until the others have all that they borrow."""
    pieces: list[Piece] = []
    lent = 0
    for number, run in enumerate(runs):
        at, end = int(run[0]), int(run[1])
        while at < end:
            found = frame_at(ahead, at)
            if lent >= _RESERVOIR or found is None or not is_layer_3(found[0]):
                return [*pieces, (at, end), *runs[number + 1 :]]
            head = silenced_head(ahead.look(at, 8))
            pieces += [head, (at + len(head), at + found[1])]
            lent += found[1] - len(head)
            at += found[1]
    return pieces
