"""The command line's learning half: compose, train and evaluate."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from auralise_jax.training.recipe import Recipe

_COMPOSE_EPILOG = """\
examples:
  auralise-jax compose music
  auralise-jax compose music --pieces 20 --families 0-9 --engines additive

Needs nothing but NumPy; sounds better with FluidSynth and soundfonts, which are used where they
are there: pip install pretty-midi pyfluidsynth, on Debian also libfluidsynth3 and
fluidr3mono-gm-soundfont.
A folder per genre and groove family; existing files are kept.
"""

_TRAIN = """\
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

_TRAIN_EPILOG = """\
examples:
  auralise-jax train my_genres --out mine.safetensors
  auralise-jax train my_genres --out quick.safetensors --size small --steps 300
  auralise-jax train my_genres --out mine.safetensors --compression both

Stopped? The same command goes on where it was, and ends with the same model. On two cores the
paper's network learns from about 70 clips a second, the small one from about 400.
Beside the model go a manifest (.manifest.csv), curves (.curves.png) and checkpoints.
"""

_EVALUATE_EPILOG = """\
examples:
  auralise-jax evaluate mine.safetensors my_genres            the test clips of its own folder
  auralise-jax evaluate genre other_music                     a folder it was not trained on
  auralise-jax evaluate genre other_music --training my_genres --figure scores.png

Files that the model was trained on are known by their content and left out, if the manifest that
`train` wrote stands beside the model.
"""


class _Command(Protocol):
    """Adds a command, as `cli` makes one."""

    def __call__(self, name: str, help: str, **texts: Any) -> argparse.ArgumentParser:  # noqa: A002
        """Return its parser."""


def add_commands(command: _Command) -> None:
    """Add compose, train and evaluate to the command line."""
    from auralise_jax.training.recipe import SIZES, Recipe

    default = Recipe()
    compose = command(
        "compose", "make up a folder of music in three genres, to train on", epilog=_COMPOSE_EPILOG
    )
    compose.add_argument("folder", type=Path, help="where the music goes, made if missing")
    compose.add_argument(
        "--pieces", type=int, default=100, help="of each genre, 10 to 16 s (default: 100)"
    )
    compose.add_argument(
        "--seed", type=int,
        help="of the first piece (default: far from those that the shipped model learnt from)",
    )  # fmt: skip
    compose.add_argument(
        "--families", type=_numbers, metavar="A-B", help="which groove families (default: all)"
    )
    compose.add_argument(
        "--engines", nargs="+", choices=("fluidsynth", "blend", "additive"),
        help="synthesisers that take turns (default: all that work here)",
    )  # fmt: skip
    compose.add_argument(
        "--fonts", nargs="+", type=Path, metavar="FONT",
        help="soundfont files that take turns (default: all that are found)",
    )  # fmt: skip
    compose.set_defaults(run=_compose)

    train = command(
        "train", "train a network on your own folder of music", description=_TRAIN,
        epilog=_TRAIN_EPILOG,
    )  # fmt: skip
    train.add_argument("folder", type=Path, help="music, a sub-folder per class")
    train.add_argument(
        "--out", type=Path, default=Path("model.safetensors"),
        help="model file to write (default: model.safetensors)",
    )  # fmt: skip

    def setting(flag: str, **told: Any) -> None:
        value = told.get("default")
        if value is not None:
            told["help"] = f"{told['help']} (default: {value})"
        train.add_argument(flag, **told)

    setting("--size", choices=SIZES, default="paper", help="of the network")
    setting(
        "--compression", choices=("log1p", "linear", "both"), default="log1p",
        help="of the front end; both: try both, keep the better",
    )  # fmt: skip
    train.add_argument("--steps", type=int, help="at most (default: 30 epochs, within 200 to 3000)")
    setting("--batch", type=int, default=default.batch, help="clips a step")
    setting("--rate", type=float, default=default.rate, help="highest learning rate")
    setting("--seed", type=int, default=default.seed, help="seed of all random choices")
    setting(
        "--validate-every", type=int, default=default.validate_every,
        help="steps between two looks at the validation clips, and between checkpoints",
    )  # fmt: skip
    setting(
        "--patience", type=int, default=default.patience,
        help="validations without improvement before training stops early",
    )  # fmt: skip
    setting("--validation", type=float, default=0.1, help="fraction of the files")
    setting("--test", type=float, default=0.1, help="fraction of the files")
    setting(
        "--dtype", choices=("float32", "float16"), default="float32", help="of the file's weights"
    )
    _add_cache(train)
    train.add_argument("--checkpoints", type=Path, help="folder (default: beside the model)")
    train.add_argument(
        "--restart", action="store_true", help="delete the checkpoints and start again"
    )
    several = train.add_argument_group(
        "several processes", "the same command in each, see docs/scale.md"
    )
    several.add_argument("--coordinator", metavar="HOST:PORT", help="of process 0, or auto")
    several.add_argument("--process", type=int, help="which one this is, from 0")
    several.add_argument("--processes", type=int, help="how many there are")
    train.set_defaults(run=_train)

    evaluate = command(
        "evaluate", "score a model on a folder of music, beside baselines",
        epilog=_EVALUATE_EPILOG,
    )  # fmt: skip
    evaluate.add_argument("model", help="model file or shipped name")
    evaluate.add_argument("folder", type=Path, help="music, a sub-folder per class")
    evaluate.add_argument(
        "--training", type=Path, metavar="FOLDER",
        help="of the training music, for the baselines (default: what of it is in the folder)",
    )  # fmt: skip
    evaluate.add_argument(
        "--manifest", type=Path, help="of the training (default: the one beside the model)"
    )
    evaluate.add_argument("--figure", type=Path, help="picture to write: .png, .svg or .pdf")
    evaluate.add_argument("--json", type=Path, help="file for all numbers")
    _add_cache(evaluate)
    evaluate.set_defaults(run=_evaluate)


def _numbers(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        numbers = range(int(first), int(last or first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no range such as 72-95") from None
    if not numbers:
        raise argparse.ArgumentTypeError(f"{text} holds no number; write the smaller one first")
    return numbers


def _add_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cache", type=Path, help="folder for decoded sound (default: your cache folder)"
    )


def _compose(options: argparse.Namespace) -> int:
    from auralise_jax.composing.compose import ALL_FAMILIES, FIRST_SEED, compose

    paths = compose(
        options.folder,
        options.pieces,
        families=options.families or ALL_FAMILIES,
        engines=options.engines,
        fonts=options.fonts,
        seed=FIRST_SEED if options.seed is None else options.seed,
    )
    print(f"{options.folder}: {len(paths)} pieces")
    return 0


def _recipe(options: argparse.Namespace) -> Recipe:
    from auralise_jax.training.commands import with_compression
    from auralise_jax.training.recipe import SIZES, Recipe

    if options.steps is not None and options.steps < 1:
        raise ValueError(f"steps must be a whole number from 1, not {options.steps}")
    recipe = Recipe(architecture=SIZES[options.size], steps=options.steps or 0)
    names = "batch", "rate", "seed", "validate_every", "patience"
    recipe = dataclasses.replace(recipe, **{name: getattr(options, name) for name in names})
    return with_compression(
        recipe, "log1p" if options.compression == "both" else options.compression
    )


def _train(options: argparse.Namespace) -> int:
    from auralise_jax.training import devices

    if options.coordinator or options.process is not None or options.processes is not None:
        host = None if options.coordinator in (None, "auto") else options.coordinator
        devices.join(host, options.process, options.processes)
    from auralise_jax.training.commands import train
    from auralise_jax.training.training import DivergedError

    both = options.compression == "both"
    try:
        trained = train(
            options.folder,
            options.out,
            recipe=_recipe(options),
            compressions=("log1p", "linear") if both else (options.compression,),
            validation=options.validation,
            test=options.test,
            dtype=options.dtype,
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


def _evaluate(options: argparse.Namespace) -> int:
    from auralise_jax.figures import check_figure, save_figure
    from auralise_jax.files import check_outputs, write_whole
    from auralise_jax.training.commands import evaluate
    from auralise_jax.training.report import evaluation_figure

    if options.figure is not None:
        check_figure(options.figure)
    check_outputs({"--figure": options.figure, "--json": options.json}, _read_by(options))
    told = evaluate(
        options.model, options.folder, manifest=options.manifest, training=options.training,
        cache=options.cache,
    )  # fmt: skip
    print(told.table())
    if options.figure is not None:
        title = f"{options.model} on {options.folder}"
        figure = evaluation_figure(told.model, title=title, baselines=told.baselines)
        save_figure(figure, options.figure)
        print(options.figure)
    if options.json is not None:
        write_whole(options.json, json.dumps(told.as_dict(), indent=1).encode())
        print(options.json)
    return 0


def _read_by(options: argparse.Namespace) -> Iterator[Path | None]:
    """Yield the files that `evaluate` reads; of a folder's, those that an output could be."""
    from auralise_jax.corpus.folder import LABELS
    from auralise_jax.corpus.tree import NOT_SOUND
    from auralise_jax.training.commands import MANIFEST, beside

    model = Path(options.model)
    yield from (model, options.manifest or beside(model, MANIFEST))
    for folder in (options.folder, options.training):
        if folder is not None:
            yield folder / LABELS
            inside = options.json is not None and folder.resolve() in options.json.resolve().parents
            if inside and options.json.exists() and options.json.suffix.lower() not in NOT_SOUND:
                yield options.json
