"""Maps of fixed layers, computed once for each clip where nothing changes the pictures.

Then a step looks at maps instead of samples, and the layers that stay as they are cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int16

from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.loader import Clip, Loader
from auralise_jax.corpus.manifest import Row
from auralise_jax.training.augment import NO_AUGMENTATION
from auralise_jax.training.recipe import Recipe

MOST = 1 << 30
"""Bytes that all maps may take, in memory; more are computed at each step."""
_BATCH = 32


def sees_the_same(recipe: Recipe, clips: int) -> bool:
    """Return whether each step sees the same maps of fixed layers, and memory can hold them.

    Examples
    --------
    >>> sees_the_same(Recipe(fixed=4), 100)  # augmented
    False
    >>> sees_the_same(Recipe(fixed=4, augmentation=NO_AUGMENTATION, outliers=0), 100)
    True
    """
    if not recipe.fixed or recipe.outliers or recipe.augmentation != NO_AUGMENTATION:
        return False
    made = recipe.architecture
    cells = math.prod(made.map_size(recipe.frontend.shape, recipe.fixed))
    return 4 * clips * cells * made.features[recipe.fixed - 1] <= MOST


class MapLoader(Loader):
    """A loader that hands out maps of clips instead of their samples.

    Parameters
    ----------
    look : callable
        From samples, shape (batch, n), to maps, shape (batch, freq, time, features).
    rows, classes, cache, size, batch, part
        As of a `Loader`.
    """

    def __init__(
        self,
        look: Callable[[Int16[Array, "batch n"]], Float[Array, "batch freq time features"]],
        rows: Sequence[Row],
        classes: tuple[str, ...],
        cache: SoundCache,
        size: int,
        batch: int,
        **part: Any,
    ) -> None:
        super().__init__(rows, classes, cache, size, batch, **part)
        batches = Loader(rows, classes, cache, size, _BATCH).in_order()
        self._maps = np.concatenate([np.asarray(look(jnp.asarray(one.samples))) for one in batches])

    def clip(self, index: int, shift: float = 0.0) -> Clip:
        """Return the maps and the class of a clip, which never moves."""
        del shift
        return self._maps[index], self._labels[index]
