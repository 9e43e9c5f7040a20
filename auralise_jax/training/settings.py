"""JAX's settings during training and evaluation: the same for everybody.

Users set JAX up for their own work: 64 bits, no silent promotion, no silent transfers, another
generator of random numbers. Flax, Optax and the bits of a model must depend on none of that.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import jax


@contextlib.contextmanager
def plain_jax() -> Iterator[None]:
    """Compute with JAX's defaults, in this thread and this block.

    Settings that help to find errors (``jax_debug_nans``, ``jax_disable_jit``) or trade precision
    for speed (``jax_default_matmul_precision``) are left as they are.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> with jax.numpy_dtype_promotion("strict"), plain_jax():
    ...     (jnp.arange(2) + jnp.ones(2)).dtype
    dtype('float32')
    """
    with (
        jax.enable_x64(False),
        jax.numpy_dtype_promotion("standard"),
        jax.numpy_rank_promotion("allow"),
        jax.transfer_guard("allow"),
        jax.default_prng_impl("threefry2x32"),
        jax.threefry_partitionable(True),
    ):
        yield
