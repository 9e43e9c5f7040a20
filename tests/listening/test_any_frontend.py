"""Listening through a front end whose rows are no bins and whose silence is no zero."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from front_ends import MelDecibels
from making import make_noise

import auralise_jax as aj
from auralise_jax.listening.figure import heard_figure
from auralise_jax.network.traced import TracedNetwork

MEL = MelDecibels()
KERNEL = np.random.default_rng(4).normal(0, 1, (3, 2, 1, 3)).astype(np.float32)


def maps(picture: jax.Array) -> jax.Array:
    """Return the maps of a single layer, one row of them for two rows of the picture."""
    found = jax.lax.conv_general_dilated(
        (picture / 80 + 1)[None, ..., None],
        KERNEL,
        (2, 1),
        "SAME",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    return jax.nn.relu(found[0])


def scores(picture: jax.Array) -> jax.Array:
    return aj.tap(maps(picture), "edges").mean((0, 1))


@pytest.fixture(scope="module")
def heard() -> aj.Listening:
    """A mel model has heard noise that ends before its window does."""
    network = TracedNetwork(scores, np.zeros(MEL.shape, np.float32))
    model = aj.Model(network, MEL, ("a", "b", "c"), name="mel")
    with pytest.warns(UserWarning, match=r"padded with 0\.02 s of silence to the model's 0\.1 s"):
        return aj.listen(model, make_noise(0.08, 8000))


def test_picture_and_classes(heard: aj.Listening) -> None:
    samples = np.pad(make_noise(0.08, 8000).samples, (0, 160))
    picture = np.asarray(MEL.picture(samples))
    assert heard.picture.shape == MEL.shape
    np.testing.assert_array_equal(heard.picture, picture)
    odds = jax.nn.softmax(maps(picture).mean((0, 1)))
    np.testing.assert_allclose(list(heard.predict().values()), odds, rtol=1e-5)
    assert heard.model.predict(heard.clip) == pytest.approx(heard.predict())
    magnitude = np.abs(np.asarray(MEL.analyse(samples).stft))[:, :-1]
    np.testing.assert_array_equal(heard.source_magnitude, magnitude)


def test_a_projection_is_the_vector_jacobian_product(heard: aj.Listening) -> None:
    _, back = jax.vjp(maps, heard.picture)
    whole = np.asarray(maps(jnp.asarray(heard.picture)))
    for feature in range(3):
        cotangent = np.zeros_like(whole)
        cotangent[..., feature] = whole[..., feature]
        wanted = np.asarray(back(cotangent)[0])
        found = heard.project("edges", feature, "gradient").picture
        np.testing.assert_allclose(found, wanted, atol=1e-5 * np.abs(wanted).max())


def test_its_sound_is_the_sources_at_the_rows_of_the_projection(heard: aj.Listening) -> None:
    shot = heard.project("edges", 1)
    made = shot.resynthesise()
    share = np.maximum(shot.picture, 0) / shot.picture.max()
    wanted = MEL.to_magnitude(-80 + share * (heard.picture.max() + 80), shot.source.spectrum)
    largest = float(wanted.max())
    np.testing.assert_allclose(made.magnitude, wanted[:, :-1], atol=1e-5 * largest)
    sound = shot.auralise()
    assert (len(sound.samples), sound.sample_rate) == (640, 8000)
    assert not sound.silent
    assert sound.peak > 0
    mask = shot.resynthesise("mask").magnitude
    factors = np.asarray(MEL.spread(shot.picture, shot.source.spectrum))[:, :-1]
    np.testing.assert_allclose(mask, np.abs(factors) * heard.source_magnitude, rtol=1e-5)


def test_a_silent_feature_gives_silence(heard: aj.Listening) -> None:
    shot = dataclasses.replace(heard.project(1, 0), picture=np.zeros(MEL.shape, np.float32))
    assert shot.silent
    assert not shot.auralise().samples.any()
    assert not shot.resynthesise().magnitude.any()


def test_rows_are_drawn_where_they_are(heard: aj.Listening) -> None:
    shot = heard.project(1, 2)
    axes = shot.plot()
    left, right, bottom, top = axes.images[0].get_extent()
    assert (left, right) == pytest.approx((0, MEL.shape[1] * 16 / 8000))
    assert (bottom, top) == (0, 12)  # equally high, whatever they span
    for tick, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        hz = 1000 * float(label.get_text())
        assert np.interp(tick - 0.5, np.arange(12), MEL.axes.hz) == pytest.approx(hz)
    # Figures of both sounds show the STFT, from 0 Hz to half the rate.
    source, feature, _ = heard_figure(shot).axes
    for one in (source, feature):
        assert one.images[0].get_extent()[2:] == [0, 4]
    shown = np.asarray(source.images[0].get_array())
    whole = heard.source_magnitude
    wanted = 20 * np.log10(np.maximum(whole / whole.max(), 1e-4))
    np.testing.assert_allclose(shown, wanted, atol=1e-4)


def test_a_panel_shows_what_is_inverted_to_sound(heard: aj.Listening) -> None:
    with aj.explore(heard.model, heard.clip, feature=1) as panel:
        assert panel.facts["bins"] == len(MEL.bins.hz)
        magnitude = panel.shot.resynthesise().magnitude
        assert len(magnitude) == panel.facts["bins"]
