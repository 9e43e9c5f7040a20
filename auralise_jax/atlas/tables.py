"""The atlas as tables: a row per excerpt, per feature and per file, in Parquet."""

from __future__ import annotations

import functools
import hashlib
import io
import math
from collections.abc import Callable, Mapping, Sequence
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
        "seconds": "float64",  # of sound
        "windows": "int32",  # one after another, of which means and shares are
        "reason": "string",  # why it was skipped
    },
}

_EFFECT_COLUMNS = {
    "effect": "float32",  # of muting the feature in the window, on the logit of this class
    "class_name": "string",
    "control": "float32",  # the same with random weights
}
"""Columns of the index that excerpts ranked by effect have besides."""

GROUP = 288
"""Rows of a group, the least that is read: 32 features' excerpts."""


def write(path: Path, rows: Sequence[Mapping[str, Any]], *, effects: bool = False) -> str:
    """Write rows as the table that the path's name says; the same rows give the same bytes.

    Parameters
    ----------
    path : Path
        Whose name is `INDEX`, `FEATURES` or `FILES`.
    rows : sequence of mapping
        By the names of the columns.
    effects : bool
        Whether the index has columns of effects.

    Returns
    -------
    str
        The file's SHA-256.
    """
    import pyarrow
    from pyarrow import parquet

    columns = _columns(path.name, effects)
    schema = pyarrow.schema([(name, _kind(kind)) for name, kind in columns.items()])
    table = pyarrow.Table.from_pylist([dict(row) for row in rows], schema=schema)

    buffer = io.BytesIO()
    parquet.write_table(table, buffer, row_group_size=GROUP, compression="zstd")
    write_whole(path, buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()


class Table:
    """A table of an atlas, opened; opening or reading a damaged table is an error.

    Parameters
    ----------
    path : Path
        A file that `write` made; the name says which columns it must have.
    sha256 : str, optional
        Hash of the file, if known.

    Raises
    ------
    FileNotFoundError
        If it is missing.
    ValueError
        If it is not such a table.
    """

    def __init__(self, path: Path, sha256: str | None = None) -> None:
        import pyarrow
        from pyarrow import parquet

        self._path = path
        if not path.is_file():
            raise FileNotFoundError(f"{path.parent} is not an atlas: there is no {path.name} in it")
        # In memory: an open file could not be replaced on Windows.
        data = path.read_bytes()
        if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
            raise self._damaged("it is not what was written")
        try:
            self._file = parquet.ParquetFile(pyarrow.BufferReader(data))
            schema = self._file.schema_arrow
        except (pyarrow.ArrowException, OSError, ValueError, TypeError) as error:
            raise self._damaged(str(error)) from None
        columns = _columns(path.name, effects="effect" in schema.names)
        if schema.names != list(columns):
            raise self._damaged("it has not the columns of this version")
        for name, kind in columns.items():
            if schema.field(name).type != _kind(kind):
                raise self._damaged(f"{name} is {schema.field(name).type}, not {kind}")

    def rows(self, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Return all rows, of some columns only if they are named."""
        return self._read(lambda file: file.read(columns, use_threads=False))

    def rows_of(self, layer: int, feature: int) -> list[dict[str, Any]]:
        """Return the rows of one feature; only groups that can hold them are read."""
        found: list[dict[str, Any]] = []
        wanted = layer, feature
        for number in range(self._file.metadata.num_row_groups):
            if self._may_hold(number, *wanted):
                rows = self._read(functools.partial(_read_group, number=number))
                found += [row for row in rows if (row["layer"], row["feature"]) == wanted]
        return found

    def _may_hold(self, number: int, layer: int, feature: int) -> bool:
        group = self._file.metadata.row_group(number)
        layers, features = (group.column(n).statistics for n in (0, 1))
        if not all(known is not None and known.has_min_max for known in (layers, features)):
            return True
        # Rows are in order, so a group of one layer holds a range of its features.
        low, high = layers.min, layers.max
        if low == high == layer:
            return bool(features.min <= feature <= features.max)
        return bool(low <= layer <= high)

    def _read(self, read: Callable[[Any], Any]) -> list[dict[str, Any]]:
        import pyarrow

        try:
            rows: list[dict[str, Any]] = read(self._file).to_pylist()
        except (pyarrow.ArrowException, OSError, ValueError, TypeError) as error:
            raise self._damaged(str(error)) from None
        for row in rows:
            for name, value in row.items():
                if not _is_legal(name, value):
                    raise self._damaged(f"{name} is {value!r}")
            if len(row.get("neighbours", ())) != len(row.get("r", ())):
                raise self._damaged("neighbours and r differ in length")
        return rows

    def _damaged(self, why: str) -> ValueError:
        return ValueError(f"{self._path} is damaged: {why}; make the atlas again")


def _read_group(file: Any, number: int) -> Any:
    return file.read_row_group(number, use_threads=False)


def _columns(name: str, effects: bool) -> dict[str, str]:
    return _COLUMNS[name] | (_EFFECT_COLUMNS if effects and name == INDEX else {})


def _is_legal(name: str, value: object) -> bool:
    """Tell whether a column may hold a value: nothing missing, no number that cannot be."""
    if name in ("effect", "control"):  # of any sign; not measured, and no control
        return value is None or (isinstance(value, float) and math.isfinite(value))
    if isinstance(value, list):
        signed = name == "r"
        return all(
            (-1 <= item <= 1 if signed else item >= 0) if isinstance(item, int | float) else item
            for item in value
        )
    if isinstance(value, int | float):
        return (name in ("layer", "rank")) <= value < math.inf  # those two are from 1
    return value is not None


def _kind(name: str) -> pyarrow.DataType:
    import pyarrow

    if name.startswith("list<"):
        return pyarrow.list_(_kind(name[5:-1]))
    if name.startswith("map<"):
        return pyarrow.map_(*map(_kind, name[4:-1].split(",")))
    return getattr(pyarrow, {"bool": "bool_"}.get(name, name))()
