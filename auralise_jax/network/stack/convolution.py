"""Convolution of one picture's maps, and its adjoint, in the forms that are fast on a CPU.

Measured on two cores with maps of 128 x 86 x 64, Winograd's F(2 x 2, 3 x 3), sixteen matrix
products, takes 0.7 of the time of XLA's own 3 x 3 convolution, which leaves a core idle, and
differs by 7e-7 of the peak. It takes XLA twenty times as long to compile, so smaller maps, where it
gains a millisecond at most, do without. Only the way back uses that form: on the way forward a
rounding can move a switch, so the convolution stays plain there. On other devices than a CPU the
way back is plain, too.

All of this is in full float32. By default JAX computes with fewer bits on a GPU: projections were
measured 1 to 3 % off on an H200.
"""

from __future__ import annotations

from typing import cast

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from auralise_jax.network.stack.winograd import F2

FEW = 121
"""Taps of the largest kernel for which a shifted copy of the maps per tap is worth its memory."""

LARGE = 4096
"""Cells of a map from which Winograd's form is worth compiling."""

_EXACT = jax.lax.Precision.HIGHEST


def convolve(
    x: Float[Array, "freq time inputs"], kernel: Float[Array, "_high _wide inputs outputs"]
) -> Float[Array, "freq time outputs"]:
    """Cross-correlate maps with a kernel of odd size, zeros around, so that the size stays.

    With one channel on either side a matrix product beats XLA's convolution three- to eightfold,
    and so does its transpose; for huge kernels Fourier transforms do, a hundredfold.
    """
    high, wide, inputs, outputs = kernel.shape
    freq, time = x.shape[:2]
    margin = [(n // 2, n // 2) for n in (high, wide)]
    shifts = [(i, j) for i in range(high) for j in range(wide)]
    if 1 in (inputs, outputs) and len(shifts) > FEW:
        return _by_fourier(x, kernel)
    if inputs == 1:
        padded = jnp.pad(x[..., 0], margin)
        patches = jnp.stack([padded[i : i + freq, j : j + time] for i, j in shifts], axis=-1)
        return jnp.matmul(patches, kernel.reshape(high * wide, outputs), precision=_EXACT)
    if outputs == 1:
        taps = jnp.matmul(x, kernel.reshape(high * wide, inputs).T, precision=_EXACT)
        padded = jnp.pad(taps, [*margin, (0, 0)])
        parts = [padded[i : i + freq, j : j + time, n] for n, (i, j) in enumerate(shifts)]
        return sum(parts[1:], parts[0])[..., None]
    return _plain(x, kernel)


def _plain(
    x: Float[Array, "freq time inputs"], kernel: Float[Array, "_high _wide inputs outputs"]
) -> Float[Array, "freq time outputs"]:
    return jax.lax.conv_general_dilated(
        x[None],
        kernel,
        (1, 1),
        [(n // 2, n // 2) for n in kernel.shape[:2]],
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        precision=_EXACT,
    )[0]


def _by_fourier(
    x: Float[Array, "freq time inputs"], kernel: Float[Array, "_high _wide inputs outputs"]
) -> Float[Array, "freq time outputs"]:
    whole = [n + k - 1 for n, k in zip(x.shape, kernel.shape[:2], strict=False)]
    x_spectrum = jnp.fft.rfft2(x, whole, axes=(0, 1))
    kernel_spectrum = jnp.fft.rfft2(kernel[::-1, ::-1], whole, axes=(0, 1))
    summed = jnp.einsum("fti,ftio->fto", x_spectrum, kernel_spectrum, precision=_EXACT)
    found = jnp.fft.irfft2(summed, whole, axes=(0, 1))
    high, wide = (k // 2 for k in kernel.shape[:2])
    return found[high : high + x.shape[0], wide : wide + x.shape[1]]


def convolve_back(
    g: Float[Array, "freq time outputs"], kernel: Float[Array, "_high _wide inputs outputs"]
) -> Float[Array, "freq time inputs"]:
    """Apply the adjoint of `convolve`, the transposed convolution.

    JAX derives it, except for 3 x 3 kernels between several channels: there the adjoint is a
    convolution by the flipped kernel with inputs and outputs swapped, of large maps on a CPU in
    Winograd's form.
    """
    if kernel.shape[:2] == (3, 3) and min(kernel.shape[2:]) > 1:
        flipped = kernel[::-1, ::-1].swapaxes(2, 3)
        if g.shape[0] * g.shape[1] < LARGE:
            return _plain(g, flipped)
        form: Array = jax.lax.platform_dependent(g, flipped, cpu=F2.convolve, default=_plain)
        return form
    like = jnp.zeros((*g.shape[:2], kernel.shape[2]), g.dtype)  # only its shape is used
    (x,) = jax.linear_transpose(lambda x: convolve(x, kernel), like)(g)
    return cast(Array, x)
