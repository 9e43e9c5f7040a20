r"""Train and test on recordings by other people, by track, beside the three baselines.

    python benchmarks/recordings.py gather DEBIAN RECORDINGS
    python benchmarks/recordings.py score RECORDINGS --start genre

`gather` lays out music of Debian's games, by class, from a folder of unpacked packages:

    for p in wesnoth-1.16-music warzone2100-music marsshooter-data fretsonfire-songs-muldjord \
             fretsonfire-songs-sectoid redeclipse-data singularity-music nexuiz-music
    do apt-get download $p && dpkg-deb -x ${p}_*.deb DEBIAN/$p; done

(1.2 GB, most of it redeclipse-data; the music is under free licences, each package's copyright file
says which.) Any other folder with a sub-folder per class will do for `score`: it deals the tracks
to five splits or more, class by class, so that each track is tested once, by a network that never
met it; trains the network and fits the baselines on the same clips; and takes the mean of a
track's clip probabilities as its answer. Stopped, the same command goes on where it was.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import soundfile
from sklearn.model_selection import StratifiedGroupKFold

import auralise_jax as aj
from auralise_jax.corpus.cache import FULL_SCALE, SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.corpus.loader import Loader
from auralise_jax.corpus.manifest import Manifest, Row, label_numbers
from auralise_jax.corpus.threads import in_threads
from auralise_jax.training.augment import NO_AUGMENTATION
from auralise_jax.training.baseline import COLUMNS, features, fit_baseline
from auralise_jax.training.evaluation import predict_clips
from auralise_jax.training.predictions import Predictions
from auralise_jax.training.recipe import SIZES, Recipe
from auralise_jax.training.scores import bootstrap
from auralise_jax.training.start import recipe_of
from auralise_jax.training.training import train_on

SHORTEST = 40.0  # seconds of a track; the rest are jingles
NETWORK = "network"
NEW_BLOCKS, NEW_DENSE = (64, 64), (128,)
"""On top of the blocks of --start: they shrink its maps to 2 x 1, so few weights are new."""


class Source(NamedTuple):
    """Tracks of a package, and what they are."""

    label: str
    package: str
    pattern: str


SOURCES = (
    Source("orchestral", "wesnoth-1.16-music", "**/core/music/*.ogg"),  # "Romantic Classical"
    Source("ambient", "warzone2100-music", "**/albums/*/track*[0-9].opus"),
    Source("metal", "marsshooter-data", "**/audio/**/*.ogg"),  # Obsidian Shell
    Source("metal", "fretsonfire-songs-muldjord", "**/song.ogg"),  # "Death Metal"
    Source("metal", "fretsonfire-songs-sectoid", "**/song.ogg"),
    Source("electronic", "redeclipse-data", "**/sounds/music/track_*.ogg"),
    Source("electronic", "singularity-music", "**/*.ogg"),  # Maxstack
    Source("electronic", "nexuiz-music", "**/music.pk3"),  # elysis, blkrbt and others
)


def gather(debian: Path, out: Path) -> None:
    """Lay out the music of unpacked packages, a folder per class."""
    for source in SOURCES:
        found = sorted((debian / source.package).glob(source.pattern))
        if not found:
            raise SystemExit(
                f"{debian / source.package} holds no {source.pattern}; unpack it there"
            )
        kept = 0
        (out / source.label).mkdir(parents=True, exist_ok=True)
        for path in found:
            for name, sound, rate in tracks(path):
                if len(sound) >= SHORTEST * rate:
                    place = out / source.label / f"{source.package.split('-')[0]}-{name}.flac"
                    soundfile.write(place, sound, rate, "PCM_16")
                    kept += 1
        print(f"{source.label:<12} {source.package:<28} {kept} tracks")


def tracks(path: Path) -> Iterator[tuple[str, np.ndarray, int]]:
    """Yield name, mono sound and rate of the tracks in a file."""
    if path.suffix == ".pk3":  # a ZIP archive
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(".ogg"):
                    with archive.open(name) as file:
                        yield Path(name).stem, *mono(file)
    elif path.stem == "song":  # the guitar of Frets on Fire is a file of its own
        song, rate = mono(path)
        guitar, _ = mono(path.with_name("guitar.ogg"))
        sound = song + np.pad(guitar, (0, max(0, len(song) - len(guitar))))[: len(song)]
        yield path.parent.name, sound / max(1.0, np.abs(sound).max()), rate
    else:
        yield path.stem, *mono(path)


def mono(file: Path | IO[bytes]) -> tuple[np.ndarray, int]:
    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return sound.mean(axis=1), rate


def spread(rows: Sequence[Row], most: int) -> tuple[Row, ...]:
    """Return at most so many clips of each track, evenly spread over it."""
    of_track: dict[str, list[Row]] = {}
    for row in rows:
        of_track.setdefault(row.file, []).append(row)
    return tuple(
        clips[place]
        for clips in of_track.values()
        for place in np.unique(np.linspace(0, len(clips) - 1, min(most, len(clips))).round())
        .astype(int)
        .tolist()
    )


def deal(rows: Sequence[Row], splits: int, seed: int) -> Iterator[tuple[Row, ...]]:
    """Yield the clips with their side of each split: every track is tested in one of them."""
    tracks = {row.file: row for row in rows}
    dealer = StratifiedGroupKFold(splits, shuffle=True, random_state=seed)
    labels, groups = zip(*((row.label, row.group) for row in tracks.values()), strict=True)
    names = np.array(list(tracks))
    for _, tested in dealer.split(names, labels, groups):
        held = set(names[tested].tolist())
        yield tuple(row._replace(split="test" if row.file in held else "train") for row in rows)


def statistics(rows: Sequence[Row], cache: SoundCache, size: int, work: Path) -> np.ndarray:
    """Return the baselines' features of clips, kept in `work`."""
    name = hashlib.sha256(repr([(row.sha256, row.offset) for row in rows]).encode()).hexdigest()
    place = work / f"features-{name[:16]}.npy"
    if not place.is_file():
        clips = Loader(rows, classes_of(rows), cache, size, 1)

        def describe(number: int) -> np.ndarray:
            return features(clips.clip(number)[0] / np.float32(FULL_SCALE), cache.sample_rate)

        np.save(
            place,
            np.stack(in_threads(describe, range(len(rows)), "baselines", "clip", progress=True)),
        )
    return np.load(place)


def classes_of(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(sorted({row.label for row in rows}))


def network_odds(
    rows: tuple[Row, ...], manifest: Manifest, cache: SoundCache, options: argparse.Namespace
) -> np.ndarray:
    """Train on the training clips of a split; return the probabilities of the others.

    They are kept in the work folder, by what they depend on.
    """
    settings = repr((recipe(options), options.start, rows))
    place = options.work / hashlib.sha256(settings.encode()).hexdigest()[:16]
    kept = place / "odds.npy"
    if not kept.is_file():
        start = None if options.start is None else aj.load_model(options.start)
        part = dataclasses.replace(manifest, rows=rows)
        model = train_on(part, cache, recipe(options), start=start, checkpoints=place).model
        np.save(kept, predict_clips(model, part.clips("test"), cache).probabilities)
    return np.load(kept)


def recipe(options: argparse.Namespace) -> Recipe:
    names = ("steps", "batch", "rate", "seed")
    settings = {name: getattr(options, name) for name in names}
    if options.start is None:
        return Recipe(architecture=SIZES[options.size], **settings)
    made = recipe_of(aj.load_model(options.start))
    below = made.architecture
    architecture = dataclasses.replace(
        below, features=(*below.features, *NEW_BLOCKS), dense=(*NEW_DENSE, below.dense[-1])
    )
    # So little music says nothing of what a timbre may be: what changes it costs more than it
    # gives. Without it the maps of the fixed layers are computed once.
    return dataclasses.replace(
        made, architecture=architecture, fixed=options.fixed, augmentation=NO_AUGMENTATION,
        outliers=0.0, balance=False, **settings,
    )  # fmt: skip


def score(options: argparse.Namespace) -> None:
    """Train and test; print."""
    work = options.work
    work.mkdir(parents=True, exist_ok=True)
    frontend = recipe(options).frontend
    cache = SoundCache(frontend.sample_rate, work / "cache")
    manifest = scan(options.folder, frontend, cache, validation=0, test=0)
    rows = spread(manifest.rows, options.clips)
    classes = classes_of(rows)
    labels = np.array(label_numbers(rows, classes))
    files, track = np.unique([row.file for row in rows], return_inverse=True)
    found: dict[str, list[Predictions]] = {}
    for repeat in range(options.repeats):
        odds = {name: np.zeros((len(rows), len(classes))) for name in (NETWORK, *COLUMNS)}
        dealt = list(enumerate(deal(rows, options.splits, options.seed + repeat), start=1))
        for number, sides in dealt:
            if options.only is None or number in options.only:
                print(f"repeat {repeat + 1}, split {number} of {options.splits}", flush=True)
                held = np.array([row.split == "test" for row in sides])
                odds[NETWORK][held] = network_odds(sides, manifest, cache, options)
        if options.only is not None:
            continue
        table = statistics(rows, cache, frontend.samples, work)
        for _, sides in dealt:
            held = np.array([row.split == "test" for row in sides])
            for name, columns in COLUMNS.items():
                fitted = fit_baseline(
                    table[~held][:, columns], labels[~held], len(classes), pieces=track[~held]
                )
                odds[name][held] = fitted.probabilities(table[held][:, columns])
        for name, some in odds.items():
            found.setdefault(name, []).append(Predictions(classes, some, labels, track))
        report(found, len(files))


def report(found: dict[str, list[Predictions]], tracks: int) -> None:
    """Print accuracy by clip and by track, and the network's lead over the best baseline."""
    ones = np.ones(tracks)
    by_track: dict[str, np.ndarray] = {}
    print(f"\n{'':<12}{'by clip':>22}{'by track':>22}   recall by track")
    for name, repeats in found.items():
        places = repeats[0].pieces
        clips = np.mean([one.right for one in repeats], axis=0)
        whole = [one.by_piece() for one in repeats]
        by_track[name] = np.mean([one.right for one in whole], axis=0)
        by_clip = bootstrap(np.bincount(places, clips), np.bincount(places))
        recall = ", ".join(
            f"{label} {100 * by_track[name][whole[0].labels == number].mean():.0f} %"
            for number, label in enumerate(repeats[0].classes)
        )
        tracks_right = str(bootstrap(by_track[name], ones))
        print(f"{name:<12}{by_clip!s:>22}{tracks_right:>22}   {recall}")
    best = max(COLUMNS, key=lambda name: by_track[name].mean())
    lead = bootstrap(by_track[NETWORK] - by_track[best], ones)
    print(
        f"{tracks} tracks, {len(found[NETWORK])} x all splits; the network less {best}, by track: "
        f"{100 * lead.value:+.1f} points ({100 * lead.low:+.1f} to {100 * lead.high:+.1f})",
        flush=True,
    )


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(
        prog="python benchmarks/recordings.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True)
    gathering = commands.add_parser("gather", help="lay out the music of Debian's games")
    gathering.add_argument("debian", type=Path, help="folder of unpacked packages, by name")
    gathering.add_argument("out", type=Path, help="folder to write: CLASS/TRACK.flac")
    gathering.set_defaults(run=lambda options: gather(options.debian, options.out))
    scoring = commands.add_parser(
        "score",
        help="train and test by track",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    scoring.set_defaults(run=score)
    scoring.add_argument("folder", type=Path, help="a sub-folder per class")
    for name, default, about in (
        ("splits", 5, "each track is tested in one of them"),
        ("repeats", 1, "how often all tracks are dealt anew"),
        ("clips", 12, "of 4 s of each track, at most"),
        ("steps", 600, "optimiser steps of a training"),
        ("batch", 32, "clips a step"),
        ("fixed", 4, "with --start: lowest layers that keep its weights"),
        ("seed", 0, "of splits and training"),
    ):
        scoring.add_argument(f"--{name}", type=int, default=default, help=about)
    scoring.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    scoring.add_argument("--start", help="model to start from, such as genre; none: from scratch")
    scoring.add_argument("--size", choices=SIZES, default="paper", help="without --start")
    scoring.add_argument(
        "--only", type=int, nargs="+", metavar="SPLIT",
        help="train these splits alone and report nothing; for several processes, one --work",
    )  # fmt: skip
    scoring.add_argument(
        "--work", type=Path, default=Path("recordings-work"), help="for cache and checkpoints"
    )
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
