"""The command ``demo``: a page to explore by ear, opened in the browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auralise_jax.cli import options as shared
from auralise_jax.cli.browser import open_page
from auralise_jax.cli.clips import open_panel, shipped_clips
from auralise_jax.cli.loading import find_model
from auralise_jax.files import check_outputs

if TYPE_CHECKING:
    from auralise_jax.widgets.panel import Panel

_PAPER = "[Choi, Fazekas, Sandler 2016](https://arxiv.org/abs/1607.02444)."
_EPILOG = """\
Nothing is fetched and nothing is served: the page is a file on your disk.

examples:
  auralise-jax demo                       the shipped prelude
  auralise-jax demo song.mp3 --features 4 your own, and a small page
  auralise-jax demo song.mp3 --live       with the network in the page: see auralise-jax page
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``demo``."""
    parents = [
        shared.model(),
        shared.rule(),
        shared.start(),
        shared.features(16),
        shared.timeline(),
        shared.live(),
        shared.lang(),
        shared.out("page to write (default: auralise-CLIP.html)"),
        shared.unopened("write the page only"),
    ]
    made = argparse.ArgumentParser(epilog=_EPILOG, parents=parents, **settings)
    made.add_argument(
        "clip",
        nargs="?",
        default="bach",
        help=f"sound file, or a shipped clip: {shipped_clips()} (default: %(default)s)",
    )
    return made


def run(options: argparse.Namespace) -> int:
    """Write the page, and open it."""
    from auralise_jax.widgets.page import check_page

    shared.check_live(options, "features", "timeline", "windows")
    out = options.out or Path(f"auralise-{Path(options.clip).stem}.html")
    check_page(out)
    check_outputs({"--out": out}, [options.clip, options.model])
    model = find_model(options.model, live=options.live)
    with open_panel(model, options.clip, options, live=options.live) as panel:
        path = panel.to_html(
            out,
            features=options.features,
            timeline=options.timeline,
            windows=options.windows,
            live=options.live,
            lang=options.lang,
            text=_text(panel, options.lang),
        ).resolve()
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    if not options.no_open:
        open_page(path)
    return 0


def _text(panel: Panel, lang: str) -> str:
    """Return what stands above the panel: a heading, and what to do."""
    from auralise_jax.languages import words

    column, feature = words(lang), f"{panel.layer}-{panel.feature}"
    title, text = column["demo.title"], column["demo.text"]
    return f"# {title}\n\n{text.format(feature=feature, paper=_PAPER)}"
