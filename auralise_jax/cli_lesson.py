"""The command line for lessons: parses, calls, prints."""

from __future__ import annotations

import argparse
import codecs
import io
import math
import re
import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import auralise_jax as aj
from auralise_jax.audio.decode import quiet_decoders, whole_duration
from auralise_jax.files import check_outputs

if TYPE_CHECKING:
    from auralise_jax.widgets.panel import Panel

_LESSON = """\
Write a page for a class: words and panels in one HTML file that needs no network, no server and no
Python. Everything in a panel but the choice of clip and rule works there: both sliders, player,
loop, zoom, layer wall.
"""

_LESSON_EPILOG = """\
--text names a Markdown file. A line that is just {panel} stands where a panel goes, one for each
clip in turn; without such lines the panels follow the words. For example:

  # Which feature keeps the attacks?
  Press Play, then move the Feature slider. Headphones help.
  {panel}
  ## And in a dance track?
  {panel}

examples:
  auralise-jax lesson song.mp3 --out lesson.html
  auralise-jax lesson bach dance --text words.md --layers 1,3,5 --features 8
  auralise-jax lesson song.mp3 --start 62.5 --codec flac --max-mb 20
"""

_LARGEST_TEXT = 10_000_000

_MARK = re.compile(r"^[ \t]*\{panel\}[ \t]*$", re.MULTILINE)


def add_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add ``lesson`` to the commands."""
    lesson = command(
        "lesson",
        "write a page with words and panels for a class",
        description=_LESSON,
        epilog=_LESSON_EPILOG,
    )
    lesson.add_argument(
        "clips",
        nargs="+",
        help=f"a panel each: sound files, or shipped clips: {', '.join(aj.example_clips())}",
    )
    lesson.add_argument(
        "--out",
        type=Path,
        default=Path("lesson.html"),
        help="page to write (default: lesson.html)",
    )
    lesson.add_argument("--text", type=Path, help="Markdown file, see below")
    lesson.add_argument("--title", help="title of the page (default: the first heading)")
    add_model(lesson)
    lesson.add_argument(
        "--layers", type=_numbers, help="layers in the page, such as 1,3,5 (default: all)"
    )
    lesson.add_argument(
        "--features",
        type=int,
        default=12,
        help="features per layer, the most interesting first (default: 12)",
    )
    lesson.add_argument("--rule", default="deconvnet", help="deconvnet, gradient or guided")
    lesson.add_argument(
        "--start", type=float, default=0.0, help="seconds into each clip (default: 0)"
    )
    lesson.add_argument(
        "--codec",
        default="ogg",
        choices=("ogg", "flac"),
        help="ogg: Vorbis, small; flac: without loss, about three times the sound (default: ogg)",
    )
    lesson.add_argument(
        "--max-mb", type=float, default=25.0, help="write nothing larger (default: 25)"
    )
    lesson.add_argument("--open", action="store_true", help="open it in the browser then")
    lesson.set_defaults(run=_lesson)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add ``--model``."""
    parser.add_argument(
        "--model", default="genre", help="shipped name or model file (default: genre)"
    )


def find_window(name: str, start: float, duration: float) -> tuple[aj.Clip, float]:
    """Return the clip, and where the window starts in it; of a file only that part is read.

    Where there is more to hear, say which part is heard.
    """
    examples = aj.example_clips()
    if name in examples:
        clip, begin = examples[name], start
        whole = clip.duration
    elif not Path(name).exists():
        shipped = ", ".join(examples)
        raise FileNotFoundError(f"there is no file {name}, and the shipped clips are {shipped}")
    else:
        with quiet_decoders():
            clip, begin = aj.load_clip(name, offset=start, duration=duration), 0.0
            whole = whole_duration(name)
    if whole > duration + 0.05 and 0 <= start < whole:  # less than 0.05 s more is no other place
        end = start + min(duration, clip.duration - begin)
        of = "" if whole == math.inf else f" of {whole:.0f} s"
        print(f"{name}: heard {start:g}-{round(end, 2):g} s{of}; --start chooses another place")
    return clip, begin


def open_panel(
    model: aj.Model, name: str, options: argparse.Namespace, layer: int = 1
) -> aj.Explorer:
    """Open a panel on a window of a clip, at the layer's most interesting feature."""
    clip, start = find_window(name, options.start, model.frontend.duration)
    panel = aj.explore(model, clip, layer=layer, rule=options.rule, start=start)
    panel.feature = int(aj.survey(panel.heard, layer, options.rule).order[0])
    return panel


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"numbers with commas between, not {text!r}") from None


def _lesson(options: argparse.Namespace) -> int:
    from auralise_jax.widgets.page import check_page

    check_page(options.out)
    check_outputs({"--out": options.out}, [*options.clips, options.text, options.model])
    words = _read(options.text) if options.text is not None else ""
    model = aj.load_model(options.model)
    panels = []
    try:
        for name in options.clips:
            layer = options.layers[0] if options.layers else 1
            panels.append(open_panel(model, name, options, layer))
        lesson = aj.Lesson(
            _blocks(words, panels),
            layers=options.layers,
            features=options.features,
            codec=options.codec,
            title=options.title,
        )
        size = lesson.size / 1e6
        print(f"{options.out}: {_counts(lesson)}, up to about {size:.1f} MB")
        if size > options.max_mb:
            raise ValueError(
                f"that is more than {options.max_mb:g} MB: choose fewer --layers, --features or "
                "clips, or allow more with --max-mb"
            )
        path = lesson.save(options.out).resolve()
    finally:
        for panel in panels:
            panel.close()
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    if options.open and not webbrowser.open(path.as_uri()):
        print("no browser was found here: open that file in one", file=sys.stderr)
    return 0


def _read(path: Path) -> str:
    """Return a text in UTF-8, or in UTF-16 as Windows marks it by its first two bytes."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a Markdown file in it")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    with path.open("rb") as file:
        data = file.read(_LARGEST_TEXT + 1)
    if len(data) > _LARGEST_TEXT:
        raise ValueError(f"{path} has more than {_LARGEST_TEXT / 1e6:g} MB; a text is shorter")
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        # Line ends of every system become "\n".
        text = io.TextIOWrapper(io.BytesIO(data), "utf-16" if marked else "utf-8-sig").read()
    except UnicodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError(f"{path} is not a UTF-8 text; save it as UTF-8 in your editor")
    return text


def _blocks(words: str, panels: Sequence[Panel]) -> Iterator[str | Panel]:
    parts = _MARK.split(words)
    if len(parts) - 1 > len(panels):
        raise ValueError(
            f"the text has {_several(len(parts) - 1, 'line')} {{panel}}, but there "
            f"{'is' if len(panels) == 1 else 'are'} {_several(len(panels), 'clip')}"
        )
    left = list(panels)
    for number, part in enumerate(parts):
        if number and left:
            yield left.pop(0)
        if part.strip():
            yield part
    yield from left


def _counts(lesson: Any) -> str:
    from auralise_jax.widgets.page import Figure

    figures = [block for block in lesson.blocks if isinstance(block, Figure)]
    layers = figures[0].chosen
    ask = next(iter(layers.values()))
    each = ask if isinstance(ask, int) else len(ask)
    each_layer = f"{_several(len(layers), 'layer')} x {_several(each, 'feature')}"
    return f"{_several(len(figures), 'panel')}, {each_layer}"


def _several(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
