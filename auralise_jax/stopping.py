"""Ctrl-C ends a command's process soon, quietly and tidily, whatever its C code is doing.

Python answers a signal between two of its own instructions, in the main thread. While XLA compiles
there is none for a long time, and an interpreter that shuts down under XLA's threads may crash.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import NoReturn

from auralise_jax.files import discard_drafts

GRACE: float | None = 1.0
"""Seconds in which the main thread may end in the ordinary way."""

_TIDYING = 0.4
"""Seconds for the final output: a reader that stopped must not keep the process alive."""

_ENDING = [
    number
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if (number := getattr(signal, name, None)) is not None
]


def run_process(command: Callable[[], int], words: str) -> int:
    """Run a command that has the process to itself, and return its exit code.

    After Ctrl-C (or SIGTERM or SIGHUP) the process ends here, with 128 and the signal's number:
    at once when the command has ended, and after `GRACE` seconds if it has not. It then prints
    `words` on standard error.
    """
    if threading.current_thread() is not threading.main_thread():
        return command()
    with _watch(words) as seen:
        try:
            try:
                code = command()
            finally:
                # From here on there is nothing to stop, and the interpreter shuts down.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
        finally:
            if seen:
                _leave(seen[0], words)
    return code


@contextlib.contextmanager
def left_to_child() -> Iterator[None]:
    """Ignore Ctrl-C in this block: the terminal sends it to a child too, which answers it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _watch(words: str) -> Iterator[list[int]]:
    """Yield a list that gets the number of a signal that asks the process to end."""
    seen: list[int] = []

    def end(number: int, frame: FrameType | None) -> NoReturn:
        seen.append(number)
        if _imports(frame):  # nothing is half done, and C++ may crash where its import breaks off
            _leave(number, words)
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    # What is ignored stays so, as SIGHUP under nohup and SIGINT in a shell's background.
    usual = (signal.SIG_DFL, signal.default_int_handler)
    ours = [number for number in _ENDING if signal.getsignal(number) in usual]
    for number in ours:
        signal.signal(number, end)

    def forget() -> None:  # a forked child would tell this process of signals of its own
        signal.set_wakeup_fd(-1)
        for number in ours:
            signal.signal(number, signal.SIG_DFL)

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    ended = threading.Event()
    waiting = (reader, ended, seen, words)
    threading.Thread(target=_await, args=waiting, daemon=True, name="signals").start()
    try:
        yield seen
    finally:
        ended.set()
        signal.set_wakeup_fd(-1)
        writer.close()


def _await(reader: socket.socket, ended: threading.Event, seen: list[int], words: str) -> None:
    """Wait for a signal, whose number C code writes here whatever the main thread does.

    If the main thread has not ended its work `GRACE` seconds later, this ends the process.
    """
    with reader:
        while number := reader.recv(1):
            if number[0] in _ENDING:
                seen.append(number[0])
                if not ended.wait(GRACE):
                    _leave(number[0], words)


def _imports(frame: FrameType | None) -> bool:
    """Whether the main thread is importing something."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _leave(number: int, words: str) -> NoReturn:
    """End the process without the interpreter's own shutdown."""
    tidying = threading.Thread(target=_tidy, args=(words,), daemon=True)
    with contextlib.suppress(BaseException):  # a second Ctrl-C, too
        tidying.start()
        tidying.join(_TIDYING)
    os._exit(128 + number)


def _tidy(words: str) -> None:
    discard_drafts()
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for child in multiprocessing.active_children():
            child.terminate()
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        print(words, file=sys.stderr, flush=True)
