"""What a network's scores say, by its task."""

import jax.numpy as jnp
import numpy as np
import pytest
from making import TINY, make_noise

import auralise_jax as aj
from auralise_jax.network.pitch import HIGHEST, LOWEST, read_pitch
from auralise_jax.network.task import probabilities, shown

pytestmark = pytest.mark.usefixtures("compiled_quickly")

ROWS, COLUMNS = TINY.shape


EYE = np.eye(3, dtype=np.float32)
NONE = np.zeros((ROWS, 1), np.float32)


def make_scores(picture: jnp.ndarray) -> jnp.ndarray:
    """Return three scores, of which the sum over the picture is not one of a softmax."""
    maps = aj.tap(jnp.maximum(picture, 0)[..., None] * jnp.array([1.0, 2, 3]), "all")
    return maps.mean((0, 1)) @ EYE


def make_pitch(picture: jnp.ndarray) -> jnp.ndarray:
    """Answer with the loudest row as the pitch, and a voicing that is certain."""
    pitch = aj.tap(jnp.maximum(picture, 0).T, "pitch")
    return pitch, aj.tap(pitch @ NONE + 3.0, "voicing")


def model(task: str, *classes: str) -> aj.Model:
    network = aj.network.TracedNetwork(make_scores, np.zeros(TINY.shape, np.float32))
    return aj.Model(network, TINY, classes, name="mine", task=task)


def test_tags_hold_each_by_itself() -> None:
    heard = aj.listen(model("tags", "a", "b", "c"), make_noise(TINY.duration))
    mean = np.maximum(heard.picture, 0).mean()
    expected = 1 / (1 + np.exp(-mean * np.array([1, 2, 3])))
    np.testing.assert_allclose(list(heard.predict().values()), expected, rtol=1e-5)
    np.testing.assert_allclose(heard.outputs()["probability"], expected, rtol=1e-5)
    assert list(heard.predict()) == ["a", "b", "c"]
    with aj.explore(heard.model, heard.clip) as panel:
        (take,) = panel.facts["takes"]
    assert take["task"] == "tags"
    assert [name for name, _ in take["classes"]] == ["c", "b", "a"]


def test_sigmoids_do_not_overflow() -> None:
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(probabilities("tags", np.array([-1e4, 1e4])), [0, 1])


def test_of_many_tags_the_most_probable_are_shown() -> None:
    odds = {f"tag {number}": number / 50 for number in range(50)}
    assert shown("tags", odds) == [(f"tag {number}", number / 50) for number in range(49, 43, -1)]
    assert shown("classes", odds) == list(odds.items())


def test_a_tempo_is_a_curve_and_its_peaks_are_shown() -> None:
    heard = aj.listen(model("tempo", "90 BPM", "91.5 BPM", "180 BPM"), make_noise(TINY.duration))
    said = heard.outputs()
    np.testing.assert_array_equal(said["bpm"], [90, 91.5, 180])
    assert said["probability"].sum() == pytest.approx(1)
    curve = np.exp(-np.minimum(abs(np.arange(60) - 10), abs(np.arange(60) - 40) + 1) / 3)
    odds = {f"{number + 30} BPM": float(one) for number, one in enumerate(curve)}
    assert [name for name, _ in shown("tempo", odds)] == ["40 BPM", "70 BPM"]
    few = dict.fromkeys(odds, 0.0) | {"40 BPM": 0.5, "70 BPM": 0.009}
    assert shown("tempo", few) == [("40 BPM", 0.5)]
    assert shown("tempo", {"30 BPM": 0.004, "31 BPM": 0.005}) == [("31 BPM", 0.005)]


def test_a_pitch_between_two_steps_is_their_mean_in_octaves() -> None:
    scores = np.full((3, 95), -99.0)
    scores[0, 0] = scores[1, 94] = 0  # at the ends there is a single neighbour
    scores[2, 30:32] = 0
    said = read_pitch(scores, np.array([[-5.0], [0], [5]]))
    between = LOWEST * (HIGHEST / LOWEST) ** (30.5 / 94)
    np.testing.assert_allclose(said["pitch_hz"], [LOWEST, HIGHEST, between], rtol=1e-9)
    np.testing.assert_allclose(said["voicing"], 1 / (1 + np.exp([5, 0, -5])))


def test_a_pitch_is_read_from_the_layers() -> None:
    network = aj.network.TracedNetwork(make_pitch, np.zeros(TINY.shape, np.float32))
    mine = aj.Model(network, TINY, name="mine", task="pitch")
    heard = aj.listen(mine, make_noise(TINY.duration))
    said = heard.outputs()
    assert {name: one.shape for name, one in said.items()} == dict.fromkeys(
        ("seconds", "pitch_hz", "voicing"), (COLUMNS,)
    )
    with pytest.raises(ValueError, match=r"ask heard\.outputs\(\) for its pitch"):
        heard.predict()
    with aj.explore(mine, heard.clip) as panel:
        (take,) = panel.facts["takes"]
    ((words, share),) = take["classes"]
    assert words == f"voiced, median {np.median(said['pitch_hz']):.0f} Hz"
    assert share == 1


@pytest.mark.parametrize(
    ("task", "classes", "said"),
    [
        ("genres", "abc", "task must be one of classes, tags, tempo, pitch, not 'genres'"),
        ("tempo", ("90 BPM", "100", "BPM"), "named as '120 BPM' is"),
        ("pitch", "abc", "a network for pitch has no classes"),
    ],
)
def test_a_task_that_does_not_fit_is_said(task: str, classes: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        model(task, *classes)


def test_random_weights_have_the_same_task() -> None:
    assert aj.random_model(model("tags", "a", "b", "c")).task == "tags"


def test_a_model_of_many_classes_says_a_few() -> None:
    network = aj.network.TracedNetwork(
        lambda x: aj.tap(x[..., None] * jnp.ones(50), "a").sum((0, 1)),
        np.zeros(TINY.shape, np.float32),
    )
    said = repr(aj.Model(network, TINY, tuple(map(str, range(50))), name="mine", task="tags"))
    assert said.endswith("; 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …>")
