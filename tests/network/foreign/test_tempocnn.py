"""tempocnn against NumPy, with random weights in a file as Keras 2 writes it."""

import io

import h5py
import jax
import numpy as np
import pytest
from making import make_noise

import auralise_jax as aj
from auralise_jax.network.foreign import tempocnn

pytestmark = pytest.mark.usefixtures("compiled_quickly")


def drawn(kernel_rows: tuple[int, int]) -> dict[str, np.ndarray]:
    """Return random tensors; half of the scales are negative."""
    rng = np.random.default_rng(4)
    tensors = {}
    for name, shape in tempocnn.tensor_shapes(kernel_rows, features=2).items():
        tensors[name] = rng.normal(0, 1.5 / np.sqrt(np.prod(shape[:-1])), shape)
        if name.endswith("variance"):
            tensors[name] = rng.uniform(0.5, 2, shape)
        if name.endswith("gamma"):
            tensors[name] = rng.uniform(0.5, 2, shape) * (-1.0) ** np.arange(shape[0])
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def written(tensors: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        root = made.create_group("model_weights")
        layers = dict.fromkeys(name.partition("/")[0] for name in tensors)
        root.attrs["layer_names"] = [layer.encode() for layer in layers]
        root.attrs["backend"], root.attrs["keras_version"] = "tensorflow", "2.4.0"
        for layer in layers:
            own = [name for name in tensors if name.startswith(f"{layer}/")]
            group = root.create_group(layer)
            group.attrs["weight_names"] = [f"{name}:0".encode() for name in own]
            for name in own:
                group[f"{name}:0"] = tensors[name]
    return file.getvalue()


def scores(tensors: dict[str, np.ndarray], picture: np.ndarray) -> np.ndarray:
    """Go through the network in float64, a step at a time."""
    x = picture[..., None].astype(float)
    for number in range(12):
        kernel = tensors[f"Conv{number}/kernel"].astype(float)
        (high, wide), (rows, columns) = kernel.shape[:2], x.shape[:2]
        padded = np.pad(x, ((high // 2,) * 2, (wide // 2,) * 2, (0, 0)))
        x = tensors[f"Conv{number}/bias"] + sum(
            padded[i : i + rows, j : j + columns] @ kernel[i, j]
            for i in range(high)
            for j in range(wide)
        )
        part = {one: tensors[f"BN{number}/{one}"].astype(float) for one in tempocnn.NORM}
        normed = (np.maximum(x, 0) - part["moving_mean"]) / np.sqrt(part["moving_variance"] + 0.001)
        x = normed * part["gamma"] + part["beta"]
        if number % 2:
            high = 1 if number == 11 else 2
            rows, columns = x.shape[0] // high, x.shape[1] // 2
            x = x[: rows * high, : columns * 2].reshape(rows, high, columns, 2, -1).max((1, 3))
    return np.maximum(x @ tensors["1x1/kernel"][0, 0] + tensors["1x1/bias"], 0).mean((0, 1))


@pytest.mark.parametrize("kernel_rows", [(5, 3), (1, 1)], ids=("deepsquare", "deeptemp"))
def test_scores_are_numpys(kernel_rows: tuple[int, int]) -> None:
    tensors = drawn(kernel_rows)
    picture = np.random.default_rng(9).normal(0, 1, (40, 256)).astype(np.float32)
    found = jax.jit(tempocnn.tempi)(tempocnn.weights(tensors, kernel_rows), picture)
    expected = scores(tensors, picture)
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_a_tempo_curve_is_of_a_normalised_picture() -> None:
    tensors = drawn((1, 1))
    model = tempocnn.deeptemp(written(tensors), "mine")
    heard = aj.listen(model, make_noise(model.seconds, 11_025), start=0.0)
    assert heard.picture.shape == (40, 256)
    assert heard.picture.mean() == pytest.approx(0, abs=1e-4)
    assert heard.picture.std() == pytest.approx(1, abs=1e-4)
    expected = scores(tensors, heard.picture)
    found = np.asarray(model.network.outputs(heard.state))
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    said = heard.outputs()
    np.testing.assert_array_equal(said["bpm"], np.arange(30, 286))
    assert said["probability"].sum() == pytest.approx(1)
    assert said["probability"].argmax() == expected.argmax()
    names = [layer.name for layer in model.layers]
    assert names == [*(f"conv{number}" for number in range(1, 13)), "tempi"]


def test_what_does_not_fit_is_said() -> None:
    tensors = drawn((1, 1))
    with pytest.raises(ValueError, match=r"has shape \(1, 5, 1, 2\), not \(5, 5, 1, 2\)"):
        tempocnn.deepsquare(written(tensors), "mine")
    del tensors["1x1/bias"]
    with pytest.raises(ValueError, match="there is no tensor '1x1/bias'"):
        tempocnn.deeptemp(written(tensors), "mine")
