"""The command ``lab``: the course, copied and opened in JupyterLab.

The package brings settings of its own for that JupyterLab (``data/jupyter``), which outrank the
user's: it asks the web for nothing, listens on this machine only, looks for a free port, and shows
Markdown as a page. The command line outranks these. Nothing is written to the user's own settings.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from auralise_jax.cli import options as shared
from auralise_jax.stopping import left_to_child

_EPILOG = """\
A file that you changed is never overwritten. JupyterLab opens on Welcome.md, the map of the course.
It fetches no news and no updates, takes the next free port from 8888 on, and can be reached from
this machine only. Your own Jupyter settings stay as they are.

Arguments after -- go to JupyterLab:
  auralise-jax lab -- --port 9999         another port to begin with
  auralise-jax lab -- --no-browser        print the address only
  auralise-jax lab -- --ip 0.0.0.0        let other machines in: whoever has the address with its
                                          token can run programs here
"""


_SETTINGS = "JUPYTER_CONFIG_PATH"
"""The variable that names folders of settings, the first of which outrank the user's."""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``lab``."""
    parents = [shared.unopened("copy the course only")]
    made = argparse.ArgumentParser(epilog=_EPILOG, parents=parents, **settings)
    made.add_argument(
        "--folder",
        type=Path,
        default="auralise-course",
        help="where the course goes (default: %(default)s)",
    )
    made.add_argument("jupyter", nargs="*", help=argparse.SUPPRESS)
    return made


def run(options: argparse.Namespace) -> int:
    """Copy the course, and run JupyterLab on it until it ends."""
    from auralise_jax.cli.course import copy_course

    copied = copy_course(options.folder)
    for file in copied.new:
        print(f"copied {file}")
    for file in copied.kept:
        print(f"kept   {file}, which differs from this version of the course")
    if options.no_open:
        return 0
    if find_spec("jupyterlab") is None:
        print(
            "auralise-jax: JupyterLab is not installed here; install it with\n"
            f"  {sys.executable} -m pip install jupyterlab\n"
            f"or open {options.folder} in the Jupyter you have",
            file=sys.stderr,
        )
        return 1
    # -P: JupyterLab must not take modules from the current folder.
    start = [sys.executable, "-P", "-m", "jupyterlab"]
    start.append(f"--ServerApp.root_dir={options.folder.resolve()}")
    # What is open in this folder, not what was open in the user's other ones.
    start.append(f"--LabApp.workspaces_dir={options.folder.resolve() / '.lab' / 'workspaces'}")
    if getattr(os, "geteuid", lambda: 1)() == 0:  # as in a container; JupyterLab refuses otherwise
        print("note: running as root, so JupyterLab is started with --allow-root", file=sys.stderr)
        start.append("--allow-root")
    print("starting JupyterLab; to end it, press Ctrl-C here twice", flush=True)
    server = subprocess.Popen(  # noqa: S603
        [*start, *options.jupyter], env=os.environ | {_SETTINGS: _settings_path()}
    )
    try:
        with left_to_child():  # JupyterLab asks whether to end
            code = server.wait()
    finally:
        if server.poll() is None:
            server.terminate()
    return code if code >= 0 else 128 - code


def _settings_path() -> str:
    """Return the folders of Jupyter's settings: the package's, and before that the user's."""
    own = str(resources.files("auralise_jax") / "data" / "jupyter")
    return os.pathsep.join([own, *filter(None, [os.environ.get(_SETTINGS)])])
