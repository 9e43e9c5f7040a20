"""Compose a folder of music: pieces of every genre, played and mixed, as any data set is laid out.

    auralise-jax compose MUSIC --pieces 100

A sub-folder per genre, in it one per groove family, so that the split by group is one by family.
What a file holds follows from its name, the soundfonts and the versions alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tqdm.auto import tqdm

from auralise_jax.learning.grooves import FAMILIES, GENRES, groove
from auralise_jax.learning.synth import Engine, default_engine, find_soundfonts, render

SAMPLE_RATE = 22_050
ALL_FAMILIES = range(FAMILIES)
UNSEEN_FAMILIES = range(FAMILIES - FAMILIES // 4, FAMILIES)
"""Kept out of training, for a score on grooves that were never heard."""
UNSEEN_FONT = "sf_GMbank.sf2"
"""Kept out of training, for a score on instruments that were never heard."""


class _Job(NamedTuple):
    path: Path
    genre: str
    family: int
    seed: int
    engine: Engine
    font: Path | None


def compose(
    folder: str | Path,
    pieces: int,
    *,
    families: Sequence[int] = ALL_FAMILIES,
    engines: Sequence[Engine] | None = None,
    fonts: Sequence[str | Path] | None = None,
    seed: int = 0,
    processes: int | None = None,
    progress: bool = True,
) -> list[Path]:
    """Write pieces of every genre as FLAC files; those that are there already are kept.

    Parameters
    ----------
    folder : str or Path
        Gets a sub-folder per genre, and in it one per family.
    pieces : int
        Of each genre, 10 to 16 s long; families, engines and fonts take turns.
    families : sequence of int
        Which groove families to draw on, 0 to `FAMILIES` - 1.
    engines : sequence of {"fluidsynth", "blend", "additive"}, optional
        See `synth.render`. By default all three, or the additive one alone where FluidSynth or a
        soundfont is missing.
    fonts : sequence of str or Path, optional
        Soundfonts; by default all that `find_soundfonts` finds.
    seed : int
        Of the first piece; the following pieces count on from it.
    processes : int, optional
        How many work at once; by default one per core.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    list of Path
        The files, all genres in turn.

    Raises
    ------
    ValueError
        If a number is out of range.
    FileNotFoundError
        If a soundfont does not exist.
    ImportError
        If an engine needs FluidSynth and it is not installed.

    Examples
    --------
    >>> import tempfile
    >>> files = compose(tempfile.mkdtemp(), 1, engines=["additive"], progress=False)
    >>> [file.parts[-3] for file in files]
    ['ballad', 'dance', 'hip-hop']
    """
    if pieces < 1 or seed < 0:
        raise ValueError(f"pieces must be 1 or more and seed 0 or more, not {pieces} and {seed}")
    if not families or not all(0 <= family < FAMILIES for family in families):
        raise ValueError(f"families must be numbers from 0 to {FAMILIES - 1}, not {families!r}")
    every: tuple[Engine, ...] = ("fluidsynth", "blend", "additive")
    engines = engines or (every if default_engine() == "fluidsynth" else ("additive",))
    fonts = find_soundfonts() if fonts is None else tuple(map(Path, fonts))
    for font in fonts:
        if not font.is_file():
            raise FileNotFoundError(f"there is no soundfont {font}")
    if not fonts and set(engines) != {"additive"}:
        raise FileNotFoundError(
            "there is no soundfont here: name one (--fonts), or take the additive engine alone"
        )
    endless = _jobs(Path(folder), families, engines, fonts, seed)
    jobs = list(islice(endless, pieces * len(GENRES)))
    missing = [job for job in jobs if not job.path.exists()]
    for place in {job.path.parent for job in missing}:
        place.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        done = pool.map(_play, missing, chunksize=4)
        for _ in tqdm(done, "composing", len(missing), unit="piece", disable=not progress):
            pass
    return [job.path for job in jobs]


def _jobs(
    folder: Path,
    families: Sequence[int],
    engines: Sequence[Engine],
    fonts: Sequence[Path],
    first: int,
) -> Iterator[_Job]:
    for number in count():
        seed, family = first + number, families[number % len(families)]
        engine = engines[_turn(number, _GOLDEN, len(engines))]
        font = None if engine == "additive" else fonts[_turn(number, _SILVER, len(fonts))]
        name = "-".join([f"{seed:06}", engine, *([font.stem] if font else [])])
        for genre in GENRES:
            place = folder / genre / f"family {family:03}" / f"{name}.flac"
            yield _Job(place, genre, family, seed, engine, font)


_GOLDEN, _SILVER = 0.6180339887498949, 0.41421356237309515


def _turn(number: int, ratio: float, choices: int) -> int:
    """Take turns by an irrational ratio, so that engines and fonts do not lock step."""
    return int(number * ratio % 1 * choices)


def _play(job: _Job) -> None:
    score = groove(job.genre, job.seed, job.family)
    # Seed 0 would be the plain mix and the plain timbres.
    clip = render(score, SAMPLE_RATE, soundfont=job.font, engine=job.engine, seed=job.seed + 1)
    clip.save(job.path)
