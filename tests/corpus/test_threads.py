"""Work in threads: in order, and left at once when it fails."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from auralise_jax.corpus.threads import in_threads


def test_results_come_in_order(capsys):
    wait = threading.Event()

    def square(n):
        if n == 0 and (os.cpu_count() or 1) > 1:
            wait.wait()  # until a later one is done
        wait.set()
        return n * n

    assert in_threads(square, range(50), "x", "y", progress=True) == [n * n for n in range(50)]
    assert "x: 100%" in capsys.readouterr().err


def test_what_has_not_begun_when_one_fails_is_not_done(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    real, ended, begun = ThreadPoolExecutor.shutdown, threading.Event(), []

    def shutdown(pool, wait=True, *, cancel_futures=False):
        real(pool, wait=False, cancel_futures=cancel_futures)
        ended.set()
        real(pool, wait=wait)

    def work(n):
        begun.append(n)
        if n == 0:
            raise KeyboardInterrupt
        ended.wait()

    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", shutdown)
    with pytest.raises(KeyboardInterrupt):
        in_threads(work, range(1000), "x", "y", progress=False)
    assert len(begun) <= 3  # one in each thread, and one more in that which failed
