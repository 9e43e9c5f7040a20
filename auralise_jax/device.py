"""Arrays on JAX's device: they are sent there on purpose only, and as float32.

Users set JAX up for their own work: 64 bits, no silent promotion, no silent transfers. What is sent
by `on_device` is the same under all of these.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32


def on_device(values: Array | np.ndarray | float) -> Float32[Array, "..."]:
    """Return values as float32 where JAX computes.

    Raises
    ------
    OSError
        If JAX has nothing to compute on; see `check_device`.

    Examples
    --------
    >>> on_device(0.5).dtype
    dtype('float32')
    """
    if isinstance(values, jax.Array):
        return values.astype(jnp.float32)
    check_device()
    sent: Array = jax.device_put(np.asarray(values, np.float32))
    return sent


def on_cpu(values: Array) -> bool:
    """Return whether an array lies in the memory of a CPU.

    Examples
    --------
    >>> isinstance(on_cpu(on_device(0.5)), bool)
    True
    """
    return all(device.platform == "cpu" for device in values.devices())


def to_host(values: Array) -> np.ndarray:
    """Return values as a NumPy array, on paths where every microsecond counts.

    ``jax.device_get`` takes a dozen of them. On a CPU nothing has to be sent.

    Examples
    --------
    >>> to_host(on_device(0.5)).shape
    ()
    """
    return np.asarray(values) if on_cpu(values) else jax.device_get(values)


@functools.cache
def check_device() -> None:
    """Make sure that JAX has something to compute on.

    Raises
    ------
    OSError
        If it has not, since ``JAX_PLATFORMS`` asks for what is not there.
    """
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:  # JAX asserts where CUDA is not installed
        asked = jax.config.jax_platforms  # type: ignore[attr-defined]
        why = str(error).split(" (set")[0] or "it is not installed"
        raise OSError(
            f"JAX_PLATFORMS is {asked!r}, but JAX cannot compute there: {why}; unset it, or set "
            "JAX_PLATFORMS=cpu"
            if asked
            else f"JAX finds nothing to compute on: {why}; set JAX_PLATFORMS=cpu"
        ) from None
