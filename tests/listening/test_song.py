"""A whole song: every window is what `listen` hears, and nothing is lost between blocks."""

import dataclasses
import functools
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import soundfile
from making import TINY, make_model, make_noise, with_tensors
from networks import batch_norm, convolved, draw

import auralise_jax as aj
from auralise_jax.audio.recording import Recording, find_recording
from auralise_jax.listening.song_windows import (
    Activity,
    count_windows,
    distances,
    sliding,
    without_rounding,
)

RATE = TINY.sample_rate
WINDOW = TINY.duration

pytestmark = pytest.mark.usefixtures("compiled_quickly")


@pytest.fixture(scope="module")
def noise() -> aj.Clip:
    """Ten windows and a bit, louder and louder."""
    samples = make_noise(3.9).samples
    return aj.Clip(samples * np.linspace(0.2, 1, len(samples)), RATE, "noise")


@pytest.fixture(scope="module")
def song(tiny_model: aj.Model, noise: aj.Clip) -> aj.SongListening:
    return aj.listen_song(tiny_model, noise, 0.1, progress=False)


def test_each_window_is_what_listen_hears(song: aj.SongListening, noise: aj.Clip) -> None:
    assert song.duration == noise.duration
    assert song.loudness == pytest.approx(noise.loudness, abs=0.01)
    assert song.classes == song.model.classes
    for number in (0, 7, len(song.times) - 3):
        heard = aj.listen(song.model, noise, song.times[number])
        same = song.at(song.times[number])
        np.testing.assert_array_equal(same.picture, heard.picture)
        # Equal sums in another order: JAX compiles for each shape.
        np.testing.assert_allclose(
            song.probabilities[number], list(heard.predict().values()), atol=1e-6
        )
        for layer in song.model.layers:
            wanted = heard.activations(layer).mean((0, 1))  # silence is 0
            found = song.activity(layer)[number]
            np.testing.assert_allclose(found, wanted, rtol=6e-4, atol=1e-6)  # of float16
            assert found.dtype == np.float32


def test_the_mean_over_windows_end_to_end_is_what_the_model_predicts(
    tiny_model: aj.Model, noise: aj.Clip
) -> None:
    for seconds in (0.1, 0.5, 0.56, 0.9, 3.9):
        clip = noise.window(0.0, seconds)
        hear = functools.partial(aj.listen_song, tiny_model, clip, WINDOW, progress=False)
        if seconds < WINDOW:
            with pytest.warns(UserWarning, match="padded"):
                song = hear()
        else:
            song = hear()
        wanted = list(tiny_model.predict(clip).values())
        np.testing.assert_allclose(song.probabilities.mean(axis=0), wanted, atol=1e-6)


@pytest.mark.parametrize("sizes", [[1], [7, 100], [50], [1000]])
@pytest.mark.parametrize("hop", [1, 3.3, 10, 25.5])
def test_windows_do_not_depend_on_blocks(sizes: list[int], hop: float) -> None:
    samples = np.arange(117, dtype=np.float32)
    ends = np.cumsum(np.resize(sizes, 120))
    found = list(sliding(np.split(samples, ends[ends < 117]), 10, hop))
    assert len(found) == count_windows(117, 10, hop)
    for number, (start, window) in enumerate(found):
        assert start == round(number * hop)
        np.testing.assert_array_equal(window, samples[start : start + 10])


@pytest.mark.parametrize("rate", [8000, 2000, 1500])
def test_a_file_is_heard_as_its_clip_at_any_rate(
    tiny_model: aj.Model, tmp_path: Path, rate: int
) -> None:
    stereo = np.random.default_rng(0).normal(0, 0.1, (3 * rate, 2))
    soundfile.write(tmp_path / "two.wav", stereo, rate, "FLOAT")
    found = aj.listen_song(tiny_model, tmp_path / "two.wav", 0.2, progress=False)
    clip = aj.load_clip(tmp_path / "two.wav")
    wanted = aj.listen_song(tiny_model, clip, 0.2, progress=False)
    assert found.title == "two"
    np.testing.assert_array_equal(found.times, wanted.times)
    np.testing.assert_allclose(found.probabilities, wanted.probabilities, atol=1e-6)
    np.testing.assert_allclose(found.activity(3), wanted.activity(3), rtol=2e-3, atol=1e-5)
    assert found.loudness == pytest.approx(wanted.loudness, abs=1e-3)
    np.testing.assert_allclose(found.wave, wanted.wave, atol=1e-6)


def test_what_can_be_named(noise: aj.Clip, tmp_path: Path) -> None:
    aj.save_model(make_model(), tmp_path / "tiny.safetensors")
    aj.listen_song(tmp_path / "tiny.safetensors", noise, progress=False)
    assert find_recording("bach").title == "Bach, Prelude in C"
    recording = Recording.of(noise)
    assert find_recording(recording) is recording


# Activities


@pytest.mark.parametrize("size", [1e-30, 1e-4, 1.0, 7e4, 1e30])
def test_activities_of_any_size_fit_into_float16(size: float) -> None:
    values = (np.random.default_rng(0).uniform(0.01, 1, (9, 4)) * size).astype(np.float32)
    kept = Activity.of(values)
    assert kept.halves.dtype == np.float16
    np.testing.assert_allclose(kept.values, values, rtol=2**-11)


def test_what_rounding_leaves_of_a_silent_feature_is_no_activity() -> None:
    # After a BatchNorm silence is -0.66, say, and rounding the next number of float32.
    off = jnp.array([-0.66, -0.66, 0.0], jnp.float32)
    maps = jnp.stack([jnp.nextafter(off, 0), off + jnp.array([1e-5, 0, 1e-9])])
    (found,) = distances((maps,), (off,))
    np.testing.assert_allclose(found, [5e-6, 0, 5e-10], rtol=0.02)
    values = np.array([[1.0, 6e-8, 2e-6], [0.25, 0.0, 0.0]], np.float32)
    assert without_rounding(values).astype(bool).tolist() == [
        [True, False, True],
        [True, False, False],
    ]


def test_no_activity_is_none() -> None:
    assert not Activity.of(np.zeros((3, 2), np.float32)).values.any()


def test_activity_is_how_far_a_map_is_from_silence() -> None:
    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 6, seed=1)))
        return aj.tap(batch_norm(x, 2), "normed").mean((0, 1)) @ draw(6, 2, seed=3)

    model = aj.wrap(network, frontend=TINY)
    song = aj.listen_song(model, make_noise(1.0), 0.2, progress=False)
    heard = song.at(0.4)
    off = np.asarray(model.network.off("normed"))
    assert np.abs(off).min() > 0.01
    wanted = np.abs(heard.activations("normed") - off).mean((0, 1))
    np.testing.assert_allclose(song.activity("normed")[2], wanted, rtol=1e-3)


# Moments


def test_the_strongest_windows_do_not_overlap(song: aj.SongListening) -> None:
    values = song.activity(2)[:, 1]
    found = song.strongest(2, 1, 20)
    assert found[0].value == values.max()
    assert [one.value for one in found] == sorted((one.value for one in found), reverse=True)
    starts = sorted(one.start for one in found)
    assert min(np.diff(starts)) >= WINDOW - 1e-9
    assert all(one.end == min(one.start + WINDOW, song.duration) for one in found)
    # No other window that is left could be added in front of a weaker one.
    for time, value in zip(song.times, values, strict=True):
        over = [one for one in found if abs(one.start - time) < WINDOW - 1e-9]
        assert not over or max(one.value for one in over) >= value
    assert song.strongest(2, 1, 2) == found[:2]


def test_windows_side_by_side_do_not_overlap(tiny_model: aj.Model) -> None:
    song = aj.listen_song(tiny_model, make_noise(4 * WINDOW), WINDOW, progress=False)
    feature = int(song.activity(1).min(axis=0).argmax())
    assert len(song.strongest(1, feature, 9)) == 4


def test_the_likeliest_windows_of_a_class(song: aj.SongListening) -> None:
    found = song.likeliest("b", 3)
    assert found[0].value == song.probabilities[:, 1].max()
    assert song.times[song.probabilities[:, 1].argmax()] == found[0].start


def test_excerpts_stand_in_a_row_and_do_not_click() -> None:
    t = np.arange(8 * RATE) / RATE
    clip = aj.Clip(0.5 * np.cos(2 * np.pi * 5 * t), RATE, "tone")  # no zero where it is cut
    song = aj.listen_song(make_model(), clip, progress=False)
    moments = aj.Moment(3.0, 4.0, 1.0), aj.Moment(0.1, 0.6, 1.0)
    found = song.excerpts(moments)
    assert found.duration == pytest.approx(1.5)
    fade = round(0.01 * RATE)
    np.testing.assert_array_equal(
        found.samples[fade : RATE - fade], clip.samples[3 * RATE + fade : 4 * RATE - fade]
    )
    step = np.abs(np.diff(np.concatenate([[0], found.samples, [0]]))).max()
    assert step < 0.05  # cut without fades it would be 0.5
    with pytest.raises(ValueError, match="no excerpt"):
        song.excerpts(())
    with pytest.raises(ValueError, match=r"less than 8\.000 s"):
        song.excerpts([aj.Moment(9.0, 10.0, 1.0)])


# Edits


def test_muting_holds_for_every_window(song: aj.SongListening) -> None:
    muted = song.edited([(1, 1)], {("conv2", 3): 2.0}, progress=False)
    assert dict(muted.gains) == {("conv1", 1): 0.0, ("conv2", 3): 2.0}
    np.testing.assert_array_equal(muted.times, song.times)
    np.testing.assert_array_equal(muted.activity(1), song.activity(1))  # before the layer's edit
    heard = song.at(song.times[7]).edited([(1, 1)], {("conv2", 3): 2.0})
    np.testing.assert_allclose(muted.probabilities[7], list(heard.predict().values()), atol=1e-6)
    assert np.abs(muted.activity(3) - song.activity(3)).max() > 0.01
    other = muted.edited([(3, 0)], progress=False)  # instead of, not as well
    assert dict(other.gains) == {("conv3", 0): 0.0}
    plain = other.edited(progress=False)
    assert not plain.gains
    np.testing.assert_allclose(plain.probabilities, song.probabilities, atol=1e-6)
    with pytest.raises(ValueError, match="feature must be 0 to 3"):
        song.edited([(1, 9)])


# Progress


def test_progress_is_said_and_an_exception_ends_the_work(
    tiny_model: aj.Model, noise: aj.Clip, capsys
) -> None:
    seen: list[tuple[int, int]] = []

    def each(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        aj.listen_song(tiny_model, noise, each=each, hop=0.5, progress=False)
    assert seen == [(1, 8), (2, 8), (3, 8)]
    assert not capsys.readouterr().err
    song = aj.listen_song(tiny_model, noise, 0.5, each=lambda *_: None)
    assert len(song.times) == 8
    assert "8/8" in capsys.readouterr().err


# What is refused


@pytest.mark.parametrize("hop", [0, -1.0, float("nan"), float("inf"), 1e-9, "1", None, True])
def test_a_hop_that_is_none(tiny_model: aj.Model, noise: aj.Clip, hop: object) -> None:
    with pytest.raises(ValueError, match=r"^hop must be a number of seconds, at least 0\.0005"):
        aj.listen_song(tiny_model, noise, hop)


def test_a_hop_longer_than_the_song(tiny_model: aj.Model, noise: aj.Clip) -> None:
    with pytest.raises(ValueError, match=r"^hop must be at most 3\.900 s, .* not 4\.0$"):
        aj.listen_song(tiny_model, noise, 4.0)


def test_a_song_shorter_than_a_window_is_one_window(tiny_model: aj.Model) -> None:
    clip = make_noise(0.2)
    with pytest.warns(UserWarning, match="padded") as said:
        song = aj.listen_song(tiny_model, clip, progress=False)
    with pytest.warns(UserWarning, match="padded") as wanted:
        heard = aj.listen(tiny_model, clip)
    assert str(said[0].message) == str(wanted[0].message)
    assert said[0].filename == __file__
    np.testing.assert_allclose(song.probabilities[0], list(heard.predict().values()), atol=1e-6)
    feature = int(song.activity(1)[0].argmax())
    assert [*song.times, song.strongest(1, feature)[0].end] == [0.0, 0.2]
    assert np.isnan(song.loudness)


def test_silence(tiny_model: aj.Model) -> None:
    song = aj.listen_song(tiny_model, aj.Clip(np.zeros(2 * RATE), RATE), 0.5, progress=False)
    assert song.loudness == -np.inf
    np.testing.assert_allclose(np.ptp(song.probabilities, axis=0), 0, atol=1e-6)
    silent = np.flatnonzero(~song.activity(1).any(axis=0))
    assert len(silent)  # others have a bias above 0
    assert song.strongest(1, int(silent[0])) == ()


def test_sound_of_no_samples(tiny_model: aj.Model, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "none.wav", np.zeros(0), 8000)
    with pytest.raises(ValueError, match="holds no sample"):
        aj.listen_song(tiny_model, tmp_path / "none.wav")


def test_a_file_that_breaks_off(tiny_model: aj.Model, tmp_path: Path) -> None:
    path = make_noise(3.0).save(tmp_path / "song.wav")
    path.write_bytes(path.read_bytes()[:6000])
    with pytest.raises(ValueError, match=r"song\.wav is cut off"):
        aj.listen_song(tiny_model, path, 0.2, progress=False)


def test_a_sample_that_is_no_number_is_placed(tiny_model: aj.Model, tmp_path: Path) -> None:
    samples = make_noise(3.0).samples.copy()
    samples[4000] = np.nan
    soundfile.write(tmp_path / "bad.wav", samples, RATE, "FLOAT")
    with pytest.raises(ValueError, match=r"sample 4000 \(2\.000 s\) is nan"):
        aj.listen_song(tiny_model, tmp_path / "bad.wav", progress=False)


class Endless(Recording):
    """A recording that is made while it is heard."""

    def __init__(self, seconds: int) -> None:
        super().__init__(make_noise(1.0), "endless")
        self.seconds = seconds

    @property
    def duration(self) -> float:
        return float(self.seconds)

    def blocks(self, sample_rate: int) -> Iterator[np.ndarray]:
        for _ in range(self.seconds // 20):
            yield np.tile(make_noise(1.0, sample_rate).samples, 20)


def test_an_hour_takes_no_more_memory_than_a_minute(tiny_model: aj.Model) -> None:
    peaks = []
    for seconds in (60, 60, 3600):  # what the first compiles counts
        tracemalloc.start()
        song = aj.listen_song(tiny_model, Endless(seconds), seconds / 6, progress=False)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(song.times) == 6
    assert peaks[2] < peaks[1] + 3e6  # an hour at 2 kHz is 29 MB


def test_windows_without_end_are_refused_before_any_work(tiny_model: aj.Model, monkeypatch) -> None:
    monkeypatch.setenv("AURALISE_MAX_GB", "1")
    with pytest.raises(ValueError, match=r"21,599,\d+ windows .* 1\.[89]\d* GB .* a longer hop"):
        aj.listen_song(tiny_model, Endless(10_800), 1 / RATE)


def test_an_overflow_is_placed(tiny_model: aj.Model, noise: aj.Clip) -> None:
    tensors = dict(tiny_model.network.tensors)
    low = with_tensors(tiny_model, tensors | {"conv2.kernel": tensors["conv2.kernel"] * 1e38})
    with pytest.raises(ValueError, match=r"in layer \d, in the window at 0\.00 s"):
        aj.listen_song(low, noise, progress=False)
    loud = np.concatenate([np.zeros(RATE, np.float32), noise.samples])
    steep = {
        name: np.minimum(one, 0) if name.endswith("bias") else one * np.float32(1e12)
        for name, one in tensors.items()
    }
    # The first window of a length of 0.37 s that hears more than the silence.
    with pytest.raises(ValueError, match=r"in its classes, in the window at 0\.65 s"):
        aj.listen_song(with_tensors(tiny_model, steep), aj.Clip(loud, RATE), 0.05, progress=False)


def test_a_network_without_scores_has_features_all_the_same(noise: aj.Clip) -> None:
    song = aj.listen_song(make_model(dense=()), noise, progress=False)
    assert song.probabilities.shape == (len(song.times), 0)
    assert len(song.strongest(2, 0, 2)) == 2
    with pytest.raises(ValueError, match=r"gives no scores, so it knows no classes; .*strongest"):
        song.likeliest("a")


def test_names_and_numbers_that_are_wrong(song: aj.SongListening) -> None:
    with pytest.raises(ValueError, match="class_name must be one of a, b, c, not 'd'"):
        song.likeliest("d")
    with pytest.raises(ValueError, match="layer must be 1 to 3"):
        song.activity(4)
    with pytest.raises(ValueError, match="feature must be 0 to 3"):
        song.strongest(1, 4)
    for n in (0, -1, 1.5):
        with pytest.raises(ValueError, match=r"^n must be a whole number of moments"):
            song.strongest(1, 0, n)
    with pytest.raises(ValueError, match=r"^start must be at least 0 s and less than 3\.9"):
        song.at(4.0)


def test_a_front_end_of_any_length(noise: aj.Clip) -> None:
    class Endless(aj.Frontend):
        @property
        def duration(self) -> None:
            return None

        @property
        def samples(self) -> int:
            return TINY.samples

    made = object.__new__(Endless)
    for name, value in dataclasses.asdict(TINY).items():
        if name != "duration":
            object.__setattr__(made, name, value)

    def network(picture: jax.Array) -> jax.Array:
        return aj.tap(jax.nn.relu(picture[..., None] * jnp.ones(2)[None, None]), "own").mean((0, 1))

    model = aj.wrap(network, frontend=TINY)
    wanted = aj.listen_song(model, noise, progress=False)
    endless = dataclasses.replace(model, frontend=made)
    found = aj.listen_song(endless, noise, progress=False)
    assert found.seconds == wanted.seconds
    np.testing.assert_allclose(found.probabilities, wanted.probabilities, atol=1e-6)
