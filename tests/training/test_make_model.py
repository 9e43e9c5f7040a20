"""The command that makes the shipped model: what comes after the training, on a small network."""

import json
import subprocess
from pathlib import Path

import make_model
import pytest
from make_model import CHOOSING, OTHERS, honest
from making import make_model as make_tiny
from making import make_music
from model_card import card

from auralise_jax.network import load_model, save_model
from auralise_jax.training.commands import with_training_facts

pytestmark = pytest.mark.usefixtures("compiled_quickly")


def test_a_model_is_calibrated_and_learns_to_say_none_of_these(tmp_path):
    make_music(tmp_path / "music", {"a": 700.0, "b": 150.0}, files=4)
    tiny = make_tiny(dense=(7, 2))
    model, facts = honest(tiny, tmp_path / "music", tmp_path / "cache")
    assert 0.01 <= facts["temperature"] <= 100
    assert model.none_below == facts["none of these below"] > 0
    assert float(facts["clips of a genre that lose their answer"].rstrip("%")) <= 5
    assert list(facts["none of these is said of"]) == ["sweeps", "noise", "speech", "silence"]
    before, after = (float(word) for word in facts["calibration error"].split() if word[0] in "01")
    assert 0 <= before <= 1
    assert 0 <= after <= 1
    told = with_training_facts(model, {
        "music": "some", "held out": "none", "split": "by file", "scores": {"some": {
            "model": {"clips": "1", "pieces": "2", "calibration": "3", "answered": "96.0 %"},
            "both": {"clips": "4", "pieces": "5", "calibration": "6"},
        }}, "limits": ["many"],
        "confidence": facts, "stress": "| a |",
    })  # fmt: skip
    save_model(told, tmp_path / "told.safetensors", dtype="float16")
    again = load_model(tmp_path / "told.safetensors")
    assert again.none_below == model.none_below
    assert json.loads(json.dumps(dict(again.training)))["confidence"] == facts
    page = card(again)
    assert f"* **none of these below** {model.none_below}" in page
    assert "| a |" in page
    assert "| calibration error | clips with an answer |\n|---|---|---|---|---|---|\n" in page
    assert "| some | the model | 1 | 2 | 3 | 96.0 % |\n" in page
    assert "| some | baseline, both | 4 | 5 | 6 |  |\n" in page


def test_test_music_of_a_stopped_run_is_made_anew(tmp_path, monkeypatch):
    def plays(command, *, check):
        draft = Path(command[2])
        assert check
        assert not draft.exists()  # the commands want a new folder
        draft.mkdir(parents=True)
        (draft / "whole").touch()

    monkeypatch.setattr(subprocess, "run", plays)
    (tmp_path / f"{CHOOSING}.part").mkdir()
    (tmp_path / f"{CHOOSING}.part" / "half").touch()
    for _ in range(2):  # the second time it is there
        folder = make_model._made(CHOOSING, OTHERS[CHOOSING], tmp_path)
        assert [file.name for file in folder.iterdir()] == ["whole"]
    assert [file.name for file in tmp_path.iterdir()] == [CHOOSING]


def test_what_is_missing_is_said_before_the_training(tmp_path, monkeypatch):
    monkeypatch.setattr(make_model, "find_soundfonts", list)
    with pytest.raises(FileNotFoundError, match="apt install fluid-soundfont-gm"):
        make_model.make(
            tmp_path / "out.safetensors", tmp_path, pieces=1, mixes=1, held_out=1, steps=1,
            stressed=1,
        )  # fmt: skip
    (tmp_path / "others" / CHOOSING).mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="soundfonts are missing; on Debian: apt install f"):
        make_model.learn(tmp_path, pieces=1, mixes=1, steps=1)
