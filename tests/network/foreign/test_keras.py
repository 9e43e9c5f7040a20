"""Keras's files in each of their layouts, and files that lie."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import keras_files
import numpy as np
import pytest
import scipy.signal
from making import TINY, make_model, make_noise

import auralise_jax as aj
from auralise_jax.network.foreign.keras_hdf5 import read_keras

MODEL = make_model()
TENSORS = dict(MODEL.network.tensors)
MAPS = (*MODEL.network.sizes(TINY.shape)["conv3"], 6)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "weights.h5"


@pytest.mark.parametrize("layout", keras_files.LAYOUTS)
def test_a_network_is_the_same_from_every_layout(layout: str, path: Path) -> None:
    keras_files.write_keras(path, layout, TENSORS, MAPS)
    model = aj.load_keras(path, frontend=TINY, classes=("a", "b", "c"))
    assert set(model.network.tensors) == set(TENSORS)
    for name, tensor in TENSORS.items():
        np.testing.assert_array_equal(model.network.tensors[name], tensor)
    clip = make_noise(TINY.duration)
    assert model.predict(clip) == MODEL.predict(clip)


def test_theanos_kernels_convolve_as_theano_did(path: Path) -> None:
    """scipy's convolution turns kernels over, as mathematicians do."""
    rng = np.random.default_rng(2)
    stored = rng.normal(size=(2, 1, 3, 3)).astype(np.float32)
    with h5py.File(path, "w") as file:
        file.attrs["nb_layers"] = 1
        group = file.create_group("layer_0")
        group.attrs["nb_params"] = 2
        group["param_0"], group["param_1"] = stored, np.zeros(2, np.float32)
    model = aj.load_keras(path, frontend=TINY, pool=(1, 1))
    heard = aj.listen(model, make_noise(TINY.duration))
    for feature in range(2):
        expected = scipy.signal.convolve2d(heard.picture, stored[feature, 0], mode="same")
        found = heard.activations("conv1")[..., feature]
        np.testing.assert_allclose(found, np.maximum(expected, 0), atol=1e-4)


def test_legacy_listens_without_biases_and_without_a_head(path: Path) -> None:
    keras_files.write_keras(path, "keras0", TENSORS, MAPS)
    model = aj.load_keras(path, frontend=TINY, legacy=True)
    assert model.classes == ()
    assert model.name == "weights"
    for name in ("conv1", "conv2", "conv3"):
        kernel = model.network.tensors[f"{name}.kernel"]
        np.testing.assert_array_equal(kernel, TENSORS[f"{name}.kernel"])
        assert not model.network.tensors[f"{name}.bias"].any()


def test_order_and_turning_can_be_said(path: Path) -> None:
    keras_files.write_keras(path, "keras1-th", TENSORS, MAPS)
    (first, *_) = read_keras(path, flip=False)
    np.testing.assert_array_equal(first.weights["kernel"], TENSORS["conv1.kernel"][::-1, ::-1])
    (first, *_) = read_keras(path, order="tf", flip=False)
    kernel = keras_files.theano(TENSORS["conv1.kernel"])
    np.testing.assert_array_equal(first.weights["kernel"], kernel)
    with pytest.raises(ValueError, match="order must be one of th, tf"):
        read_keras(path, order="ht")


def test_layers_are_counted_as_numbers_and_names_may_be_split(path: Path) -> None:
    with h5py.File(path, "w") as file:
        for number in range(12):
            name = "conv2d" + (f"_{number}" if number else "")
            file[f"layers/{name}/vars/0"] = np.full((1, 1, 1, 1), number)
    found = [layer.weights["kernel"].item() for layer in read_keras(path)]
    assert found == list(range(12))
    names = [f"layer{number}" for number in range(4)]
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.4.0"
        file.attrs["layer_names0"], file.attrs["layer_names1"] = names[:2], names[2:]
        for name in names:
            file.create_group(name).attrs["weight_names"] = [f"{name}/bias:0"]
            file[f"{name}/{name}/bias:0"] = np.ones(1)
    assert [layer.name for layer in read_keras(path)] == names


def test_batch_norm_is_known_by_its_names(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = ["norm"]
        parts = ("gamma", "beta", "running_mean", "running_std")
        group = file.create_group("norm")
        group.attrs["weight_names"] = [f"norm_{part}" for part in parts]
        for number, part in enumerate(parts):
            group[f"norm_{part}"] = np.full(3, number)
    (layer,) = read_keras(path)
    names = ["gamma", "beta", "moving_mean", "moving_variance"]
    assert [layer.weights[name][0] for name in names] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="neither a convolution nor a dense layer"):
        aj.load_keras(path)


def soft_link(file: h5py.File) -> None:
    del file["layer_0/param_0"]
    file["layer_0/param_0"] = h5py.SoftLink("/layer_0/param_1")


def link_out(file: h5py.File) -> None:
    del file["layer_0"]
    file["layer_0"] = h5py.ExternalLink("/etc/other.h5", "/")


def outside(file: h5py.File) -> None:
    del file["layer_0/param_0"]
    file["layer_0"].create_dataset("param_0", (1,), "f4", external=[("/etc/passwd", 0, 4)])


def put_together(file: h5py.File) -> None:
    del file["layer_0/param_0"]
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "data", (4,))
    file["layer_0"].create_virtual_dataset("param_0", layout)


def objects(file: h5py.File) -> None:
    del file["layer_0/param_0"]
    file["layer_0/param_0"] = np.array([b"pickle"], object)


def missing(file: h5py.File) -> None:
    del file["layer_0/param_0"]


def never_written(file: h5py.File) -> None:
    del file["layer_0/param_0"]
    file["layer_0"].create_dataset("param_0", (4, 4), "f4", chunks=True)


def bomb(file: h5py.File) -> None:
    del file["layer_0/param_0"]
    big = file["layer_0"].create_dataset("param_0", (1 << 34,), "f4", chunks=(1 << 20,))
    big[0] = 1


def a_group(file: h5py.File) -> None:
    del file["layer_0/param_0"]
    file.create_group("layer_0/param_0")


def a_dataset(file: h5py.File) -> None:
    del file["layer_0"]
    file["layer_0"] = np.ones(3)


def many(file: h5py.File) -> None:
    file.attrs["nb_layers"] = 10**9


def few(file: h5py.File) -> None:
    file.attrs["nb_layers"] = -1


def words(file: h5py.File) -> None:
    file.attrs["nb_layers"] = "many"


def another(file: h5py.File) -> None:
    del file.attrs["nb_layers"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (soft_link, "its 'param_0' is a link, which is not followed"),
        (link_out, "its 'layer_0' is a link, which is not followed"),
        (outside, "its 'param_0' lies in another file"),
        (put_together, "its 'param_0' lies in another file"),
        (objects, "its 'param_0' holds object, not numbers"),
        (missing, "it holds no 'param_0'"),
        (never_written, "its 'param_0' was never written"),
        (bomb, "its weights take more than 1,073,741,824 bytes"),
        (a_group, "its 'param_0' is no dataset"),
        (a_dataset, "its 'layer_0' is no group"),
        (many, "it counts 1000000000 layers or weights"),
        (few, "it counts -1 layers or weights"),
        (words, "invalid literal"),
        (another, "in none of the layouts that Keras has had"),
    ],
)
def test_what_does_not_fit_is_said(
    change: Callable[[h5py.File], None], said: str, path: Path
) -> None:
    keras_files.write_keras(path, "keras0", TENSORS, MAPS)
    with h5py.File(path, "a") as file:
        change(file)
    with pytest.raises(ValueError, match=re.escape(said)) as error:
        aj.load_keras(path, frontend=TINY)
    assert str(error.value).startswith(f"{path} is not a file of weights that can be used: ")


def test_another_picture_does_not_fit(path: Path) -> None:
    keras_files.write_keras(path, "keras0", TENSORS, MAPS)
    said = r"its first dense layer takes \d+ numbers, where pictures of \(257, 173\) leave 6 maps"
    with pytest.raises(ValueError, match=said):
        aj.load_keras(path)


def test_damaged_files_are_errors_or_other_numbers(path: Path) -> None:
    data = keras_files.write_keras(path, "keras2", TENSORS).read_bytes()
    for size in range(0, len(data) - 1, max(1, len(data) // 40)):
        with pytest.raises(ValueError, match="HDF5"):
            read_keras(data[:size])
    rng = np.random.default_rng(0)
    flips = [(place, 0x10) for place in rng.integers(0, min(len(data), 4000), 60).tolist()]
    flips += [(place, 0x80) for place in range(100)]  # addresses beyond what the system can seek to
    for place, bit in flips:
        changed = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
        try:
            read_keras(changed)
        except ValueError:
            continue


def test_without_h5py_the_message_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r"pip install 'auralise-jax\[foreign\]'"):
        read_keras(b"")


def test_a_file_that_is_not_there_is_said(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        aj.load_keras(tmp_path / "none.h5")
