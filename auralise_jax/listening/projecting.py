"""The backward half of listening: features of a window's forward pass, projected singly or all."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float32, Int32

from auralise_jax.device import on_cpu, to_host
from auralise_jax.listening.position import Start, as_start
from auralise_jax.listening.projection import SILENT, Projection, Source
from auralise_jax.network import Model
from auralise_jax.network.cost import check_layer
from auralise_jax.network.layer import Layer
from auralise_jax.network.network import Feature, project_many
from auralise_jax.network.rules import Rule, RuleName, as_rule, check_rule
from auralise_jax.network.streaming import Bounded

TOGETHER = 16
"""Features projected in one call on an accelerator; the shipped model takes 0.5 GB for them."""


class _Request(NamedTuple):
    """What the projections of a layer share."""

    number: int
    layer: Layer
    rule: RuleName | Rule
    start: Start

    @property
    def key(self) -> tuple[str, RuleName | Rule, Start]:
        return self.layer.name, self.rule, self.start


class Projector:
    """Projects features of one forward pass.

    Parameters
    ----------
    model : Model
        Whose network was run.
    source : Source
        The window that it was run on.
    state : pytree
        What the network kept.
    maps : mapping of str to array
        Every layer's maps, features last, by the layer's name.
    off : mapping of str to array
        Every layer's values where its features are silent.
    """

    def __init__(
        self,
        model: Model,
        source: Source,
        state: Any,
        maps: Mapping[str, np.ndarray],
        off: Mapping[str, np.ndarray],
    ) -> None:
        self._model = model
        self._source = source
        self._state = state
        self._maps = maps
        self._off = off
        self._peaks: dict[tuple[str, RuleName | Rule, Start], float] = {}
        self._bounds: dict[tuple[str, RuleName | Rule, Start], float] = {}
        self._measuring = threading.Lock()  # or two threads would project a layer twice

    def one(
        self, layer: Layer | str | int, feature: int, rule: Rule | str, position: object
    ) -> Projection:
        """Project a feature; see `Listening.project`."""
        request = self._request(layer, rule, position)
        feature = request.layer.check_feature(feature)
        ((picture, _),) = self._project(request, [feature])
        return self._projection(picture, request, feature)

    def every(
        self,
        layer: Layer | str | int,
        rule: Rule | str,
        position: object,
        each: Callable[[], None] = lambda: None,
    ) -> tuple[Projection, ...]:
        """Project every feature of a layer; see `Listening.projections`."""
        request = self._request(layer, rule, position)
        check_layer(request.layer, self._source.picture.shape)
        plainly, shape = on_cpu(self._source.picture), self._source.picture.shape
        groups = _cut(request.layer.features, 1 if plainly else TOGETHER)
        silent = self._silent_seeds(request) if plainly else set()

        def some(features: list[int]) -> list[tuple[Float32[np.ndarray, "..."], float]]:
            if silent.issuperset(features):
                projected = [(np.zeros(shape, np.float32), 0.0) for _ in features]
            else:
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
        number = self._model.number(layer)
        found = self._model.layers[number - 1]
        known = as_rule(rule) if isinstance(rule, Rule) else check_rule(rule)
        return _Request(number, found, known, as_start(position, self._maps[found.name].shape[:-1]))

    def _projection(
        self, picture: Float32[np.ndarray, "..."], request: _Request, feature: int
    ) -> Projection:
        layer, off = self._maps[request.layer.name], self._off[request.layer.name]
        return Projection(
            picture,
            request.number,
            feature,
            request.rule,
            request.start.position,
            self._source,
            lambda peak: self._is_silent(request, peak),
            cell=request.start.cell(layer[..., feature], off[feature]),
        )

    def _project(
        self, request: _Request, features: list[int]
    ) -> list[tuple[Float32[np.ndarray, "..."], float]]:
        """Return the features' pictures and peaks."""
        network, name = self._model.network, request.layer.name
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
                self._model.check_finite(found, f"the projection of feature {request.number}-{k}"),
            )
            for k, found in zip(features, projected, strict=True)
        ]

    def take_peaks(self, other: Projector) -> None:
        """Take the largest peaks of the layers that another has projected."""
        self._peaks = other._peaks | self._peaks

    def _is_silent(self, request: _Request, peak: float) -> bool:
        with self._measuring:
            if request.key not in self._peaks:
                if peak >= SILENT * self._most(request):
                    return False
                self.every(request.layer, request.rule, request.start)
            return peak < SILENT * self._peaks[request.key]

    def _most(self, request: _Request) -> float:
        """Return what no peak of the layer exceeds, as far as that is known without projecting."""
        network = self._model.network
        if not isinstance(network, Bounded) or isinstance(request.rule, Rule):
            return math.inf
        if request.key not in self._bounds:
            norms = np.linalg.norm(self._seeds(request), axis=0)
            self._bounds[request.key] = network.most(self._state, request.layer.name, norms)
        return self._bounds[request.key]

    def _seeds(self, request: _Request) -> Float32[np.ndarray, "cells features"]:
        """Return what the projection of each feature starts from."""
        maps, off = self._maps[request.layer.name], self._off[request.layer.name]
        if request.start.position != "all":
            seeds = [request.start.seed(maps[..., k], off[k]) for k in range(len(off))]
            maps = np.stack(seeds, axis=-1)
        return maps.reshape(-1, len(off))

    def _silent_seeds(self, request: _Request) -> set[int]:
        """Return features whose projection starts from zeros, of which every rule makes zeros.

        Not the first feature: to project it tells whether the layer has a way back.
        """
        if isinstance(request.rule, Rule) and request.rule.needs_input:
            return set()
        return set(np.flatnonzero(~self._seeds(request).any(axis=0)).tolist()) - {0}


def _cut(count: int, most: int) -> list[list[int]]:
    """Return the numbers below `count` in groups of about equal size, at most `most` in each."""
    return [part.tolist() for part in np.array_split(np.arange(count), -(-count // most))]


@functools.lru_cache(1 << 12)
def _number(feature: int) -> Int32[Array, ""]:
    """Return a number on the device, sent once: that takes as long as a small projection."""
    sent: Int32[Array, ""] = jax.device_put(np.int32(feature))
    return sent
