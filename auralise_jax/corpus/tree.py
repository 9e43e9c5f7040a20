"""Folders of music as they lie on disks: their files in order, and what else stands there."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

NOT_SOUND = frozenset(
    ".bmp .csv .cue .db .doc .docx .gif .htm .html .ini .ipynb .jpeg .jpg .json .log .m3u .m3u8 "
    ".md .nfo .npy .npz .pdf .pls .png .py .sfv .svg .tsv .txt .url .webp .xls .xlsx .xml .yaml "
    ".yml .zip .safetensors".split()
)
"""Endings of what often lies beside music and is none."""
_HOUSEHOLD_FOLDERS = frozenset(
    ".git .hg .svn .bzr .jj .ipynb_checkpoints __pycache__ .venv .cache .idea .vscode .trash "
    ".trashes #recycle @eadir .spotlight-v100 .fseventsd .temporaryitems .documentrevisions-v100 "
    ".appledouble .appledb .appledesktop __macosx .thumbnails .stfolder .stversions "
    ".dropbox.cache .snapshot .snapshots lost+found".split()
) | {"$recycle.bin", "system volume information"}
_HOUSEHOLD_FILES = (
    "._*", ".ds_store", ".apdisk", ".localized", ".directory", ".hidden", ".nomedia", ".gitignore",
    ".gitattributes", ".gitkeep", ".gitmodules", ".nfs*", ".fuse_hidden*", ".~lock.*", ".lock",
    ".*.draft",
)  # fmt: skip
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


def walk(
    folder: Path, unfit: Callable[[str, str], object]
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each folder with the names of its folders and files, in order; see `os.walk`.

    Files are regular ones and links to them, folders may be links too, and each is entered once.
    What systems and tools keep beside music for themselves is left out: versions, trash, previews,
    attributes. A name that merely begins with a dot is a name.

    Parameters
    ----------
    folder : Path
        Where to begin.
    unfit : callable
        Called as ``unfit(place, why)`` for what else stands there, such as a named pipe or a
        folder that cannot be opened; the place is relative, with forward slashes.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in (".38 Special.wav", ".DS_Store", "a.wav"):
    ...     _ = (folder / name).write_bytes(b"?")
    >>> [files for _, _, files in walk(folder, print)]
    [['.38 Special.wav', 'a.wav']]
    """

    def relative(place: str | Path) -> str:
        return Path(place).relative_to(folder).as_posix()

    def cannot_open(error: OSError) -> None:
        unfit(relative(error.filename), f"cannot be opened: {error.strerror}")

    been: dict[str, str] = {}
    for place, folders, names in os.walk(folder, followlinks=True, onerror=cannot_open):
        first = been.setdefault(os.path.realpath(place), relative(place))
        if first != relative(place):
            folders.clear()
            unfit(relative(place), f"a link to a folder that is read already, {first}")
            continue
        folders[:] = sorted((name for name in folders if not _is_household(name)), key=composed)
        files = []
        for name in sorted(names, key=composed):
            if any(fnmatchcase(name.lower(), pattern) for pattern in _HOUSEHOLD_FILES):
                continue
            why = unreadable(Path(place, name))
            if why:
                unfit(relative(Path(place, name)), why)
            else:
                files.append(name)
        yield Path(place), folders, files


def unreadable(path: Path) -> str:
    """Return why a path is no regular file that could be opened, "" if it is one."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "a link to nothing" if path.is_symlink() else "there is no such file"
    except OSError as error:
        return f"cannot be opened: {error.strerror}"
    return "" if kind == stat.S_IFREG else f"{_KINDS.get(kind, 'something else')}, no file"


def composed(name: str) -> str:
    r"""Return a name as it is compared: é in one code point or in two is one letter.

    Systems differ in which they write, macOS in two.

    Examples
    --------
    >>> composed("Cafe\u0301") == composed("Caf\u00e9")
    True
    """
    return unicodedata.normalize("NFC", name)


def as_text(name: str) -> str:
    r"""Return a name as text for tables and models: composed, bytes that are no text escaped.

    Examples
    --------
    >>> as_text(os.fsdecode(b"caf\xe9"))
    'caf\\xe9'
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        name = os.fsencode(name).decode("utf-8", "backslashreplace")
    return composed(name)


def _is_household(name: str) -> bool:
    name = name.lower()
    return name in _HOUSEHOLD_FOLDERS or name.startswith(".trash-")
