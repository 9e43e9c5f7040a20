"""Looks that load what may be broken: run as a program, in a process that may die of one.

The names of the looks come as arguments. For each the program prints a line of JSON when it begins
and another with what it found.
"""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from auralise_jax.cli.checks.findings import PIP, Findings, described, looked
from auralise_jax.text import listed

IMPORT = "import "
"""Before a module's name: the look that imports it."""


def main(names: list[str]) -> None:
    """Look, and print findings as lines of JSON."""
    out = sys.stdout
    sys.stdout = sys.stderr  # what modules print is no finding
    for name in names:
        print(json.dumps({"begins": name}), file=out, flush=True)
        found = looked(name, _look(name))
        print(json.dumps({"ended": name, **found.as_dict()}), file=out, flush=True)


def _look(name: str) -> Callable[[], Findings]:
    if name.startswith(IMPORT):
        module, _, distribution = name.removeprefix(IMPORT).partition(" of ")
        return partial(_import, module, distribution or module)
    return _LOOKS[name]


def _import(module: str, distribution: str) -> Findings:
    try:
        importlib.import_module(module)
    except Exception as error:
        what = f"{module} cannot be imported ({described(error)})"
        how = f"{PIP} install --force-reinstall --no-deps {distribution}"
        return Findings(problems=[f"{what}: {how}"])
    return Findings()


def _jax() -> Findings:
    import jax

    from auralise_jax.device import check_device

    try:
        check_device()
    except OSError as error:
        return Findings(problems=[str(error)])
    devices = [f"{one.id}: {one.device_kind}" for one in jax.devices()]
    settings = ("jax_enable_x64", "jax_default_matmul_precision", "jax_numpy_dtype_promotion")
    found = Findings(
        {
            "backend": jax.default_backend(),
            "devices": "; ".join(devices),
            "processes": str(jax.process_count()),
            **{name: str(getattr(jax.config, name)) for name in settings},
        }
    )
    if jax.default_backend() == "cpu" and shutil.which("nvidia-smi"):
        found.missing.append(
            "JAX on the graphics card, which takes training and atlases further; the CPU is enough "
            f"for the rest: {PIP} install 'jax[cuda13]', or 'jax[cuda12]' for an older driver"
        )
    return found


def _projection() -> Findings:
    import numpy as np

    import auralise_jax as aj
    from auralise_jax.listening.strongest import by_activation

    began = time.perf_counter()
    layer = 3
    heard = aj.listen(aj.load_model("genre"), aj.example_clips()["bach"])
    projection = heard.project(layer, int(by_activation(heard, layer)[0][0]))
    sound = projection.auralise()
    seconds = time.perf_counter() - began
    fact = f"{projection.title}: {sound.duration:.2f} s of sound, made in {seconds:.1f} s"
    found = Findings({"shipped model and prelude": fact})
    values = (np.asarray(projection.picture), np.asarray(sound.samples))
    if not all(np.isfinite(one).all() for one in values):
        found.problems.append(
            f"{projection.title} of the shipped model has values that are not finite: update jax "
            f"and jaxlib ({PIP} install --upgrade jax), or try JAX_PLATFORMS=cpu"
        )
    elif not all(np.abs(one).max() > 0 for one in values):
        found.problems.append(
            f"{projection.title} of the shipped model is silent, which it should not be: install "
            f"the package again ({PIP} install --force-reinstall --no-deps auralise-jax)"
        )
    return found


def _sound() -> Findings:
    import soundfile

    formats = soundfile.available_formats()
    usual = ("WAV", "FLAC", "OGG", "MP3", "AIFF")
    found = Findings({"libsndfile": f"{soundfile.__libsndfile_version__}, soundfile"})
    found.facts["libsndfile reads"] = ", ".join(name for name in usual if name in formats)
    if lacking := [name for name in usual if name not in formats]:
        found.problems.append(
            f"libsndfile {soundfile.__libsndfile_version__} does not read {', '.join(lacking)}: "
            f"{PIP} install --force-reinstall soundfile, which brings a newer one"
        )
    program = shutil.which("ffmpeg")
    if program is None:
        found.facts["FFmpeg"] = "not installed"
        found.missing.append(
            "FFmpeg, for m4a, WMA, Matroska, WavPack and other formats: install it from "
            "ffmpeg.org, or as the system's package ffmpeg"
        )
        return found
    said = subprocess.run(  # noqa: S603
        [program, "-hide_banner", "-version"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    found.facts["FFmpeg"] = f"{said.stdout.partition(' Copyright')[0].strip()}, {program}"
    if said.returncode:
        found.problems.append(
            f"{program} does not run (code {said.returncode}): install FFmpeg again"
        )
    return found


def _synthesiser() -> Findings:
    from auralise_jax.synth.synth import default_engine, find_soundfonts

    fonts = find_soundfonts()
    found = Findings({"plays probes and music": default_engine()})
    found.facts["soundfonts"] = listed([font.name for font in fonts]) or "none"
    try:
        importlib.import_module("fluidsynth")
    except Exception as error:
        found.facts["FluidSynth"] = "not installed"
        found.missing.append(
            f"FluidSynth, for probes and composed music that sound better ({described(error)}): "
            f"{PIP} install 'auralise-jax[synth]', and FluidSynth's library (Debian: "
            "libfluidsynth3)"
        )
    else:
        found.facts["FluidSynth"] = "installed"
        if not fonts:
            found.missing.append(
                "a soundfont, without which FluidSynth plays nothing (Debian: "
                "fluidr3mono-gm-soundfont)"
            )
    return found


def _places() -> Findings:
    import jax

    from auralise_jax.corpus.cache import default_folder
    from auralise_jax.network.foreign.known import kept_at

    places: dict[str, Callable[[], object]] = {
        "decoded sound": default_folder,
        "networks of other people": lambda: kept_at("any").parent,
        "what JAX compiled": lambda: getattr(jax.config, "jax_compilation_cache_dir", None) or "",
    }
    found = Findings()
    for name, place in places.items():
        try:
            found.facts[name] = str(place())
        except OSError as error:
            found.problems.append(f"{name}: {error}")
    return found


_LOOKS: dict[str, Callable[[], Findings]] = {
    "JAX": _jax,
    "a projection": _projection,
    "sound": _sound,
    "synthesiser": _synthesiser,
    "places": _places,
}

if __name__ == "__main__":
    main(sys.argv[1:])
