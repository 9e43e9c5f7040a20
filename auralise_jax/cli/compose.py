"""The command ``compose``: a folder of made-up music, to train on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

_EPILOG = """\
examples:
  auralise-jax compose music
  auralise-jax compose music --pieces 20 --families 0-9 --engines additive
  auralise-jax compose music --pieces 400 --mixes 4

NumPy is enough; the music sounds better with FluidSynth and soundfonts, which are used where they
are installed: pip install pretty-midi pyfluidsynth, on Debian also libfluidsynth3 and
fluidr3mono-gm-soundfont.
A folder per genre and groove family; existing files are kept.
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``compose``."""
    made = argparse.ArgumentParser(epilog=_EPILOG, **settings)
    made.add_argument("folder", type=Path, help="where the music goes, made if missing")
    made.add_argument(
        "--pieces", type=int, default=100, help="of each genre, 10 to 16 s (default: %(default)s)"
    )
    made.add_argument(
        "--seed",
        type=int,
        help="of the first piece (default: far from those that the shipped model learnt from)",
    )
    made.add_argument(
        "--mixes",
        type=int,
        default=1,
        help="of each piece; the second and later ones leave parts out and sound otherwise "
        "(default: %(default)s)",
    )
    made.add_argument(
        "--families", type=_range, metavar="A-B", help="which groove families (default: all)"
    )
    made.add_argument(
        "--engines",
        nargs="+",
        choices=("fluidsynth", "blend", "additive"),
        help="synthesisers that take turns (default: all that work here)",
    )
    made.add_argument(
        "--fonts",
        nargs="+",
        type=Path,
        metavar="FONT",
        help="soundfont files that take turns (default: all that are found)",
    )
    return made


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        numbers = range(int(first), int(last or first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no range such as 72-95") from None
    if not numbers:
        raise argparse.ArgumentTypeError(f"{text} holds no number; write the smaller number first")
    return numbers


def run(options: argparse.Namespace) -> int:
    """Compose the music, and print how many pieces there are."""
    from auralise_jax.composing.compose import ALL_FAMILIES, FIRST_SEED, compose

    paths = compose(
        options.folder,
        options.pieces,
        families=options.families or ALL_FAMILIES,
        engines=options.engines,
        fonts=options.fonts,
        seed=FIRST_SEED if options.seed is None else options.seed,
        mixes=options.mixes,
    )
    pieces = f"{len(paths) // options.mixes} pieces"
    print(f"{options.folder}: {pieces}{f', {len(paths)} files' if options.mixes > 1 else ''}")
    return 0
