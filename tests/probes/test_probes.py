import importlib.util
import re
import sys
from itertools import product

import numpy as np
import pytest
from scipy.signal import find_peaks

from auralise_jax.audio import Clip
from auralise_jax.probes import probes
from auralise_jax.probes.probes import CHORDS, INSTRUMENTS, KEYS, chord_probes, voicings
from auralise_jax.probes.sounding import Band, Probe, Stroke, Tone
from auralise_jax.synth import find_soundfonts

RATE = 11_025


def has_fluidsynth():
    try:
        return importlib.util.find_spec("fluidsynth") is not None and bool(
            __import__("fluidsynth") and find_soundfonts()
        )
    except ImportError:
        return False


needs_fluidsynth = pytest.mark.skipif(
    not has_fluidsynth(),
    reason="FluidSynth (pyfluidsynth, its library or a soundfont) is not installed",
)
ENGINES = ["additive", pytest.param("fluidsynth", marks=needs_fluidsynth)]


def midi(name):
    """MIDI number of a note in scientific pitch."""
    letter, flat, octave = re.fullmatch(r"([A-G])(b?)(\d)", name).groups()
    step = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter]
    return 12 * (int(octave) + 1) + step - bool(flat)


def one(instrument="sine", key="A4", chord="major", sample_rate=RATE, **others):
    (probe,) = chord_probes(
        sample_rate, instruments=[instrument], keys=[key], chords=[chord], **others
    )
    return probe


def event_spectrum(probe, event):
    """Power in an event's middle: bins of 0.5 Hz, lines 8 Hz wide (a Hann window of 0.25 s)."""
    rate = probe.clip.sample_rate
    first = round((event / 3 + 0.06) * rate)
    part = probe.clip.samples[first : first + rate // 4]
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)), 2 * rate)) ** 2
    return np.fft.rfftfreq(2 * rate, 1 / rate), power


# What the paper's authors played.


def test_192_signals_and_each_is_played_once(monkeypatch):
    played = []

    def render(score, sample_rate, **others):
        played.append(score)
        return Clip(np.zeros(4 * sample_rate), sample_rate)

    monkeypatch.setattr(probes, "render", render)
    every = chord_probes(8_000)
    assert len(every) == 192 == 6 * 4 * 8
    assert len(played) == 160  # the sine is not an instrument of the synthesiser
    named = [tuple(probe.attributes.values()) for probe in every]
    assert named == list(product(INSTRUMENTS, KEYS, CHORDS))
    assert {tuple(probe.attributes) for probe in every} == {("instrument", "key", "chord")}


def test_the_keys_are_the_papers():
    roots = [min(tone.hz for tone in one(key=key).tones) for key in KEYS]
    assert roots == pytest.approx([155.6, 233.1, 440.0, 784.0], abs=0.05)


TRIADS = [
    ("major", "Bb3 D4 F4 | D4 F4 Bb4 | F4 Bb4 D5 | Bb3 F4 D5 | D4 Bb4 F5 | Bb3 F4 Bb4 D5 F5 Bb5"),
    ("minor", "Bb3 Db4 F4 | Db4 F4 Bb4 | F4 Bb4 Db5 | Bb3 F4 Db5 | Db4 Bb4 F5"
     " | Bb3 F4 Bb4 Db5 F5 Bb5"),
    ("sus4", "Bb3 Eb4 F4 | Eb4 F4 Bb4 | F4 Bb4 Eb5 | Bb3 F4 Eb5 | Eb4 Bb4 F5"
     " | Bb3 F4 Bb4 Eb5 F5 Bb5"),
]  # fmt: skip


@pytest.mark.parametrize(("chord", "written"), TRIADS)
def test_triads_climb_twice(chord, written):
    climb = tuple(tuple(map(midi, event.split())) for event in written.split("|"))
    assert voicings(chord, midi("Bb3")) == climb + climb


SEVENTHS = {
    "major7": "A4 Db5 E5 Ab5",
    "dominant7": "A4 Db5 E5 G5",
    "minor7": "A4 C5 E5 G5",
    "diminished7": "A4 C5 Eb5 Gb5",
}


@pytest.mark.parametrize("chord", SEVENTHS)
def test_sevenths_keep_their_notes(chord):
    expected = tuple(map(midi, SEVENTHS[chord].split()))
    events = voicings(chord, midi("A4"))
    assert events[0] == expected
    assert events[:6] == events[6:]
    for event in events:
        assert list(event) == sorted(set(event))
        assert {pitch % 12 for pitch in event} == {pitch % 12 for pitch in expected}
    # The first four are close, and climb; the open ones are wider than an octave.
    assert all(max(event) - min(event) < 12 for event in events[:4])
    assert [min(event) for event in events[:4]] == list(expected)
    assert all(max(event) - min(event) > 12 for event in events[4:6])


def test_intervals_run_from_minor_second_to_octave():
    assert voicings("intervals", 51) == tuple((51, 51 + step) for step in range(1, 13))


def test_the_root_of_the_intervals_is_held():
    probe = one(chord="intervals")
    (root,) = (tone for tone in probe.tones if tone.hz == 440)
    assert (root.start, root.end) == (0, 4)
    upper = [tone for tone in probe.tones if tone is not root]
    np.testing.assert_allclose([tone.start for tone in upper], np.arange(12) / 3)
    # Heard as well: within a decibel in each event, but for the octave, whose wave overlaps it.
    powers = []
    for event in range(11):
        hz, power = event_spectrum(probe, event)
        powers.append(power[np.abs(hz - 440) < 0.3].max())
    # The minor second lies three of the window's line widths away and leaks in a little.
    assert 10 * np.log10(max(powers) / min(powers)) < 1


@pytest.mark.parametrize("chord", CHORDS)
def test_strokes_stand_on_a_grid_of_a_third_of_a_second(chord):
    probe = one(chord=chord)
    np.testing.assert_allclose(probe.onsets, np.arange(12) / 3, rtol=1e-12)
    assert probe.clip.duration == 4.0
    assert {round(3 * tone.start, 9) % 1 for tone in probe.tones} == {0.0}
    for tone in probe.tones:
        assert chord == "intervals" or tone.end - tone.start == pytest.approx(1 / 3)


# What is heard.


@pytest.mark.parametrize(("key", "chord"), [("Bb3", "major"), ("A4", "minor7"), ("G5", "sus4")])
def test_sines_sound_at_their_tones_and_nowhere_else(key, chord):
    probe = one(key=key, chord=chord)
    for event in range(12):
        hz, power = event_spectrum(probe, event)
        # Lines are equally strong; a Hann window's own side lines lie 31 dB below.
        found = hz[find_peaks(power, height=0.1 * power.max())[0]]
        wanted = sorted(tone.hz for tone in probe.tones if abs(tone.start - event / 3) < 0.01)
        assert found == pytest.approx(wanted, abs=1.5)  # bins of 0.5 Hz; neighbours pull


def test_sines_do_not_click():
    probe = one(chord="major")
    power = np.abs(np.fft.rfft(probe.clip.samples)) ** 2
    hz = np.fft.rfftfreq(len(probe.clip.samples), 1 / RATE)
    highest = max(tone.hz for tone in probe.tones)
    # Events without ramps would leave -42 dB there.
    assert 10 * np.log10(power[hz > 1.5 * highest].sum() / power.sum()) < -60


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("instrument", INSTRUMENTS[1:])
def test_instruments_play_what_is_written(instrument, engine):
    probe = one(instrument, chord="intervals", engine=engine)
    for event, tone in enumerate(tone for tone in probe.tones if tone.end - tone.start < 1):
        hz, power = event_spectrum(probe, event)
        at, below, above = (
            # Fonts tune by ear: within 4 Hz.
            power[np.abs(hz - tone.hz * 2 ** (step / 12)) < 4].max()
            for step in (0, -0.5, 0.5)
        )
        # Strings ring on into the next event, a semitone away.
        assert at > 5 * max(below, above), f"event {event}"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_all_are_equally_loud(instrument, engine):
    probe = one(instrument, "G5", "dominant7", engine=engine)
    assert probe.clip.loudness == pytest.approx(-23, abs=0.1)
    assert probe.clip.peak < 0.99


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("instrument", ["piano", "acoustic guitar", "electric guitar"])
def test_energy_rises_at_the_strokes(instrument, engine):
    probe = one(instrument, "Bb3", "minor", engine=engine)
    hops = probe.clip.samples[: 256 * 172].reshape(-1, 256)
    spectra = np.abs(np.fft.rfft(hops * np.hanning(256), axis=1))
    flux = np.maximum(np.diff(spectra, axis=0), 0).sum(axis=1)  # into the hop that follows
    for stroke in probe.strokes[1:]:
        hop = round(stroke.time * RATE) // 256
        near = flux[hop - 2 : hop + 2]  # this hop, the next, and the two before
        assert near.max() > 2 * np.median(flux)
        assert near.argmax() >= 1


# One sound for the same arguments.


@pytest.mark.parametrize("engine", ENGINES)
def test_same_arguments_same_samples(engine):
    chosen = {"keys": ["A4"], "chords": ["minor"], "engine": engine}
    several = chord_probes(RATE, instruments=["strings", "sine", "piano"], **chosen)
    for probe in several:
        again = one(probe.attributes["instrument"], "A4", "minor", engine=engine)
        np.testing.assert_array_equal(probe.clip.samples, again.clip.samples)
        assert probe.tones == again.tones


def test_order_is_as_asked():
    found = chord_probes(
        RATE, instruments="sine", keys=("G5", "Eb3"), chords=iter(["minor", "major"])
    )
    assert [(probe.attributes["key"], probe.attributes["chord"]) for probe in found] == [
        ("G5", "minor"), ("G5", "major"), ("Eb3", "minor"), ("Eb3", "major")
    ]  # fmt: skip


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_any_rate(rate):
    probe = one(sample_rate=rate)
    assert probe.clip.sample_rate == rate
    assert probe.clip.samples.shape == (4 * rate,)
    assert probe.clip.samples.dtype == np.float32


def test_auto_without_fluidsynth_is_additive(monkeypatch):
    expected = one("piano", engine="additive").clip.samples
    monkeypatch.setitem(sys.modules, "fluidsynth", None)
    np.testing.assert_array_equal(one("piano").clip.samples, expected)
    with pytest.raises(ImportError, match="FluidSynth is not installed"):
        one("piano", engine="fluidsynth")


def test_bar_only_when_asked(capsys):
    one()
    assert capsys.readouterr().err == ""
    one(progress=True)
    assert "chords: 100%" in capsys.readouterr().err


# What is refused.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"instruments": ["oboe"]}, "instruments must be one of sine, piano, .* not 'oboe'"),
        ({"keys": ["C4"]}, "keys must be one of Eb3, Bb3, A4, G5, not 'C4'"),
        ({"chords": ["major", "ninth"]}, "chords must be one of intervals, .* not 'ninth'"),
        ({"instruments": []}, "instruments is empty; choose from sine, piano"),
        ({"keys": ()}, "keys is empty; choose from Eb3"),
        ({"chords": iter(())}, "chords is empty; choose from intervals"),
        ({"engine": "blend"}, "engine must be one of auto, fluidsynth, additive, not 'blend'"),
        ({"sample_rate": 4_000}, "sample_rate must be 8000-96000 Hz, got 4000"),
        ({"sample_rate": 192_000}, "sample_rate must be 8000-96000 Hz, got 192000"),
        ({"engine": "additive", "soundfont": "x.sf2"}, "the additive engine uses no soundfont"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        chord_probes(**arguments)


def test_unknown_chord_has_no_voicings():
    with pytest.raises(ValueError, match=r"chord must be one of intervals, major, .* not 'ninth'"):
        voicings("ninth", 60)


@needs_fluidsynth
def test_missing_soundfont_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.sf2 does not exist"):
        one("piano", soundfont=tmp_path / "absent.sf2")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Tone(-0.1, 1, 440), "start must be at least 0 s and before end, got start -0.1"),
        (lambda: Tone(1, 1, 440), "before end, got start 1 and end 1"),
        (lambda: Tone(0, float("nan"), 440), "before end, got start 0 and end nan"),
        (lambda: Tone(0, 1, 0), "hz must be more than 0, got 0"),
        (lambda: Tone(0, 1, 440, 3), "level_db must be at most 0 dB, .* got 3"),
        (lambda: Stroke(-1), "time must be at least 0 s, got -1"),
        (lambda: Stroke(1, -0.1), "rise must be at least 0 s, got -0.1"),
        (lambda: Stroke(1, kind="gong"), "kind must be one of note, click, .* not 'gong'"),
        (lambda: Stroke(1, level_db=float("-inf")), "level_db must be at most 0 dB, .* got -inf"),
        (lambda: Band(2, 1, 100, 200), "before end, got start 2 and end 1"),
        (lambda: Band(0, 1, 200, 100), "low must be at least 0 Hz and below high, got 200 and 100"),
        (lambda: Band(0, 1, 100, 200, 1), "level_db must be at most 0 dB"),
    ],
)
def test_truth_out_of_range_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "late",
    [{"tones": (Tone(0, 2, 440),)}, {"strokes": (Stroke(1.5),)}, {"bands": (Band(0, 2, 1, 2),)}],
)
def test_nothing_happens_after_the_end(late):
    with pytest.raises(ValueError, match=r"lie within the clip's 1\.000 s, but .* at (2|1.5)"):
        Probe(Clip(np.zeros(RATE), RATE), "late", **late)


def test_a_probe_sorts_its_truth():
    clip = Clip(np.zeros(RATE), RATE)
    tones = Tone(0.5, 1, 440), Tone(0.1, 0.9, 220)
    strokes = Stroke(0.5), Stroke(0.1, kind="kick"), Stroke(0.5, kind="hat")
    bands = Band(0.3, 0.4, 1, 2), Band(0.2, 0.4, 1, 2)
    probe = Probe(clip, "any", {"tempo": 90.0, "drum": "kick"}, tones, strokes, bands)
    assert probe.tones == tones[::-1]
    assert probe.bands == bands[::-1]
    assert [stroke.time for stroke in probe.strokes] == [0.1, 0.5, 0.5]
    assert probe.onsets.tolist() == [0.1, 0.5]
    assert repr(probe) == "<Probe any: tempo 90, drum kick; 2 onsets in 1.00 s>"


def test_a_probe_may_hold_nothing():
    probe = Probe(Clip(np.zeros(RATE), RATE), "silence")
    assert probe.onsets.shape == (0,)
    assert repr(probe) == "<Probe silence: silence; 0 onsets in 1.00 s>"
