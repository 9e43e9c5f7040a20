"""Train and evaluate as functions and as commands, on folders as people have them."""

import csv
import dataclasses
import errno
import json
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from making import HIGH_AND_LOW, TINY, make_model, make_music, make_recipe, stack_model

import auralise_jax as aj
from auralise_jax.cli import program as cli
from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.corpus.manifest import Row
from auralise_jax.lock import sole_writer
from auralise_jax.training.commands import beside, evaluate, rounded, train, with_compression
from auralise_jax.training.evaluation import (
    _no_baselines,
    check_classes,
    evaluate_on,
    predict_clips,
)
from auralise_jax.training.recipe import SIZES, Recipe

pytestmark = pytest.mark.usefixtures("compiled_quickly")

FRONT = dataclasses.replace(TINY, compression="linear", gain=0.01)


def quick_recipe(**settings):
    """Return a recipe of two steps; whatever the clips, they compile to the same program."""
    return make_recipe(steps=2, frontend=FRONT, balance=False, **settings)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of music, and a model that was trained on it."""
    home = tmp_path_factory.mktemp("made")
    make_music(home / "music", HIGH_AND_LOW, files=10)
    trained = train(
        home / "music",
        home / "tones.safetensors",
        recipe=make_recipe(steps=40, validate_every=10),
        compressions=("log1p", "linear"),
        validation=0.2,
        test=0.2,
        dtype="float16",
        cache=home / "cache",
        progress=False,
    )
    return home, trained


def test_the_file_is_the_model_that_was_scored(made):
    home, trained = made
    model = aj.load_model(home / "tones.safetensors")
    assert model.classes == ("high", "low")
    for name, values in trained.model.network.tensors.items():
        assert (model.network.tensors[name] == values).all()
        assert (values == values.astype(np.float16)).all()
    told = model.training
    assert told["scores"]["test clips of the same folder"]["model"]["clips"].startswith("100.0 %")
    assert set(told["compressions"]) == {"log1p", "linear"}
    losses = {name: look["validation_loss"] for name, look in told["compressions"].items()}
    assert model.frontend.compression == min(losses, key=losses.get)
    assert told["data"]["test"]["high"].startswith("2 files")
    json.dumps(dict(told))


def test_manifest_and_curves_stand_beside_it(made):
    home, _ = made
    with (home / "tones.manifest.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert {line["split"] for line in lines} == {"train", "validation", "test"}
    assert len({line["file"] for line in lines}) == 20
    assert (home / "tones.curves.png").read_bytes()[:4] == b"\x89PNG"


def test_predictions_are_the_models(made):
    home, trained = made
    cache = SoundCache(2000, home / "cache")
    manifest = scan(home / "music", TINY, cache, progress=False)
    told = predict_clips(trained.model, manifest.rows, cache, progress=False)
    assert len(told.probabilities) == len(manifest.rows)
    for row, odds in list(zip(manifest.rows, told.probabilities, strict=True))[:6]:
        clip = aj.load_clip(home / "music" / row.file, offset=row.offset, duration=TINY.duration)
        theirs = trained.model.predict(clip)
        np.testing.assert_allclose(odds, list(theirs.values()), atol=2e-4)  # 16-bit sound


def test_only_clips_that_were_not_trained_on_count(made):
    home, _ = made
    told = evaluate(
        home / "tones.safetensors", home / "music", cache=home / "cache", progress=False
    )
    assert told.model.pieces == 4
    assert told.notes[-1].endswith("clips that the model was trained or chosen on were left out")


def test_they_are_known_by_content_wherever_they_stand(made, tmp_path):
    home, _ = made
    make_music(tmp_path / "new", HIGH_AND_LOW, files=3, seed=9)
    for name in HIGH_AND_LOW:
        for file in (home / "music" / name).iterdir():
            (tmp_path / "new" / name / f"other {file.name}").write_bytes(file.read_bytes())
    model = home / "tones.safetensors"
    told = evaluate(model, tmp_path / "new", cache=home / "cache", progress=False)
    assert told.model.pieces == 6 + 4


def test_they_are_known_in_another_format(made, tmp_path):
    home, _ = made
    make_music(tmp_path / "new", HIGH_AND_LOW, files=2, seed=9)
    for name in HIGH_AND_LOW:
        for file in (home / "music" / name).iterdir():
            aj.load_clip(file).save(tmp_path / "new" / name / f"{file.stem} other.flac")
    model = home / "tones.safetensors"
    told = evaluate(model, tmp_path / "new", cache=home / "cache", progress=False)
    assert told.model.pieces == 4 + 4


def test_a_folder_that_was_all_trained_on_says_so(made, tmp_path):
    home, _ = made
    with (home / "tones.manifest.csv").open(newline="") as file:
        trained = {line["file"] for line in csv.DictReader(file) if line["split"] == "train"}
    for name in trained:
        place = tmp_path / "old" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((home / "music" / name).read_bytes())
    with pytest.raises(
        ValueError, match=r"trained or chosen on all \d+ clips of .*old; give it mu"
    ):
        evaluate(home / "tones.safetensors", tmp_path / "old", cache=home / "cache", progress=False)


def test_one_class_can_be_scored(made, tmp_path):
    home, trained = made
    make_music(tmp_path / "new", {"low": 150.0}, files=3, seed=9)
    told = evaluate(trained.model, tmp_path / "new", cache=home / "cache", progress=False)
    assert told.model.pieces == 3


def test_clips_without_an_answer_are_counted(made, tmp_path):
    home, trained = made
    make_music(tmp_path / "new", HIGH_AND_LOW, files=2, seed=9)
    sure = dataclasses.replace(trained.model, none_below=1 - 1e-9)
    told = evaluate(sure, tmp_path / "new", cache=home / "cache", progress=False)
    assert told.model.answered.none_below == 1 - 1e-9
    assert "\nanswered: 0 clips, 0.0 %; the others are none of these" in told.table()
    assert told.as_dict()["model"]["answered"]["share"] == 0


def test_a_manifest_that_was_named_must_be_there(made):
    home, _ = made
    with pytest.raises(FileNotFoundError, match=r"there is no manifest .*typo\.csv"):
        evaluate(
            home / "tones.safetensors", home / "music", manifest=home / "typo.csv",
            cache=home / "cache", progress=False,
        )  # fmt: skip


def test_baselines_are_never_fitted_to_what_they_are_asked(made, tmp_path):
    home, trained = made
    make_music(tmp_path / "new", HIGH_AND_LOW, files=3, seed=9)
    told = evaluate(
        trained.model, tmp_path / "new", training=tmp_path / "new", cache=home / "cache",
        progress=False,
    )  # fmt: skip
    assert not told.baselines
    assert any("no training clips of two classes" in note for note in told.notes)


def test_training_music_of_a_class_the_model_lacks_is_refused(made, tmp_path):
    home, trained = made
    make_music(tmp_path / "new", HIGH_AND_LOW, files=2, seed=9)
    make_music(tmp_path / "more", {"other": 300.0, "low": 150.0}, files=2)
    with pytest.raises(ValueError, match="no 'other' in the model"):
        evaluate(
            trained.model, tmp_path / "new", training=tmp_path / "more", cache=home / "cache",
            progress=False,
        )  # fmt: skip


def test_sound_at_another_rate_is_refused(made, tmp_path):
    home, trained = made
    cache = SoundCache(4000, tmp_path / "cache")
    front = aj.Frontend(sample_rate=4000, n_fft=64, hop_length=32, duration=0.37)
    manifest = scan(home / "music", front, cache, progress=False)
    with pytest.raises(ValueError, match="cache holds sound at 4000 Hz, the model hears 2000 Hz"):
        predict_clips(trained.model, manifest.rows, cache, progress=False)


def test_the_recipes_own_front_end_is_used(tmp_path):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    trained = train(tmp_path / "m", recipe=quick_recipe(), cache=tmp_path / "c", progress=False)
    assert trained.model.frontend == FRONT


def test_without_validation_clips_no_compression_is_better(tmp_path):
    make_music(tmp_path / "m", HIGH_AND_LOW)
    with pytest.raises(ValueError, match="no telling which compression is better"):
        train(
            tmp_path / "m", recipe=make_recipe(), compressions=("linear", "log1p"), validation=0,
            cache=tmp_path / "c", progress=False,
        )  # fmt: skip


def test_a_new_folder_counts_whole(made, tmp_path):
    home, trained = made
    make_music(tmp_path / "new", HIGH_AND_LOW, files=3, seed=9)
    told = evaluate(trained.model, tmp_path / "new", cache=home / "cache", progress=False)
    assert told.model.pieces == 6
    assert told.model.clip_accuracy.value > 0.9
    assert any("no manifest" in note for note in told.notes)
    assert any("no baselines" in note for note in told.notes)


def test_baselines_stand_beside_it(tmp_path):
    front = aj.Frontend(sample_rate=8000, n_fft=64, hop_length=32, duration=0.5)
    for seed, place in enumerate(("training", "new")):
        make_music(tmp_path / place, {"a": 600.0, "b": 150.0}, files=8, seed=seed)
    model = make_model(front, (4, 4), (3,))
    model = stack_model(model.network.tensors, model.network.architecture, front, ("a", "b", "c"))
    cache = SoundCache(8000, tmp_path / "cache")
    new = scan(tmp_path / "new", front, cache, progress=False, validation=0, test=0)
    learned = scan(tmp_path / "training", front, cache, progress=False, validation=0, test=0)
    told = evaluate_on(model, new, cache, split=None, training=learned, progress=False)
    assert list(told.baselines) == ["spectrum", "rhythm", "both"]
    for kind in ("spectrum", "both"):
        assert told.baselines[kind].clip_accuracy.value > 0.85
    assert told.model.clip_accuracy.value < 0.75  # it never learnt anything
    assert "baselines: logistic regression" in told.table()
    assert set(told.as_dict()["baselines"]) == set(told.baselines)


def test_what_baselines_lack_is_said(monkeypatch):
    rows = [Row(f"{name}.wav", 0.0, name, name, "train", name) for name in "ab"]
    assert _no_baselines(rows, 8000) == ""
    assert _no_baselines(rows[:1], 8000).startswith("no training clips of two classes")
    assert _no_baselines(rows, 7999) == "they need sound of 8000 Hz or more"
    monkeypatch.setitem(sys.modules, "librosa.filters", None)
    assert re.match(
        r"librosa cannot be loaded here \(.*\); NUMBA_CACHE_DIR", _no_baselines(rows, 8000)
    )


def test_classes_are_compared_composed():
    row = Row("a.wav", 0.0, "caf\u00e9", "a", "train", "12")
    model = dataclasses.replace(make_model(), classes=("cafe\u0301", "b", "c"))
    check_classes(model, [row])
    with pytest.raises(ValueError, match="no 'd' in the model"):
        check_classes(model, [row, row._replace(label="d")])
    many = [row._replace(label="x" * 10_000 + str(n)) for n in range(100)]
    with pytest.raises(ValueError, match="no 'xxx") as told:
        check_classes(model, many)
    assert len(str(told.value)) < 1500


def test_classes_the_model_does_not_know_are_listed(made, tmp_path):
    home, trained = made
    make_music(tmp_path / "m", {"high": 700.0, "a/b".replace("/", "⁄"): 90.0}, files=2)
    message = "the model knows 'high', 'low', but the data hold 'a⁄b', 'high': no 'a⁄b'"
    with pytest.raises(ValueError, match=message):
        evaluate(trained.model, tmp_path / "m", cache=home / "cache", progress=False)


def test_a_model_without_a_head_knows_no_classes(made):
    home, _ = made
    with pytest.raises(ValueError, match="gives no scores, so it knows no classes"):
        evaluate(make_model(dense=()), home / "music", cache=home / "cache", progress=False)


def test_rounding_is_to_the_files_type():
    model = make_model()
    half = rounded(model, "float16", {"x": 1})
    assert half.training == {"x": 1}
    assert not all(
        (half.network.tensors[n] == model.network.tensors[n]).all() for n in model.network.tensors
    )
    whole = rounded(model, "float32", {})
    assert all(
        (whole.network.tensors[n] == model.network.tensors[n]).all() for n in model.network.tensors
    )


def test_compression_brings_its_gain():
    assert with_compression(Recipe(), "log1p") == Recipe()
    linear = with_compression(Recipe(), "linear").frontend
    assert (linear.compression, linear.gain) == ("linear", 0.05)
    with pytest.raises(ValueError, match="compression must be one of linear, log1p, not 'dB'"):
        with_compression(Recipe(), "dB")


@pytest.mark.parametrize(
    ("out", "dtype", "message"),
    [
        ("model.pt", "float32", "must end in .safetensors, not 'model.pt'"),
        ("none/model.safetensors", "float32", "there is no folder"),
        ("model.safetensors", "int8", "dtype must be float32 or float16, not 'int8'"),
    ],
)
def test_a_wrong_place_or_type_is_said_before_the_work(tmp_path, out, dtype, message):
    with pytest.raises((ValueError, OSError), match=message):
        train(tmp_path, tmp_path / out, dtype=dtype, progress=False)


def test_a_class_of_one_file_is_trained_on_and_said_to_have_no_test(tmp_path, capsys):
    make_music(tmp_path / "music", {"high": 700.0}, files=6)
    make_music(tmp_path / "music", {"low": 150.0}, files=1)
    trained = train(tmp_path / "music", recipe=quick_recipe(), cache=tmp_path / "cache")
    assert trained.model.classes == ("high", "low")
    table = capsys.readouterr().out
    assert "1 files, 2 clips" in table or "1 files, 3 clips" in table or "1 files, 4 clips" in table
    assert trained.model.training["data"]["test"]["low"] == "0 files, 0 clips"


def test_begun_anew_the_checkpoints_are_gone(tmp_path):
    make_music(tmp_path / "music", HIGH_AND_LOW)
    settings = {"cache": tmp_path / "cache", "progress": False}
    for every, steps in ((1, {"1", "2"}), (2, {"2"})):
        trained = train(
            tmp_path / "music",
            tmp_path / "m.safetensors",
            recipe=quick_recipe(validate_every=every),
            restart=True,
            **settings,
        )
        assert trained.steps == 2
        saved = tmp_path / "m.checkpoints" / trained.model.frontend.compression
        assert {place.name for place in saved.iterdir()} == steps


def test_restart_deletes_nothing_but_checkpoints(tmp_path):
    make_music(tmp_path / "music", HIGH_AND_LOW)
    place = tmp_path / "mine" / "linear"
    place.mkdir(parents=True)
    (place / "thesis.txt").write_text("years of work")
    (tmp_path / "mine" / "too").write_text("x")
    with pytest.raises(ValueError, match=r"holds thesis.txt, which is no checkpoint; nothing was"):
        train(
            tmp_path / "music", recipe=make_recipe(), checkpoints=tmp_path / "mine", restart=True,
            cache=tmp_path / "cache", progress=False,
        )  # fmt: skip
    assert (place / "thesis.txt").read_text() == "years of work"
    assert (tmp_path / "mine" / "too").exists()


def test_a_refused_run_leaves_the_finished_one_as_it_was(tmp_path):
    make_music(tmp_path / "music", HIGH_AND_LOW)
    out, settings = tmp_path / "m.safetensors", {"cache": tmp_path / "cache", "progress": False}
    train(tmp_path / "music", out, recipe=quick_recipe(), **settings)
    before = (tmp_path / "m.manifest.csv").read_bytes()
    with pytest.raises(ValueError, match="belong to another training"):
        train(tmp_path / "music", out, recipe=quick_recipe(seed=5), **settings)
    assert (tmp_path / "m.manifest.csv").read_bytes() == before


def run(*arguments):
    return cli.main([str(argument) for argument in arguments])


def test_the_commands(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(SIZES, "small", aj.Architecture(features=(2, 2), dense=(4, 3)))
    make_music(tmp_path / "music", {"🎻 low": 150.0, "high": 700.0}, files=4, seconds=(2, 5))
    out, cache = tmp_path / "m.safetensors", tmp_path / "cache"
    settings = "--size small --steps 4 --batch 8 --validate-every 2 --validation .25 --test .25"
    train_it = ["train", tmp_path / "music", "--out", out, "--cache", cache, *settings.split()]
    assert run(*train_it) == 0
    told = capsys.readouterr()
    assert "🎻 low" in told.out
    assert "step 4" in told.out or "step 2" in told.out
    assert "training: 100%" in told.err
    assert aj.load_model(out).network.architecture.features == (2, 2)
    assert run(*train_it) == 0  # takes up the finished run
    assert run(*train_it, "--batch", 4) == 1
    assert "--restart" in capsys.readouterr().err
    figure, numbers = tmp_path / "scores.png", tmp_path / "scores.json"
    asked = ["evaluate", out, tmp_path / "music", "--cache", cache]
    assert run(*asked, "--figure", figure, "--json", numbers) == 0
    assert "🎻 low" in capsys.readouterr().out
    assert figure.read_bytes()[:4] == b"\x89PNG"
    assert json.loads(numbers.read_text())["model"]["classes"] == ["high", "🎻 low"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train", "nowhere"], 1, "there is no folder nowhere"),
        (["train", ".", "--steps", "-3", "--out", "x.safetensors"], 1, "steps must be a whole"),
        (["train", ".", "--steps", "0", "--out", "x.safetensors"], 1, "steps must be a whole"),
        (["evaluate", "nothing", "."], 1, "there is no model file nothing"),
        (["evaluate", "genre", "nowhere"], 1, "there is no folder nowhere"),
        (["evaluate", "genre", ".", "--figure", "no/x.png"], 1, "there is no folder no"),
        (["evaluate", "genre", ".", "--figure", "x.bmp"], 1, "must end in .png, .svg, .pdf"),
        (["train", ".", "--seed", str(2**40)], 1, "seed must be a whole number from 0 to 2**31"),
    ],
)
def test_commands_that_cannot_be_done(tmp_path, monkeypatch, capsys, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == code
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["train", "evaluate"])
def test_help_teaches(name, capsys):
    with pytest.raises(SystemExit):
        run(name, "--help")
    told = capsys.readouterr().out
    assert "examples:" in told
    assert "my_genres" in told


def test_what_belongs_to_a_model_file_stands_beside_it(tmp_path):
    assert beside(tmp_path / "a.safetensors", ".x.csv") == tmp_path / "a.x.csv"


@pytest.mark.parametrize(
    ("lock", "message"),
    [
        (".m.safetensors.lock", r"another training writes .*m\.safetensors: wait until it has"),
        ("c/.lock", "another training keeps its checkpoints in .*c: wait until it has ended"),
    ],
)
def test_a_second_training_at_once_is_refused_and_touches_nothing(tmp_path, lock, message):
    make_music(tmp_path / "music", HIGH_AND_LOW, files=2)
    (tmp_path / "c" / "linear" / "6").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    (tmp_path / "link.safetensors").symlink_to("m.safetensors")
    with sole_writer(tmp_path / lock, "the first"), pytest.raises(BlockingIOError, match=message):
        train(
            tmp_path / "music", tmp_path / "m.safetensors", recipe=make_recipe(), restart=True,
            checkpoints=tmp_path / "c", cache=tmp_path / "cache", progress=False,
        )  # fmt: skip
    after = [path for path in tmp_path.rglob("*") if "cache" not in path.parts]
    assert sorted(path for path in after if path.name != "link.safetensors") == before


def test_stopped_at_any_output_the_same_command_ends_with_the_same_files(tmp_path, monkeypatch):
    make_music(tmp_path / "music", HIGH_AND_LOW)
    real, left = Path.replace, []

    def replace(path, target):
        if Path(target).parent in (tmp_path / "one", tmp_path / "other"):
            left.append(-1 if not left else left[-1] - 1)
            if left[-1] == 0:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return real(path, target)

    def learn(place, fail_at=0):
        left[:] = [fail_at]
        train(
            tmp_path / "music", tmp_path / place / "m.safetensors", recipe=quick_recipe(),
            test=0.3, cache=tmp_path / "cache", progress=False,
        )  # fmt: skip

    def files(place):
        there = (tmp_path / place).iterdir()
        return {path.name: path.read_bytes() for path in there if path.is_file()}

    monkeypatch.setattr(Path, "replace", replace)
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
    learn("other")
    whole = files("other")
    assert len(whole) == 3
    # The second is the model, the fourth the model with its scores.
    for number, there in ((2, {"m.manifest.csv"}), (4, set(whole))):
        with pytest.raises(OSError, match=r"cannot write .*m\.safetensors: File too large; make"):
            learn("one", number)
        assert files("one").keys() == there
    assert files("one") != whole
    learn("one")
    assert files("one") == whole
