"""The corpus of an atlas: which files of a folder may be sound, and what they hold, by content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from auralise_jax.corpus.manifest import NO_SOUND, Skipped
from auralise_jax.corpus.tree import NOT_SOUND, walk


def find(folder: Path) -> tuple[list[str], list[Skipped]]:
    """List what may be sound in a folder and below, and what else stands there.

    Names are relative to the folder, with forward slashes, in the order of their code points.
    See `corpus.tree.walk` for what is left out.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If it holds nothing that may be sound.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("b.wav", "a.mp3", "cover.jpg"):
    ...     _ = (folder / name).write_bytes(b"?")
    >>> find(folder)
    (['a.mp3', 'b.wav'], [Skipped(file='cover.jpg', reason='no sound, by its ending .jpg')])
    """
    if not folder.exists():
        raise FileNotFoundError(f"there is no folder {folder}")
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name the folder it stands in")
    files: list[str] = []
    skipped: list[Skipped] = []
    for file in _walk(folder, skipped):
        ending = PurePosixPath(file).suffix
        if ending.lower() in NOT_SOUND:
            skipped.append(Skipped(file, f"{NO_SOUND} {ending}"))
        else:
            files.append(file)
    if not files:
        others = f"; of its {len(skipped)} files none is sound" if skipped else ""
        raise ValueError(
            f"{folder} holds no sound{others}: name a folder of WAV, FLAC, Ogg or MP3 files, in "
            "sub-folders or not"
        )
    return sorted(files), sorted(skipped)


def _walk(folder: Path, skipped: list[Skipped]) -> Iterator[str]:
    def unfit(place: str, why: str) -> None:
        skipped.append(Skipped(_printable(place), why))

    for place, _, files in walk(folder, unfit):
        for name in files:
            file = (place / name).relative_to(folder).as_posix()
            if _printable(file) == file:
                yield file
            else:
                skipped.append(Skipped(_printable(file), "its name is not text; rename it"))


def _printable(name: str) -> str:
    """Return a name that any table and page can hold; bytes that are no text are replaced."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
