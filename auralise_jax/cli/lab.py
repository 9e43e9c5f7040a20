"""The command ``lab``: the course, copied and opened in JupyterLab."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from auralise_jax.cli import options as shared
from auralise_jax.stopping import left_to_child

_EPILOG = """\
A notebook that is there already is never overwritten. Arguments after -- go to JupyterLab,
for example: auralise-jax lab -- --port 9999
"""


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
    for notebook in copied.new:
        print(f"copied {notebook}")
    for notebook in copied.kept:
        print(f"kept   {notebook}, which differs from this version of the course")
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
    first = min(options.folder.glob("*.ipynb"), default=None)
    if first is not None:
        start.append(f"--LabApp.default_url=/lab/tree/{first.name}")
    if getattr(os, "geteuid", lambda: 1)() == 0:  # as in a container; JupyterLab refuses otherwise
        print("note: running as root, so JupyterLab is started with --allow-root", file=sys.stderr)
        start.append("--allow-root")
    # JupyterLab looks for news on the web by default; this package requests nothing unasked.
    start += ["--LabApp.news_url=None", *options.jupyter]
    server = subprocess.Popen(start)  # noqa: S603
    try:
        with left_to_child():  # JupyterLab asks whether to end
            code = server.wait()
    finally:
        if server.poll() is None:
            server.terminate()
    return code if code >= 0 else 128 - code
