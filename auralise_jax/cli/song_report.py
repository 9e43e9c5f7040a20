"""What the command ``song`` says of a song: which class where, the strongest places, a table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from auralise_jax.network.answer import NONE
from auralise_jax.network.task import shown
from auralise_jax.text import Rows, aligned, many, percent, shorten

if TYPE_CHECKING:
    import auralise_jax as aj

MOST = 12
"""Stretches of a class that are printed, at most."""


def clock(seconds: float) -> str:
    """Return a place in a song as minutes and seconds.

    Examples
    --------
    >>> clock(7.25), clock(61), clock(3725.04)
    ('0:07.2', '1:01', '1:02:05')
    """
    tenths = round(10 * seconds)
    hours, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    text = f"{rest // 10:02}" + f".{rest % 10}" * (rest % 10 > 0 and not hours)
    return f"{hours}:{minutes:02}:{text}" if hours else f"{minutes}:{text}"


def places(moments: Sequence[aj.Moment], *, odds: bool = False) -> str:
    """Return moments as text, with their probabilities if `odds`.

    Examples
    --------
    >>> from auralise_jax.listening import Moment
    >>> places([Moment(61.0, 65.0, 0.982), Moment(3.0, 7.0, 0.9)], odds=True)
    '1:01-1:05 (98.2 %), 0:03-0:07 (90.0 %)'
    """
    return ", ".join(
        f"{clock(one.start)}-{clock(one.end)}" + f" ({percent(one.value)})" * odds
        for one in moments
    )


def said_of(song: aj.SongListening, beside: aj.SongListening | None) -> Iterator[str]:
    """Yield lines about a song: its length and loudness, and which class is likely where.

    Parameters
    ----------
    song : SongListening
        As it was heard.
    beside : SongListening, optional
        As the network hears it that was trained; compared with where features are muted.
    """
    loud = f"{song.loudness:.1f} LUFS" if math.isfinite(song.loudness) else "no loudness"
    yield (
        f"{shorten(song.title, 60) or 'song'}: {clock(song.duration)}, "
        f"{many(len(song.times), 'window')} of {song.seconds:g} s, one every {song.hop:g} s, {loud}"
    )
    if not song.classes:
        yield f"model {song.model.name!r} knows no classes; its features can be heard all the same"
        return
    if song.model.task == "classes":
        yield from _stretches(song)
    mean = dict(zip(song.classes, song.probabilities.mean(axis=0).tolist(), strict=True))
    was = (
        {}
        if beside is None
        else dict(zip(beside.classes, beside.probabilities.mean(axis=0).tolist(), strict=True))
    )
    rows: Rows = []
    where = []
    for name, value in sorted(shown(song.model.task, mean), key=lambda one: -one[1]):
        changed = [f"(was {percent(was[name])})"] if was else []
        rows.append((f"  {shorten(name, 40)}", percent(value), *changed))
        likeliest = song.likeliest(name, 1)
        where.append(f"likeliest at {places(likeliest, odds=True)}" if likeliest else "nowhere")
    yield "mean over all windows:"
    yield from map("  ".join, zip(aligned(rows), where, strict=True))


def _stretches(song: aj.SongListening) -> Iterator[str]:
    """Yield the stretches in which the same class is the likeliest, or none is likely enough."""
    most = song.probabilities.max(axis=1)
    middles = song.times + song.seconds / 2
    edges = [0.0, *((middles[1:] + middles[:-1]) / 2).tolist(), song.duration]
    found, first = [], 0
    for answer, run in itertools.groupby(song.answers):
        count = len(list(run))
        own = most[first : first + count].mean()
        found.append((edges[first], edges[first + count], answer, float(own)))
        first += count
    longest = sorted(found, key=lambda one: one[0] - one[1])[:MOST]
    of_all = f", the {MOST} longest of {len(found)}" if len(found) > MOST else ""
    below = song.model.none_below
    none = f", or {NONE} where it is less than {percent(below)} likely" if below else ""
    yield f"the likeliest class{none}{of_all}:"
    rows: Rows = [
        (f"  {clock(start)}-{clock(end)}", shorten(name, 40), percent(share))
        for start, end, name, share in sorted(longest)
    ]
    yield from aligned(rows, left=2)


def rows_of(
    song: aj.SongListening, layer: int | str | None, feature: int | None
) -> tuple[list[str], list[list[str]]]:
    """Return the names and the lines of a table: a line a window, a column a class or feature."""
    columns = {"start_s": song.times, "end_s": np.minimum(song.times + song.seconds, song.duration)}
    columns |= dict(zip(song.classes, song.probabilities.T, strict=True))
    if layer is not None:
        number, activity = song.model.number(layer), song.activity(layer)
        wanted = range(activity.shape[1]) if feature is None else [feature]
        columns |= {f"activity {number}-{one}": activity[:, one] for one in wanted}
    lines = zip(*columns.values(), strict=True)
    # Times to a tenth of a millisecond, hours into a song too.
    return list(columns), [
        [*(f"{round(time, 4):.10g}" for time in line[:2]), *(f"{value:.6g}" for value in line[2:])]
        for line in lines
    ]
