"""The command ``listen``: what a feature responds to in a clip, as a sound file."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import auralise_jax as aj
from auralise_jax.cli import options as shared
from auralise_jax.cli.clips import find_window, shipped_clips
from auralise_jax.cli.loading import find_model
from auralise_jax.files import check_outputs

if TYPE_CHECKING:
    from auralise_jax.listening.resynthesis import Auralised

_DESCRIPTION = """\
Let a network listen to a clip, project a feature of a layer back to the spectrogram, and save the
projection as sound: which part of the music made that feature respond?

A layer is 1 (fine detail) to 5 (textures); each has 64 features, 0 to 63, in the shipped model.
"""

_EPILOG = """\
rules: what a ReLU lets pass on the way back
  deconvnet  positive values (the paper's rule; default)
  gradient   values where the forward input was positive
  guided     positive values where the forward input was positive

examples:
  auralise-jax listen song.mp3 --layer 1 --feature 47 --out feature.wav
  auralise-jax listen bach --layer 5 --feature 43 --out deep.flac --picture deep.png
  auralise-jax listen song.mp3 --start 60 --rule guided --layer 3 --feature 20 --out guided.ogg
  auralise-jax listen song.mp3 --model mine:model --layer 2 --out own.wav    (a model in mine.py)
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``listen``."""
    out = "sound to write: .wav, .flac, .ogg or .mp3 (default: %(default)s)"
    parents = [
        shared.model(),
        shared.layer(),
        shared.feature(),
        shared.rule(),
        shared.position(),
        shared.resynthesis(),
        shared.loudness(),
        shared.start(),
        shared.out(out, "feature.wav"),
    ]
    made = argparse.ArgumentParser(
        description=_DESCRIPTION, epilog=_EPILOG, parents=parents, **settings
    )
    made.add_argument("clip", help=f"sound file, or a shipped clip: {shipped_clips()}")
    made.add_argument("--picture", type=Path, help="picture to write too: .png, .svg or .pdf")
    return made


def run(options: argparse.Namespace) -> int:
    """Project the feature, write its sound, and print how loud it is."""
    from auralise_jax.figures import check_figure, save_figure

    if options.picture is not None:
        check_figure(options.picture)
    outputs = {"--out": options.out, "--picture": options.picture}
    check_outputs(outputs, [options.clip, options.model])
    model = find_model(options.model)
    song, start = find_window(options.clip, options.start, model.seconds)
    heard = aj.listen(model, song, start)
    projection = heard.project(options.layer, options.feature, options.rule, options.position)
    sound = projection.auralise(options.resynthesis, options.loudness)
    sound.save(options.out)
    print(f"{options.out}: {projection.title}, {sound.duration:.2f} s at {sound.sample_rate} Hz")
    if sound.note:
        print(f"note: {sound.note}{_elsewhere(heard, projection, options) if sound.silent else ''}")
    if not sound.silent:
        for line in levels(sound):
            print(line)
    if options.picture is not None:
        from auralise_jax.listening.figure import heard_figure

        save_figure(heard_figure(projection, options.resynthesis, start), options.picture)
        print(options.picture)
    return 0


def _elsewhere(heard: aj.Listening, projection: aj.Projection, options: argparse.Namespace) -> str:
    """Say which feature to listen to instead of a silent feature of the same layer."""
    found = aj.survey(heard, projection.layer, options.rule, options.position)
    first = int(found.order[0])
    if found.silent[first]:
        return f", and so is all of layer {projection.layer}"
    return f"; the most interesting of layer {projection.layer} that responds: --feature {first}"


def levels(sound: Auralised) -> Iterator[str]:
    """Yield what was done to a sound's level, in words and in decibels."""
    if sound.gain_db:
        times = 10 ** (sound.gain_db / 20)
        yield f"made {times:.2g} times as strong, to be as loud as the music: gain {sound.level}"
    else:
        yield f"left as loud as it is: gain {sound.level}"
    if sound.scale_db:
        yield (
            "before that, the strongest spot of its spectrogram was brought to that of the "
            f"music's: scale {sound.scale_db:+.1f} dB"
        )
