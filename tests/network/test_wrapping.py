"""Networks of several libraries, wrapped: the same weights give the same maps and projections."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx
from making import TINY, make_noise
from networks import convolved, draw, papers_function
from wrapped import (
    Small,
    SmallLinen,
    linen_variables,
    pooled,
    small_equinox,
    small_function,
    small_haiku,
    small_weights,
)

import auralise_jax as aj
from auralise_jax.frontend.raw import Raw
from auralise_jax.network.network import Cotangent, Feature
from auralise_jax.network.rules import RULES
from auralise_jax.network.traced import TracedNetwork

WEIGHTS = small_weights()
CLIP = make_noise(TINY.duration)


def small(fn: Any = small_function, **given: Any) -> aj.Model:
    return aj.wrap(fn, **{"frontend": TINY, "params": WEIGHTS, "example": CLIP} | given)


def evaluated(net: nnx.Module) -> nnx.Module:
    net.eval()
    return net


def unbatched(net: Any, picture: jax.Array) -> jax.Array:
    return net(picture[None, ..., None])[0]


def scores(model: aj.Model) -> np.ndarray:
    picture = model.frontend.picture(model.frontend.fit(CLIP.samples))
    return np.asarray(model.network.outputs(model.network.forward(picture)))


def of_haiku() -> aj.Model:
    pytest.importorskip("haiku")
    network, params = small_haiku(WEIGHTS)
    return small(network, params=params)


def of_equinox() -> aj.Model:
    pytest.importorskip("equinox")
    return small(lambda net, x: net(x[None]), params=small_equinox(WEIGHTS))


WAYS: dict[str, tuple[Callable[[], aj.Model], list[str]]] = {
    "closure": (
        lambda: small(lambda picture: small_function(WEIGHTS, picture), params=None),
        ["conv1", "conv2"],
    ),
    "params": (small, ["conv1", "conv2"]),
    "nnx": (
        lambda: small(evaluated(Small(WEIGHTS)), params=None, call="of_picture"),
        ["conv1", "conv2"],
    ),
    "nnx, batch": (lambda: small(unbatched, params=evaluated(Small(WEIGHTS))), ["conv1", "conv2"]),
    "linen": (lambda: small(SmallLinen(), params=linen_variables(WEIGHTS)), ["conv1", "conv2"]),
    "haiku": (of_haiku, ["conv1", "conv2"]),
    "equinox": (of_equinox, ["layers.0", "layers.3"]),
}


@pytest.fixture(scope="module")
def reference() -> aj.Model:
    """The network with marks, in the way that all other tests know it."""

    def marked(picture: jax.Array) -> jax.Array:
        w = WEIGHTS
        x = jax.nn.relu(convolved(picture[..., None], w["conv1.kernel"]) + w["conv1.bias"])
        x = aj.tap(pooled(x), "conv1")
        x = jax.nn.relu(convolved(x, w["conv2.kernel"]) + w["conv2.bias"])
        x = (x - w["norm.mean"]) / np.sqrt(w["norm.var"] + 1e-5) * w["norm.scale"]
        x = aj.tap(x + w["norm.bias"], "conv2")
        return x.mean((0, 1)) @ w["head.kernel"] + w["head.bias"]

    network = TracedNetwork(marked, jnp.ones(TINY.shape))
    return aj.Model(network, TINY, ("a", "b", "c"))


@pytest.mark.parametrize("way", WAYS)
def test_the_same_weights_give_the_same_projections(way: str, reference: aj.Model) -> None:
    make, names = WAYS[way]
    model, picture = make(), TINY.picture(CLIP.samples)
    assert [layer.name for layer in model.layers] == names
    for layer, wanted in zip(model.layers, reference.layers, strict=True):
        assert dataclasses.replace(layer, name=wanted.name) == wanted
    ours, theirs = model.network.forward(picture), reference.network.forward(picture)
    scores = reference.network.outputs(theirs)
    np.testing.assert_allclose(model.network.outputs(ours), scores, atol=1e-5)
    for layer, same in zip(model.layers, reference.layers, strict=True):
        maps = reference.network.activations(theirs, same)
        np.testing.assert_allclose(model.network.activations(ours, layer), maps, atol=1e-5)
        off = reference.network.off(same)
        np.testing.assert_allclose(model.network.off(layer), off, atol=1e-5)
        seeds = [Feature(2, maps[..., 2]), Cotangent(jnp.asarray(draw(*maps.shape, seed=4)))]
        for rule in RULES:
            for seed in seeds:
                wanted = reference.network.project(theirs, same, seed, rule)
                found = model.network.project(ours, layer, seed, rule)
                np.testing.assert_allclose(found, wanted, atol=1e-5 * float(abs(wanted).max()))
    kernel = model.network.kernel(model.layers[0])
    np.testing.assert_array_equal(kernel, WEIGHTS["conv1.kernel"][:, :, 0])


@pytest.mark.parametrize("way", WAYS)
def test_edits_are_the_same_in_every_library(way: str, reference: aj.Model) -> None:
    """Also where maps are batched, or their channels come first."""
    model, picture = WAYS[way][0](), TINY.picture(CLIP.samples)
    gains = {(1, 0): 0.0, (1, 3): 2.0, (2, 1): 0.0, (2, 4): 0.5}
    muted, same = model.with_gains(gains), reference.with_gains(gains)
    ours, theirs = muted.network.forward(picture), same.network.forward(picture)
    scores = same.network.outputs(theirs)
    np.testing.assert_allclose(muted.network.outputs(ours), scores, atol=1e-5)
    assert float(abs(scores - reference.network.scores(picture[None])[0]).max()) > 0.01
    for layer, wanted in zip(muted.layers, same.layers, strict=True):
        maps = same.network.activations(theirs, wanted)
        np.testing.assert_allclose(muted.network.activations(ours, layer), maps, atol=1e-5)
        for rule in RULES:
            projected = same.network.project(theirs, wanted, Cotangent(maps), rule)
            found = muted.network.project(ours, layer, Cotangent(maps), rule)
            np.testing.assert_allclose(found, projected, atol=1e-5 * float(abs(projected).max()))


def test_the_shipped_model_wrapped_is_the_shipped_model() -> None:
    shipped = aj.load_model("genre")
    stack = shipped.network
    assert isinstance(stack, aj.Stack)

    def network(tensors: Any, picture: jax.Array) -> jax.Array:
        return papers_function(tensors, stack.architecture, lambda x, _: x)(picture)

    model = aj.wrap(
        network, frontend=shipped.frontend, params=stack.tensors, classes=shipped.classes
    )
    # What the paper reports is no property of a function.
    plain = tuple(dataclasses.replace(one, reported=None) for one in shipped.layers)
    assert model.layers == plain
    one, other = (aj.listen(which, aj.example_clips()["bach"]) for which in (model, shipped))
    for name, odds in one.predict().items():
        assert odds == pytest.approx(other.predict()[name], abs=1e-5)
    for layer in model.layers:
        maps = np.asarray(other.activations(layer.name))
        np.testing.assert_allclose(one.activations(layer), maps, atol=1e-5 * float(abs(maps).max()))
        wanted = [np.asarray(other.project(layer.name, n).picture) for n in range(3)]
        peak = max(float(abs(picture).max()) for picture in wanted)
        for n, picture in enumerate(wanted):
            np.testing.assert_allclose(one.project(layer, n).picture, picture, atol=1e-5 * peak)


def test_layers_are_picked_and_called() -> None:
    assert [*map(str, small(layers=["conv2"]).layers)] == ["conv2"]
    model = small(layers={"head": "scores", "conv1": "low"})
    assert [*map(str, model.layers)] == ["low", "scores"]
    scores = model.layer("scores")
    assert (scores.features, scores.axes, scores.stride, scores.field) == (3, ("time",), None, None)
    heard = aj.listen(model, CLIP)
    assert np.asarray(heard.activations("scores")).shape == (1, 3)
    assert float(abs(np.asarray(heard.project("scores", 1, "gradient").picture)).max()) > 0

    def marked(picture: jax.Array) -> jax.Array:
        x = aj.tap(jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 2, seed=0))), "a")
        return aj.tap(convolved(x, draw(3, 3, 2, 4, seed=1)), "b").mean((0, 1))

    one = small(marked, params=None, layers={"b": "top"})
    assert [*map(str, one.layers)] == ["top"]
    assert one.classes == ("output 0", "output 1", "output 2", "output 3")


def test_marks_in_a_batch_become_maps() -> None:
    """Batched, or channels first, or time first."""
    kernel = draw(3, 3, 1, 4, seed=0)

    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], kernel))
        aj.tap(x[None], "batch")
        aj.tap(x.transpose(2, 0, 1)[None], "channels first")
        aj.tap(x.transpose(1, 0, 2), "time first")
        return x.mean((0, 1))

    def plain(picture: jax.Array) -> jax.Array:
        x = aj.tap(jax.nn.relu(convolved(picture[..., None], kernel)), "maps")
        return x.mean((0, 1))

    model, picture = small(network, params=None), TINY.picture(CLIP.samples)
    wanted = small(plain, params=None)
    ours, theirs = model.network.forward(picture), wanted.network.forward(picture)
    maps = wanted.network.activations(theirs, "maps")
    seed = Feature(1, maps[..., 1])
    projected = wanted.network.project(theirs, "maps", seed, "guided")
    for layer in model.layers:
        assert dataclasses.replace(layer, name="maps") == wanted.layers[0]
        np.testing.assert_array_equal(model.network.activations(ours, layer), maps)
        found = model.network.project(ours, layer, seed, "guided")
        np.testing.assert_allclose(found, projected, atol=1e-6)
        with pytest.raises(ValueError, match=f"no other layer and no output reads {layer.name!r}"):
            model.with_gains({(layer, 1): 0})


def test_the_control_of_a_pytree() -> None:
    model = small()
    network = model.network
    assert isinstance(network, TracedNetwork)
    names = sorted(WEIGHTS)
    fresh = dict(zip(names, network.randomise(1).weights, strict=True))
    with jax.threefry_partitionable(False):  # whatever users set for their own work
        again = dict(zip(names, network.randomise(1).weights, strict=True))
    for name, value in WEIGHTS.items():
        np.testing.assert_array_equal(fresh[name], again[name])
        if name == "norm.scale":
            np.testing.assert_array_equal(fresh[name], value)
        elif name.endswith("bias"):
            assert not np.any(fresh[name])
        else:
            assert not np.allclose(fresh[name], value)
    # The statistics are those of what BatchNorm sees on the example.
    x = TINY.picture(CLIP.samples)[..., None]
    x = pooled(jax.nn.relu(convolved(x, fresh["conv1.kernel"])))
    x = jax.nn.relu(convolved(x, fresh["conv2.kernel"]))
    np.testing.assert_allclose(fresh["norm.mean"], x.mean((0, 1)), rtol=1e-4)
    np.testing.assert_allclose(fresh["norm.var"], x.var((0, 1)), rtol=1e-4)
    assert aj.untrained(model).untrained


@pytest.mark.parametrize("way", ["nnx", "linen", "haiku", "equinox"])
def test_the_control_knows_batch_norm_in_every_library(way: str) -> None:
    model = WAYS[way][0]()
    control = aj.random_model(model, 3)
    state = control.network.forward(TINY.picture(CLIP.samples))
    maps = np.asarray(control.network.activations(state, control.layers[1]))
    np.testing.assert_allclose(abs(maps.mean((0, 1))), 0, atol=1e-4)  # its bias is 0
    spread = abs(WEIGHTS["norm.scale"])
    alive = maps.std((0, 1)) > 0.1
    assert alive.sum() >= 4
    np.testing.assert_allclose(maps.std((0, 1))[alive], spread[alive], rtol=1e-2)


def test_a_front_end_inside_the_function_is_no_weight() -> None:
    mel = abs(draw(12, TINY.shape[0], seed=5))

    def network(w: Any, picture: jax.Array) -> jax.Array:
        x = jnp.log1p(jnp.maximum(mel @ picture, 0))
        x = jax.nn.relu(convolved(x[..., None], w["conv"]["w"]))
        return x.mean((0, 1)) @ w["out"]["w"]

    params = {"conv": {"w": draw(3, 3, 1, 4, seed=0)}, "out": {"w": draw(4, 2, seed=1)}}
    model = small(network, params=params)
    assert [*map(str, model.layers)] == ["conv"]
    *_, held = model.network.randomise(1).weights
    np.testing.assert_array_equal(held, mel)


@pytest.mark.parametrize("dtype", [np.float64, np.float16, jnp.bfloat16])
def test_weights_of_other_precisions_are_converted(dtype: Any) -> None:
    rounded = {name: value.astype(dtype) for name, value in WEIGHTS.items()}
    wanted = {name: value.astype(np.float32) for name, value in rounded.items()}
    picture = TINY.picture(CLIP.samples)
    one, other = (small(params=given).network for given in (rounded, wanted))
    np.testing.assert_array_equal(
        one.outputs(one.forward(picture)), other.outputs(other.forward(picture))
    )
    with jax.enable_x64(True):
        found = small(params=rounded)
        assert {str(one.dtype) for one in found.network.weights} == {"float32"}


class Batched(Small):
    def __call__(self, batch: jax.Array) -> jax.Array:
        assert batch.ndim == 4, "a batch (n, freq, time, 1)"
        return super().__call__(batch)


def two_marks(picture: jax.Array) -> jax.Array:
    return aj.tap(aj.tap(picture[..., None], "a"), "a")


def batched(w: Any, x: jax.Array) -> jax.Array:
    return jax.vmap(lambda one: small_function(w, one[..., 0]))(x)


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "training": (lambda: small(Small(WEIGHTS), params=None), r"changes norm.mean .* Call .eval()"),
    "training, function": (
        lambda: small(unbatched, params=Small(WEIGHTS)),
        r"Small changes norm.mean while it runs",
    ),
    "batch only": (
        lambda: small(evaluated(Batched(WEIGHTS)), params=None),
        r"Batched cannot be called with a picture of shape \(33, 24\) \(a batch \(n, freq, time, "
        r"1\)\); write it as aj.wrap\(lambda net, picture: net\(picture\[None, ..., None\]\)\[0\], "
        r"params=net, frontend=...\)",
    ),
    "batch of params": (
        lambda: small(batched),
        r"lambda params, picture: fn\(params, picture\[None, ..., None\]\)\[0\], params=params",
    ),
    "channels": (
        lambda: small(evaluated(Small(WEIGHTS)), params=None),
        r"lambda net, picture: net\(picture\[..., None\]\), params=net",
    ),
    "scores of a batch": (
        lambda: small(lambda net, x: net(x[None, ..., None]), params=evaluated(Small(WEIGHTS))),
        r"returns scores of shape \(1, 3\), those of a batch; write it as .*fn\(params, "
        r"picture\)\[0\]",
    ),
    "no scores": (
        lambda: small(lambda w, x: {"a": small_function(w, x)}, classes=("a", "b", "c")),
        r"returns arrays of shape {'a': \(3,\)}, not one score for each of 3 classes",
    ),
    "classes": (lambda: small(classes=("a", "b")), "classes must have 3 names"),
    "NaN": (
        lambda: small(lambda w, x: small_function(w, x) + jnp.log(-1 - x.sum())),
        "makes NaN of the example, in its result",
    ),
    "NaN in weights": (
        lambda: small(params={**WEIGHTS, "conv2.bias": np.full(6, np.nan)}),
        "weight 'conv2.bias' holds NaN or infinity",
    ),
    "example": (
        lambda: small(example=np.ones((24, 33))),
        r"the example has shape \(24, 33\); the front end makes pictures of shape \(33, 24\)",
    ),
    "precision": (
        lambda: small(evaluated(Small(WEIGHTS, jnp.bfloat16)), params=None, call="of_picture"),
        r"wrapped.py, line \d+: \w+ computes in bfloat16, and switches and proj",
    ),
    "two marks": (lambda: small(two_marks, params=None), "two layers are marked as 'a'"),
    "no layer": (lambda: small(lambda x: x.mean(1), params=None), "none was found either"),
    "unknown layer": (
        lambda: small(layers=["conv3"]),
        "layers names 'conv3'; there are conv1, conv2, head",
    ),
    "one name": (lambda: small(layers="conv1"), r"layers is a list of names, such as \['conv1'\]"),
    "names twice": (lambda: small(layers={"conv1": "a", "conv2": "a"}), "different names"),
    "empty name": (lambda: small(layers={"conv1": ""}), "a layer needs a name"),
    "no layers": (lambda: small(layers=[]), "layers names none; there are conv1, conv2, head"),
    "a name as an example": (
        lambda: small(example="bach"),
        "an example is a Clip or a picture, not 'bach'; see aj.load_clip",
    ),
    "no picture": (
        lambda: small(example=np.full(TINY.shape, np.nan)),
        "makes NaN of the example, in layer 'conv1'; look at the example's values",
    ),
    "PyTorch": (
        lambda: small(type("Net", (), {"__module__": "torch.nn", "__call__": id})(), params=None),
        "Net is a module of PyTorch; write it with JAX",
    ),
    "no function": (lambda: small(3), "wrap takes a function of a picture, or a module"),
    "no variables": (lambda: small(SmallLinen(), params=None), "pass its variables as params="),
    "weights twice": (lambda: small(Small(WEIGHTS)), "holds its own weights; leave params out"),
    "no method": (
        lambda: small(Small(WEIGHTS), params=None, call="pictures"),
        "Small has no method 'pictures'; it has of_picture",
    ),
    "a method of a function": (lambda: small(call="x"), "call names a method of a module"),
    "no weights": (lambda: small(params={"a": 1}), "there are no weights in params, a dict"),
    "looks at values": (
        lambda: small(lambda w, x: small_function(w, x) if x.sum() > 0 else x),
        "looks at values of its input",
    ),
    "layers of no kind": (lambda: small(layers=5), "layers is a list of names, not 5"),
    "vectors only": (
        lambda: small(lambda x: x.ravel() @ draw(x.size, 2, seed=0), params=None),
        "none was found either.* layers= can name dense1",
    ),
    "returns nothing": (lambda: small(lambda *_: None), "must return arrays, not None"),
    "classes of whole numbers": (
        lambda: small(lambda w, x: small_function(w, x).astype(jnp.int32), classes=("a", "b", "c")),
        r"returns arrays of shape \(3,\) and dtype int32, not one score for each of 3 classes",
    ),
    "classes that are no names": (lambda: small(classes=(1, 2, 3)), "classes must be names, not"),
    "no front end": (
        lambda: small(frontend="mel"),
        r"frontend must be a front end, such as aj.Frontend\(\) or aj.LogMel\(\), not 'mel'",
    ),
    "unknown task": (lambda: small(task="tag"), "task must be one of classes, tags"),
    "linen without statistics": (
        lambda: small(SmallLinen(), params=linen_variables(WEIGHTS)["params"]),
        'SmallLinen needs more variables .* such as {"params": ..., "batch_stats": ...}',
    ),
    "linen dropout": (
        lambda: small(
            linen.Sequential([lambda x: linen.Dropout(0.5, deterministic=False)(x.mean(1))]),
            params=WEIGHTS,
        ),
        "Sequential changes its state while it runs.* deterministic=True",
    ),
    "another error": (lambda: small(lambda w, _: w["conv9"]), "conv9"),
}


@pytest.mark.parametrize("name", BAD)
def test_networks_that_will_not_do(name: str) -> None:
    make, message = BAD[name]
    kinds = (ValueError, TypeError, KeyError, aj.UnsupportedOperation)
    with pytest.raises(kinds, match=message):
        make()


def test_a_method_of_a_module_is_called_with_its_weights() -> None:
    for model in (
        small(evaluated(Small(WEIGHTS)).of_picture, params=None),
        small(SmallLinen().shifted, params=linen_variables(WEIGHTS)),
    ):
        assert [layer.name for layer in model.layers] == ["conv1", "conv2"]
        assert len(model.network.weights) == len(WEIGHTS)
    assert small(unbatched, params=evaluated(Small(WEIGHTS))).name == "unbatched"
    net = evaluated(Small(WEIGHTS))
    assert small(lambda net, x: net(x[..., None]), params=net).name == "Small"


def test_other_ways_to_give_weights() -> None:
    """A linen module's params alone, a method; a Haiku pair without state."""
    variables = linen_variables(WEIGHTS)
    model = small(SmallLinen(), params=variables, call="shifted")
    picture = TINY.picture(CLIP.samples)
    wanted = small_function(WEIGHTS, picture) + 1
    np.testing.assert_allclose(
        model.network.outputs(model.network.forward(picture)), wanted, atol=1e-5
    )

    def apply(params: Any, rng: Any, picture: jax.Array) -> jax.Array:
        assert rng is None
        return small_function(params, picture)

    for pair in ((lambda *_: None, apply), (lambda *_: None, lambda w, x: apply(w, None, x))):
        one = small(pair)
        np.testing.assert_allclose(
            one.network.outputs(one.network.forward(picture)), wanted - 1, atol=1e-5
        )
    with pytest.raises(ValueError, match="holds no weights; pass those that init returned"):
        small(pair, params=None)
    with pytest.raises(ValueError, match=r"needs params=\(params, state\)"):
        small(small_haiku(WEIGHTS)[0], params={"a": np.ones(3)})


def test_dropout_in_training_is_refused() -> None:
    class Dropping(Small):
        def __init__(self, w: Any) -> None:
            super().__init__(w)
            self.drop = nnx.Dropout(0.5, rngs=nnx.Rngs(1))

        def __call__(self, picture: jax.Array) -> jax.Array:
            return super().__call__(self.drop(picture)[..., None])

    net = evaluated(Dropping(WEIGHTS))
    assert small(net, params=None).layers
    net.drop.deterministic = False
    with pytest.raises(aj.UnsupportedOperation, match=r"drop.rngs.count .* Call .eval\(\)"):
        small(net, params=None)


def test_a_bound_linen_module_brings_its_variables() -> None:
    bound = SmallLinen().bind(linen_variables(WEIGHTS))
    np.testing.assert_allclose(scores(small(bound, params=None)), scores(small()), atol=1e-6)


def test_a_single_score_is_a_tag() -> None:
    """A softmax of it would be 1 whatever the network hears."""
    one = small(lambda w, x: small_function(w, x)[:1])
    (score,) = scores(one)
    assert one.task == "tags"
    assert scores(one).shape == (1,)
    (odds,) = one.predict(CLIP).values()
    assert odds == pytest.approx(1 / (1 + np.exp(-float(score))), abs=1e-6)
    assert small().task == "classes"
    assert small(task="tags").task == "tags"


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x - x.mean(),
        lambda x: x - x.mean(1, keepdims=True),
        lambda x: x + 0.1 * x.max(),
    ],
)
def test_layers_are_found_behind_what_sees_the_whole_picture(change: Callable) -> None:
    model = small(lambda w, x: small_function(w, change(x)))
    assert [layer.name for layer in model.layers] == ["conv1", "conv2"]
    for layer in model.layers:
        assert layer.axes == ("freq", "time")
    assert model.network.sizes(TINY.shape) == small().network.sizes(TINY.shape)
    assert aj.listen(model, CLIP).project("conv2", 3).picture.any()


def test_normalisation_is_no_layer_of_its_own() -> None:
    """Flax keeps variances from falling below 0 by what looks like a ReLU."""

    class Net(nnx.Module):
        def __init__(self) -> None:
            self.conv = nnx.Conv(1, 4, (3, 3), rngs=nnx.Rngs(0))
            self.norm = nnx.GroupNorm(4, 2, rngs=nnx.Rngs(0))
            self.last = nnx.Conv(4, 3, (3, 3), rngs=nnx.Rngs(0))

        def __call__(self, x: jax.Array) -> jax.Array:
            x = self.norm(nnx.relu(self.conv(x[None, ..., None])))
            return self.last(x).mean((0, 1, 2))

    model = aj.wrap(Net(), frontend=TINY, example=CLIP)
    assert [layer.name for layer in model.layers] == ["conv", "last"]
    assert [layer.features for layer in model.layers] == [4, 3]
    with pytest.raises(aj.UnsupportedOperation, match="GroupNorm"):
        aj.listen(model, CLIP).project("last", 0)


def test_what_is_left_out_is_said() -> None:
    def flat(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 4, seed=0)))
        x = x.reshape(-1, 4) @ draw(4, 5, seed=1)
        return jnp.tanh(x).mean(0)

    text = str(aj.wrap(flat, frontend=TINY, example=CLIP))
    assert "left out: dense1; as far as can be followed" in text
    kept = aj.wrap(flat, frontend=TINY, example=CLIP, layers=["conv1", "dense1"])
    assert "left out" not in str(kept)
    assert aj.listen(kept, CLIP).project("dense1", 1).picture.any()
    assert "left out" not in str(small())  # a head makes no maps


def test_a_network_of_samples() -> None:
    """A picture is (time,), a map (time, features), a projection a waveform."""
    front = Raw(2000, 0.2)
    kernels = [draw(16, 1, 4, seed=0), draw(5, 4, 3, seed=1)]

    def network(params: Any, samples: jax.Array) -> jax.Array:
        x = samples[None, :, None]
        for kernel, stride in zip(params, (4, 2), strict=True):
            names = ("NWC", "WIO", "NWC")
            x = jax.nn.relu(
                jax.lax.conv_general_dilated(x, kernel, (stride,), "VALID", dimension_numbers=names)
            )
        return x.mean((0, 1))

    model = aj.wrap(network, params=kernels, frontend=front)
    low, high = model.layers
    assert (low.name, low.axes, low.stride, low.field) == ("0", ("time",), (4,), (16,))
    assert (high.name, high.axes, high.stride, high.field) == ("1", ("time",), (8,), (32,))
    heard = aj.listen(model, make_noise(0.2))
    assert heard.project("1", 2).picture.shape == (400,)
    assert heard.project("1", 2).auralise().peak > 0


def test_under_strict_settings() -> None:
    """As some people set JAX, on any device."""
    with (
        jax.numpy_rank_promotion("raise"),
        jax.numpy_dtype_promotion("strict"),
        jax.transfer_guard("disallow"),
        jax.debug_nans(True),
    ):
        kernel = WEIGHTS["conv1.kernel"].astype(np.float64)

        def network(w: Any, picture: jax.Array) -> jax.Array:
            x = jax.lax.conv_general_dilated(
                picture[None, ..., None], w["conv"], (1, 1), "SAME",
                dimension_numbers=("NHWC", "HWIO", "NHWC"),
            )  # fmt: skip
            return jax.nn.relu((x - w["mean"]) / jnp.sqrt(w["var"] + 1e-5)).mean((0, 1, 2))

        flat = np.ones((1, 1, 1, 5))
        params = {"conv": kernel, "mean": 0.1 * flat, "var": flat}
        for example in (None, CLIP, np.ones(TINY.shape)):
            model = small(network, params=params, example=example)
            heard = aj.listen(aj.random_model(model, 1), CLIP)
            assert np.asarray(heard.project("conv", 1).picture).any()
            assert "BatchNorm" in str(model)


def test_random_numbers_that_change_nothing_are_no_training() -> None:
    """A recurrent cell draws its first state, which is 0; what lies below it can be heard."""

    class Recurrent(nnx.Module):
        def __init__(self) -> None:
            rngs = nnx.Rngs(0)
            self.conv = nnx.Conv(TINY.shape[0], 4, (3,), rngs=rngs)
            self.rnn = nnx.RNN(nnx.SimpleCell(4, 3, rngs=rngs))

        def __call__(self, picture: jax.Array) -> jax.Array:
            return self.rnn(nnx.relu(self.conv(picture.T))[None])[0, -1]

    model = small(Recurrent(), params=None)
    assert [(layer.name, layer.axes) for layer in model.layers] == [("conv", ("time",))]


def test_the_control_of_a_file_is_that_of_the_network(tmp_path: Path) -> None:
    model = small(example=None)
    loaded = aj.load_model(aj.save_model(model, tmp_path / "small.safetensors"))
    picture = TINY.picture(CLIP.samples)
    one, other = (aj.random_model(which, 3).network for which in (model, loaded))
    for layer in model.layers:
        maps = one.activations(one.forward(picture), layer.name)
        found = other.activations(other.forward(picture), layer.name)
        np.testing.assert_allclose(found, maps, atol=1e-5)
