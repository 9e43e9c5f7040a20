"""How the features of every layer follow instrument, key and chord: the paper's experiment II.

Layer by layer, so that a panel can begin with the layer in sight, and stop in between.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float32

from auralise_jax.audio import Clip
from auralise_jax.insight.attribute_rows import Row
from auralise_jax.insight.attribute_table import AttributeCorrelations
from auralise_jax.insight.attributes import attribute_correlations
from auralise_jax.insight.control import untrained_of, why_no_control
from auralise_jax.network import Model
from auralise_jax.probes.probes import CHORDS, INSTRUMENTS, KEYS, chord_probes
from auralise_jax.probes.sounding import Probe

GRID: tuple[tuple[str, ...], ...] = (INSTRUMENTS, KEYS, CHORDS)
"""The attributes: every instrument plays every chord in every key."""

_PLAYING = threading.Lock()
"""Held while a probe is synthesised: engines cache the files that they have read."""


class Choice(NamedTuple):
    """The attributes of a probe."""

    instrument: str
    key: str
    chord: str


def play(choice: Choice) -> Probe:
    """Return a probe as ``chord_probes()`` has it; safe from any thread."""
    instrument, key, chord = choice
    with _PLAYING:
        return chord_probes(instruments=[instrument], keys=[key], chords=[chord])[0]


class Followed(NamedTuple):
    """How far the features of a layer stay the same when one attribute changes.

    Attributes
    ----------
    attributes : tuple of str
        In the order of the other arrays and lists.
    features : array of float32, shape (features, attributes, 4)
        Mean of Pearson's r, low and high end of its 95 % interval, and the number of pairs of
        probes in the mean; NaN where there are none.
    own, probes : list of float or None
        The means over the layer, and over the probes' own pictures.
    """

    attributes: tuple[str, ...]
    features: Float32[np.ndarray, "features attributes 4"]
    own: list[float | None]
    probes: list[float | None]

    def facts(self) -> dict[str, Any]:
        """Return the numbers about the layer that a panel shows beside those of its features."""
        return {"names": list(self.attributes), "own": self.own, "probes": self.probes}


class Varied:
    """Compares a model's features by their activations under all probes; safe from any thread.

    Results are kept; the probes' sounds (34 MB for the shipped model) only until all results are
    there.

    Parameters
    ----------
    model : Model
        The network under study.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._lock = threading.RLock()
        self._grid = [Choice(*values) for values in product(*GRID)]
        self._clips: dict[Choice, Clip] = {}
        self._found: dict[int, Followed] = {}
        self._controls: dict[int, list[float | None]] = {}

    @property
    def size(self) -> int:
        """The number of probes."""
        return len(self._grid)

    @functools.cached_property
    def layers(self) -> tuple[int, ...]:
        """Numbers of all layers, from 1."""
        return tuple(range(1, len(self._model.layers) + 1))

    @property
    def found(self) -> dict[int, tuple[Followed, list[float | None] | None]]:
        """Results so far: {layer: (features, means of the control)}."""
        # Without the lock: a layer is computed under it.
        return {n: (layer, self._controls.get(n)) for n, layer in self._found.copy().items()}

    def prepare(self, each: Callable[[int], None] = lambda _: None) -> None:
        """Synthesise the probes; `each` gets the number of those done, and may raise to end it."""
        for number, choice in enumerate(self._grid):
            each(number)
            with self._lock:
                if choice not in self._clips and not self._complete:
                    self._clips[choice] = _window(play(choice).clip, self._model)

    def layer(self, number: int) -> Followed:
        """Return the comparison of a layer, computed once."""
        with self._lock:
            if number not in self._found:
                found = self._compare(self._model, number)
                count = self._model.layer(number).features
                names = found.attributes
                table = [(row.mean, row.low, row.high, row.pairs) for row in found.features]
                self._found[number] = Followed(
                    names,
                    np.array(table, np.float32).reshape(count, len(names), 4),
                    _means(found),
                    _means(found.input),
                )
                self._tidy()
            return self._found[number]

    def control(self, number: int) -> list[float | None]:
        """Return the means over a layer of the same network with random weights.

        They are None without such a network, see `no_control`.
        """
        with self._lock:
            if number not in self._controls:
                if self.no_control:
                    self._controls[number] = [None] * len(self.layer(number).attributes)
                else:
                    control = untrained_of(self._model)
                    self._controls[number] = _means(self._compare(control, number))
                self._tidy()
            return self._controls[number]

    @functools.cached_property
    def no_control(self) -> str:
        """Why there are no random weights to compare with; empty if there are."""
        return why_no_control(self._model)

    @property
    def _complete(self) -> bool:
        return len(self._found) == len(self._controls) == len(self.layers)

    def _tidy(self) -> None:
        if self._complete:
            self._clips.clear()

    def _compare(self, model: Model, number: int) -> AttributeCorrelations:
        self.prepare()
        return attribute_correlations(
            model,
            [self._clips[choice] for choice in self._grid],
            [choice._asdict() for choice in self._grid],
            "activation",
            layers=[number],
            progress=False,
        )


def _window(clip: Clip, model: Model) -> Clip:
    """Return the window of a clip that a model hears, padded to its length."""
    frontend = model.frontend
    own = clip.window(0.0, model.seconds).resample(frontend.sample_rate)
    samples = own.samples[: frontend.samples]
    missing = frontend.samples - len(samples)
    return Clip(np.pad(samples, (0, missing)), frontend.sample_rate, clip.title)


def _means(rows: Sequence[Row]) -> list[float | None]:
    return [None if math.isnan(row.mean) else round(row.mean, 4) for row in rows]
