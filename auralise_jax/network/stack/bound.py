"""What no projection exceeds, known from weights and activations without projecting anything.

The root of the sum of squares grows by no built-in rule on the way back, and stays in unpooling. By
a convolution it grows at most as the sum over its taps of their matrices' largest singular values,
since each tap shifts a product. A cell of the picture is a sum of products with the first kernel,
and at most the product of the two norms (Cauchy and Schwarz).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

ROUNDING = 1.001
"""By how much the numbers of a projection in float32 may exceed their bound."""


def projection_bound(
    kernels: Sequence[Float[np.ndarray, "_freq _time _inputs _outputs"]],
    scales: Sequence[Float[np.ndarray, " _outputs"] | None],
    norms: Float[np.ndarray, " features"],
) -> float:
    """Return a bound of all projections of the features of the last of some blocks.

    Parameters
    ----------
    kernels : sequence of array
        Of the blocks from the picture up to the projected one.
    scales : sequence of array or None
        What each block's edit multiplies what comes back by; the last is not edited.
    norms : array, shape (features,)
        The root of the summed squares of each feature's seed.

    Examples
    --------
    >>> kernels = np.ones((3, 3, 1, 4)), np.ones((1, 1, 4, 1))
    >>> round(projection_bound(kernels, [None, None], np.array([0.5])) / ROUNDING, 3)
    6.0
    """
    first, *others = (kernel.astype(np.float64) for kernel in kernels)
    if not others:
        return ROUNDING * float((np.sqrt((first**2).sum((0, 1, 2))) * norms).max())
    *below, top = others
    most = (np.sqrt((top**2).sum(axis=2)).sum((0, 1)) * norms).max()  # of a single feature
    for kernel, scale in zip([first, *below], scales, strict=False):
        most *= 1 if scale is None else np.abs(scale).max()
        if kernel is not first:
            most *= np.linalg.norm(kernel, 2, axis=(2, 3)).sum()
    return ROUNDING * float(most * np.sqrt((first**2).sum()))
