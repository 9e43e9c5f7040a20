"""The command line: parses, calls, prints."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # imports wait: Ctrl-C in the seconds that they take is answered as at any time
    import argparse
    from collections.abc import Sequence

_STOPPED = "auralise-jax: stopped"

_EPILOG = """\
examples:
  auralise-jax demo                                   hear it now, in your browser
  auralise-jax lab                                    open the course in JupyterLab
  auralise-jax listen song.mp3 --layer 3 --feature 20 --out feature.wav
  auralise-jax lesson song.mp3 --out lesson.html      a page for your class
  auralise-jax atlas my_music                         what each feature responds to in it
  auralise-jax train my_genres --out mine.safetensors teach a network your own genres
  auralise-jax evaluate mine.safetensors my_genres    and see how well it knows them
  auralise-jax models                                 what can listen

exit codes: 0 done, 1 could not be done (the message says why), 2 wrong arguments,
130 stopped with Ctrl-C
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code.

    Without arguments those of the process are meant, and the process is this command's: it ends
    with it, soon after Ctrl-C too.
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
            said = f"cannot write to standard output: {out.error.strerror}"
            print(f"auralise-jax: {said}", file=sys.stderr)
            return code or 1
    return code


def _answer(arguments: Sequence[str] | None) -> int:
    import warnings

    try:
        options = _parser().parse_args(arguments)
        with warnings.catch_warnings():
            warnings.showwarning = _tell
            warnings.simplefilter("always", UserWarning)
            code: int = options.run(options)
    except (ValueError, OSError, ImportError) as error:
        print(f"auralise-jax: {error}", file=sys.stderr)
        return 1
    return code


def _tell(message: Warning | str, *_: object, **__: object) -> None:
    print(f"note: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    import argparse

    import auralise_jax as aj
    from auralise_jax.cli import atlas, lab, learning, lesson, listen, models

    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="auralise-jax",
        description="Hear what the features of a music-classifying CNN respond to.",
        epilog=_EPILOG,
        formatter_class=raw,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {aj.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, help: str, **texts: Any) -> argparse.ArgumentParser:  # noqa: A002
        texts.setdefault("description", f"{help[0].upper()}{help[1:]}.")
        return commands.add_parser(name, help=help, formatter_class=raw, **texts)

    for part in (listen, lab, lesson, atlas, learning, models):
        part.add_commands(command)
    return parser
