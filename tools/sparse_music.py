"""Sparse accompaniments, a part of the stress test: drums, bass and a single part, and no tune.

Written out by hand and not drawn from the grammar of `auralise_jax.composing`, so that a model
trained on that grammar meets plain music which it does not know: a slow song's band with a full
kit, dance music whose kick is not on every beat, and a bare hip-hop loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from auralise_jax.composing.beats import drum_part
from auralise_jax.composing.harmony import Changes
from auralise_jax.composing.lines import bass_line, chords
from auralise_jax.composing.pattern import Sketch, pick
from auralise_jax.synth.score import Score

SECONDS = 12.0
"""Pieces are as many whole bars as come nearest."""


@dataclass(frozen=True)
class _Band:
    """What a genre's sparse accompaniments are drawn from: patterns of a bar, programs, keys."""

    tempo: tuple[float, float]
    kits: Sequence[int]
    kicks: Sequence[str]
    backbeats: Sequence[Mapping[str, str]]
    times: Sequence[Mapping[str, str]]
    basses: Sequence[str]
    bass_programs: Sequence[int]
    comps: Sequence[tuple[str, Sequence[int]]]
    progressions: Sequence[str]
    swings: Sequence[float] = (0.5,)


_PIANOS, _PADS = (0, 1, 4, 5, 25), (48, 50, 52, 88, 89)
_BANDS = {
    "ballad": _Band(
        tempo=(58, 90),
        kits=(0, 8, 16),
        kicks=(
            "X.......X.......", "X.......X.....x.", "X......xX.......", "X.....x.X.......",
            "X.......X......x", "X.......X.x.....",
        ),
        backbeats=({"snare": "....X.......X..."}, {"snare": "....x.......x..."}),
        times=(
            {"hat": "x.o.x.o.x.o.x.o."}, {"hat": "x.x.x.x.x.x.x.x."}, {"ride": "x.o.x.o.x.o.x.o."},
            {"hat": "x...x...x...x..."},
        ),
        basses=(
            "r-------r-------", "r-----r-r-------", "r-------f-------", "r---------------",
            "r---r---r---r---", "r-------r-----a-",
        ),
        bass_programs=(32, 33, 35),
        comps=(
            ("x---------------", _PADS), ("x-------x-------", (*_PIANOS, *_PADS)),
            ("x---x---x---x---", _PIANOS), ("x-x-x-x-x-x-x-x-", _PIANOS),
        ),
        progressions=("I V vi IV", "I vi IV V", "vi IV I V", "I iii IV V", "i bVI bIII bVII"),
    ),
    "dance": _Band(
        tempo=(116, 139),
        kits=(24, 25, 0, 16),
        kicks=(
            "X.........x.....", "X..x......x.....", "X.....x...x...x.", "X..x..x...x.....",
            "X.x.......xx....", "X.......x.x.....|X..x......x...x.",
        ),
        backbeats=(
            {"snare": "....X.......X..."}, {"clap": "....X.......X..."},
            {"snare": "....X..g.g..X..g"},
            {"snare": "....X.......X...", "clap": "....x.......x..x"},
        ),
        times=(
            {"hat": "xoxoxoxoxoxoxoxo", "conga": "..x..x....x..x.."},
            {"hat": "x.o.x.o.x.o.x.o.", "shaker": "oooooooooooooooo"},
            {"open hat": "..x...x...x...x.", "cowbell": "x..x..x...x.x..."},
            {"hat": "x.oxx.oxx.oxx.ox", "rim": "...x..x....x..x."},
        ),
        basses=(
            "r..r..r.r..r..r.", "..r-..r-..r-..r-", "r-r-..r-..r-r-o-", "r.rr.r.rr.rr.ro.",
            "r--r--r---r--r--",
        ),
        bass_programs=(38, 39, 33),
        comps=(
            ("x..x..x...x..x..", (81, 62, 0, 4)), ("..x...x...x...x.", (90, 81, 16)),
            ("x---------------", (89, 50, 90)), ("x--x--x-........", (0, 17, 81)),
        ),
        progressions=("i bVI bIII bVII", "i i bVI bVII", "i iv", "I V vi IV", "i bVII"),
    ),
    "hip-hop": _Band(
        tempo=(74, 104),
        kits=(0, 8, 25, 24),
        kicks=(
            "X..x......x.....", "X......x..X.....", "X.x....x..x.....|X..x..x...x.....",
            "X..x...x..xx....", "X.....x..xX.....",
        ),
        backbeats=(
            {"snare": "....X.......X..."}, {"snare": "....X..g.g..X..."},
            {"snare": "....X.......X...", "clap": "....x.......x..."}, {"clap": "....X.......X..."},
        ),
        times=(
            {"hat": "x.o.x.o.x.o.x.o."}, {"hat": "x.x.x.xxx.x.x.x."}, {"hat": "xoxoxoxoxoxoxoxo"},
            {"hat": "x.o.x.o.x.o.x.o.", "open hat": "..............x."},
        ),
        basses=(
            "r------r..r-....", "r--r......r-----", "r-....r-..r-f-..", "r---------------",
            "r-.r...r..r-....",
        ),
        bass_programs=(32, 33, 38, 39),
        comps=(
            ("x---............", (0, 4, 11)), ("x-----x---......", (4, 5, 26)),
            ("x-------........", (48, 61, 52)), ("...x..x.......x.", (0, 4, 16)),
        ),
        progressions=("i bVI", "i iv", "ii V", "i bVII bVI V", "i i"),
        swings=(0.5, 0.56, 0.62),
    ),
}  # fmt: skip


def accompaniment(genre: str, seed: int) -> Score:
    """Return a sparse accompaniment: drums, a bass, and a single part that plays chords.

    Parameters
    ----------
    genre : str
        "ballad": 58 to 90 beats a minute, kick on one and three with a pickup, snare on two and
        four, straight hats. "dance": 116 to 139, a backbeat, a kick that is not on every beat,
        percussion between the beats. "hip-hop": 74 to 104, a backbeat, kicks off the beat, a bare
        loop, straight or swung.
    seed : int
        At least 0; the same seed gives the same piece.

    Raises
    ------
    ValueError
        If the genre is unknown.

    Examples
    --------
    >>> [part.name for part in accompaniment("ballad", seed=0).parts]
    ['drums', 'bass', 'chords']
    """
    if genre not in _BANDS:
        raise ValueError(f"genre must be one of {', '.join(map(repr, _BANDS))}; got {genre!r}")
    band = _BANDS[genre]
    rng = np.random.default_rng([sorted(_BANDS).index(genre), seed, 17])
    tempo = float(rng.uniform(*band.tempo))
    bars = max(2, round(SECONDS * tempo / 240))
    sketch = Sketch(tempo, bars, rng, swing=pick(rng, band.swings), looseness=0.004)
    beat = {"kick": pick(rng, band.kicks), **pick(rng, band.backbeats), **pick(rng, band.times)}
    drums = drum_part(beat, bars, crash=rng.random() < 0.2)
    sketch.add("drums", pick(rng, band.kits), drums, is_drum=True, level_db=rng.uniform(-3, 1))
    played = Changes.read(pick(rng, band.progressions), int(rng.integers(12)))
    bass = bass_line(pick(rng, band.basses), played, bars, low=int(rng.integers(28, 35)))
    sketch.add("bass", pick(rng, band.bass_programs), bass, level_db=rng.uniform(-5, -1))
    text, programs = pick(rng, band.comps)
    comp = chords(text, played, bars, centre=float(rng.uniform(57, 67)), spread=0.02)
    sketch.add("chords", pick(rng, programs), comp, level_db=rng.uniform(-7, -2))
    return sketch.score(f"sparse {genre} {seed}")
