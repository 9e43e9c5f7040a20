"""The atlas as tables: a row per excerpt, per feature and per file, in Parquet."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auralise_jax.files import write_whole

if TYPE_CHECKING:
    import pyarrow

INDEX, FEATURES, FILES = "index.parquet", "features.parquet", "files.parquet"

_COLUMNS = {
    INDEX: {
        "layer": "int16",
        "feature": "int16",
        "rank": "int16",  # from 1
        "file": "string",
        "start": "float64",  # what the cell sees, in seconds of the file
        "end": "float64",
        "low_hz": "float64",
        "high_hz": "float64",
        "window": "int32",  # from 0; they overlap
        "window_start": "float64",
        "row": "int16",  # of the map
        "column": "int16",
        "value": "float32",
        "edge": "bool",  # whether the cell sees over its file's begin or end
        "cell": "string",  # how it stands in the window, see `Excerpt`
        "sha256": "string",  # of the file
    },
    FEATURES: {
        "layer": "int16",
        "feature": "int16",
        "name": "string",  # such as 3-12
        "dead": "bool",
        "share": "float64",  # of the windows in which it responds
        "mean": "float64",  # activation over all windows
        "strongest": "float32",
        "excerpts": "int16",
        "neighbours": "list<int16>",
        "r": "list<float64>",
        "notes": "map<string,string>",
    },
    FILES: {
        "file": "string",
        "sha256": "string",
        "seconds": "float64",  # heard
        "windows": "int32",  # one after another, of which means and shares are
        "reason": "string",  # why it was skipped
    },
}

GROUP = 288
"""Rows of a group, the least that is read: 32 features' excerpts."""


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as the table that the path's name says; the same rows give the same bytes."""
    import pyarrow
    from pyarrow import parquet

    columns = _COLUMNS[path.name]
    schema = pyarrow.schema([(name, _kind(kind)) for name, kind in columns.items()])
    table = pyarrow.Table.from_pylist([dict(row) for row in rows], schema=schema)

    buffer = io.BytesIO()
    parquet.write_table(table, buffer, row_group_size=GROUP, compression="zstd")
    write_whole(path, buffer.getvalue())


def opened(path: Path) -> Any:
    """Return a table's file, opened, with the columns it must have.

    Raises
    ------
    FileNotFoundError
        If it is missing.
    ValueError
        If it is not such a table.
    """
    import pyarrow
    from pyarrow import parquet

    if not path.is_file():
        raise FileNotFoundError(f"{path.parent} is not an atlas: there is no {path.name} in it")
    try:
        # From memory: an open file could not be replaced on Windows.
        file = parquet.ParquetFile(pyarrow.BufferReader(path.read_bytes()))
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise ValueError(f"{path} is damaged: {error}; make the atlas again") from None
    if list(file.schema_arrow.names) != list(_COLUMNS[path.name]):
        raise ValueError(f"{path} is no table of this version; make the atlas again")
    return file


def rows_of(file: Any, layer: int, feature: int) -> list[dict[str, Any]]:
    """Return the rows of one feature; only groups that can hold them are read."""
    found: list[dict[str, Any]] = []
    wanted = layer, feature
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        layers, features = (group.column(n).statistics for n in (0, 1))
        # Rows are in order, so a group of one layer holds a range of its features.
        low, high = layers.min, layers.max
        if not low <= layer <= high or (
            low == high and not features.min <= feature <= features.max
        ):
            continue
        rows = file.read_row_group(number, use_threads=False).to_pylist()
        found += [row for row in rows if (row["layer"], row["feature"]) == wanted]
    return found


def _kind(name: str) -> pyarrow.DataType:
    import pyarrow

    if name.startswith("list<"):
        return pyarrow.list_(_kind(name[5:-1]))
    if name.startswith("map<"):
        return pyarrow.map_(*map(_kind, name[4:-1].split(",")))
    return getattr(pyarrow, {"bool": "bool_"}.get(name, name))()
