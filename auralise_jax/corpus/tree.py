"""Folders of music as they lie on disks: their files in order, and whatever else is there."""

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
"""Suffixes of files that often lie beside music and hold no sound."""
_SYSTEM_FOLDERS = frozenset(
    ".git .hg .svn .bzr .jj .ipynb_checkpoints __pycache__ .venv .cache .idea .vscode .trash "
    ".trashes #recycle @eadir .spotlight-v100 .fseventsd .temporaryitems .documentrevisions-v100 "
    ".appledouble .appledb .appledesktop __macosx .thumbnails .stfolder .stversions "
    ".dropbox.cache .snapshot .snapshots lost+found".split()
) | {"$recycle.bin", "system volume information"}
_SYSTEM_FILES = (
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
    folder: Path, on_skip: Callable[[str, str], object]
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield each folder with the names of its folders and files, in order; see `os.walk`.

    Files are regular ones and links to them, folders may be links too, and each is entered once.
    Files that systems and tools keep for themselves are left out: versions, trash, previews,
    attributes. A name that merely begins with a dot is an ordinary name.

    Parameters
    ----------
    folder : Path
        Where to begin.
    on_skip : callable
        Called as ``on_skip(path, reason)`` for everything else, such as a named pipe or a folder
        that cannot be opened; the path is relative, with forward slashes.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in (".38 Special.wav", ".DS_Store", "a.wav"):
    ...     _ = (folder / name).write_bytes(b"?")
    >>> [files for _, _, files in walk(folder, print)]
    [['.38 Special.wav', 'a.wav']]
    """

    def relative(path: str | Path) -> str:
        return Path(path).relative_to(folder).as_posix()

    def cannot_open(error: OSError) -> None:
        on_skip(relative(error.filename), f"cannot be opened: {error.strerror}")

    visited: dict[str, str] = {}
    for path, folders, names in os.walk(folder, followlinks=True, onerror=cannot_open):
        earlier = visited.setdefault(os.path.realpath(path), relative(path))
        if earlier != relative(path):
            folders.clear()
            on_skip(relative(path), f"a link to a folder that is read already, {earlier}")
            continue
        folders[:] = sorted((name for name in folders if not _is_system_folder(name)), key=composed)
        files = []
        for name in sorted(names, key=composed):
            if any(fnmatchcase(name.lower(), pattern) for pattern in _SYSTEM_FILES):
                continue
            reason = unreadable(Path(path, name))
            if reason:
                on_skip(relative(Path(path, name)), reason)
            else:
                files.append(name)
        yield Path(path), folders, files


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
    r"""Return a name in Unicode's composed form (NFC), in which names are compared.

    Systems differ: most write é as one code point, macOS as two.

    Examples
    --------
    >>> composed("Cafe\u0301") == composed("Caf\u00e9")
    True
    """
    return unicodedata.normalize("NFC", name)


def as_text(name: str) -> str:
    r"""Return a name as text for tables and models: composed, bytes that are not UTF-8 escaped.

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


def _is_system_folder(name: str) -> bool:
    name = name.lower()
    return name in _SYSTEM_FOLDERS or name.startswith(".trash-")
