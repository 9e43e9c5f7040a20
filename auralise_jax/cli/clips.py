"""Clips that a command names: found, decoded without remarks, and cut to the model's window."""

from __future__ import annotations

import argparse
import contextlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import auralise_jax as aj
from auralise_jax.cli.loading import as_given

if TYPE_CHECKING:
    from auralise_jax.widgets.song import Song


def shipped_clips() -> str:
    """Return the names of the shipped clips, for people to read.

    Examples
    --------
    >>> shipped_clips()
    'bach, ballad, dance, hiphop'
    """
    return ", ".join(aj.example_clips())


def find_window(name: str, start: float | None, duration: float) -> tuple[Song, float]:
    """Return a shipped clip or a file, and where the model's window begins in it, in seconds.

    Where the clip is longer than the window, print which part is used.
    """
    from auralise_jax.widgets.opening import find_song

    check_name(name)
    with decoding():
        song = find_song(name)
        begin = song.opening(duration) if start is None else start
        _print_window(name, begin, start is None, song.duration, duration)
    return song, begin


def open_panel(
    model: aj.Model,
    names: str | Sequence[str],
    options: argparse.Namespace,
    layer: int = 1,
    *,
    live: bool = False,
) -> aj.Explorer:
    """Open a panel on a window of a clip, at the layer's most interesting feature.

    Of several clips the first is shown. Where it is longer than the window, print which part is
    used; a page that computes, `live`, has the rest too, and only opens there.
    """
    from auralise_jax.widgets.exploring import open_explorer

    names = (names,) if isinstance(names, str) else tuple(dict.fromkeys(names))
    for name in names:
        check_name(name)
    settings = {"layer": layer, "rule": options.rule, "start": options.start}
    with decoding():
        panel = open_explorer(model, as_given(options.model, model), names, **settings)
        if song := panel.facts["song"]:
            chosen, verb = options.start is None, "opens at" if live else "using"
            _print_window(
                names[0], panel.start, chosen, song["duration"], song["window"], verb=verb
            )
    return panel


def check_name(name: str) -> None:
    """Raise FileNotFoundError if there is neither a file nor a shipped clip of that name."""
    if name not in aj.example_clips() and not Path(name).exists():
        raise FileNotFoundError(
            f"there is no file {name}, and the shipped clips are {shipped_clips()}"
        )


def _print_window(
    name: str, start: float, chosen: bool, whole: float, window: float, *, verb: str = "using"
) -> None:
    if whole > window + 0.05 and 0 <= start < whole:  # 0.05 s more leave no choice
        end = min(start + window, whole)
        why = ", the busiest part" if chosen and start > 0 else ""
        print(
            f"{name}: {verb} {start:g}-{round(end, 2):g} s of {whole:.0f} s{why}; "
            "--start chooses another"
        )


@contextlib.contextmanager
def decoding() -> Iterator[None]:
    """Silence the decoders' own messages, and pass warnings on afterwards."""
    from auralise_jax.audio.decode import quiet_decoders

    caught: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as caught, quiet_decoders():
            yield
    finally:
        for warning in caught:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
