"""ONNX files: their weights and the operations that take them, read by the package onnx."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

LARGEST = 2**28
"""Bytes of a file, at most."""

_TYPES = {"FLOAT": "float32", "FLOAT16": "float16", "DOUBLE": "float64", "INT64": "int64"}
_TYPES |= {"INT32": "int32"}


@dataclass(frozen=True)
class Operation:
    """A node of the graph."""

    name: str
    """The operator's, such as Conv."""
    inputs: tuple[str, ...]
    attributes: dict[str, Any]


@dataclass(frozen=True)
class OnnxFile:
    """What an ONNX file holds."""

    operations: tuple[Operation, ...]
    """In the order in which they are computed."""
    weights: dict[str, np.ndarray]
    """The initialisers, by the names by which operations take them."""

    def named(self, name: str) -> list[Operation]:
        """Return the operations of an operator."""
        return [one for one in self.operations if one.name == name]

    def weight(self, name: str) -> np.ndarray:
        """Return an initialiser, or raise ValueError if there is none of that name."""
        if name not in self.weights:
            raise ValueError(f"the file holds no weights {name[:60]!r}")
        return self.weights[name]


def read_onnx(data: bytes, operators: Collection[str]) -> OnnxFile:
    """Return the operations and weights of an ONNX file; nothing is run.

    Parameters
    ----------
    data : bytes
        The file.
    operators : collection of str
        Which operators it may hold.

    Raises
    ------
    ImportError
        If onnx is not installed.
    ValueError
        If it is no ONNX file, holds other operators, or weights that are elsewhere, of other types
        or of lengths that do not fit.
    """
    try:
        import onnx
    except ImportError:
        raise ImportError(
            "reading ONNX files needs the package onnx: pip install 'auralise-jax[pitch]'"
        ) from None
    from google.protobuf.message import DecodeError

    if len(data) > LARGEST:
        raise ValueError(f"the file has {len(data)} bytes, more than {LARGEST}")
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except (DecodeError, RuntimeError) as error:
        raise ValueError(f"it is no whole ONNX file: {error}") from None
    graph = model.graph
    if not graph.node:
        raise ValueError("it is no ONNX file: there are no operations in it")
    if model.functions or graph.sparse_initializer:
        raise ValueError("it holds functions or sparse weights, which are not read")
    operations = []
    for node in graph.node:
        if node.domain not in ("", "ai.onnx") or node.op_type not in operators:
            name = f"{node.domain}.{node.op_type}".strip(".")
            raise ValueError(f"it holds the operator {name[:60]!r}, which is not known here")
        attributes = {one.name: _attribute(onnx, one) for one in node.attribute}
        operations.append(Operation(node.op_type, tuple(node.input), attributes))
    weights = {tensor.name: _array(onnx, tensor) for tensor in graph.initializer}
    return OnnxFile(tuple(operations), weights)


def _attribute(onnx: Any, attribute: Any) -> Any:
    """Return numbers and words; None for tensors and graphs, which nothing here needs."""
    kinds = onnx.AttributeProto
    known = (kinds.INT, kinds.INTS, kinds.FLOAT, kinds.FLOATS, kinds.STRING)
    if attribute.type not in known:
        return None
    value = onnx.helper.get_attribute_value(attribute)
    return list(value) if attribute.type in (kinds.INTS, kinds.FLOATS) else value


def _array(onnx: Any, tensor: Any) -> np.ndarray:
    what = f"the weights {tensor.name[:60]!r}"
    if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
        raise ValueError(f"{what} lie in another file, which is not read")
    kinds = {number: name for name, number in onnx.TensorProto.DataType.items()}
    kind = kinds.get(tensor.data_type, "unknown")
    if kind not in _TYPES or tensor.HasField("segment"):
        raise ValueError(f"{what} are of the type {kind}, which is not read")
    try:
        found: np.ndarray = onnx.numpy_helper.to_array(tensor)
    except (ValueError, TypeError, MemoryError) as error:
        raise ValueError(f"{what} do not fit their shape: {error}") from None
    return found
