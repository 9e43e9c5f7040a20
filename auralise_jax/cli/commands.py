"""The commands: a line about each, and the file with the command's name, loaded on demand.

Such a file holds ``parser(**settings)``, which returns the parser of the command's arguments, and
``run(options)``, which does the work and returns the exit code.
"""

from __future__ import annotations

import argparse
import importlib
from typing import Any

from auralise_jax import __version__

COMMANDS = {
    "listen": "save as sound what a feature responds to in a clip",
    "song": "hear a whole song: which class where, and a feature all through it",
    "demo": "write a page to explore by ear, and open it in the browser",
    "page": "write the explorer as a page that computes by itself, on any sound dropped there",
    "lab": "copy the course to a folder of yours and open it in JupyterLab",
    "lesson": "write a page with texts and panels for a class",
    "merge": "merge what the students of a class marked and wrote, feature by feature",
    "atlas": "find what every feature responds to in a folder of music",
    "compose": "make up a folder of music in three genres, to train on",
    "train": "train a network on your own folder of music",
    "evaluate": "score a model on a folder of music, beside baselines",
    "models": "list and describe models, and fetch networks of other people",
    "doctor": "say what is installed here and what is wrong, for a bug report",
}

_EPILOG = """\
examples:
  auralise-jax demo                                   hear it now, in your browser
  auralise-jax page                                   a page for people without Python
  auralise-jax lab                                    open the course in JupyterLab
  auralise-jax listen song.mp3 --layer 3 --feature 20 --out feature.wav
  auralise-jax song song.mp3 --layer 3 --feature 20 --out feature.wav
  auralise-jax lesson song.mp3 --out lesson.html      a page for your class
  auralise-jax merge handed_in/*.json                 and what the class wrote about it
  auralise-jax atlas my_music                         what each feature responds to in it
  auralise-jax train my_genres --out mine.safetensors teach a network your own genres
  auralise-jax evaluate mine.safetensors my_genres    and see how well it knows them
  auralise-jax models                                 the shipped models
  auralise-jax doctor                                 something does not work? start here
  auralise-jax listen --help                          all about a command

exit codes: 0 done, 1 could not be done (the message says why), 2 wrong arguments,
130 stopped with Ctrl-C
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line.

    It adds to the options the command's ``run``, and ``refuse``, which ends a command whose
    arguments do not go together.

    Examples
    --------
    >>> parser().parse_args(["lab", "--no-open"]).no_open
    True
    """
    made = argparse.ArgumentParser(
        prog="auralise-jax",
        description="Hear what the features of a music-classifying CNN respond to.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = made.add_subparsers(
        title="commands", required=True, metavar="COMMAND", parser_class=_Command
    )
    for name, line in COMMANDS.items():
        commands.add_parser(name, help=line, command=name)
    return made


class _Command(argparse.ArgumentParser):
    """Stands for a command's own parser, which is made when the command is chosen."""

    def __init__(self, command: str, **settings: Any) -> None:
        super().__init__(**settings)
        self._command = command

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        module = importlib.import_module(f"auralise_jax.cli.{self._command}")
        settings = {"prog": self.prog, "formatter_class": argparse.RawDescriptionHelpFormatter}
        own: argparse.ArgumentParser = module.parser(**settings)
        line = COMMANDS[self._command]
        own.description = own.description or f"{line[0].upper()}{line[1:]}."
        own.set_defaults(run=module.run, refuse=own.error)
        return own.parse_args(args, namespace), []  # errors print the command's usage
