"""A feature over a song: pieces put side by side are one long projection."""

import dataclasses
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from front_ends import MelDecibels, small_log
from making import TINY, make_model, make_noise
from networks import convolved, draw, flat_function, other_function, papers_function

import auralise_jax as aj
from auralise_jax.frontend import LogMel, Raw
from auralise_jax.listening import song_projection
from auralise_jax.listening.figure import heard_figure
from auralise_jax.listening.song_projection import Along, Pieces
from auralise_jax.network.foreign import musicnn
from auralise_jax.network.lengthening import lengthened
from auralise_jax.network.network import Feature

pytestmark = pytest.mark.usefixtures("compiled_quickly")

RULES = ("deconvnet", "gradient", "guided")
RATE = TINY.sample_rate


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch) -> None:
    """More seams in less time."""
    monkeypatch.setattr(song_projection, "LONGER", 2)


def music(seconds: float, rate: int) -> aj.Clip:
    """Return noise and tones that come and go."""
    t = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(0).normal(0, 0.1, len(t)) * (np.sin(9 * t) > 0.3)
    return aj.Clip(noise + 0.2 * np.sin(900 * t) * np.sin(3 * t) ** 2, rate, "music")


def long_projection(
    model: aj.Model, clip: aj.Clip, layer: str, feature: int, rule: str
) -> np.ndarray:
    """Return the projection of the whole picture at once."""
    picture = model.frontend.picture(clip.resample(model.frontend.sample_rate).samples)
    network = lengthened(model.network, layer, picture.shape)
    found = network.project(network.forward(picture), layer, Feature(np.int32(feature)), rule)
    return np.asarray(found)


def assert_one_long(
    song: aj.SongListening,
    clip: aj.Clip,
    layer: str,
    feature: int,
    rules: tuple[str, ...] = RULES,
) -> None:
    for rule in rules:
        wanted = long_projection(song.model, clip, layer, feature, rule)
        peak = np.abs(wanted).max()
        assert peak > 0
        found = song.project(layer, feature, rule)
        assert found.picture.shape == wanted.shape
        assert_equal(found.picture, wanted)  # at the ends, too
        part = song.project(layer, feature, rule, 0.4 * song.duration, 0.5 * song.duration)
        axis = min(1, wanted.ndim - 1)
        hop = 1 if wanted.ndim == 1 else clip_hop(song.model)
        first = round(part.start * song.model.frontend.sample_rate / hop)
        count = part.picture.shape[axis]
        own = np.take(wanted, np.arange(first, first + count), axis)
        assert_equal(part.picture, own)


def assert_equal(found: np.ndarray, wanted: np.ndarray) -> None:
    """XLA sums in another order for other shapes, so that a ReLU near 0 may be open in one only."""
    error = np.abs(found - wanted) / np.abs(wanted).max()
    assert error.max() < 0.05
    assert np.mean(error > 1e-3) < 0.002


def clip_hop(model: aj.Model) -> int:
    return model.frontend.hop_length


def responding(song: aj.SongListening, layer: str) -> int:
    return int(song.activity(layer).max(axis=0).argmax())


def papers(features: tuple[int, ...] = (4, 3, 4, 3, 4)) -> aj.Model:
    return make_model(dataclasses.replace(TINY, duration=1.0), features=features, dense=(5, 3))


def papers_by_hand() -> aj.Model:
    """The paper's CNN, of which only what lies below a layer can be traced for longer pictures."""
    model = papers((4, 3, 4))
    fn = papers_function(model.network.tensors, model.network.architecture)
    return aj.wrap(fn, frontend=model.frontend)


def others() -> aj.Model:
    return aj.wrap(other_function, frontend=TINY)


def flat() -> aj.Model:
    return aj.wrap(flat_function, frontend=TINY)


def tagger() -> aj.Model:
    """musicnn, small: BatchNorms, pools that overlap, a head for one length."""
    rng = np.random.default_rng(5)
    tensors = {}
    for name, shape in musicnn.tensor_shapes(3).items():
        tensors[name] = rng.normal(0, 1.5 / np.sqrt(np.prod(shape[:-1])), shape)
        if name.endswith("variance"):
            tensors[name] = rng.uniform(0.5, 2, shape)
        if name.endswith("gamma") and shape != (1,):
            tensors[name] = rng.uniform(0.5, 2, shape) * (-1.0) ** np.arange(3)
    weights = musicnn.weights({name: one.astype(np.float32) for name, one in tensors.items()})
    frontend = LogMel(
        4000, 128, 64, 96, frames=187, pad_mode="reflect", compression="log10", gain=10_000
    )
    return aj.wrap(musicnn.tagger, params=weights, frontend=frontend)


def tracker() -> aj.Model:
    """SwiftF0, small: three channels, blocks around which maps are handed on, maps of time only."""

    def network(picture: jax.Array) -> tuple[jax.Array, jax.Array]:
        x = aj.tap(jax.nn.relu(convolved(picture, draw(3, 3, 3, 4, seed=1))), "first")
        for number, gap in enumerate((3, 5), start=1):
            inner = jax.nn.relu(convolved(x, draw(3, 1, 4, 4, seed=2), rhs_dilation=(gap, 1)))
            outer = convolved(inner, draw(3, 3, 4, 4, seed=3), rhs_dilation=(gap, 1))
            x = aj.tap(jax.nn.relu(x + outer), f"harmonic{number}")
        pitch = aj.tap(convolved(x, draw(1, 1, 4, 1, seed=4))[..., 0].T, "pitch")
        seen = jnp.concatenate([x.max(0), picture.mean((0, 2))[:, None]], axis=1)
        voicing = convolved(jax.nn.relu(seen)[None], draw(1, 5, 5, 1, seed=5))[0]
        return pitch, aj.tap(voicing, "voicing")

    frontend = small_log(32, 64, 128, power=1, compression="log", amin=1e-8, pad_mode="reflect")
    return aj.wrap(network, frontend=frontend)


def waves() -> aj.Model:
    """A network of samples."""

    def network(samples: jax.Array) -> jax.Array:
        x = samples[None, :, None]
        for number, (inputs, outputs) in enumerate(((1, 4), (4, 3)), start=1):
            kernel = draw(1, 9, inputs, outputs, seed=number)
            x = jax.nn.relu(convolved(x, kernel, window_strides=(1, 4)))
            x = aj.tap(x[0], f"wave{number}")[None]
        return x.mean((0, 1))

    return aj.wrap(network, frontend=Raw(RATE, 0.4))


@pytest.mark.parametrize(
    ("make", "seconds", "layers"),
    [
        (papers_by_hand, 8.0, ["conv1", "conv3"]),
        (others, 6.0, ["low", "middle", "high"]),
        (flat, 3.0, ["frames", "steps"]),
        (tagger, 18.0, ["conv2", "conv5"]),
        (tracker, 0.6, ["harmonic2", "pitch", "voicing"]),
        (waves, 4.0, ["wave1", "wave2"]),
    ],
)
def test_pieces_are_one_long_projection(
    make: Callable[[], aj.Model], seconds: float, layers: list[str]
) -> None:
    model = make()
    rate = model.frontend.sample_rate
    clip = music(seconds + 0.0137, rate)
    song = aj.listen_song(model, clip, seconds / 5, progress=False)
    for layer in layers:
        assert_one_long(song, clip, layer, responding(song, layer))


@pytest.mark.parametrize("layer", [1, 2, 3, 4, 5])
def test_the_papers_cnn(layer: int) -> None:
    clip = music(14.0137, RATE)
    song = aj.listen_song(papers(), clip, 3.0, progress=False)
    rules = RULES if layer in (2, 5) else ("deconvnet",)  # each compiles
    assert_one_long(song, clip, f"conv{layer}", responding(song, f"conv{layer}"), rules)


@pytest.mark.parametrize("layer", [1, 2, 3, 4, 5])
def test_the_shipped_model(layer: int) -> None:
    clip = aj.example_clips()["bach"]
    song = aj.listen_song(aj.load_model("genre"), clip, 3.0, progress=False)
    feature = responding(song, f"conv{layer}")
    seen = []
    found = song.project(layer, feature, each=lambda *done: seen.append(done))
    assert len(seen) > 1
    wanted = long_projection(song.model, clip, f"conv{layer}", feature, "deconvnet")
    np.testing.assert_allclose(found.picture, wanted, atol=1e-4 * np.abs(wanted).max())


def test_half_a_receptive_field_is_not_enough(monkeypatch) -> None:
    monkeypatch.setattr(Along, "margin", property(lambda along: along.field // 2))
    model, clip = papers(), music(14.0137, RATE)
    song = aj.listen_song(model, clip, 4.0, progress=False)
    feature = responding(song, "conv4")
    wanted = long_projection(model, clip, "conv4", feature, "deconvnet")
    found = song.project("conv4", feature)
    assert np.abs(found.picture - wanted).max() > 0.01 * np.abs(wanted).max()


def test_under_gains_too() -> None:
    model = papers().with_gains({(1, 0): 0.0, (2, 1): 2.0})
    clip = music(14.0137, RATE)
    song = aj.listen_song(model, clip, 4.0, progress=False)
    feature = responding(song, "conv3")
    assert_one_long(song, clip, "conv3", feature, ("deconvnet",))
    plain = aj.listen_song(papers(), clip, 4.0, progress=False).project(3, feature)
    difference = np.abs(song.project(3, feature).picture - plain.picture).max()
    assert difference > 0.01 * np.abs(plain.picture).max()


def untapped(picture: jax.Array) -> jax.Array:
    """Return scores by a head that takes one length; its layers are found."""
    x = jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 4, seed=1)))
    x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (2, 2, 1), (2, 2, 1), "VALID")
    x = jax.nn.relu(convolved(x, draw(3, 3, 4, 5, seed=2)))
    return x.ravel() @ draw(16 * 31 * 5, 2, seed=3)


def test_a_network_of_one_length_goes_by_its_own_windows() -> None:
    model = aj.wrap(untapped, frontend=dataclasses.replace(TINY, duration=1.0))
    assert model.frontend.shape == (33, 63)
    clip = music(9.3, RATE)
    song = aj.listen_song(model, clip, progress=False)
    layer = model.layers[1]

    def headless(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], draw(3, 3, 1, 4, seed=1)))
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (2, 2, 1), (2, 2, 1), "VALID")
        return aj.tap(jax.nn.relu(convolved(x, draw(3, 3, 4, 5, seed=2))), "top").mean((0, 1))

    # The picture has as many columns more as the windows take, of silence.
    samples = np.pad(clip.samples, (0, 4 * 32))
    longer = dataclasses.replace(TINY, duration=len(samples) / RATE)
    whole = aj.listen(aj.wrap(headless, frontend=longer), aj.Clip(samples, RATE))
    feature = responding(song, layer.name)
    for rule in RULES:
        wanted = whole.project("top", feature, rule).picture
        found = song.project(layer, feature, rule).picture
        assert found.shape == (33, 582)
        peak = np.abs(wanted).max()
        inside = found[:, :-10]  # away from the end
        np.testing.assert_allclose(inside, wanted[:, :572], atol=1e-4 * peak)


def test_a_song_of_one_window_is_projected_as_by_listen() -> None:
    for seconds in (0.6, 1.0):
        clip = music(seconds, RATE)
        for make in (papers, papers_by_hand):
            if seconds < 1:
                with pytest.warns(UserWarning, match="padded"):
                    song = aj.listen_song(make(), clip, progress=False)
            else:
                song = aj.listen_song(make(), clip, progress=False)
            feature = responding(song, "conv3")
            found = song.project(3, feature)
            wanted = song.at(0.0).project(3, feature).picture
            columns = found.picture.shape[1]
            assert columns == 1 + len(clip.samples) // 32
            peak = np.abs(wanted).max()
            np.testing.assert_allclose(found.picture, wanted[:, :columns], atol=1e-5 * peak)
            assert len(found.auralise().samples) == len(clip.samples)


def test_pieces_cover_everything_once() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        stride, field = int(rng.integers(1, 9)), int(rng.integers(1, 40))
        along = Along(stride, field)
        assert along.margin % stride == 0
        assert along.field <= along.margin < along.field + stride
        length = 2 * along.margin + stride + int(rng.integers(0, 60))
        total = length + stride * int(rng.integers(0, 30))
        first = int(rng.integers(0, total))
        end = int(rng.integers(first + 1, total + 1))
        done = first
        for start, left, right in Pieces(length, total, along).over(first, end):
            assert start % stride == 0
            assert 0 <= start <= total - length
            assert left == done < right
            assert start == 0 or left - start >= along.margin
            assert start + length == total or start + length - right >= along.margin
            done = right
        assert done == end


# Sound


def test_the_sound_is_as_long_and_as_loud_as_the_song() -> None:
    clip = music(9.3, 4000)
    song = aj.listen_song(papers(), clip, progress=False)
    feature = responding(song, "conv2")
    found = song.auralise(2, feature)
    assert found.sample_rate == RATE
    assert len(found.samples) == len(clip.resample(RATE).samples)
    if not found.limited_db:
        assert found.loudness == pytest.approx(song.loudness, abs=0.05)
    projection = song.project(2, feature)
    assert projection.source.loudness == pytest.approx(song.loudness, abs=1e-6)
    assert np.abs(song.auralise(2, feature, "guided", "mask", "raw").samples).max() > 0
    part = song.auralise(2, feature, start=2.0, end=3.0)
    assert part.duration == pytest.approx(1.0, abs=0.05)
    raw = projection.auralise(loudness="raw").samples
    own = projection.resynthesise().samples
    np.testing.assert_array_equal(raw, own)


def test_a_silent_feature_is_silence_whatever_rounding_leaves() -> None:
    model = papers()
    tensors = dict(model.network.tensors)
    tensors["conv2.bias"] = tensors["conv2.bias"].copy()
    tensors["conv2.bias"][1] = -1e3
    silenced = dataclasses.replace(model, network=model.network.replaced(tensors))
    song = aj.listen_song(silenced, music(5.0, RATE), progress=False)
    found = song.project(2, 1)
    assert found.silent
    assert not found.auralise().samples.any()
    assert "silent" in found.auralise().note
    assert not song.project(2, responding(song, "conv2")).silent


def test_what_sounds_between_windows_is_not_silent() -> None:
    model = papers()
    samples = np.zeros(9 * RATE, np.float32)
    samples[4 * RATE : 5 * RATE] = music(1.0, RATE).samples
    clip = aj.Clip(samples, RATE)
    everywhere = aj.listen_song(model, clip, 0.1, progress=False)
    silence = aj.listen_song(model, aj.Clip(0 * samples, RATE), 1.0, progress=False)
    new = everywhere.activity(2).max(axis=0) * ~silence.activity(2).any(axis=0)
    feature = int(new.argmax())
    song = aj.listen_song(model, clip, 8.0, progress=False)
    assert not song.activity(2)[:, feature].any()
    found, wanted = (one.project(2, feature) for one in (song, everywhere))
    assert not wanted.silent
    assert not found.silent
    np.testing.assert_array_equal(found.picture, wanted.picture)
    assert song.project(2, feature, start=7.0).silent


def test_it_plots_over_the_songs_seconds() -> None:
    song = aj.listen_song(papers(), music(9.0, RATE), progress=False)
    axes = song.project(2, responding(song, "conv2"), start=4.0, end=5.0).plot()
    left, right, *_ = axes.images[0].get_extent()
    assert left == pytest.approx(4.0, abs=0.02)
    assert right == pytest.approx(5.0, abs=0.04)
    raw = aj.listen_song(waves(), music(3.0, RATE), progress=False)
    line = raw.project(1, responding(raw, "wave1"), start=1.0).plot().lines[0]
    assert line.get_xdata()[[0, -1]] == pytest.approx([1.0, 3.0], abs=0.01)


def test_one_compilation_serves_all_pieces_and_features(compiled: Callable[[], int]) -> None:
    song = aj.listen_song(papers(), music(14.0, RATE), progress=False)
    pieces: list[int] = []
    song.project(3, 0, each=lambda _done, _total: pieces.append(compiled()))
    assert len(pieces) > 2
    assert pieces[-1] == pieces[0]
    before = compiled()
    song.project(3, 1).auralise(loudness="raw")
    sounding = compiled()
    song.project(3, 2, start=3.0, end=7.5).auralise(loudness="raw")
    song.project(3, 3)
    assert compiled() == sounding
    assert sounding - before < 10  # of the sound


@pytest.mark.parametrize("make", [papers, waves])
def test_it_is_drawn_above_the_song(make: Callable[[], aj.Model]) -> None:
    song = aj.listen_song(make(), music(3.0, RATE), progress=False)
    figure = heard_figure(song.project(1, responding(song, song.model.layers[0].name)))
    assert len(figure.axes) == 3
    source, feature = (axes.images[0].get_array() for axes in figure.axes[:2])
    assert source.shape == feature.shape
    assert source.max() == pytest.approx(0.0, abs=1e-3)


def test_the_picture_is_made_once(monkeypatch) -> None:
    song = aj.listen_song(papers(), music(9.0, RATE), progress=False)
    made = []
    picture = song_projection.Stretch.picture
    monkeypatch.setattr(
        song_projection.Stretch, "picture", lambda one: made.append(one) or picture(one)
    )
    for layer in (1, 2, 3):
        song.project(layer, 0)
    song.edited([(1, 0)], progress=False).project(2, 1)
    assert len(made) == 1


# What is refused


def test_what_has_no_place_in_time() -> None:
    song = aj.listen_song(flat(), music(3.0, RATE), progress=False)
    assert song.activity("whole").shape == (len(song.times), 2)
    with pytest.raises(ValueError, match=r"layer whole cannot be projected .* the whole picture"):
        song.project("whole", 0)


def test_a_normalisation_by_the_whole_picture() -> None:
    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved((picture - picture.mean())[..., None], draw(3, 3, 1, 4, seed=1)))
        return aj.tap(x, "own").mean((0, 1))

    song = aj.listen_song(aj.wrap(network, frontend=TINY), music(3.0, RATE), progress=False)
    with pytest.raises(ValueError, match=r"a normalisation by the whole picture.*song\.at"):
        song.project("own", 0)


def test_what_has_no_backward_rule_is_refused_before_any_work(monkeypatch) -> None:
    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.sigmoid(convolved(picture[..., None], draw(3, 3, 1, 4, seed=1)))
        return aj.tap(x, "own").mean((0, 1))

    song = aj.listen_song(aj.wrap(network, frontend=TINY), music(3.0, RATE), progress=False)
    monkeypatch.setattr(song._recording, "blocks", None)
    with pytest.raises(aj.UnsupportedOperation, match=r"sigmoid|logistic"):
        song.project("own", 0)


def test_a_front_end_without_a_picture_of_the_song() -> None:
    def network(picture: jax.Array) -> jax.Array:
        return aj.tap(jax.nn.relu(picture[..., None] * jnp.ones(2)[None, None]), "own").mean((0, 1))

    each = LogMel(RATE, 64, 32, 12, duration=0.4, normalise="picture")
    for frontend, said in ((each, "scales each picture by itself"), (MelDecibels(), "frames are")):
        model = aj.wrap(network, frontend=frontend)
        song = aj.listen_song(model, music(3.0, RATE), progress=False)
        assert len(song.activity(1)) == len(song.times)
        with pytest.raises(ValueError, match=said):
            song.project(1, 0)


def test_windows_that_are_too_short_to_be_put_together() -> None:
    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolved(picture[..., None], draw(3, 15, 1, 4, seed=1)))
        return x.ravel() @ draw(33 * 24 * 4, 2, seed=3)

    model = aj.wrap(network, frontend=TINY)
    song = aj.listen_song(model, music(3.0, RATE), progress=False)
    with pytest.raises(ValueError, match=r"one length only .*pictures of 0\.384 s are too short"):
        song.project(1, 0)


def test_hours_are_refused_before_any_work(monkeypatch) -> None:
    song = aj.listen_song(papers(), music(3.0, RATE), progress=False)
    monkeypatch.setattr(song._recording, "blocks", None)
    monkeypatch.setenv("AURALISE_MAX_GB", "1e-4")
    with pytest.raises(ValueError, match=r"3 s of a song .* a part of at most \d+ s \(start="):
        song.project(1, 0)


def test_numbers_that_are_wrong() -> None:
    song = aj.listen_song(papers(), music(3.0, RATE), progress=False)
    for start, end in ((-1.0, None), (3.0, None), (float("nan"), None)):
        with pytest.raises(ValueError, match=r"^start must be at least 0 s and less than 3\.000"):
            song.project(1, 0, start=start, end=end)
    for end in (1.0, 0.5, float("nan")):
        with pytest.raises(ValueError, match=r"^end must be more than start, 1 s"):
            song.project(1, 0, start=1.0, end=end)
    with pytest.raises(ValueError, match="rule must be one of"):
        song.project(1, 0, "guess")
    with pytest.raises(ValueError, match="feature must be 0 to 3"):
        song.project(1, 4)
    assert song.project(1, 0, end=99.0).picture.shape == song.project(1, 0).picture.shape


def test_an_exception_between_pieces_ends_the_work() -> None:
    song = aj.listen_song(papers(), make_noise(9.0), progress=False)

    def each(done: int, total: int) -> None:
        assert (done, total > 1) == (1, True)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        song.project(1, 0, each=each)
