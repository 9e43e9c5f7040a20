"""What `print(model)` says of a network: the operations, what they see, what has no way back."""

import re
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from making import TINY, make_model
from networks import batch_norm, convolved, draw, make_flat_network, make_other_network
from wrapped import small_function, small_weights

import auralise_jax as aj
from auralise_jax.network.summary import summary
from auralise_jax.network.traced import TracedNetwork

SHAPE = (24, 20)


def windows(x: jax.Array, size: tuple[int, ...], strides: tuple[int, ...]) -> jax.Array:
    return lax.reduce_window(x, -jnp.inf, lax.max, (*size, 1), (*strides, 1), "VALID")


def many_kinds(picture: jax.Array) -> jax.Array:
    x = convolved(picture[..., None], draw(5, 3, 1, 4, seed=0), window_strides=(2, 1)) + 0.1
    x = aj.tap(windows(jax.nn.relu(batch_norm(x, 1)), (3, 2), (1, 2)), "first")
    y = convolved(x, draw(3, 3, 2, 4, seed=1), feature_group_count=2, rhs_dilation=(2, 1))
    x = aj.tap(jax.nn.relu(x + y), "second")
    x = jnp.concatenate([x, x[..., :2]], -1) @ draw(6, 3, seed=2)
    x = lax.reduce_window(x, 0.0, lax.add, (2, 2, 1), (2, 2, 1), "VALID") / 4
    x = aj.tap(jnp.maximum(x, 0), "third")
    up = lax.conv_transpose(x[None], draw(2, 2, 3, 2, seed=3), (2, 2), "SAME")[0]
    x = aj.tap(up.max(0), "fourth")
    return x.mean(0)


SAID = {
    "first": "conv 5 x 3 / 2 x 1, affine, ReLU, max-pool 3 x 2 / 1 x 2",
    "second": "conv 3 x 3, 2 x 1 apart, 2 groups, sum of two, ReLU",
    "third": "concatenation, dense 6 to 3, average pool 2 x 2, ReLU",
    "fourth": "transposed conv 2 x 2 by 2 x 2, max-pool 10",
}


def test_operations_are_said_in_words() -> None:
    network = TracedNetwork(many_kinds, np.ones(SHAPE, np.float32))
    assert {layer.name: ", ".join(network.operations(layer)) for layer in network.layers} == SAID


def test_batch_norm_of_weights_is_called_by_its_name() -> None:
    network = aj.wrap(small_function, frontend=TINY, params=small_weights()).network
    assert isinstance(network, TracedNetwork)
    assert network.operations("conv2") == ("conv 5 x 3", "ReLU", "BatchNorm")


def test_maps_that_lie_otherwise_are_the_same_layers() -> None:
    """A batch, time first: sizes are (freq, time) all the same."""

    def turned(picture: jax.Array) -> jax.Array:
        kernel = draw(3, 5, 1, 4, seed=0)
        x = convolved(picture.T[..., None], kernel, window_strides=(1, 2))[None]
        return windows(jax.nn.relu(x)[0], (2, 3), (2, 3)).mean((0, 1))

    network = TracedNetwork(turned, np.ones(SHAPE, np.float32))
    (layer,) = network.layers
    assert network.operations(layer) == ("conv 5 x 3 / 2 x 1", "ReLU", "max-pool 3 x 2")
    assert network.sizes(SHAPE) == {"conv1": (4, 10)}


@pytest.mark.parametrize("make", [make_model, None], ids=["the paper's", "another"])
def test_a_model_prints_as_a_table(make: Callable[[], aj.Model] | None) -> None:
    model = make() if make else aj.Model(make_other_network(TINY.shape), TINY, tuple("abcd"))
    text = str(model)
    first, _, heading, *rows = text.splitlines()
    assert first == (
        f"{model.name}: 3 layers, {len(model.classes)} classes; hears 0.37 s at 2000 Hz as a "
        "picture of 33 x 24"
    )
    assert heading.split() == ["layer", *"axes features map stride field consists of".split()]
    for number, (layer, row) in enumerate(zip(model.layers, rows, strict=False), start=1):
        cells = re.split(r"  +", row)
        size = model.network.sizes(TINY.shape)[layer.name]
        assert layer.stride is not None
        assert layer.field is not None
        assert cells[:7] == [
            str(number), layer.name, ", ".join(layer.axes), str(layer.features),
            *(" x ".join(map(str, one)) for one in (size, layer.stride, layer.field)),
        ]  # fmt: skip
        assert cells[7].startswith("conv ")
    assert "ReLU: back by the rule that is asked for" in text
    assert "max-pool: back by its switches" in text
    assert "cannot be projected" not in text


def test_layers_over_time_and_without_a_place() -> None:
    rows = summary(make_flat_network(TINY.shape)).splitlines()[1:4]
    frames, steps, whole = (re.split(r"  +", row) for row in rows)
    assert frames[2:7] == ["time", "6", "24", "1", "5"]
    assert steps[2:6] == ["time", "5", "8", "3"]
    assert whole[2:7] == ["freq, time", "2", "3 x 3", "-", "all"]


def test_what_is_refused_is_said_once_with_its_line() -> None:
    def network(picture: jax.Array) -> jax.Array:
        x = convolved(picture[..., None], draw(3, 3, 1, 4, seed=0))
        x = jnp.sin(x)  # this line
        x = jax.nn.relu(convolved(x, draw(3, 3, 4, 4, seed=1)))
        return jax.nn.relu(convolved(x, draw(3, 3, 4, 4, seed=2))).mean((0, 1))

    text = summary(TracedNetwork(network, np.ones(SHAPE, np.float32)))
    rows = text.splitlines()
    assert rows[1].endswith("conv 3 x 3")
    assert rows[2].endswith("sin (no way back), conv 3 x 3, ReLU")
    (line,) = (row for row in rows if row.startswith("cannot be projected"))
    number = network.__code__.co_firstlineno + 2
    assert line.startswith(f"cannot be projected: conv2, conv3; {__file__}, line {number}: sin ")


def test_activations_that_no_rule_was_made_for() -> None:
    """Stated, capped, or refused by their names."""

    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu6(convolved(picture[..., None], draw(3, 3, 1, 4, seed=0)))
        x = jax.nn.elu(convolved(x, draw(3, 3, 4, 4, seed=1)))
        return jax.nn.gelu(convolved(x, draw(3, 3, 4, 4, seed=2))).mean((0, 1))

    model = aj.wrap(network, frontend=TINY, allow={"elu": "relu"})
    text = str(model)
    rows = text.splitlines()
    assert [re.split(r"  +", row)[-1] for row in rows[3:6]] == [
        "conv 3 x 3, ReLU6", "conv 3 x 3, elu (as stated)", "conv 3 x 3"
    ]  # fmt: skip
    assert "a capped ReLU: the same, and nothing where it is capped, except under deconvnet" in rows
    assert "(as stated): back as `allow` says" in rows
    assert "cannot be projected" not in text  # the GELU lies above every layer
    whole = aj.wrap(network, frontend=TINY, layers={"conv2": "low", "conv3": "high"})
    assert [*map(str, whole.layers)] == ["low", "high"]
    refused = whole.network.refused("high")
    assert refused is not None
    assert "elu" in str(refused)
    assert "elu (no way back), conv 3 x 3" in str(whole)
    assert f"cannot be projected: high; {refused}" in str(whole)


def test_the_steps_of_a_refused_activation_are_said_once() -> None:
    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.gelu(convolved(picture[..., None], draw(3, 3, 1, 4, seed=0)))
        return convolved(x, draw(3, 3, 4, 4, seed=1)).mean((0, 1))

    rows = str(aj.wrap(network, frontend=TINY)).splitlines()
    assert re.split(r"  +", rows[4])[-1] == "gelu (no way back), conv 3 x 3"
