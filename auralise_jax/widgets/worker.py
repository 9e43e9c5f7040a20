"""Work in the background: one thread per panel, the latest job wins, panels take turns."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self

Check = Callable[[], None]
Job = Callable[[Check], None]


class Cancelled(Exception):  # noqa: N818
    """Raised inside a job whose result is no longer wanted."""


class HeldLock:
    """A lock that a thread may take again, and that says whether the calling thread holds it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._owner, self._depth = 0, 0

    @property
    def is_mine(self) -> bool:
        """Whether the calling thread holds it."""
        return self._owner == threading.get_ident()

    def __enter__(self) -> Self:
        self._lock.acquire()
        self._owner, self._depth = threading.get_ident(), self._depth + 1
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = 0
        self._lock.release()


class _Turns:
    """One job at a time, so that twenty panels of a notebook do not all compute at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._hurried = 0  # not patient, and waiting

    @property
    def wanted(self) -> bool:
        """Whether a job is waiting that comes before patient jobs."""
        return self._hurried > 0

    def take(self, patient: bool, check: Check) -> None:
        """Wait for a turn; `check` may end that."""
        with self._changed:
            self._hurried += not patient
            try:
                while self._taken or (patient and self._hurried):
                    self._changed.wait(0.05)
                    check()
                self._taken = True
            finally:
                self._hurried -= not patient

    def give(self) -> None:
        """Give the turn to the next job."""
        with self._changed:
            self._taken = False
            self._changed.notify_all()


_TURNS = _Turns()

_HERE = threading.local()
"""``works`` is set in the threads of workers."""


class Worker:
    """Runs jobs one at a time; a new job cancels the job that runs.

    A job takes a function `check`, to be called between its steps, which raises `Cancelled` when
    the job is no longer wanted. The thread lives while there is work. It is not a daemon thread: a
    daemon that still compiles while Python ends can crash it. So jobs end with the main thread.

    Parameters
    ----------
    failed : callable
        Called with an exception that a job raised, which is then raised in the thread, too.
    patient : bool
        Let the jobs of workers that are not patient go first, even in the middle of a job: while
        it calls `check`, which a patient job does from its own thread only.

    Examples
    --------
    >>> done = []
    >>> worker = Worker(failed=print)
    >>> worker.run(lambda check: done.append(check()))
    >>> worker.join()
    >>> done
    [None]
    """

    def __init__(self, failed: Callable[[Exception], object], *, patient: bool = False) -> None:
        self._failed = failed
        self._patient = patient
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._generation = 0
        self._closed = False
        self._thread: threading.Thread | None = None  # None: no job, or about to stop
        self._last: threading.Thread | None = None

    def run(self, job: Job) -> None:
        """Begin a job; cancel the job that runs."""
        with self._lock:
            self._generation += 1
            self._job = job
            if self._thread is None and not self._closed:
                thread = threading.Thread(target=self._work, name="auralise-background")
                try:
                    thread.start()
                except RuntimeError:  # Python is ending, the result is not wanted
                    return
                self._thread = self._last = thread

    def cancel(self) -> None:
        """End the running job at its next step."""
        with self._lock:
            self._generation += 1
            self._job = None

    def close(self, *, wait: bool = True) -> None:
        """End the running job at its next step and take no more; `wait` for the thread to end."""
        with self._lock:
            self._closed = True
        self.cancel()
        if wait:
            self.join()

    def join(self) -> None:
        """Wait until no job is left; a worker's own thread does not wait: it might be awaited."""
        with self._lock:
            thread = self._last
        if thread is not None and not hasattr(_HERE, "works"):
            thread.join()

    def _work(self) -> None:
        _HERE.works = True
        while True:
            with self._lock:
                job, self._job = self._job, None
                generation = self._generation
                if job is None or self._closed:
                    self._thread = None
                    return
            try:
                self._one(job, generation)
            except Cancelled:
                continue
            except Exception as error:
                if not threading.main_thread().is_alive():
                    return
                with self._lock:
                    self._thread = None  # before the error is shown and a new job begun
                self._failed(error)
                raise

    def _one(self, job: Job, generation: int) -> None:
        holds = False

        def wanted() -> None:
            if generation != self._generation or not threading.main_thread().is_alive():
                raise Cancelled

        def check() -> None:
            nonlocal holds
            wanted()
            if self._patient and _TURNS.wanted:
                holds = False
                _TURNS.give()
                _TURNS.take(self._patient, wanted)
                holds = True

        _TURNS.take(self._patient, wanted)
        holds = True
        try:
            check()
            job(check)
        finally:
            if holds:
                _TURNS.give()
