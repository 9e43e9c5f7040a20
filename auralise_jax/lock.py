"""One writer at a time: a lock file that the system holds for a run, however the run ends."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})
"""What a file system that knows no locks answers; there is no better then than to go on."""


@contextlib.contextmanager
def sole_writer(lock: Path, work: str) -> Iterator[None]:
    """Hold a lock file while the block runs, and delete it at the end.

    The lock is not the file but the system's claim on it, which ends with the process: what a
    killed run leaves behind hinders nobody.

    Parameters
    ----------
    lock : Path
        Lock file, in a folder that exists: in the folder that the run writes, or beside the file.
    work : str
        What the message says of the other run, such as ``"another training writes m.safetensors"``.

    Raises
    ------
    BlockingIOError
        If another run holds the lock.
    OSError
        If the lock file cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> lock = Path(tempfile.mkdtemp()) / ".lock"
    >>> with sole_writer(lock, "another run writes here"):
    ...     with sole_writer(lock, "another run writes here"):
    ...         pass
    Traceback (most recent call last):
    ...
    BlockingIOError: another run writes here: wait until it has ended, or name another place
    """
    held = _claim(lock)
    if held is None:
        raise BlockingIOError(f"{work}: wait until it has ended, or name another place")
    try:
        yield
    finally:
        if sys.platform == "win32":  # where an open file cannot be deleted
            os.close(held)
        with contextlib.suppress(OSError):
            lock.unlink()
        if sys.platform != "win32":
            os.close(held)


def _claim(lock: Path) -> int | None:
    """Return the descriptor of a lock file that is now held, None if another run holds it."""
    while True:
        try:
            file = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        except OSError as error:
            raise type(error)(f"cannot write in {lock.parent}: {error.strerror}") from None
        try:
            _ask_for(file)
            if _is_still(lock, file):
                return file
        except BlockingIOError:
            os.close(file)
            return None
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # its holder deleted it between the two steps above


def _is_still(lock: Path, file: int) -> bool:
    try:
        return os.path.samestat(lock.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _ask_for(file: int) -> None:
    """Claim an open file, or raise BlockingIOError."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK):
            raise BlockingIOError(error.errno, "held by another run") from None
        if error.errno not in _NO_LOCKS:
            raise
