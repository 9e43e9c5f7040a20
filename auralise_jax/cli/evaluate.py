"""The command ``evaluate``: a model's scores on a folder of music, beside baselines."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auralise_jax.cli import options as shared
from auralise_jax.cli.loading import as_given, find_model

_EPILOG = """\
examples:
  auralise-jax evaluate mine.safetensors my_genres            the test clips of its own folder
  auralise-jax evaluate genre other_music                     a folder it was not trained on
  auralise-jax evaluate genre other_music --training my_genres --figure scores.png

Files that the model was trained on are known by their content and left out, if the manifest that
`train` wrote stands beside the model.
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``evaluate``."""
    made = argparse.ArgumentParser(epilog=_EPILOG, parents=[shared.cache()], **settings)
    made.add_argument("model", help=shared.MODEL)
    made.add_argument("folder", type=Path, help="music, a sub-folder per class")
    made.add_argument(
        "--training",
        type=Path,
        metavar="FOLDER",
        help="the training music, for the baselines (default: what of it is in the folder)",
    )
    made.add_argument(
        "--manifest", type=Path, help="of the training (default: the one beside the model)"
    )
    made.add_argument("--figure", type=Path, help="picture to write: .png, .svg or .pdf")
    made.add_argument("--json", type=Path, help="file for all numbers")
    return made


def run(options: argparse.Namespace) -> int:
    """Score the model; print the table, and write what is asked for."""
    from auralise_jax.figures import check_figure, save_figure
    from auralise_jax.files import check_outputs, write_whole
    from auralise_jax.training.commands import evaluate
    from auralise_jax.training.report import evaluation_figure

    if options.figure is not None:
        check_figure(options.figure)
    check_outputs({"--figure": options.figure, "--json": options.json}, _read_by(options))
    scores = evaluate(
        as_given(options.model, find_model(options.model)),  # beside a file lies its manifest
        options.folder,
        manifest=options.manifest,
        training=options.training,
        cache=options.cache,
    )
    print(scores.table())
    if options.figure is not None:
        title = f"{options.model} on {options.folder}"
        figure = evaluation_figure(scores.model, title=title, baselines=scores.baselines)
        save_figure(figure, options.figure)
        print(options.figure)
    if options.json is not None:
        write_whole(options.json, json.dumps(scores.as_dict(), indent=1).encode())
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
