"""What a model calls a sound: the most probable class, or none of these."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import TINY, make_model, make_noise

import auralise_jax as aj
from auralise_jax.network.answer import NONE, answers, why_none

pytestmark = pytest.mark.usefixtures("compiled_quickly")

MODEL = make_model()
SHARED = json.loads((Path(__file__).parents[1] / "js" / "answers.json").read_text())
"""What pages say, too; tests/js/answer.test.mjs has the same table."""
SHARES = st.floats(0, 1, exclude_max=True)


def tagger(task: str = "tags", *classes: str) -> aj.Model:
    """Return a model for another task, with a score per row of the picture's ends."""
    network = aj.network.TracedNetwork(
        lambda x: aj.tap(x[..., None] * jnp.ones(len(classes)), "a").sum((0, 1)),
        np.zeros(TINY.shape, np.float32),
    )
    return aj.Model(network, TINY, classes, task=task, none_below=0.5)


def test_a_model_keeps_its_answer_to_itself_below_a_probability() -> None:
    heard = aj.listen(MODEL, make_noise(1.0))
    odds = heard.predict()
    best = max(odds, key=lambda name: odds[name])
    assert heard.answer() == best
    for none_below, answer in ((odds[best], best), (np.nextafter(odds[best], 1), NONE)):
        honest = dataclasses.replace(MODEL, none_below=none_below)
        assert aj.listen(honest, make_noise(1.0)).answer() == answer
        assert aj.listen(honest, make_noise(1.0)).predict() == odds
        assert honest.with_gains({(1, 0): 0}).none_below == none_below
    assert aj.random_model(honest).none_below == 0


def test_text_says_when_there_is_no_answer() -> None:
    assert NONE not in repr(MODEL) + str(MODEL)
    honest = dataclasses.replace(MODEL, none_below=0.625)
    assert repr(honest).endswith("; a, b, c (none of these below 62.5 %)>")
    assert "3 classes (none of these below 62.5 %); hears" in str(honest)


@pytest.mark.parametrize("bad", [1, 1.0, -0.01, float("nan"), float("inf"), "0.5", None, True])
def test_what_is_no_such_probability_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="none_below must be a probability from 0 to below 1, not"):
        dataclasses.replace(MODEL, none_below=bad)


def test_other_tasks_have_no_such_answer() -> None:
    with pytest.raises(ValueError, match=r"belongs to the task 'classes'.* the task 'tags' leave"):
        tagger("tags", "a", "b")
    with pytest.raises(ValueError, match="belongs to a model that knows classes; leave it at 0"):
        dataclasses.replace(make_model(dense=()), none_below=0.5)


def test_a_wrapped_network_has_it_too() -> None:
    wrapped = aj.wrap(
        lambda x: aj.tap(x[..., None] * jnp.ones(2), "a").sum((0, 1)),
        frontend=TINY,
        none_below=0.9,
    )
    assert wrapped.none_below == 0.9
    heard = aj.listen(wrapped, make_noise(1.0))
    assert (heard.predict(), heard.answer()) == ({"output 0": 0.5, "output 1": 0.5}, NONE)


def test_nothing_has_no_answer() -> None:
    with pytest.raises(ValueError, match="odds is empty"):
        MODEL.answer({})


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), SHARES)
def test_number_and_sentence_agree(odds: list[float], none_below: float) -> None:
    (number,) = answers(np.array([odds]), none_below).tolist()
    why = why_none({f"class {n}": one for n, one in enumerate(odds)}, none_below)
    assert (number == -1) == bool(why) == (max(odds) < none_below)
    assert number == -1 or odds[number] == max(odds)


@given(SHARES, SHARES)
def test_the_sentence_never_says_that_a_number_is_below_itself(one: float, other: float) -> None:
    why = why_none({"a": min(one, other)}, max(one, other))
    if abs(one - other) > 1e-11:
        words = why.split()
        assert float(words[3]) < float(words[7])


@pytest.mark.parametrize("case", SHARED)
def test_the_sentence_says_why(case: dict[str, Any]) -> None:
    odds = dict(case["odds"])
    assert why_none(odds, case["none_below"]) == case["why"]
    (number,) = answers(np.array([[*odds.values()]]), case["none_below"]).tolist()
    assert (NONE if number < 0 else [*odds][number]) == case["answer"]
