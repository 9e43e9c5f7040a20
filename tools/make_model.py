"""Make the shipped genre model: compose, train, calibrate, score, write the card.

    python tools/make_model.py genre.safetensors --work FOLDER --card docs/genre.md

All that matters stands in this file and in the generator. Stopped, it goes on where it was. The
same soundfonts and versions give the same model on a processor; a graphics card sums in another
order, so that the last bits differ from run to run.

It falls into two parts. The first makes `trained.safetensors` and `baselines.npz` in the folder;
with `--only-train` it stops there, so that a machine with a graphics card can do it. Where these
two files are, the second part scores.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from make_speech import make_speech
from model_card import COMMAND, card
from stress_test import stress

from auralise_jax.composing.compose import ALL_FAMILIES, UNSEEN_FAMILIES, UNSEEN_FONT, compose
from auralise_jax.composing.grooves import FAMILIES
from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.files import write_whole
from auralise_jax.network import Model, load_model, save_model
from auralise_jax.synth.synth import find_soundfonts
from auralise_jax.training.baseline import Baseline, Kind
from auralise_jax.training.baseline_files import read_baselines, write_baselines
from auralise_jax.training.commands import (
    brief,
    evaluate,
    rounded,
    train,
    with_training_facts,
)
from auralise_jax.training.confidence import (
    confidences,
    fit_calibration,
    log_probabilities,
    none_shares,
    threshold,
    with_temperature,
)
from auralise_jax.training.evaluation import fit_baselines, predict_clips
from auralise_jax.training.outliers import outliers
from auralise_jax.training.recipe import Recipe
from auralise_jax.training.scores import scores

FONTS: Mapping[str, str] = {
    "FluidR3Mono_GM.sf3": "fluidr3mono-gm-soundfont",
    "TimGM6mb.sf2": "timgm6mb-soundfont",
    "MuseScore_General_Lite.sf3": "musescore-general-soundfont-small",
    UNSEEN_FONT: "csound-soundfont",
}
"""Soundfonts, and the Debian packages that hold them; the last is for the test alone."""

OTHERS_FONT = "FluidR3_GM.sf2"
"""What band music and accompaniments are played through; Debian: fluid-soundfont-gm."""

SEEN_FAMILIES = [n for n in ALL_FAMILIES if n not in UNSEEN_FAMILIES]
VALIDATION = 0.06
SPOKEN = 300
"""Clips of speech that belong to no class."""
BASELINE_CLIPS = 10_000
"""Training clips, drawn by lot, that the baselines are fitted to; more change them no further."""
UNSEEN = "unseen groove families, unseen soundfont"
CHOOSING = "band"


class Music(NamedTuple):
    """A test set that a command makes."""

    title: str
    script: str
    arguments: tuple[str, ...]
    needs: str = ""
    """A program that the script runs."""


OTHERS: Mapping[str, Music] = {
    CHOOSING: Music(
        "band music, on which choices were made", "band_music.py", ("--pieces", "40")
    ),
    "band_again": Music(
        "band music, another seed", "band_music.py", ("--pieces", "40", "--seed", "1")
    ),
    "other_fluid": Music("other music, FluidSynth", "other_music.py", ("--pieces", "40")),
    "other_numpy": Music(
        "other music, its own synthesiser", "other_music.py",
        ("--pieces", "20", "--seed", "1", "--engine", "numpy"),
    ),
    "accompaniments": Music(
        "accompaniments by MMA", "accompaniments.py", ("--pieces", "40"), "mma"
    ),
}  # fmt: skip

LIMITS = (
    "It knows music that programs compose: synthetic, instrumental, 10 to 20 s a piece. About "
    "recordings nothing is claimed; benchmarks/recordings.py trains the same network on some.",
    "Band music (benchmarks/band_music.py) is the set on which choices were made: its temperature, "
    "the biases of its classes and its threshold are fitted there. All other sets had been looked "
    "at for earlier models, accompaniments (benchmarks/accompaniments.py) twice; this model was "
    "scored on them once, after everything was decided.",
    "It knows three words. Whatever it is sure of it calls a ballad, dance or hip-hop, and where "
    "it is not sure it says none of these; but music of a fourth genre may well be called one of "
    "the three.",
    "Genres are conventions. What it learnt is this generator's reading of them.",
)


def make(
    out: Path, work: Path, *, pieces: int, mixes: int, held_out: int, steps: int, stressed: int
) -> Model:
    """Make the model and write it to `out`; intermediate files go to the folder `work`."""
    _check_font_of_band_music(work / "others")
    trained, baselines = learn(work, pieces=pieces, mixes=mixes, steps=steps)
    unseen = work / "test_unseen"
    compose(
        unseen, held_out, families=UNSEEN_FAMILIES, engines=["fluidsynth"], fonts=_fonts()[-1:],
        seed=1_000_000,
    )  # fmt: skip
    tests = {UNSEEN: unseen}
    tests |= {music.title: folder for name, music in OTHERS.items()
              if (folder := _made(name, music, work / "others"))}  # fmt: skip
    model, confidence = honest(trained, tests[OTHERS[CHOOSING].title], work / "cache")
    found = {}
    for what, folder in tests.items():
        evaluation = evaluate(model, folder, training=baselines, cache=work / "cache")
        print(what, evaluation.table(), sep="\n")
        found[what] = brief(evaluation)
    tried = stress(model, work, pieces=stressed)
    print(tried.table())
    model = with_training_facts(dataclasses.replace(model, name=out.stem), {
        "held out": f"groove families {UNSEEN_FAMILIES[0]} to {UNSEEN_FAMILIES[-1]} and the "
        f"soundfont {UNSEEN_FONT}: {held_out} pieces a genre",
        "scores": found,
        "confidence": confidence,
        "stress": tried.markdown(),
        "limits": list(LIMITS),
    })  # fmt: skip
    save_model(model, out, dtype="float16")
    return model


def learn(work: Path, *, pieces: int, mixes: int, steps: int) -> tuple[Model, dict[Kind, Baseline]]:
    """Compose, train, and fit the baselines; what is in the folder `work` already is kept."""
    kept, fitted = work / "trained.safetensors", work / "baselines.npz"
    if kept.is_file() and fitted.is_file():
        return load_model(kept), read_baselines(fitted)
    fonts, music = _fonts(), work / "music"
    speech = make_speech(work / "speech", SPOKEN)
    compose(music, pieces, families=SEEN_FAMILIES, fonts=fonts[:-1], seed=0, mixes=mixes)
    recipe = Recipe(
        steps=steps, conv_dropout=0.1, dense_dropout=0.3, outliers=0.25,
        validate_every=100, patience=100,
    )  # fmt: skip
    store = SoundCache(recipe.frontend.sample_rate, work / "cache")
    manifest = scan(music, recipe.frontend, store, validation=VALIDATION, test=0)
    trained = train(
        music, kept, recipe=recipe, validation=VALIDATION, test=0, cache=store.folder,
        outlier_sounds=speech, checkpoints=work / "checkpoints",
    )  # fmt: skip
    rows = manifest.clips("train")
    chosen = np.random.default_rng(0).permutation(len(rows))[:BASELINE_CLIPS]
    baselines = fit_baselines(
        [rows[n] for n in sorted(chosen)], manifest.classes, store, recipe.frontend.samples
    )
    write_baselines(fitted, baselines)
    model = with_training_facts(trained.model, {
        "command": COMMAND,
        "music": f"{pieces} pieces a genre from auralise_jax.compose, each mixed {mixes} times, "
        f"{len(SEEN_FAMILIES)} of {FAMILIES} groove families, seeds from 0; FluidSynth with "
        f"{', '.join(font.name for font in fonts[:-1])}, the additive synthesiser, and both "
        "blended, in turn",
        "baselines": f"fitted to {len(chosen)} of the {len(rows)} training clips",
        "trained on": str(jax.devices()[0].device_kind),
    })  # fmt: skip
    save_model(model, kept)
    return model, baselines


def honest(model: Model, folder: Path, cache: Path) -> tuple[Model, dict[str, Any]]:
    """Calibrate a model on music of another origin, and let it say none of these."""
    front = model.frontend
    store = SoundCache(front.sample_rate, cache)
    rows = scan(folder, front, store, validation=0, test=0).rows
    before = predict_clips(model, rows, store)
    temperature, biases = fit_calibration(log_probabilities(before), before.labels)
    model = rounded(with_temperature(model, temperature, biases), "float16", {})
    music = predict_clips(model, rows, store)
    strange = outliers(360, front.sample_rate, front.samples, seed=1)  # training has seed 0
    found = threshold(music.confidence, confidences(model, strange))
    model = dataclasses.replace(model, none_below=found.none_below)
    said = none_shares(model)
    return model, {
        "fitted on": OTHERS[CHOOSING].title,
        "temperature": round(temperature, 3),
        "added to the scores": ", ".join(
            f"{name} {bias:+.2f}" for name, bias in zip(model.classes, biases, strict=True)
        ),
        "calibration error": f"{scores(before).calibration_error:.3f} before, "
        f"{scores(music).calibration_error:.3f} after",
        "none of these below": found.none_below,
        "clips of a genre that lose their answer": f"{found.lost:.1%}",
        "none of these is said of": {kind: f"{share:.0%}" for kind, share in said.items()},
    }


def _made(name: str, music: Music, home: Path) -> Path | None:
    """Return the folder of a test set, made if it is not there; None without its program."""
    folder = home / name
    if folder.is_dir():
        return folder
    if music.needs and shutil.which(music.needs) is None:
        print(f"{music.title}: left out, since the program {music.needs} is not installed")
        return None
    script = Path(__file__).parents[1] / "benchmarks" / music.script
    draft = folder.with_suffix(".part")
    shutil.rmtree(draft, ignore_errors=True)  # what a stopped run was writing
    subprocess.run(  # noqa: S603  its arguments are ours
        [sys.executable, script, draft, *music.arguments], check=True
    )
    draft.rename(folder)
    return folder


def _check_font_of_band_music(home: Path) -> None:
    """Raise before hours of training, not after them."""
    is_here = any(font.name == OTHERS_FONT for font in find_soundfonts())
    if not (is_here or (home / CHOOSING).is_dir()):
        raise FileNotFoundError(
            f"the soundfont {OTHERS_FONT}, which plays band music, is missing; on Debian: apt "
            "install fluid-soundfont-gm"
        )


def _fonts() -> list[Path]:
    found = {font.name: font for font in find_soundfonts()}
    missing = [package for name, package in FONTS.items() if name not in found]
    if missing:
        raise FileNotFoundError(
            f"soundfonts are missing; on Debian: apt install {' '.join(missing)}"
        )
    return [found[name] for name in FONTS]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Make the shipped genre model from music composed by this package, score it "
        "on music by other programs, and write its card.",
        epilog="Two to three hours on two cores, minutes with a graphics card. Stopped, the same "
        "command goes on.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("out", type=Path, help="model file to write (.safetensors)")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("genre-work"),
        help="folder for music, cache and checkpoints",
    )
    parser.add_argument("--pieces", type=int, default=1800, help="training pieces per genre")
    parser.add_argument("--mixes", type=int, default=2, help="mixes of each training piece")
    parser.add_argument("--held-out", type=int, default=120, help="test pieces per genre")
    parser.add_argument("--steps", type=int, default=3000, help="optimiser steps, of batches of 32")
    parser.add_argument(
        "--stressed", type=int, default=24, help="pieces per genre and change of the stress test"
    )
    parser.add_argument("--card", type=Path, help="model card to write (.md)")
    parser.add_argument(
        "--only-train", action="store_true", help="stop before scoring; the same command goes on"
    )
    options = vars(parser.parse_args(arguments))
    place, only_train = options.pop("card"), options.pop("only_train")
    if only_train:
        learn(options["work"],
              **{name: options[name] for name in ("pieces", "mixes", "steps")})  # fmt: skip
        return
    model = make(**options)
    if place is not None:
        write_whole(place, card(model).encode())


if __name__ == "__main__":
    main()
