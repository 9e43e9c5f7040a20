"""A world without the programs and the library that the package uses where they are installed."""

import os
import sys
from pathlib import Path

PROGRAMS = ("ffmpeg", "ffprobe", "avconv", "sox", "soxi", "fluidsynth", "firefox", "firefox-esr")


def environment_without_tools(folder: Path) -> dict[str, str]:
    """Return variables with which neither `PROGRAMS` nor FluidSynth's Python module are found.

    Folders of the search path that hold one of them are replaced by links to their other programs,
    in `folder`.
    """
    places = []
    for number, place in enumerate(map(Path, os.environ["PATH"].split(os.pathsep))):
        if any((place / name).exists() for name in PROGRAMS):
            links = folder / f"{number}-{place.name}"
            links.mkdir(parents=True)
            for program in place.iterdir():
                if program.name not in PROGRAMS:
                    (links / program.name).symlink_to(program)
            place = links  # noqa: PLW2901
        places.append(str(place))
    modules = folder / "modules"
    modules.mkdir(parents=True)
    message = "the tests run without FluidSynth"
    (modules / "fluidsynth.py").write_text(f"raise ImportError({message!r})\n")
    before = filter(None, [os.environ.get("PYTHONPATH")])
    return {
        "PATH": os.pathsep.join(places),
        "PYTHONPATH": os.pathsep.join([str(modules), *before]),
    }


def hide_tools(folder: Path) -> None:
    """Let neither this process nor its children find them."""
    os.environ.update(environment_without_tools(folder))
    sys.modules["fluidsynth"] = None  # type: ignore[assignment]
