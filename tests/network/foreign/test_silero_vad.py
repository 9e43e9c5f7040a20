"""Silero VAD's convolutions against NumPy, a block at a time, with random weights."""

import numpy as np
import pytest
from making import make_noise
from safetensors.numpy import save

import auralise_jax as aj
from auralise_jax.network.foreign import silero_vad

pytestmark = pytest.mark.usefixtures("compiled_quickly")


def drawn() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(8)
    return {
        name: rng.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32)
        for name, shape in silero_vad.SHAPES.items()
    }


def convolve(block: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int) -> np.ndarray:
    """Correlate (inputs, columns) with (outputs, inputs, 3), a zero on either side; rectify."""
    padded = np.pad(block.astype(float), ((0, 0), (1, 1)))
    places = range(0, block.shape[1], stride)
    found = [np.tensordot(kernel, padded[:, place : place + 3], 2) + bias for place in places]
    return np.maximum(np.stack(found, axis=1), 0)


def test_maps_are_numpys() -> None:
    tensors = drawn()
    model = silero_vad.model(save(tensors | {"lstm_cell.bias_hh": np.zeros(512)}), "mine")
    assert model.frontend.shape == (129, 400)
    assert model.classes == ()
    assert {layer.axes for layer in model.layers} == {("time",)}
    heard = aj.listen(model, make_noise(model.seconds, 16_000), start=0.0)
    for number in (0, 57, 99):
        block = heard.picture[:, 4 * number : 4 * number + 4]
        for name, stride in (("conv1", 1), ("conv2", 2), ("conv3", 2), ("conv4", 1)):
            kernel, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
            block = convolve(block, kernel, bias, stride)
            maps = heard.activations(name).reshape(100, -1, len(bias))[number].T
            np.testing.assert_allclose(maps, block, atol=1e-4 * np.abs(block).max())
    assert np.abs(heard.project("conv4", 5).picture).max() > 0


def test_damaged_files_are_errors() -> None:
    data = save(drawn())
    for size in range(0, len(data), len(data) // 30):
        with pytest.raises(ValueError, match="it is cut off, damaged or not safetensors"):
            silero_vad.model(data[:size], "mine")
    with pytest.raises(ValueError, match=r"there is no tensor 'conv1\.weight'"):
        silero_vad.model(save({"a": np.ones(2)}), "mine")
