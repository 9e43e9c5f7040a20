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
    path: Path, columns: Iterable[str], otherwise: str, errors: str = "strict"
) -> Iterator[tuple[int, dict[str, str]]]:
    r"""Yield the lines of a table by the names of their columns, each with its number in the file.

    A byte order mark, any of the usual line ends and empty lines are no matter. What a line lacks
    at its end is empty.

    Parameters
    ----------
    path : Path
        CSV in UTF-8, whose first line names the columns.
    columns : iterable of str
        Names that must be among them.
    otherwise : str
        What the message says after the path if they are not.
    errors : str
        What becomes of bytes that are not UTF-8, see `bytes.decode`.

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
    begins = 1
    try:
        for cells in reader:
            if not names:
                names = [cell.strip() for cell in cells]
                if not set(columns) <= set(names):
                    break
            elif cells:
                yield begins, dict.fromkeys(names, "") | dict(zip(names, cells, strict=False))
            begins = reader.line_num + 1
    except csv.Error as error:
        told = f"line {begins} is not CSV ({error}); save it as CSV in UTF-8"
        if reader.line_num > begins or "end of data" in str(error):
            told = _OPEN_QUOTE.format(begins)
        raise ValueError(f"{path} cannot be read: {told}") from None
    if not set(columns) <= set(names):
        raise ValueError(f"{path} {otherwise}")


def write_table(names: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    r"""Return a table as `read_table` and spreadsheets read it, whatever its texts hold.

    What is no text, such as a file name in another encoding, is escaped.

    Examples
    --------
    >>> write_table(["file", "class"], [["a.wav", "R&B, soul"]])
    b'file,class\r\na.wav,"R&B, soul"\r\n'
    """
    text = io.StringIO(newline="")
    # The writer quotes what holds a character of its line end: so a lone CR or LF is quoted too.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows(lines)
    return text.getvalue().encode("utf-8", "backslashreplace")
