"""One small network, written in several libraries with the same weights."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen, nnx
from networks import convolved, draw

Weights = Mapping[str, np.ndarray]


def small_weights() -> Weights:
    """Return kernels (freq, time, inputs, outputs), biases, and BatchNorm's four lists."""
    rng = np.random.default_rng(0)
    scale = rng.uniform(0.5, 1.5, 6).astype(np.float32)
    scale[::2] *= -1
    return {
        "conv1.kernel": draw(3, 3, 1, 5, seed=1),
        "conv1.bias": rng.uniform(-0.2, 0.2, 5).astype(np.float32),
        "conv2.kernel": draw(5, 3, 5, 6, seed=2),
        "conv2.bias": rng.uniform(-0.2, 0.2, 6).astype(np.float32),
        "norm.mean": rng.uniform(-0.5, 0.5, 6).astype(np.float32),
        "norm.var": rng.uniform(0.5, 2, 6).astype(np.float32),
        "norm.scale": scale,
        "norm.bias": rng.uniform(-0.5, 0.5, 6).astype(np.float32),
        "head.kernel": draw(6, 3, seed=3),
        "head.bias": rng.uniform(-0.2, 0.2, 3).astype(np.float32),
    }


def pooled(x: jax.Array) -> jax.Array:
    """Max-pool maps (..., freq, time, features) by 2 x 2."""
    window = (*(1,) * (x.ndim - 3), 2, 2, 1)
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")


def small_function(w: Weights, picture: jax.Array) -> jax.Array:
    """Return three scores of a picture (freq, time)."""
    x = pooled(jax.nn.relu(convolved(picture[..., None], w["conv1.kernel"]) + w["conv1.bias"]))
    x = jax.nn.relu(convolved(x, w["conv2.kernel"]) + w["conv2.bias"])
    x = (x - w["norm.mean"]) / jnp.sqrt(w["norm.var"] + 1e-5) * w["norm.scale"] + w["norm.bias"]
    return x.mean((0, 1)) @ w["head.kernel"] + w["head.bias"]


class Small(nnx.Module):
    """`small_function`, of a batch (n, freq, time, 1), or of one picture with channels."""

    def __init__(self, w: Weights, dtype: Any = None) -> None:
        rngs = nnx.Rngs(0)
        self.conv1 = nnx.Conv(1, 5, (3, 3), rngs=rngs, dtype=dtype)
        self.conv2 = nnx.Conv(5, 6, (5, 3), rngs=rngs)
        self.norm = nnx.BatchNorm(6, rngs=rngs)
        self.head = nnx.Linear(6, 3, rngs=rngs)
        for name, value in w.items():
            part, _, kind = name.partition(".")
            getattr(getattr(self, part), kind)[...] = jnp.asarray(value)

    def __call__(self, batch: jax.Array) -> jax.Array:
        x = pooled(nnx.relu(self.conv1(batch)))
        return self.head(self.norm(nnx.relu(self.conv2(x))).mean((-3, -2)))

    def of_picture(self, picture: jax.Array) -> jax.Array:
        return self(picture[..., None])


class SmallLinen(linen.Module):
    """`small_function` as a linen module."""

    def setup(self) -> None:
        self.conv1, self.conv2 = linen.Conv(5, (3, 3)), linen.Conv(6, (5, 3))
        self.norm = linen.BatchNorm(use_running_average=True)
        self.head = linen.Dense(3)

    def __call__(self, picture: jax.Array) -> jax.Array:
        x = pooled(linen.relu(self.conv1(picture[..., None])))
        return self.head(self.norm(linen.relu(self.conv2(x))).mean((0, 1)))

    def shifted(self, picture: jax.Array) -> jax.Array:
        return self(picture) + 1


def linen_variables(w: Weights) -> dict[str, Any]:
    """Return the variables of `SmallLinen`."""
    found: dict[str, Any] = {"params": {}, "batch_stats": {}}
    for name, value in w.items():
        part, _, kind = name.partition(".")
        kept = found["batch_stats" if kind in ("mean", "var") else "params"]
        kept.setdefault(part, {})[kind] = value
    return found


def small_equinox(w: Weights) -> Callable[[jax.Array], jax.Array]:
    """Return `small_function` as an Equinox module, of a picture (1, freq, time)."""
    import equinox as eqx

    class Normalised(eqx.Module):
        mean: jax.Array
        var: jax.Array
        scale: jax.Array
        bias: jax.Array

        def __call__(self, x: jax.Array) -> jax.Array:
            turned = [one[:, None, None] for one in (self.mean, self.var, self.scale, self.bias)]
            mean, var, scale, bias = turned
            return (x - mean) * (jax.lax.rsqrt(var + 1e-5) * scale) + bias

    class SmallEquinox(eqx.Module):
        layers: list
        head: eqx.nn.Linear

        def __call__(self, x: jax.Array) -> jax.Array:
            for layer in self.layers:
                x = layer(x)
            return self.head(x.mean((1, 2)))

    key = jax.random.key(0)

    def conv(name: str) -> eqx.nn.Conv2d:
        kernel = jnp.asarray(w[f"{name}.kernel"])
        made = eqx.nn.Conv2d(
            kernel.shape[2], kernel.shape[3], kernel.shape[:2], key=key, padding="SAME"
        )
        held = (kernel.transpose(3, 2, 0, 1), jnp.asarray(w[f"{name}.bias"])[:, None, None])
        return eqx.tree_at(lambda one: (one.weight, one.bias), made, held)

    norm = Normalised(*(jnp.asarray(w[f"norm.{one}"]) for one in ("mean", "var", "scale", "bias")))
    head = eqx.tree_at(
        lambda one: (one.weight, one.bias),
        eqx.nn.Linear(6, 3, key=key),
        (jnp.asarray(w["head.kernel"]).T, jnp.asarray(w["head.bias"])),
    )
    pool = eqx.nn.MaxPool2d(2, 2)
    return SmallEquinox([conv("conv1"), jax.nn.relu, pool, conv("conv2"), jax.nn.relu, norm], head)


def small_haiku(w: Weights) -> tuple[Any, Any]:
    """Return `small_function` as Haiku makes it, and its parameters and state."""
    import haiku as hk

    def network(picture: jax.Array) -> jax.Array:
        x = hk.Conv2D(5, (3, 3), name="conv1")(picture[None, ..., None])
        x = jax.nn.relu(hk.Conv2D(6, (5, 3), name="conv2")(pooled(jax.nn.relu(x))))
        x = hk.BatchNorm(True, True, 0.9, name="norm")(x, is_training=False)
        return hk.Linear(3, name="head")(x.mean((1, 2)))[0]

    params = {
        **{
            one: {"w": w[f"{one}.kernel"], "b": w[f"{one}.bias"]}
            for one in ("conv1", "conv2", "head")
        },
        "norm": {
            "scale": w["norm.scale"].reshape(1, 1, 1, 6),
            "offset": w["norm.bias"].reshape(1, 1, 1, 6),
        },
    }
    state = {
        f"norm/~/{kind}_ema": {"average": w[f"norm.{kind}"].reshape(1, 1, 1, 6)}
        for kind in ("mean", "var")
    }
    return hk.transform_with_state(network), (params, state)
