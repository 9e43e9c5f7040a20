"""Training: it learns, it repeats itself, it survives being killed, it stops when it must."""

import dataclasses
import functools
import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import jax
import numpy as np
import pytest
from front_ends import MelDecibels
from making import HIGH_AND_LOW, TINY, make_music, make_recipe

import auralise_jax as aj
from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.corpus.manifest import Manifest
from auralise_jax.device import check_device
from auralise_jax.training import commands, training
from auralise_jax.training.augment import Augmentation
from auralise_jax.training.devices import Devices, is_first, join
from auralise_jax.training.evaluation import predict_clips
from auralise_jax.training.outliers import outliers
from auralise_jax.training.recipe import Recipe
from auralise_jax.training.step import Trainer, _weights
from auralise_jax.training.training import DivergedError, train_on

pytestmark = pytest.mark.usefixtures("compiled_quickly")

RUN = Path(__file__).with_name("training_run.py")


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    folder = tmp_path_factory.mktemp("music")
    make_music(folder, HIGH_AND_LOW, files=10)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return SoundCache(2000, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def manifest(music, cache):
    return scan(music, TINY, cache, validation=0.2, test=0.2, progress=False)


def train(manifest, cache, **settings):
    return train_on(manifest, cache, make_recipe(**settings), progress=False)


def same(one, other):
    return all(
        (one.network.tensors[name] == other.network.tensors[name]).all()
        for name in one.network.tensors
    )


def test_it_learns_what_is_plain_to_hear(manifest, cache, music):
    trained = train(manifest, cache, steps=60, validate_every=20)
    looks = [p["validation_accuracy"] for p in trained.history if "validation_accuracy" in p]
    assert max(looks) > 0.9
    for row in manifest.clips("test"):
        odds = trained.model.predict(aj.load_clip(music / row.file))
        assert max(odds, key=odds.get) == row.label


def test_the_same_seed_gives_the_same_model_and_another_another(manifest, cache):
    one = train(manifest, cache, steps=12).model
    assert same(train(manifest, cache, steps=12).model, one)
    assert not same(train(manifest, cache, steps=12, seed=1).model, one)


SETTINGS = {
    "jax_enable_x64": True,
    "jax_numpy_rank_promotion": "raise",
    "jax_numpy_dtype_promotion": "strict",
    "jax_transfer_guard": "disallow",
    "jax_default_prng_impl": "rbg",
    "jax_threefry_partitionable": False,
}


def test_the_bits_do_not_depend_on_what_jax_is_set_to(manifest, cache, tmp_path):
    """Learning with all that is augmented, going on from a checkpoint, asking."""

    def learn(place):
        recipe = make_recipe(steps=4, validate_every=2, augmentation=Augmentation())
        trained = train_on(manifest, cache, recipe, checkpoints=place, progress=False)
        shutil.rmtree(place / "4")  # so that the next goes on from 2
        return trained.model, predict_clips(trained.model, manifest.rows, cache, progress=False)

    model, told = learn(tmp_path / "one")
    before = {name: getattr(jax.config, name) for name in SETTINGS}
    try:
        for name, value in SETTINGS.items():
            jax.config.update(name, value)
        other, theirs = learn(tmp_path / "other")
        again, _ = learn(tmp_path / "one")
    finally:
        for name, value in before.items():
            jax.config.update(name, value)
    assert same(model, other)
    assert same(model, again)
    np.testing.assert_array_equal(told.probabilities, theirs.probabilities)


def test_where_jax_looks_for_what_is_no_number_its_word_is_passed_on(manifest, cache, monkeypatch):
    def go(*_):
        raise FloatingPointError("invalid value (nan) encountered in jit(step)\nand a page more")

    monkeypatch.setattr("auralise_jax.training.training._Run.go", go)
    message = r"^invalid value \(nan\) encountered in jit\(step\): .* lower rate, now 0.01$"
    with pytest.raises(DivergedError, match=message):
        train(manifest, cache)


def test_a_platform_that_is_not_there_is_named_before_the_music_is_read(monkeypatch):
    def devices():
        raise RuntimeError("Unable to initialize backend 'moon'")

    check_device.cache_clear()
    monkeypatch.setattr(jax, "devices", devices)
    for act in (
        lambda: commands.train("nowhere"),
        lambda: commands.evaluate("genre", "nowhere"),
        lambda: Devices(1),
        is_first,
    ):
        with pytest.raises(OSError, match=r"cannot compute there|nothing to compute on"):
            act()


def test_stopped_by_ctrl_c_it_leaves_nothing_running_and_goes_on(
    manifest, cache, tmp_path, monkeypatch
):
    real, running = training._Run._step, set(threading.enumerate())

    def step(self, state, batches, course, store):
        if course.step == 8:
            raise KeyboardInterrupt
        return real(self, state, batches, course, store)

    monkeypatch.setattr(training._Run, "_step", step)
    recipe = make_recipe(steps=12)
    with pytest.raises(KeyboardInterrupt):
        train_on(manifest, cache, recipe, checkpoints=tmp_path / "c", progress=False)
    monkeypatch.undo()
    gc.collect()
    left = [one for one in threading.enumerate() if one not in running and not one.daemon]
    for one in left:
        one.join(60)
    assert not any(one.is_alive() for one in left)
    assert [place.name for place in (tmp_path / "c").iterdir()] == ["6"]
    rest = train_on(manifest, cache, recipe, checkpoints=tmp_path / "c", progress=False)
    assert same(rest.model, train_on(manifest, cache, recipe, progress=False).model)


@pytest.fixture(scope="module")
def run():
    """Start `training_run.py` in a process of its own; they share what they compile."""
    settings = {
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # compiling is most of their work
        "PYTHONPATH": str(RUN.parents[1]),
    }
    return functools.partial(start, settings)


def start(settings, arguments, env=None):
    command = [sys.executable, str(RUN), *map(str, arguments)]
    whole = os.environ | settings | (env or {})
    return subprocess.Popen(
        command, env=whole, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process):
    told = process.communicate()[1]
    assert process.returncode == 0, told


@pytest.fixture(scope="module")
def unbroken(run, music, tmp_path_factory):
    """What a training in one go gives, on one device in one process."""
    out = tmp_path_factory.mktemp("unbroken") / "model.safetensors"
    finish(run([music, out.parent / "cache", out]))
    return out


def test_killed_thrice_and_started_again_it_ends_with_the_same_bits(run, music, tmp_path, unbroken):
    """Before the first checkpoint, at it, after the last: each start goes on from what was left."""
    out = tmp_path / "model.safetensors"
    saved = tmp_path / "model.checkpoints" / "linear"
    for kill_at, kept in ((3, []), (6, [6]), (17, [6, 12])):
        killed = run([music, tmp_path / "cache", out, kill_at])
        killed.communicate()
        assert killed.returncode == -signal.SIGKILL
        assert not out.exists()
        steps = [int(place.name) for place in saved.iterdir()] if saved.exists() else []
        assert sorted(steps) == kept
        if steps:  # what a kill amid writing leaves behind
            (saved / "13.orbax-checkpoint-tmp-1").mkdir()
            (saved / "13.orbax-checkpoint-tmp-1" / "half").write_bytes(b"x")
    finish(run([music, tmp_path / "cache", out]))
    assert out.read_bytes() == unbroken.read_bytes()


def test_four_devices_equal_one(run, music, tmp_path, unbroken):
    out = tmp_path / "model.safetensors"
    # On busy cores four devices may not meet within XLA's 40 s, after which it ends the process.
    flags = "--xla_force_host_platform_device_count=4"
    flags += " --xla_cpu_collective_call_terminate_timeout_seconds=600"
    finish(run([music, tmp_path / "cache", out], {"XLA_FLAGS": flags, "DEVICES": "4"}))
    assert_near(aj.load_model(out), aj.load_model(unbroken))


def start_two(run, music, tmp_path, **settings):
    """Start two processes that train together; settings are one for each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    shared = {"COORDINATOR": place, "PROCESSES": "2", "DEVICES": "2"}
    out = tmp_path / "model.safetensors"
    return [
        run(
            [music, tmp_path / "cache", out],
            shared | {"PROCESS": str(number)} | {key: its[number] for key, its in settings.items()},
        )
        for number in range(2)
    ]


def test_two_processes_equal_one(run, music, tmp_path, unbroken):
    for process in start_two(run, music, tmp_path):
        finish(process)
    assert_near(aj.load_model(tmp_path / "model.safetensors"), aj.load_model(unbroken))


def test_processes_that_hold_different_clips_are_stopped(run, music, tmp_path):
    for process in start_two(run, music, tmp_path, VALIDATION=["0.1", "0.4"]):
        told = process.communicate()[1]
        assert process.returncode != 0
        assert "the processes do not hold the same clips and settings" in told


def assert_near(one, other):
    """Sums in another order differ by rounding, which 18 steps of Adam may grow tenfold or so."""
    for name, values in other.network.tensors.items():
        np.testing.assert_allclose(
            one.network.tensors[name], values, rtol=0, atol=2e-4, err_msg=name
        )


def test_checkpoints_of_another_training_are_refused(manifest, cache, tmp_path):
    train_on(manifest, cache, make_recipe(steps=12), checkpoints=tmp_path / "c", progress=False)
    with pytest.raises(ValueError, match=r"another training \(batch: 8 then, 4 now\).*--restart"):
        train_on(
            manifest, cache, make_recipe(steps=12, batch=4), checkpoints=tmp_path / "c",
            progress=False,
        )  # fmt: skip
    fewer = dataclasses.replace(manifest, rows=manifest.rows[:-1])
    with pytest.raises(ValueError, match=r"another training \(clips: "):
        train_on(fewer, cache, make_recipe(steps=12), checkpoints=tmp_path / "c", progress=False)


def test_a_finished_training_is_not_done_again(manifest, cache, tmp_path, monkeypatch):
    recipe = make_recipe(steps=12)
    once = train_on(manifest, cache, recipe, checkpoints=tmp_path / "c", progress=False)
    monkeypatch.setattr("auralise_jax.training.training._Run._step", None)
    again = train_on(manifest, cache, recipe, checkpoints=tmp_path / "c", progress=False)
    assert same(once.model, again.model)
    assert again.history == once.history


def test_a_loss_that_is_no_number_stops_it_and_keeps_the_last_good_checkpoint(
    manifest, cache, tmp_path, monkeypatch
):
    real = training._Run._step

    def step(self, state, batches, course, store):
        if course.step == 8:  # weights beyond what float32 can multiply
            state = state._replace(params=training.jax.tree.map(lambda x: x * 1e30, state.params))
        return real(self, state, batches, course, store)

    monkeypatch.setattr(training._Run, "_step", step)
    recipe = make_recipe(steps=12)
    with pytest.raises(DivergedError, match=r"at step 9 the loss is (nan|inf).*step 6 is kept in"):
        train_on(manifest, cache, recipe, checkpoints=tmp_path / "c", progress=False)
    monkeypatch.undo()
    assert [place.name for place in (tmp_path / "c").iterdir()] == ["6"]
    rest = train_on(manifest, cache, recipe, checkpoints=tmp_path / "c", progress=False)
    assert same(rest.model, train_on(manifest, cache, recipe, progress=False).model)


def test_ruined_weights_are_not_saved(manifest, cache, tmp_path):
    recipe = make_recipe(rate=1e25, validate_every=1)
    with pytest.raises(DivergedError, match=r"at step \d the .*loss is .*stopped\. Begin anew"):
        train_on(manifest, cache, recipe, checkpoints=tmp_path / "c", progress=False)


def test_it_stops_early_when_nothing_gets_better_and_keeps_the_best(manifest, cache):
    seen = {}
    trained = train_on(
        manifest,
        cache,
        make_recipe(steps=200, rate=0.0, weight_decay=0.0, validate_every=2, patience=3),
        watch=seen.setdefault,
        progress=False,
    )
    assert (trained.steps, trained.best_step) == (8, 2)  # nothing moves: no look beats the first
    assert list(seen) == [0, 2, 4, 6, 8]
    assert same(trained.model, seen[0])


def test_the_model_of_the_best_validation_is_kept(manifest, cache):
    seen = {}
    trained = train_on(
        manifest, cache, make_recipe(steps=18, rate=0.05, validate_every=3),
        watch=seen.setdefault, progress=False,
    )  # fmt: skip
    losses = {p["step"]: p["validation_loss"] for p in trained.history if "validation_loss" in p}
    assert trained.best_step == min(losses, key=losses.get)
    assert same(trained.model, seen[trained.best_step])


def test_without_validation_clips_the_last_step_is_the_model(music, cache):
    manifest = scan(music, TINY, cache, validation=0, test=0, progress=False)
    assert train(manifest, cache, steps=7, validate_every=5).best_step == 7


ROWS = np.random.default_rng(0).normal(0, 3000, (12, TINY.samples)).astype(np.int16)
LABELS = np.array([0, 1] * 4 + [-1] * 4, np.int32)


def take_steps(recipe, samples, steps=1):
    """Return the states and the metrics of steps on the same batch."""
    trainer = Trainer(recipe, [3, 1])
    state, states, metrics = trainer.start, [], []
    for number in range(steps):
        state, told = trainer.step(state, samples, LABELS[: len(samples)], np.int32(number))
        states.append(jax.device_get(state))
        metrics.append(told)
    return states, metrics


def leaves(params):
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(params)])


def test_the_mean_of_the_weights_has_a_memory_that_grows():
    recipe = make_recipe(average=0.3)
    states, _ = take_steps(recipe, ROWS[:9], steps=6)
    mean = leaves(Trainer(recipe, [3, 1]).start.params).astype(float)
    for number, state in enumerate(states):
        decay = min(0.3, (1 + number) / (10 + number))
        mean = decay * mean + (1 - decay) * leaves(state.params)
        np.testing.assert_allclose(leaves(state.chosen), mean, atol=1e-6)
    assert not np.allclose(mean, leaves(states[-1].params), atol=1e-4)
    plain, _ = take_steps(make_recipe(average=0.0), ROWS[:9], steps=6)
    assert (leaves(plain[-1].chosen) == leaves(states[-1].params)).all()


def test_outliers_teach_doubt_but_are_no_clips():
    """Loss and accuracy are the music's; what fills a batch up counts for nothing."""
    recipe = make_recipe(outliers=0.25)
    (one,), (told,) = take_steps(recipe, ROWS)
    noisy = ROWS.copy()
    noisy[10:] = 0
    (same,), _ = take_steps(recipe, noisy)
    assert (leaves(one.params) == leaves(same.params)).all()
    noisy[8:10] = 0
    (other,), (theirs,) = take_steps(recipe, noisy)
    assert (leaves(one.params) != leaves(other.params)).any()
    assert (told.loss, told.accuracy) == (theirs.loss, theirs.accuracy)


SILENCE = np.zeros((3, Augmentation().samples(TINY)), np.int16)


def test_own_sounds_of_no_class_are_repeated_or_taken_from_everywhere():
    few, many = np.arange(3)[:, None], np.arange(2000)[:, None]
    assert training._as_many(few, 5).ravel().tolist() == [0, 1, 2, 0, 1]
    some = training._as_many(many, 1000).ravel()
    assert (some[0], some[-1]) == (0, 1999)
    assert set(np.diff(some)) <= {2, 3}


@pytest.mark.parametrize(
    ("sounds", "settings", "message"),
    [
        (SILENCE, {"outliers": 0.0}, "outlier_sounds need a recipe with outliers"),
        (SILENCE[:, 1:], {}, r"outlier_sounds must be int16 of shape \(sounds, \d+\)"),
        (SILENCE[:0], {}, "at least one, not int16 of shape"),
        (SILENCE.astype(float), {}, "not float64 of shape"),
    ],
)
def test_own_sounds_that_cannot_be_met_are_refused(manifest, cache, sounds, settings, message):
    recipe = dataclasses.replace(make_recipe(), augmentation=Augmentation(), **settings)
    with pytest.raises(ValueError, match=message):
        train_on(manifest, cache, recipe, outlier_sounds=sounds, progress=False)


@pytest.mark.parametrize(
    ("batch", "share", "count"), [(32, 0.1, 3), (1, 0.1, 1), (8, 0.0, 0), (4, 1.0, 4)]
)
def test_how_many_outliers_a_batch_has(batch, share, count):
    assert Recipe(batch=batch, outliers=share).outliers_per_batch == count


def test_whoever_met_outliers_is_less_sure_of_new_ones(manifest, cache):
    strange = outliers(45, 2000, TINY.samples, seed=99)
    sure = {}
    for share in (0.0, 0.25):
        model = train(manifest, cache, steps=50, outliers=share, validate_every=50).model
        odds = [model.predict(aj.Clip(one / 32767, 2000)) for one in strange]
        sure[share] = np.mean([max(told.values()) for told in odds])
    assert sure[0.25] < sure[0.0] - 0.05


def test_one_clip_a_step_is_enough(manifest, cache):
    assert train(manifest, cache, steps=2, batch=1).steps == 2


def test_rare_classes_weigh_more():
    weights = _weights([30, 10])
    np.testing.assert_allclose(weights, [2 / 3, 2], rtol=1e-6)
    assert np.dot(weights, [30, 10]) == pytest.approx(40)


def test_a_class_without_training_clips_is_said(manifest, cache):
    rows = tuple(row._replace(split="test") if row.label == "low" else row for row in manifest.rows)
    with pytest.raises(ValueError, match="no training clip of low; add files of that class"):
        train(dataclasses.replace(manifest, rows=rows), cache)


def test_manifest_and_recipe_must_speak_of_the_same_clips(manifest, cache):
    with pytest.raises(ValueError, match=r"clips are 0.37 s at 2000 Hz, the recipe's 4 s at 11025"):
        train_on(manifest, cache, Recipe(), progress=False)
    empty = Manifest((), (), 2000, TINY.duration)
    with pytest.raises(ValueError, match="at least two classes, not 0"):
        train(empty, cache)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": -1}, r"steps must be a whole number from 0 to 2\*\*31 - 1, not -1"),
        ({"batch": 0}, r"batch must be a whole number from 1 to 2\*\*31 - 1, not 0"),
        ({"rate": float("nan")}, "rate must be at least 0"),
        ({"dense_dropout": 1.0}, "dense_dropout must be 0 to below 1, not 1.0"),
        ({"average": 1.0}, "average must be 0 to below 1, not 1.0"),
        ({"outliers": 1.5}, "outliers must be a share from 0 to 1, not 1.5"),
        ({"architecture": aj.Architecture(dense=())}, "architecture must have dense layers"),
        ({"frontend": MelDecibels()}, r"frontend must be an STFT, .* pictures of a MelDecibels wi"),
    ],
)
def test_recipes_out_of_range(settings, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**settings)


@pytest.mark.parametrize(("clips", "steps"), [(10, 200), (640, 600), (10**6, 3000)])
def test_steps_follow_the_data(clips, steps):
    assert Recipe().with_steps(clips).steps == steps
    assert Recipe(steps=77).with_steps(clips).steps == 77


def test_processes_that_do_not_fit():
    with pytest.raises(ValueError, match="process must be 0 to 1, not 2"):
        join("127.0.0.1:1", 2, 2)
    with pytest.raises(ValueError, match="say which of how many processes"):
        join("127.0.0.1:1", None, 2)
    with pytest.raises(ValueError, match="positive multiple of the"):
        Devices(0)
