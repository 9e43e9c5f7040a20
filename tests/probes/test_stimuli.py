from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import hilbert

from auralise_jax.probes.canvas import PEAK, RELEASE, RMS, Canvas
from auralise_jax.probes.stimuli import KINDS, stimuli

RATE = 11_025
HOP = 256
SEEDS = [0, 5]
RING = {"click": 0.01, "kick": 1.2, "snare": 1.2, "hat": 1.2}  # seconds that each sounds at most


def db(ratio):
    return 20 * np.log10(ratio)


def hops(probe):
    """Times and samples of the hops of a probe."""
    rows = probe.clip.samples[: len(probe.clip.samples) // HOP * HOP].reshape(-1, HOP)
    return np.arange(len(rows)) * HOP / probe.clip.sample_rate, rows


def spans(probe):
    """When something sounds, by the truth."""
    held = [(sound.start, sound.end + RELEASE) for sound in (*probe.tones, *probe.bands)]
    struck = [(stroke.time, stroke.time + RING[stroke.kind]) for stroke in probe.strokes
              if stroke.kind in RING]  # fmt: skip
    return sorted(held + struck)


def steady(probe):
    """Stretches in which the same tones sound, none of them rising or fading: times and tones."""
    edges = sorted({edge for tone in probe.tones for edge in (tone.start, tone.end)})
    for start, end in pairwise(edges):
        tones = [tone for tone in probe.tones if tone.start <= start and end <= tone.end]
        # Tones take up to 0.05 s to rise, and 0.02 to fade.
        if tones and end - start > 0.15:
            yield start + 0.055, min(end, start + 0.3), tones


def unexplained(probe, start, end, pitches):
    """Power in dB that remains when the harmonics of `pitches` are fitted and taken away."""
    samples = probe.clip.samples[round(start * RATE) : round(end * RATE)].astype(np.float64)
    t = np.arange(len(samples)) / RATE
    lines = sorted({k * hz for hz in pitches for k in range(1, 9) if k * hz < 0.45 * RATE})
    waves = np.exp(2j * np.pi * np.outer(t, lines))
    waves = np.hstack([waves.real, waves.imag])
    fitted = waves @ np.linalg.lstsq(waves, samples, rcond=1e-9)[0]
    return db(np.linalg.norm(samples - fitted) / np.linalg.norm(samples))


@pytest.fixture(scope="module", params=SEEDS)
def seed(request):
    return request.param


@pytest.fixture(scope="module")
def every(seed):
    return stimuli(RATE, seed=seed)


@pytest.fixture
def of_kind(every):
    return lambda kind: [probe for probe in every if probe.kind == kind]


# Laws that hold for all of them.


def test_each_is_four_seconds_of_sound(every):
    assert 45 <= len(every) <= 55
    for probe in every:
        assert probe.clip.samples.shape == (4 * RATE,)
        assert probe.clip.samples.dtype == np.float32
        assert 0.1 < probe.clip.peak < 1, probe
        assert probe.clip.title == probe.name


def test_no_two_are_called_the_same(every):
    assert len({(probe.kind, probe.name) for probe in every}) == len(every)
    assert list(dict.fromkeys(probe.kind for probe in every)) == list(KINDS)


def test_silence_where_nothing_sounds_and_sound_where_something_does(every):
    for probe in every:
        times, rows = hops(probe)
        level = np.abs(rows).max(axis=1)
        width = HOP / RATE
        # Half a sample of rounding at either end.
        touched = [any(start < time + width + 1e-4 and time - 1e-4 < end
                       for start, end in spans(probe)) for time in times]  # fmt: skip
        assert (level[~np.array(touched)] == 0).all(), probe
        for sound in (*probe.tones, *probe.bands):
            inside = (times >= sound.start + 0.05) & (times + width <= sound.end)
            # 40 dB is the softest there is, a slow rise takes some more from it.
            assert (level[inside] > 1e-4).all(), probe


def test_strokes_are_where_silence_ends(every):
    checked = 0
    for probe in every:
        for stroke in probe.strokes:
            first = round(stroke.time * RATE)
            samples = probe.clip.samples
            if samples[first - 2 * HOP : first].any():
                continue  # something else still sounds
            checked += 1
            height = np.abs(samples[first : first + round((stroke.rise + 0.03) * RATE)]).max()
            assert height > 0.3 * 10 ** (stroke.level_db / 20) * RMS, probe
            # A raised cosine of 0.2 s has risen to a thirtieth within a hop, of a sine the less.
            begun = np.argmax(np.abs(samples[first:]) > height / 100)
            assert begun <= HOP, probe
    assert checked > 150


def test_something_is_at_0_db(every):
    for probe in every:
        levels = [sound.level_db for sound in (*probe.tones, *probe.strokes, *probe.bands)]
        assert max(levels) == 0, probe


def test_many_hold_silences_of_different_lengths(every):
    with_silence = 0
    for probe in every:
        _, rows = hops(probe)
        silent = ~rows.any(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], silent, [0]])))
        lengths = edges[1::2] - edges[::2]
        with_silence += len(set(lengths)) >= 3
    assert with_silence > 25


def test_same_seed_same_samples_and_other_seed_other_samples():
    chosen = ("drums", "noise", "melody")
    first, second, other = (stimuli(8_000, seed=seed, kinds=chosen) for seed in (3, 3, 4))
    for one, again, different in zip(first, second, other, strict=True):
        np.testing.assert_array_equal(one.clip.samples, again.clip.samples)
        assert (one.tones, one.strokes, one.bands) == (again.tones, again.strokes, again.bands)
        assert one.attributes == different.attributes
        assert one.strokes != different.strokes


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_alone_is_the_same_as_among_all(of_kind, seed, kind):
    alone_of_kind = stimuli(RATE, seed=seed, kinds=kind)
    for alone, among in zip(alone_of_kind, of_kind(kind), strict=True):
        np.testing.assert_array_equal(alone.clip.samples, among.clip.samples)


def test_what_happens_does_not_depend_on_the_rate():
    for slow, fast in zip(stimuli(12_000), stimuli(16_000), strict=True):
        assert (slow.tones, slow.strokes, slow.bands) == (fast.tones, fast.strokes, fast.bands)


@pytest.mark.parametrize("rate", [8_000, 96_000])
def test_extreme_rates(rate):
    for probe in stimuli(rate, kinds=("sweeps", "noise", "drums")):
        assert probe.clip.samples.shape == (4 * rate,)
        assert all(band.high <= rate / 2 for band in probe.bands)


# Pitch.


@pytest.mark.parametrize("kind", ["tones", "intervals", "melody", "bass"])
def test_tones_explain_the_sound(of_kind, kind):
    checked = 0
    for probe in of_kind(kind):
        for start, end, tones in steady(probe):
            checked += 1
            pitches = [tone.hz for tone in tones]
            # float32 would leave -140 dB.
            assert unexplained(probe, start, end, pitches) < -90, probe
            # Proof that the fit tells pitches apart.
            assert unexplained(probe, start, end, [1.03 * hz for hz in pitches]) > -35, probe
    assert checked > 6


def test_the_fundamental_is_the_strongest_line(of_kind):
    for probe in of_kind("tones"):
        for start, end, (tone,) in steady(probe):
            samples = probe.clip.samples[round(start * RATE) : round(end * RATE)]
            power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 16 * RATE))
            # A sixteenth of a hertz; low tones' own mirror images pull a little.
            assert power.argmax() / 16 == pytest.approx(tone.hz, abs=1.0)


def test_levels_of_tones(of_kind):
    levels = []
    for probe in of_kind("tones"):
        for start, end, (tone,) in steady(probe):
            samples = probe.clip.samples[round(start * RATE) : round(end * RATE)]
            levels.append(tone.level_db)
            # Cycles are cut at both ends, of which low tones have few.
            assert db(np.std(samples) / RMS) == pytest.approx(tone.level_db, abs=1.0), probe
    assert min(levels) <= -20


def test_registers(of_kind):
    for register, (low, high) in {
        "low": (50, 110),
        "middle": (200, 500),
        "high": (1000, 2500),
    }.items():
        found = [tone.hz for probe in of_kind("tones") for tone in probe.tones
                 if probe.attributes["register"] == register]  # fmt: skip
        assert low <= min(found) <= max(found) <= high


def instantaneous_hz(samples, rate):
    return np.diff(np.unwrap(np.angle(hilbert(samples.astype(np.float64))))) * rate / (2 * np.pi)


def test_sweeps_pass_their_steps(of_kind):
    for probe in of_kind("sweeps"):
        hz = instantaneous_hz(probe.clip.samples, RATE)
        checked = 0
        for tone in probe.tones:
            alone = any(abs(other.end - tone.start) < 1e-9 for other in probe.tones)
            last = not any(abs(other.start - tone.end) < 1e-9 for other in probe.tones)
            if last or not alone:
                continue  # rises and falls blur the instantaneous frequency
            checked += 1
            middle = round((tone.start + tone.end) / 2 * RATE)
            heard = np.median(hz[middle - 100 : middle + 100])
            assert heard == pytest.approx(tone.hz, rel=0.03), probe
        assert checked > 10


def test_sweeps_go_where_their_name_says(of_kind):
    for probe in of_kind("sweeps"):
        for stroke in probe.strokes:
            (first,) = (tone for tone in probe.tones if tone.start == stroke.time)
            following = min(
                (tone for tone in probe.tones if tone.start > first.start),
                key=lambda tone: tone.start,
            )
            rises = following.hz > first.hz
            assert rises == (probe.attributes["direction"] == "up")


@pytest.mark.parametrize("cents", [30, 80])
def test_vibrato_swings_around_the_tone(cents):
    canvas = Canvas(RATE)
    canvas.tone(0.5, 3.5, 440, vibrato=cents, vibrato_hz=5)
    hz = instantaneous_hz(canvas.probe("vibrato", {}).clip.samples, RATE)[RATE : 3 * RATE]
    depth = 440 * (2 ** (cents / 1200) - 1)
    assert hz.max() - 440 == pytest.approx(depth, rel=0.05)
    assert 440 - hz.min() == pytest.approx(depth, rel=0.05)
    crossings = np.count_nonzero(np.diff(np.sign(hz - 440)))
    assert crossings / 2 / (len(hz) / RATE) == pytest.approx(5, abs=0.3)


def test_vibrato_is_not_steady(of_kind):
    for probe in of_kind("vibrato"):
        for start, end, (tone,) in steady(probe):
            assert unexplained(probe, start, end, [tone.hz]) > -30


# Noise.


def test_noise_stays_in_its_band(of_kind):
    for probe in of_kind("noise"):
        power = np.abs(np.fft.rfft(probe.clip.samples)) ** 2
        hz = np.fft.rfftfreq(len(probe.clip.samples), 1 / RATE)
        band = probe.bands[0]
        # Starts and ends of 10 ms spread by 100 Hz.
        near = (hz > band.low - 100) & (hz < band.high + 100)
        assert 10 * np.log10(power[~near].sum() / power.sum()) < -40, probe
        # ... and fills it: each third has its share.
        thirds = np.linspace(band.low, band.high, 4)
        shares = [power[(hz >= low) & (hz < high)].sum() / power.sum()
                  for low, high in pairwise(thirds)]  # fmt: skip
        assert min(shares) > 0.15, probe


def test_levels_of_noise(of_kind):
    for probe in of_kind("noise"):
        for band in probe.bands:
            inside = slice(round((band.start + 0.01) * RATE), round(band.end * RATE))
            level = db(np.std(probe.clip.samples[inside]) / RMS)
            # A tenth of a second of noise 160 Hz wide varies by 2 dB or so from draw to draw.
            assert level == pytest.approx(band.level_db, abs=4.0), probe


def test_loud_and_soft_noise_differ_by_30_db(of_kind):
    (probe,) = (probe for probe in of_kind("noise") if "soft" in probe.attributes["gating"])
    assert {band.level_db for band in probe.bands} == {0, -10, -20, -30}


# Onsets.


def test_attacks_take_their_time(of_kind):
    rises = set()
    for probe in of_kind("attacks"):
        for stroke, sound in zip(probe.strokes, probe.tones or probe.bands, strict=True):
            rises.add(round(stroke.rise, 3))
            first = round(stroke.time * RATE)
            samples = np.abs(probe.clip.samples[first : round(sound.end * RATE)])
            before = samples[: round(0.25 * stroke.rise * RATE)]
            after = samples[round(stroke.rise * RATE) :]
            # sin(22.5 degrees)**2 = 0.146 is reached after a quarter of the rise; noise has peaks.
            assert before.max(initial=0) < 0.25 * after.max(), probe
        assert [stroke.time for stroke in probe.strokes] == [
            sound.start for sound in probe.tones or probe.bands
        ]
    assert {0.0, 0.06, 0.2} <= rises


def test_a_tone_without_rise_starts_at_once():
    canvas = Canvas(RATE)
    canvas.tone(1.0, 2.0, 440, rise=0)
    samples = canvas.probe("attacks", {}).clip.samples
    quarter = round(RATE / 440 / 4)
    assert samples[RATE + quarter] == pytest.approx(np.sqrt(2) * RMS, rel=0.02)


@pytest.mark.parametrize("kind", ["clicks", "attacks"])
def test_levels_range_over_40_db(of_kind, kind):
    levels = [stroke.level_db for probe in of_kind(kind) for stroke in probe.strokes]
    assert max(levels) - min(levels) == 40


def test_clicks_are_short_and_as_loud_as_told(of_kind):
    for probe in [*of_kind("clicks"), *of_kind("tempo")]:
        for stroke in probe.strokes:
            first = round(stroke.time * RATE)
            click = np.abs(probe.clip.samples[first : first + round(0.02 * RATE)])
            assert db(click.max() / PEAK) == pytest.approx(stroke.level_db, abs=0.001)


@pytest.mark.parametrize("tempo", [60, 90, 120, 180, 240])
def test_tempo(of_kind, tempo):
    (probe,) = (probe for probe in of_kind("tempo") if probe.attributes["tempo"] == tempo)
    np.testing.assert_allclose(np.diff(probe.onsets), 60 / tempo, rtol=1e-9)
    assert probe.onsets[0] < 60 / tempo + 0.1
    assert probe.onsets[-1] > 3.9 - 60 / tempo


def test_clicks_keep_no_tempo(of_kind):
    for probe in of_kind("clicks"):
        gaps = np.diff(probe.onsets)
        assert gaps.std() > 0.25 * gaps.mean()


# Drums.


def centroid(samples):
    power = np.abs(np.fft.rfft(samples)) ** 2
    return np.sum(power * np.fft.rfftfreq(len(samples), 1 / RATE)) / power.sum()


def test_kicks_are_low_and_hats_are_high(of_kind):
    alone = {probe.attributes["drums"]: centroid(probe.clip.samples) for probe in of_kind("drums")}
    assert alone["kick"] < 300 < alone["snare"] < alone["hat"]


def test_drums_have_their_own_times(of_kind):
    for probe in of_kind("drums"):
        by_drum = {}
        for stroke in probe.strokes:
            by_drum.setdefault(stroke.kind, set()).add(stroke.time)
        assert set(by_drum) == set(probe.attributes["drums"].split(" and "))
        assert {len(times) for times in by_drum.values()} == {7}
        if len(by_drum) > 1:
            assert len(set.intersection(*by_drum.values())) == probe.attributes["shared"]
            together = sum(
                any(0 < abs(one - other) < 0.023 for other in by_drum["hat"])
                for one in by_drum["kick"]
            )
            assert together <= 3
        assert np.ptp([stroke.level_db for stroke in probe.strokes]) == 24


def test_kits_differ():
    def kick(kit):
        canvas = Canvas(RATE)
        canvas.stroke(1.0, "kick", kit=kit)
        return canvas.probe("drums", {}).clip.samples

    assert np.abs(kick(1)).max() == pytest.approx(PEAK, rel=1e-5)
    assert np.corrcoef(kick(0), kick(1))[0, 1] < 0.99


# Lines over and under chords.


@pytest.mark.parametrize(("kind", "line"), [("melody", "melody"), ("bass", "bass")])
def test_lines_and_chords_come_and_go_independently(of_kind, kind, line):
    t = np.arange(0.1, 3.9, 0.01)
    for probe in of_kind(kind):
        is_line = [tone.hz > 500 if kind == "melody" else tone.hz < 110 for tone in probe.tones]
        sounds = {True: np.zeros(len(t), bool), False: np.zeros(len(t), bool)}
        for tone, mine in zip(probe.tones, is_line, strict=True):
            sounds[mine] |= (tone.start <= t) & (t < tone.end)
        assert sounds[True].any() == (probe.attributes[line] != "absent")
        assert sounds[False].any() == (probe.attributes["chords"] != "absent")
        if sounds[True].any() and sounds[False].any():
            for combination in (
                sounds[True] & sounds[False],
                sounds[True] & ~sounds[False],
                ~sounds[True] & sounds[False],
            ):
                assert combination.mean() > 0.02, probe


def test_a_soft_voice_is_12_db_softer(of_kind):
    for probe in (*of_kind("melody"), *of_kind("bass")):
        levels = {tone.level_db for tone in probe.tones}
        assert levels == ({0, -12} if "soft" in probe.attributes.values() else {0})


def test_intervals_are_of_whole_semitones_up_to_an_octave(of_kind):
    for probe in of_kind("intervals"):
        for onset in probe.onsets:
            low, high = sorted(tone.hz for tone in probe.tones if tone.start == onset)
            semitones = 12 * np.log2(high / low)
            assert semitones == pytest.approx(round(semitones), abs=1e-9)
            assert 1 <= round(semitones) <= 12


# What is refused.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kinds": ["clicks", "gongs"]}, "kinds must be one of clicks, attacks, .* not 'gongs'"),
        ({"kinds": "gongs"}, "kinds must be one of clicks, attacks, .* not 'gongs'"),
        ({"kinds": []}, "kinds is empty; choose from clicks, attacks"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"sample_rate": 4_000}, "sample_rate must be 8000-96000 Hz, got 4000"),
        ({"sample_rate": 192_000}, "sample_rate must be 8000-96000 Hz, got 192000"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        stimuli(**arguments)


def test_a_canvas_refuses_what_cannot_be():
    canvas = Canvas(RATE)
    with pytest.raises(ValueError, match="start must be at least 0 s and before end"):
        canvas.tone(2, 1, 440)
    with pytest.raises(ValueError, match="low must be at least 0 Hz and below high"):
        canvas.band(0, 1, 6_000, 8_000)  # above what the rate holds
    with pytest.raises(ValueError, match="kind must be one of kick, snare, hat, not 'gong'"):
        canvas.stroke(1, "gong")
    canvas.tone(3, 5, 440)
    with pytest.raises(ValueError, match=r"within the clip's 4\.000 s"):
        canvas.probe("late", {})
