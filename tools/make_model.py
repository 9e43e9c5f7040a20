"""Make the shipped genre model: compose, try both compressions, train, score, save.

    python tools/make_model.py genre.safetensors --work FOLDER

All that matters stands in this file and in the generator. Stopped, it goes on where it was. The
same soundfonts and versions give the same model.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from auralise_jax.composing.compose import ALL_FAMILIES, UNSEEN_FAMILIES, UNSEEN_FONT, compose
from auralise_jax.composing.grooves import FAMILIES
from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.files import write_whole
from auralise_jax.network import Model, save_model
from auralise_jax.synth.synth import find_soundfonts
from auralise_jax.training.commands import (
    beside,
    best_validation,
    brief,
    evaluate,
    train,
    with_compression,
    with_training_facts,
)
from auralise_jax.training.recipe import Recipe
from auralise_jax.training.training import train_on

FONTS: Mapping[str, str] = {
    "FluidR3Mono_GM.sf3": "fluidr3mono-gm-soundfont",
    "TimGM6mb.sf2": "timgm6mb-soundfont",
    "MuseScore_General_Lite.sf3": "musescore-general-soundfont-small",
    UNSEEN_FONT: "csound-soundfont",
}
"""Soundfonts, and the Debian packages that hold them; the last is for the test alone."""

COMMAND = "python tools/make_model.py"
SEEN_FAMILIES = [n for n in ALL_FAMILIES if n not in UNSEEN_FAMILIES]
VALIDATION = 0.06
TRIAL_STEPS = 200
LIMITS = (
    "It knows music that this package composes: synthetic, instrumental, 10 to 16 s a piece. About "
    "recordings nothing is claimed.",
    "Other music is by a generator that shares nothing with the package's, benchmarks/"
    "other_music.py: through FluidSynth with the soundfont held out, and a synthesiser of its own. "
    "The grammar of hip-hop was widened once, after an earlier model had made errors on this "
    "music; so the scores on it may be a little higher than on music that was never looked at.",
    "It knows three words. Whatever it hears, it calls a ballad, dance or hip-hop.",
    "Probabilities are calibrated on composed music only.",
    "Genres are conventions. What it learnt is this generator's reading of them.",
)


def make(
    out: Path, work: Path, *, pieces: int, held_out: int, steps: int, others: Sequence[Path]
) -> Model:
    """Make the model and write it to `out`; intermediate files go to the folder `work`."""
    fonts = _fonts()
    music, unseen = work / "music", work / "test_unseen"
    compose(music, pieces, families=SEEN_FAMILIES, fonts=fonts[:-1], seed=0)
    compose(
        unseen, held_out, families=UNSEEN_FAMILIES, engines=["fluidsynth"], fonts=fonts[-1:],
        seed=1_000_000,
    )  # fmt: skip
    recipe = Recipe(steps=steps, validate_every=100, patience=100)
    store = SoundCache(recipe.frontend.sample_rate, work / "cache")
    manifest = scan(music, recipe.frontend, store, validation=VALIDATION, test=0)
    trials = {}
    for name in ("log1p", "linear"):
        short = dataclasses.replace(recipe, steps=TRIAL_STEPS)
        trial = train_on(
            manifest, store, with_compression(short, name), checkpoints=work / "trials" / name
        )
        trials[name] = best_validation(trial)
    best = min(trials, key=lambda name: trials[name]["validation_loss"])
    trained = train(
        music, out, recipe=with_compression(recipe, best), compressions=(best,), dtype="float16",
        validation=VALIDATION, test=0, cache=store.folder, checkpoints=work / "checkpoints",
    )  # fmt: skip
    tests = {"unseen groove families, unseen soundfont": unseen}
    tests |= {f"other music: {folder.name}": folder for folder in others}
    scores = {}
    for what, folder in tests.items():
        evaluation = evaluate(
            trained.model,
            folder,
            training=music,
            manifest=beside(out, ".manifest.csv"),
            cache=store.folder,
        )
        print(what, evaluation.table(), sep="\n")
        scores[what] = brief(evaluation)
    model = with_training_facts(trained.model, {
        "command": COMMAND,
        "music": f"{pieces} pieces a genre from auralise_jax.compose, groove families 0 to "
        f"{SEEN_FAMILIES[-1]} of {FAMILIES}, seeds from 0; FluidSynth with "
        f"{', '.join(font.name for font in fonts[:-1])}, the additive synthesiser, and both "
        "blended, in turn",
        "held out": f"groove families {UNSEEN_FAMILIES[0]} to {UNSEEN_FAMILIES[-1]} and the "
        f"soundfont {UNSEEN_FONT}: {held_out} pieces a genre",
        "compressions": {f"{name}, {TRIAL_STEPS} steps": look for name, look in trials.items()},
        "scores": scores,
        "limits": list(LIMITS),
    })  # fmt: skip
    save_model(model, out, dtype="float16")
    return model


def card(model: Model) -> str:
    """Return the model card, in Markdown, from the metadata of the model file."""
    facts = dict(model.training)
    facts.pop("command")  # a file may be older than the command's place
    front = model.frontend
    lines = [
        f"# The model `{model.name}`",
        "",
        f"Made by `{COMMAND}`; the same facts stand in the file's metadata, "
        f"`aj.load_model({model.name!r}).training`, from which this page is written.",
        "",
        f"* **Classes** {', '.join(model.classes)}",
        f"* **Network** {len(model.layers)} x [3 x 3 convolution, ReLU, 2 x 2 max-pool], "
        f"{', '.join(map(str, model.network.architecture.features))} maps; dense "
        f"{', '.join(map(str, model.network.architecture.dense))}; weights rounded to float16; the "
        "scores are those of the rounded weights",
        f"* **Hears** {front.duration:g} s at {front.sample_rate} Hz; STFT of {front.n_fft}, hop "
        f"{front.hop_length}; {front.compression}, gain {front.gain:g}",
        f"* **Music** {facts.pop('music')}",
        f"* **Held out** {facts.pop('held out')}",
        f"* **Split** {facts.pop('split')}",
        "",
        "## Scores",
        "",
        "Accuracy with its 95 % interval. Baselines: logistic regression on the mean spectrum of "
        "a clip, on its rhythm, and on both, fitted to the same training clips.",
        "",
        "| test | what | by clip | by piece |",
        "|---|---|---|---|",
    ]
    for test, rows in facts.pop("scores").items():
        for what, line in rows.items():
            name = "the model" if what == "model" else f"baseline, {what}"
            lines.append(f"| {test} | {name} | {line['clips']} | {line['pieces']} |")
    lines += ["", "## Limits", ""]
    lines += [f"* {limit}" for limit in facts.pop("limits")]
    lines += ["", "## How it was trained", ""]
    lines += [f"* **{key}** {_flat(value)}" for key, value in facts.items()]
    return "\n".join(lines) + "\n"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_flat(part)}" for key, part in value.items())
    return ", ".join(map(_flat, value)) if isinstance(value, list) else str(value)


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
        prog="python tools/make_model.py",
        description="Make the shipped genre model from music composed by this package.",
        epilog="About an hour on two cores. Stopped, the same command goes on.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("out", type=Path, help="model file to write (.safetensors)")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("genre-work"),
        help="folder for music, cache and checkpoints",
    )
    parser.add_argument("--pieces", type=int, default=1600, help="training pieces per genre")
    parser.add_argument("--held-out", type=int, default=120, help="test pieces per genre")
    parser.add_argument("--steps", type=int, default=4000, help="optimiser steps, of batches of 32")
    parser.add_argument("--card", type=Path, help="model card to write (.md)")
    parser.add_argument(
        "--others", type=Path, nargs="*", default=(), help="folders of other music to score"
    )
    options = vars(parser.parse_args(arguments))
    place = options.pop("card")
    model = make(**options)
    if place is not None:
        write_whole(place, card(model).encode())


if __name__ == "__main__":
    main()
