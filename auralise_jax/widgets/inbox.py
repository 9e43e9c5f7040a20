"""Messages from a page: each goes to the handler of its kind, and every request is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets

from auralise_jax.widgets import door

Handler = Callable[[Mapping[str, Any], Sequence[memoryview]], None]
"""Does what a message asks for; the second argument is the message's binary buffers."""


def receive(
    message: object,
    buffers: Sequence[memoryview],
    handlers: Mapping[str, Handler],
    *,
    send: Callable[[dict[str, Any]], object],
    show_error: Callable[[BaseException], str],
) -> None:
    """Hand a message to the handler of its ``kind``, then answer ``done``, whatever happened.

    Parameters
    ----------
    message : object
        As the page sent it, not checked yet.
    buffers : sequence of memoryview
        Binary data that came with it.
    handlers : mapping
        By kind.
    send : callable
        Sends the page a message.
    show_error : callable
        Shows an error in the panel and returns its words.
    """
    kind, problem, request = "", "", None
    try:
        checked = door.message(message)
        if "request" in checked:
            request = door.text(checked, "request")
        known = checked.get("kind")
        if not isinstance(known, str) or known not in handlers:
            raise ValueError(f"the page asked for {door.short(known)}, which is not known here")
        kind = known
        handlers[kind](checked, buffers)
    except BaseException as error:
        problem = show_error(error)
        if not isinstance(error, (ValueError, traitlets.TraitError)):
            raise  # a fault of ours, which the kernel's log shows, or an interrupt
    finally:
        answer = {} if request is None else {"request": request, "error": problem}
        send({"kind": "done", "what": kind, **answer})
