"""The store: results in files, kept from run to run.

Entries are named by the content they were computed from, never by place or time. A run that was
killed leaves whole entries or none. Files are safetensors: numbers and text, nothing that runs.
An entry is sealed by a checksum over its name and content; a file that does not fit its seal is no
entry, and is made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from auralise_jax.atlas.hearing import FileResponses
from auralise_jax.files import make_folder, write_whole

LARGEST = 1 << 30
"""Bytes of an entry that is read; 200 hours of sound take less."""


_SEAL = "seal"

Entry: TypeAlias = tuple[dict[str, np.ndarray], dict[str, Any]]
"""Arrays and facts."""


@dataclass(frozen=True)
class Store:
    """A folder of entries of one kind.

    Parameters
    ----------
    folder : Path
        Made when the first entry is written.

    Examples
    --------
    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> store.put("ab12", packed({"a": np.arange(3)}, {"word": "x"}))
    >>> store.get("ab12")
    ({'a': array([0, 1, 2])}, {'word': 'x'})
    >>> store.get("cd34") is None
    True
    """

    folder: Path

    def place(self, key: str) -> Path:
        """Return where an entry stands, or will."""
        return self.folder / key[:2] / f"{key}.safetensors"

    def put(self, key: str, data: bytes) -> None:
        """Seal an entry and write it, whole or not at all.

        Raises
        ------
        OSError
            If the disk is full, or the folder cannot be written; earlier entries stay good.
        """
        place = self.place(key)
        make_folder(place.parent)
        header, body = _split(data)
        header["__metadata__"][_SEAL] = _digest(key, header, body)
        write_whole(place, _joined(header, body), flush=False)

    def get(self, key: str) -> Entry | None:
        """Return an entry's arrays and facts; None if it is missing or damaged."""
        place = self.place(key)
        try:
            if place.stat().st_size > LARGEST:
                return None
            data = place.read_bytes()
            header, body = _split(data)
            seal = header["__metadata__"].pop(_SEAL, "")
            return unpacked(data) if seal == _digest(key, header, body) else None
        except (OSError, ValueError):
            return None


def packed(arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> bytes:
    """Return arrays and facts (as JSON can hold them) as the bytes of an entry."""
    from safetensors.numpy import save

    metadata = {"facts": json.dumps(facts, sort_keys=True)}
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    data: bytes = save(whole, metadata)
    return data


def unpacked(data: bytes) -> Entry:
    """Undo `packed`.

    Raises
    ------
    ValueError
        If the bytes are no entry; every length in them is checked against what is there.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    header, _ = _split(data)
    try:
        arrays = load(data)
        facts = json.loads(header["__metadata__"]["facts"])
    except (SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"not an entry: {error}") from None
    if not isinstance(facts, dict):
        raise ValueError(f"not an entry: its facts are {facts!r}")
    return arrays, facts


def _split(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header of an entry and what follows; ValueError if it has none."""
    end = 8 + int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8:end])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not an entry: {error}") from None
    if not isinstance(header, dict) or not isinstance(header.get("__metadata__"), dict):
        raise ValueError("not an entry: it has no facts")
    return header, data[end:]


def _joined(header: Mapping[str, Any], body: bytes) -> bytes:
    text = json.dumps(header, sort_keys=True).encode()
    text += b" " * (-len(text) % 8)  # so that numbers stand where a processor wants them
    return len(text).to_bytes(8, "little") + text + body


def _digest(key: str, header: Mapping[str, Any], body: bytes) -> str:
    return hashlib.sha256(key.encode() + b"\0" + _joined(header, body)).hexdigest()


def pack_responses(found: FileResponses) -> bytes:
    """Return how features responded to a file as the bytes of an entry."""
    arrays = found._asdict()
    seconds = arrays.pop("seconds")
    return packed(arrays, {"seconds": seconds})


def get_responses(store: Store, key: str, features: int) -> FileResponses | None:
    """Return how so many features responded to a file; None if that is missing or damaged."""
    entry = store.get(key)
    if entry is None:
        return None
    arrays, facts = entry
    seconds = facts.get("seconds")
    if set(arrays) != set(_KINDS) or not (isinstance(seconds, float) and 0 < seconds < np.inf):
        return None
    for name, kind in _KINDS.items():
        array = arrays[name]
        shape = (len(array), features) if name == "means" and array.ndim else (features, 2)
        is_number = array.dtype == kind and array.shape == shape and len(array) > 0
        if not (is_number and np.isfinite(array).all() and (array >= 0).all()):
            return None
    return FileResponses(seconds, **arrays)


_KINDS = {"means": "f4", "value": "f4", "window": "i4", "row": "i2", "column": "i2"}
