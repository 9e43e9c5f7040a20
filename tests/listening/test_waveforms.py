"""Listening by a network that sees samples: its projections are waveforms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from networks import draw

import auralise_jax as aj
from auralise_jax.audio.loudness import integrated
from auralise_jax.insight.fields import fields
from auralise_jax.listening.figure import heard_figure
from auralise_jax.network.traced import TracedNetwork

RATE = 8000
RAW = aj.Raw(RATE, 0.5, 128, 32)
FILTERS = draw(16, 1, 5, seed=1)


def convolved(x: jax.Array, kernel: np.ndarray, stride: int) -> jax.Array:
    return lax.conv_general_dilated(
        x[None], kernel, (stride,), "SAME", dimension_numbers=("NHC", "HIO", "NHC")
    )[0]


def filtered(picture: jax.Array) -> jax.Array:
    return jax.nn.relu(convolved(picture[:, None], FILTERS, 4))


def scores(picture: jax.Array) -> jax.Array:
    """Return two scores of samples (time,), by way of two layers over time."""
    x = aj.tap(filtered(picture), "filters")
    x = lax.reduce_window(x, -jnp.inf, lax.max, (4, 1), (4, 1), "VALID")
    x = aj.tap(jax.nn.relu(convolved(x, draw(3, 5, 7, seed=2), 1)), "strokes")
    return x.mean(0) @ draw(7, 2, seed=3)


@pytest.fixture(scope="module")
def heard() -> aj.Listening:
    """A chord that ends before the window does, heard by a network of samples."""
    seconds = np.arange(int(0.45 * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * hz * seconds) for hz in (220, 660, 1100))
    network = TracedNetwork(scores, np.zeros(RAW.shape, np.float32)).warm()
    model = aj.Model(network, RAW, ("a", "b"), name="samples")
    with pytest.warns(UserWarning, match=r"padded with 0\.05 s of silence to the model's 0\.5 s"):
        return aj.listen(model, aj.Clip((0.2 * tones).astype(np.float32), RATE, "chord"))


def test_the_picture_is_the_sound(heard: aj.Listening) -> None:
    np.testing.assert_array_equal(heard.picture[:3600], heard.clip.samples)
    assert not heard.picture[3600:].any()
    assert heard.source_magnitude.shape == (65, 126)
    assert [layer.axes for layer in heard.model.layers] == [("time",), ("time",)]
    assert heard.activations("filters").shape == (1000, 5)


def test_a_projection_is_the_vector_jacobian_product(heard: aj.Listening) -> None:
    maps, back = jax.vjp(filtered, jnp.asarray(heard.picture))
    for feature in range(5):
        cotangent = np.zeros_like(maps)
        cotangent[:, feature] = maps[:, feature]
        (wanted,) = back(jnp.asarray(cotangent))
        found = heard.project("filters", feature, "gradient").picture
        np.testing.assert_allclose(found, wanted, atol=1e-6 * np.abs(wanted).max())


def test_its_sound_is_the_waveform_at_the_sources_peak(heard: aj.Listening) -> None:
    shot = heard.project("strokes", 2)
    made = shot.resynthesise()
    largest = np.abs(shot.picture).max()
    factor = np.abs(heard.clip.samples).max() / largest
    np.testing.assert_allclose(made.samples, factor * shot.picture[:3600], rtol=1e-5, atol=1e-7)
    assert made.scale_db == pytest.approx(20 * np.log10(factor))
    whole = np.abs(RAW.stft(factor * shot.picture))
    np.testing.assert_allclose(made.magnitude, whole, atol=1e-5 * whole.max())
    raw = shot.auralise(loudness="raw")
    np.testing.assert_array_equal(raw.samples, made.samples)


def test_it_is_as_loud_as_the_source(heard: aj.Listening) -> None:
    sound = heard.project("strokes", 0).auralise()
    wanted = integrated(heard.clip.samples, RATE)
    assert integrated(sound.samples, RATE) == pytest.approx(wanted, abs=0.01)
    assert (sound.limited_db, sound.note) == (0, "")
    assert heard.project("strokes", 3).auralise().silent


def test_a_mask_multiplies_the_samples(heard: aj.Listening) -> None:
    shot = heard.project("strokes", 2)
    made = shot.resynthesise("mask")
    wanted = (shot.picture * heard.picture)[:3600]
    np.testing.assert_allclose(made.samples, wanted, rtol=1e-6)
    assert made.scale_db == 0


def test_figures_show_the_waveform_and_both_stfts(heard: aj.Listening) -> None:
    shot = heard.project(1, 0)
    (line,) = shot.plot().lines
    np.testing.assert_array_equal(line.get_ydata(), shot.picture)
    np.testing.assert_allclose(line.get_xdata(), np.arange(4000) / RATE)
    for one in heard_figure(shot).axes[:2]:
        assert one.images[0].get_extent()[2:] == [0, 4]


def test_a_cell_sees_all_frequencies(heard: aj.Listening) -> None:
    first, second = fields(heard.model)
    assert (first.ms, first.hz, first.map) == (pytest.approx(16 / 8), 4000, (1000,))
    assert second.stride == (16,)
    assert second.ms == pytest.approx((2 * 16 + 3 * 4 + 16) / 8)


def test_a_panel_and_a_page_take_it(heard: aj.Listening, tmp_path) -> None:
    with aj.explore(heard.model, heard.clip, layer=2, feature=1) as panel:
        assert panel.facts["axes"] == {"kind": "linear", "hz": RATE / 128, "hop": 32 / RATE}
        assert (panel.facts["bins"], panel.facts["frames"]) == (65, 126)
        page = panel.to_html(tmp_path / "page.html")
    assert page.stat().st_size > 10_000
    found = aj.survey(heard, "strokes")
    assert found.energy.sum() == pytest.approx(1)
