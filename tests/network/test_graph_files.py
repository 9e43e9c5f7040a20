"""Files of networks that are lists of operations: written and read, and what is refused."""

import contextlib
import copy
import dataclasses
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from making import TINY, make_noise
from networks import convolved, draw, flat_function, other_function
from safetensors import safe_open
from safetensors.numpy import save_file
from wrapped import SmallLinen, linen_variables, small_equinox, small_haiku, small_weights

import auralise_jax as aj
from auralise_jax.frontend import LogFrequency, LogMel, Raw
from auralise_jax.network.files import can_be_saved, why_not_saved
from auralise_jax.network.graph.operations import OPERATIONS
from auralise_jax.network.graph_file import graph_of
from auralise_jax.network.network import Cotangent, Feature
from auralise_jax.network.rules import RULES
from auralise_jax.network.traced import TracedNetwork

pytestmark = pytest.mark.usefixtures("compiled_quickly")

SHAPE = TINY.shape


def model_of(fn: Callable[[jax.Array], Any], classes: int = 0, name: str = "own") -> aj.Model:
    picture = np.random.default_rng(0).uniform(0, 1, SHAPE).astype(np.float32)
    names = tuple("abcd"[:classes])
    return aj.Model(TracedNetwork(fn, picture), TINY, names, {"by": "hand"}, name)


@pytest.fixture(scope="module", params=[(other_function, 4), (flat_function, 2)])
def model(request: pytest.FixtureRequest) -> aj.Model:
    return model_of(*request.param)


def same_answers(found: aj.Model, wanted: aj.Model) -> None:
    """Assert that two models say the same of a picture: outputs, maps, projections, silences."""
    assert [vars(layer) for layer in found.layers] == [vars(layer) for layer in wanted.layers]
    picture = jnp.asarray(np.random.default_rng(1).uniform(0, 1, SHAPE), jnp.float32)
    one, two = found.network, wanted.network
    ours, theirs = one.forward(picture), two.forward(picture)
    # The same operations, which XLA may add up in another order.
    close = {"rtol": 1e-5, "atol": 1e-6}
    if wanted.classes:
        np.testing.assert_allclose(one.outputs(ours), two.outputs(theirs), **close)
    for layer in wanted.layers:
        maps = two.activations(theirs, layer)
        np.testing.assert_allclose(one.activations(ours, layer), maps, **close)
        np.testing.assert_array_equal(one.off(layer), two.off(layer))
        if two.segments.refused(layer.name):
            assert one.segments.refused(layer.name)
            continue
        for rule in RULES:
            seeds = [Feature(layer.features - 1), Cotangent(jnp.asarray(draw(*maps.shape, seed=2)))]
            for seed in seeds:
                projected = np.asarray(two.project(theirs, layer, seed, rule))
                np.testing.assert_allclose(
                    one.project(ours, layer, seed, rule),
                    projected,
                    atol=1e-6 * max(1, abs(projected).max()),
                )


def test_a_saved_network_is_the_same(model: aj.Model, tmp_path: Path) -> None:
    assert can_be_saved(model)
    path = aj.save_model(model, tmp_path / "own.safetensors")
    found = aj.load_model(path)
    same_answers(found, model)
    assert dataclasses.replace(model, network=found.network).classes == found.classes
    assert (found.name, found.training, found.untrained) == ("own", {"by": "hand"}, False)
    assert found.frontend == TINY
    for layer in model.layers:
        kernels = [one.network.kernel(layer) for one in (found, model)]
        assert (kernels[0] is None) == (kernels[1] is None)
        if kernels[0] is not None:
            np.testing.assert_array_equal(*kernels)
    clip = make_noise(1.0)
    np.testing.assert_allclose(
        [*found.predict(clip).values()], [*model.predict(clip).values()], rtol=1e-5
    )
    again = aj.save_model(found, tmp_path / "again.safetensors")
    assert again.read_bytes() == path.read_bytes()


def test_below_which_probability_there_is_no_answer_is_kept(tmp_path: Path) -> None:
    model = model_of(other_function, 4)
    plain = aj.save_model(model, tmp_path / "plain.safetensors")
    assert b"none_below" not in plain.read_bytes()
    path = aj.save_model(dataclasses.replace(model, none_below=0.25), tmp_path / "own.safetensors")
    assert aj.load_model(path).none_below == 0.25
    with safe_open(path, framework="numpy") as file:
        metadata, held = file.metadata(), {name: file.get_tensor(name) for name in [*file.keys()]}
    save_file(held, path, metadata | {"none_below": "1.0"})
    with pytest.raises(ValueError, match="none_below must be a probability from 0 to below 1"):
        aj.load_model(path)


def test_weights_may_be_stored_rounded(tmp_path: Path) -> None:
    model = model_of(other_function, 4)
    for dtype in ("float16", "bfloat16"):
        path = aj.save_model(model, tmp_path / f"{dtype}.safetensors", dtype=dtype)
        found = aj.load_model(path)
        assert {one.dtype for one in found.network.weights} == {jnp.dtype("float32")}
        again = aj.save_model(found, tmp_path / "again.safetensors")
        assert again.read_bytes() == path.read_bytes()
        # What passes through JAX as a pytree does not know of files.
        through = dataclasses.replace(found, network=jax.tree.map(lambda x: x, found.network))
        assert len(aj.save_model(through, again).read_bytes()) > len(path.read_bytes())


def test_a_front_end_of_any_kind_is_saved(tmp_path: Path) -> None:
    bank = np.random.default_rng(0).uniform(0, 1, (33, 12)).astype(np.float32).T
    hz = np.linspace(100, 900, 12).tolist()
    whole = LogFrequency(2000, 64, 32, hz, (bank,), duration=0.5, mean=0.5, std=2.0)
    for front in (
        whole,
        LogMel(2000, 64, 32, 10, duration=0.5, mean=np.arange(10) / 10, std=1),
        Raw(2000, 0.2),
    ):
        kernel = draw(3, 1, 4, seed=1)

        def network(picture: jax.Array, kernel: np.ndarray = kernel) -> jax.Array:
            x = picture if picture.ndim == 1 else picture.sum(0)
            way = ("NWC", "WIO", "NWC")
            x = jax.lax.conv_general_dilated(
                x[None, :, None], kernel, (2,), "SAME", None, None, way
            )
            return aj.tap(jax.nn.relu(x[0]), "only").mean(0)

        model = aj.wrap(network, frontend=front)
        found = aj.load_model(aj.save_model(model, tmp_path / "a.safetensors"))
        assert found.frontend == front
        again = aj.save_model(found, tmp_path / "b.safetensors")
        assert again.read_bytes() == (tmp_path / "a.safetensors").read_bytes()
        shots = [aj.listen(one, make_noise(0.5)).project("only", 2) for one in (found, model)]
        np.testing.assert_allclose(*[shot.picture for shot in shots], atol=1e-6)


def test_a_control_is_saved_with_its_own_weights(tmp_path: Path) -> None:
    control = aj.random_model(model_of(other_function, 4), seed=3)
    found = aj.load_model(aj.save_model(control, tmp_path / "a.safetensors"))
    same_answers(found, control)
    assert found.untrained
    assert found.training == {"seed": 3}


def test_a_network_in_half_precision_stays_so(tmp_path: Path) -> None:
    kernel = draw(3, 3, 1, 4, seed=1).astype(jnp.bfloat16)

    def network(picture: jax.Array) -> jax.Array:
        x = convolved(picture.astype(jnp.bfloat16)[..., None], kernel)
        maps = aj.tap(jax.nn.relu(x), "only")
        return maps.astype(jnp.float32).sum((0, 1))

    model = model_of(network, 4)
    found = aj.load_model(aj.save_model(model, tmp_path / "a.safetensors"))
    (weight,) = found.network.weights
    assert weight.dtype == jnp.bfloat16
    picture = jnp.ones(SHAPE)
    maps = [one.network.forward(picture).maps["only"] for one in (found, model)]
    assert maps[0].dtype == jnp.bfloat16
    np.testing.assert_array_equal(*maps)


def test_activations_have_names_of_their_own(tmp_path: Path) -> None:
    def network(picture: jax.Array) -> jax.Array:
        x = aj.tap(jax.nn.relu6(picture[..., None] * 9), "capped", ("freq", "time"))
        x = jax.nn.leaky_relu(x - 3, np.float32(0.125)) + jnp.clip(x - 2, 0, 1)
        return aj.tap(jax.nn.elu(x - 1), "curved").mean((0, 1))

    model = model_of(network, 1)
    names = [node.op for node in graph_of(model.network).nodes]
    assert names == [
        *("picture", "expand", "mul", "relu", "tap", "sub", "leaky_relu", "sub", "relu", "add"),
        *("sub", "elu", "tap", "sum", "div"),
    ]
    assert graph_of(model.network).nodes[3].attributes == {"cap": 6.0}
    found = aj.load_model(aj.save_model(model, tmp_path / "a.safetensors"))
    same_answers(found, model)  # "curved" is refused in both
    refusals = [one.network.segments.refused("curved") for one in (found, model)]
    assert [one.operation for one in refusals] == ["elu", "elu"]


def test_outputs_may_be_put_together_in_any_way(tmp_path: Path) -> None:
    constant = np.float32([1, 2])

    def network(picture: jax.Array) -> dict[str, Any]:
        maps = aj.tap(jax.nn.relu(picture[..., None]), "only")
        return {"pitch": [maps.sum(), None], "constant": constant, "picture": picture}

    model = model_of(network)
    found = aj.load_model(aj.save_model(model, tmp_path / "a.safetensors"))
    picture = jnp.ones(SHAPE)
    outputs = [one.network.forward(picture).outputs for one in (found, model)]
    jax.tree.map(np.testing.assert_array_equal, *outputs)


def test_what_is_computed_above_the_layers_may_be_anything_on_the_list(tmp_path: Path) -> None:
    def network(picture: jax.Array) -> jax.Array:
        x = aj.tap(jax.nn.relu(picture[..., None] - 0.5), "only").max(0)
        x = jnp.stack([x[:, 0], x[::-1, 0], jnp.full(x.shape[0], 2.0), x[3, 0] + 0 * x[:, 0]])
        x = jnp.tile(x, (1, 2))[:, jnp.array([0, 5, 1])] + jnp.pad(x, ((0, 0), (1, 1)))[:, 4:7]
        x = jnp.where(jnp.array([True, False, True]), x, 3.0)
        return jax.nn.log_softmax(jnp.tanh(x.T @ x).sum(0) + jax.nn.gelu(x).sum(0) ** 2)

    model = model_of(network, 3)
    same_answers(aj.load_model(aj.save_model(model, tmp_path / "a.safetensors")), model)


class Net(nnx.Module):
    """As its author would write it: batched, with BatchNorm, nothing marked."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.first = nnx.Conv(1, 4, (3, 3), rngs=rngs)
        self.norm = nnx.BatchNorm(4, use_running_average=True, rngs=rngs)
        self.second = nnx.Conv(4, 6, (3, 5), strides=(2, 1), padding="VALID", rngs=rngs)
        self.head = nnx.Linear(6, 3, rngs=rngs)

    def __call__(self, picture: jax.Array) -> jax.Array:
        x = nnx.relu(self.norm(self.first(picture[None, ..., None])))
        x = nnx.relu(self.second(nnx.max_pool(x, (3, 3), (2, 2), "SAME")))
        return nnx.softmax(self.head(x.mean((1, 2))))[0]


def test_a_module_is_saved_by_the_names_of_its_weights(tmp_path: Path) -> None:
    net = Net(nnx.Rngs(0))
    rng = np.random.default_rng(0)
    for one in (net.norm.mean, net.norm.var, net.norm.scale, net.norm.bias):
        one[...] = jnp.asarray(rng.uniform(0.5, 1.5, 4), jnp.float32)
    model = aj.wrap(net, frontend=TINY, classes=("a", "b", "c"))
    path = aj.save_model(model, tmp_path / "net.safetensors")
    found = aj.load_model(path)
    same_answers(found, model)
    assert found.layers == ("first", "second")
    again = aj.save_model(found, tmp_path / "again.safetensors")
    assert again.read_bytes() == path.read_bytes()
    with safe_open(path, framework="numpy") as file:
        names = {name for name in [*file.keys()] if name.startswith("weights.")}
    assert names == {
        f"weights.{name}"
        for name in (
            *("first.bias", "first.kernel", "second.bias", "second.kernel"),
            *("norm.bias", "norm.mean", "norm.scale", "norm.var", "head.bias", "head.kernel"),
        )
    }
    # What is drawn for a control is drawn here too, and BatchNorm's statistics are estimated.
    controls = [one.network.randomise(1) for one in (found, model)]
    for one in controls:
        assert len(one.weights) == len(model.network.weights)
    for ours, theirs in zip(*(one.weights for one in controls), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    picture = jnp.asarray(np.random.default_rng(1).uniform(0, 1, SHAPE), jnp.float32)
    outputs = [one.outputs(one.forward(picture)) for one in controls]
    np.testing.assert_allclose(*outputs, rtol=1e-4)


def wrapped(way: str) -> aj.Model:
    """Return the small network of some library, wrapped."""
    weights = small_weights()
    if way == "linen":
        return aj.wrap(SmallLinen(), frontend=TINY, params=linen_variables(weights))
    if way == "equinox":
        net = small_equinox(weights)
        return aj.wrap(lambda net, x: net(x[None]), frontend=TINY, params=net)
    network, params = small_haiku(weights)
    return aj.wrap(network, frontend=TINY, params=params)


def test_a_control_knows_a_bias_of_one_channel(tmp_path: Path) -> None:
    params = {"bias": np.float32([0.5]), "kernel": draw(3, 3, 1, 2, seed=1)}

    def network(w: dict[str, jax.Array], picture: jax.Array) -> jax.Array:
        x = convolved(picture[..., None] + w["bias"], w["kernel"])
        return aj.tap(jax.nn.relu(x), "only").mean((0, 1))

    model = aj.wrap(network, frontend=TINY, params=params)
    found = aj.load_model(aj.save_model(model, tmp_path / "a.safetensors"))
    for ours, theirs in zip(
        *(one.network.randomise(1).weights for one in (found, model)), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("way", ["linen", "haiku", "equinox"])
def test_modules_of_every_library_are_saved(way: str, tmp_path: Path) -> None:
    if way != "linen":
        pytest.importorskip(way)
    model = wrapped(way)
    path = aj.save_model(model, tmp_path / "a.safetensors")
    found = aj.load_model(path)
    same_answers(found, model)
    assert aj.save_model(found, tmp_path / "b.safetensors").read_bytes() == path.read_bytes()
    assert [*found.network.segments.params.values()] == [*model.network.segments.params.values()]


# What cannot be saved


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (jnp.sort, "sort"),
        (jnp.cumsum, "cumsum"),
        (lambda x: jnp.fft.rfft(x).real, "fft"),
        (lambda x: x.at[1].set(0), "scatter"),
        (lambda x: jnp.where(x > 1, x, 0), "select_n"),
        (lambda x: jax.lax.fori_loop(0, 100, lambda _, y: y + 1, x), "scan"),
        (lambda x: x.astype(jnp.int32).astype(jnp.float32), "convert_element_type"),
    ],
)
def test_an_operation_on_no_list_is_named(step: Callable, word: str, tmp_path: Path) -> None:
    def network(picture: jax.Array) -> list[jax.Array]:
        return [step(aj.tap(jax.nn.relu(picture[..., None]), "only").mean((0, 2)))]

    model = model_of(network)
    assert not can_be_saved(model)
    why = why_not_saved(model)
    assert why.startswith(f"{__file__}, line ")
    assert word in why
    assert why.endswith("the code that makes it instead, as --model module:object.")
    with pytest.raises(ValueError, match=r"^model 'own' cannot be saved: .*line \d+: "):
        aj.save_model(model, tmp_path / "a.safetensors")
    assert not [*tmp_path.iterdir()]


def test_another_object_cannot_be_saved(tmp_path: Path) -> None:
    class Strange:
        layers = aj.load_model("genre").layers
        picture_shape = SHAPE
        outputs_count = 0

    model = aj.Model(Strange(), TINY)
    with pytest.raises(ValueError, match="its network is a Strange, which no file holds"):
        aj.save_model(model, tmp_path / "a.safetensors")


# Damaged and made-up files

BROKEN = r"broken\.safetensors is not a model file that can be used: "


def small_network(picture: jax.Array) -> jax.Array:
    x = convolved(picture[..., None], draw(3, 3, 1, 2, seed=1)) + np.float32([0.1, -0.1])
    x = jax.lax.reduce_window(jax.nn.relu(x), -jnp.inf, jax.lax.max, (2, 2, 1), (2, 2, 1), "VALID")
    return aj.tap(x, "only").mean((0, 1)) @ draw(2, 3, seed=2)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file that is read."""
    path = tmp_path_factory.mktemp("good") / "good.safetensors"
    return aj.save_model(model_of(small_network, 3), path)


@pytest.fixture(scope="module")
def parts(good: Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """Return metadata and tensors of a file that is read."""
    with safe_open(good, framework="numpy") as file:
        return file.metadata(), {name: file.get_tensor(name) for name in [*file.keys()]}


Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def changed(
    parts: tuple[dict[str, str], dict[str, np.ndarray]], tmp_path: Path
) -> Callable[..., Path]:
    """Return a function that writes the file with another list or other tensors."""

    def write(change: Change = lambda _: None, **tensors: np.ndarray | None) -> Path:
        metadata, held = copy.deepcopy(parts)
        network = json.loads(metadata["network"])
        change(network)
        held.update((name.replace("_", "."), one) for name, one in tensors.items())
        kept = {name: one for name, one in held.items() if one is not None}
        path = tmp_path / "broken.safetensors"
        save_file(kept, path, metadata | {"network": json.dumps(network)})
        return path

    return write


def test_a_file_written_by_hand_is_read(changed: Callable[..., Path]) -> None:
    assert aj.load_model(changed()).layers == ("only",)


def node(at: int, **new: Any) -> Change:
    """Change a node; None takes a key away."""

    def change(network: dict[str, Any]) -> None:
        network["nodes"][at].update(new)
        for key in [key for key, value in new.items() if value is None]:
            del network["nodes"][at][key]

    return change


def whole(**new: Any) -> Change:
    """Change what is said of all of the network."""
    return lambda network: network.update(new)


CONV, ADD, RELU, POOL, TAP, SUM, DIV, DOT = 3, 5, 6, 7, 8, 9, 10, 11


def test_nodes_are_where_these_tests_change_them(parts: Any) -> None:
    names = [one["op"] for one in json.loads(parts[0]["network"])["nodes"]]
    assert names[3:] == ["conv", "squeeze", "add", "relu", "max_pool", "tap", "sum", "div", "dot"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (node(RELU, inputs=[RELU]), r"node 6 \(relu\): an input must be the number of an earlier"),
        (
            node(RELU, inputs=[7]),
            r"node 6 \(relu\): an input must be the number of an earlier node",
        ),
        (node(RELU, inputs=[-1]), r"an input must be the number of an earlier node or the name of"),
        (
            node(RELU, inputs=[True]),
            "an input must be the number of an earlier node or the name of",
        ),
        (node(RELU, inputs=[5.0]), "an input must be the number of an earlier node or the name of"),
        (node(RELU, inputs=[[5]]), "an input must be the number of an earlier node or the name of"),
        (node(RELU, inputs=[5, 5]), r"node 6 \(relu\): inputs must be a list of 1, not \[5, 5\]"),
        (node(RELU, inputs=5), r"node 6 \(relu\): inputs must be a list of 1, not 5"),
        (node(RELU, inputs=["constants.9"]), r"node 6 \(relu\): there is no tensor 'constants.9'"),
        (node(POOL, inputs=["constants.1"]), r"node 7 \(max_pool\) has no node among its inputs"),
        (node(RELU, op="system"), r"node 6 is 'system', which is no operation that this version"),
        (node(RELU, op=None), "node 6 is None, which is no operation that this version knows: abs"),
        (node(RELU, op=["relu"]), r"node 6 is \['relu'\], which is no operation that"),
        (node(RELU, slope=0.1), r"node 6 \(relu\) has an attribute .* does not know: 'slope'"),
        (node(CONV, strides=None), r"node 3 \(conv\) says nothing of its strides"),
        (node(CONV, strides=[1]), r"node 3 \(conv\) does not fit: "),
        (node(CONV, strides=[0, 1]), r"node 3 \(conv\): strides must be a whole number from 1 to"),
        (node(CONV, strides=[1, 1e3]), r"node 3 \(conv\): strides must be a whole number from 1"),
        (node(CONV, strides=[2**31, 1]), r"node 3 \(conv\): strides must be a whole number from"),
        (node(CONV, strides=[1] * 9), "strides must be a list of at most 8 whole numbers"),
        (node(CONV, padding=[[1, 1], [1]]), r"node 3 \(conv\): padding must be a list of pairs"),
        (
            node(CONV, padding=[[2**30] * 2] * 2),
            r"node 3 \(conv\) has shape .*; there is room for 1",
        ),
        (node(CONV, padding=[[-99, -99]] * 2), r"node 3 \(conv\) (has shape|does not fit)"),
        (node(CONV, groups=2), r"node 3 \(conv\) does not fit: "),
        (node(CONV, dtype="float64"), r"node 3 \(conv\): dtype must be one of float32, float16, "),
        (
            node(CONV, dtype="float16"),
            r"node 3 \(conv\) does not fit: ",
        ),
        (node(POOL, window=[2, 2]), r"node 7 \(max_pool\) does not fit: "),
        (node(POOL, window=[99, 2, 1]), r"node 7 \(max_pool\) has shape \(0, "),
        (node(POOL, window=[2**31 - 1, 2, 1]), r"node 7 \(max_pool\) "),
        (node(POOL, window=[2, -2, 1]), r"node 7 \(max_pool\): window must be a whole number from"),
        (node(TAP, name=" "), r"node 8 \(tap\): name must be a text of 1 to 1000 characters"),
        (node(TAP, name=3), r"node 8 \(tap\): name must be a text of 1 to 1000 characters, not 3"),
        (node(TAP, axes=["up", "down"]), "layer 'only' has maps over"),
        (node(SUM, axes=[0, 7]), r"node 9 \(sum\) does not fit: "),
        (node(SUM, axes=[0, 0]), r"node 9 \(sum\) does not fit: "),
        (node(DOT, axes=[[0], [1]]), r"node 11 \(dot\) does not fit: "),
        (node(DOT, axes=[[0]]), r"node 11 \(dot\): axes must have 2 lists"),
        (node(ADD, inputs=[0, "constants.1"]), r"node 5 \(add\) does not fit: "),
        (whole(kind="wheel"), "its network is of the kind 'wheel'; this version reads 'graph'"),
        (whole(nodes=[]), "its nodes must be a list of 1 to 10000"),
        (whole(nodes={}), "its nodes must be a list of 1 to 10000"),
        (
            whole(nodes=[{"op": "picture", "inputs": []}] * 10_001),
            "its nodes must be a list of 1 to",
        ),
        (
            whole(nodes=[{"op": "picture", "inputs": []}] * 2),
            "node 1 is 'picture', which is no oper",
        ),
        (node(0, op="relu"), "node 0 must be the picture, not "),
        (whole(outputs=12), "outputs: an input must be the number of an earlier node"),
        (whole(outputs=None), "outputs: an input must be the number of an earlier node"),
        (whole(outputs=11.0), "outputs: an input must be the number of an earlier node"),
        (whole(outputs=[[[[[[[[[11]]]]]]]]]), "its outputs are nested more than 8 deep"),
        (whole(picture=None), "its picture must have a shape and a dtype"),
        (
            whole(picture={"shape": SHAPE}),
            "picture: dtype must be one of float32, float16, bfloat16",
        ),
        (whole(picture={"shape": "big", "dtype": "float32"}), "picture: shape must be a list of"),
        (whole(picture={"shape": [2**20] * 2, "dtype": "float32"}), "the picture has shape"),
        (
            whole(picture={"shape": [33, 99], "dtype": "float32"}),
            "its network sees pictures of shape",
        ),
        (whole(dtypes={"constants.0": "int8"}), "tensor constants.0: dtype must be one of float32"),
        (whole(dtypes=[]), "its dtypes must be those of tensors by name"),
    ],
)
def test_a_list_that_no_network_has_is_refused(
    changed: Callable[..., Path], change: Change, message: str
) -> None:
    with pytest.raises(ValueError, match=BROKEN + f"(?s:.*{message})"):
        aj.load_model(changed(change))


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"constants_0": None}, r"node 3 \(conv\): there is no tensor 'constants\.0'"),
        ({"constants_0": np.ones((3, 3, 2, 2), "f")}, r"node 3 \(conv\) does not fit: "),
        ({"constants_1": np.ones(3, "f")}, r"node 5 \(add\) does not fit: "),
        ({"constants_1": np.ones((2, 1, 1, 1, 2), "f")}, r"node 7 \(max_pool\) does not fit: "),
        (
            {"constants_1": np.ones(2, "i4")},
            r"node 5 \(add\) does not fit: its inputs are of types",
        ),
        (
            {"constants_1": np.ones(2, "f8")},
            r"tensor constants\.1 is of type F64; expected F32, F16",
        ),
        ({"constants_1": np.ones(2, "i8")}, r"tensor constants\.1 is of type I64; expected F32"),
        (
            {"constants_1": np.float32([np.nan, 0])},
            r"tensor constants\.1 holds numbers that are not",
        ),
        (
            {"constants_1": np.float32([np.inf, 0])},
            r"tensor constants\.1 holds numbers that are not",
        ),
        ({"constants_2": np.array(np.nan, "f")}, r"tensor constants\.2 holds numbers that are not"),
        (
            {"constants_9": np.ones(2, "f")},
            r"the list of operations has no place for .* constants\.9",
        ),
        ({"frontend_mean": np.ones(2, "f")}, "front end"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(
    changed: Callable[..., Path], tensors: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=BROKEN + f"(?s:.*{message})"):
        aj.load_model(changed(**tensors))


def test_no_more_is_computed_than_the_limits_allow(
    changed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def many(network: dict[str, Any]) -> None:
        network["nodes"][CONV]["padding"] = [[10_000, 10_000]] * 2

    with pytest.raises(ValueError, match=BROKEN + r"hearing a window with this model takes about"):
        aj.load_model(changed(many))
    monkeypatch.setenv("AURALISE_MAX_GFLOP", "1e-6")
    with pytest.raises(ValueError, match=r"takes about .* GFLOP, more than the limit"):
        aj.load_model(changed())


def test_a_damaged_header_or_a_cut_off_file_is_refused(good: Path, tmp_path: Path) -> None:
    data = good.read_bytes()
    header = 8 + struct.unpack("<Q", data[:8])[0]
    broken = tmp_path / "broken.safetensors"
    for end in (0, 7, 8, 100, header, len(data) - 1):
        broken.write_bytes(data[:end])
        with pytest.raises(ValueError, match=BROKEN + "it is cut off, damaged or not safetensors"):
            aj.load_model(broken)
    rng = np.random.default_rng(0)
    for place in rng.integers(8, header, 150):
        flipped = bytearray(data)
        flipped[place] ^= 1 << int(rng.integers(0, 8))
        broken.write_bytes(flipped)
        with contextlib.suppress(ValueError):  # where it stands in a note, it is no damage
            aj.load_model(broken)


def test_deep_json_is_refused(parts: Any, tmp_path: Path) -> None:
    metadata, tensors = parts
    path = tmp_path / "broken.safetensors"
    for key in ("network", "frontend", "training"):
        save_file(tensors, path, metadata | {key: '{"a":' * 701 + "1" + "}" * 701})
        with pytest.raises(ValueError, match=BROKEN + f"its metadata '{key}' is nested 701 deep"):
            aj.load_model(path)
    save_file(tensors, path, metadata | {"untrained": '"no"'})
    with pytest.raises(ValueError, match=BROKEN + "its metadata 'untrained' must be a JSON bool"):
        aj.load_model(path)
    # What later versions may say beside it is no matter.
    save_file(tensors, path, metadata | {"licence": "ISC"})
    assert aj.load_model(path).layers == ("only",)


def test_every_operation_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "model_files.md").read_text("utf-8")
    for name, operation in OPERATIONS.items():
        rows = [line for line in text.splitlines() if f"`{name}`" in line and line.startswith("|")]
        assert rows, name
        for key in (*operation.needed, *operation.optional):
            assert any(f"`{key}`" in row for row in rows), (name, key)


def test_what_the_user_states_of_an_activation_is_named() -> None:
    def network(picture):
        return aj.tap(jax.nn.elu(picture[..., None] - 1), "only").mean((0, 1))

    model = aj.wrap(network, frontend=aj.Frontend(duration=0.2), allow={"elu": "relu"})
    assert "elu has a way back that `allow` states" in str(why_not_saved(model))


def test_a_file_says_the_same_of_its_layers(tmp_path: Path) -> None:
    """Also where maps are laid out otherwise than in the function, as in a batch."""

    def deep(picture: jax.Array) -> jax.Array:
        x = picture[None, ..., None]
        for number, inputs in enumerate((1, 4, 4)):
            kernel = draw(3, 3, inputs, 4, seed=number)
            x = nnx.max_pool(nnx.relu(convolved(x[0], kernel))[None], (2, 2), (1, 2))
        return x.mean((0, 1, 2))

    own = model_of(deep, 4)
    aj.save_model(own, tmp_path / "own.safetensors")
    assert str(aj.load_model(tmp_path / "own.safetensors")) == str(own)


def test_printing_does_not_keep_a_network_from_being_a_file(tmp_path: Path) -> None:
    def printing(picture: jax.Array) -> jax.Array:
        jax.debug.print("{}", picture.sum())
        return flat_function(picture)

    aj.save_model(model_of(printing, 2), tmp_path / "own.safetensors")
    assert aj.load_model(tmp_path / "own.safetensors").classes == ("a", "b")


def test_a_picture_that_is_standardised_inside_is_a_file(tmp_path: Path) -> None:
    """Of nothing, jnp.std is NaN: a number that no file holds."""

    def standardised(picture: jax.Array) -> jax.Array:
        return flat_function((picture - picture.mean()) / (picture.std() + 1e-3))

    own = model_of(standardised, 2)
    aj.save_model(own, tmp_path / "own.safetensors")
    loaded = aj.load_model(tmp_path / "own.safetensors")
    picture = np.random.default_rng(1).uniform(0, 1, SHAPE).astype(np.float32)
    found, wanted = (one.network.outputs(one.network.forward(picture)) for one in (loaded, own))
    np.testing.assert_allclose(found, wanted, atol=1e-6)
