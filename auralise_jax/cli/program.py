"""The command line: calls a command, and reports its end by a message and an exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imports wait: Ctrl-C in the seconds that they take is answered as at any time
    from collections.abc import Sequence

_STOPPED = "auralise-jax: stopped"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code.

    Without `arguments` the command line of the process is read, and the process ends with the
    command, soon after Ctrl-C, too.
    """
    try:
        from auralise_jax import stopping, terminal

        if arguments is None:
            terminal.fill_descriptors()
            return stopping.run_process(lambda: _main(None), _STOPPED)
        return _main(arguments)
    except KeyboardInterrupt:
        print(_STOPPED, file=sys.stderr)
        return 130


def _main(arguments: Sequence[str] | None) -> int:
    from auralise_jax.terminal import lasting_streams

    with lasting_streams() as out:
        code = _answer(arguments)
        out.flush()
        if out.error is not None:
            problem = f"cannot write to standard output: {out.error.strerror}"
            print(f"auralise-jax: {problem}", file=sys.stderr)
            return code or 1
    return code


def _answer(arguments: Sequence[str] | None) -> int:
    import warnings

    from auralise_jax.cli.commands import parser

    try:
        options = parser().parse_args(arguments)
        with warnings.catch_warnings():
            warnings.showwarning = _print_note
            warnings.simplefilter("always", UserWarning)
            code: int = options.run(options)
    except (ValueError, OSError, ImportError) as error:
        print(f"auralise-jax: {error}", file=sys.stderr)
        return 1
    return code


def _print_note(message: Warning | str, *_: object, **__: object) -> None:
    print(f"note: {message}", file=sys.stderr)
