"""The course: find the notebooks, and copy them to a folder the user owns."""

from __future__ import annotations

import filecmp
import shutil
from importlib import resources
from pathlib import Path
from typing import NamedTuple


class Copied(NamedTuple):
    """What became of each notebook."""

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
    """Copy the notebooks into `folder`, never over one that differs.

    Raises
    ------
    OSError
        If the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copied = Copied([], [])
    for notebook in sorted(course_folder().glob("*.ipynb")):
        target = folder / notebook.name
        if not target.exists():
            shutil.copyfile(notebook, target)
            copied.new.append(target)
        elif not filecmp.cmp(notebook, target, shallow=False):
            copied.kept.append(target)
    return copied
