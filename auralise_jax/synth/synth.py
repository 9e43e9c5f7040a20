"""From score to sound: choose an engine, mix, and hand out a clip."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from auralise_jax.synth.effects import duck
from auralise_jax.synth.mix import mix
from auralise_jax.synth.score import Score

if TYPE_CHECKING:
    from auralise_jax.audio import Clip

Engine = Literal["auto", "fluidsynth", "additive", "blend"]
ENGINES: tuple[Engine, ...] = ("auto", "fluidsynth", "additive", "blend")

_SYSTEM_FONTS = (Path("/usr/share/sounds/sf3"), Path("/usr/share/sounds/sf2"))
# Free of copyleft and good on every instrument that the grooves use: tried first.
_PREFERRED = ("FluidR3Mono_GM.sf3", "FluidR3_GM.sf2")
_KICKS = (35, 36)
_INSTALL = (
    "install the Python package pyfluidsynth and the FluidSynth library (Debian: "
    "libfluidsynth3; macOS: brew install fluid-synth)"
)
_INSTALL_FONT = (
    "install a General MIDI soundfont (Debian: fluidr3mono-gm-soundfont) or the Python package "
    "pretty_midi, which contains one, or give the path of an SF2 or SF3 file as soundfont"
)


def render(
    score: Score,
    sample_rate: int = 22_050,
    *,
    soundfont: str | Path | None = None,
    seed: int = 0,
    engine: Engine = "auto",
) -> Clip:
    """Turn a score into a clip.

    The same arguments give the same samples, on one machine with one version of the engine.

    Parameters
    ----------
    score : Score
        What to play.
    sample_rate : int
        In Hz, 8000-96000.
    soundfont : str or Path, optional
        SF2 or SF3 file for FluidSynth; by default the first of `find_soundfonts`.
    seed : int
        At least 0. 0 is the plain mix; any other seed draws one, see `mix`, a tuning within 40
        cents and, for the additive engine, the instruments.
    engine : {"auto", "fluidsynth", "additive", "blend"}
        "auto" takes what `default_engine` says; "blend" gives some parts, drawn by the seed, to
        the additive engine and the others to FluidSynth.

    Returns
    -------
    Clip
        Mono float32, peak 0.8 (unless silent), `round(score.duration * sample_rate)` samples;
        the last 30 ms fade out.

    Raises
    ------
    ValueError
        If the engine is unknown, the rate or the seed out of range, or the soundfont unreadable
        or given to the additive engine.
    FileNotFoundError
        If the soundfont does not exist.
    ImportError
        If FluidSynth is asked for, by name or by a soundfont, and is not installed.

    Examples
    --------
    >>> from auralise_jax.synth import Note, Part, Score, render
    >>> a4 = Part("piano", program=0, notes=(Note(0.0, 0.5, 69),))
    >>> clip = render(Score(60.0, (a4,), duration=1.0), engine="additive")
    >>> clip.samples.shape, clip.sample_rate
    ((22050,), 22050)
    """
    dry = stems(score, sample_rate, soundfont=soundfont, seed=seed, engine=engine)
    return mix_down(score, dry, sample_rate, seed=seed)


def stems(
    score: Score,
    sample_rate: int = 22_050,
    *,
    soundfont: str | Path | None = None,
    seed: int = 0,
    engine: Engine = "auto",
) -> NDArray[np.float32]:
    """Play each part of a score by itself, dry: what `render` mixes.

    Parameters
    ----------
    score, sample_rate, soundfont, engine
        As in `render`.
    seed : int
        At least 0. 0 is tuned to 440 Hz; any other seed draws a tuning within 40 cents and, for
        the additive engine, the instruments.

    Returns
    -------
    ndarray, shape (parts, n), float32
        A row per part of `round(score.duration * sample_rate)` samples, not normalised.

    Raises
    ------
    ValueError, FileNotFoundError, ImportError
        As `render` does.

    Examples
    --------
    >>> from auralise_jax.synth import Note, Part, Score, stems
    >>> a4 = Part("piano", program=0, notes=(Note(0.0, 0.5, 69),))
    >>> bass = Part("bass", program=33, notes=(Note(0.5, 0.5, 33),))
    >>> both = stems(Score(60.0, (a4, bass), duration=1.0), engine="additive")
    >>> both.shape, bool(both[1, :11_000].any())
    ((2, 22050), False)
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}; got {engine!r}")
    if not 8_000 <= sample_rate <= 96_000:
        raise ValueError(f"sample_rate must be 8000-96000 Hz, got {sample_rate}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    if engine == "auto":
        engine = "fluidsynth" if soundfont is not None else default_engine()
    if engine == "additive" and soundfont is not None:
        raise ValueError("the additive engine uses no soundfont; leave soundfont out")
    font = None if engine == "additive" else _checked_font(soundfont)
    rng = np.random.default_rng([seed, 1])
    tuning = float(rng.uniform(-40, 40)) if seed else 0.0
    share = {"fluidsynth": 0.0, "additive": 1.0, "blend": 0.4}[engine]
    by_numbers = rng.random(len(score.parts)) < share
    dry = np.zeros((len(score.parts), round(score.duration * sample_rate)), np.float32)
    if by_numbers.any():
        from auralise_jax.synth.additive import additive_stems

        chosen = _only(score, by_numbers)
        dry[by_numbers] = additive_stems(chosen, sample_rate, seed, tuning)
    if font is not None and not by_numbers.all():
        from auralise_jax.synth.fluid import fluid_stems

        chosen = _only(score, ~by_numbers)
        dry[~by_numbers] = fluid_stems(chosen, sample_rate, font, tuning)
    return dry


def mix_down(score: Score, stems: NDArray[np.float32], sample_rate: int, *, seed: int = 0) -> Clip:
    """Mix the dry parts of a score as `render` does: ducked by the kicks, at the score's levels.

    Parameters
    ----------
    score : Score
        Its parts say the levels, and where the kicks are.
    stems : ndarray, shape (parts, n), float32
        A row per part of the score.
    sample_rate : int
        In Hz.
    seed : int
        See `mix`.

    Returns
    -------
    Clip
        Mono float32, peak 0.8, unless silent.

    Examples
    --------
    >>> from auralise_jax.synth import Note, Part, Score, stems
    >>> score = Score(60.0, (Part("piano", program=0, notes=(Note(0.0, 0.5, 69),)),), duration=1.0)
    >>> mix_down(score, stems(score, engine="additive"), 22_050).duration
    1.0
    """
    from auralise_jax.audio import Clip

    kicks = [note.start for part in score.parts if part.is_drum for note in part.notes
             if note.pitch in _KICKS]  # fmt: skip
    ducked = np.empty_like(stems)
    for row, stem, part in zip(ducked, stems, score.parts, strict=True):
        row[:] = duck(stem, kicks, part.duck_db, sample_rate)
    levels = [part.level_db for part in score.parts]
    return Clip(mix(ducked, levels, sample_rate, seed), sample_rate, score.title)


def _only(score: Score, chosen: NDArray[np.bool_]) -> Score:
    parts = [part for part, wanted in zip(score.parts, chosen, strict=True) if wanted]
    return replace(score, parts=tuple(parts))


def default_engine() -> Engine:
    """Return the engine that "auto" means on this machine.

    Returns
    -------
    {"fluidsynth", "additive"}
        "fluidsynth" if it can be imported and a soundfont is found, else "additive".

    Examples
    --------
    >>> default_engine() in ("fluidsynth", "additive")
    True
    """
    return "fluidsynth" if _has_fluidsynth() and find_soundfonts() else "additive"


def find_soundfonts() -> tuple[Path, ...]:
    """List the General MIDI soundfonts on this machine, best first.

    Returns
    -------
    tuple of Path
        Soundfonts of the system's folders, then pretty_midi's; may be empty.

    Examples
    --------
    >>> all(font.suffix in (".sf2", ".sf3") for font in find_soundfonts())
    True
    """
    fonts = [font for folder in _SYSTEM_FONTS for font in sorted(folder.glob("*.sf[23]"))]
    # default-GM.sf2 and the like are links to fonts that are listed under their own names.
    fonts = [font for font in fonts if not font.name.startswith("default-")]
    pretty_midi = find_spec("pretty_midi")
    if pretty_midi is not None and pretty_midi.origin is not None:
        fonts += sorted(Path(pretty_midi.origin).parent.glob("*.sf2"))
    real = dict.fromkeys(font.resolve() for font in fonts if font.exists())
    by_name = {font.name: font for font in reversed(real)}  # the same font twice: the system's
    return tuple(sorted((font for font in real if by_name[font.name] == font), key=_preference))


def _preference(font: Path) -> int:
    return _PREFERRED.index(font.name) if font.name in _PREFERRED else len(_PREFERRED)


def _has_fluidsynth() -> bool:
    try:
        import fluidsynth  # noqa: F401
    except ImportError:  # also raised when the package is there but its library is not
        return False
    return True


def _checked_font(soundfont: str | Path | None) -> Path:
    if not _has_fluidsynth():
        raise ImportError(f'FluidSynth is not installed: {_INSTALL}, or use engine="additive"')
    if soundfont is None:
        found = find_soundfonts()
        if not found:
            raise FileNotFoundError(f"no soundfont found: {_INSTALL_FONT}")
        return found[0]
    font = Path(soundfont)
    if not font.is_file():
        raise FileNotFoundError(f"soundfont {font} does not exist: {_INSTALL_FONT}")
    return font
