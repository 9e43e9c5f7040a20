"""Listening: a forward pass over a window of a clip, then a projection per feature."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import jax
import numpy as np
from jaxtyping import Float, Float32

from auralise_jax.audio import Clip
from auralise_jax.audio.recording import find_recording
from auralise_jax.audio.removal import Removed, take_out
from auralise_jax.device import to_host
from auralise_jax.listening.projecting import Projector
from auralise_jax.listening.projection import Projection, Source
from auralise_jax.network import Model, load_model
from auralise_jax.network.cost import check_window
from auralise_jax.network.edits import AnyGains, Features, Gains
from auralise_jax.network.layer import Layer
from auralise_jax.network.rules import Rule


class Windowed(Protocol):
    """A sound that gives windows of itself, such as a `Clip`."""

    def window(self, start: float, duration: float) -> Clip:
        """Return the part from `start`, at most `duration` long, both in seconds."""


class Listening:
    """A model's forward pass over a window of a clip; made by `listen`.

    The forward pass ran when the object was made; a projection runs the backward pass only.

    Attributes
    ----------
    model : Model
        The network and its front end.
    clip : Clip
        The window at the model's rate, padding not included.
    picture : array of float32, shape (freq, time), (freq, time, channels) or (time,)
        The network's input.
    start : float
        Where the window begins in the clip, in seconds.
    padded : float
        Seconds of silence added at the end to fill the model's window.
    removed : tuple of Removed
        Bands and stretches that were taken out of the window, in turn; see `without`.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["hiphop"], start=2.0)
    >>> heard.picture.shape, heard.start
    ((257, 173), 2.0)
    >>> heard.activations("conv3").shape, list(heard.predict())
    ((32, 21, 64), ['ballad', 'dance', 'hip-hop'])
    """

    def __init__(self, model: Model, clip: Windowed, start: float) -> None:
        frontend = model.frontend
        check_window(model.network.cost(), frontend)
        self.model = model
        self.start = float(start)
        self.removed: tuple[Removed, ...] = ()
        size = frontend.samples
        seconds = model.seconds
        window = clip.window(start, seconds).resample(frontend.sample_rate)
        if len(window.samples) > size:  # rounding of the resampler, or of the window's ends
            window = Clip(window.samples[:size], frontend.sample_rate, window.title)
        missing = size - len(window.samples)
        # A sample or two lost in rounding needs no warning.
        self.padded = missing / frontend.sample_rate if missing > 2 else 0.0
        self._look_at(window)
        self._off = {
            layer.name: np.asarray(jax.device_get(model.network.off(layer.name)))
            for layer in model.layers
        }
        self._hear()

    def _look_at(self, window: Clip) -> None:
        """Make the picture of the window, and keep what resynthesis needs of it."""
        frontend = self.model.frontend
        self.clip = window
        spectrum = frontend.analyse(frontend.fit(window.samples))
        picture = frontend.picture(spectrum)
        self.picture = to_host(picture)
        self._source = Source(window, picture, spectrum, self.model)

    def _hear(self) -> None:
        """Run the forward pass, and keep what a projection and other questions need."""
        model = self.model
        self._state = model.network.forward(self._source.picture)
        model.check_finite(self.picture, "its front end")
        self._maps: dict[str, np.ndarray] = {}
        for number, layer in enumerate(model.layers, start=1):
            maps = to_host(model.network.activations(self._state, layer.name))
            model.check_finite(maps, f"layer {number}")
            self._maps[layer.name] = maps
        self._projector = Projector(model, self._source, self._state, self._maps, self._off)

    @property
    def state(self) -> Any:
        """Result of the forward pass, a pytree; see `Network.forward`."""
        return self._state

    @property
    def source_magnitude(self) -> Float32[np.ndarray, "bins time"]:
        """Magnitudes of the window's STFT, to compare with those of a projection's sound."""
        return self._source.magnitude

    @property
    def nbytes(self) -> int:
        """Bytes of the forward pass's result."""
        return sum(leaf.nbytes for leaf in jax.tree.leaves(self._state))

    @property
    def gains(self) -> Gains:
        """Gains of features that are muted or turned up; see `Model.with_gains`."""
        return self.model.gains

    def edited(self, mute: Features = (), gains: AnyGains | None = None) -> Listening:
        """Return the same window, heard with some features muted, turned down or turned up.

        The forward pass runs again from the same picture. The first time compiles, other edits do
        not.

        Parameters
        ----------
        mute : iterable of (layer, feature)
            Features that are taken out: a gain of 0. Layers by name, or by number from 1.
        gains : mapping of (layer, feature) to float
            Gains of other features, from 0 to 2; see `Model.with_gains`.

        Returns
        -------
        Listening
            Under these edits, instead of those of this listening. Without any, of the network as
            it was trained.

        Raises
        ------
        ValueError
            If there is no such layer or feature, a gain is not a number from 0 to 2, or a feature
            is both muted and given another gain than 0.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["hiphop"])
        >>> muted = heard.edited(mute=[(3, 20)], gains={(3, 21): 2.0})
        >>> dict(muted.gains)
        {('conv3', 20): 0.0, ('conv3', 21): 2.0}
        >>> bool((muted.activations(3) == heard.activations(3)).all())
        True
        """
        found = copy.copy(self)
        found.model = self.model.under(mute, gains)
        found._hear()
        return found

    def without(
        self,
        band: tuple[float, float] | None = None,
        stretch: tuple[float, float] | None = None,
    ) -> Listening:
        """Return a listening to the same window with a part of its sound taken out.

        Parameters
        ----------
        band : (float, float), optional
            Hertz, from 0 to half the model's sampling rate.
        stretch : (float, float), optional
            Seconds from the window's beginning. Alone, it fades to silence; with a band, the
            rectangle of the two is taken out. `take_out` says how.

        Returns
        -------
        Listening
            Under the same gains. Its ``clip`` is the sound that is left, and ``removed`` says what
            was taken out; what is taken out of it in turn adds up.

        Raises
        ------
        ValueError
            If neither is given, or one is empty, reversed or out of range; the message says the
            legal range.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["hiphop"])
        >>> bassless = heard.without(band=(0, 150)).without(stretch=(3, 4))
        >>> bassless.removed
        (Removed(band=(0.0, 150.0), stretch=None), Removed(band=None, stretch=(3.0, 4.0)))
        >>> bool(bassless.clip.samples[-10000:].any())
        False
        """
        part, clip = Removed.of(band, stretch), self.clip
        within = part.stretch
        if within is not None and within[0] < clip.duration < within[1] <= self.model.seconds:
            within = within[0], clip.duration  # what is padded is silent
        found = copy.copy(self)
        samples = take_out(clip.samples, clip.sample_rate, part.band, within)
        found._look_at(Clip(samples, clip.sample_rate, clip.title))
        found.removed = (*self.removed, part)
        found._hear()
        return found

    def predict(
        self, mute: Features | None = None, gains: AnyGains | None = None
    ) -> dict[str, float]:
        """Return {class: probability} for this window.

        Parameters
        ----------
        mute, gains
            As in `edited`: what the probabilities would be under these. If neither is given, this
            listening's own gains hold.

        Raises
        ------
        ValueError
            If the model has no classes, or as `edited` does.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["hiphop"])
        >>> round(sum(heard.predict(mute=[(5, 3), (5, 4)]).values()), 6)
        1.0
        """
        if mute is None and gains is None:
            return self.model.probabilities(self._state)
        model = self.model.under(() if mute is None else mute, gains)
        return model.probabilities(model.network.forward(self._source.picture))

    def answer(self) -> str:
        """Return what the model calls this window: a class, or "none of these"; see `predict`.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> aj.listen(aj.load_model("genre"), aj.example_clips()["dance"]).answer()
        'dance'
        """
        return self.model.answer(self.predict())

    def outputs(self) -> dict[str, Float[np.ndarray, " n"]]:
        """Return what the network says of this window, as arrays.

        Returns
        -------
        dict of str to array
            ``"probability"`` of each class or tag, in the order of `Model.classes`; with the task
            "tempo" also ``"bpm"``, and the two are a curve. With the task "pitch", of each column
            of the picture: ``"seconds"`` from the window's beginning, ``"pitch_hz"``, and
            ``"voicing"``, the probability that there is a pitch.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> heard.outputs()["probability"].shape
        (3,)
        """
        return self.model.outputs(self._state)

    def activations(self, layer: Layer | str | int) -> Float32[np.ndarray, "*size features"]:
        """Return a layer's maps, features last: (freq, time, features) for maps of two axes.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> heard.activations("conv1").shape
        (128, 86, 64)
        """
        maps: Float32[np.ndarray, "*size features"] = self._maps[self.model.layer(layer).name]
        return maps

    def project(
        self,
        layer: Layer | str | int,
        feature: int,
        rule: Rule | str = "deconvnet",
        position: object = "all",
    ) -> Projection:
        """Project a feature back to the picture.

        Parameters
        ----------
        layer : Layer, str or int
            A layer, a name such as ``"conv3"``, or a number from 1.
        feature : int
            From 0.
        rule : {"deconvnet", "gradient", "guided"} or Rule
            What ReLU does on the way back.
        position : {"all", "strongest"}, tuple of int, or array
            Start from the feature's whole map, from its strongest cell, from a cell (row, column)
            of the map, or from the map times a mask of its size.

        Returns
        -------
        Projection
            With a signed ``picture`` of the shape of the network's input.

        Raises
        ------
        ValueError
            If a choice is not legal; the message lists the legal values.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> heard.project(3, 7).picture.shape
        (257, 173)
        """
        return self._projector.one(layer, feature, rule, position)

    def project_layer(
        self, layer: Layer | str | int, rule: Rule | str = "deconvnet", position: object = "all"
    ) -> Float32[np.ndarray, "features freq time"]:
        """Project every feature of a layer; see `project`.

        Returns
        -------
        array of float32, shape (features, freq, time)
            Or (features,) and the shape of pictures that are others.
        """
        return np.stack([found.picture for found in self.projections(layer, rule, position)])

    def projections(
        self,
        layer: Layer | str | int,
        rule: Rule | str = "deconvnet",
        position: object = "all",
        *,
        each: Callable[[], None] = lambda: None,
    ) -> tuple[Projection, ...]:
        """Project every feature of a layer; see `project`.

        Parameters
        ----------
        layer, rule, position
            As in `project`.
        each : callable
            Called after every feature, maybe from another thread; an exception ends the work.

        Returns
        -------
        tuple of Projection

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> len(heard.projections(1))
        64
        """
        return self._projector.every(layer, rule, position, each)

    def measure_silence_as(self, other: Listening) -> None:
        """Call a feature silent by the peaks of another listening's layers, as far as it has them.

        Where features are muted, a layer need not be projected whole then to know which of its
        features are silent beside the others.
        """
        self._projector.take_peaks(other._projector)

    def __repr__(self) -> str:
        end = self.start + self.clip.duration
        return f"<Listening: {self.model.name!r} to {self.clip!r}, {self.start:g}-{end:g} s>"


def listen(model: Model | str | Path, clip: Windowed | str | Path, start: float = 0.0) -> Listening:
    """Run a model's forward pass over a window of a clip.

    Parameters
    ----------
    model : Model, str or Path
        The network and its front end; a name or a file as in `load_model`.
    clip : Clip, Windowed, str or Path
        A clip, the name of a shipped clip, a sound file, or another sound that gives windows of
        itself. Any sampling rate: the window is resampled to the model's.
    start : float
        Seconds into the clip where the window begins. Its length is the front end's (4 s for the
        paper's CNN); if the clip ends earlier it is padded with zeros, with a warning.

    Returns
    -------
    Listening

    Raises
    ------
    ValueError
        If `start` lies outside the clip, or a file is no model or no sound.
    OSError
        If a file is missing or cannot be read.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> aj.listen("genre", "bach", start=2.0)
    <Listening: 'genre' to <Clip 'Bach, Prelude in C': 4.00 s at 11025 Hz>, 2-6 s>
    """
    if not isinstance(model, Model):
        model = load_model(model)
    if isinstance(clip, (str, Path)):
        clip = find_recording(clip)
    heard = Listening(model, clip, start)
    if heard.padded:
        warnings.warn(
            f"the clip has {heard.clip.duration:.2f} s from {start:g} s on; padded with "
            f"{heard.padded:.2f} s of silence to the model's "
            f"{heard.clip.duration + heard.padded:g} s",
            stacklevel=2,
        )
    return heard
