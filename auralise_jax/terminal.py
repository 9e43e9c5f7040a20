"""A command's standard streams: output that they cannot take does not stop the work."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast

_NOBODY_READS = (errno.EPIPE, errno.EINVAL)
"""What the system says where the other end was closed, the second on Windows."""


class Lasting:
    """A text stream that goes silent, instead of raising, when it cannot be written any more.

    Attributes
    ----------
    error : OSError or None
        Why, unless it is only that nobody reads any more, as after ``| head``.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        """Write what can be written."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._lose(error)
            return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        try:
            self._stream.flush()
        except OSError as error:
            self._lose(error)

    def _lose(self, error: OSError) -> None:
        if error.errno not in _NOBODY_READS:
            self.error = error
        # The interpreter flushes what the stream still holds when it ends: let that go nowhere.
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, self._stream.fileno())
        os.close(nothing)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def lasting_streams() -> Iterator[Lasting]:
    """Let standard output and error go silent when they break; yield the first.

    A character that a stream's encoding lacks is written as its number, a backslash before it.

    Examples
    --------
    >>> with lasting_streams() as out:
    ...     print("heard")
    heard
    >>> out.error is None
    True
    """
    with contextlib.ExitStack() as undo:
        for name, redirected in (
            ("stderr", contextlib.redirect_stderr),
            ("stdout", contextlib.redirect_stdout),
        ):
            stream = getattr(sys, name)
            if stream is None:  # closed by who started the process
                stream = undo.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123
            if isinstance(stream, io.TextIOWrapper):
                undo.callback(_set_errors, stream, stream.errors)
                _set_errors(stream, "backslashreplace")
            lasting = Lasting(stream)
            undo.enter_context(redirected(cast(TextIO, lasting)))
            undo.callback(lasting.flush)
        yield lasting


def _set_errors(stream: io.TextIOWrapper, errors: str | None) -> None:
    with contextlib.suppress(OSError):  # it flushes
        stream.reconfigure(errors=errors)


def fill_descriptors() -> None:
    """Open what is closed of the three standard descriptors, so that no file takes their place.

    What C code says on standard error would go into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
