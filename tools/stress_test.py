"""Stress-test a genre model: what controlled changes of the music do to its answers.

    python tools/stress_test.py genre --work stress-work

The same pieces are played with and without their drums, slower and faster, through other
soundfonts, darker, softer, through a codec; each change alone. A number that falls says what the
model leans on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sparse_music import accompaniment
from stress_changes import (
    ADDITIVE,
    FONTS,
    PACKAGES,
    SPARSE,
    UNCHANGED,
    Change,
    Sound,
    changes,
    drumming,
    kicked_beats,
    sparse_changes,
)
from stress_table import Answers, Piece, Row, StressTest, merged, row_of
from tqdm.auto import tqdm

from auralise_jax import load_model
from auralise_jax.audio import Clip
from auralise_jax.children import in_processes
from auralise_jax.composing.compose import ALL_FAMILIES, SAMPLE_RATE, UNSEEN_FAMILIES
from auralise_jax.composing.grooves import GENRES, groove, groove_family
from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.files import folders_to_fill, make_folder, write_whole
from auralise_jax.lock import sole_writer
from auralise_jax.network import Model
from auralise_jax.synth.score import Score
from auralise_jax.synth.synth import find_soundfonts, render
from auralise_jax.training.evaluation import predict_clips

SEED = 3_000_000
"""Of the first piece: far from those of training (from 0) and of the other tests."""
MORE = 4
"""Times as many pieces for the kinds of groove as for the rest."""
SECTIONS = ("parts", "tempo", "instruments", "sound", "kinds of groove", SPARSE)
STEADY = 0.75
"""Share of beats with a kick from which dance music counts as having it on nearly every beat."""
_EDGES = (70, 85, 100, 115, 130, 145)
"""Beats a minute between the rows of the tables by tempo."""
_FAMILIES = {
    "unseen": UNSEEN_FAMILIES,
    "seen": [family for family in ALL_FAMILIES if family not in UNSEEN_FAMILIES],
    "all": ALL_FAMILIES,
}


class _Take(NamedTuple):
    """A piece after a change, and the file that it is played to."""

    change: Change
    piece: Piece
    family: int  # -1: none
    score: Score
    font: str
    path: Path


def stress(
    model: Model,
    work: Path,
    *,
    pieces: int = 24,
    families: Sequence[int] = UNSEEN_FAMILIES,
    sections: Sequence[str] = SECTIONS,
    engine: str = "fluidsynth",
    seed: int = SEED,
    processes: int | None = None,
    progress: bool = True,
) -> StressTest:
    """Play pieces under controlled changes, and score a model on each change.

    Parameters
    ----------
    model : Model
        Whose classes hold those of the grammar: ballad, dance and hip-hop.
    work : Path
        Folder for the sounds; those that are there already are kept. What the grammar makes
        otherwise is played anew; where a synthesiser has changed, take another folder.
    pieces : int
        Of each genre, for each change; four times as many for the kinds of groove.
    families : sequence of int
        Groove families to draw on.
    sections : sequence of str
        Which of `SECTIONS` to try.
    engine : {"fluidsynth", "additive"}
        What plays all but the section of instruments; the second needs no soundfont.
    seed : int
        Of the first piece; the following count on from it.
    processes : int, optional
        How many play at once; by default one per core.
    progress : bool
        Whether to show bars.

    Returns
    -------
    StressTest

    Raises
    ------
    ValueError
        If the model lacks a genre, a section is unknown, or a number is out of range.
    FileNotFoundError
        If none of the soundfonts is there.
    BlockingIOError
        If another run works in the folder.
    ChildProcessError
        If a process that plays is killed.
    """
    if lacking := [genre for genre in GENRES if genre not in model.classes]:
        raise ValueError(f"model {model.name!r} does not know {', '.join(lacking)}")
    if unknown := [name for name in sections if name not in SECTIONS]:
        raise ValueError(f"sections must be of {', '.join(SECTIONS)}; not {', '.join(unknown)}")
    if pieces < 1 or seed < 0 or not families:
        raise ValueError("pieces must be 1 or more, seed 0 or more, and families not empty")
    fonts = {font.name: font for font in find_soundfonts() if font.name in FONTS}
    if engine != ADDITIVE and not fonts:
        raise FileNotFoundError(f"no soundfont is here; on Debian: apt install {PACKAGES[0]}")
    usual = ADDITIVE if engine == ADDITIVE else next(name for name in FONTS if name in fonts)
    fonts_and_engines = {*fonts, ADDITIVE}
    takes = [
        take
        for take in _takes(work / "stress", pieces, families, sections, usual, seed)
        if take.font in fonts_and_engines
    ]
    make_folder(work)
    with sole_writer(work / ".stress.lock", f"another stress test works in {work}"):
        _play(takes, fonts, processes, progress)
    answers = _listen(
        model, takes, SoundCache(model.frontend.sample_rate, work / "cache"), progress
    )
    missing = {
        name: package
        for name, package in zip(FONTS, PACKAGES, strict=True)
        if name not in fonts
    }  # fmt: skip
    notes = [f"{name} is not here (Debian: {package})" for name, package in missing.items()]
    if silent := len(takes) - len(answers):
        notes.append(f"{silent} pieces were silent after a change, and are left out")
    settings = {
        "pieces": f"{pieces} a genre, {MORE * pieces} for the kinds of groove",
        "groove families": f"{min(families)} to {max(families)}",
        "seed": seed,
        "played by": f"{usual}, plain mix, but for the section of instruments",
        "points": "accuracy by clip less that of the same pieces unchanged",
    }
    rows = _rows(model, takes, answers, pieces, seed)
    return StressTest(model.name, tuple(rows), settings, tuple(notes))


def _takes(
    folder: Path, pieces: int, families: Sequence[int], sections: Sequence[str], usual: str,
    seed: int,
) -> Iterable[_Take]:  # fmt: skip
    def take(change: Change, piece: Piece, family: int, score: Score) -> Iterable[_Take]:
        changed = change.score(score)
        if changed is not None:
            font = change.font or usual
            place = folder / _slug(change.section) / _slug(change.name) / piece[0]
            # A grammar that changes makes other files, whatever lies in the folder.
            notes = hashlib.sha256(repr((changed.parts, changed.duration)).encode())
            name = f"{piece[1]:07}-{Path(font).stem}-{notes.hexdigest()[:8]}.flac"
            yield _Take(change, piece, family, changed, font, place / name)

    count = pieces * (MORE if "kinds of groove" in sections else 1)
    for number in range(count):
        family = families[number % len(families)]
        for genre in GENRES:
            score = groove(genre, seed + number, family)
            yield from take(UNCHANGED, (genre, seed + number), family, score)
            for change in changes() if number < pieces else ():
                if change.section in sections:
                    yield from take(change, (genre, seed + number), family, score)
    for number in range(pieces if SPARSE in sections else 0):
        for genre in GENRES:
            for change in sparse_changes():
                score = accompaniment(genre, seed + number)
                yield from take(change, (genre, seed + number), -1, score)


def _slug(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "_", name)


class _Playing(NamedTuple):
    """A score to be played once, and the files that it is written to."""

    score: Score
    font: Path | None  # None: the additive engine
    outputs: tuple[tuple[Path, Callable[[Sound, int], Sound]], ...]


def _play(
    takes: Sequence[_Take], fonts: dict[str, Path], processes: int | None, progress: bool
) -> None:
    missing: dict[tuple[Score, str], list[_Take]] = {}
    for take in takes:
        if not take.path.exists():
            missing.setdefault((take.score, take.font), []).append(take)
    folders_to_fill({take.path.parent for group in missing.values() for take in group})
    jobs = [
        _Playing(score, fonts.get(font), tuple((take.path, take.change.sound) for take in group))
        for (score, font), group in missing.items()
    ]
    in_processes(_render, jobs, "playing", processes=processes, progress=progress)


def _render(job: _Playing) -> None:
    if job.font is None:
        clip = render(job.score, SAMPLE_RATE, engine="additive")
    else:
        clip = render(job.score, SAMPLE_RATE, soundfont=job.font, engine="fluidsynth")
    for path, changed in job.outputs:
        Clip(changed(clip.samples, SAMPLE_RATE), SAMPLE_RATE, clip.title).save(path)


def _listen(
    model: Model, takes: Sequence[_Take], cache: SoundCache, progress: bool
) -> dict[Path, NDArray[np.float64]]:
    """Return the probabilities of the clips of each file, shape (clips, classes)."""
    wanted = {take.path for take in takes}
    rows = []
    folders = dict.fromkeys(take.path.parents[1] for take in takes)
    for folder in tqdm(folders, "reading", unit="change", disable=not progress):
        manifest = scan(
            folder, model.frontend, cache, validation=0, test=0, min_classes=1, progress=False
        )
        found = (row._replace(file=str(folder / row.file)) for row in manifest.rows)
        rows += [row for row in found if Path(row.file) in wanted]
    predicted = predict_clips(model, rows, cache, progress=progress)
    answers: dict[Path, list[NDArray[np.float64]]] = {}
    for row, odds in zip(rows, predicted.probabilities, strict=True):
        answers.setdefault(Path(row.file), []).append(odds)
    return {path: np.stack(clips) for path, clips in answers.items()}


def _rows(
    model: Model,
    takes: Sequence[_Take],
    answers: dict[Path, NDArray[np.float64]],
    pieces: int,
    seed: int,
) -> Iterable[Row]:
    heard = [take for take in takes if take.path in answers]
    first = {seed + number for number in range(pieces)}

    def those(group: Iterable[_Take]) -> Answers:
        return merged([{take.piece: answers[take.path]} for take in group])

    def row(section: str, name: str, group: list[_Take], before: Answers | None = None) -> Row:
        return row_of(
            section, name, model.classes, those(group), before,
            none_below=model.none_below,
        )  # fmt: skip

    every = [take for take in heard if take.change is UNCHANGED]
    plain = [take for take in every if take.piece[1] in first]
    before = those(plain)
    yield row("the grammar's pieces", "unchanged", plain)
    for change in changes():
        if group := [take for take in heard if take.change.name == change.name
                     and take.change.section == change.section]:  # fmt: skip
            yield row(change.section, change.name, group, before)
    if varied := [take for take in heard if take.change.section == "tempo"]:
        for name, group in _by(_tempo, [*plain, *varied]):
            yield row("beats a minute", name, group)
    if len(every) > len(plain):
        for name, group in _by(_kind, every):
            yield row("kinds of groove", name, group)
    sparse = [take for take in heard if take.change.section == SPARSE]
    as_composed = those(take for take in sparse if take.change.name == "with drums, x 1")
    for change in sparse_changes():
        if group := [take for take in sparse if take.change.name == change.name]:
            yield row(SPARSE, change.name, group, as_composed)
    with_drums = [take for take in sparse if take.change.name.startswith("with drums")]
    for name, group in _by(_tempo, with_drums):
        yield row(f"{SPARSE} with drums, beats a minute", name, group)


def _by(key: Callable[[_Take], str], takes: Iterable[_Take]) -> list[tuple[str, list[_Take]]]:
    groups: dict[str, list[_Take]] = {}
    for take in takes:
        groups.setdefault(key(take), []).append(take)
    return sorted(groups.items())


def _tempo(take: _Take) -> str:
    """Return between which edges the tempo lies, such as " 85 to 100"."""
    number = bisect_right(_EDGES, take.score.tempo)
    low, high = (*_EDGES, "")[number - 1], (*_EDGES, "more")[number]
    return f"{low:>3} to {high:>4}"


def _kind(take: _Take) -> str:
    """Return what kind of groove of its genre a piece of the grammar has."""
    genre, _ = take.piece
    if genre == "ballad":
        return f"ballad, {drumming(take.score)}"
    if genre == "dance" and drumming(take.score) == "no drums":
        return "dance, no drums"
    if genre == "dance":
        steady = kicked_beats(take.score) >= STEADY
        return f"dance, a kick on {'nearly every beat' if steady else 'fewer beats'}"
    return f"hip-hop, {groove_family(genre, take.family).style}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python tools/stress_test.py",
        description="Play the same pieces under controlled changes (parts left out, other tempi, "
        "soundfonts, brightness, level, a codec), one change at a time, and show what each does "
        "to a genre model's answers.",
        epilog="How to read the table: 'by clip' and 'by piece' are accuracies with 95 % "
        "intervals; 'points' is the accuracy less that of the same pieces unchanged, so an "
        "interval that does not hold 0 is an effect of the change; then the recall of each genre; "
        "then what was called what, how often, and how sure of it the model was. Pieces that lack "
        "what a change takes away are left out of its row. About 15 minutes on two cores; "
        "stopped, the same command goes on. Soundfonts, on Debian: apt install "
        f"{' '.join(PACKAGES)}; those that are missing are named and left out.",
    )
    parser.add_argument("model", help="model file (.safetensors), or the name of a shipped model")
    parser.add_argument(
        "--work", type=Path, default=Path("stress-work"),
        help="folder for the sounds, which are kept; another one where a synthesiser has changed "
        "(stress-work)",
    )  # fmt: skip
    parser.add_argument("--pieces", type=int, default=24, help="of each genre, per change (24)")
    parser.add_argument(
        "--families", choices=sorted(_FAMILIES), default="unseen",
        help="groove families: those kept out of training, those trained on, or all (unseen)",
    )  # fmt: skip
    parser.add_argument(
        "--sections", nargs="+", choices=SECTIONS, default=SECTIONS, help="leave out the others"
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the first piece ({SEED})")
    parser.add_argument("--processes", type=int, help="how many play at once (one per core)")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file, too (.md)")
    parser.add_argument("--json", type=Path, help="write the numbers to this file, too (.json)")
    options = parser.parse_args(arguments)
    found = stress(
        load_model(options.model), options.work, pieces=options.pieces,
        families=_FAMILIES[options.families], sections=options.sections, seed=options.seed,
        processes=options.processes,
    )  # fmt: skip
    if options.markdown:
        write_whole(options.markdown, found.markdown().encode())
    if options.json:
        write_whole(options.json, json.dumps(found.as_dict(), indent=1).encode())
    print(found.table())


if __name__ == "__main__":
    main()
