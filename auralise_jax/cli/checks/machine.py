"""Looks at the machine: Python, platform, environment variables, browsers."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import webbrowser
from importlib import metadata
from pathlib import Path

from auralise_jax import __version__
from auralise_jax.cli.checks.findings import PIP, Findings
from auralise_jax.text import listed

DISTRIBUTION = "auralise-jax"

_REQUIREMENT = re.compile(
    r"(?P<name>[\w.-]+)(?:\[.*?\])?(?:(?:>=|==)(?P<version>[\w.]+))?(?P<rest>.*)"
)

_VARIABLES = ("AURALISE_", "JAX_", "XLA_", "CUDA_VISIBLE_DEVICES", "PYTHONPATH", "BROWSER")
"""How the names of variables begin that matter here."""

_BROWSERS = (
    "firefox",
    "firefox-esr",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "brave-browser",
    "opera",
    "vivaldi",
)

_TEXT_BROWSERS = ("www-browser", "links", "elinks", "lynx", "w3m")


def package() -> Findings:
    """Look at the package, the interpreter and the system."""
    inside = "" if sys.prefix == sys.base_prefix else ", a virtual environment"
    available = getattr(os, "sched_getaffinity", None)
    cores = len(available(0)) if available else os.cpu_count()
    found = Findings(
        {
            "auralise-jax": f"{__version__}, {Path(__file__).parents[2]}",
            "Python": f"{platform.python_version()} ({platform.python_implementation()}), "
            f"{sys.executable}{inside}",
            "platform": platform.platform(),
            "processor": f"{platform.machine()}, {cores} cores",
        }
    )
    here = Path.cwd()
    for name in sorted({"auralise_jax", *map(module_of, needed())}):
        module = name.split(".")[0]
        if (here / f"{module}.py").is_file():
            found.problems.append(
                f"{module}.py in {here} hides the package of that name from programs and notebooks "
                "there: rename that file"
            )
    return found


def dependencies() -> Findings:
    """Look at the versions of what the package needs, and of what it can use."""
    found = Findings()
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        problem = f"the package is not installed here, only its files are: {PIP} install PATH"
        return Findings(problems=[f"{problem}, where PATH is the folder with pyproject.toml"])
    for line in wanted:
        requirement, _, condition = (part.strip() for part in line.partition(";"))
        extra = re.search(r"extra == ['\"](\w+)['\"]", condition)
        if extra and extra[1] == "dev":
            continue
        _look_at(found, requirement, extra[1] if extra else None)
    for name in ("jaxlib", "ipykernel", "notebook", "marimo"):  # not asked for by name
        if version := _version(name):
            found.facts[name] = version
    return found


def needed() -> list[str]:
    """Return the names of the distributions that the package cannot do without.

    Examples
    --------
    >>> "jax" in needed(), "jupyterlab" in needed()
    (True, False)
    """
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    matches = (_REQUIREMENT.match(line) for line in wanted if "extra ==" not in line)
    return [match["name"] for match in matches if match]


def module_of(name: str) -> str:
    """Return the module to import of a distribution.

    Examples
    --------
    >>> module_of("scikit-learn"), module_of("lazy-loader")
    ('sklearn', 'lazy_loader')
    """
    others = {
        "markdown-it-py": "markdown_it",
        "orbax-checkpoint": "orbax.checkpoint",
        "pillow": "PIL",
        "scikit-learn": "sklearn",
    }
    return others.get(name, name.replace("-", "_"))


def _look_at(found: Findings, requirement: str, extra: str | None) -> None:
    match = _REQUIREMENT.match(requirement)
    if match is None or match["name"] in found.facts:
        return
    name, least = match["name"], match["version"]
    version = _version(name)
    found.facts[name] = version or "not installed"
    if version is None and extra is None:
        found.problems.append(f"{name} is not installed: {PIP} install '{requirement}'")
    elif version is None:
        how = f"{PIP} install '{DISTRIBUTION}[{extra}]', or '{requirement}' alone"
        found.missing.append(f"{name}, for {_USES.get(name, extra)}: {how}")
    elif least is not None and numbers(version) < numbers(least):
        found.problems.append(
            f"{name} {version} is too old: {PIP} install --upgrade '{requirement}'"
        )


_USES = {
    "jupyterlab": "auralise-jax lab",
    "voila": "panels without code",
    "distributed": "an atlas on a cluster",
    "h5py": "networks in Keras's files",
    "onnx": "networks in ONNX files",
    "swift-f0": "the network swift-f0",
    "pretty-midi": "a soundfont of its own",
    "pyfluidsynth": "probes and music played by FluidSynth",
}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with, to compare.

    Examples
    --------
    >>> numbers("0.11.0rc1"), numbers("0.9.18") < numbers("0.11")
    ((0, 11), True)
    """
    found = []
    for part in version.split("."):
        digits = re.match(r"\d+", part)
        if digits is None:
            break
        found.append(int(digits[0]))
    while found and not found[-1]:  # 0.11 is 0.11.0
        found.pop()
    return tuple(found)


def variables() -> Findings:
    """Look at the environment variables that this package, JAX and Python read."""
    names = sorted(name for name in os.environ if name.startswith(_VARIABLES))
    return Findings({name: os.environ[name] for name in names})


def browsers() -> Findings:
    """Look for what opens a page."""
    known = [name for name in _BROWSERS if shutil.which(name)]
    found = Findings({"found": listed(known) or "none on the search path"})
    try:
        opener = getattr(webbrowser.get(), "name", "") or type(webbrowser.get()).__name__
    except webbrowser.Error:
        opener = ""
    found.facts["opens pages"] = str(opener) or "nothing"
    if not opener or Path(str(opener)).name in _TEXT_BROWSERS:
        found.missing.append(
            "a browser that Python can open, as on a server: open the pages that commands write "
            "elsewhere, or name one in the variable BROWSER"
        )
    found.facts["Node"] = "not needed"
    return found
