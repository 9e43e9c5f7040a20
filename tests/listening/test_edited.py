"""Listening under edits: muting, gains, predictions, and what is not legal."""

import jax
import numpy as np
import pytest
from making import make_model, make_noise
from wrapped import small_function, small_weights

import auralise_jax as aj
from auralise_jax.audio.removal import Removed, take_out
from auralise_jax.network.edited import EditedNetwork, with_gains
from auralise_jax.network.edits import edits_for


@pytest.fixture(scope="module")
def wrapped() -> aj.Model:
    """BatchNorm follows the second layer's ReLU."""
    front = aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.37)
    weights = small_weights()
    return aj.wrap(small_function, params=weights, frontend=front, classes=("a", "b", "c"))


@pytest.fixture(params=["the paper's CNN", "wrapped"])
def heard(request: pytest.FixtureRequest, tiny_model: aj.Model, wrapped: aj.Model) -> aj.Listening:
    model = wrapped if request.param == "wrapped" else tiny_model
    return aj.listen(model, make_noise(0.37))


def test_a_muted_listening(heard: aj.Listening) -> None:
    muted = heard.edited(mute=[(1, 2)], gains={("conv2", 1): 0.5})
    assert dict(muted.gains) == {("conv1", 2): 0.0, ("conv2", 1): 0.5}
    assert dict(heard.gains) == {}
    assert muted.picture is heard.picture
    assert muted.clip is heard.clip
    network = heard.model.network
    state = network.forward(jax.device_put(heard.picture), edits_for(network, muted.gains))
    for layer in heard.model.layers:
        np.testing.assert_array_equal(
            muted.activations(layer), network.activations(state, layer.name)
        )
    np.testing.assert_array_equal(muted.activations(1), heard.activations(1))
    assert not np.array_equal(muted.activations(2), heard.activations(2))
    # The muted feature is seen and heard as before; what lies above is not.
    same, other = (
        [one.project(*which).picture for one in (muted, heard)] for which in ((1, 2), (2, 1))
    )
    np.testing.assert_array_equal(*same)
    assert not np.array_equal(*other)
    assert muted.project(2, 1).auralise().duration == heard.clip.duration
    assert muted.predict() == heard.predict(mute=[(1, 2)], gains={(2, 1): 0.5}) != heard.predict()


def test_edits_replace_those_that_were_there(heard: aj.Listening) -> None:
    muted = heard.edited(mute=[(1, 2)])
    assert dict(muted.edited(mute=[(1, 3)]).gains) == {("conv1", 3): 0.0}
    again = muted.edited()
    assert dict(again.gains) == {}
    assert again.model.network is heard.model.network
    assert again.predict() == heard.predict() == muted.predict(mute=[])
    assert muted.predict() == muted.predict(mute=[(1, 2)]) == muted.predict(gains={(1, 2): 0})
    assert muted.predict(mute=[(1, 3)]) == heard.predict(mute=[(1, 3)])


def test_muting_a_feature_twice_is_muting_it(heard: aj.Listening) -> None:
    twice = heard.edited(mute=[(1, 2), ("conv1", 2), (heard.model.layers[0], 2)])
    assert dict(twice.gains) == {("conv1", 2): 0.0}
    assert twice.predict() == heard.predict(mute=((1, 2),), gains={(1, 2): 0.0})


def test_whole_layers_and_all_of_them(heard: aj.Listening) -> None:
    """Nothing that the network hears comes through, so the prediction is that of any sound."""
    layers = heard.model.layers
    every = [(layer, k) for layer in layers for k in range(layer.features)]
    other = aj.listen(heard.model, make_noise(0.37, seed=1))
    for mute in (every, [(1, k) for k in range(layers[0].features)]):
        assert heard.predict(mute=mute) == other.predict(mute=mute)
        muted = heard.edited(mute=mute)
        shot = muted.project(2, 1)
        assert shot.silent
        assert not np.any(shot.auralise().samples)
        assert not all(shot.silent for shot in muted.projections(1))


def test_muting_above_the_shown_layer_leaves_its_projection(heard: aj.Listening) -> None:
    muted = heard.edited(mute=[(2, 0), (2, 1)])
    for layer, feature in ((1, 0), (2, 0), (2, 2)):
        np.testing.assert_array_equal(
            muted.project(layer, feature).picture, heard.project(layer, feature).picture
        )


def test_gains_of_a_model(tiny_model: aj.Model) -> None:
    one = tiny_model.with_gains({(2, 1): 0.5, ("conv1", 2): 0})
    assert list(one.gains.items()) == [(("conv1", 2), 0.0), (("conv2", 1), 0.5)]
    two = one.with_gains({(2, 1): 2, (3, 0): np.float32(1.5), (1, 2): 1})
    assert dict(two.gains) == {("conv2", 1): 2.0, ("conv3", 0): 1.5}
    none = two.with_gains(dict.fromkeys(two.gains, 1))
    assert none.gains == {}
    assert none.network is tiny_model.network
    assert aj.random_model(two, seed=1).gains == two.gains
    assert "gains of 2 features" in repr(two.network)
    clip = make_noise(0.5)
    assert one.predict(clip) == one.with_gains({}).predict(clip) != tiny_model.predict(clip)


def test_an_edited_network_answers_as_the_network_does(tiny_model: aj.Model) -> None:
    network = tiny_model.network
    edited = with_gains(network, {(1, 2): 0.0})
    assert isinstance(edited, EditedNetwork)
    assert edited.layers == network.layers
    assert edited.sizes((33, 24)) == network.sizes((33, 24))
    assert edited.cost() == network.cost()
    assert edited.operations("conv1") == network.operations("conv1")
    np.testing.assert_array_equal(edited.kernel("conv1"), network.kernel("conv1"))
    muted = tiny_model.with_gains({(1, 2): 0})
    assert str(muted) == str(tiny_model).replace("3 classes", "3 classes, gains of 1 feature")
    assert repr(muted) == "<Model 'tiny': conv1:4 conv2:5 conv3:6; a, b, c; gains of 1 feature>"
    passed = jax.jit(lambda network, picture: network.forward(picture))
    picture = jax.device_put(np.ones((33, 24), np.float32))
    for one, two in zip(passed(edited, picture), edited.forward(picture), strict=True):
        np.testing.assert_allclose(one.maps, two.maps, atol=1e-6)


def test_gains_outlive_what_jax_does_to_a_pytree(tiny_model: aj.Model) -> None:
    edited = with_gains(tiny_model.network, {(1, 2): 0.0, (2, 1): 1.5})
    again = jax.tree.map(lambda leaf: leaf, edited)
    assert again.gains == edited.gains
    assert repr(again) == repr(edited)
    more = with_gains(again, {(1, 2): 1})
    assert isinstance(more, EditedNetwork)
    assert more.gains == {("conv2", 1): 1.5}
    traced: list[str] = []
    jax.jit(lambda network: traced.append(repr(network)))(edited)
    assert len(traced) == 1


def test_what_muted_models_cannot_be(tiny_model: aj.Model, wrapped: aj.Model, tmp_path) -> None:
    for model in (tiny_model, wrapped):
        muted = model.with_gains({(1, 2): 0})
        with pytest.raises(
            ValueError, match=r"model.with_gains\(dict.fromkeys\(model.gains, 1\)\)"
        ):
            aj.save_model(muted, tmp_path / "a.safetensors")
        plain = muted.with_gains(dict.fromkeys(muted.gains, 1))
        path = aj.save_model(plain, tmp_path / "a.safetensors")
        read, clip = aj.load_model(path).with_gains(muted.gains), make_noise(0.37)
        for name, odds in read.predict(clip).items():
            assert odds == pytest.approx(muted.predict(clip)[name], abs=1e-5)


BAD = {
    "below 0": ({(1, 2): -0.1}, r"gain of feature 1-2 must be from 0 \(muted\) to 2, not -0.1"),
    "above 2": ({(1, 2): 2.01}, r"must be from 0 .* not 2.01"),
    "NaN": ({(1, 2): float("nan")}, "must be from 0 .* not nan"),
    "infinite": ({(1, 2): float("inf")}, "must be from 0 .* not inf"),
    "bool": ({(1, 2): True}, "must be a number from 0 to 2, not True"),
    "text": ({(1, 2): "0"}, "must be a number from 0 to 2, not '0'"),
    "complex": ({(1, 2): np.complex64(1)}, "must be a number from 0 to 2"),
    "no layer": ({(9, 2): 0}, "layer must be 1 to"),
    "no name": ({("dense", 2): 0}, "layer must be 1 to .*, not 'dense'"),
    "no feature": ({(1, 99): 0}, "feature must be 0 to .* not 99"),
    "no number": ({(1, True): 0}, "feature must be 0 to .* not True"),
    "no pair": ({3: 0}, r"given as its layer and its number, such as \(3, 20\), not 3"),
    "no dict": ([(1, 2)], r"gains must be a dict such as \{\(3, 20\): 0.5\}, not \[\(1, 2\)\]"),
}


@pytest.mark.parametrize("name", BAD)
def test_gains_that_will_not_do(tiny_model: aj.Model, tiny_heard: aj.Listening, name: str) -> None:
    gains, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        tiny_model.with_gains(gains)
    with pytest.raises(ValueError, match=message):
        tiny_heard.predict(gains=gains)


def test_features_to_mute_that_will_not_do(tiny_heard: aj.Listening) -> None:
    with pytest.raises(ValueError, match=r"list of features such as \[\(3, 20\)\], not \(3, 20\)"):
        tiny_heard.edited(mute=(3, 20))
    with pytest.raises(ValueError, match=r"such as \(3, 20\), not 20"):
        tiny_heard.edited(mute=((1, 0), 20))
    with pytest.raises(ValueError, match=r"mute must be a list of features such as \[\(3, 20\)\]"):
        tiny_heard.edited(mute=3)
    with pytest.raises(ValueError, match="feature must be 0 to 3 in layer conv1"):
        tiny_heard.edited(mute=[(1, -1)])
    with pytest.raises(ValueError, match="feature 1-2 is muted and has a gain of 2 as well"):
        tiny_heard.predict(mute=[("conv1", 2)], gains={(1, 2): 2.0})


def test_a_model_without_classes() -> None:
    heard = aj.listen(make_model(dense=()), make_noise(0.37))
    with pytest.raises(ValueError, match="gives no scores, so it knows no classes"):
        heard.predict(mute=[(1, 2)])
    muted = heard.edited(mute=[(1, k) for k in range(4)])
    assert not np.array_equal(muted.activations(2), heard.activations(2))
    assert muted.project(2, 1).silent


def test_numbers_that_are_too_large_under_gains_name_the_place() -> None:
    model = make_model(dense=())
    heard = aj.listen(model, make_noise(0.37))
    peak = float(heard.activations(3).max())
    scale = np.float32(1e38 / peak) ** np.float32(1 / 3)  # so that layer 3 just fits float32
    tensors = {
        name: one * (scale if "kernel" in name else scale ** int(name[4]))
        for name, one in model.network.tensors.items()
    }
    near = aj.listen(aj.Model(model.network.replaced(tensors), model.frontend), make_noise(0.37))
    with pytest.raises(ValueError, match=r"in layer 3: its weights or .* or the gains of its feat"):
        near.edited(gains={(n, k): 2.0 for n in (1, 2) for k in range(4)})


FRONT_ENDS = {
    "STFT": aj.Frontend(sample_rate=2000, n_fft=64, hop_length=32, duration=0.5),
    "log-mel": aj.LogMel(sample_rate=2000, n_fft=64, hop_length=32, n_mels=12, duration=0.5),
    "raw": aj.Raw(sample_rate=2000, duration=0.5),
}


@pytest.fixture(scope="module", params=FRONT_ENDS)
def any_model(request: pytest.FixtureRequest) -> aj.Model:
    """A network of one layer, for pictures of any front end."""
    front = FRONT_ENDS[request.param]
    rise = np.array([1.0, -1.0], np.float32)

    def network(picture: jax.Array) -> jax.Array:
        x = jax.nn.relu((picture[..., 1:] - picture[..., :-1])[..., None] * rise)
        return aj.tap(x, "edges").mean(tuple(range(x.ndim - 1)))

    return aj.wrap(network, frontend=front, classes=("rise", "fall"))


def test_a_part_of_the_sound_taken_out(any_model: aj.Model) -> None:
    heard = aj.listen(any_model, make_noise(0.5))
    assert heard.removed == ()
    bandless = heard.without(band=(200, 600))
    twice = bandless.without(stretch=(0.1, 0.2))
    assert twice.removed == (Removed((200.0, 600.0), None), Removed(None, (0.1, 0.2)))
    assert bandless.removed == twice.removed[:1]
    wanted = take_out(take_out(heard.clip.samples, 2000, (200, 600)), 2000, stretch=(0.1, 0.2))
    np.testing.assert_array_equal(twice.clip.samples, wanted)
    again = aj.listen(any_model, aj.Clip(wanted, 2000))
    np.testing.assert_array_equal(twice.picture, again.picture)
    np.testing.assert_array_equal(twice.activations(1), again.activations(1))
    assert twice.predict() == again.predict() != heard.predict()
    same, too = (one.project(1, 0).auralise().samples for one in (twice, again))
    np.testing.assert_array_equal(same, too)
    muted = twice.edited(mute=[(1, 0)])
    assert muted.removed == twice.removed
    assert muted.without(band=(0, 100)).gains == muted.gains
    assert heard.removed == ()
    np.testing.assert_array_equal(heard.clip.samples, make_noise(0.5).samples)


def test_silence_is_heard_like_any_sound(any_model: aj.Model, tiny_heard: aj.Listening) -> None:
    for heard in (aj.listen(any_model, make_noise(0.5)), tiny_heard):
        for part in ({"band": (0, 1000)}, {"stretch": (0, heard.model.seconds)}):
            silent = heard.without(**part)
            assert not silent.clip.samples.any()
            assert np.isfinite(list(silent.predict().values())).all()
            sound = silent.project(1, 0).auralise()
            assert not sound.samples.any()
            assert np.isfinite(silent.edited(mute=[(1, 0)]).activations(1)).all()


def test_a_stretch_may_reach_into_the_padding(tiny_model: aj.Model) -> None:
    with pytest.warns(UserWarning, match="padded"):
        heard = aj.listen(tiny_model, make_noise(0.2))
    assert heard.padded > 0.1
    left = heard.without(stretch=(0.1, 0.37))
    assert not left.clip.samples[round(0.11 * 2000) :].any()
    assert left.padded == heard.padded
    with pytest.raises(ValueError, match=r"by 0.2 s, not be 0.1 to 0.38 s"):
        heard.without(stretch=(0.1, 0.38))
    with pytest.raises(ValueError, match=r"by 0.2 s, not be 0.3 to 0.35 s"):  # in silence
        heard.without(stretch=(0.3, 0.35))
    with pytest.raises(ValueError, match=r"band must begin at 0 Hz or later, .* by 1000 Hz"):
        heard.without(band=(800, 200))
    with pytest.raises(ValueError, match="name a band"):
        heard.without()
