"""The machine a benchmark runs on: how much of it to use, how fast it is, what else it does."""

from __future__ import annotations

import argparse
import math
import os
import time


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Give a command the option that `keep_to_threads` reads."""
    parser.add_argument(
        "--threads",
        type=int,
        default=None,
        help="processors to use (default: all that this process may use)",
    )


def keep_to_threads(parser: argparse.ArgumentParser, threads: int | None) -> int:
    """Bind this process to so many processors, or end with a word why not; return how many.

    JAX has no switch for it, but starts as many threads as the process has processors. It counts
    them when it first computes, so this comes before.
    """
    if not hasattr(os, "sched_setaffinity"):
        if threads is not None:
            parser.error("--threads needs a system that can bind a process to processors (Linux)")
        return os.cpu_count() or 1
    usable = sorted(os.sched_getaffinity(0))
    threads = len(usable) if threads is None else threads
    if not 1 <= threads <= len(usable):
        parser.error(f"--threads must be from 1 to {len(usable)}, not {threads}")
    os.sched_setaffinity(0, usable[:threads])
    return threads


def load() -> float:
    """Return how many processes were running, in the mean over the last minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def warn_if_busy() -> None:
    """Say so if the machine is at work before the benchmark is."""
    busy = load()
    if busy > 0.5:
        print(f"the load was {busy:.1f} before the start, other work disturbs: repeat it when idle")


class Others:
    """How much of the processors others used while a block ran (several, if used again).

    Others are all processes that this one did not start.

    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget what was measured."""
        self._used = self._lasted = 0.0

    def __enter__(self) -> Others:
        self._start = time.monotonic(), _all_used() - _own_used()
        return self

    def __exit__(self, *_: object) -> None:
        start, used = self._start
        self._lasted += time.monotonic() - start
        self._used += max(0.0, _all_used() - _own_used() - used)

    @property
    def share(self) -> float:
        """Of all processors, 0 to 1."""
        if not self._lasted:
            return 0.0
        return self._used / self._lasted / (os.cpu_count() or 1)


class Patience:
    """Waits before a measurement until others are calm, for so many seconds in all."""

    CALM = 0.05
    """Share of the processors."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def wait(self) -> None:
        """Come back when others used little for a second, or when the patience is at its end."""
        while self.left > 0:
            self.left -= 1
            with Others() as others:
                time.sleep(1)
            if others.share < self.CALM:
                return


def _all_used() -> float:
    import psutil

    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def _own_used() -> float:
    """Return the processor seconds of this process and of all that it started and that live."""
    import psutil

    used = 0.0
    this_process = psutil.Process()
    for process in (this_process, *this_process.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used += times.user + times.system + times.children_user + times.children_system
    return used


def matmul_rate(size: int = 2048, tries: int = 8) -> float:
    """Measure the best float32 matrix product of this machine under JAX, in GFLOP/s."""
    import jax
    import jax.numpy as jnp

    left, right = jax.random.normal(jax.random.key(0), (2, size, size), jnp.float32)
    product = jax.jit(jnp.matmul)
    product(left, right).block_until_ready()
    best = math.inf
    for _ in range(tries):
        start = time.perf_counter()
        product(left, right).block_until_ready()
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9
