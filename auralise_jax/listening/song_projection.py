"""A feature over a whole song, deconvolved: one long projection, made of overlapping pieces.

A column of a projection depends on cells that see it, and those on all that they see: on no more
than a receptive field on either side. So what is projected from a piece of a song is right but for
a receptive field at its ends, if the piece begins where the layer has a cell. Projections of pieces
are put side by side, never added up: deconvnet is not additive.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import jax
import numpy as np
from jaxtyping import Float32

from auralise_jax.audio import Clip
from auralise_jax.audio.clip import check_start
from auralise_jax.audio.display import new_figure
from auralise_jax.audio.recording import Recording
from auralise_jax.choices import one_of
from auralise_jax.device import on_device, to_host
from auralise_jax.frontend import Spectrum
from auralise_jax.listening.projection import Projection, Source
from auralise_jax.listening.resynthesis import RESYNTHESES, Resynthesis, Resynthesised
from auralise_jax.listening.song_stretch import Framed, Stretch, columns_of, framed, step_of
from auralise_jax.listening.song_windows import distances, without_rounding
from auralise_jax.network import Layer, Model
from auralise_jax.network.cost import check_cost, check_part
from auralise_jax.network.lengthening import FixedLength, lengthened
from auralise_jax.network.network import Feature, Network
from auralise_jax.network.rules import Rule, RuleName
from auralise_jax.network.summary import Explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGER = 3
"""How many times longer than what overlaps, and than the model's pictures, a piece is at least."""


class Along(NamedTuple):
    """How a layer's cells lie in time, in columns of the picture."""

    stride: int
    field: int

    @property
    def margin(self) -> int:
        """A receptive field, in whole strides."""
        return -(-self.field // self.stride) * self.stride


def along_time(layer: Layer) -> Along:
    """Return how a layer's cells lie in time.

    Raises
    ------
    ValueError
        If it is not known, or each cell sees all of the picture.
    """
    if "time" not in layer.axes or layer.stride is None or layer.field is None:
        raise ValueError(
            f"layer {layer} cannot be projected over a song: a cell of it sees the whole picture, "
            "or has no place in time (a dense step, a pool over all of time or a normalisation by "
            "the whole picture lies below); song.at(seconds).project(...) projects a window"
        )
    axis = layer.axes.index("time")
    return Along(layer.stride[axis], layer.field[axis])


class Pieces(NamedTuple):
    """How a song's picture is cut into pieces of one length, so that one compilation serves all."""

    length: int
    """Columns of a piece."""
    total: int
    """Columns of the song, or more, where it takes silence after it; whole strides more than a
    piece: the last piece ends where the song ends, so that what is beyond is what always is."""
    along: Along

    def over(self, first: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield where pieces begin, and which columns each gives: the first, and after the last.

        Examples
        --------
        >>> list(Pieces(length=34, total=74, along=Along(stride=4, field=7)).over(0, 74))
        [(0, 0, 26), (16, 26, 42), (32, 42, 58), (40, 58, 74)]
        """
        last = self.total - self.length
        while first < end:
            before = max(0, first - self.along.margin)
            start = min(last, before - before % self.along.stride)
            right = self.total if start == last else start + self.length - self.along.margin
            yield start, first, min(end, right)
            first = min(end, right)


def plan(model: Model, layer: Layer, columns: int) -> tuple[Network, Pieces]:
    """Return what a song of so many columns is projected with, and how it is cut.

    Pieces are longer than the model's pictures where the network takes such, up to the layer.

    Raises
    ------
    ValueError
        If the layer has no place in time, or the network takes pictures of its own length only and
        these are too short; if a piece would take more memory than the limit allows.
    """
    along = along_time(layer)
    network, shape = model.network, model.frontend.shape
    axis = min(1, len(shape) - 1)
    own = shape[axis]
    if columns > own:
        length = LONGER * max(own, 2 * along.margin)
        length = min(columns, length + (columns - length) % along.stride)
        longer = (*shape[:axis], length, *shape[axis + 1 :])
        try:
            made = lengthened(network, layer.name, longer)
        except FixedLength as error:
            if own < 2 * along.margin + along.stride:
                hop = model.frontend.axes.hop
                raise ValueError(
                    f"layer {layer} of model {model.name!r} cannot be projected over a song: "
                    f"{error}, and its pictures of {own * hop:.3g} s are too short to be put "
                    f"together, since a cell sees {along.field * hop:.3g} s; "
                    "song.at(seconds).project(...) projects a window"
                ) from None
        else:
            check_cost(made.cost())
            return made, Pieces(length, columns, along)
    more = max(0, columns - own)
    return network, Pieces(own, own + -(-more // along.stride) * along.stride, along)


class SongPicture(NamedTuple):
    """A stretch of a song and its picture, kept for the next feature."""

    stretch: Stretch
    picture: Float32[np.ndarray, "..."]


class SongSource(Source):
    """A part of a song as a source; its spectrum is made when somebody asks for it."""

    _stretch: Stretch
    _columns: tuple[int, int]

    def __init__(self, model: Model, title: str, made: SongPicture, first: int, end: int) -> None:
        stretch = made.stretch
        clip = Clip(stretch.clip(first, end), model.frontend.sample_rate, title)
        picture = _columns(made.picture, first - stretch.first, end - stretch.first)
        fields = {"clip": clip, "picture": picture, "model": model}
        for name, value in (fields | {"_stretch": stretch, "_columns": (first, end)}).items():
            object.__setattr__(self, name, value)

    @functools.cached_property
    def spectrum(self) -> Spectrum:
        """The spectrum of the part by itself."""
        return self.frontend.analyse(self.clip.samples)

    @functools.cached_property
    def magnitude(self) -> Float32[np.ndarray, "bins time"]:
        """Magnitudes of the STFT."""
        return self._stretch.magnitude(*self._columns)

    def resynthesise(
        self, projection: Float32[np.ndarray, "..."], resynthesis: Resynthesis
    ) -> Resynthesised:
        """Turn a projection of the part into sound."""
        picture = np.asarray(self.picture)
        return self._stretch.resynthesise(projection, picture, self._columns[0], resynthesis)


@dataclass(frozen=True, eq=False, repr=False)
class SongProjection(Projection):
    """A feature over a song, or a part of it, deconvolved to the picture.

    Made by `SongListening.project`; everything else is as in `Projection`.

    Attributes
    ----------
    start : float
        Where the part begins in the song, in seconds.
    """

    source: SongSource
    start: float

    def resynthesise(self, resynthesis: str = "phase") -> Resynthesised:
        """Return samples, magnitudes and scale before any loudness gain; zeros if silent."""
        how = one_of("resynthesis", resynthesis, RESYNTHESES)
        made = self.source.resynthesise(
            np.zeros_like(self.picture) if self.silent else self.picture, how
        )
        self.source.model.check_finite(made.samples, f"the sound of {self.title}")
        return made

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the signed projection, as `Projection.plot` does, over the song's seconds."""
        axes = new_figure().add_subplot() if ax is None else ax
        if self.picture.ndim == 1:
            seconds = self.start + np.arange(len(self.picture)) / self.source.clip.sample_rate
            axes.plot(seconds, self.picture, linewidth=0.5)
            axes.set(title=self.title, xlabel="Time (s)", ylabel="projection (model's domain)")
            return axes
        super().plot(axes)
        left, right, bottom, top = axes.images[-1].get_extent()
        axes.images[-1].set_extent((left + self.start, right + self.start, bottom, top))
        return axes


def part_of(duration: float, start: float | None, end: float | None) -> tuple[float, float]:
    """Return the beginning and the end of a part of a song, in seconds.

    Raises
    ------
    ValueError
        If the part begins outside of the song, or ends before it begins.

    Examples
    --------
    >>> part_of(60.0, 12, None)
    (12.0, 60.0)
    """
    begin, stop = 0.0 if start is None else start, duration if end is None else end
    check_start(begin, duration)
    if not stop > begin:
        raise ValueError(f"end must be more than start, {begin:g} s, not {end!r}")
    return float(begin), min(float(stop), duration)


def check_projection(model: Model, layer: Layer) -> Framed:
    """Return the front end of a model, a layer of which can be projected over a song.

    Raises
    ------
    ValueError, UnsupportedOperation
        If it cannot; the message says why.
    """
    frontend = framed(model.frontend)
    along_time(layer)
    if isinstance(model.network, Explained) and (error := model.network.refused(layer.name)):
        raise error
    return frontend


def project_song(
    model: Model,
    recording: Recording,
    samples: int,
    layer: Layer,
    feature: int,
    rule: RuleName | Rule,
    part: tuple[float, float],
    known: dict[tuple[int, int, int], SongPicture],
    *,
    each: Callable[[int, int], object] | None,
) -> SongProjection:
    """Project a feature over a part of a song; see `SongListening.project`.

    Parameters
    ----------
    model, recording
        What hears what.
    samples : int
        Of the song, at the model's rate.
    layer, feature, rule
        What is projected, and how.
    part : (float, float)
        Its beginning and end, in seconds.
    known : dict
        Where the picture is looked up, and left for the next feature.
    each : callable, optional
        Called after every piece.
    """
    frontend = check_projection(model, layer)
    step, rate = step_of(frontend), frontend.sample_rate
    total = columns_of(frontend, samples)
    first = min(total - 1, int(part[0] * rate / step))
    end = max(first + 1, min(total, math.ceil(part[1] * rate / step)))
    check_part(part[1] - part[0], _bytes_a_second(frontend))
    network, pieces = plan(model, layer, total)
    cuts = list(pieces.over(first, end))
    low, high = cuts[0][0], cuts[-1][0] + pieces.length
    made = known.get((low, high, pieces.total))
    if made is None:
        silence = pieces.total > total
        made = _picture(frontend, recording, samples, low, high, silence=silence)
        known.clear()
        known[low, high, pieces.total] = made
    model.check_finite(made.picture, "its front end")
    number, projected, responses = model.number(layer), [], []
    off = on_device(model.network.off(layer.name))
    seed = Feature(jax.device_put(np.int32(feature)))
    for done, (start, left, right) in enumerate(cuts, start=1):
        piece = _columns(made.picture, start - low, start - low + pieces.length)
        state = network.forward(on_device(piece))
        found = to_host(network.project(state, layer.name, seed, rule))
        responses += distances((network.activations(state, layer.name),), (off,))
        projected.append(_columns(found, left - start, right - start).copy())
        where = f"the projection of feature {number}-{feature} at {left * step / rate:.2f} s"
        model.check_finite(projected[-1], where)
        if each is not None:
            each(done, len(cuts))
    # Not what the windows showed: they may leave out places.
    responding = bool(without_rounding(np.stack(jax.device_get(responses)))[:, feature].any())
    return SongProjection(
        np.concatenate(projected, axis=min(1, projected[0].ndim - 1)),
        number,
        feature,
        rule,
        "all",
        SongSource(model, recording.title, made, first, end),
        lambda _: not responding,
        first * step / rate,
    )


def _picture(
    frontend: Framed, recording: Recording, samples: int, low: int, high: int, *, silence: bool
) -> SongPicture:
    blocks = recording.blocks(frontend.sample_rate)
    stretch = Stretch(frontend, blocks, samples, low, high, silence=silence)
    return SongPicture(stretch, stretch.picture())


def _columns(picture: Float32[np.ndarray, "..."], first: int, end: int) -> np.ndarray:
    return picture[first:end] if picture.ndim == 1 else picture[:, first:end]


def _bytes_a_second(frontend: Framed) -> float:
    """Return what a second of a song takes: samples, pictures, projections, sound, magnitudes."""
    rate, step = frontend.sample_rate, step_of(frontend)
    cells = math.prod(frontend.shape) / columns_of(frontend, frontend.samples)
    bins = len(frontend.bins.hz) / frontend.hop_length
    return 4 * rate * (4 + 3 * cells / step + 2 * bins)
