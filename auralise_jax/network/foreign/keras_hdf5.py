"""Weights that Keras saved as HDF5, from its first versions to the third, read without Keras.

============  ========================================================  ======================
Keras         layout                                                    kernels
============  ========================================================  ======================
0.x           ``layer_%d/param_%d``, a group for every layer            Theano's
1.x, 2.x, 3   ``[model_weights/]LAYER/WEIGHT``, names in attributes     1.x: Theano's or
                                                                        TensorFlow's; then
                                                                        TensorFlow's
3             ``layers/CLASS_N/vars/%d`` (``.weights.h5``)              TensorFlow's
============  ========================================================  ======================

Theano's kernels are (outputs, inputs, rows, columns) and it convolves in the mathematician's sense,
turning them over; TensorFlow's are (rows, columns, inputs, outputs).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from auralise_jax.choices import one_of

LARGEST = 2**30
"""Bytes of a file, and of all weights in it, at most."""

MOST_LAYERS = 10_000

Order = Literal["th", "tf"]

_PARTS = {
    "W": "kernel",
    "b": "bias",
    "running_mean": "moving_mean",
    "running_std": "moving_variance",  # what Keras 1 calls so is a variance
}
"""Later names of weights by those of Keras 1."""

_NORM = ("gamma", "beta", "moving_mean", "moving_variance")


@dataclass(frozen=True)
class KerasLayer:
    """A layer that has weights.

    Parameters
    ----------
    name : str
        In the file.
    weights : dict of str to array
        By Keras's names: kernel, bias; gamma, beta, moving_mean, moving_variance. Kernels of
        two-dimensional convolutions are (rows, columns, inputs, outputs), and correlated.
    order : {"th", "tf"}
        Of maps in the network: channels first, or last. It matters to what comes after Flatten.
    """

    name: str
    weights: dict[str, np.ndarray]
    order: Order


def read_keras(
    source: str | Path | bytes, *, order: Order | None = None, flip: bool | None = None
) -> tuple[KerasLayer, ...]:
    """Return the layers of a file that have weights, in their order.

    Parameters
    ----------
    source : path or bytes
        The file, or its content.
    order : {"th", "tf"}, optional
        Whose order kernels are in. By default as the layout says; Keras 1 has both, and where its
        file does not say which, Theano's is taken.
    flip : bool, optional
        Whether kernels are turned over, as Theano's have to be. By default where the file is of
        Keras 0 or says that its backend was Theano.

    Raises
    ------
    ImportError
        If h5py is not installed.
    ValueError
        If it is no HDF5 file of one of Keras's layouts, a weight is missing, larger than the
        limits or not made of numbers, or the file leads to another.
    OSError
        If it cannot be read.
    """
    try:
        import h5py
    except ImportError:
        raise ImportError(
            "reading Keras's HDF5 files needs the package h5py: pip install 'auralise-jax[foreign]'"
        ) from None
    if order is not None:
        one_of("order", order, ("th", "tf"))
    data = source if isinstance(source, bytes) else _content(Path(source))
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            return tuple(_Reader(h5py, file, order, flip).layers())
    except (OSError, OverflowError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no whole HDF5 file of Keras: {error}") from None


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"{path} has more than {LARGEST:,} bytes")
    return data


class _Reader:
    """Goes through a file, following nothing but its own hard links."""

    def __init__(self, h5py: Any, file: Any, order: Order | None, flip: bool | None) -> None:
        self._h5py = h5py
        self._file = file
        self._order = order
        self._flip = flip
        self._left = LARGEST

    def layers(self) -> Iterator[KerasLayer]:
        """Yield layers with weights."""
        if "nb_layers" in self._file.attrs:
            found = self._numbered()
        elif "layer_names" in self._file.attrs or "layer_names0" in self._file.attrs:
            found = self._named(self._file)
        elif "model_weights" in self._file:
            found = self._named(self._group(self._file, "model_weights"))
        elif "layers" in self._file:
            found = self._by_class()
        else:
            raise ValueError("it is an HDF5 file, but in none of the layouts that Keras has had")
        for layer in found:
            if layer.weights:
                yield layer

    def _numbered(self) -> Iterator[KerasLayer]:
        """Read Keras 0: a group for every layer, also those that have no weights."""
        for number in range(_whole(self._file.attrs["nb_layers"])):
            name = f"layer_{number}"
            group = self._group(self._file, name)
            count = _whole(group.attrs["nb_params"])
            values = [self._array(group, f"param_{place}") for place in range(count)]
            yield self._layer(name, dict(enumerate(values)), "th", is_flipped=True)

    def _named(self, root: Any) -> Iterator[KerasLayer]:
        """Read Keras 1, 2 and 3: groups and datasets by names that attributes list."""
        version = _text(root.attrs.get("keras_version", "1")).partition(".")[0]
        theano = _text(root.attrs.get("backend", "theano" if version == "1" else "")) == "theano"
        order: Order = "tf"
        if version == "1":
            order = _ordering(self._file.attrs) or "th"
        for name in _names(root.attrs, "layer_names"):
            group = self._group(root, name)
            values: dict[Any, np.ndarray] = {}
            for path in _names(group.attrs, "weight_names"):
                part = path.rpartition("/")[2].partition(":")[0]
                part = part.removeprefix(f"{name}_")
                values[_PARTS.get(part, part)] = self._array(group, path)
            yield self._layer(name, values, order, is_flipped=theano)

    def _by_class(self) -> Iterator[KerasLayer]:
        """Read Keras 3's own layout: groups by class and number, in the order of the classes."""
        root = self._group(self._file, "layers")
        if len(root) > MOST_LAYERS:
            raise ValueError(f"it has {len(root)} layers, more than {MOST_LAYERS}")
        for name in sorted(root, key=_natural):
            group = self._group(root, name)
            if "vars" in group:
                held = self._group(group, "vars")
                places = sorted(held, key=_natural)
                values = {place: self._array(held, key) for place, key in enumerate(places[:16])}
                yield self._layer(name, values, "tf", is_flipped=False)

    def _layer(
        self, name: str, values: dict[Any, np.ndarray], order: Order, *, is_flipped: bool
    ) -> KerasLayer:
        order = self._order or order
        if 0 in values:  # numbered: their places say what they are
            is_norm = len(values) == 4 and all(one.ndim == 1 for one in values.values())
            names = _NORM if is_norm else ("kernel", "bias", *map(str, range(2, len(values))))
            values = {names[number]: value for number, value in values.items()}
        kernel = values.get("kernel")
        if kernel is not None and kernel.ndim == 4:
            if order == "th":
                kernel = kernel.transpose(2, 3, 1, 0)
            if is_flipped if self._flip is None else self._flip:
                kernel = kernel[::-1, ::-1]
            values["kernel"] = np.ascontiguousarray(kernel)
        return KerasLayer(name, values, order)

    def _own(self, group: Any, path: str) -> Any:
        """Return what lies at a path, if only hard links lead there."""
        for name in path.split("/"):
            if not isinstance(group, self._h5py.Group) or name not in group:
                raise ValueError(f"it holds no {path[:200]!r}")
            link = group.get(name, getlink=True)
            if not isinstance(link, self._h5py.HardLink):
                raise ValueError(f"its {path[:200]!r} is a link, which is not followed")
            group = group[name]
        return group

    def _group(self, parent: Any, path: str) -> Any:
        found = self._own(parent, path)
        if not isinstance(found, self._h5py.Group):
            raise ValueError(f"its {path[:200]!r} is no group")
        return found

    def _array(self, parent: Any, path: str) -> np.ndarray:
        found, what = self._own(parent, path), f"its {path[:200]!r}"
        if not isinstance(found, self._h5py.Dataset):
            raise ValueError(f"{what} is no dataset")
        if found.dtype.kind not in "fiu":
            raise ValueError(f"{what} holds {found.dtype}, not numbers")
        if found.is_virtual or found.external:
            raise ValueError(f"{what} lies in another file, which is not read")
        if found.shape is None or found.ndim > 8:
            raise ValueError(f"{what} has the shape {found.shape}")
        self._left -= found.size * found.dtype.itemsize
        if self._left < 0:
            raise ValueError(f"its weights take more than {LARGEST:,} bytes")
        if found.size and not found.id.get_storage_size():
            raise ValueError(f"{what} was never written")
        return np.asarray(found[()])


def _names(attributes: Any, key: str) -> list[str]:
    """Return a list of names; long ones are split among numbered attributes."""
    keys = [key] if key in attributes else []
    while not keys or key not in attributes:
        following = f"{key}{len(keys)}"
        if following not in attributes or len(keys) >= MOST_LAYERS:
            break
        keys.append(following)
    names = [_text(name) for part in keys for name in np.ravel(attributes[part])]
    if len(names) > MOST_LAYERS:
        raise ValueError(f"it lists {len(names)} names, more than {MOST_LAYERS}")
    if len(set(names)) < len(names):
        raise ValueError("it lists a name twice")
    return names


def _ordering(attributes: Any) -> Order | None:
    """Return what Keras 1's description of the network says about the order of its kernels."""
    said = _text(attributes.get("model_config", ""))
    found: set[Order] = set(re.findall(r'"dim_ordering": *"(th|tf)"', said))
    return found.pop() if len(found) == 1 else None


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _whole(value: Any) -> int:
    number = int(value)
    if not 0 <= number <= MOST_LAYERS:
        raise ValueError(f"it counts {number} layers or weights")
    return number


def _natural(name: str) -> tuple[str, int]:
    """Order conv2d before conv2d_1, and that before conv2d_10."""
    stem, number = re.fullmatch(r"(.*?)_?(\d*)", name).groups()  # type: ignore[union-attr]
    return stem, int(number[:9] or -1)
