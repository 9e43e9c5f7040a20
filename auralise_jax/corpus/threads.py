"""The same work on many things, in as many threads as there are cores, under a progress bar."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tqdm.auto import tqdm

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def in_threads(
    work: Callable[[Thing], Result],
    things: Sequence[Thing],
    what: str,
    unit: str,
    *,
    progress: bool,
) -> list[Result]:
    """Return the result of `work` for each thing, in their order.

    When one fails, or the user stops it, what has not begun is not done any more.

    Examples
    --------
    >>> in_threads(abs, [-1, 2], "counting", "number", progress=False)
    [1, 2]
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(work, things)
        try:
            hide = not (progress and things)  # a bar of nothing says nothing
            return list(tqdm(results, what, len(things), unit=unit, disable=hide))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
