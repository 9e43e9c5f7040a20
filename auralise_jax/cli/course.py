"""The course: find the notebooks and their map, and copy them to a folder the user owns."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import NamedTuple

from auralise_jax.files import make_folder, write_whole

WELCOME = "Welcome.md"
"""The map of the course, on which JupyterLab opens."""


class Copied(NamedTuple):
    """What became of each file."""

    new: list[Path]
    kept: list[Path]
    """Left alone, since what stands there differs from the course."""


def course_folder() -> Path:
    """Return the folder that holds the course's notebooks.

    In an installed wheel it is inside of the package; in an editable install, beside it.
    """
    package = Path(str(resources.files("auralise_jax")))
    for folder in (package / "data" / "course", package.parent / "notebooks"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise FileNotFoundError(
        f"the course's notebooks are neither in {package / 'data' / 'course'} nor in "
        f"{package.parent / 'notebooks'}; install the package again"
    )


def copy_course(folder: Path) -> Copied:
    """Copy the course into `folder`; a file that was changed there is left as it is.

    What is there already is replaced only if it is a beginning of the course's file, as a copy
    leaves it that broke off, or an empty file.

    Returns
    -------
    Copied
        The paths that were written, and those that were left alone although they differ.

    Raises
    ------
    OSError
        If the folder cannot be made or written.
    """
    make_folder(folder)
    copied = Copied([], [])
    course = course_folder()
    for file in (*sorted(course.glob("*.ipynb")), course / WELCOME):
        target, wanted = folder / file.name, file.read_bytes()
        there = target.read_bytes() if target.exists() else b""
        if wanted != there and wanted.startswith(there):  # new, or a copy that broke off
            write_whole(target, wanted)
            copied.new.append(target)
        elif wanted != there:
            copied.kept.append(target)
    return copied
