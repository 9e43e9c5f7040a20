"""The command line for lessons: parses, calls, prints."""

from __future__ import annotations

import argparse
import codecs
import contextlib
import io
import re
import sys
import warnings
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import auralise_jax as aj
from auralise_jax.audio.decode import quiet_decoders
from auralise_jax.files import check_outputs

if TYPE_CHECKING:
    from auralise_jax.widgets.panel import Panel
    from auralise_jax.widgets.song import Song

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
        "--layers", type=_numbers, help="layers that the page holds, such as 1,3,5 (default: all)"
    )
    lesson.add_argument(
        "--features",
        type=int,
        default=12,
        help="features per layer, the most interesting first (default: 12)",
    )
    lesson.add_argument("--rule", default="deconvnet", help="deconvnet, gradient or guided")
    add_start(lesson, "each clip")
    lesson.add_argument(
        "--codec",
        default="ogg",
        choices=("ogg", "flac"),
        help="ogg: Vorbis, small; flac: without loss, about three times the sound (default: ogg)",
    )
    lesson.add_argument(
        "--max-mb", type=float, default=25.0, help="write no larger page (default: 25)"
    )
    lesson.add_argument("--open", action="store_true", help="then open it in the browser")
    lesson.set_defaults(run=_lesson)


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add ``--model``."""
    parser.add_argument(
        "--model", default="genre", help="shipped name or model file (default: genre)"
    )


def add_start(parser: argparse.ArgumentParser, what: str = "the clip") -> None:
    """Add ``--start``."""
    parser.add_argument(
        "--start", type=float, help=f"seconds into {what} (default: its busiest part)"
    )


def find_window(name: str, start: float | None, duration: float) -> tuple[Song, float]:
    """Return a shipped clip or a file, and where the window starts that is heard of it.

    Where the sound is longer than that, say which part is used.
    """
    from auralise_jax.widgets.opening import find_song

    _check_name(name)
    with _decoding():
        song = find_song(name)
        begin = song.opening(duration) if start is None else start
        _say_window(name, begin, start is None, song.duration, duration)
    return song, begin


def open_panel(
    model: aj.Model, name: str, options: argparse.Namespace, layer: int = 1
) -> aj.Explorer:
    """Open a panel on a window of a clip, at the layer's most interesting feature."""
    from auralise_jax.widgets.explorer import open_explorer

    _check_name(name)
    told = {"layer": layer, "rule": options.rule, "start": options.start}
    with _decoding():
        panel = open_explorer(model, options.model, name, **told)
        if song := panel.facts["song"]:
            _say_window(name, panel.start, options.start is None, song["duration"], song["window"])
    return panel


def _check_name(name: str) -> None:
    examples = aj.example_clips()
    if name not in examples and not Path(name).exists():
        shipped = ", ".join(examples)
        raise FileNotFoundError(f"there is no file {name}, and the shipped clips are {shipped}")


def _say_window(name: str, start: float, chosen: bool, whole: float, window: float) -> None:
    if whole > window + 0.05 and 0 <= start < whole:  # less than 0.05 s more is no other place
        end = min(start + window, whole)
        why = ", the busiest part" if chosen and start > 0 else ""
        print(
            f"{name}: using {start:g}-{round(end, 2):g} s of {whole:.0f} s{why}; "
            "--start chooses another"
        )


@contextlib.contextmanager
def _decoding() -> Iterator[None]:
    """Drop what decoders write to the terminal, and say afterwards what there is to say."""
    said: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as said, quiet_decoders():
            yield
    finally:
        for one in said:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be numbers separated by commas, such as 1,3,5, not {text!r}"
        ) from None


def _lesson(options: argparse.Namespace) -> int:
    from auralise_jax.widgets.page import check_page

    check_page(options.out)
    check_outputs({"--out": options.out}, [*options.clips, options.text, options.model])
    words = _read(options.text) if options.text is not None else ""
    model, panels = aj.load_model(options.model), []
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
