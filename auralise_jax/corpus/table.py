"""Tables in CSV that people and spreadsheets write: read strictly, and written to be read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

_OPEN_QUOTE = (
    'line {} opens a quote, ", that is not closed: close it, or delete it; in a text that stands '
    'in quotes a quote is written ""'
)


def read_table(
    path: Path, columns: Iterable[str], complaint: str, errors: str = "strict"
) -> Iterator[tuple[int, dict[str, str]]]:
    r"""Yield the lines of a table by the names of their columns, each with its number in the file.

    A byte order mark, any of the usual line ends and empty lines do no harm. Columns that a line
    lacks at its end are empty.

    Parameters
    ----------
    path : Path
        CSV in UTF-8, whose first line names the columns.
    columns : iterable of str
        Names that must be among them.
    complaint : str
        The error message after the path if they are not.
    errors : str
        How bytes that are not UTF-8 are handled, see `bytes.decode`.

    Raises
    ------
    OSError
        If it cannot be opened.
    ValueError
        If it is not such a table; the message says in which line.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "t.csv"
    >>> _ = path.write_text("file,class\na.wav,rock\n")
    >>> list(read_table(path, ["class"], "lacks a class"))
    [(2, {'file': 'a.wav', 'class': 'rock'})]
    """
    whole = path.read_bytes()
    try:
        text = whole.decode("utf-8-sig", errors)
    except UnicodeDecodeError as error:
        number = len(whole[: error.start].splitlines()) or 1
        raise ValueError(
            f"{path} cannot be read: line {number} is not UTF-8; save it as CSV in UTF-8"
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: list[str] = []
    start = 1
    try:
        for values in reader:
            if not names:
                names = [cell.strip() for cell in values]
                if not set(columns) <= set(names):
                    break
            elif values:
                yield start, dict.fromkeys(names, "") | dict(zip(names, values, strict=False))
            start = reader.line_num + 1
    except csv.Error as error:
        message = f"line {start} is not CSV ({error}); save it as CSV in UTF-8"
        if reader.line_num > start or "end of data" in str(error):
            message = _OPEN_QUOTE.format(start)
        raise ValueError(f"{path} cannot be read: {message}") from None
    if not set(columns) <= set(names):
        raise ValueError(f"{path} {complaint}")


def write_table(names: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    r"""Return a table as `read_table` and spreadsheets read it, whatever its texts hold.

    Bytes that are not UTF-8, such as a file name in another encoding, are escaped.

    Examples
    --------
    >>> write_table(["file", "class"], [["a.wav", "R&B, soul"]])
    b'file,class\r\na.wav,"R&B, soul"\r\n'
    """
    buffer = io.StringIO(newline="")
    # The writer quotes what holds a character of its line end: so a lone CR or LF is quoted too.
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows(lines)
    return buffer.getvalue().encode("utf-8", "backslashreplace")
