"""The command ``song``: a whole song, which class where, and a feature all through it."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import auralise_jax as aj
from auralise_jax.cli import options as shared
from auralise_jax.cli.clips import check_name, decoding, shipped_clips
from auralise_jax.cli.loading import find_model
from auralise_jax.files import check_outputs

if TYPE_CHECKING:
    from auralise_jax.listening.song_projection import SongProjection

_DESCRIPTION = """\
Let a network listen to a whole song, window by window: print which class is likely where, and where
a feature responds most. With --out the feature is projected over the whole song and saved as sound,
as loud as the song; where the feature is weak, it is quiet.

The network hears a few seconds at a time (4 in the shipped model). --hop says how many seconds lie
between the windows: fewer show more, and take longer.
"""

_EPILOG = """\
examples:
  auralise-jax song song.mp3                                    which class where?
  auralise-jax song song.mp3 --layer 3 --feature 20             and where does feature 3-20 respond?
  auralise-jax song song.mp3 --layer 3 --feature 20 --out feature.wav --picture song.png \\
                    --table song.csv                            hear it, see it, count it
  auralise-jax song song.mp3 --layer 3 --feature 20 --start 60 --end 90 --out part.wav
  auralise-jax song song.mp3 --class hip-hop --excerpts best.wav
                                                  which part makes it hip-hop? these, in a row
  auralise-jax song song.mp3 --layer 3 --feature 20 --excerpts best.wav
                                                  the windows in which the feature responds most
  auralise-jax song song.mp3 --mute 3-20 5-1 --picture muted.png
                                                  what does it become without these features?

The picture shows the sound, the classes over time, and the feature's activity; with --mute, dashed
lines show the network as it was trained. The table has a line a window: where the window is, the
probability of each class, and the activity of the feature, or of all features of --layer.

exit codes: 0 done, 1 could not be done (the message says why), 2 wrong arguments
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``song``."""
    parents = [
        shared.model(),
        shared.layer(None),
        shared.feature(None),
        shared.rule(),
        shared.resynthesis(),
        shared.loudness(),
    ]
    made = argparse.ArgumentParser(
        description=_DESCRIPTION, epilog=_EPILOG, parents=parents, **settings
    )
    made.add_argument("file", help=f"sound file, or a shipped clip: {shipped_clips()}")
    hop = "seconds from a window to the next (default: %(default)s)"
    made.add_argument("--hop", type=float, default=1.0, help=hop)
    sound = ".wav, .flac, .ogg or .mp3"
    made.add_argument("--out", type=Path, help=f"sound of the feature to write: {sound}")
    made.add_argument("--start", type=float, help="seconds into the song where --out begins")
    made.add_argument("--end", type=float, help="seconds into the song where --out ends")
    made.add_argument("--picture", type=Path, help="picture to write: .png, .svg or .pdf")
    made.add_argument("--table", type=Path, help="table to write, in CSV")
    what = "class or tag that --excerpts is about"
    made.add_argument("--class", dest="class_name", metavar="NAME", help=what)
    what = f"windows that carry the class, or the feature, most, in a row: {sound}"
    made.add_argument("--excerpts", type=Path, help=what)
    made.add_argument(
        "--count", type=int, default=5, help="how many --excerpts, at most (default: %(default)s)"
    )
    what = "features to take out of the network, as LAYER-FEATURE, such as 3-20"
    made.add_argument("--mute", nargs="+", type=_feature, default=[], metavar="FEATURE", help=what)
    made.set_defaults(refuse=made.error)
    return made


def run(options: argparse.Namespace) -> int:
    """Hear the song, print what was found, and write what is asked for."""
    from auralise_jax.audio.recording import find_recording
    from auralise_jax.cli.song_report import places, said_of
    from auralise_jax.listening.song_projection import part_of

    _check_arguments(options)
    model = find_model(options.model)
    muted = model.with_gains(dict.fromkeys(options.mute, 0.0))
    feature = _check_names(options, model)
    with decoding():
        recording = find_recording(options.file)
        part_of(recording.duration, options.start, options.end)
        with _progress() as each:
            song = aj.listen_song(muted, recording, options.hop, each=each, progress=False)
        with _progress() as each:
            beside = song.edited(each=each, progress=False) if options.mute else None
    if options.mute:
        names = ", ".join(f"{model.number(layer)}-{one}" for layer, one in muted.gains)
        print(f"muted: {names}")
    for line in said_of(song, beside):
        print(line)
    if feature is not None:
        found = song.strongest(options.layer, options.feature, options.count)
        where = f"responds most at {places(found)}" if found else "does not respond to this song"
        print(f"feature {feature} {where}")
    _write(song, beside, options)
    return 0


def _write(
    song: aj.SongListening, beside: aj.SongListening | None, options: argparse.Namespace
) -> None:
    """Write what is asked for, and say what was written."""
    from auralise_jax.cli.listen import levels
    from auralise_jax.cli.song_report import places, rows_of
    from auralise_jax.corpus.table import write_table
    from auralise_jax.figures import save_figure
    from auralise_jax.files import write_whole

    layer, feature = options.layer, options.feature
    if options.out is not None:
        sound = _project(song, options).auralise(options.resynthesis, options.loudness)
        sound.save(options.out)
        print(f"{options.out}: {sound.title}, {sound.duration:.2f} s at {sound.sample_rate} Hz")
        if sound.note:
            print(f"note: {sound.note}")
        if not sound.silent:
            print("\n".join(levels(sound)))
    if options.picture is not None:
        save_figure(song.plot(layer, feature, beside), options.picture)
        print(options.picture)
    if options.table is not None:
        names, lines = rows_of(song, layer, feature)
        write_whole(options.table, write_table(names, lines))
        print(f"{options.table}: {len(lines)} lines, {len(names)} columns")
    if options.excerpts is not None:
        of_class = options.class_name is not None
        moments = (
            song.likeliest(options.class_name, options.count)
            if of_class
            else song.strongest(layer, feature, options.count)
        )
        if not moments:
            what = (
                f"the probability of {options.class_name} is 0 all over this song"
                if of_class
                else f"feature {song.model.number(layer)}-{feature} does not respond to this song"
            )
            raise ValueError(f"{what}, so there is no excerpt of it")
        with decoding():
            song.excerpts(moments).save(options.excerpts)
        print(f"{options.excerpts}: {places(moments, odds=of_class)}")


def _project(song: aj.SongListening, options: argparse.Namespace) -> SongProjection:
    with decoding(), _progress("projecting", "piece") as each:
        return song.project(
            options.layer, options.feature, options.rule, options.start, options.end, each=each
        )


def _check_arguments(options: argparse.Namespace) -> None:
    """Raise what can be said before anything is heard."""
    from auralise_jax.audio.encode import check_suffix
    from auralise_jax.figures import check_figure

    if options.feature is not None and options.layer is None:
        options.refuse("--feature needs the --layer that it is in")
    if options.out is not None and options.feature is None:
        options.refuse("--out needs --layer and --feature: it is the sound of a feature")
    if options.excerpts is not None and options.class_name is None and options.feature is None:
        options.refuse("--excerpts needs --class, or --layer and --feature")
    if options.class_name is not None and options.excerpts is None:
        options.refuse("--class belongs to --excerpts: it says which windows are in them")
    if options.out is None and (options.start, options.end) != (None, None):
        options.refuse("--start and --end belong to --out")
    if options.count < 1:
        options.refuse("--count must be 1 or more")
    check_name(options.file)
    if options.picture is not None:
        check_figure(options.picture)
    for sound in (options.out, options.excerpts):
        if sound is not None:
            check_suffix(sound.suffix)
    outputs = {
        f"--{name}": getattr(options, name) for name in ("out", "picture", "table", "excerpts")
    }
    check_outputs(outputs, [options.file, options.model])


def _check_names(options: argparse.Namespace, model: aj.Model) -> str | None:
    """Return the feature in words; raise ValueError if the model lacks what is named."""
    if options.class_name is not None and options.class_name not in model.classes:
        from auralise_jax.text import listed

        known = listed(model.classes) or f"none: model {model.name!r} gives no scores"
        raise ValueError(f"the classes are {known}; there is no {options.class_name!r:.80}")
    if options.layer is None:
        return None
    layer = model.layer(options.layer)
    if options.feature is None:
        return None
    if options.out is not None:
        from auralise_jax.listening.song_projection import check_projection

        check_projection(model, layer)
    return f"{model.number(layer)}-{layer.check_feature(options.feature)}"


def _feature(text: str) -> tuple[int | str, int]:
    """Return a layer and a feature that are written as 3-20."""
    layer, _, feature = text.rpartition("-")
    if not layer or not feature.isdecimal():
        raise argparse.ArgumentTypeError(f"a feature is written as 3-20, not {text!r}")
    return int(layer) if layer.isdecimal() else layer, int(feature)


@contextlib.contextmanager
def _progress(
    what: str = "listening", unit: str = "window"
) -> Iterator[Callable[[int, int], None]]:
    """Show a bar where somebody watches, also while the decoders are kept quiet."""
    from tqdm import tqdm

    with os.fdopen(os.dup(2), "w") as terminal:
        if not terminal.isatty():
            yield lambda _done, _total: None
            return
        with tqdm(desc=what, unit=unit, file=terminal, leave=False) as bar:

            def each(_done: int, total: int) -> None:
                bar.total = total
                bar.update()

            yield each
