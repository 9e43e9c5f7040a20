"""The command ``train``: a network learns a folder of music."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auralise_jax.cli import options as shared

if TYPE_CHECKING:
    from auralise_jax.network import Model
    from auralise_jax.training.recipe import Recipe

_DESCRIPTION = """\
Train a network on a folder of music: one sub-folder per class, WAV, FLAC, Ogg or MP3 files,
and whatever else FFmpeg reads where it is installed.

  my_genres/ballad/one.mp3
  my_genres/ballad/An Album/two.flac      files of one sub-folder stay together
  my_genres/dance/three.wav

or a table my_genres/labels.csv with columns file, class and, if you like, group
(what stays together).

Files are cut into 4-s clips and split into training, validation and test by group, never by clip.
What cannot be read, is silent, too short or there twice is listed in the manifest and skipped.
"""

_EPILOG = """\
examples:
  auralise-jax train my_genres --out mine.safetensors
  auralise-jax train my_genres --out quick.safetensors --size small --steps 300
  auralise-jax train my_genres --out mine.safetensors --compression both
  auralise-jax train my_genres --out mine.safetensors --from genre --fixed 2

Stopped? The same command goes on where it was, and ends with the same model. On two cores the
paper's network learns from about 70 clips a second, the small one from about 400.
Beside the model go a manifest (.manifest.csv), curves (.curves.png) and checkpoints.
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``train``."""
    out = shared.out("model file to write (default: %(default)s)", "model.safetensors")
    parents = [out, shared.cache()]
    made = argparse.ArgumentParser(
        description=_DESCRIPTION, epilog=_EPILOG, parents=parents, **settings
    )
    made.add_argument("folder", type=Path, help="music, a sub-folder per class")

    def setting(flag: str, default: Any, what: str, **more: Any) -> None:
        more.setdefault("type", type(default))
        made.add_argument(flag, default=default, help=f"{what} (default: %(default)s)", **more)

    made.add_argument(
        "--from",
        dest="start",
        metavar="MODEL",
        help="shipped model, or model file, whose weights to start from; "
        "it has a size and a compression (default: none, weights are drawn)",
    )
    setting("--fixed", 0, "how many of the lowest layers of that model stay as they are")
    made.add_argument("--size", choices=shared.SIZES, help="of the network (default: paper)")
    made.add_argument(
        "--compression",
        choices=("log1p", "linear", "both"),
        help="of the front end; both: try both, keep the better (default: log1p)",
    )
    made.add_argument("--steps", type=int, help="at most (default: 30 epochs, within 200 to 3000)")
    setting("--batch", shared.RECIPE["batch"], "clips a step")
    setting("--rate", shared.RECIPE["rate"], "highest learning rate")
    setting(
        "--outliers",
        shared.RECIPE["outliers"],
        "share of noise, tones, speech-like sound and the like that is added to the clips, for "
        "which the network learns to be unsure; 0: none",
    )
    made.add_argument(
        "--outlier-sounds",
        type=Path,
        metavar="FOLDER",
        help="sounds of your own that belong to no class, such as speech, met as often as those",
    )
    setting("--seed", shared.RECIPE["seed"], "seed of all random choices")
    setting(
        "--validate-every",
        shared.RECIPE["validate_every"],
        "steps between two looks at the validation clips, and between checkpoints",
    )
    setting(
        "--patience",
        shared.RECIPE["patience"],
        "validations without improvement before training stops early",
    )
    setting("--validation", 0.1, "fraction of the files")
    setting("--test", 0.1, "fraction of the files")
    setting("--dtype", "float32", "of the file's weights", choices=("float32", "float16"))
    made.add_argument("--checkpoints", type=Path, help="folder (default: beside the model)")
    made.add_argument(
        "--restart", action="store_true", help="delete the checkpoints and start again"
    )
    several = made.add_argument_group(
        "several processes", "the same command in each, see docs/scale.md"
    )
    several.add_argument("--coordinator", metavar="HOST:PORT", help="of process 0, or auto")
    several.add_argument("--process", type=int, help="which process this is, from 0")
    several.add_argument("--processes", type=int, help="how many there are")
    return made


def run(options: argparse.Namespace) -> int:
    """Train the network; print where its model file is."""
    from auralise_jax.training import devices

    if options.coordinator or options.process is not None or options.processes is not None:
        host = None if options.coordinator in (None, "auto") else options.coordinator
        devices.join(host, options.process, options.processes)
    from auralise_jax.training.commands import train
    from auralise_jax.training.training import DivergedError

    start, recipe = _start_and_recipe(options)
    both = options.compression == "both"
    try:
        trained = train(
            options.folder,
            options.out,
            recipe=recipe,
            start=start,
            compressions=("log1p", "linear") if both else None,
            validation=options.validation,
            test=options.test,
            dtype=options.dtype,
            outlier_sounds=options.outlier_sounds,
            cache=options.cache,
            checkpoints=options.checkpoints,
            restart=options.restart,
        )
    except DivergedError as error:
        print(f"auralise-jax: {error}", file=sys.stderr)
        return 1
    if devices.is_first():
        print(f"{options.out}: {trained.model}, step {trained.best_step} of {trained.steps}")
    return 0


def _start_and_recipe(options: argparse.Namespace) -> tuple[Model | None, Recipe]:
    from auralise_jax.network import load_model
    from auralise_jax.training.commands import with_compression
    from auralise_jax.training.recipe import SIZES, Recipe
    from auralise_jax.training.start import recipe_of

    if options.steps is not None and options.steps < 1:
        raise ValueError(f"steps must be a whole number from 1, not {options.steps}")
    settings = {name: getattr(options, name) for name in shared.RECIPE}
    settings |= {"steps": options.steps or 0, "fixed": options.fixed}
    if options.start is None and options.fixed:
        raise ValueError("--fixed keeps layers of the model of --from; name one, or leave it out")
    if options.start is None:
        recipe = Recipe(architecture=SIZES[options.size or "paper"], **settings)
        compression = "log1p" if options.compression == "both" else options.compression
        return None, with_compression(recipe, compression or "log1p")
    if options.size or options.compression:
        raise ValueError(
            "--size and --compression are those of the model of --from; leave them out"
        )
    start = load_model(options.start)
    return start, dataclasses.replace(recipe_of(start), **settings)
