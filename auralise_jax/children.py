"""Child processes that run this package's code, and no module that lies in the current folder."""

from __future__ import annotations

import contextlib
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from tqdm.auto import tqdm

Job = TypeVar("Job")

_SAFE_PATH = "PYTHONSAFEPATH"
_guard = threading.Lock()
_blocks = 0
_before: str | None = None


@contextlib.contextmanager
def safe_path() -> Iterator[None]:
    """Let Python processes that start in this block look for modules in no current folder.

    ``python -m`` and ``python -c``, by which joblib and multiprocessing start theirs, put the
    current folder first on the path: a ``random.py`` that came with somebody's music would be run.
    The environment is as it was after the last of the blocks that overlap.

    Examples
    --------
    >>> import subprocess, sys
    >>> look = [sys.executable, "-c", "import sys; sys.exit('' in sys.path)"]
    >>> with safe_path():
    ...     subprocess.run(look).returncode
    0
    """
    global _blocks, _before  # noqa: PLW0603  the environment is the process's, and so is its count
    with _guard:
        if not _blocks:
            _before = os.environ.get(_SAFE_PATH)
            os.environ[_SAFE_PATH] = "1"
        _blocks += 1
    try:
        yield
    finally:
        with _guard:
            _blocks -= 1
            if not _blocks:
                if _before is None:
                    os.environ.pop(_SAFE_PATH, None)
                else:
                    os.environ[_SAFE_PATH] = _before


def in_processes(
    work: Callable[[Job], object],
    jobs: Sequence[Job],
    what: str,
    *,
    processes: int | None = None,
    progress: bool = True,
) -> None:
    """Do `work` on each job, several at once, under a bar that says `what`.

    Parameters
    ----------
    work : callable
        Named at the top level of a module. What it returns is dropped.
    jobs : sequence
        One piece of music each.
    what : str
        Such as ``"composing"``.
    processes : int, optional
        How many work at once; by default one per core.
    progress : bool
        Whether to show the bar.

    Raises
    ------
    ChildProcessError
        If a process is killed.
    """
    import joblib  # here, since whoever only guards a path needs no joblib

    # Not multiprocessing: its workers run a script without a guard for __main__ once more.
    pool = joblib.Parallel(processes or -1, return_as="generator_unordered")
    try:
        with safe_path(), _renewed_quietly():
            done = pool(joblib.delayed(work)(job) for job in jobs)
            for _ in tqdm(done, what, len(jobs), unit="piece", disable=not (progress and jobs)):
                pass
    except BrokenProcessPool as error:
        raise ChildProcessError(
            f"a process was ended from outside while {what}, as the system does for want of "
            "memory; what is written stays good. Run it again, with fewer at once (processes=)"
        ) from error


@contextlib.contextmanager
def _renewed_quietly() -> Iterator[None]:
    """Say nothing of joblib's processes that are replaced while jobs wait.

    A process holds the soundfonts that it has played, several hundred megabytes with the large
    ones, which joblib takes for a leak: it ends the process after its job and starts another. No
    job is lost, but its warning reads as if one were.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "A worker stopped while some jobs")
        yield
