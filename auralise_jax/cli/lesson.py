"""The command ``lesson``: texts and panels in a page for a class."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import auralise_jax as aj
from auralise_jax.cli import options as shared
from auralise_jax.cli.browser import open_page
from auralise_jax.cli.clips import open_panel, shipped_clips
from auralise_jax.cli.loading import find_model
from auralise_jax.cli.words import place_panels, read_words
from auralise_jax.files import check_outputs
from auralise_jax.text import many

if TYPE_CHECKING:
    from auralise_jax.widgets.page import Figure

_DESCRIPTION = """\
Write a page for a class: texts and panels in one HTML file that needs no web, no server and no
Python. Everything in a panel works there but the choice of clip and rule: both sliders, player,
loop, zoom, layer wall, and of a long clip the windows that the page holds. With --live the network
is in the page, about 4.5 MB once, and everything works, on what students drop on a panel, too.
"""

_EPILOG = """\
--text names a Markdown file. A line with nothing but {panel} is replaced by the next clip's panel;
without such lines the panels follow the text. For example:

  # Which feature keeps the attacks?
  Press Play, then move the Feature slider. Headphones help.
  {panel}
  ## And in a dance track?
  {panel}

examples:
  auralise-jax lesson song.mp3 --out lesson.html
  auralise-jax lesson bach dance --text words.md --layers 1,3,5 --features 8
  auralise-jax lesson song.mp3 --start 62.5 --codec flac --max-mb 20
  auralise-jax lesson song.mp3 --timeline --layers 3
  auralise-jax lesson song.mp3 --windows 0,31.5,96 --features 6
  auralise-jax lesson bach song.mp3 --text words.md --live
  auralise-jax lesson bach --text worte.md --lang de
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``lesson``."""
    parents = [
        shared.model(),
        shared.rule(),
        shared.start("each clip"),
        shared.features(12),
        shared.timeline(),
        shared.live(),
        shared.codec(),
        shared.lang(),
        shared.out("page to write (default: %(default)s)", "lesson.html"),
        shared.shown(),
    ]
    made = argparse.ArgumentParser(
        description=_DESCRIPTION, epilog=_EPILOG, parents=parents, **settings
    )
    made.add_argument(
        "clips",
        nargs="+",
        help=f"a panel each: sound files, or shipped clips: {shipped_clips()}",
    )
    made.add_argument("--text", type=Path, help="Markdown file, see below")
    made.add_argument("--title", help="title of the page (default: the first heading)")
    made.add_argument(
        "--layers", type=_numbers, help="layers that the page holds, such as 1,3,5 (default: all)"
    )
    made.add_argument(
        "--max-mb",
        type=float,
        default=25,
        help="write no larger page (default: %(default)s)",
    )
    return made


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be numbers separated by commas, such as 1,3,5, not {text!r}"
        ) from None


def run(options: argparse.Namespace) -> int:
    """Write the page, and open it if asked to."""
    from auralise_jax.widgets.page import check_page

    shared.check_live(options, "layers", "features", "timeline", "windows")
    check_page(options.out)
    check_outputs({"--out": options.out}, [*options.clips, options.text, options.model])
    words = read_words(options.text) if options.text is not None else ""
    model, panels = find_model(options.model, live=options.live), []
    try:
        for name in options.clips:
            layer = options.layers[0] if options.layers else 1
            panels.append(open_panel(model, name, options, layer, live=options.live))
        lesson = aj.Lesson(
            place_panels(words, panels),
            layers=options.layers,
            features=options.features,
            codec=options.codec,
            timeline=options.timeline,
            windows=options.windows,
            live=options.live,
            title=options.title,
            lang=options.lang,
        )
        size = lesson.size / 1e6
        print(f"{options.out}: {_counts(lesson)}, up to about {size:.1f} MB")
        if size > options.max_mb:
            fewer = (
                "shorter or fewer clips" if options.live else "fewer --layers, --features or clips"
            )
            raise ValueError(
                f"that is more than {options.max_mb:g} MB: {_fitting(lesson, options.max_mb)}"
                f"choose {fewer}, or allow more with --max-mb"
            )
        path = lesson.save(options.out).resolve()
    finally:
        for panel in panels:
            panel.close()
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    if options.open:
        open_page(path)
    return 0


def _fitting(lesson: aj.Lesson, most: float) -> str:
    """Return how many windows of the time lines would fit, as the beginning of an advice."""
    windows = [(figure, window) for figure in lesson.figures for window in figure.windows]
    rest, fitting = lesson.size, len(windows)
    while fitting and rest > most * 1e6:
        fitting -= 1
        rest -= windows[fitting][0].window_bytes
    if not windows or rest > most * 1e6:
        return ""
    if not fitting:
        return "it would fit without --timeline; or "
    would = f"{fitting} of the {many(len(windows), 'further window')} would fit"
    if len(lesson.figures) == 1:
        starts = ",".join(f"{window.start:g}" for _, window in windows[:fitting])
        return f"{would}: --windows {starts}; or "
    return f"{would}, so name fewer with --windows; or "


def _counts(lesson: aj.Lesson) -> str:
    figures = lesson.figures
    if not figures:
        return f"{many(len(lesson.live), 'panel')} and the network"
    counts = {_count(figure) for figure in figures}
    features = " or ".join([*map(str, sorted(counts)[:-1]), many(max(counts), "feature")])
    each_layer = f"{many(len(figures[0].chosen), 'layer')} x {features}"
    windows = sum(1 + len(figure.windows) for figure in figures)
    each_window = f", {many(windows, 'window')}" if windows > len(figures) else ""
    return f"{many(len(figures), 'panel')}, {each_layer}{each_window}"


def _count(figure: Figure) -> int:
    """Return how many features of a layer a panel holds."""
    asked = next(iter(figure.chosen.values()))
    return asked if isinstance(asked, int) else len(asked)
