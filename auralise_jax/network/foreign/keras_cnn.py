"""The paper's CNN, and any of its kind, from the files in which Keras keeps its weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auralise_jax.frontend import Frontend
from auralise_jax.network.foreign.keras_hdf5 import KerasLayer, Order, read_keras
from auralise_jax.network.model import Model
from auralise_jax.network.stack.architecture import Architecture
from auralise_jax.network.stack.network import Stack


def load_keras(
    path: str | Path,
    *,
    frontend: Frontend | None = None,
    classes: Sequence[str] | None = None,
    pool: tuple[int, int] = (2, 2),
    order: Order | None = None,
    flip: bool | None = None,
    legacy: bool = False,
) -> Model:
    """Load a CNN of the paper's kind from an HDF5 file that Keras wrote.

    Such a network is convolutions of the same size, each with a ReLU and a max-pool, and then dense
    layers. Files of the paper's authors are of Keras 0 on Theano: groups ``layer_0``, ``layer_1``
    and so on. Their local response normalisation has no weights and is left out here, so that what
    such a network calls a sound is not what it called it in 2015.

    Parameters
    ----------
    path : path
        Of any version of Keras; needs the package h5py (``pip install 'auralise-jax[foreign]'``).
    frontend : Frontend, optional
        What the network was trained on; the paper's by default.
    classes : sequence of str, optional
        Names of the outputs; ``"class 0"`` and so on by default.
    pool : (int, int)
        (freq, time), which the file of weights does not hold.
    order, flip
        Whose order kernels are in, and whether they are turned over; see `read_keras`.
    legacy : bool
        As the authors' code of 2015 listened: without biases, and without dense layers.

    Returns
    -------
    Model
        `save_model` writes it as a model file of this package.

    Raises
    ------
    ImportError
        If h5py is not installed.
    ValueError
        If the file is damaged, or holds another kind of network.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import h5py, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.h5"
    >>> with h5py.File(path, "w") as file:  # as Keras 0 did
    ...     file.attrs["nb_layers"] = 1
    ...     file.create_group("layer_0").attrs["nb_params"] = 1
    ...     file["layer_0/param_0"] = np.ones((8, 1, 3, 3), np.float32)
    >>> load_keras(path)
    <Model 'mine': conv1:8; no classes>
    """
    path = Path(path)
    frontend = frontend or Frontend()
    try:
        layers = read_keras(path, order=order, flip=flip)
        tensors, architecture = _stack(layers, frontend.shape, pool, legacy=legacy)
        network = Stack(tensors, architecture, frontend.shape)
    except ValueError as error:
        raise ValueError(f"{path} is not a file of weights that can be used: {error}") from None
    if classes is None:
        classes = [f"class {number}" for number in range(network.outputs_count)]
    return Model(network, frontend, tuple(classes), name=path.stem)


def _stack(
    layers: Sequence[KerasLayer], shape: tuple[int, int], pool: tuple[int, int], *, legacy: bool
) -> tuple[dict[str, np.ndarray], Architecture]:
    for layer in layers:
        kernel = layer.weights.get("kernel")
        others = set(layer.weights) - {"kernel", "bias"}
        if others or kernel is None or kernel.ndim not in (2, 4):
            raise ValueError(
                f"layer {layer.name!r} is neither a convolution nor a dense layer; make a function "
                "of the network and use aj.wrap"
            )
    convolutions = [layer for layer in layers if layer.weights["kernel"].ndim == 4]
    dense = [] if legacy else [layer for layer in layers if layer.weights["kernel"].ndim == 2]
    sizes = {layer.weights["kernel"].shape[:2] for layer in convolutions}
    if len(sizes) != 1:
        raise ValueError(f"its convolutions have sizes {sorted(sizes)}; they must have one")
    architecture = Architecture(
        features=_widths(convolutions), kernel_size=sizes.pop(), pool=pool, dense=_widths(dense)
    )
    tensors = {}
    for kind, named in (("conv", convolutions), ("dense", dense)):
        for number, layer in enumerate(named, 1):
            kernel = layer.weights["kernel"]
            bias = layer.weights.get("bias", np.zeros(kernel.shape[-1]))
            if (kind, number, layer.order) == ("dense", 1, "th"):
                kernel = _channels_last(kernel, architecture, shape)
            tensors[f"{kind}{number}.kernel"] = kernel.astype(np.float32)
            tensors[f"{kind}{number}.bias"] = (bias * (not legacy)).astype(np.float32)
    return tensors, architecture


def _widths(layers: Sequence[KerasLayer]) -> tuple[int, ...]:
    return tuple(layer.weights["kernel"].shape[-1] for layer in layers)


def _channels_last(
    kernel: np.ndarray, architecture: Architecture, shape: tuple[int, int]
) -> np.ndarray:
    """Return a kernel behind Flatten for maps with their channels last, where they were first."""
    rows, columns = architecture.map_size(shape, len(architecture.features))
    features = architecture.features[-1]
    if len(kernel) != features * rows * columns:
        raise ValueError(
            f"its first dense layer takes {len(kernel)} numbers, where pictures of {shape} leave "
            f"{features} maps of {rows} x {columns}"
        )
    cells = kernel.reshape(features, rows, columns, -1).transpose(1, 2, 0, 3)
    return cells.reshape(kernel.shape)
