"""HDF5 files in the layouts that Keras has had, written from their description."""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

LAYOUTS = ("keras0", "keras1-th", "keras1-tf", "keras2", "keras2-theano", "keras3", "keras3-vars")

Tensors = Mapping[str, np.ndarray]


def theano(kernel: np.ndarray) -> np.ndarray:
    """Return (rows, columns, inputs, outputs) as Theano convolves with it."""
    return kernel[::-1, ::-1].transpose(3, 2, 0, 1)


def channels_first(kernel: np.ndarray, maps: tuple[int, int, int]) -> np.ndarray:
    """Return a dense kernel behind maps (rows, columns, channels) for channels that come first."""
    return kernel.reshape(*maps, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)


def write_keras(
    path: Path, layout: str, tensors: Tensors, maps: tuple[int, int, int] | None = None
) -> Path:
    """Write convolutions and dense layers; `maps` is what Flatten sees.

    `tensors` are named as in the package's own model files.
    """
    names = [name.removesuffix(".kernel") for name in tensors if name.endswith(".kernel")]
    first = layout in ("keras0", "keras1-th")
    turned = first or layout == "keras2-theano"
    layers = {}
    for name in names:
        kernel = tensors[f"{name}.kernel"]
        if kernel.ndim == 4:
            kernel = kernel[::-1, ::-1] if turned else kernel
            kernel = kernel.transpose(3, 2, 0, 1) if first else kernel
        elif name == "dense1" and first and maps is not None:
            kernel = channels_first(kernel, maps)
        layers[name] = (kernel, tensors[f"{name}.bias"])
    with h5py.File(path, "w") as file:
        {"keras0": _numbered, "keras3-vars": _by_class}.get(layout, _named)(file, layers, layout)
    return path


def _numbered(file: h5py.File, layers: Mapping[str, tuple], layout: str) -> None:
    """Every convolution is followed by a pool and a dropout, layers without weights."""
    number = 0
    for name, values in layers.items():
        for weights in (values, *[()] * (2 if name.startswith("conv") else 0)):
            group = file.create_group(f"layer_{number}")
            group.attrs["nb_params"] = len(weights)
            for place, value in enumerate(weights):
                group.create_dataset(f"param_{place}", data=value)
            number += 1
    file.attrs["nb_layers"] = number


def _named(file: h5py.File, layers: Mapping[str, tuple], layout: str) -> None:
    whole = layout in ("keras3", "keras1-tf")
    root = file.create_group("model_weights") if whole else file
    root.attrs["layer_names"] = [name.encode() for name in ("input", *layers)]
    root.create_group("input").attrs["weight_names"] = []
    if layout.startswith("keras1"):
        order = layout.removeprefix("keras1-")
        if order == "tf":
            file.attrs["model_config"] = '{"config": {"dim_ordering": "tf"}}'
            root.attrs["backend"] = b"tensorflow"
    else:
        root.attrs["keras_version"] = {"keras3": "3.15.1"}.get(layout, "2.4.0")
        root.attrs["backend"] = "theano" if layout == "keras2-theano" else "tensorflow"
    for name, values in layers.items():
        group = root.create_group(name)
        old, new = ("{0}_W", "{0}_b"), ("{0}/kernel:0", "{0}/bias:0")
        paths = old if layout.startswith("keras1") else new
        if layout == "keras3":
            paths = ("sequential/{0}/kernel", "sequential/{0}/bias")
        paths = [path.format(name) for path in paths]
        group.attrs["weight_names"] = [path.encode() for path in paths]
        for path, value in zip(paths, values, strict=True):
            group.create_dataset(path, data=value)


def _by_class(file: h5py.File, layers: Mapping[str, tuple], layout: str) -> None:
    counts = {"conv": 0, "dense": 0}
    for name, values in layers.items():
        kind = name.rstrip("0123456789")
        stem = {"conv": "conv2d", "dense": "dense"}[kind]
        number = f"_{counts[kind]}" if counts[kind] else ""
        counts[kind] += 1
        group = file.create_group(f"layers/{stem}{number}/vars")
        for place, value in enumerate(values):
            group.create_dataset(str(place), data=value)
    file.create_group("layers/max_pooling2d/vars")
