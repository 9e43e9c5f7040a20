"""What every model file is made of: tensors and JSON, both read with bounds and without pickle."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Shaped

LONGEST = 2**20
"""Characters of a metadata text, at most; the shipped model's notes on its training take 3 kB."""

DEEPEST = 700
"""How deep lists and objects in metadata may be nested; Python's parser gives up near 1,000."""

DIGITS = 1000
"""Of a whole number in metadata, at most."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[][{}]")

DTYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
"""How weights may be stored: in a file's words, and in NumPy's; JAX adds bfloat16 to these."""


class Contents(NamedTuple):
    """What a safetensors file holds."""

    metadata: Mapping[str, str]
    tensors: Mapping[str, Mapping[str, Any]]
    """By name: "dtype", "shape" and "data", the bytes."""


def open_file(path: Path) -> Contents:
    """Return metadata and raw tensors; safetensors checks every length against the file.

    Raises
    ------
    ValueError
        If the file is no whole safetensors file; the message says what it looks like.
    """
    from safetensors import SafetensorError, deserialize, safe_open

    data = path.read_bytes()
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
        return Contents(metadata, dict(deserialize(data)))  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        # A safetensors header begins at the ninth byte, after its length, which may be any bytes.
        if data[8:9] != b"{" and (data[:1] == b"\x80" or data[:4] == b"PK\3\4"):
            raise ValueError(
                "it looks like a pickle or a zip archive of pickles, which could run code when "
                "read and is never opened; expected safetensors"
            ) from None
        raise ValueError(f"it is cut off, damaged or not safetensors ({error})") from None


def packed(tensors: Mapping[str, Shaped[np.ndarray, "..."]], metadata: Mapping[str, str]) -> bytes:
    """Return a safetensors file; the same contents give the same bytes.

    The header is sorted, since its metadata come in an order of chance. What it points to stays
    where it is.
    """
    from safetensors.numpy import save

    # Safetensors takes an array's memory as it lies, whatever its strides.
    laid = {name: np.asarray(one, order="C") for name, one in tensors.items()}
    data = save(laid, dict(metadata))
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    text = json.dumps(header, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


def weights(name: str, tensor: Mapping[str, Any]) -> Float[np.ndarray, "..."]:
    """Return a tensor of weights in the type in which it is stored, which must be in `DTYPES`."""
    if tensor["dtype"] not in DTYPES:
        raise ValueError(
            f"tensor {name} is of type {tensor['dtype']}; expected {', '.join(DTYPES)}"
        )
    values = np.frombuffer(tensor["data"], DTYPES[tensor["dtype"]])
    return values.reshape(tensor["shape"])


def rounded(name: str, values: Float[np.ndarray, "..."], dtype: str) -> Float[np.ndarray, "..."]:
    """Return weights as another type; raise ValueError if one does not fit."""
    with np.errstate(over="ignore"):
        stored = np.ascontiguousarray(values.astype(dtype))
    if not np.isfinite(stored).all():
        raise ValueError(f"tensor {name} does not fit {dtype}; save it as float32")
    return stored


def text_of(key: str, value: Any, *, compact: bool = False) -> str:
    """Return metadata as JSON that `parsed` reads; raise ValueError that names the key if none."""
    try:
        text = json.dumps(value, separators=(",", ":") if compact else None)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"the model's {key} cannot be written as JSON: {error}") from None
    try:
        parsed(text)
    except ValueError as error:
        raise ValueError(f"the model's {key} cannot be saved: it {error}") from None
    return text


def value_of(metadata: Mapping[str, Any], key: str, kind: type) -> Any:
    """Return what a key of the metadata holds: JSON of some kind.

    Raises
    ------
    ValueError
        If it is something else, out of bounds or missing, but for classes and training.
    """
    text = metadata.get(key)
    try:
        value = parsed(text) if isinstance(text, str) else text
    except ValueError as error:
        raise ValueError(f"its metadata {key!r} {error}") from None
    if value is None and key in ("classes", "training"):
        return kind()
    if not isinstance(value, kind):
        raise ValueError(f"its metadata {key!r} must be a JSON {kind.__name__}, not {text!r:.80}")
    return value


def parsed(text: str) -> Any:
    """Parse JSON of bounded length and depth; what is wrong is said as a predicate."""
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    if (depth := _depth(text)) > DEEPEST:
        raise ValueError(f"is nested {depth} deep, more than {DEEPEST}")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_int=_whole)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("is not JSON") from None


def _depth(text: str) -> int:
    """Return how deep JSON is nested, without parsing it; 0 if brackets do not match."""
    brackets = _BRACKET.findall(_QUOTED.sub("", text))
    *inside, end = itertools.accumulate((1 if one in "[{" else -1 for one in brackets), initial=0)
    return 0 if end else max(inside, default=0)


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise ValueError(f"holds a whole number of {len(digits)} digits, more than {DIGITS}")
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        (often, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"gives {often[:40]!r} more than once")
    return found
