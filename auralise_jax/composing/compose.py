"""Compose a folder of music: pieces of every genre, played and mixed, as any data set is laid out.

    auralise-jax compose MUSIC --pieces 100

A sub-folder per genre, in it one per groove family, so that the split by group is one by family.
What a file holds follows from its name, the soundfonts and the versions alone.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from auralise_jax.children import in_processes
from auralise_jax.choices import one_of
from auralise_jax.composing import grooves
from auralise_jax.composing.grooves import FAMILIES, GENRES, groove
from auralise_jax.composing.mixing import another_mix
from auralise_jax.files import folders_to_fill, make_folder
from auralise_jax.lock import sole_writer
from auralise_jax.synth.synth import Engine, default_engine, find_soundfonts, mix_down, stems

SAMPLE_RATE = 22_050
ALL_FAMILIES = range(FAMILIES)
UNSEEN_FAMILIES = grooves.UNSEEN_FAMILIES
UNSEEN_FONT = "sf_GMbank.sf2"
"""Kept out of training, for a score on instruments that were never heard."""
FIRST_SEED = 100_000
"""Far from the seeds of the music that the shipped model was trained on, which count from 0."""


class _Job(NamedTuple):
    path: Path
    genre: str
    family: int
    seed: int
    engine: Engine
    font: Path | None

    def places(self, mixes: int) -> list[Path]:
        """Return the file of each mix; the first is `path`."""
        others = range(2, mixes + 1)
        return [
            self.path,
            *(self.path.with_stem(f"{self.path.stem}-mix{number}") for number in others),
        ]


def compose(
    folder: str | Path,
    pieces: int,
    *,
    families: Sequence[int] = ALL_FAMILIES,
    engines: Engine | Sequence[Engine] | None = None,
    fonts: Sequence[str | Path] | None = None,
    seed: int = FIRST_SEED,
    mixes: int = 1,
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
    engines : str or sequence of {"fluidsynth", "blend", "additive"}, optional
        See `synth.render`. By default all three, or the additive one alone where FluidSynth or a
        soundfont is missing.
    fonts : sequence of str or Path, optional
        Soundfonts; by default all that `find_soundfonts` finds.
    seed : int
        Of the first piece; the following pieces count on from it. The music that the shipped model
        was trained on has seeds below 10,000 and no family of `UNSEEN_FAMILIES`: for a fair test
        of it, take other seeds and ``families=UNSEEN_FAMILIES``.
    mixes : int
        Of each piece, at least 1. The first has all that is played; the others, in files
        ``NAME-mix2.flac`` and so on beside it, are of the same parts with some of them left out,
        at other levels, in another room, up to 2 % faster or slower, a quarter of them through
        Ogg Vorbis at about 48 kbit/s. They cost a third of a piece each.
    processes : int, optional
        How many work at once; by default one per core.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    list of Path
        The files, all genres in turn, the mixes of a piece one after the other.

    Raises
    ------
    ValueError
        If a number is out of range.
    FileNotFoundError, NotADirectoryError
        If a soundfont does not exist, or `folder` is a file.
    ImportError
        If an engine needs FluidSynth and it is not installed.
    BlockingIOError
        If another run composes into the folder.
    ChildProcessError
        If a process that composes is killed.

    Examples
    --------
    >>> import tempfile
    >>> import auralise_jax as aj
    >>> files = aj.compose(tempfile.mkdtemp(), 1, engines=["additive"], progress=False)
    >>> [file.parts[-3] for file in files]
    ['ballad', 'dance', 'hip-hop']
    """
    if pieces < 1 or seed < 0:
        raise ValueError(f"pieces must be 1 or more and seed 0 or more, not {pieces} and {seed}")
    if mixes < 1:
        raise ValueError(f"mixes must be 1 or more, not {mixes}")
    if not families or not all(0 <= family < FAMILIES for family in families):
        raise ValueError(f"families must be numbers from 0 to {FAMILIES - 1}, not {families!r}")
    home = Path(folder)
    if home.exists() and not home.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name a folder for the music")
    every: tuple[Engine, ...] = ("fluidsynth", "blend", "additive")
    engines = (engines,) if isinstance(engines, str) else engines
    engines = engines or (every if default_engine() == "fluidsynth" else ("additive",))
    engines = [one_of("engines", engine, every) for engine in engines]
    fonts = find_soundfonts() if fonts is None else tuple(map(Path, fonts))
    for font in fonts:
        if not font.is_file():
            raise FileNotFoundError(f"there is no soundfont {font}")
    if not fonts and set(engines) != {"additive"}:
        raise FileNotFoundError(
            "there is no soundfont here: name one (--fonts), or take the additive engine alone"
        )
    endless = _jobs(home, families, engines, fonts, seed)
    jobs = list(islice(endless, pieces * len(GENRES)))
    make_folder(home)
    with sole_writer(home / ".lock", f"another run composes into {home}"):
        missing = [job for job in jobs if not all(map(Path.exists, job.places(mixes)))]
        folders_to_fill({job.path.parent for job in missing})
        work = functools.partial(_play, mixes=mixes)
        in_processes(work, missing, "composing", processes=processes, progress=progress)
    return [place for job in jobs for place in job.places(mixes)]


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


def _play(job: _Job, mixes: int) -> None:
    score = groove(job.genre, job.seed, job.family)
    # Seed 0 would be the plain mix and the plain timbres.
    seed = job.seed + 1
    dry = stems(score, SAMPLE_RATE, soundfont=job.font, engine=job.engine, seed=seed)
    for number, place in enumerate(job.places(mixes)):
        if place.exists():
            continue
        if number == 0:
            clip = mix_down(score, dry, SAMPLE_RATE, seed=seed)
        else:
            rng = np.random.default_rng([job.seed, GENRES.index(job.genre), job.family, number])
            clip = another_mix(score, dry, SAMPLE_RATE, rng)
        clip.save(place)
