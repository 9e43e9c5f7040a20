"""The command line for hearing features: a sound file, or a page that opens in the browser."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import auralise_jax as aj
from auralise_jax.cli.lesson import add_model, add_start, find_window, open_panel
from auralise_jax.files import check_outputs

if TYPE_CHECKING:
    from auralise_jax.listening.resynthesis import Auralised

_LISTEN = """\
Let a network hear a clip, project one feature of one layer back to the spectrogram, and save it as
sound: which part of the music made that feature respond?

A layer is 1 (fine detail) to 5 (textures); each has 64 features, 0 to 63, in the shipped model.
"""

_LISTEN_EPILOG = """\
rules, that is what a ReLU does on the way back:
  deconvnet  pass what is positive (the paper's; default)
  gradient   pass where the forward input was positive
  guided     pass what both let through

examples:
  auralise-jax listen song.mp3 --layer 1 --feature 47 --out attacks.wav
  auralise-jax listen bach --layer 5 --feature 43 --out texture.flac --picture texture.png
  auralise-jax listen song.mp3 --start 60 --rule guided --layer 3 --feature 20 --out guided.ogg
"""


def add_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add ``listen`` and ``demo`` to the commands."""
    sound = f"sound file, or a shipped clip: {', '.join(aj.example_clips())}"
    listen = command(
        "listen", "save what one feature hears", description=_LISTEN, epilog=_LISTEN_EPILOG
    )
    listen.add_argument("clip", help=sound)
    add_model(listen)
    listen.add_argument("--layer", default="1", help="number from 1, or a name (default: 1)")
    listen.add_argument("--feature", type=int, default=0, help="number from 0 (default: 0)")
    listen.add_argument("--rule", default="deconvnet", help="see below (default: deconvnet)")
    listen.add_argument(
        "--position", default="all", help="all, or strongest: one place of the map (default: all)"
    )
    listen.add_argument(
        "--resynthesis", default="phase", help="phase (the paper's) or mask (default: phase)"
    )
    listen.add_argument(
        "--loudness", default="match", help="match the source's, or raw (default: match)"
    )
    add_start(listen)
    listen.add_argument(
        "--out",
        type=Path,
        default=Path("feature.wav"),
        help="sound to write: .wav, .flac, .ogg or .mp3 (default: feature.wav)",
    )
    listen.add_argument("--picture", type=Path, help="picture to write too: .png, .svg or .pdf")
    listen.set_defaults(run=_listen)

    demo = command(
        "demo",
        "write a page to explore by ear, and open it in the browser",
        epilog="Nothing is fetched and nothing is served: the page is one file on your disk.",
    )
    demo.add_argument("clip", nargs="?", default="bach", help=f"{sound} (default: bach)")
    add_model(demo)
    demo.add_argument("--rule", default="deconvnet", help="deconvnet, gradient or guided")
    add_start(demo)
    demo.add_argument(
        "--features",
        type=int,
        default=16,
        help="features per layer, the most interesting first (default: 16)",
    )
    demo.add_argument("--out", type=Path, help="page to write (default: auralise-CLIP.html)")
    demo.add_argument("--no-open", action="store_true", help="write the page only")
    demo.set_defaults(run=_demo)


def _layer(text: str) -> int | str:
    return int(text) if text.lstrip("-").isdigit() else text


def _listen(options: argparse.Namespace) -> int:
    from auralise_jax.figures import check_figure, save_figure

    if options.picture is not None:
        check_figure(options.picture)
    outputs = {"--out": options.out, "--picture": options.picture}
    check_outputs(outputs, [options.clip, options.model])
    model = aj.load_model(options.model)
    song, start = find_window(options.clip, options.start, model.frontend.duration)
    heard = aj.listen(model, song, start)
    shot = heard.project(_layer(options.layer), options.feature, options.rule, options.position)
    sound = shot.auralise(options.resynthesis, options.loudness)
    sound.save(options.out)
    print(f"{options.out}: {shot.title}, {sound.duration:.2f} s at {sound.sample_rate} Hz")
    if sound.note:
        print(f"note: {sound.note}{_elsewhere(heard, shot) if sound.silent else ''}")
    if not sound.silent:
        for line in _levels(sound):
            print(line)
    if options.picture is not None:
        from auralise_jax.listening.figure import heard_figure

        save_figure(heard_figure(shot, options.resynthesis, start), options.picture)
        print(options.picture)
    return 0


def _elsewhere(heard: aj.Listening, shot: aj.Projection) -> str:
    """Say which feature of a silent one's layer to hear instead."""
    found = aj.survey(heard, shot.layer, shot.rule, shot.position)
    first = int(found.order[0])
    if found.silent[first]:
        return f", and so is all of layer {shot.layer}"
    return f"; the most interesting of layer {shot.layer} that responds: --feature {first}"


def _levels(sound: Auralised) -> Iterator[str]:
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


def _demo(options: argparse.Namespace) -> int:
    from auralise_jax.widgets.page import check_page

    out = options.out or Path(f"auralise-{Path(options.clip).stem}.html")
    check_page(out)
    check_outputs({"--out": out}, [options.clip, options.model])
    with open_panel(aj.load_model(options.model), options.clip, options) as panel:
        path = panel.to_html(out, features=options.features).resolve()
    print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    if not options.no_open and not webbrowser.open(path.as_uri()):
        print("no browser was found here: open that file in one", file=sys.stderr)
    return 0
