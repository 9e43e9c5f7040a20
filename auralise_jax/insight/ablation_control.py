"""What muting does by chance: in networks of random weights, or to groups of random features."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from math import comb
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from auralise_jax.insight.ablation import Pictures, measure, measure_groups
from auralise_jax.network import Model
from auralise_jax.network.model import controls
from auralise_jax.network.network import NoControl
from auralise_jax.text import many

PerClass = Float[np.ndarray, " classes"]


class AblationControl(NamedTuple):
    """Effects that mean nothing, to hold others against.

    Attributes
    ----------
    what : str
        "random network" or "random group".
    drawn : int
        How many networks or groups; 0 without a control.
    effect : array of float, shape (members, classes)
        Changes of logits, the mean over windows: of every feature of every network, or of each
        group.
    relative : array of float, shape (members, classes)
        The same over the standard deviation of the same network's logit over the windows, since
        random networks have other logits; NaN where that is 0.
    no_control : str
        Why there is none, if so.
    """

    what: str
    drawn: int
    effect: Float[np.ndarray, "members classes"]
    relative: Float[np.ndarray, "members classes"]
    no_control: str = ""

    @property
    def members(self) -> str:
        """How many there are of what, such as "3 random networks"."""
        return many(self.drawn, self.what)

    def band(self, confidence: float, *, relative: bool) -> Float[np.ndarray, "2 classes"]:
        """Return between which effects that share of the members lies; NaN without a control."""
        members = self.relative if relative else self.effect
        tail = (1 - confidence) / 2
        ends = np.full((2, members.shape[1]), np.nan)
        for number, column in enumerate(members.T):
            known = column[np.isfinite(column)]  # a network may give a class one score throughout
            if len(known):
                ends[:, number] = np.quantile(known, [tail, 1 - tail])
        return ends


def relative_to(
    effect: Float[np.ndarray, "members classes"], spread: PerClass
) -> Float[np.ndarray, "members classes"]:
    """Return effects over the spread of logits; NaN where a logit is the same in all windows."""
    relative: Float[np.ndarray, "members classes"] = effect / np.where(spread > 0, spread, np.nan)
    return relative


def by_networks(
    model: Model,
    pictures: Pictures,
    layer: int,
    by: str,
    count: int,
    *,
    each: Callable[[], object],
) -> AblationControl:
    """Mute the same layer's features in networks of random weights, on the same pictures.

    Parameters
    ----------
    model : Model
        The trained model; seeds that it began from are left out, see `controls`.
    pictures, layer, by, each
        As in `effects`.
    count : int
        How many networks; 0 for none.
    """
    what, width = "random network", model.network.outputs_count
    if not count:
        return _none(what, width, "none was asked for (controls=0)")
    drawn = controls(model, first_seed=1)
    try:
        networks = list(itertools.islice(drawn, count))
    except NoControl as error:
        return _none(what, width, str(error))
    found, relative = [], []
    for one in networks:
        own = measure(one, pictures, layer, by, each=each)
        found.append(own.effects.mean(axis=0, dtype=float))
        relative.append(relative_to(found[-1], own.spread))
    return AblationControl(what, count, np.concatenate(found), np.concatenate(relative))


def by_groups(
    model: Model,
    pictures: Pictures,
    layer: int,
    by: str,
    group: Sequence[int],
    draws: int,
    *,
    seed: int,
    each: Callable[[], object],
) -> AblationControl:
    """Mute groups of as many other features of the layer, drawn at random.

    Parameters
    ----------
    model, pictures, layer, by, each
        As in `measure_groups`.
    group : sequence of int
        What they are held against.
    draws : int
        How many groups; fewer where so many different ones do not exist.
    seed : int
        Of the draws.
    """
    what, width = "random group", model.network.outputs_count
    others = np.setdiff1d(np.arange(model.layers[layer - 1].features), group)
    if len(others) < len(group):
        return _none(
            what,
            width,
            f"{len(group)} of the layer's {len(others) + len(group)} features are muted, so that "
            f"{len(others) or 'no'} others are left, too few for a group of {len(group)}",
        )
    groups = draw_groups(others, len(group), draws, seed)
    own = measure_groups(model, pictures, layer, groups, by, each=each)
    found = own.effects.mean(axis=0, dtype=float)
    return AblationControl(what, len(groups), found, relative_to(found, own.spread))


def draw_groups(others: np.ndarray, size: int, draws: int, seed: int) -> list[tuple[int, ...]]:
    """Return different groups of a size, drawn at random; all, where there are no more.

    Examples
    --------
    >>> draw_groups(np.array([2, 5, 7]), 2, 20, seed=0)
    [(2, 5), (2, 7), (5, 7)]
    """
    if comb(len(others), size) <= draws:
        return [tuple(map(int, one)) for one in itertools.combinations(others, size)]
    rng, found = np.random.default_rng(seed), dict[tuple[int, ...], None]()
    while len(found) < draws:
        found[tuple(sorted(map(int, rng.choice(others, size, replace=False))))] = None
    return list(found)


def _none(what: str, width: int, why: str) -> AblationControl:
    none = np.zeros((0, width))
    return AblationControl(what, 0, none, none, why)
