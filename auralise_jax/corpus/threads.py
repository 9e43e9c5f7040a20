"""The same work on many items, in as many threads as there are cores, under a progress bar."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tqdm.auto import tqdm

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    description: str,
    unit: str,
    *,
    progress: bool,
) -> list[Result]:
    """Return the result of `work` for each item, in their order.

    When an item fails, or the user stops the work, items that have not begun are dropped.

    Examples
    --------
    >>> in_threads(abs, [-1, 2], "counting", "number", progress=False)
    [1, 2]
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(work, items)
        try:
            hide = not (progress and items)  # a bar of nothing says nothing
            return list(tqdm(results, description, len(items), unit=unit, disable=hide))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
