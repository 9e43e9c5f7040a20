"""A projection: which content of the picture made a feature respond, as picture and as sound."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32

from auralise_jax.audio import Clip
from auralise_jax.audio.display import new_figure, show_picture, signed_norm
from auralise_jax.audio.loudness import integrated, match
from auralise_jax.choices import one_of
from auralise_jax.device import to_host
from auralise_jax.frontend import AnyFrontend, Spectrum
from auralise_jax.frontend.frontend import channel_of
from auralise_jax.listening.resynthesis import (
    LOUDNESSES,
    RESYNTHESES,
    Auralised,
    Resynthesised,
    resynthesise,
)
from auralise_jax.network import Model
from auralise_jax.network.rules import Rule, RuleName

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Array
    from matplotlib.axes import Axes

_SIGNED = "projection (model's domain; colours by its square root)"
SILENT = 1e-6
"""A feature is silent if the peak of its projection is below this share of the layer's largest."""


@dataclass(frozen=True, eq=False)
class Source:
    """The window of the source, as resynthesis needs it."""

    clip: Clip
    """The window at the model's rate, padding trimmed."""
    picture: Float32[Array, "..."]
    spectrum: Spectrum
    model: Model

    @property
    def frontend(self) -> AnyFrontend:
        """The model's front end."""
        return self.model.frontend

    @functools.cached_property
    def magnitude(self) -> Float32[np.ndarray, "bins time"]:
        """Magnitudes of the STFT, without the frame past the end; their peak is 0 dB in figures."""
        magnitude: Float32[np.ndarray, "bins time"] = np.abs(to_host(self.spectrum.stft))
        return magnitude[:, :-1]

    @functools.cached_property
    def loudness(self) -> float:
        """Integrated loudness in LUFS, measured once for all features."""
        return integrated(self.clip.samples, self.frontend.sample_rate)


@dataclass(frozen=True, eq=False, repr=False)
class Projection:
    """A feature, deconvolved to the picture.

    Made by `Listening.project`; shown in a notebook as its plot.

    Attributes
    ----------
    picture : array of float32, shape (freq, time), (freq, time, channels) or (time,)
        Signed, in the model's own domain; row 0 lowest.
    layer, feature : int
        Numbers, from 1 and from 0.
    rule, position : str
        As given to `Listening.project`.
    cell : tuple of int or None
        The cell of the feature's map that was projected alone, such as the strongest, along the
        layer's axes; None if there are several.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["hiphop"])
    >>> shot = heard.project("conv3", 20)
    >>> shot.title, shot.picture.shape
    ('feature 3-20, deconvnet', (257, 173))
    >>> shot.auralise().duration
    4.0
    """

    picture: Float32[np.ndarray, "..."]
    layer: int
    feature: int
    rule: RuleName | Rule
    position: str | tuple[int, ...]
    source: Source
    is_silent: Callable[[float], bool]
    """Whether a peak is below 1e-6 of the layer's largest; may project the layer."""
    cell: tuple[int, ...] | None = field(default=None, kw_only=True)

    @property
    def title(self) -> str:
        """Layer and feature as panels write them, such as ``feature 3-7, deconvnet``."""
        rule = self.rule if isinstance(self.rule, str) else self.rule.name
        return f"feature {self.layer}-{self.feature}, {rule}"

    @functools.cached_property
    def silent(self) -> bool:
        """True if the feature does not respond to this clip.

        Then the projection's peak is below 1e-6 of the largest peak in the layer. The whole layer
        is projected where no bound of its peaks decides; the largest peak is kept.
        """
        peak = float(np.abs(self.picture).max())
        return peak == 0 or self.is_silent(peak)

    def resynthesise(self, resynthesis: str = "phase") -> Resynthesised:
        """Return samples, magnitudes and scale before any loudness gain; zeros if silent."""
        how = one_of("resynthesis", resynthesis, RESYNTHESES)
        source = self.source
        made = resynthesise(
            np.zeros_like(self.picture) if self.silent else self.picture,
            source.picture,
            source.spectrum,
            source.frontend,
            len(source.clip.samples),
            how,
        )
        source.model.check_finite(made.samples, f"the sound of {self.title}")
        return made

    def auralise(self, resynthesis: str = "phase", loudness: str = "match") -> Auralised:
        """Make the projection audible.

        Parameters
        ----------
        resynthesis : {"phase", "mask"}
            ``"phase"`` (the paper): rectify, scale the peak to the picture's, undo compression,
            attach the source's phase, invert. ``"mask"`` (the authors' 2015 code): the source's
            STFT times the signed projection. A projection to samples is itself a waveform:
            ``"phase"`` only scales it, ``"mask"`` multiplies the source's samples by it.
        loudness : {"match", "raw"}
            ``"match"`` brings the sound to the source's integrated loudness (ITU-R BS.1770),
            ``"raw"`` applies no gain.

        Returns
        -------
        Auralised
            A `Clip` as long as the window without padding, at the model's rate, with ``scale_db``,
            ``gain_db`` and ``limited_db``. A silent feature gives silence, not amplified noise.

        Raises
        ------
        ValueError
            If a choice is unknown.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> sound = heard.project(1, 3).auralise()
        >>> sound.duration
        4.0
        """
        one_of("loudness", loudness, LOUDNESSES)
        return self.finish(self.resynthesise(resynthesis), loudness)

    def finish(self, made: Resynthesised, loudness: str = "match") -> Auralised:
        """Bring a resynthesis to its loudness; `auralise` does both steps."""
        samples = made.samples
        rate = self.source.frontend.sample_rate
        name = f"{self.source.clip.title}, {self.title}" if self.source.clip.title else self.title
        if self.silent:
            note = f"feature {self.layer}-{self.feature} is silent for this clip"
            return Auralised(np.zeros_like(samples), rate, name, silent=True, note=note)
        if loudness == "raw":
            return Auralised(samples, rate, name, scale_db=made.scale_db)
        matched = match(samples, self.source.loudness, rate)
        return Auralised(
            matched.samples,
            rate,
            name,
            scale_db=made.scale_db,
            gain_db=matched.gain_db,
            limited_db=matched.limited_db,
            note=matched.note,
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the signed projection: red where sound excites the feature, blue where it inhibits.

        Colours go by the square root, or all but the strongest cells would be white; the colour
        bar has the values. A projection to samples is drawn as a waveform; of one with channels,
        the channel that is inverted to sound.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure, ``ax.figure``, not tied to pyplot.

        Returns
        -------
        matplotlib Axes
        """
        axes = new_figure().add_subplot() if ax is None else ax
        rows = self.source.frontend.axes
        picture = channel_of(self.picture, self.source.frontend.channel)
        if picture.ndim == 1:
            axes.plot(rows.seconds, picture, linewidth=0.5)
            axes.set(title=self.title, xlabel="Time (s)", ylabel="projection (model's domain)")
            return axes
        limit = float(np.abs(picture).max()) or 1.0
        image = show_picture(
            axes,
            picture,
            picture.shape[1] * rows.hop,
            self.source.frontend.sample_rate / 2,
            None if rows.kind == "linear" else rows.hz,
            cmap="RdBu_r",
            norm=signed_norm(limit),
        )
        axes.set_title(self.title)
        axes.figure.colorbar(image, ax=axes, label=_SIGNED)
        return axes

    def _repr_png_(self) -> bytes:
        figure = new_figure()
        self.plot(figure.add_subplot())
        return figure.png()

    def __repr__(self) -> str:
        return f"<Projection: {self.title}, position {self.position}, {self.picture.shape}>"
