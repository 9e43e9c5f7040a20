"""The store: what was computed, each in a file of its own, kept from run to run.

Entries are named by what they follow from: by content, never by place or time. A run that was
killed leaves whole entries or none. Files are safetensors: numbers and text, nothing that runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from auralise_jax.files import write_whole
from auralise_jax.insight.atlas.hearing import Heard

LARGEST = 1 << 30
"""Bytes of an entry that is read; 200 hours of sound take less."""


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
        """Write an entry, whole or not at all.

        Raises
        ------
        OSError
            If the disk is full, or the folder cannot be written; earlier entries stay good.
        """
        place = self.place(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, data, flush=False)

    def get(self, key: str) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """Return an entry's arrays and facts; None if it is missing or damaged."""
        place = self.place(key)
        try:
            if place.stat().st_size > LARGEST:
                return None
            return unpacked(place.read_bytes())
        except (OSError, ValueError):
            return None


def packed(arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> bytes:
    """Return arrays and facts (as JSON can hold them) as the bytes of an entry."""
    from safetensors.numpy import save

    told = {"facts": json.dumps(facts, sort_keys=True)}
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    data: bytes = save(whole, told)
    return data


def unpacked(data: bytes) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Undo `packed`.

    Raises
    ------
    ValueError
        If the bytes are no entry; every length in them is checked against what is there.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        facts = json.loads(header["__metadata__"]["facts"])
    except (SafetensorError, KeyError, TypeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not an entry: {error}") from None
    if not isinstance(facts, dict):
        raise ValueError(f"not an entry: its facts are {facts!r}")
    return arrays, facts


def pack_heard(heard: Heard) -> bytes:
    """Return what a file did as the bytes of an entry."""
    arrays = heard._asdict()
    seconds = arrays.pop("seconds")
    return packed(arrays, {"seconds": seconds})


def get_heard(store: Store, key: str, features: int) -> Heard | None:
    """Return what a file did to so many features; None if that is not there, or damaged."""
    entry = store.get(key)
    if entry is None:
        return None
    arrays, facts = entry
    names = set(Heard._fields) - {"seconds"}
    if set(arrays) != names or not isinstance(facts.get("seconds"), float):
        return None
    fits = all(arrays[name].shape == (features, 2) for name in names - {"means"})
    if not fits or arrays["means"].ndim != 2 or arrays["means"].shape[1] != features:
        return None
    return Heard(facts["seconds"], **arrays)
