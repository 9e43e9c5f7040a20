"""A stretch of a song as a picture, and back as sound: in pieces of one length.

Frames near the end of a piece see what lies beyond it, so pieces overlap. What is put together is
the picture that the front end makes of all samples at once, and the sound that it makes of that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import jax
import numpy as np
from jaxtyping import Float32

from auralise_jax.device import on_device, to_host
from auralise_jax.frontend import AnyFrontend, Frontend, Raw, Spectrum
from auralise_jax.frontend.banked import Banked
from auralise_jax.frontend.frontend import channel_of
from auralise_jax.listening.resynthesis import Resynthesis, Resynthesised, invert_piece

Samples = Float32[np.ndarray, " samples"]
Picture = Float32[np.ndarray, "..."]


Framed: TypeAlias = Frontend | Banked | Raw
"""Front ends whose columns are frames of an STFT, or samples."""


def framed(frontend: AnyFrontend) -> Framed:
    """Return a front end if a column is the same in every picture that holds it.

    Raises
    ------
    ValueError
        If its columns are no frames of an STFT, or what a cell shows depends on the whole picture.
    """
    kind = type(frontend).__name__
    if not isinstance(frontend, (Frontend, Banked, Raw)):
        raise ValueError(
            "a song is projected with a front end whose frames are those of an STFT, such as "
            f"aj.Frontend(), not with a {kind}; song.at(seconds).project(...) projects a window"
        )
    if isinstance(frontend, Banked) and frontend.scales_each_picture:
        raise ValueError(
            f"this {kind} scales each picture by itself (normalise='picture', ref='max' or "
            "top_db), so that the song looks different in every window and has no picture as a "
            "whole; song.at(seconds).project(...) projects a window"
        )
    return frontend


def step_of(frontend: Framed) -> int:
    """Return how many samples lie between columns of a picture."""
    return 1 if isinstance(frontend, Raw) else frontend.hop_length


def columns_of(frontend: Framed, samples: int) -> int:
    """Return how many columns the picture of so many samples has."""
    return samples if isinstance(frontend, Raw) else frontend.columns(samples)


class Stretch:
    """The samples under some columns of a song's picture.

    Parameters
    ----------
    frontend : Framed
        Makes the pictures.
    blocks : iterable of array of float32, shape (n,)
        The song at the front end's rate; it is read as far as needed.
    count : int
        Samples of the song.
    first, end : int
        The first column, and the column after the last.
    silence : bool
        Whether the song goes on as silence after its end; if not, as the front end continues a
        sound.
    """

    def __init__(
        self,
        frontend: Framed,
        blocks: Iterable[Samples],
        count: int,
        first: int,
        end: int,
        *,
        silence: bool = False,
    ) -> None:
        self.frontend, self.first, self.end = frontend, first, end
        self._step = step_of(frontend)
        is_raw = isinstance(frontend, Raw)
        self._half = 0 if is_raw else frontend.longest // 2
        # Twice what a frame sees on one side: frames in it see sound only, samples such frames.
        self._around = 2 * -(-self._half // self._step)
        self._piece = max(frontend.samples, 16 * frontend.longest)
        low = (first - self._around) * self._step
        high = (end - 1 + self._around) * self._step + 1
        held = cut(blocks, max(0, low), min(count, high))
        held = np.pad(held, (max(0, -low), 0), mode=frontend.pad_mode)
        more = max(0, high - count)
        self._samples = np.pad(held, (0, more), mode="constant" if silence else frontend.pad_mode)
        self._count = count

    def clip(self, first: int, end: int) -> Samples:
        """Return the samples under some columns, without what is beyond the song."""
        begin = first * self._step
        stop = min(self._count, end * self._step)
        at = (first - self.first + self._around) * self._step
        return self._samples[at : at + stop - begin]

    def picture(self) -> Picture:
        """Return the picture, columns `first` to `end`."""
        if isinstance(self.frontend, Raw):
            return self._samples[: self.end - self.first]
        valid = (self._piece - self._half) // self._step + 1
        per_piece = min(columns_of(self.frontend, self._piece), valid) - self._around
        made = [
            to_host(self.frontend.picture(piece))[:, self._around :][:, :per_piece]
            for _, piece in self._pieces(self.first, self.end, per_piece)
        ]
        return np.concatenate(made, axis=1)[:, : self.end - self.first]

    def magnitude(self, first: int, end: int) -> Float32[np.ndarray, "bins time"]:
        """Return the magnitudes of the STFT at some columns."""
        if isinstance(self.frontend, Raw):
            return _magnitude(self.frontend, self.clip(first, end))
        made = []
        for _, spectrum in self._spectra(first, end):
            stft = np.abs(to_host(spectrum.stft))
            made.append(stft[:, self._around :][:, : self._per_spectrum])
        return np.concatenate(made, axis=1)[:, : end - first]

    def resynthesise(
        self,
        projection: Picture,
        picture: Picture,
        first: int,
        resynthesis: Resynthesis,
    ) -> Resynthesised:
        """Turn the projection of columns from `first` on into samples, as `resynthesise` does.

        Beyond both ends the projection goes on as its first and its last column.
        """
        frontend, around = self.frontend, self._around
        own_picture = channel_of(projection, frontend.channel)
        source = channel_of(picture, frontend.channel)
        end = first + own_picture.shape[-1]
        length = len(self.clip(first, end))
        if isinstance(frontend, Raw):
            return _waveform(frontend, own_picture, source, resynthesis)
        own, peak = (jax.device_put(np.float32(one.max())) for one in (own_picture, source))
        wide = np.pad(own_picture, ((0, 0), (around, around)), mode="edge")
        samples, magnitudes, wanted = [], [], 0.0
        for column, spectrum in self._spectra(first, end):
            columns = spectrum.stft.shape[1] - 1
            part = wide[:, column - first :][:, :columns]
            part = np.pad(part, ((0, 0), (0, columns - part.shape[1])), mode="edge")
            made = jax.device_get(
                invert_piece(on_device(part), spectrum, frontend, own, peak, resynthesis)
            )
            at = around * self._step
            samples.append(made[0][at:][: self._per_spectrum * self._step])
            magnitudes.append(made[1][:, around:][:, : self._per_spectrum])
            wanted = max(wanted, float(made[2]))
        scaled = resynthesis == "phase" and min(wanted, float(own)) > 0
        scale_db = 20 * (math.log10(wanted) - math.log10(float(own))) if scaled else 0.0
        magnitude = np.concatenate(magnitudes, axis=1)[:, : end - first]
        return Resynthesised(np.concatenate(samples)[:length], magnitude, scale_db)

    @property
    def _per_spectrum(self) -> int:
        """Columns of a piece under which all samples lie in frames that see no end of it."""
        return (self._piece - 2 * self._half) // self._step - self._around

    def _spectra(self, first: int, end: int) -> Iterator[tuple[int, Spectrum]]:
        for column, piece in self._pieces(first, end, self._per_spectrum):
            yield column, self.frontend.analyse(piece)

    def _pieces(self, first: int, end: int, columns: int) -> Iterator[tuple[int, Samples]]:
        """Yield samples that some columns stand in, after `_around` others."""
        for column in range(first, end, columns):
            at = (column - self.first) * self._step
            piece = self._samples[at : at + self._piece]
            yield column, np.pad(piece, (0, self._piece - len(piece)))


def cut(blocks: Iterable[Samples], first: int, end: int) -> Samples:
    """Return samples `first` to `end` of a sound that comes in blocks, and read no further.

    Examples
    --------
    >>> cut(iter(np.split(np.arange(10.0), [3, 4, 9])), 2, 6).tolist()
    [2.0, 3.0, 4.0, 5.0]
    """
    parts, seen = [np.zeros(0, np.float32)], 0
    for block in blocks:
        if seen + len(block) > first:  # an empty part would hold its block in memory
            parts.append(block[max(0, first - seen) : end - seen])
        seen += len(block)
        if seen >= end:
            break
    return np.concatenate(parts)


def _waveform(
    frontend: Raw, projection: Samples, picture: Samples, resynthesis: Resynthesis
) -> Resynthesised:
    """Return the sound of a projection to samples: it is a waveform, with a phase of its own."""
    own, wanted = (float(np.abs(one).max()) for one in (projection, picture))
    scale_db = 0.0
    if resynthesis == "mask":
        samples = projection * picture
    elif own == 0 or wanted == 0:
        samples = np.zeros_like(projection)
    else:
        samples = projection / np.float32(own) * np.float32(wanted)
        scale_db = 20 * (math.log10(wanted) - math.log10(own))
    return Resynthesised(samples, _magnitude(frontend, samples), scale_db)


def _magnitude(frontend: Raw, samples: Samples) -> Float32[np.ndarray, "bins time"]:
    return np.asarray(np.abs(to_host(frontend.stft(samples))))
