"""A class's lists merged: counts, wordings, agreement, and what is left out and said."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from math import isnan, nan
from pathlib import Path

import pytest

import auralise_jax as aj
from auralise_jax.cli import main
from auralise_jax.insight.agreement import krippendorff
from auralise_jax.insight.dissection_rows import Name
from auralise_jax.insight.marks import Mark, MarkList
from auralise_jax.insight.names_table import names_table
from auralise_jax.languages import words

NAUGHTY = "</td><script>alert(1)</script>"


@pytest.fixture
def hand_in(tmp_path, monkeypatch) -> Callable[..., Path]:
    """Save a list in the folder that is the current one, too."""
    monkeypatch.chdir(tmp_path)

    def hand_in(file: str, student: str, *marks: Mark, model: str = "genre", weights: str = "a1"):
        return MarkList(model, weights, student, marks).save(file)

    return hand_in


@pytest.fixture
def three(hand_in) -> list[Path]:
    """Ada and Ben agree about 3-20, Cleo calls it otherwise; 1-0 was marked without words."""
    return [
        hand_in("ada.json", "Ada", Mark(3, 20, "Kick, I think"), Mark(1, 0)),
        hand_in("ben.json", "Ben", Mark(3, 20, "kick,  i THINK"), Mark(2, 5, "voice")),
        hand_in("cleo.json", "Cleo", Mark(3, 20, "bass drum"), Mark(2, 5, "voice"), Mark(1, 0)),
    ]


def names(*found: tuple[int, int, str, str, float], model: str = "genre") -> bytes:
    rows = [
        Name(layer, feature, name, concept, auc, 0.5, 0.01, 1.2, named="AUC" in name)
        for layer, feature, name, concept, auc in found
    ]
    return names_table(model, rows)


def test_students_and_wordings_are_counted(three) -> None:
    merged = aj.merge_marks(three)
    assert (merged.model, merged.weights, merged.students) == (
        "genre",
        "a1",
        ("Ada", "Ben", "Cleo"),
    )
    rows = {(row.layer, row.feature): row for row in merged}
    assert list(rows) == [(1, 0), (2, 5), (3, 20)]
    kick = rows[3, 20]
    assert (kick.students, kick.wrote, kick.wording) == (3, 3, "Kick, I think")
    assert kick.agreement == pytest.approx(2 / 3)
    assert kick.words == "Kick, I think (2); bass drum (1)"
    assert rows[2, 5].agreement == 1
    assert (rows[1, 0].students, rows[1, 0].wrote, rows[1, 0].words) == (2, 0, "")
    assert isnan(rows[1, 0].agreement)
    assert merged.left_out == {}


def test_a_student_counts_once_and_by_the_last_words(hand_in) -> None:
    files = [
        hand_in("1.json", "Ada", Mark(1, 0, "voice"), Mark(1, 0, "hi-hat"), Mark(1, 0)),
        hand_in("2.json", "Ben", Mark(1, 0, "Hi-Hat")),
    ]
    (row,) = aj.merge_marks(files)
    assert (row.students, row.wrote, row.wording, row.agreement) == (2, 2, "hi-hat", 1)
    assert row.words == "hi-hat (2); voice (1)"


def test_letters_that_are_composed_otherwise_are_the_same(hand_in) -> None:
    files = [
        hand_in("1.json", "A", Mark(1, 0, "Cafe\u0301")),
        hand_in("2.json", "B", Mark(1, 0, "caf\u00e9")),
    ]
    assert aj.merge_marks(files)[0].agreement == 1


# Krippendorff 2011, "Computing Krippendorff's alpha-reliability", example C: four observers.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def test_alpha_is_the_papers() -> None:
    units = zip(*(line.split() for line in OBSERVERS), strict=True)
    alpha = krippendorff([[value for value in unit if value != "."] for unit in units])
    assert round(alpha, 3) == 0.743


def test_alpha_of_chance_and_of_nothing() -> None:
    coins = [[one, other] for one in "ab" for other in "ab"] * 250
    assert krippendorff(coins) == pytest.approx(0, abs=0.001)
    assert krippendorff([["a", "b"], ["b", "a"]]) < 0
    for nothing in ([], [["a"], ["b"]], [["a", "a"], ["a", "a"]]):
        assert isnan(krippendorff(nothing))


def test_a_table_says_why_it_has_no_alpha(hand_in) -> None:
    files = [hand_in("1.json", "A", Mark(1, 0, "x")), hand_in("2.json", "B", Mark(1, 1, "y"))]
    assert "no feature was described by two or more" in aj.merge_marks(files).table()
    files.append(hand_in("3.json", "C", Mark(1, 0, "x")))
    assert "chance cannot be told from agreement" in aj.merge_marks(files).table()


def test_what_does_not_belong_is_left_out_and_said(three, hand_in) -> None:
    strange = Path("strange.json")
    strange.write_text('{"name": "package"}')
    others = {
        hand_in("other.json", "Dora", Mark(1, 1), model="tagger"): "of the model 'tagger', most",
        hand_in("newer.json", "Emil", Mark(1, 1), weights="b2"): "with other weights, b2, than",
        strange: "not a list of marks",
    }
    hand_in("copy.json", "Ada", Mark(3, 20, "Kick, I think"), Mark(1, 0))
    again = [*three, *others, Path("copy.json"), Path("ada.json")]
    with pytest.warns(UserWarning, match="left out") as said:
        merged = aj.merge_marks(again)
    assert merged.students == ("Ada", "Ben", "Cleo")
    words = {str(one.message).removeprefix("left out ").split(": ")[0] for one in said}
    assert words == {"other.json", "newer.json", "strange.json", "copy.json", "ada.json"}
    for path, why in others.items():
        assert why in merged.left_out[str(path)]
    assert merged.left_out["copy.json"] == "it holds the same as ada.json"
    assert merged.left_out["ada.json"] == "it is the same file as ada.json"
    assert merged[2].students == 3


def test_lists_whose_weights_are_not_known_join_those_of_the_name(three, hand_in) -> None:
    old = hand_in("old.json", "Emil", Mark(2, 5, "voice"), weights="")
    merged = aj.merge_marks([old, *three])
    assert (merged.weights, len(merged.students)) == ("a1", 4)


def test_several_lists_of_a_student_are_one_students(hand_in) -> None:
    files = [
        hand_in("1.json", "Ada", Mark(1, 0, "x")),
        hand_in("2.json", " ADA", Mark(1, 0, "y"), Mark(1, 1)),
        hand_in("3.json", "", Mark(1, 0, "x")),
        hand_in("4.json", "", Mark(1, 0, "x"), Mark(4, 4)),
    ]
    with pytest.warns(UserWarning, match=r"^Ada has 2 lists, merged: 1.json, 2.json$"):
        merged = aj.merge_marks(files)
    assert merged.students == ("Ada", "no name, 3.json", "no name, 4.json")
    assert (merged[0].students, merged[0].words) == (3, "x (3); y (1)")
    assert merged[0].agreement == pytest.approx(2 / 3)


def test_none_that_can_be_read_is_an_error(hand_in, tmp_path) -> None:
    with pytest.raises(ValueError, match="at least one list"):
        aj.merge_marks([])
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(ValueError, match=r"none of the files is a list of marks: a.json: not a"):
        aj.merge_marks(["a.json"])
    with pytest.raises(FileNotFoundError):
        aj.merge_marks(["nobody.json"])


def test_the_dissections_names_stand_beside(three, tmp_path) -> None:
    table = tmp_path / "names.csv"
    table.write_bytes(
        names(
            (3, 20, "kick detector, AUC .93", "kick", 0.93),
            (2, 5, "no clear concept", "harmonic", 0.6),
            (1, 0, "no clear concept", "-", nan),
        )
    )
    merged = aj.merge_marks(three, table)
    quiet, voice, kick = merged
    assert (kick.name, kick.concept, kick.auc) == ("kick detector, AUC .93", "kick", 0.93)
    assert isnan(quiet.auc)
    printed = merged.table()
    assert "kick detector, AUC .93" in printed
    assert "(nearest: harmonic, AUC 0.60)" in merged.save("c.html").read_text("utf-8")
    assert voice.name == "no clear concept"
    assert "not dissected" not in printed
    table.write_bytes(names((3, 20, "kick detector, AUC .93", "kick", 0.93), model="tagger"))
    with pytest.warns(UserWarning, match="the dissection is of tagger, the marks are of genre"):
        assert "not dissected" in aj.merge_marks(three, table).table()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layer,feature,concept,auc\n1,0,kick,.9\n", "is no table of a dissection's names"),
        ("model,layer,feature,name,concept,auc\ngenre,1,x,a,b,.5\n", "line 2 needs whole numbers"),
        ("model,layer,feature,name,concept,auc\ngenre,1,1,a,b,nan\n", "line 2 needs whole numbers"),
        ("model,layer,feature,name,concept,auc\ngenre,1,1,a,b,7\n", "an auc from 0 to 1"),
    ],
)
def test_another_table_is_no_dissection(three, text, message) -> None:
    Path("names.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        aj.merge_marks(three, "names.csv")


def test_it_is_written_as_table_page_and_json(hand_in) -> None:
    files = [
        hand_in("1.json", NAUGHTY, Mark(1, 0, "+HYPERLINK(1)")),
        hand_in("2.json", "Ben", Mark(1, 0, NAUGHTY), Mark(1, 1)),
    ]
    merged = aj.merge_marks(files)
    table = list(csv.DictReader(io.StringIO(merged.save("c.csv").read_bytes().decode())))
    assert table[0]["wording"] == "'+HYPERLINK(1)"  # no formula
    assert table[0]["words"].startswith("'+HYPERLINK(1) (1); </td>")
    assert (table[0]["agreement"], table[1]["agreement"], table[1]["auc"]) == ("0.5", "", "")
    page = merged.save("c.html").read_text("utf-8")
    assert NAUGHTY not in page
    assert page.count("&lt;/td&gt;&lt;script&gt;") == 2
    whole = json.loads(merged.save("c.json").read_text("utf-8"))
    assert whole["students"] == [NAUGHTY, "Ben"]
    assert whole["features"][1]["agreement"] is None
    assert merged.to_frame().shape == (2, 10)
    with pytest.raises(ValueError, match=r"must end in .csv, .html, .json, not 'c.txt'"):
        merged.save("c.txt")


def test_the_command_prints_and_writes_and_may_be_run_again(three, capsys) -> None:
    for _ in range(2):  # the second time the folder holds what was written
        assert main(["merge", ".", "--out", "class.json"]) == 0
        said = capsys.readouterr()
        assert "genre: 3 features marked by 3 students" in said.out
        assert "Krippendorff's alpha" in said.out
        assert said.err == ""
    assert main(["merge", "*.json"]) == 0  # as Windows leaves patterns
    assert "note: left out class.json: not a list of marks" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("merge nobody.json", "there is no file nobody.json"),
        ("merge no*body.json", "there is no file no*body.json"),
        ("merge ada.json --out class.txt", "must end in .csv, .html, .json"),
        ("merge ada.json --out ada.json", "--out ada.json would overwrite the file that is read"),
        ("merge ada.json --dissection ada.json", "ada.json is no table of a dissection's names"),
        ("merge ada.json --dissection names.csv", "there is no file names.csv"),
        ("merge empty", "there is no .json file in the folder empty"),
    ],
)
def test_the_command_says_what_it_cannot_do(three, capsys, words, message) -> None:
    Path("empty").mkdir()
    assert main(words.split()) == 1
    assert message in capsys.readouterr().err


def test_a_page_is_opened_only_if_one_is_written(three, capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["merge", "ada.json", "--open"])
    assert "--open shows a page: name one with --out" in capsys.readouterr().err


def test_what_students_wrote_does_not_command_a_terminal(hand_in, capsys) -> None:
    hand_in("1.json", "A", Mark(1, 0, "left \u202e right"))
    assert main(["merge", "1.json"]) == 0
    assert "left \ufffd right" in capsys.readouterr().out


def test_merging_loads_no_jax(three) -> None:
    code = (
        "import sys; from auralise_jax.cli import main; assert main(['merge', 'ada.json']) == 0; "
        "print({'jax', 'anywidget', 'librosa'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.endswith("set()\n")


@pytest.mark.parametrize("lang", ["de", "fr"])
def test_the_page_speaks_a_language_and_the_students_their_own(three, hand_in, lang) -> None:
    found = hand_in("names.csv", "", Mark(1, 0))
    found.write_bytes(names((2, 5, "harmonic", "harmonic", 0.6)))
    other = hand_in("other.json", "Dee", Mark(3, 20, "voice"), model="other")
    with pytest.warns(UserWarning, match=r"left out other\.json"):
        merged = aj.merge_marks([*three, other], found)
    column, english = words(lang), words("en")
    page = html.unescape(merged.save("class.html", lang=lang).read_text("utf-8"))
    assert f'<html lang="{lang}">' in page
    for key in ("words", "dissection", "marked", "wrote", "agree", "agree.means", "free", "left"):
        assert column[f"merged.{key}"] in page
    assert "AUC 0,60" in page
    assert "bass drum" in page
    for key, text in english.items():
        if key.startswith("merged.") and text != column[key] and len(text) > 9:
            assert not re.search(re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)), page), key
    aj.set_options(lang=lang)
    try:
        assert html.unescape(merged.save("again.html").read_text("utf-8")) == page
    finally:
        aj.set_options(lang="en")
    assert "Free words agree seldom" in merged.table()


def test_a_language_is_for_a_page(three, capsys) -> None:
    with pytest.raises(SystemExit):
        main(["merge", "ada.json", "--lang", "de"])
    assert "--lang is for a page: name one with --out" in capsys.readouterr().err
    assert main(["merge", "ada.json", "--out", "a.html", "--lang", "de"]) == 0
    assert words("de")["merged.free"] in Path("a.html").read_text("utf-8")
    with pytest.raises(ValueError, match="lang must be one of en, de, fr, not 'it'"):
        aj.merge_marks(three).save("b.html", lang="it")
