"""Listening: a forward pass over a window of a clip, then a projection per feature."""

from __future__ import annotations

import copy
import functools
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol

import jax
import numpy as np
from jaxtyping import Array, Float, Float32, Int32

from auralise_jax.audio import Clip
from auralise_jax.device import on_cpu, to_host
from auralise_jax.listening.position import Start, as_start
from auralise_jax.listening.projection import Projection, Source
from auralise_jax.network import Model
from auralise_jax.network.cost import check_layer, check_window
from auralise_jax.network.edits import AnyGains, Features, Gains, merged_gains
from auralise_jax.network.layer import Layer
from auralise_jax.network.network import Feature, project_many
from auralise_jax.network.rules import Rule, RuleName, as_rule, check_rule

TOGETHER = 16
"""Features projected in one call on an accelerator; the shipped model takes 0.5 GB for them."""


class Windowed(Protocol):
    """A sound that gives windows of itself, such as a `Clip`."""

    def window(self, start: float, duration: float) -> Clip:
        """Return the part from `start`, at most `duration` long, both in seconds."""


class _Request(NamedTuple):
    """What the projections of a layer share."""

    number: int
    layer: Layer
    rule: RuleName | Rule
    start: Start

    @property
    def key(self) -> tuple[str, RuleName | Rule, Start]:
        return self.layer.name, self.rule, self.start


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
    """

    def __init__(self, model: Model, clip: Windowed, start: float) -> None:
        frontend = model.frontend
        check_window(model.network.cost(), frontend)
        self.model = model
        self.start = float(start)
        size = frontend.samples
        seconds = model.seconds
        self.clip = clip.window(start, seconds).resample(frontend.sample_rate)
        if len(self.clip.samples) > size:  # rounding of the resampler, or of the window's ends
            self.clip = Clip(self.clip.samples[:size], frontend.sample_rate, self.clip.title)
        missing = size - len(self.clip.samples)
        # A sample or two lost in rounding needs no warning.
        self.padded = missing / frontend.sample_rate if missing > 2 else 0.0
        spectrum = frontend.analyse(frontend.fit(self.clip.samples))
        picture = frontend.picture(spectrum)
        self.picture = to_host(picture)
        self._source = Source(self.clip, picture, spectrum, model)
        self._off = {
            layer.name: np.asarray(jax.device_get(model.network.off(layer.name)))
            for layer in model.layers
        }
        self._hear()

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
        self._peaks: dict[tuple[str, RuleName | Rule, Start], float] = {}
        self._measuring = threading.Lock()  # or two threads would project a layer twice

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

    def edited(
        self,
        mute: Features = (),
        gains: AnyGains | None = None,
    ) -> Listening:
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
        found.model = self._under(mute, gains)
        found._hear()
        return found

    def predict(
        self,
        mute: Features | None = None,
        gains: AnyGains | None = None,
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
        model = self._under(mute or (), gains)
        return model.probabilities(model.network.forward(self._source.picture))

    def _under(
        self,
        mute: Features,
        gains: AnyGains | None,
    ) -> Model:
        """Return the model under these gains and no others."""
        cleared = dict.fromkeys(self.model.gains, 1.0)
        return self.model.with_gains(cleared | merged_gains(self.model.layers, mute, gains or {}))

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
        request = self._request(layer, rule, position)
        feature = request.layer.check_feature(feature)
        ((picture, _),) = self._project(request, [feature])
        return self._projection(picture, request, feature)

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
        >>> len([found for found in heard.projections(1) if not found.silent])
        63
        """
        request = self._request(layer, rule, position)
        check_layer(request.layer, self.picture.shape)
        plainly = on_cpu(self._source.picture)
        groups = _cut(request.layer.features, 1 if plainly else TOGETHER)

        def some(features: list[int]) -> list[tuple[Float32[np.ndarray, "..."], float]]:
            projected = self._project(request, features)
            for _ in features:
                each()
            return projected

        # Two at a time: each fills the cores that the other leaves idle. A quarter faster.
        with ThreadPoolExecutor(2 if plainly else 1) as pool:
            work = [pool.submit(some, group) for group in groups]
            try:
                found = [pair for future in work for pair in future.result()]
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        pictures, peaks = zip(*found, strict=True)
        self._peaks[request.key] = max(peaks)
        return tuple(self._projection(picture, request, k) for k, picture in enumerate(pictures))

    def _request(self, layer: Layer | str | int, rule: Rule | str, position: object) -> _Request:
        number = self.model.number(layer)
        found = self.model.layers[number - 1]
        known = as_rule(rule) if isinstance(rule, Rule) else check_rule(rule)
        return _Request(number, found, known, as_start(position, self._maps[found.name].shape[:-1]))

    def _projection(
        self, picture: Float32[np.ndarray, "..."], request: _Request, feature: int
    ) -> Projection:
        return Projection(
            picture,
            request.number,
            feature,
            request.rule,
            request.start.position,
            self._source,
            lambda: self._layer_peak(request),
        )

    def _project(
        self, request: _Request, features: list[int]
    ) -> list[tuple[Float32[np.ndarray, "..."], float]]:
        """Return the features' pictures and peaks."""
        network, name = self.model.network, request.layer.name
        if request.start.position == "all":
            maps: list[Any] = [None] * len(features)  # the network has them at hand
        else:
            layer, off = self._maps[name], self._off[name]
            maps = [request.start.seed(layer[..., k], off[k]) for k in features]
        if len(features) == 1:
            alone = None if maps[0] is None else jax.device_put(maps[0])
            seed = Feature(_number(features[0]), alone)
            projected = to_host(network.project(self._state, name, seed, request.rule))[None]
        else:
            stacked = None if maps[0] is None else np.stack(maps)
            many = Feature(*jax.device_put((np.array(features, np.int32), stacked)))
            projected = to_host(
                project_many(network, self._state, many, layer=name, rule=request.rule)
            )
        return [
            (
                found,
                self.model.check_finite(found, f"the projection of feature {request.number}-{k}"),
            )
            for k, found in zip(features, projected, strict=True)
        ]

    def _layer_peak(self, request: _Request) -> float:
        with self._measuring:
            if request.key not in self._peaks:
                self.projections(request.layer, request.rule, request.start)
            return self._peaks[request.key]

    def __repr__(self) -> str:
        end = self.start + self.clip.duration
        return f"<Listening: {self.model.name!r} to {self.clip!r}, {self.start:g}-{end:g} s>"


def listen(model: Model, clip: Windowed, start: float = 0.0) -> Listening:
    """Run a model's forward pass over a window of a clip.

    Parameters
    ----------
    model : Model
        The network and its front end.
    clip : Clip or Windowed
        A clip, or another sound that gives windows of itself, such as a long file that stays on
        disk. Any sampling rate: the window is resampled to the model's.
    start : float
        Seconds into the clip where the window begins. Its length is the front end's (4 s for the
        paper's CNN); if the clip ends earlier it is padded with zeros, with a warning.

    Returns
    -------
    Listening

    Raises
    ------
    ValueError
        If `start` lies outside the clip.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> aj.listen(aj.load_model("genre"), aj.example_clips()["bach"], start=2.0)
    <Listening: 'genre' to <Clip 'Bach, Prelude in C': 4.00 s at 11025 Hz>, 2-6 s>
    """
    heard = Listening(model, clip, start)
    if heard.padded:
        warnings.warn(
            f"the clip has {heard.clip.duration:.2f} s from {start:g} s on; padded with "
            f"{heard.padded:.2f} s of silence to the model's "
            f"{heard.clip.duration + heard.padded:g} s",
            stacklevel=2,
        )
    return heard


def _cut(count: int, most: int) -> list[list[int]]:
    """Return the numbers below `count` in groups of about equal size, at most `most` in each."""
    return [part.tolist() for part in np.array_split(np.arange(count), -(-count // most))]


@functools.lru_cache(1 << 12)
def _number(feature: int) -> Int32[Array, ""]:
    """Return a number on the device, sent once: that takes as long as a small projection."""
    sent: Int32[Array, ""] = jax.device_put(np.int32(feature))
    return sent
