"""The command line: parses, calls, prints."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import warnings
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import auralise_jax as aj
from auralise_jax import cli_atlas, cli_learning, cli_lesson
from auralise_jax.cli_lesson import add_model, find_window, open_panel
from auralise_jax.files import check_outputs

if TYPE_CHECKING:
    from auralise_jax.listening.resynthesis import Auralised

_EPILOG = """\
examples:
  auralise-jax demo                                   hear it now, in your browser
  auralise-jax lab                                    open the course in JupyterLab
  auralise-jax listen song.mp3 --layer 3 --feature 20 --out feature.wav
  auralise-jax lesson song.mp3 --out lesson.html      a page for your class
  auralise-jax atlas my_music                         what each feature responds to in it
  auralise-jax train my_genres --out mine.safetensors teach a network your own genres
  auralise-jax evaluate mine.safetensors my_genres    and see how well it knows them
  auralise-jax models                                 what can listen

exit codes: 0 done, 1 could not be done (the message says why), 2 wrong arguments
"""

_LISTEN = """\
Let a network hear a clip, project one feature of one layer back to the spectrogram, and save it as
sound: which part of the music made that feature respond?

A layer is 1 (fine detail) to 5 (textures); each has 64 features, 0 to 63, in the shipped model.
"""

_LISTEN_EPILOG = """\
rules, that is what a ReLU does on the way back:
  deconvnet  pass what is positive (the paper's; default)
  gradient   pass where the forward input was positive
  guided     both

examples:
  auralise-jax listen song.mp3 --layer 1 --feature 47 --out attacks.wav
  auralise-jax listen bach --layer 5 --feature 43 --out texture.flac --picture texture.png
  auralise-jax listen song.mp3 --start 60 --rule guided --layer 3 --feature 20 --out guided.ogg
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(arguments)
    with warnings.catch_warnings():
        warnings.showwarning = _tell
        warnings.simplefilter("always", UserWarning)
        try:
            code: int = options.run(options)
        except (ValueError, OSError, ImportError) as error:
            print(f"auralise-jax: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("auralise-jax: stopped", file=sys.stderr)
            return 130
    return code


def _tell(message: Warning | str, *_: object, **__: object) -> None:
    print(f"note: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="auralise-jax",
        description="Hear what the features of a music-classifying CNN respond to.",
        epilog=_EPILOG,
        formatter_class=raw,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {aj.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, help: str, **texts: Any) -> argparse.ArgumentParser:  # noqa: A002
        texts.setdefault("description", f"{help[0].upper()}{help[1:]}.")
        return commands.add_parser(name, help=help, formatter_class=raw, **texts)

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
    listen.add_argument(
        "--start", type=float, default=0.0, help="seconds into the clip (default: 0)"
    )
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
    demo.add_argument("--start", type=float, default=0.0, help="seconds into the clip (default: 0)")
    demo.add_argument(
        "--features",
        type=int,
        default=16,
        help="features per layer, the most interesting first (default: 16)",
    )
    demo.add_argument("--out", type=Path, help="page to write (default: auralise-CLIP.html)")
    demo.add_argument("--no-open", action="store_true", help="write the page only")
    demo.set_defaults(run=_demo)

    lab = command(
        "lab",
        "copy the course to a folder of yours and open it in JupyterLab",
        epilog="A notebook that is there already is never overwritten. Arguments after -- go to "
        "JupyterLab,\nfor example: auralise-jax lab -- --port 9999",
    )
    lab.add_argument(
        "--folder",
        type=Path,
        default=Path("auralise-course"),
        help="where the course goes (default: auralise-course)",
    )
    lab.add_argument("--no-open", action="store_true", help="copy the course only")
    lab.add_argument("jupyter", nargs="*", help=argparse.SUPPRESS)
    lab.set_defaults(run=_lab)

    cli_lesson.add_commands(command)
    cli_atlas.add_commands(command)
    cli_learning.add_commands(command)

    models = command("models", "list the shipped models, or describe one")
    models.add_argument("name", nargs="?", help="shipped name or model file")
    models.set_defaults(run=_models)
    return parser


def _layer(text: str) -> int | str:
    return int(text) if text.lstrip("-").isdigit() else text


def _listen(options: argparse.Namespace) -> int:
    from auralise_jax.figures import check_figure, save_figure

    if options.picture is not None:
        check_figure(options.picture)
    outputs = {"--out": options.out, "--picture": options.picture}
    check_outputs(outputs, [options.clip, options.model])
    model = aj.load_model(options.model)
    clip, start = find_window(options.clip, options.start, model.frontend.duration)
    heard = aj.listen(model, clip, start)
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

        save_figure(heard_figure(shot, options.resynthesis), options.picture)
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


def _lab(options: argparse.Namespace) -> int:
    from auralise_jax.course import copy_course

    copied = copy_course(options.folder)
    for notebook in copied.new:
        print(f"copied {notebook}")
    for notebook in copied.kept:
        print(f"kept   {notebook}, which differs from this version of the course")
    if options.no_open:
        return 0
    if find_spec("jupyterlab") is None:
        print(
            "auralise-jax: JupyterLab is not installed here; install it with\n"
            f"  {sys.executable} -m pip install jupyterlab\n"
            f"or open {options.folder} in the Jupyter you have",
            file=sys.stderr,
        )
        return 1
    start = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={options.folder.resolve()}"]
    first = min(options.folder.glob("*.ipynb"), default=None)
    if first is not None:
        start.append(f"--LabApp.default_url=/lab/tree/{first.name}")
    if getattr(os, "geteuid", lambda: 1)() == 0:  # as in a container; JupyterLab refuses otherwise
        print("note: you are root, and JupyterLab is told to allow that", file=sys.stderr)
        start.append("--allow-root")
    # JupyterLab looks for news on the web unless told not to; nothing unasked leaves here.
    start += ["--LabApp.news_url=None", *options.jupyter]
    server = subprocess.Popen(start)  # noqa: S603
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:  # the terminal tells JupyterLab too, and it asks whether to end
            continue


def _models(options: argparse.Namespace) -> int:
    from auralise_jax.network import shipped_models

    names = shipped_models() if options.name is None else (options.name,)
    for name in names:
        model = aj.load_model(name)
        front = model.frontend
        print(name)
        print(f"  layers    {', '.join(model.layers)}")
        print(f"  features  {', '.join(map(str, model.architecture.features))}")
        print(f"  classes   {', '.join(model.classes) or 'none: it can be listened to, not asked'}")
        print(
            f"  hears     {front.duration:g} s at {front.sample_rate} Hz, {front.compression}, "
            f"n_fft {front.n_fft}, hop {front.hop_length}"
        )
        if options.name is not None:
            for line in _outline(model.training):
                print(f"  {line}")
    if options.name is None:
        print(f"how one was trained and how well it does: auralise-jax models {names[0]}")
    return 0


def _outline(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a file tells of its training as lines, the inner ones indented."""
    for key, value in told.items():
        if isinstance(value, dict):
            yield str(key)
            yield from (f"  {line}" for line in _outline(value))
        elif isinstance(value, list) and any(isinstance(one, str) for one in value):
            yield str(key)
            yield from (f"  {one}" for one in value)
        else:
            yield f"{key:<9} {', '.join(map(str, value)) if isinstance(value, list) else value}"


if __name__ == "__main__":
    sys.exit(main())
