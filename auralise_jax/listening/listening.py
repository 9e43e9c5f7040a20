"""Listening: one window of a clip, heard once by a model, then asked about any feature."""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import jax
import numpy as np
from jaxtyping import Array, Float32, Int32

from auralise_jax.audio import Clip
from auralise_jax.choices import one_of
from auralise_jax.device import on_cpu, on_device, to_host
from auralise_jax.listening.projection import Projection, Source
from auralise_jax.network import Model
from auralise_jax.network.cost import check_layer, check_window
from auralise_jax.network.rules import RuleName, check_rule
from auralise_jax.network.stack.passes import (
    POSITIONS,
    Block,
    Position,
    backward,
    backward_many,
)

TOGETHER = 16
"""Features that are projected at once where it is no CPU; of the shipped model they take 0.5 GB."""


class Windowed(Protocol):
    """A sound of which windows can be taken; a `Clip` is one."""

    def window(self, start: float, duration: float) -> Clip:
        """Return the part from `start`, at most `duration` long, both in seconds."""


class Listening:
    """What a model heard in one window; made by `listen`.

    The forward pass ran once, when this was made; every projection runs only the backward half.

    Attributes
    ----------
    model : Model
        Who listened.
    clip : Clip
        The window at the model's rate, padding not included.
    picture : array of float32, shape (freq, time)
        What the network saw.
    start : float
        Where the window begins in the clip, in seconds.
    padded : float
        Seconds of silence added at the end to fill the model's window.
    """

    def __init__(self, model: Model, clip: Windowed, start: float) -> None:
        frontend = model.frontend
        check_window(model.architecture, frontend)
        self.model = model
        self.start = float(start)
        self.clip = clip.window(start, frontend.duration).resample(frontend.sample_rate)
        size = frontend.samples
        if len(self.clip.samples) > size:  # rounding of the resampler, or of the window's ends
            self.clip = Clip(self.clip.samples[:size], frontend.sample_rate, self.clip.title)
        missing = size - len(self.clip.samples)
        # A rounded-off sample or two is not worth a word.
        self.padded = missing / frontend.sample_rate if missing > 2 else 0.0
        window = on_device(np.pad(self.clip.samples, (0, missing)))  # sent once, looked at twice
        picture = frontend.picture(window)
        self.picture = to_host(picture)
        self._source = Source(self.clip, picture, frontend.stft(window, tail=1), model)
        self._blocks = model.forward(picture)
        model.check_finite(self.picture, "its front end")
        for number, block in enumerate(self._blocks, start=1):
            model.check_finite(to_host(block.maps), f"layer {number}")
        self._peaks: dict[tuple[int, RuleName, Position], float] = {}
        self._measuring = threading.Lock()  # or two threads would project one layer twice

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Maps and switches of every block."""
        return self._blocks

    def predict(self) -> dict[str, float]:
        """Return {class: probability} for this window alone."""
        return self.model.probabilities(self._blocks)

    def activations(self, layer: int | str) -> Float32[np.ndarray, "height width features"]:
        """Return a layer's maps after ReLU and pooling, shape (height, width, features).

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> heard.activations("conv1").shape
        (128, 86, 64)
        """
        number = self.model.architecture.check_layer(layer)
        maps: Float32[np.ndarray, "height width features"] = to_host(self._blocks[number - 1].maps)
        return maps

    def project(
        self,
        layer: int | str,
        feature: int,
        rule: str = "deconvnet",
        position: str = "all",
    ) -> Projection:
        """Project one feature back to the picture.

        Parameters
        ----------
        layer : int or str
            From 1, or a name such as ``"conv3"``.
        feature : int
            From 0.
        rule : {"deconvnet", "gradient", "guided"}
            What ReLU does on the way back.
        position : {"all", "strongest"}
            Start from the feature's whole map, or from its strongest position only.

        Returns
        -------
        Projection
            Its ``picture`` is signed, shape (freq, time).

        Raises
        ------
        ValueError
            If a choice is not legal; the message lists the legal ones.

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> heard.project(3, 7).picture.shape
        (257, 173)
        """
        number, known, place = self._check(layer, rule, position)
        feature = self.model.architecture.check_feature(number, feature)
        picture, _ = self._project(number, feature, known, place)
        return self._shot(picture, number, feature, known, place)

    def project_layer(
        self, layer: int | str, rule: str = "deconvnet", position: str = "all"
    ) -> Float32[np.ndarray, "features freq time"]:
        """Project every feature of a layer; see `project`.

        Returns
        -------
        array of float32, shape (features, freq, time)
        """
        return np.stack([shot.picture for shot in self.shots(layer, rule, position)])

    def shots(
        self,
        layer: int | str,
        rule: str = "deconvnet",
        position: str = "all",
        *,
        each: Callable[[], None] = lambda: None,
    ) -> tuple[Projection, ...]:
        """Project every feature of a layer; see `project`.

        Parameters
        ----------
        layer, rule, position
            As in `project`.
        each : callable
            Called after every feature, maybe from another thread; what it raises ends the work.

        Returns
        -------
        tuple of Projection

        Examples
        --------
        >>> import auralise_jax as aj
        >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
        >>> len([shot for shot in heard.shots(1) if not shot.silent])
        63
        """
        number, known, place = self._check(layer, rule, position)
        check_layer(self.model.architecture, self.model.frontend, number)

        count = self.model.architecture.features[number - 1]
        plainly = on_cpu(self._blocks[0].maps)
        groups = _cut(count, 1 if plainly else TOGETHER)

        def some(features: list[int]) -> list[tuple[Float32[np.ndarray, "freq time"], float]]:
            if plainly:
                projected = [self._project(number, one, known, place) for one in features]
            else:
                projected = self._project_many(number, features, known, place)
            for _ in features:
                each()
            return projected

        # Two at a time: what one computes on a single core, the other fills up. A quarter faster.
        with ThreadPoolExecutor(2 if plainly else 1) as pool:
            work = [pool.submit(some, group) for group in groups]
            try:
                found = [one for future in work for one in future.result()]
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        pictures, peaks = zip(*found, strict=True)
        self._peaks[number, known, place] = max(peaks)
        return tuple(self._shot(one, number, k, known, place) for k, one in enumerate(pictures))

    def _check(self, layer: int | str, rule: str, position: str) -> tuple[int, RuleName, Position]:
        number = self.model.architecture.check_layer(layer)
        return number, check_rule(rule), one_of("position", position, POSITIONS)

    def _shot(
        self,
        picture: Float32[np.ndarray, "freq time"],
        layer: int,
        feature: int,
        rule: RuleName,
        position: Position,
    ) -> Projection:
        return Projection(
            picture,
            layer,
            feature,
            rule,
            position,
            self._source,
            lambda: self._layer_peak(layer, rule, position),
        )

    def _project(
        self, layer: int, feature: int, rule: RuleName, position: Position
    ) -> tuple[Float32[np.ndarray, "freq time"], float]:
        """Return the picture and its peak."""
        projected = backward(
            self.model.kernels,
            self._blocks,
            _number(feature),
            layer=layer,
            rule=rule,
            position=position,
            pool=self.model.architecture.pool,
            shape=self.model.frontend.shape,
        )
        picture: Float32[np.ndarray, "freq time"] = to_host(projected)
        peak = self.model.check_finite(picture, f"the projection of feature {layer}-{feature}")
        return picture, peak

    def _project_many(
        self, layer: int, features: list[int], rule: RuleName, position: Position
    ) -> list[tuple[Float32[np.ndarray, "freq time"], float]]:
        """Return pictures and peaks of features that are projected at once."""
        projected = backward_many(
            self.model.kernels,
            self._blocks,
            jax.device_put(np.array(features, np.int32)),
            layer=layer,
            rule=rule,
            position=position,
            pool=self.model.architecture.pool,
            shape=self.model.frontend.shape,
        )
        return [
            (one, self.model.check_finite(one, f"the projection of feature {layer}-{feature}"))
            for feature, one in zip(features, to_host(projected), strict=True)
        ]

    def _layer_peak(self, layer: int, rule: RuleName, position: Position) -> float:
        with self._measuring:
            if (layer, rule, position) not in self._peaks:
                self.shots(layer, rule, position)
            return self._peaks[layer, rule, position]

    def __repr__(self) -> str:
        end = self.start + self.clip.duration
        return f"<Listening: {self.model.name!r} to {self.clip!r}, {self.start:g}-{end:g} s>"


def listen(model: Model, clip: Windowed, start: float = 0.0) -> Listening:
    """Let a model hear one window of a clip.

    Parameters
    ----------
    model : Model
        Who listens.
    clip : Clip or Windowed
        A clip, or another sound of which windows can be taken, such as a long file that stays on
        disk. Any rate; resampled to the model's.
    start : float
        Seconds into the clip. The window lasts as long as the model's front end says (4 s for the
        paper's); a clip that ends before is padded with zeros, with a warning.

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
            f"{heard.padded:.2f} s of silence to the model's {model.frontend.duration:g} s",
            stacklevel=2,
        )
    return heard


def _cut(count: int, most: int) -> list[list[int]]:
    """Return the numbers below `count` in as few groups as can be, of sizes as equal as can be."""
    return [part.tolist() for part in np.array_split(np.arange(count), -(-count // most))]


@functools.lru_cache(1 << 12)
def _number(feature: int) -> Int32[Array, ""]:
    """Return a number where the network is: sending it costs as much as a small projection."""
    sent: Int32[Array, ""] = jax.device_put(np.int32(feature))
    return sent
