"""Model files: one safetensors file each, and no pickle anywhere."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from auralise_jax.choices import one_of
from auralise_jax.files import write_whole
from auralise_jax.frontend import Frontend
from auralise_jax.network.model import Model
from auralise_jax.network.stack.architecture import Architecture
from auralise_jax.network.stack.network import Stack, stack_of

FORMAT = "auralise-jax/1"

LONGEST = 2**20
"""Characters of a metadata text, at most; the shipped model's notes on its training take 3 kB."""

DEEPEST = 700
"""How deep lists and objects in metadata may be nested; Python's parser gives up near 1,000."""

DIGITS = 1000
"""Of a whole number in metadata, at most."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[][{}]")

_DTYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
"""How weights may be stored: in a file's words, and in NumPy's; JAX adds bfloat16 to these."""


def shipped_models() -> tuple[str, ...]:
    """Return the names of the models that travel with the package.

    Examples
    --------
    >>> shipped_models()
    ('genre',)
    """
    folder = resources.files("auralise_jax").joinpath("data", "models")
    names = (Path(item.name) for item in folder.iterdir())
    return tuple(sorted(name.stem for name in names if name.suffix == ".safetensors"))


def load_model(source: str | Path) -> Model:
    """Load a model by its shipped name or from a safetensors file.

    Parameters
    ----------
    source : str or Path
        A name from ``auralise-jax models``, such as ``"genre"``, or the path of a model file.

    Returns
    -------
    Model

    Raises
    ------
    FileNotFoundError
        If there is neither such a name nor such a file.
    ValueError
        If the file is not a whole, consistent model file; the message says where it is not.

    Examples
    --------
    >>> load_model("genre").frontend.sample_rate
    11025
    """
    if isinstance(source, str) and source in shipped_models():
        folder = resources.files("auralise_jax").joinpath("data", "models")
        with resources.as_file(folder.joinpath(f"{source}.safetensors")) as path:
            return _read(Path(path), source)
    path = Path(source)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a .safetensors model file in it")
    if not path.exists():
        raise FileNotFoundError(
            f"there is no model file {path}, and no shipped model of that name; "
            f"shipped: {', '.join(shipped_models())}"
        )
    return _read(path, os.fsencode(path.stem).decode("utf-8", "replace"))


def save_model(model: Model, path: str | Path, *, dtype: str | None = None) -> Path:
    """Write a model file, whole or not at all.

    Parameters
    ----------
    model : Model
        What to write.
    path : str or Path
        Should end in ``.safetensors``; an existing file is replaced.
    dtype : {"float32", "float16", "bfloat16"}, optional
        How weights are stored; if not given, as in the file that the model was loaded from, and
        as float32 if it was not. Rounded weights *are* another model: score them, not their twin.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    ValueError
        If `dtype` is unknown, a weight does not fit it, or `training` holds what `load_model`
        would refuse.
    OSError
        If the place cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> path = save_model(load_model("genre"), folder / "copy.safetensors")
    >>> load_model(path).network.dtypes["conv1.kernel"]  # as in the shipped file
    'float16'
    """
    from safetensors.numpy import save

    if dtype is not None:
        one_of("dtype", dtype, tuple(_DTYPES.values()))
    network = stack_of(model, "saved")
    if not isinstance(model.frontend, Frontend):
        raise ValueError(
            f"model {model.name!r} cannot be saved: a file holds the settings of an STFT, and its "
            f"front end is a {type(model.frontend).__name__}"
        )
    tensors = {
        name: _rounded(name, value, dtype or network.dtypes.get(name, "float32"))
        for name, value in network.tensors.items()
    }
    settings: dict[str, Any] = {
        "architecture": dataclasses.asdict(network.architecture),
        "frontend": dataclasses.asdict(model.frontend),
        "classes": list(model.classes),
        "training": dict(model.training),
    }
    if model.untrained != _only_seed(model.training):
        settings["untrained"] = model.untrained
    metadata = {"format": FORMAT} | {key: _text(key, value) for key, value in settings.items()}
    path = Path(path)
    write_whole(path, _in_order(save(tensors, metadata)))
    return path


def can_be_saved(model: Model) -> bool:
    """Return whether `save_model` knows how to write the model's network and front end."""
    return isinstance(model.network, Stack) and isinstance(model.frontend, Frontend)


def _rounded(name: str, values: Float32[np.ndarray, "..."], dtype: str) -> np.ndarray:
    with np.errstate(over="ignore"):
        stored = np.ascontiguousarray(values.astype(dtype))
    if not np.isfinite(stored).all():
        raise ValueError(f"tensor {name} does not fit {dtype}; save it as float32")
    return stored


def _in_order(data: bytes) -> bytes:
    """Sort the header of a safetensors file, whose metadata come in an order of chance.

    The same model then gives the same bytes. What the header points to stays where it is.
    """
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    text = json.dumps(header, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


def _read(path: Path, name: str) -> Model:
    try:
        metadata, stored = _open(path)
        if metadata.get("format") != FORMAT:
            raise ValueError(
                f"its metadata says format {metadata.get('format')!r}, not {FORMAT!r}; "
                "weights from elsewhere need converting first"
            )
        architecture = Architecture(**_known(Architecture, _json(metadata, "architecture", dict)))
        frontend = Frontend(**_known(Frontend, _json(metadata, "frontend", dict)))
        classes = _json(metadata, "classes", list)
        if not all(isinstance(item, str) for item in classes):
            raise ValueError("its classes must be a list of names")
        training = _json(metadata, "training", dict)
        fresh = _only_seed(training)
        if "untrained" in metadata:
            fresh = _json(metadata, "untrained", bool)
        # A tensor nobody asked for is an error, not skipped: without it the network is another one.
        tensors = {key: _float32(key, value) for key, value in stored.items()}
        dtypes = {key: _DTYPES[value["dtype"]] for key, value in stored.items()}
        network = Stack(tensors, architecture, frontend.shape, dtypes)
        return Model(network, frontend, tuple(classes), training, name, fresh)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{path} is not a model file that can be used: {error}") from None


def _only_seed(training: Mapping[str, Any]) -> bool:
    """Return what a file without the word "untrained" says by its notes on training."""
    return set(training) == {"seed"}


def _open(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return metadata and raw tensors; safetensors checks every length against the file."""
    from safetensors import SafetensorError, deserialize, safe_open

    data = path.read_bytes()
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
        return metadata, dict(deserialize(data))  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        # A safetensors header begins at the ninth byte, after its length, which may be any bytes.
        if data[8:9] != b"{" and (data[:1] == b"\x80" or data[:4] == b"PK\3\4"):
            raise ValueError(
                "it looks like a pickle or a zip archive of pickles, which could run code when "
                "read and is never opened; expected safetensors"
            ) from None
        raise ValueError(f"it is cut off, damaged or not safetensors ({error})") from None


def _float32(name: str, tensor: dict[str, Any]) -> Float32[np.ndarray, "..."]:
    if tensor["dtype"] not in _DTYPES:
        raise ValueError(
            f"tensor {name} is of type {tensor['dtype']}; expected {', '.join(_DTYPES)}"
        )
    values = np.frombuffer(tensor["data"], _DTYPES[tensor["dtype"]])
    return values.astype(np.float32).reshape(tensor["shape"])


def _text(key: str, value: Any) -> str:
    """Return metadata as JSON that `_parsed` reads."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"the model's {key} cannot be written as JSON: {error}") from None
    try:
        _parsed(text)
    except ValueError as error:
        raise ValueError(f"the model's {key} cannot be saved: it {error}") from None
    return text


def _json(metadata: dict[str, Any], key: str, kind: type) -> Any:
    text = metadata.get(key)
    try:
        value = _parsed(text) if isinstance(text, str) else text
    except ValueError as error:
        raise ValueError(f"its metadata {key!r} {error}") from None
    if value is None and key in ("classes", "training"):
        return kind()
    if not isinstance(value, kind):
        raise ValueError(f"its metadata {key!r} must be a JSON {kind.__name__}, not {text!r:.80}")
    return value


def _parsed(text: str) -> Any:
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


def _known(kind: type, settings: dict[str, Any]) -> dict[str, Any]:
    """Drop keys of later versions, which may be added to a file."""
    names = {f.name for f in dataclasses.fields(kind)}
    return {key: value for key, value in settings.items() if key in names}
