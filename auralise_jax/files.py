"""Files out: what may be written is asked before long work, and written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_drafts: set[Path] = set()


def check_place(path: Path) -> None:
    """Raise OSError if a file cannot be written at `path`; for asking before long work."""
    old = _stat(path)
    if old is not None and stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(f"cannot write {path}: it is a folder; name a file in it")
    if old is not None and (stat.S_ISBLK(old.st_mode) or stat.S_ISSOCK(old.st_mode)):
        raise OSError(f"cannot write {path}: it is a disk or a socket; name a file")
    if old is not None and not os.access(path, os.W_OK):
        raise PermissionError(f"cannot write {path}: the file is read-only")
    if old is not None and not stat.S_ISREG(old.st_mode):
        return
    folder = _target(path).parent
    if not folder.is_dir():
        raise FileNotFoundError(f"cannot write {path.name}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"cannot write {path.name}: the folder {folder} is read-only")


def check_outputs(
    outputs: Mapping[str, str | Path | None], inputs: Iterable[str | Path | None] = ()
) -> None:
    """Raise if an output cannot be written, or is a file that is read, or another output.

    Files are compared by identity: hard and symbolic links are the files that they name.

    Parameters
    ----------
    outputs : mapping of str to path
        What will be written, by the option that names it; None for what is not asked for.
    inputs : iterable of paths
        What will be read. What does not exist, such as the name of a shipped clip, is no file.

    Raises
    ------
    ValueError
        If an output would overwrite an input or another output.
    OSError
        If a file cannot be written there.

    Examples
    --------
    >>> check_outputs({"--out": "song.wav"}, ["song.wav"])
    Traceback (most recent call last):
    ValueError: --out song.wav would overwrite the file that is read; choose another --out
    """
    wanted = {option: Path(path) for option, path in outputs.items() if path is not None}
    given = [Path(path) for path in inputs if path is not None]
    earlier: dict[str, Path] = {}
    for option, out in wanted.items():
        for path in given:
            if _same(out, path):
                what = "the file that is read" if out == path else f"{path}, which is the same file"
                raise ValueError(f"{option} {out} would overwrite {what}; choose another {option}")
        for name, path in earlier.items():
            if _same(out, path):
                raise ValueError(f"{name} and {option} both name {out}; choose another {option}")
        check_place(out)
        earlier[option] = out


def write_whole(path: Path, data: bytes, *, flush: bool = True) -> None:
    """Write `data` to `path` in one step, so that a failure leaves nothing half-written.

    A link stays, and the file that it names is written. What is no regular file, such as a named
    pipe, is written to as it stands.

    Parameters
    ----------
    path : Path
        A file of that name is replaced; its permissions are kept.
    data : bytes
        The whole content.
    flush : bool
        Whether to wait until the disk has it, some milliseconds, so that lost power does not lose
        it; not needed for what is checked when it is read and can be made again.

    Raises
    ------
    OSError
        If the place cannot be written or the disk is full; the message names `path`.
    """
    check_place(path)
    old = _stat(path)
    with _named(path):
        if _is_stdout(path) or not (old is None or stat.S_ISREG(old.st_mode)):
            _write_on(path, data)
            return
        target = _target(path)
        # No sound file's ending: what a killed process leaves is not heard as music.
        draft = target.with_name(f".{secrets.token_hex(8)}.draft")
        _drafts.add(draft)
        try:
            with draft.open("xb") as file:
                if old is not None:
                    _keep_owner(draft, old)
                file.write(data)
                if flush:
                    file.flush()
                    os.fsync(file.fileno())
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        finally:
            _drafts.discard(draft)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, unless it is there.

    Raises
    ------
    OSError
        If it cannot be made; the message names `path`.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"cannot make the folder {path}: a file is there") from None
    except OSError as error:
        raise _worded(error, f"cannot make the folder {path}") from None


def folders_to_fill(places: Iterable[Path]) -> None:
    """Make folders, and delete in them the drafts that a killed run left.

    Raises
    ------
    OSError
        If a folder cannot be made.
    """
    for place in places:
        make_folder(place)
        clear_drafts(place)


def clear_drafts(folder: Path) -> None:
    """Delete the drafts that a killed run left in a folder and those below it."""
    for draft in folder.rglob(".*.draft"):
        draft.unlink(missing_ok=True)


def discard_drafts() -> None:
    """Delete what is half-written; for a process that is about to end at once."""
    for draft in tuple(_drafts):
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _stat(path: Path) -> os.stat_result | None:
    """Return what stands at `path`, None if there is nothing."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _worded(error, f"cannot write {path}") from None


def _target(path: Path) -> Path:
    """Return the file to replace: where links lead, though nothing may be there yet."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _same(a: Path, b: Path) -> bool:
    try:
        return a.samefile(b)
    except OSError:
        first, second = (os.path.normcase(os.path.realpath(name)) for name in (a, b))
        return first == second


def _is_stdout(path: Path) -> bool:
    """Whether `path` is a name of standard output, as /dev/stdout is, whatever that goes to."""
    try:
        return path.is_symlink() and os.path.samestat(path.stat(), os.fstat(1))
    except OSError:
        return False


def _write_on(path: Path, data: bytes) -> None:
    if _is_stdout(path):
        sys.stdout.flush()
        with open(os.dup(1), "wb") as file:  # noqa: PTH123  # a descriptor, not a path
            file.write(data)
    else:
        path.write_bytes(data)


def _keep_owner(draft: Path, old: os.stat_result) -> None:
    """Give a draft the owner, where that is allowed, and the permissions of what it replaces."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(draft, old.st_uid, old.st_gid)
    draft.chmod(stat.S_IMODE(old.st_mode))


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Put the name of the place into what the system says about it."""
    try:
        yield
    except OSError as error:
        raise _worded(error, f"cannot write {path}") from None


def _worded(error: OSError, what: str) -> OSError:
    room = "make room or " if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else ""
    words = type(error)(f"{what}: {error.strerror or error}; {room}choose another place")
    words.errno = error.errno
    return words
