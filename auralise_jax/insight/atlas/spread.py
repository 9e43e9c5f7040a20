"""Spreading work over threads, processes or machines, with little of it under way at a time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

UNDER_WAY = 32
"""Tasks handed out and not yet taken back: what bounds the memory of a long run."""


PATIENCE = 10.0
"""Seconds until it is an error that no scheduler answers, or that it has no worker."""


class WorkerError(OSError):
    """The place where work was done broke down; what was done by then is kept."""


class LostError(Exception):
    """One task took down whoever tried it."""


def spread(
    function: Callable[..., R], tasks: Iterable[tuple[T, tuple[Any, ...]]], executor: Executor
) -> Iterator[tuple[T, R | LostError]]:
    """Yield ``(name, function(*arguments))`` for ``(name, arguments)``, in the order they end.

    Tasks are drawn from their iterable only as others end. A task that took down several workers
    of a cluster yields `LostError`; whatever else a function raises is raised here.

    Raises
    ------
    WorkerError
        If the executor itself broke.

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
            try:
                while len(running) < UNDER_WAY and (task := next(waiting, None)) is not None:
                    name, arguments = task
                    running[executor.submit(function, *arguments)] = name
            except BrokenExecutor as error:
                raise _broken(error) from error
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                outcome: R | LostError = _result(future)
                yield running.pop(future), outcome
    finally:
        for future in running:
            future.cancel()


def _result(future: Future[R]) -> R | LostError:
    try:
        return future.result()
    except BrokenExecutor as error:
        raise _broken(error) from error
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # Dask's word after three attempts
            return LostError("took down every worker that tried it")
        raise


def _broken(error: Exception) -> WorkerError:
    return WorkerError(
        f"a worker process died ({error}). What was done is kept: run it again, and it goes on"
    )


@contextlib.contextmanager
def threads() -> Iterator[Executor]:
    """Give an executor of as many threads as there are processors.

    One decodes while another computes, and XLA fills up what is idle. Measured on two cores: 93 %
    of the windows per second of two processes, in half of their memory, and nothing starts or
    compiles twice.
    """
    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)) if _has_affinity() else os.cpu_count())
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _has_affinity() -> bool:
    return hasattr(os, "sched_getaffinity")


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
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]
