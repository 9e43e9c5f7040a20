"""Which features of a layer a window excites most, known without projecting any of them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Int

from auralise_jax.listening.listening import Listening


def by_activation(
    heard: Listening, layer: int | str
) -> tuple[Int[np.ndarray, " features"], Float32[np.ndarray, " features"]]:
    """Return a layer's features by the sums of their activations, largest first, and the sums.

    Of equal sums the lower number is first. `survey` ranks features by what they project, which
    takes a projection of each.

    Examples
    --------
    >>> import auralise_jax as aj
    >>> heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    >>> order, sums = by_activation(heard, 3)
    >>> bool(sums[order[0]] == sums.max() > 0)
    True
    """
    maps = heard.activations(layer)
    sums: Float32[np.ndarray, " features"] = maps.sum(axis=tuple(range(maps.ndim - 1)))
    return np.argsort(-sums, kind="stable"), sums
