"""A network without weights has no control: what is measured goes on without one, and says so."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from making import TINY, make_noise
from networks import make_other_network, unlearnt_function

import auralise_jax as aj
from auralise_jax.atlas import atlas
from auralise_jax.insight import dissect, dissection, survey, wall_figure
from auralise_jax.insight.control import control_of, why_no_control
from auralise_jax.network.traced import TracedNetwork

WHY = (
    "the function captures no array that the picture is convolved with or multiplied by, so there "
    "is no network of fresh weights to compare it with"
)


@pytest.fixture(scope="module")
def model() -> aj.Model:
    network = TracedNetwork(unlearnt_function, np.zeros(TINY.shape, np.float32))
    return aj.Model(network, TINY, tuple("abcd"), name="edges")


@pytest.fixture(scope="module")
def heard(model: aj.Model) -> aj.Listening:
    return aj.listen(model, make_noise(0.37))


@pytest.fixture(scope="module")
def found(model: aj.Model) -> dissection.Dissection:
    sounds = [make_noise(0.37, seed=seed) for seed in range(4)]
    return dissect(model, sounds, draws=100, progress=False)


@pytest.mark.parametrize("make", [aj.untrained, aj.random_model])
def test_no_network_is_made_up(model: aj.Model, make) -> None:
    with pytest.raises(aj.NoControl, match=f"^{WHY}$"):
        make(model)
    assert issubclass(aj.NoControl, ValueError)
    assert why_no_control(model) == WHY
    assert not why_no_control(aj.Model(make_other_network(TINY.shape), TINY, tuple("abcd")))


def test_random_weights_that_are_all_alike_are_no_control() -> None:
    """Of a single number every other is a multiple."""
    weight = np.float32([[2.0]])

    def network(picture: jax.Array) -> jax.Array:
        return aj.tap(jax.nn.relu(picture[..., None] @ weight), "loud").mean((0, 1))

    model = aj.Model(TracedNetwork(network, jnp.zeros(TINY.shape)), TINY, ("a",))
    with pytest.raises(aj.NoControl, match=r"of 100 seeds were all like it: .* has 1 number$"):
        aj.untrained(model)
    assert aj.random_model(model, 3).untrained


def test_a_survey_ranks_by_energy(heard: aj.Listening) -> None:
    got = survey(heard, "edges")
    assert control_of(heard).likeness(1, "deconvnet", "all") is None
    assert (got.control, got.no_control) == (None, WHY)
    assert got.table().endswith(f"\nNo control: {WHY}; ranked by energy.")
    np.testing.assert_array_equal(got.order, np.argsort(-got.energy))
    assert survey(heard, "edges", control=0.5).no_control == ""


def test_a_wall_says_so_below(heard: aj.Listening) -> None:
    figure = wall_figure(heard, "edges")
    assert " ".join(figure.get_supxlabel().split()) == f"Time (s) no control: {WHY}"
    assert figure.get_suptitle().endswith("strongest first")
    assert wall_figure(heard, "edges", order="number").get_supxlabel() == "Time (s)"


def test_a_dissection_names_nothing(found: dissection.Dissection) -> None:
    assert sorted(found.names) == [(layer, k) for layer in (1, 2) for k in range(4)]
    assert not found.named
    assert all(math.isnan(row.auc_bar) and math.isnan(row.r_bar) for row in found)
    assert all(0 <= row.auc <= 1 and 0 < row.q <= 1 for row in found)
    assert len(found) == 8  # the others have too few places in so little sound
    assert all(math.isnan(name.excess) for name in found.names.values())
    assert found.table().endswith(f"8 of 8: no clear concept; no control: {WHY}")
    *claims, _, why = found.claims().splitlines()
    assert why == f"no control: {WHY}"
    assert all("no control" in line for line in claims[1:])
    assert any(facts["nearest concept"].endswith(WHY) for facts in found.notes().values())


def test_its_figure_has_no_colours(found: dissection.Dissection) -> None:
    (axes,) = found.figure().axes
    assert " ".join(axes.get_xlabel().split()) == f"no control: {WHY}"
    assert np.ma.count(axes.images[0].get_array()) == 0
    assert len(axes.texts) == 2


def test_an_atlas_is_made_without_names(model: aj.Model, tmp_path, monkeypatch) -> None:
    sounds = [make_noise(0.37, seed=seed) for seed in range(2)]
    monkeypatch.setattr(dissection, "default_sounds", lambda _: sounds)
    (tmp_path / "music").mkdir()
    make_noise(1.0).save(tmp_path / "music" / "0.wav")
    made = atlas(tmp_path / "music", tmp_path / "atlas", model, names=True, progress=False)
    notes = [one.notes for one in made.features]
    assert len(notes) == 8
    assert not any("name" in one for one in notes)
    assert any(f"no control: {WHY}" in one["nearest concept"] for one in notes)
