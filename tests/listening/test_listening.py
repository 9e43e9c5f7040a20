"""Listening: one forward pass, legal and illegal questions, and no compilation on a slider move."""

import dataclasses
import itertools
import warnings
from collections.abc import Callable

import jax
import numpy as np
import oracle
import pytest
from making import make_model, make_noise, stack_model, with_tensors

import auralise_jax as aj
from auralise_jax.listening import projecting
from auralise_jax.network.rules import RULES


def test_the_picture_is_librosas_stft_of_the_resampled_window() -> None:
    librosa = pytest.importorskip("librosa")
    model = make_model()
    clip = make_noise(2.0)
    heard = aj.listen(model, clip, start=0.5)
    window = clip.samples[1000 : 1000 + 740]
    wanted = np.abs(librosa.stft(window, n_fft=64, hop_length=32, pad_mode="reflect"))
    np.testing.assert_allclose(heard.picture, wanted, atol=1e-5 * wanted.max())
    assert heard.padded == 0
    assert heard.start == 0.5


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("position", ["all", "strongest"])
def test_projections_are_the_oracles(tiny_model, tiny_heard, rule: str, position: str) -> None:
    kernels = [np.asarray(k) for k in tiny_model.network.kernels]
    biases = [np.asarray(b) for b in tiny_model.network.biases]
    for layer in (1, 2, 3):
        whole = tiny_heard.project_layer(layer, rule, position)
        for feature in (0, 3):
            wanted = oracle.project(
                tiny_heard.picture, kernels, biases, layer, feature, rule, position
            )
            one = tiny_heard.project(f"conv{layer}", feature, rule, position).picture
            # float32 against float64.
            np.testing.assert_allclose(one, wanted, atol=2e-5 * max(np.abs(wanted).max(), 1e-3))
            np.testing.assert_array_equal(whole[feature], one)


def test_activations_are_the_oracles_maps(tiny_model, tiny_heard) -> None:
    kernels = [np.asarray(k) for k in tiny_model.network.kernels]
    biases = [np.asarray(b) for b in tiny_model.network.biases]
    blocks = oracle.forward(tiny_heard.picture, kernels, biases)
    for layer, block in enumerate(blocks, start=1):
        np.testing.assert_allclose(tiny_heard.activations(layer), block.pooled, atol=1e-4)


def test_types_and_shapes_are_the_contracts(genre_heard) -> None:
    shot = genre_heard.project(3, 7)
    assert shot.picture.shape == (257, 173)
    assert shot.picture.dtype == np.float32
    assert genre_heard.activations("conv5").shape == (8, 5, 64)
    assert genre_heard.clip.sample_rate == 11025
    assert len(shot.auralise().samples) == 44100
    assert set(genre_heard.predict()) == {"ballad", "dance", "hip-hop"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 0), r"layer must be 1 to 3, or one of conv1, conv2, conv3, not 0"),
        ((4, 0), r"layer must be 1 to 3"),
        (("conv9", 0), r"layer must be 1 to 3, or one of conv1, conv2, conv3, not 'conv9'"),
        ((2, 5), r"feature must be 0 to 4 in layer conv2, which has 5 features, not 5"),
        ((2, -1), r"feature must be 0 to 4"),
        ((1, 0, "deconv"), r"rule must be one of deconvnet, gradient, guided, not 'deconv'"),
        (
            (1, 0, "guided", "max"),
            r"position must be .*strongest, a cell of a map of 16 x 12 .*, not 'max'",
        ),
    ],
)
def test_what_is_not_legal_is_said_with_what_is(tiny_heard, arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tiny_heard.project(*arguments)


@pytest.mark.parametrize("wrong", [1.5, None, [1], True])
def test_a_layer_or_feature_of_the_wrong_kind_is_refused(tiny_heard, wrong) -> None:
    with pytest.raises(ValueError, match="layer must be 1 to 3"):
        tiny_heard.project(wrong, 0)
    with pytest.raises(ValueError, match="feature must be 0 to 3"):
        tiny_heard.project(1, wrong)


@pytest.mark.parametrize("start", [-0.1, 1.0, 7.0, float("nan")])
def test_a_start_outside_of_the_clip_is_refused(tiny_model, start: float) -> None:
    with pytest.raises(ValueError, match=r"start must be at least 0 s and less than 1\.000 s"):
        aj.listen(tiny_model, make_noise(1.0), start)


def test_a_short_clip_is_padded_and_that_is_said(tiny_model) -> None:
    clip = make_noise(0.2)
    with pytest.warns(UserWarning, match=r"has 0\.20 s .* padded with 0\.17 s of silence"):
        heard = aj.listen(tiny_model, clip)
    assert heard.padded == pytest.approx(0.17)
    assert heard.picture.shape == tiny_model.frontend.shape
    assert len(heard.project(1, 0).auralise().samples) == len(clip.samples)


def test_a_clip_of_one_sample_can_be_heard(tiny_model) -> None:
    with pytest.warns(UserWarning, match="padded"):
        heard = aj.listen(tiny_model, aj.Clip(np.array([0.5]), 2000))
    assert len(heard.project(2, 1).auralise().samples) == 1


def test_a_clip_as_long_as_the_window_says_nothing(tiny_model) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for rate in (2000, 3000, 7350, 44100):  # resampling may round to a sample less or more
            heard = aj.listen(tiny_model, make_noise(0.37, rate))
            assert abs(len(heard.clip.samples) - 740) <= 2


def test_results_do_not_depend_on_what_was_asked_before(tiny_model) -> None:
    clip = make_noise(0.37, seed=3)
    fresh = aj.listen(tiny_model, clip).project(2, 3, "guided").auralise().samples
    used = aj.listen(tiny_model, clip)
    for rule in RULES:
        used.project_layer(3, rule, "strongest")
        used.project(1, 1, rule).auralise("mask", "raw")
    np.testing.assert_array_equal(used.project(2, 3, "guided").auralise().samples, fresh)


def test_a_slider_move_never_compiles(compiled) -> None:
    model = make_model(features=(3, 7, 2))
    heard = aj.listen(model, make_noise(0.37, seed=6))
    for layer in (1, 2, 3):
        heard.project(layer, 0).auralise()
    assert compiled(), "the counter counts nothing"
    before = compiled()
    for layer in (1, 2, 3):
        for feature in range(model.network.architecture.features[layer - 1]):
            heard.project(layer, feature).auralise()
    assert compiled() == before
    # Another clip and other weights of the same shape compile nothing either.
    again = aj.listen(aj.random_model(model), make_noise(0.37, seed=7))
    before = compiled()
    for layer in (1, 2, 3):
        again.project(layer, 1).auralise()
    assert compiled() == before


def test_a_model_without_head_can_be_listened_to(tiny_model) -> None:
    tensors = {k: v for k, v in tiny_model.network.tensors.items() if k.startswith("conv")}
    headless = stack_model(
        tensors, aj.Architecture(features=(4, 5, 6), dense=()), tiny_model.frontend
    )
    heard = aj.listen(headless, make_noise(0.37))
    assert heard.project(3, 2).auralise().duration == pytest.approx(0.37)
    with pytest.raises(ValueError, match="gives no scores"):
        heard.predict()


@pytest.mark.parametrize("position", ["all", "strongest"])
def test_several_features_at_once_are_the_same_as_one_by_one(
    tiny_heard, monkeypatch, position: str
) -> None:
    one_by_one = tiny_heard.project_layer(3, "guided", position)
    monkeypatch.setattr(projecting, "on_cpu", lambda _: False)
    monkeypatch.setattr(projecting, "TOGETHER", 3)
    done = []
    projections = tiny_heard.projections(3, "guided", position, each=lambda: done.append(1))
    assert len(done) == len(projections) == len(one_by_one)
    together = np.stack([one.picture for one in projections])
    # Sums in another order, in float32.
    np.testing.assert_allclose(together, one_by_one, atol=1e-6 * np.abs(one_by_one).max())


def test_a_window_is_transformed_once(
    tiny_model: aj.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    whole = aj.Frontend.stft

    def stft(frontend: aj.Frontend, samples: np.ndarray, **how: int) -> jax.Array:
        calls.append(len(samples))
        return whole(frontend, samples, **how)

    monkeypatch.setattr(aj.Frontend, "stft", stft)
    aj.listen(tiny_model, make_noise(0.37)).project(1, 0).auralise()
    assert calls == [tiny_model.frontend.samples]


def test_a_feature_that_sounds_is_told_without_its_layer(
    tiny_model: aj.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    every = projecting.Projector.every

    def counted(self, layer, rule, position, each=lambda: None):
        asked.append(str(layer))
        return every(self, layer, rule, position, each)

    monkeypatch.setattr(projecting.Projector, "every", counted)
    heard = aj.listen(tiny_model, make_noise(0.37, seed=9))
    for layer, rule, position in itertools.product((1, 2, 3), RULES, ("all", "strongest", (0, 0))):
        for feature in range(tiny_model.layer(layer).features):
            shot = heard.project(layer, feature, rule, position)
            assert shot.silent == (not shot.picture.any())
    assert not asked
    # One that no bound decides on: the layer is projected, once.
    faint = [dataclasses.replace(shot, picture=shot.picture * share) for share in (1e-8, 1e-9)]
    assert [one.silent for one in faint] == [True, True]
    assert asked == ["conv3"]


def test_a_rule_of_ones_own_may_make_more_of_what_comes_back(tiny_heard: aj.Listening) -> None:
    """No bound holds for it, so the layer's largest peak decides."""
    louder = aj.Rule("louder", lambda _, g: 1e9 * g)
    peaks = np.abs(tiny_heard.project_layer(3, louder)).max(axis=(1, 2))
    for feature, peak in enumerate(peaks):
        shot = tiny_heard.project(3, feature, louder)
        assert shot.silent == (peak < 1e-6 * peaks.max() or peak == 0)
        small = dataclasses.replace(shot, picture=shot.picture * np.float32(1e-8))
        assert small.silent


def test_layers_share_what_is_compiled(compiled: Callable[[], int]) -> None:
    heard = aj.listen(make_model(features=(3, 8, 2)), make_noise(0.37))
    heard.project(3, 0)
    for layer in (2, 1):  # the blocks below it are compiled already
        before = compiled()
        heard.project(layer, 0)
        assert compiled() == before + 1


def test_a_feature_that_nothing_excites_is_not_projected_with_its_layer(
    tiny_model: aj.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    bias = tiny_model.network.tensors["conv2.bias"].copy()
    bias[[0, 3]] = -1e6
    dead = with_tensors(tiny_model, {**tiny_model.network.tensors, "conv2.bias": bias})
    heard, asked, done = aj.listen(dead, make_noise(0.37)), [], []
    wanted = [heard.project(2, k, "gradient").picture for k in range(5)]
    project = aj.Stack.project

    def counted(self, state, layer, seed, rule):
        asked.append(int(seed.index))
        return project(self, state, layer, seed, rule)

    monkeypatch.setattr(aj.Stack, "project", counted)
    found = heard.projections(2, "gradient", each=lambda: done.append(1))
    assert sorted(asked) == [0, 1, 2, 4]  # the first, whatever it does
    assert len(done) == 5
    np.testing.assert_array_equal([one.picture for one in found], wanted)
    assert [one.silent for one in found] == [True, False, False, True, False]
