"""musicnn against NumPy, with weights that its traps show on."""

import bundles
import musicnn_oracle as oracle
import numpy as np
import pytest

import auralise_jax as aj
from auralise_jax.network.foreign import musicnn
from auralise_jax.network.network import Feature
from auralise_jax.network.traced import TracedNetwork

pytestmark = pytest.mark.usefixtures("compiled_quickly")

RULES = ("deconvnet", "gradient", "guided")


def drawn(features: int = 4) -> dict[str, np.ndarray]:
    """Return random tensors; half of the scales are negative."""
    rng = np.random.default_rng(5)
    tensors = {}
    for name, shape in musicnn.tensor_shapes(features).items():
        tensors[name] = rng.normal(0, 1.5 / np.sqrt(np.prod(shape[:-1])), shape)
        if name.endswith("variance"):
            tensors[name] = rng.uniform(0.5, 2, shape)
        if name.endswith("gamma") and shape != (1,):
            tensors[name] = rng.uniform(0.5, 2, shape) * (-1.0) ** np.arange(features)
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


TENSORS = drawn()
PICTURE = np.random.default_rng(6).gamma(1, 1, (96, 187)).astype(np.float32)


@pytest.fixture(scope="module")
def network() -> TracedNetwork:
    return TracedNetwork(musicnn.tagger, PICTURE, musicnn.weights(TENSORS))


def test_scores_and_maps_are_numpys(network: TracedNetwork) -> None:
    state = network.forward(PICTURE)
    scores, blocks = oracle.forward(TENSORS, PICTURE)
    np.testing.assert_allclose(network.outputs(state), scores, atol=1e-4 * np.abs(scores).max())
    for layer, block in zip(network.layers, blocks, strict=True):
        maps = np.asarray(network.activations(state, layer)).transpose(1, 0, 2)
        np.testing.assert_allclose(maps, block.maps, atol=1e-4 * np.abs(block.maps).max())


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("layer", [1, 2, 5])
def test_projections_are_numpys(network: TracedNetwork, layer: int, rule: str) -> None:
    """A bit of float32 may decide another switch, so that the tolerance is of the layer's peak."""
    state = network.forward(PICTURE)
    _, blocks = oracle.forward(TENSORS, PICTURE)
    features = range(4)
    expected = [oracle.project(TENSORS, blocks, layer, one, rule) for one in features]
    found = [np.asarray(network.project(state, layer, Feature(one), rule)) for one in features]
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    assert np.abs(expected).max() > 0


def test_the_layers_are_as_the_pools_make_them(network: TracedNetwork) -> None:
    first, *others = network.layers
    assert first.stride == (2, 2)
    assert first.field == (3, 6)  # mel bands, columns: the pool is 1 x 4
    assert [layer.stride for layer in others] == [(4, 4), (8, 8), (16, 16), (64, 64)]
    sizes = network.sizes((96, 187)).values()
    assert list(sizes) == [(48, 92), (24, 46), (12, 23), (6, 11), (1, 2)]


def test_a_feature_with_a_negative_scale_is_silent_at_its_largest_value(
    network: TracedNetwork,
) -> None:
    maps = network.activations(network.forward(PICTURE), "conv1")
    off = np.asarray(network.off("conv1"))
    assert np.all(np.asarray(maps)[..., 1::2] <= off[1::2] + 1e-6)
    assert np.all(np.asarray(maps)[..., ::2] >= off[::2] - 1e-6)


def test_a_model_is_read_from_a_checkpoint() -> None:
    rng = np.random.default_rng(1)
    shapes = musicnn.tensor_shapes()
    tensors = {name: rng.random(shape, np.float32) / 100 for name, shape in shapes.items()}
    model = musicnn.model(*bundles.write_bundle(tensors), "mine")
    assert [layer.features for layer in model.layers] == [128] * 5
    assert model.frontend.shape == (96, 187)
    heard = aj.listen(model, aj.example_clips()["bach"], start=0.0)
    expected, _ = oracle.forward(tensors, heard.picture)
    odds = 1 / (1 + np.exp(-expected))
    np.testing.assert_allclose(list(heard.predict().values()), odds, rtol=1e-4)
    with pytest.raises(ValueError, match="the checkpoint holds no tensor 'batch_norm"):
        musicnn.model(*bundles.write_bundle({"a": np.ones(2)}), "mine")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"2CNN/kernel": None}, "there is no tensor '2CNN/kernel'"),
        ({"2CNN/kernel": np.ones((3, 3, 4, 5))}, r"has shape \(3, 3, 4, 5\), not \(3, 3, 4, 4\)"),
        ({"dense/bias": np.full(50, np.nan)}, "'dense/bias' holds NaN"),
        ({"dense/bias": np.full(50, 1e300)}, "does not fit float32"),
        ({"1CNN/bias": None}, "there is no tensor '1CNN/bias'|has shape"),
    ],
)
def test_tensors_that_do_not_fit_are_named(change: dict[str, np.ndarray | None], said: str) -> None:
    tensors = {name: value for name, value in (TENSORS | change).items() if value is not None}
    with pytest.raises(ValueError, match=said):
        musicnn.weights(tensors)
