"""From projection to sound: an oracle in NumPy and librosa, and the laws."""

import dataclasses

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import TINY, make_model, make_noise, with_tensors

import auralise_jax as aj
from auralise_jax.listening.resynthesis import Auralised

LOG = dataclasses.replace(TINY, compression="log1p", gain=3.0)


def with_picture(shot: aj.Projection, picture: np.ndarray) -> aj.Projection:
    return dataclasses.replace(shot, picture=picture.astype(np.float32))


@pytest.fixture(scope="module", params=[TINY, LOG], ids=["linear", "log1p"])
def shot(request) -> aj.Projection:
    return aj.listen(make_model(request.param), make_noise(0.37)).project(2, 3)


def spectrum_with_tail(shot: aj.Projection) -> np.ndarray:
    """librosa's STFT, one frame longer, from the signal reflected further."""
    y = shot.source.clip.samples
    padded = np.pad(y, (32, 32 + 64), mode="reflect")
    frames = 1 + len(y) // 32 + 1
    return librosa.stft(padded, n_fft=64, hop_length=32, center=False)[:, :frames]


def oracle_sound(shot: aj.Projection, resynthesis: str) -> tuple[np.ndarray, float]:
    """The method page, in NumPy; librosa inverts."""
    front = shot.source.frontend
    spectrum = spectrum_with_tail(shot)
    wide = np.hstack([shot.picture, shot.picture[:, -1:]])
    scale_db = 0.0
    if resynthesis == "mask":
        changed = wide * spectrum
    else:
        magnitude = np.abs(spectrum[:, : shot.picture.shape[1]])
        log = front.compression == "log1p"
        picture = np.log(1 + front.gain * magnitude) if log else front.gain * magnitude
        rectified = np.maximum(wide, 0)
        scale = picture.max() / rectified.max()
        scale_db = 20 * np.log10(scale)
        scaled = rectified * scale
        new = (np.exp(scaled) - 1 if log else scaled) / front.gain
        changed = new * np.exp(1j * np.angle(spectrum))
    length = len(shot.source.clip.samples)
    return librosa.istft(changed, hop_length=32, n_fft=64, length=length), scale_db


@pytest.mark.parametrize("resynthesis", ["phase", "mask"])
def test_against_numpy_and_librosa(shot: aj.Projection, resynthesis: str) -> None:
    wanted, scale_db = oracle_sound(shot, resynthesis)
    sound = shot.auralise(resynthesis, "raw")
    np.testing.assert_allclose(sound.samples, wanted, atol=1e-4 * np.abs(wanted).max())
    assert sound.scale_db == pytest.approx(scale_db, abs=1e-3)
    assert sound.gain_db == sound.limited_db == 0


def test_a_mask_of_ones_returns_the_source(shot: aj.Projection) -> None:
    source = shot.source.clip.samples
    sound = with_picture(shot, np.ones(shot.picture.shape)).auralise("mask", "raw")
    assert np.abs(sound.samples - source).max() <= 1e-5 * np.abs(source).max()


def test_the_sources_own_picture_returns_the_source(shot: aj.Projection) -> None:
    source = shot.source.clip.samples
    own = with_picture(shot, np.asarray(shot.source.picture)).auralise("phase", "raw")
    # All but the frame past the end, whose magnitude is borrowed from the last; the float32 log
    # and exponential of log1p cost another digit.
    inside = slice(0, len(source) - 64)
    error = np.abs(own.samples - source)[inside].max()
    assert error <= 1e-5 * np.abs(source).max()
    assert own.scale_db == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("resynthesis", ["phase", "mask"])
@pytest.mark.parametrize("loudness", ["match", "raw"])
def test_zeros_give_silence(shot: aj.Projection, resynthesis: str, loudness: str) -> None:
    sound = with_picture(shot, np.zeros(shot.picture.shape)).auralise(resynthesis, loudness)
    assert not sound.samples.any()
    assert sound.silent
    assert "silent" in sound.note


def test_phase_rectifies_and_mask_keeps_the_sign(shot: aj.Projection) -> None:
    negative = with_picture(shot, -np.ones(shot.picture.shape))
    assert not negative.auralise("phase", "raw").samples.any()
    np.testing.assert_allclose(
        negative.auralise("mask", "raw").samples, -shot.source.clip.samples, atol=1e-6
    )


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    # Few lengths, for each is compiled: whole hops of 32 and not, whole windows of 64 and not.
    samples=st.sampled_from([300, 511, 544, 576, 899]),
    seed=st.integers(0, 99),
    short=st.integers(0, 250),
)
@pytest.mark.filterwarnings("ignore:the clip has")
def test_random_masks_leave_no_burst_at_the_ends(samples: int, seed: int, short: int) -> None:
    rate = 2000
    front = dataclasses.replace(TINY, duration=samples / rate)
    model = make_model(front, features=(2, 2), dense=())
    clip = make_noise((samples - short) / rate, seed=seed)
    shot = aj.listen(model, clip).project(1, 0)
    mask = np.random.default_rng(seed).uniform(0, 1, shot.picture.shape)
    sound = with_picture(shot, mask).auralise("mask", "raw").samples
    # A mask of at most 1 cannot make noise much louder than it was; a burst is tens of times.
    assert np.abs(sound).max() <= 2 * np.abs(clip.samples).max()


def test_a_small_enough_projection_is_silent_and_a_larger_one_is_not(shot: aj.Projection) -> None:
    heard = aj.listen(shot.source.model, shot.source.clip)
    peak = np.abs(heard.project_layer(2)).max()
    size = np.abs(shot.picture).max()
    for share, silent in ((0.5e-6, True), (2e-6, False)):
        small = with_picture(shot, shot.picture * (share * peak / size))
        assert small.silent is silent
        assert small.auralise().silent is silent
        assert bool(small.auralise().samples.any()) is not silent


def test_a_dead_feature_is_silent(tiny_model) -> None:
    tensors = dict(tiny_model.network.tensors)
    bias = tensors["conv2.bias"].copy()
    bias[1] = -1e6
    dead = with_tensors(tiny_model, {**tensors, "conv2.bias": bias})
    sound = aj.listen(dead, make_noise(0.37)).project(2, 1).auralise()
    assert sound.silent
    assert sound.note == "feature 2-1 is silent for this clip"


@pytest.mark.parametrize("resynthesis", ["phase", "mask"])
@pytest.mark.parametrize("rule", aj.RULES)
def test_silence_in_silence_out(tiny_model, resynthesis: str, rule: str) -> None:
    heard = aj.listen(tiny_model, aj.Clip(np.zeros(740), 2000))
    for layer in (1, 2, 3):
        sound = heard.project(layer, 0, rule).auralise(resynthesis)
        assert not sound.samples.any()
        assert sound.gain_db == 0


def test_matched_sound_is_as_loud_as_its_source(genre_heard) -> None:
    wanted = genre_heard.clip.loudness
    free = 0
    for feature in range(0, 64, 9):
        sound = genre_heard.project(2, feature).auralise()
        if sound.silent:
            continue
        assert sound.peak <= 0.99 + 1e-6
        # A gain moves loudness by itself, but for the standard's gate.
        assert sound.loudness == pytest.approx(wanted - sound.limited_db, abs=0.1)
        free += sound.limited_db == 0
    assert free, "every feature was limited, so matching itself was not seen"


def test_raw_keeps_differences_that_match_takes_away(genre_heard) -> None:
    strong = np.argsort(-aj.survey(genre_heard, 2).energy)[:32]
    free = [one for k in strong if not (one := genre_heard.project(2, k)).auralise().limited_db]
    free.sort(key=lambda one: one.auralise(loudness="raw").loudness)
    projections = [free[0], free[len(free) // 2], free[-1]]
    raw, matched = ([one.auralise(loudness=how) for one in projections] for how in ("raw", "match"))
    assert all(sound.gain_db == 0 for sound in raw)
    assert np.ptp([sound.loudness for sound in raw]) > 6
    assert np.ptp([sound.loudness for sound in matched]) < 0.1
    for as_it_is, louder in zip(raw, matched, strict=True):
        factor = 10 ** (louder.gain_db / 20)
        np.testing.assert_allclose(louder.samples, factor * as_it_is.samples, atol=1e-6)


def test_limiting_is_said(shot: aj.Projection) -> None:
    """One click: quiet to the meter, so a large gain, which would clip."""
    front = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=1.0)
    heard = aj.listen(make_model(front, features=(2, 2), dense=()), make_noise(1.0))
    click = np.zeros(heard.picture.shape)
    click[:, 30] = 1
    sound = with_picture(heard.project(1, 0), click).auralise()
    assert sound.limited_db > 1
    assert sound.peak == pytest.approx(0.99, abs=1e-4)


def test_too_short_for_loudness_is_said(shot: aj.Projection) -> None:
    sound = shot.auralise()  # 0.37 s
    assert sound.gain_db == 0
    assert "0.4 s" in sound.note


@pytest.mark.parametrize("name", ["resynthesis", "loudness"])
def test_unknown_choices_are_refused(shot: aj.Projection, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be one of .*, not 'loud'"):
        shot.auralise(**{name: "loud"})


def test_plot_has_units_and_leaves_pyplot_alone(shot: aj.Projection) -> None:
    axes = shot.plot()
    assert axes.get_xlabel() == "Time (s)"
    assert axes.get_ylabel() == "Frequency (kHz)"
    assert axes.images[0].get_clim()[0] == -axes.images[0].get_clim()[1]  # signed: zero is white
    assert shot.plot(axes) is axes


def test_a_plot_shows_weak_cells_too_and_says_their_values(shot: aj.Projection) -> None:
    (image,) = shot.plot().images
    most = float(np.abs(shot.picture).max())
    # A hundredth of the strongest has a tenth of its colour, on either side of white.
    np.testing.assert_allclose(image.norm([0, most, -most]), [0.5, 1, 0], atol=1e-6)
    np.testing.assert_allclose(image.norm([most / 100, -most / 100]), [0.55, 0.45], atol=1e-6)
    np.testing.assert_allclose(image.get_array(), shot.picture)  # not what is drawn, but how
    assert "square root" in image.colorbar.ax.get_ylabel()
    ticks = image.colorbar.get_ticks()
    assert max(ticks) <= 1.5 * most


@pytest.mark.parametrize(
    ("gain", "limited", "words"),
    [
        (12.34, 0.0, "+12.3 dB"),
        (-0.04, 0.04, "+0.0 dB"),
        (0.04, 0.06, "+0.0 dB (0.1 dB held back, or it would clip)"),
        (-3.0, 2.0, "-3.0 dB (2.0 dB held back, or it would clip)"),
    ],
)
def test_what_rounds_to_nothing_is_not_said(gain: float, limited: float, words: str) -> None:
    sound = Auralised(np.zeros(10), 2000, "", gain_db=gain, limited_db=limited)
    assert sound.level == words
