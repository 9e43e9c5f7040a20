"""Options that several commands share, each as a parent for `argparse.ArgumentParser`.

Choices and defaults are repeated here, since the rooms that define them load JAX, and ``--help``
should not have to wait for that.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

RULES = ("deconvnet", "gradient", "guided")
POSITIONS = ("all", "strongest")
RESYNTHESES = ("phase", "mask")
LOUDNESSES = ("match", "raw")
CODECS = ("ogg", "flac")
LANGUAGES = ("en", "de", "fr")
SIZES = ("paper", "small")
RECIPE = {
    "batch": 32, "rate": 0.001, "seed": 0, "validate_every": 50, "patience": 10, "outliers": 0.1,
}  # fmt: skip

MODEL = (
    "name from auralise-jax models, model file, or MODULE:OBJECT for a model that is made by a "
    "Python module, installed or in the current folder"
)


def model() -> argparse.ArgumentParser:
    """Return ``--model``: the network."""
    return _parent("--model", default="genre", help=f"{MODEL} (default: %(default)s)")


def layer(default: int | None = 1) -> argparse.ArgumentParser:
    """Return ``--layer``: the layer that the feature is in."""

    def number_or_name(text: str) -> int | str:
        return int(text) if text.lstrip("-").isdigit() else text

    what = "number from 1, or a name" + " (default: %(default)s)" * (default is not None)
    return _parent("--layer", type=number_or_name, default=default, help=what)


def feature(default: int | None = 0) -> argparse.ArgumentParser:
    """Return ``--feature``: the feature that is projected."""
    what = "number from 0" + " (default: %(default)s)" * (default is not None)
    return _parent("--feature", type=int, default=default, help=what)


def rule() -> argparse.ArgumentParser:
    """Return ``--rule``: the backward rule that projects."""
    what = "what a ReLU does on the way back (default: %(default)s)"
    return _parent("--rule", choices=RULES, default="deconvnet", help=what)


def position() -> argparse.ArgumentParser:
    """Return ``--position``: which cells of a feature's map are projected."""
    what = "all of the feature's map, or the strongest cell only (default: %(default)s)"
    return _parent("--position", choices=POSITIONS, default="all", help=what)


def resynthesis() -> argparse.ArgumentParser:
    """Return ``--resynthesis``: how a projection becomes sound."""
    what = (
        "phase: the projection's magnitudes and the source's phase, as in the paper; "
        "mask: the source times the projection (default: %(default)s)"
    )
    return _parent("--resynthesis", choices=RESYNTHESES, default="phase", help=what)


def loudness() -> argparse.ArgumentParser:
    """Return ``--loudness``: how loud the sound is."""
    what = "match: as loud as the source; raw: as it is (default: %(default)s)"
    return _parent("--loudness", choices=LOUDNESSES, default="match", help=what)


def start(clip: str = "the clip") -> argparse.ArgumentParser:
    """Return ``--start``: where the network's window begins."""
    return _parent("--start", type=float, help=f"seconds into {clip} (default: its busiest part)")


def features(count: int) -> argparse.ArgumentParser:
    """Return ``--features``: how many features of each layer a page holds."""
    what = f"features per layer, the most interesting first (default: {count}, with --timeline 4)"
    return _parent("--features", type=int, help=what)


def timeline() -> argparse.ArgumentParser:
    """Return ``--timeline`` and ``--windows``: what a page holds of a long clip."""
    what = (
        "show the whole of a clip that is longer than the network's window, and hold the windows "
        "where the first feature is strongest and those that carry each class most"
    )
    parser = _parent("--timeline", action="store_true", help=what)
    what = "with a time line, hold the windows that begin here instead, such as 12,62.5"
    parser.add_argument("--windows", type=_seconds, metavar="SECONDS", help=what)
    return parser


def _seconds(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be seconds separated by commas, such as 12,62.5, not {text!r}"
        ) from None


def live() -> argparse.ArgumentParser:
    """Return ``--live``: the network goes into the page."""
    what = (
        "put the network itself into the page: every feature, rule and window, and any sound "
        "that is dropped there; not with what chooses what a page holds of these"
    )
    return _parent("--live", action="store_true", help=what)


def check_live(options: argparse.Namespace, *names: str) -> None:
    """End a command that is asked for a page that computes, and for what such a page holds."""
    given = [f"--{name}" for name in names if getattr(options, name) not in (None, False)]
    if options.live and given:
        options.refuse(
            f"{' and '.join(given)} cannot go with --live: a page that computes has every feature "
            "of every layer and window"
        )


def codec() -> argparse.ArgumentParser:
    """Return ``--codec``: how a page holds sound."""
    what = (
        "ogg: Vorbis, small; flac: without loss, about three times the sound (default: %(default)s)"
    )
    return _parent("--codec", choices=CODECS, default="ogg", help=what)


def lang(of: str = "the controls") -> argparse.ArgumentParser:
    """Return ``--lang``: the language of a page's controls, or of the page itself."""
    what = f"language of {of}: English, German or French (default: %(default)s)"
    return _parent("--lang", choices=LANGUAGES, default="en", help=what)


def out(what: str, default: str | None = None) -> argparse.ArgumentParser:
    """Return ``--out``: the file or folder that is written."""
    return _parent("--out", type=Path, default=default, help=what)


def cache() -> argparse.ArgumentParser:
    """Return ``--cache``: where decoded music is kept."""
    what = "folder for decoded sound (default: your cache folder)"
    return _parent("--cache", type=Path, help=what)


def shown() -> argparse.ArgumentParser:
    """Return ``--open``, for commands that open nothing by default."""
    return _parent("--open", action="store_true", help="open the result in the browser")


def unopened(what: str) -> argparse.ArgumentParser:
    """Return ``--no-open``, for commands that open their result by default; `what` is its help."""
    return _parent("--no-open", action="store_true", help=what)


def _parent(flag: str, **settings: Any) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(flag, **settings)
    return parser
