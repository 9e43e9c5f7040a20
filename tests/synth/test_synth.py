import importlib.util
import inspect
import subprocess
import sys

import make_clips
import numpy as np
import pytest
from make_clips import PIECES, main, play

from auralise_jax.composing import GENRES, groove
from auralise_jax.synth import Note, Part, Score, find_soundfonts, render, stems
from auralise_jax.synth import synth as synth_module
from auralise_jax.synth.additive import additive_stems
from auralise_jax.synth.mix import PEAK, mix
from auralise_jax.synth.synth import mix_down

RATE = 22_050


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
ENGINES = [
    "additive",
    pytest.param("fluidsynth", marks=needs_fluidsynth),
    pytest.param("blend", marks=needs_fluidsynth),
]


def one_note(pitch, program=0, seconds=1.0, glide=0.0):
    note = Note(0.0, seconds, pitch, 100, glide)
    return Score(60.0, (Part("solo", program, (note,)),), seconds)


def loudest_hz(samples, rate, low=0.0):
    """Frequency of the highest peak; zero-padded eightfold, so bins are an eighth of 1 / length."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * len(samples)))
    hz = np.fft.rfftfreq(8 * len(samples), 1 / rate)
    return hz[np.argmax(np.where(hz >= low, spectrum, 0))]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("genre", GENRES)
def test_output_is_a_sound_clip_of_the_score(engine, genre):
    score = groove(genre, 2)
    clip = render(score, engine=engine, seed=3)
    assert clip.sample_rate == RATE
    assert clip.samples.dtype == np.float32
    assert clip.samples.shape == (round(score.duration * RATE),)
    assert np.isfinite(clip.samples).all()
    assert np.abs(clip.samples).max() == pytest.approx(PEAK, rel=1e-6)  # float32 rounding
    assert clip.title == score.title


@pytest.mark.parametrize("engine", ENGINES)
def test_same_arguments_same_samples(engine):
    score = groove("hip-hop", 4)
    first, second = (render(score, 11_025, engine=engine, seed=9).samples for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_render_is_a_mix_of_the_stems(engine):
    score = groove("dance", 4)
    dry = stems(score, 11_025, engine=engine, seed=9)
    before = dry.copy()
    assert dry.shape == (len(score.parts), round(score.duration * 11_025))
    assert dry.dtype == np.float32
    mixed = mix_down(score, dry, 11_025, seed=9)
    np.testing.assert_array_equal(dry, before)
    np.testing.assert_array_equal(
        mixed.samples, render(score, 11_025, engine=engine, seed=9).samples
    )


def test_a_stem_is_its_part_alone():
    score = Score(60.0, (*one_note(60).parts, *one_note(72, 19).parts), 1.0)
    both = stems(score, RATE, engine="additive")
    for stem, part in zip(both, score.parts, strict=True):
        alone = Score(60.0, (part,), 1.0)
        np.testing.assert_array_equal(stem, stems(alone, RATE, engine="additive")[0])


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_played_before_leaves_no_trace(engine):
    soft = one_note(60)
    before = render(soft, engine=engine).samples
    render(groove("dance", 1), engine=engine)
    np.testing.assert_array_equal(render(soft, engine=engine).samples, before)


def test_seeds_mix_differently():
    score = groove("ballad", 4)
    mixes = [render(score, 11_025, engine="additive", seed=seed).samples for seed in (0, 1, 2)]
    for one, other in [(0, 1), (1, 2), (0, 2)]:
        assert np.corrcoef(mixes[one], mixes[other])[0, 1] < 0.999


@pytest.mark.parametrize("program", range(0, 128, 8))
def test_additive_a4_is_440_hz(program):
    samples = render(one_note(69, program), engine="additive").samples
    # 1 Hz is the width of a bin of one second; vibrato stays within it on average.
    assert loudest_hz(samples, RATE) == pytest.approx(440.0, abs=1.0)


@pytest.mark.parametrize("pitch", [28, 45, 60, 84, 96])
def test_additive_pitch_follows_equal_temperament(pitch):
    samples = render(one_note(pitch), engine="additive").samples
    assert loudest_hz(samples, RATE) == pytest.approx(440 * 2 ** ((pitch - 69) / 12), abs=1.0)


def test_additive_partials_are_harmonics():
    samples = additive_stems(one_note(57, program=16), RATE, seed=0)[0]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    strong = np.flatnonzero(spectrum > 0.02 * spectrum.max())
    # A3 = 220 Hz in a spectrum of 1 Hz bins; the window spreads a line over 2 bins each side,
    # the attack and release a little more.
    assert np.abs(strong - 220 * np.round(strong / 220)).max() <= 3


@pytest.mark.parametrize("engine", ENGINES[:2])
def test_a_glide_comes_from_afar_and_arrives(engine):
    # A flute's A4 that slides up an octave within 0.15 s.
    samples = render(one_note(69, 73, seconds=2.0, glide=-12), engine=engine).samples
    still = render(one_note(69, 73, seconds=2.0), engine=engine).samples
    middle = round(0.05 * RATE)
    assert loudest_hz(samples[RATE:], RATE, low=150) == pytest.approx(440, abs=5)
    assert loudest_hz(samples[: 2 * middle], RATE, low=150) < 400
    assert loudest_hz(still[: 2 * middle], RATE, low=150) > 400


@pytest.mark.parametrize("engine", ENGINES[:2])
def test_seeds_tune_within_40_cents(engine):
    cents = []
    for seed in range(1, 9):
        samples = render(one_note(69, 73, seconds=2.0), RATE, engine=engine, seed=seed).samples
        cents.append(1200 * np.log2(loudest_hz(samples[RATE // 4 :], RATE, low=300) / 440))
    # Fonts and vibrato add up to a fifth of a semitone.
    assert max(map(abs, cents)) < 60
    assert max(cents) - min(cents) > 20


def test_additive_seeds_are_other_instruments():
    scores = [one_note(60, program) for program in (0, 48, 80)]
    for score in scores:
        shapes = []
        for seed in (0, 1, 2):
            stem = additive_stems(score, RATE, seed)[0]
            spectrum = np.abs(np.fft.rfft(stem))
            shapes.append(spectrum / np.linalg.norm(spectrum))
        assert max(shapes[a] @ shapes[b] for a, b in [(0, 1), (0, 2), (1, 2)]) < 0.999


@pytest.mark.parametrize("seed", range(5))
def test_every_additive_kit_has_low_kicks_and_high_hats(seed):
    assert centroid(36, seed) < 450 < centroid(38, seed)
    assert centroid(38, seed) < centroid(42, seed)


def test_a_kick_falls_in_pitch():
    stem = additive_stems(one_drum(36), RATE, seed=0)[0]
    early, late = stem[: RATE // 40], stem[RATE // 10 : RATE // 4]
    assert loudest_hz(early, RATE) > 1.3 * loudest_hz(late, RATE)
    assert loudest_hz(late, RATE) == pytest.approx(50, abs=5)


@needs_fluidsynth
def test_blend_gives_some_parts_to_each_engine():
    score = groove("dance", 4)
    pure = {
        engine: render(score, 11_025, engine=engine, seed=3).samples
        for engine in ("additive", "fluidsynth", "blend")
    }
    for engine in ("additive", "fluidsynth"):
        assert abs(np.corrcoef(pure["blend"], pure[engine])[0, 1]) < 0.999


def test_kicks_duck_the_parts_that_ask_for_it():
    kick = Part("drums", 0, (Note(1.0, 0.1, 36, 1),), is_drum=True, level_db=-60)
    organ = Note(0.0, 2.0, 72, 100)

    def loudness_around_kick(duck_db):
        score = Score(60.0, (kick, Part("pad", 16, (organ,), duck_db=duck_db)), 2.0)
        samples = render(score, engine="additive").samples
        now, before = samples[RATE : RATE + RATE // 40], samples[RATE // 2 : RATE]
        return 20 * np.log10(now.std() / before.std())

    assert loudness_around_kick(0.0) == pytest.approx(0, abs=1)
    assert loudness_around_kick(12.0) < -6


@needs_fluidsynth
def test_fluidsynth_a4_is_440_hz():
    samples = render(one_note(69, program=73, seconds=2.0), engine="fluidsynth").samples
    # Fonts tune by ear, vibrato is theirs: a fifth of a semitone.
    assert loudest_hz(samples, RATE, low=300) == pytest.approx(440.0, abs=5.0)


@needs_fluidsynth
def test_fluidsynth_parts_do_not_leak_into_each_other():
    from auralise_jax.synth.fluid import fluid_stems

    cymbal = Part("drums", 0, (Note(0.0, 1.0, 49, 127),), is_drum=True)
    score = Score(60.0, (cymbal, Part("silence", 0, ())), 1.0)
    stems = fluid_stems(score, RATE, find_soundfonts()[0])
    assert np.abs(stems[0]).max() > 0.1
    assert np.abs(stems[1]).max() < 1e-4  # one step of its 16 bit


@pytest.mark.parametrize("drum", range(27, 88))
def test_every_drum_sounds_and_is_finite(drum):
    part = Part("drums", 0, (Note(0.1, 0.1, drum, 110),), is_drum=True)
    samples = render(Score(120.0, (part,), 0.6), engine="additive").samples
    assert np.isfinite(samples).all()
    onset = np.flatnonzero(np.abs(samples) > 0.01)[0] / RATE
    assert onset == pytest.approx(0.1, abs=0.005)


def one_drum(drum):
    part = Part("drums", 0, (Note(0.0, 0.1, drum, 110),), is_drum=True)
    return Score(120.0, (part,), 0.5)


def centroid(drum, seed=0):
    stem = additive_stems(one_drum(drum), RATE, seed)[0]
    power = np.abs(np.fft.rfft(stem)) ** 2
    return np.sum(power * np.fft.rfftfreq(len(stem), 1 / RATE)) / power.sum()


def test_kick_is_low_and_hat_is_high():
    assert centroid(36) < 300 < centroid(38) < centroid(42)


@pytest.mark.parametrize("engine", ENGINES)
def test_silence_stays_silent(engine):
    score = Score(60.0, (Part("rest", 0, ()),), 0.5)
    # FluidSynth dithers its 16 bit: the least step is noise, and must not be raised to a peak.
    assert np.abs(render(score, engine=engine).samples).max() < 1e-3


def test_mix_sets_levels_by_loudness_not_by_amplitude():
    t = np.arange(2 * RATE) / RATE
    loud, soft = np.sin(2 * np.pi * 500 * t), 0.01 * np.sin(2 * np.pi * 1_000 * t)
    stems = np.stack([loud, soft]).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(mix(stems, [0.0, -6.0], RATE)))
    ratio_db = 20 * np.log10(spectrum[2_000] / spectrum[1_000])
    # K-weighting hears 1000 Hz 0.7 dB louder than 500 Hz; the room colours each line by up to 2 dB.
    assert ratio_db == pytest.approx(-6.0, abs=3.0)


def test_mix_removes_dc():
    t = np.arange(2 * RATE) / RATE
    stem = (0.3 + 0.1 * np.sin(2 * np.pi * 500 * t)).astype(np.float32)
    assert abs(mix(stem[None], [0.0], RATE).mean()) < 0.02


def test_unknown_engine_lists_the_known():
    with pytest.raises(ValueError, match="one of auto, fluidsynth, additive, blend; got 'moog'"):
        render(one_note(60), engine="moog")


def test_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed must be at least 0, got -1"):
        render(one_note(60), engine="additive", seed=-1)


@pytest.mark.parametrize("rate", [4_000, 192_000])
def test_rates_out_of_range_are_refused(rate):
    with pytest.raises(ValueError, match=f"sample_rate must be 8000-96000 Hz, got {rate}"):
        render(one_note(60), rate, engine="additive")


def test_additive_refuses_a_soundfont(tmp_path):
    with pytest.raises(ValueError, match="the additive engine uses no soundfont"):
        render(one_note(60), engine="additive", soundfont=tmp_path / "x.sf2")


@pytest.fixture
def without_fluidsynth(monkeypatch):
    monkeypatch.setitem(sys.modules, "fluidsynth", None)


@pytest.mark.usefixtures("without_fluidsynth")
def test_missing_fluidsynth_says_what_to_install():
    with pytest.raises(ImportError, match=r"pyfluidsynth.*libfluidsynth3.*engine=\"additive\""):
        render(one_note(60), engine="fluidsynth")


@pytest.mark.usefixtures("without_fluidsynth")
def test_auto_falls_back_to_additive_and_says_so():
    assert synth_module.default_engine() == "additive"
    np.testing.assert_array_equal(
        render(one_note(60)).samples, render(one_note(60), engine="additive").samples
    )


@pytest.mark.usefixtures("without_fluidsynth")
def test_auto_with_a_soundfont_does_not_fall_back(tmp_path):
    with pytest.raises(ImportError, match="FluidSynth is not installed"):
        render(one_note(60), soundfont=tmp_path / "x.sf2")


@needs_fluidsynth
def test_missing_soundfont_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.sf2 does not exist: install a General"):
        render(one_note(60), soundfont=tmp_path / "absent.sf2")


@needs_fluidsynth
def test_no_soundfont_at_all(monkeypatch):
    monkeypatch.setattr(synth_module, "find_soundfonts", lambda: ())
    with pytest.raises(FileNotFoundError, match="no soundfont found: install a General MIDI"):
        render(one_note(60), engine="fluidsynth")


@needs_fluidsynth
def test_a_font_of_which_only_programs_are_read_sounds_as_if_read_whole(monkeypatch):
    """And so does the second synthesiser that plays them, which shares what the first has read."""
    from auralise_jax.synth import fluid

    font = next((one for one in find_soundfonts() if one.suffix == ".sf3"), None)
    pin = fluid._pin()
    if font is None or pin is None:
        pytest.skip("no SF3 soundfont is installed, or a FluidSynth before 2.2")
    beats = tuple(Note(0.25 * n, 0.2, pitch, 90) for n, pitch in enumerate((36, 42, 38, 46)))
    score = Score(
        60.0,
        (
            Part("piano", 0, (Note(0.0, 0.9, 60), Note(0.5, 0.4, 76, 60, 2.0))),
            Part("sax", 65, (Note(0.1, 0.8, 55),)),
            Part("drums", 25, beats, is_drum=True),
        ),
        1.0,
    )
    found = []
    for pinned in (pin, pin, None):
        if pinned is None:
            fluid._kept.cache_clear()
            monkeypatch.setattr(fluid, "_pin", lambda: None)
        found.append(stems(score, RATE, soundfont=font, seed=4))
    assert np.abs(found[0]).max(axis=1).min() > 0.01
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])
    fluid._kept.cache_clear()


@needs_fluidsynth
def test_broken_soundfont_is_refused(tmp_path):
    font = tmp_path / "broken.sf2"
    font.write_bytes(b"RIFF but not really")
    with pytest.raises(ValueError, match=r"broken\.sf2 cannot be read; give an SF2 or SF3"):
        render(one_note(60), soundfont=font)


@needs_fluidsynth
@pytest.mark.parametrize("name", PIECES)
def test_examples_are_equally_loud(name):
    clip = play(PIECES[name]())
    assert clip.loudness == pytest.approx(-23.0, abs=0.1)
    assert clip.peak < 0.9


@needs_fluidsynth
def test_command_writes_flac(tmp_path, capsys):
    soundfile = pytest.importorskip("soundfile")
    assert main([str(tmp_path / "new")]) == 0
    assert "soundfont: " in capsys.readouterr().out
    for name in PIECES:
        info = soundfile.info(tmp_path / "new" / f"{name}.flac")
        assert (info.samplerate, info.channels, info.subtype) == (RATE, 1, "PCM_16")


def test_command_fails_with_a_message(tmp_path, capsys):
    assert main([str(tmp_path), "--soundfont", str(tmp_path / "absent.sf2")]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_command_teaches():
    command = [sys.executable, "-W", "error", inspect.getfile(make_clips), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for word in ("OUT_DIR", "--soundfont", "FLAC", "example:"):
        assert word in done.stdout
