"""Spreading work over threads, processes or machines, with little of it under way at a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
R = TypeVar("R")

UNDER_WAY = 32
"""Tasks handed out and not yet taken back: a bound on the memory of a long run."""


PATIENCE = 10.0
"""Seconds until it is an error that no scheduler answers, or that it has no worker."""


WORKERLESS = 60.0
"""Seconds until it is an error that a scheduler lost its last worker."""

LOOK = 5.0
"""Seconds without an answer after which it is asked whether there is any worker."""


class WorkerError(OSError):
    """The workers broke down; the results so far are kept."""


class LostError(Exception):
    """A task took down every worker that tried it."""


def spread(
    function: Callable[..., R], tasks: Iterable[tuple[T, tuple[Any, ...]]], executor: Executor
) -> Iterator[tuple[T, R | LostError]]:
    """Yield ``(name, function(*arguments))`` for ``(name, arguments)``, in the order they end.

    Tasks are drawn from their iterable only as others end. A task that took down several workers
    of a cluster yields `LostError`; whatever else a function raises is raised here.

    Raises
    ------
    WorkerError
        If the executor itself broke: a process or the scheduler died, no worker is left, or workers
        lack a package.

    Examples
    --------
    >>> with ThreadPoolExecutor(2) as pool:
    ...     sorted(spread(pow, ((n, (n, 2)) for n in range(4)), pool))
    [(0, 0), (1, 1), (2, 4), (3, 9)]
    """
    waiting = iter(tasks)
    running: dict[Future[R], T] = {}
    try:
        while True:
            while len(running) < UNDER_WAY and (task := next(waiting, None)) is not None:
                name, arguments = task
                running[_submitted(executor, function, arguments)] = name
            if not running:
                return
            for future in _done(running, executor):
                outcome: R | LostError = _result(future)
                yield running.pop(future), outcome
    finally:
        for future in running:
            future.cancel()


def _submitted(
    executor: Executor, function: Callable[..., R], arguments: tuple[Any, ...]
) -> Future[R]:
    try:
        return executor.submit(function, *arguments)
    except BrokenExecutor as error:
        raise _broken(f"a worker process died ({error})") from error
    except (RuntimeError, OSError) as error:  # it was shut down, or nobody answers
        raise _broken(f"no work can be handed out any more ({error})") from error


def _done(running: Collection[Future[R]], executor: Executor) -> set[Future[R]]:
    """Wait until some of the work is done."""
    if not isinstance(executor, Cluster):
        return wait(running, return_when=FIRST_COMPLETED).done
    alone_since = None
    while True:
        if done := wait(running, timeout=LOOK, return_when=FIRST_COMPLETED).done:
            return done
        now = time.monotonic()
        if executor.has_workers():
            alone_since = None
        elif alone_since is None:
            alone_since = now
        elif now - alone_since >= WORKERLESS:
            raise _broken(f"for {WORKERLESS:.0f} s the scheduler has had no worker left")


def _result(future: Future[R]) -> R | LostError:
    try:
        return future.result()
    except BrokenExecutor as error:
        raise _broken(f"a worker process died ({error})") from error
    except (CancelledError, asyncio.CancelledError) as error:
        raise _broken("the scheduler is gone, or it gave the work up") from error
    except Exception as error:
        distributed = sys.modules.get("distributed")  # else it cannot be an error of Dask's
        if distributed is not None and isinstance(error, distributed.KilledWorker):
            return LostError("took down every worker that tried it")
        if (missing := _missing_package(error)) is not None:
            raise _broken(
                f"a worker cannot import what it needs ({missing}); install auralise-jax there, in "
                "the same version as here"
            ) from error
        raise


def _missing_package(error: BaseException | None) -> ImportError | None:
    """Return what could not be imported, if an error came of that."""
    for _ in range(10):  # causes of causes
        if error is None or isinstance(error, ImportError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _broken(what: str) -> WorkerError:
    return WorkerError(f"{what}. What was done is kept: run it again, and it goes on")


@contextlib.contextmanager
def threads() -> Iterator[Executor]:
    """Give an executor of as many threads as there are processors.

    A thread decodes while another computes, and XLA uses the cores left idle. Measured on two
    cores: 93 % of the windows per second of two processes, in half of their memory, and nothing
    starts or compiles twice.
    """
    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)) if _has_affinity() else os.cpu_count())
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _has_affinity() -> bool:
    return hasattr(os, "sched_getaffinity")


class Cluster(Executor):
    """Hands tasks to the workers of a Dask scheduler, and knows whether there are any.

    Parameters
    ----------
    client : distributed.Client
        Connected; whoever made it closes it.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._tasks = client.get_executor(pure=False)  # type: ignore[no-untyped-call]

    def submit(self, function: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """Hand a task out."""
        future: Future[R] = self._tasks.submit(function, *args, **kwargs)
        return future

    def has_workers(self) -> bool:
        """Ask the scheduler whether it has workers; if it does not answer, it has none."""
        try:
            return bool(self._client.nthreads())  # type: ignore[no-untyped-call]
        except Exception:  # closed, timed out, refused: Dask has a dozen errors for that
            return False

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Take no more tasks."""
        self._tasks.shutdown(wait=wait)


@contextlib.contextmanager
def scheduler(address: str) -> Iterator[Executor]:
    """Give an executor that hands tasks to a Dask scheduler's workers.

    Parameters
    ----------
    address : str
        Such as ``tcp://127.0.0.1:8786``.

    Raises
    ------
    ImportError
        If Dask is not installed.
    WorkerError
        If no scheduler answers there, or it has no workers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ImportError("a scheduler needs Dask: pip install distributed") from error
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise WorkerError(
            f"no Dask scheduler answers at {address!r} ({error}). Start one with `dask scheduler`, "
            "workers with `dask worker ADDRESS` on machines that see the same folders, and give "
            "the address it prints"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise WorkerError(
                f"the scheduler at {address} has no workers; start some with "
                f"`dask worker {address}` on machines that see the same folders"
            ) from None
        yield Cluster(client)
