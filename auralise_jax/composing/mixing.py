"""Further mixes of a piece from the same dry parts: fewer players, other levels, another room.

What a person would call the piece stays the same, so a network that is shown all of them learns
what they share.
"""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auralise_jax.audio import Clip
from auralise_jax.audio.encode import encode
from auralise_jax.composing.lineup import few
from auralise_jax.synth.mix import PEAK
from auralise_jax.synth.score import Part, Score
from auralise_jax.synth.synth import mix_down

Stems = NDArray[np.float32]

MOST_SPEED = 1.02
"""The most that a mix is played faster or slower, pitch and all, as a tape does.

No more, since tempo tells hip-hop from dance, and training stretches the pictures of the mixes too.
"""
VORBIS_LEVEL = 0.6
"""As in `soundfile`; at 22,050 Hz in mono it gives about 48 kbit/s."""
_CODED = 0.25  # how many mixes pass through Vorbis
_WHOLE, _SOME = 0.25, 0.3  # how often all parts play, and how often any of them
_SILENT = 0.01  # of the loudest two seconds: 40 dB below them


def another_mix(score: Score, stems: Stems, sample_rate: int, rng: np.random.Generator) -> Clip:
    """Mix a piece once more, otherwise.

    Parameters
    ----------
    score : Score
        The piece.
    stems : ndarray, shape (parts, n), float32
        Its parts as `synth.stems` gives them.
    sample_rate : int
        Of the stems, in Hz.
    rng : numpy.random.Generator
        Draws which parts play, their levels, the desk, the speed, and whether the mix passes
        through Ogg Vorbis.

    Returns
    -------
    Clip
        Up to 2 % longer or shorter than the stems; peak 0.8.

    Examples
    --------
    >>> from auralise_jax.composing import groove
    >>> from auralise_jax.synth import stems
    >>> piece = groove("dance", 0)
    >>> parts = stems(piece, engine="additive")
    >>> mix = another_mix(piece, parts, 22_050, np.random.default_rng(1))
    >>> 1 / 1.02 < mix.duration / piece.duration < 1.02
    True
    """
    playing = _playing(score, stems, sample_rate, rng)
    levels = rng.normal(0, 3, len(playing))
    parts = tuple(
        replace(score.parts[place], level_db=score.parts[place].level_db + float(change))
        for place, change in zip(playing, levels, strict=True)
    )
    seed = int(rng.integers(1, 2**31))  # 0 would be the plain mix
    mixed = mix_down(replace(score, parts=parts), stems[playing], sample_rate, seed=seed)
    samples = _at_speed(mixed.samples, sample_rate, MOST_SPEED ** rng.uniform(-1, 1))
    if rng.random() < _CODED:
        samples = _through_vorbis(samples, sample_rate)
    return Clip(_at_peak(samples), sample_rate, score.title)


def _playing(score: Score, stems: Stems, sample_rate: int, rng: np.random.Generator) -> list[int]:
    sounding = [place for place, stem in enumerate(stems) if stem.any()]
    if len(sounding) < 2:
        return sounding
    drawn = rng.random()
    if drawn < _WHOLE:
        return sounding
    if drawn < _WHOLE + _SOME:
        # Without its drums, a piece of dance music is chords that might be of any genre.
        chosen = [place for place in sounding
                  if score.parts[place].is_drum or rng.random() < 0.6]  # fmt: skip
    else:
        layers = [_layer(score.parts[place]) for place in sounding]
        chosen = [sounding[place] for place in few(rng, layers)]
    return chosen if _goes_on(stems[chosen].sum(axis=0), sample_rate) else sounding


def _layer(part: Part) -> str:
    return "drums" if part.is_drum else part.name


def _goes_on(sound: NDArray[np.float32], sample_rate: int) -> bool:
    """Tell whether something is heard in any two seconds: a part may rest for long."""
    blocks = np.array_split(sound, max(1, round(len(sound) / (2 * sample_rate))))
    levels = [float(np.sqrt(np.mean(block**2))) for block in blocks]
    return min(levels) > _SILENT * max(levels)


def _at_speed(samples: NDArray[np.float32], sample_rate: int, speed: float) -> NDArray[np.float32]:
    import soxr

    other = soxr.resample(samples, speed * sample_rate, sample_rate)
    return _at_peak(np.asarray(other, np.float32))


def _at_peak(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring back to the peak of every mix what a filter or a codec has made overshoot."""
    peak = np.abs(samples).max(initial=0)
    return samples * np.float32(PEAK / peak) if peak else samples


def _through_vorbis(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    import soundfile

    coded = encode(samples, sample_rate, ".ogg", level=VORBIS_LEVEL)
    decoded, _ = soundfile.read(io.BytesIO(coded), dtype="float32")
    return np.asarray(decoded)
