"""Figures as files: formats are checked before long work, files are written whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from auralise_jax.files import check_place, write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES = (".png", ".svg", ".pdf")


def check_figure(path: Path) -> None:
    """Raise ValueError or OSError if no figure can be written at `path`."""
    if path.suffix.lower() not in FIGURES:
        raise ValueError(f"a picture's name must end in {', '.join(FIGURES)}, not {path.name!r}")
    check_place(path)


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure as the ending of `path` says: .png, .svg or .pdf.

    Raises
    ------
    ValueError
        If the ending is another.
    OSError
        If the place cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from matplotlib.figure import Figure
    >>> save_figure(Figure(), Path(tempfile.mkdtemp()) / "empty.svg").name
    'empty.svg'
    """
    path = Path(path)
    check_figure(path)
    buffer = io.BytesIO()
    figure.savefig(buffer, format=path.suffix[1:].lower(), dpi=120)
    write_whole(path, buffer.getvalue())
    return path
