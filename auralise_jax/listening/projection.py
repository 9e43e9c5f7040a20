"""A projection: what of the picture made one feature respond, to see and to hear."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32

from auralise_jax.audio import Clip
from auralise_jax.audio.display import new_figure, show_picture
from auralise_jax.audio.loudness import integrated, match
from auralise_jax.choices import one_of
from auralise_jax.device import to_host
from auralise_jax.frontend import AnyFrontend, Spectrum
from auralise_jax.frontend.frontend import carried
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

SILENT = 1e-6
"""A feature is silent if its projection's peak is below this share of its layer's largest."""


@dataclass(frozen=True, eq=False)
class Source:
    """What resynthesis needs to know of the window that was heard."""

    clip: Clip
    """The window at the model's rate, padding trimmed."""
    picture: Float32[Array, "..."]
    spectrum: Spectrum
    model: Model

    @property
    def frontend(self) -> AnyFrontend:
        """The model's."""
        return self.model.frontend

    @functools.cached_property
    def magnitude(self) -> Float32[np.ndarray, "bins time"]:
        """Of the STFT, without its frame past the end; in figures both sounds are re its peak."""
        magnitude: Float32[np.ndarray, "bins time"] = np.abs(to_host(self.spectrum.stft))
        return magnitude[:, :-1]

    @functools.cached_property
    def loudness(self) -> float:
        """Integrated loudness, LUFS; measured once, asked for by every feature."""
        return integrated(self.clip.samples, self.frontend.sample_rate)


@dataclass(frozen=True, eq=False, repr=False)
class Projection:
    """One feature, deconvolved to the picture.

    Made by `Listening.project`. In a notebook it shows its picture.

    Attributes
    ----------
    picture : array of float32, shape (freq, time), (freq, time, channels) or (time,)
        Signed, in the model's own domain; row 0 lowest.
    layer, feature : int
        From 1 and from 0.
    rule, position : str
        How it was projected.
    """

    picture: Float32[np.ndarray, "..."]
    layer: int
    feature: int
    rule: RuleName | Rule
    position: str | tuple[int, ...]
    source: Source
    layer_peak: Callable[[], float]

    @property
    def title(self) -> str:
        """Layer and feature as panels write them, such as ``feature 3-7, deconvnet``."""
        rule = self.rule if isinstance(self.rule, str) else self.rule.name
        return f"feature {self.layer}-{self.feature}, {rule}"

    @functools.cached_property
    def silent(self) -> bool:
        """True if the feature does not respond to this clip.

        That is: the projection's peak is below 1e-6 of the largest peak in its layer. The first
        question about a layer projects the whole of it; the answer is kept.
        """
        peak = float(np.abs(self.picture).max())
        return peak == 0 or peak < SILENT * self.layer_peak()

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
            STFT times the signed projection.
        loudness : {"match", "raw"}
            ``"match"`` brings it to the source's integrated loudness (ITU-R BS.1770), ``"raw"``
            applies no gain.

        Returns
        -------
        Auralised
            A `Clip` of the window heard, at the model's rate, padding trimmed, with ``scale_db``,
            ``gain_db`` and ``limited_db``. A silent feature gives silence, not amplified noise.

        Raises
        ------
        ValueError
            If either choice is unknown.

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
        """Give a resynthesis its loudness; see `auralise`, which does both steps."""
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
        """Draw the signed projection: red where sound spoke for the feature, blue against.

        A projection to samples is drawn as a waveform; of one with channels, the channel that is
        inverted to sound.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default on a new figure, ``ax.figure``, not tied to pyplot.

        Returns
        -------
        matplotlib Axes
        """
        axes = new_figure().add_subplot() if ax is None else ax
        rows = self.source.frontend.axes
        picture = carried(self.picture, self.source.frontend.channel)
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
            vmin=-limit,
            vmax=limit,
        )
        axes.set_title(self.title)
        axes.figure.colorbar(image, ax=axes, label="projection (model's domain)")
        return axes

    def _repr_png_(self) -> bytes:
        figure = new_figure()
        self.plot(figure.add_subplot())
        return figure.png()

    def __repr__(self) -> str:
        return f"<Projection: {self.title}, position {self.position}, {self.picture.shape}>"
