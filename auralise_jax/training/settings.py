"""JAX's settings while a network learns and is asked: the same for everybody.

Users set JAX up for their own work: 64 bits, no silent promotion, no silent transfers, another
generator of random numbers. Flax, Optax and the bits of a model are to depend on none of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import jax


@contextlib.contextmanager
def plain_jax() -> Iterator[None]:
    """Compute as JAX does where nothing was set, in this thread and this block.

    What looks for errors, ``jax_debug_nans`` and ``jax_disable_jit``, and what trades precision
    for speed, ``jax_default_matmul_precision``, is left as the user has it.

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
