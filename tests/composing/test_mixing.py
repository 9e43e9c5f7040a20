from typing import NamedTuple

import numpy as np
import pytest

from auralise_jax.audio.encode import encode
from auralise_jax.composing import GENRES, groove, mixing
from auralise_jax.composing.lineup import few
from auralise_jax.composing.mixing import MOST_SPEED, VORBIS_LEVEL, another_mix
from auralise_jax.synth import Note, Part, Score, render, stems
from auralise_jax.synth.mix import PEAK

RATE = 11_025


def rng(seed):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def piece():
    score = groove("dance", 2)
    return score, stems(score, RATE, engine="additive", seed=1)


def test_mixes_differ_and_share_their_length_up_to_the_speed(piece):
    score, parts = piece
    mixes = [another_mix(score, parts, RATE, rng(seed)) for seed in range(12)]
    for clip in mixes:
        longer = clip.duration / score.duration
        assert max(longer, 1 / longer) < MOST_SPEED * 1.001  # whole samples
        assert clip.peak == pytest.approx(PEAK, rel=1e-5)
        assert clip.title == score.title
    assert len({clip.samples.tobytes() for clip in mixes}) == len(mixes)
    durations = [clip.duration for clip in mixes]
    assert 1.012 < max(durations) / min(durations) < 1.041  # of tapes, at most 2 % either way
    again = another_mix(score, parts, RATE, rng(3))
    np.testing.assert_array_equal(again.samples, mixes[3].samples)


def test_the_parts_stay_as_they_are(piece):
    score, parts = piece
    before = parts.copy()
    another_mix(score, parts, RATE, rng(0))
    np.testing.assert_array_equal(parts, before)


class Mixed(NamedTuple):
    samples: np.ndarray


def plainly(_score, parts, _rate, **_seed):
    return Mixed(parts.sum(axis=0))


@pytest.fixture
def without_a_desk(monkeypatch):
    """Mixes at the speed of the parts and without effects: who plays is heard in the samples."""
    monkeypatch.setattr(mixing, "mix_down", plainly)
    monkeypatch.setattr(mixing, "_at_speed", lambda samples, *_: samples)
    monkeypatch.setattr(mixing, "_CODED", 0)


def band(*names):
    notes = (Note(0.0, 1.0, 60),)
    return Score(60.0, tuple(Part(name, 0, notes, is_drum=name == "drums") for name in names), 8.0)


@pytest.mark.usefixtures("without_a_desk")
def test_parts_that_rest_or_are_silent_never_make_a_silent_mix():
    score = band("drums", "bass", "pad", "melody", "riff")
    tone = np.sin(np.arange(8 * RATE) / 5).astype(np.float32)
    early, late = tone.copy(), tone.copy()
    early[4 * RATE :] = late[: 4 * RATE] = 0
    parts = np.stack([early, late, 0 * tone, early, 0 * tone])
    for seed in range(60):
        samples = another_mix(score, parts, RATE, rng(seed)).samples
        assert all(np.abs(block).max() > 0.1 for block in np.split(samples, 4))


@pytest.mark.usefixtures("without_a_desk")
def test_all_sorts_of_bands_play():
    names = ["drums", "bass", "pad", "melody"]
    score = band(*names)
    parts = np.repeat(10.0 ** np.arange(4)[:, None], 8 * RATE, axis=1).astype(np.float32)
    heard = []
    for seed in range(300):
        playing = mixing._playing(score, parts, RATE, rng(seed))
        heard.append(tuple(names[place] for place in playing))
    counts = {who: heard.count(who) for who in set(heard)}
    assert counts[tuple(names)] > 60
    assert counts["drums", "bass"] > 15
    assert counts["drums", "bass", "pad"] > 15
    alone = {who: counts[who] for who in counts if len(who) == 1}
    assert 2 < sum(alone.values()) < 30


def test_a_quarter_is_coded(piece, monkeypatch):
    coded = []
    monkeypatch.setattr(mixing, "mix_down", plainly)
    monkeypatch.setattr(mixing, "_at_speed", lambda samples, *_: samples)
    monkeypatch.setattr(mixing, "_through_vorbis", lambda x, _: coded.append(x) or x)
    score, parts = piece
    for seed in range(200):
        another_mix(score, parts, RATE, rng(seed))
    assert 30 < len(coded) < 70  # 50, with a standard deviation of 6


def test_vorbis_takes_about_48_kbit_a_second():
    rates = []
    for genre in GENRES:
        clip = render(groove(genre, 1), engine="additive", seed=2)
        coded = encode(clip.samples, clip.sample_rate, ".ogg", level=VORBIS_LEVEL)
        rates.append(8 * len(coded) / clip.duration)
        decoded = mixing._through_vorbis(clip.samples, clip.sample_rate)
        assert decoded.shape == clip.samples.shape
        assert 0.8 < np.corrcoef(decoded, clip.samples)[0, 1] < 1
    assert 36_000 < np.mean(rates) < 58_000


@pytest.mark.parametrize(
    "layers",
    [
        ["drums"], ["bass"], ["pad"], ["drums", "bass"], ["bass", "pad"], ["drums", "pad"],
        ["comp", "pad", "lead"], ["drums", "bass", "comp", "pad", "lead"], ["bass", "comp"],
    ],
)  # fmt: skip
def test_few_are_few_and_at_least_one(layers):
    drawn = {few(rng(seed), layers) for seed in range(200)}
    for places in drawn:
        assert 1 <= len(places) <= 3
        assert list(places) == sorted(set(places))
        assert set(places) <= set(range(len(layers)))
        if len(places) == 1 and len(layers) > 2:
            assert layers[places[0]] != "pad"
    if {"drums", "bass"} <= set(layers):
        assert (layers.index("drums"), layers.index("bass")) in drawn


def test_hardly_any_play_alone_and_most_of_these_are_drums():
    layers = ["drums", "bass", "comp", "pad", "lead"]
    drawn = [few(rng(seed), layers) for seed in range(2000)]
    alone = [layers[places[0]] for places in drawn if len(places) == 1]
    assert 0.04 < len(alone) / len(drawn) < 0.09  # 6.5 %, with a standard error of 0.6 %
    assert alone.count("drums") > 0.6 * len(alone)
