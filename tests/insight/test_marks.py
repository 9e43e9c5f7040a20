"""Lists of marks: what is written is read again, and what anybody may have written is bounded."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auralise_jax.insight.marks import (
    FORMAT,
    MOST_BYTES,
    MOST_MARKS,
    Mark,
    MarkList,
    checked_marks,
    read_marks,
)

WHOLE = {
    "format": FORMAT,
    "model": "genre",
    "weights": "3f2a",
    "student": "Ada",
    "marks": [
        {
            "layer": 3,
            "feature": 20,
            "words": "kick, I think",
            "rule": "deconvnet",
            "resynthesis": "phase",
            "position": "all",
            "clip": "hiphop",
            "start": 0,
            "region": [1.0, 2.5],
        }
    ],
}
"""As a panel writes it."""


def written(folder: Path, document: Any) -> Path:
    path = folder / "list.json"
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    path.write_bytes(data)
    return path


def changed(**fields: Any) -> dict[str, Any]:
    return WHOLE | fields


def mark(**fields: Any) -> dict[str, Any]:
    return WHOLE | {"marks": [WHOLE["marks"][0] | fields]}


def test_a_list_is_read_as_a_panel_wrote_it(tmp_path) -> None:
    found = read_marks(written(tmp_path, WHOLE))
    one = Mark(3, 20, "kick, I think", clip="hiphop", region=(1.0, 2.5))
    assert found == MarkList("genre", "3f2a", "Ada", (one,))
    marked = b"\xef\xbb\xbf" + json.dumps(WHOLE).encode()  # as editors on Windows begin
    assert read_marks(written(tmp_path, marked)) == found


def test_only_what_says_where_has_to_be_there(tmp_path) -> None:
    short = {"format": FORMAT, "model": "genre", "marks": [{"layer": 1, "feature": 0}]}
    assert read_marks(written(tmp_path, short)) == MarkList("genre", "", "", (Mark(1, 0),))


text = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=80).map(
    lambda text: " ".join(text.split())
)
seconds = st.floats(0, 1e6)
region = st.none() | st.tuples(seconds, seconds).filter(lambda ends: ends[0] < ends[1])
marks = st.builds(
    Mark,
    layer=st.integers(1, 9_999),
    feature=st.integers(0, 9_999_999),
    words=text,
    rule=text,
    resynthesis=text,
    position=text,
    clip=text,
    start=seconds,
    region=region,
)


@settings(max_examples=25)
@given(st.text("0123456789abcdef", max_size=64), text, st.lists(marks, max_size=5))
def test_what_is_saved_is_read_again(tmp_path_factory, weights, student, several) -> None:
    path = tmp_path_factory.getbasetemp() / "saved.json"
    whole = MarkList("genre", weights, student, tuple(several))
    assert read_marks(whole.save(path)) == whole


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not JSON: it is no text in UTF-8"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply|not JSON"),
        (b'{"format": 1, "format": 2}', "a name stands twice in it"),
        ([], 'not a list of marks: it does not say "format"'),
        ({"a": 1}, 'not a list of marks: it does not say "format"'),
        (changed(format="auralise-jax-marks/2"), "of the format auralise-jax-marks/1: it says"),
        (changed(format=3), "does not say"),
        (changed(more=1), "'more' is not known, only format, marks, model, student, weights"),
        (changed(model=None), "model must be a text, not None"),
        (changed(model="x" * 256), "model must have at most 255 characters, not 256"),
        (changed(weights="xyz"), "weights must be hexadecimal"),
        (changed(weights="a" * 65), "weights must have at most 64 characters"),
        (changed(student="x" * 81), "student must have at most 80 characters"),
        (changed(student="\x1b[31mAda"), "student must be printable"),
        (changed(marks={}), "marks must be a list, not dict"),
        (changed(marks=[{}] * (MOST_MARKS + 1)), "marks must be at most 500, not 501"),
        (changed(marks=["3-20"]), "mark 1: must be a mapping with layer and feature, not '3-20'"),
        (mark(layer=0), "mark 1: layer must be a whole number from 1 to 9999, not 0"),
        (mark(layer=True), "layer must be a whole number"),
        (mark(layer="3"), "layer must be a whole number"),
        (mark(layer=3.0), "layer must be a whole number"),
        (mark(feature=-1), "feature must be a whole number from 0"),
        (mark(feature=10**400), "not a number of more than 20 digits"),
        (mark(words="x" * 201), "words must have at most 200 characters, not 201"),
        (mark(words="\x07"), "words must be printable, without control characters"),
        (mark(words="\ud800"), "words must be printable"),
        (mark(words=3), "words must be a text, not 3"),
        (mark(clip=["bach"]), "clip must be a text, not list"),
        (mark(start=-1), "start must be seconds from 0 to 1000000, not -1"),
        (mark(start=True), "start must be seconds"),
        (mark(region=[1]), "region must be two moments, not list"),
        (mark(region=[2, 1]), "region must end after it begins"),
        (mark(region=[1, 1]), "region must end after it begins"),
        (mark(region="ab"), "region must be two moments"),
        (mark(extra=1), "'extra' is not known"),
    ],
)
def test_another_file_is_refused_in_words(tmp_path, document, message) -> None:
    path = written(tmp_path, document)
    with pytest.raises(ValueError, match=message) as refused:
        read_marks(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert len(str(refused.value)) < len(str(path)) + 250


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_numbers_that_are_none_are_refused(tmp_path, number) -> None:
    document = json.dumps(mark(start="HERE")).replace('"HERE"', number)
    with pytest.raises(ValueError, match=r"no number of JSON|start must be|digits"):
        read_marks(written(tmp_path, document.encode()))


def test_what_is_too_large_is_not_read_whole(tmp_path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(10 * MOST_BYTES)
    with pytest.raises(ValueError, match="more than 1 MB; a list of marks has less"):
        read_marks(path)


def test_the_longest_list_of_a_panel_is_small_enough(tmp_path) -> None:
    """Whatever the letters: they are not escaped."""
    one = Mark(9_999, 9_999_999, "\U0001f941" * 200, clip="\u3042" * 100, region=(1.125, 2.25))
    whole = MarkList("genre", "f" * 16, "A" * 80, (one,) * MOST_MARKS)
    assert read_marks(whole.save(tmp_path / "most.json")) == whole


def test_words_stand_on_one_line() -> None:
    (one,) = checked_marks([{"layer": 1, "feature": 2, "words": " kick,\n\t I think "}])
    assert one.words == "kick, I think"
    assert one.as_dict()["region"] is None
    assert math.isclose(one.as_dict()["start"], 0.0)
