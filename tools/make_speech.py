"""Speech for training: eSpeak NG counts and reads letters in many languages and voices.

    python tools/make_speech.py FOLDER --clips 400

Sounds of no class: the genre model learns to be sure of nothing when it hears them. Debian's
package is espeak-ng. The same version gives the same files.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from auralise_jax.audio import Clip, load_clip
from auralise_jax.files import make_folder

LANGUAGES = (
    "en-us", "en-gb", "de", "fr-fr", "es", "it", "pt-br", "nl", "pl", "ru", "sv", "fi", "tr", "el",
    "hu", "cs", "ro", "id", "sw", "vi", "hi", "cmn", "ko", "fa", "ar",
)  # fmt: skip
VOICES = ("m1", "m2", "m3", "m4", "m5", "m6", "m7", "f1", "f2", "f3", "f4", "f5", "croak")
SAMPLE_RATE = 22_050
SECONDS = 5.0
_SAID = "0123456789" * 4 + "aeioubdfgklmnprstvz"


def speak(rng: np.random.Generator) -> Clip:
    """Let a voice say numbers and syllables in a language, for some seconds, over soft noise."""
    words = " ".join(
        "".join(rng.choice(list(_SAID), size=rng.integers(1, 5)))
        + str(rng.choice(["", "", ",", "."]))
        for _ in range(30)
    )
    voice = f"{rng.choice(LANGUAGES)}+{rng.choice(VOICES)}"
    manner = {"-s": rng.integers(110, 240), "-p": rng.integers(15, 90), "-a": 100}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "said.wav")
        options = [str(word) for pair in manner.items() for word in pair]
        subprocess.run(  # noqa: S603  its arguments are ours
            [_program(), "-v", voice, *options, "-w", path, words], check=True, capture_output=True
        )
        samples = load_clip(path, sample_rate=SAMPLE_RATE).samples
    first = int(rng.integers(0, max(1, len(samples) - int(SECONDS * SAMPLE_RATE))))
    samples = samples[first : first + int(SECONDS * SAMPLE_RATE)]
    level = 10 ** rng.uniform(-2.5, -0.1) / max(1e-6, float(np.abs(samples).max()))
    noise = rng.standard_normal(len(samples)) * 10 ** rng.uniform(-4, -1.7)
    return Clip((level * samples + noise * level).astype(np.float32), SAMPLE_RATE, voice)


def make_speech(folder: Path, clips: int, seed: int = 0) -> Path:
    """Write clips to a folder; those that are there are kept."""
    make_folder(folder)
    for number in tqdm(range(clips), "speaking", unit="clip"):
        path = folder / f"{number:04}.ogg"
        if not path.exists():
            speak(np.random.default_rng([seed, number])).save(path)
    return folder


def _program() -> str:
    found = shutil.which("espeak-ng")
    if found is None:
        raise FileNotFoundError("espeak-ng is missing; on Debian: apt install espeak-ng")
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python tools/make_speech.py", description="Make speech that belongs to no class."
    )
    parser.add_argument("folder", type=Path, help="gets an Ogg file per clip")
    parser.add_argument("--clips", type=int, default=400, help="how many (default 400)")
    options = parser.parse_args(arguments)
    make_speech(options.folder, options.clips)


if __name__ == "__main__":
    main()
