"""The command ``atlas``: what every feature responds to in a folder of music."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auralise_jax.cli import options as shared
from auralise_jax.cli.browser import open_page
from auralise_jax.cli.loading import find_model

if TYPE_CHECKING:
    from auralise_jax.atlas import Atlas

_DESCRIPTION = """\
Search a folder of music for the places where every feature of a network responds most.

Writes a site: a page of pictures to search, which play under the pointer, and a page per feature
with its nine strongest excerpts (the music and what of it the feature responded to, as pictures and
sounds, with a second on either side), the features that respond to the same music, and a name if
the feature detects something better than random weights can. The site needs no web and no server:
open atlas/index.html, put the folder on a stick or on any web server.

Beside the site are tables for those who count: index.parquet (a row per excerpt), features.parquet
and files.parquet (which files were searched, which were skipped, and why).
"""

_EPILOG = """\
An excerpt is a cell of the feature's map and the part of the music that this cell sees, its
receptive field. Of two cells nearer in time than a receptive field only the stronger counts, and a
file gives two excerpts at most. A file is one long picture to the network, so that only its
beginning and end are edges; excerpts there are marked.

Stopped, or more music? The same command goes on: files that were searched before, known by their
content, are not searched again. The results so far are kept in atlas/kept, which may be deleted.

On two cores the shipped model searches some 500 hours of music in an hour; the pages of all 320
features then take two minutes or three to render, and some 140 MB (--features 16: a quarter).

--rank effect asks what matters: of four times as many places it shows those where muting the
feature in the whole window changes the prediction most, with the change of the logit of the class
that the network predicts there, and the same with random weights. The pages and index.parquet then
say both of each excerpt. Muting takes one or two minutes more for the shipped model.

More machines: start `dask scheduler` on one of them and `dask worker ADDRESS` on all; they must see
the music and the atlas under the same paths, and have `pip install distributed`. On processors of
the same kind the tables come out the same, byte for byte.

examples:
  auralise-jax atlas my_music
  auralise-jax atlas my_music --model mine.safetensors --out mine --features 16
  auralise-jax atlas my_music --out what_matters --rank effect
  auralise-jax atlas my_music --scheduler tcp://127.0.0.1:8786
"""

_SHOWN = 5
"""Skipped files that are printed; files.parquet lists all."""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``atlas``."""
    out = shared.out("folder to write (default: %(default)s)", "atlas")
    parents = [shared.model(), out, shared.shown()]
    made = argparse.ArgumentParser(
        description=_DESCRIPTION, epilog=_EPILOG, parents=parents, **settings
    )
    made.add_argument("folder", type=Path, help="sound files, in sub-folders or not")
    made.add_argument(
        "--excerpts", type=int, default=9, help="of each feature (default: %(default)s)"
    )
    made.add_argument(
        "--rank",
        choices=("activation", "effect"),
        default="activation",
        help="what excerpts are ranked by: how much the feature responds, or how much muting it "
        "changes the prediction (default: %(default)s)",
    )
    made.add_argument(
        "--features",
        type=int,
        metavar="N",
        help="pages per layer, for the features that respond most, and for all that have a name "
        "(default: all)",
    )
    made.add_argument(
        "--no-names",
        action="store_true",
        help="do not dissect the model, which takes minutes once and gives features names",
    )
    made.add_argument(
        "--no-site", action="store_true", help="write the tables only, no pages and no sounds"
    )
    made.add_argument(
        "--scheduler", metavar="ADDRESS", help="of Dask, whose workers do the work, see below"
    )
    return made


def run(options: argparse.Namespace) -> int:
    """Make the atlas; print the skipped files and where the atlas is."""
    from auralise_jax.atlas import atlas, scheduler
    from auralise_jax.atlas.site import site_bytes
    from auralise_jax.text import shorten

    with contextlib.ExitStack() as opened:
        executor = None
        if options.scheduler is not None:
            executor = opened.enter_context(scheduler(options.scheduler))
        made = atlas(
            options.folder,
            options.out,
            find_model(options.model),
            excerpts=options.excerpts,
            rank=options.rank,
            features=options.features,
            names=not options.no_names,
            executor=executor,
            site=not options.no_site,
        )
    _print_skipped(made)
    for number, why in made.left_out.items():
        layer = shorten(made.layers[number - 1], 60)
        print(f"left out layer {number}, {layer}: {why}", file=sys.stderr)
    print(made)
    if options.no_site:
        print(options.out / "index.parquet")
        return 0
    print(f"{made.page.resolve()} ({site_bytes(made.folder) / 1e6:.1f} MB of pages)")
    if options.open:
        open_page(made.page)
    return 0


def _print_skipped(made: Atlas) -> None:
    from auralise_jax.text import shorten

    for file in made.skipped[:_SHOWN]:
        print(f"skipped {shorten(file.file, 60)}: {shorten(file.reason, 120)}", file=sys.stderr)
    more = len(made.skipped) - _SHOWN
    if more > 0:
        print(f"skipped {more:,} more, see {made.folder / 'files.parquet'}", file=sys.stderr)
