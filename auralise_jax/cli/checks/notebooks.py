"""Looks at Jupyter: whether the panel's extension is where JupyterLab takes it from."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from auralise_jax.cli.checks.findings import PIP, Findings
from auralise_jax.cli.checks.machine import numbers

_EXTENSIONS = {
    "anywidget": "anywidget",
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets",
}
"""JupyterLab's extensions that a panel needs, and the packages that bring them."""


def notebooks() -> Findings:
    """Look at JupyterLab, its extensions, and what runs a notebook's cells."""
    if find_spec("jupyter_core") is None:
        return Findings({"Jupyter": "not installed"})
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    found = _extensions([Path(one) for one in jupyter_path("labextensions")])
    settings = [Path(one) / "labconfig" / "page_config.json" for one in jupyter_config_path()]
    settings += [Path(sys.prefix) / "share/jupyter/lab/settings/page_config.json"]
    for path in settings:
        for name in _disabled(path):
            if name in _EXTENSIONS:
                found.problems.append(
                    f"{name} is disabled in {path}, so no panel appears: "
                    f"{sys.executable} -m jupyter labextension enable {name}"
                )
    found.add(_kernel())
    found.add(_other_jupyterlab())
    return found


def _extensions(folders: Iterable[Path]) -> Findings:
    """Look for the extensions in the folders that JupyterLab reads, the first of which counts."""
    found = Findings()
    folders = list(folders)
    for name, distribution in _EXTENSIONS.items():
        where = next(
            (one / name for one in folders if (one / name / "package.json").exists()), None
        )
        if where is None:
            found.facts[f"extension {name}"] = "not found"
            found.problems.append(
                f"JupyterLab's extension {name} is not there, so no panel appears: "
                f"{PIP} install --force-reinstall --no-deps {distribution}"
            )
            continue
        version = str(_json(where / "package.json").get("version", "unknown"))
        found.facts[f"extension {name}"] = f"{version}, {where}"
        if name != distribution:
            continue
        try:
            own = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue  # the look at the dependencies says so
        if numbers(version)[:2] != numbers(own)[:2]:
            found.problems.append(
                f"JupyterLab's extension {name} is version {version}, the package {own}: remove "
                f"{where} if another installation left it there, or "
                f"{PIP} install --force-reinstall --no-deps {name}"
            )
    return found


def _kernel() -> Findings:
    """Look at which Python runs the cells of a notebook."""
    if find_spec("jupyter_client") is None:
        return Findings()
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        problem = f"Jupyter has no Python to run notebooks: {PIP} install ipykernel"
        return Findings({"kernel": "none"}, [problem])
    program = spec.argv[0] if spec.argv else ""
    found = Findings({"kernel python3": f"{program}, {spec.resource_dir}"})
    if Path(program).is_absolute() and not _same(Path(program), Path(sys.executable)):
        found.problems.append(
            f"notebooks run on {program}, not on the Python that has this package: "
            f"{sys.executable} -m ipykernel install --sys-prefix, or delete {spec.resource_dir}"
        )
    return found


def _other_jupyterlab() -> Findings:
    """Look at the JupyterLab that a shell starts, where that is another installation's."""
    program = shutil.which("jupyter-lab")
    if program is None or find_spec("jupyterlab") is None:
        return Findings()
    home = Path(os.path.realpath(Path(program).parent)).parent
    if _same(home, Path(sys.prefix)):
        return Findings()
    found = Findings({"jupyter-lab of the shell": f"{program}, another installation's"})
    extension = home / "share" / "jupyter" / "labextensions" / "anywidget"
    if not extension.exists():
        found.missing.append(
            f"panels in the JupyterLab that a shell starts, {program}, which has no anywidget: "
            "start auralise-jax lab instead"
        )
    return found


def _disabled(path: Path) -> Iterator[str]:
    disabled = _json(path).get("disabledExtensions", {})
    if isinstance(disabled, dict):
        yield from (name for name, off in disabled.items() if off)
    elif isinstance(disabled, list):
        yield from disabled


def _json(path: Path) -> dict[str, Any]:
    """Return a file's mapping, an empty one if there is none."""
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _same(one: Path, other: Path) -> bool:
    """Whether two names are of one place in one environment, whatever its Python links to."""
    return os.path.normcase(one.absolute()) == os.path.normcase(other.absolute()) or (
        one.parent.resolve() == other.parent.resolve()
    )
