"""The short-time Fourier transform and its inverse: librosa's, in JAX, for sound of any length."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex64, Float, Float32

from auralise_jax.device import on_device

Stft = Complex64[Array, "freq frames"]


def stft(
    samples: Float[Array | np.ndarray, " n"],
    n_fft: int,
    hop: int,
    frames: int,
    *,
    usual: int,
    mode: str = "reflect",
) -> Stft:
    """Transform samples (n,), centred, with a periodic Hann window, padded as `numpy.pad` does.

    `usual` is the length of sound that has a compiled function of its own. Any other length shares
    one of a few: the spectrum then has more frames than were asked for (see `first`).
    """
    if len(samples) == usual or isinstance(samples, jax.core.Tracer):
        spectrum: Array = _transform(on_device(samples), n_fft, hop, frames, mode)
        return spectrum
    around = _around(len(samples), n_fft, hop, frames)
    longer = np.pad(jax.device_get(samples), around, mode=mode)  # type: ignore[call-overload]
    size = (_few(frames) - 1) * hop + n_fft
    padded = np.pad(longer, (0, size - len(longer)))
    more: Array = _frames(on_device(padded), n_fft, hop)
    return more


def istft(spectrum: Stft, n_fft: int, hop: int, length: int) -> Float32[Array, " n"]:
    """Invert a spectrum to `length` samples by weighted overlap-add (Griffin and Lim 1984)."""
    frames = spectrum.shape[1]
    weight = _weight(frames, n_fft, hop)
    if isinstance(spectrum, jax.core.Tracer):
        inverse = _overlap_add(spectrum, jnp.asarray(weight), n_fft, hop)[n_fft // 2 :]
        return jnp.pad(inverse[:length], (0, max(0, length - len(inverse))))
    more = _few(frames) - frames
    weight = np.pad(weight, (0, more * hop), constant_values=1)
    whole = _overlap_add(few_columns(spectrum), on_device(weight), n_fft, hop)
    samples = jax.device_get(whole)[n_fft // 2 :][:length]
    return on_device(np.pad(samples, (0, length - len(samples))))


def few_columns(columns: Array, usual: int | None = None) -> Array:
    """Add columns of zeros, so that what takes them is compiled for few numbers of columns.

    With `usual` columns, or while JAX is tracing, they stay as they are.
    """
    count = columns.shape[1]
    if count == usual or isinstance(columns, jax.core.Tracer):
        return columns
    more = _few(count) - count
    wider: Array = jax.device_put(np.pad(jax.device_get(columns), ((0, 0), (0, more))))
    return wider


def first(columns: Array, count: int) -> Array:
    """Cut columns off outside of JAX, which would compile that for every number of them."""
    if columns.shape[1] == count:
        return columns
    if isinstance(columns, jax.core.Tracer):
        return columns[:, :count]
    cut: Array = jax.device_put(jax.device_get(columns)[:, :count])
    return cut


def with_phase(magnitude: Float32[Array, "freq frames"], spectrum: Stft) -> Stft:
    """Give magnitudes (negative ones too) the phases of a spectrum."""
    own = jnp.abs(spectrum)
    is_empty = own < np.finfo(np.float32).tiny  # of less there is no inverse
    inverse = 1 / jnp.where(is_empty, 1, own)
    # Where there is nothing, the phase is that of a signed zero, as `jnp.angle` has it.
    zero = jnp.where(jnp.signbit(spectrum.real), -magnitude, magnitude)
    real = jnp.where(is_empty, zero, magnitude * (inverse * spectrum.real))
    return jax.lax.complex(real, magnitude * (inverse * spectrum.imag))


def _few(frames: int) -> int:
    return 1 << (frames - 1).bit_length()


def _window(n_fft: int) -> Float32[np.ndarray, " n_fft"]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)


def _around(count: int, n_fft: int, hop: int, frames: int) -> tuple[int, int]:
    """Return how many samples to put before and after, so that `frames` frames are full."""
    return n_fft // 2, (frames - 1) * hop + n_fft // 2 - count


@functools.partial(jax.jit, static_argnums=(1, 2, 3, 4))
def _transform(samples: Float32[Array, " n"], n_fft: int, hop: int, frames: int, mode: str) -> Stft:
    around = _around(samples.shape[0], n_fft, hop, frames)
    if mode == "reflect":  # by NumPy, which does so for any length
        padded = samples[np.pad(np.arange(samples.shape[0]), around, mode="reflect")]
    else:
        padded = jnp.pad(samples, around, mode=mode)
    spectrum: Array = _frames(padded, n_fft, hop)
    return spectrum


@functools.partial(jax.jit, static_argnums=(1, 2))
def _frames(padded: Float32[Array, " n"], n_fft: int, hop: int) -> Stft:
    count = 1 + (padded.shape[0] - n_fft) // hop
    index = hop * np.arange(count)[:, None] + np.arange(n_fft)
    return jnp.fft.rfft(padded[index] * _window(n_fft)[None], axis=1).T


def _weight(count: int, n_fft: int, hop: int) -> Float32[np.ndarray, " n"]:
    """Return what overlap-add divides by: the sum of the squared windows."""
    blocks = -(-n_fft // hop)
    square = np.zeros((blocks, hop), np.float32)
    square.reshape(-1)[:n_fft] = _window(n_fft) ** 2
    weight = np.zeros((count + blocks - 1, hop), np.float32)
    for block in range(blocks)[::-1]:  # a block of all frames at once; the first frame first
        weight[block : block + count] += square[block]
    whole = weight.reshape(-1)[: (count - 1) * hop + n_fft]
    return np.where(whole > np.finfo(np.float32).tiny, whole, np.float32(1))


@functools.partial(jax.jit, static_argnums=(2, 3))
def _overlap_add(
    spectrum: Stft, weight: Float32[Array, " n"], n_fft: int, hop: int
) -> Float32[Array, " n"]:
    frames = jnp.fft.irfft(spectrum.T, n=n_fft, axis=1) * _window(n_fft)[None]
    index = hop * np.arange(spectrum.shape[1])[:, None] + np.arange(n_fft)
    return jnp.zeros(weight.shape, jnp.float32).at[index].add(frames) / weight
