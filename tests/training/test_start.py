"""Trainings that start from a model: what is taken over, what stays, what is refused."""

import dataclasses

import numpy as np
import pytest
from making import HIGH_AND_LOW, TINY, make_model, make_music, make_recipe

import auralise_jax as aj
from auralise_jax.cli import main
from auralise_jax.corpus.cache import SoundCache
from auralise_jax.corpus.folder import scan
from auralise_jax.training import fixed as maps_of_fixed
from auralise_jax.training.augment import NO_AUGMENTATION
from auralise_jax.training.commands import train
from auralise_jax.training.recipe import Recipe
from auralise_jax.training.start import recipe_of
from auralise_jax.training.training import train_on

pytestmark = pytest.mark.usefixtures("compiled_quickly")

START = make_model()
RECIPE = dataclasses.replace(
    make_recipe(steps=4, validate_every=4), architecture=START.network.architecture
)


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    folder = tmp_path_factory.mktemp("music")
    make_music(folder, HIGH_AND_LOW, files=4)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return SoundCache(2000, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def manifest(music, cache):
    return scan(music, TINY, cache, validation=0, test=0, progress=False)


def learn(manifest, cache, start=START, watch=None, checkpoints=None, **settings):
    recipe = dataclasses.replace(RECIPE, **settings)
    return train_on(
        manifest, cache, recipe, start=start, watch=watch, checkpoints=checkpoints, progress=False
    ).model


def changed(model):
    """Return the names of the tensors that are not as in `START`."""
    ours, theirs = model.network.tensors, START.network.tensors
    return {n for n in ours if not np.array_equal(ours[n], theirs[n])}


def test_all_but_the_last_layer_starts_as_it_was(manifest, cache):
    seen = {}
    learn(manifest, cache, watch=seen.setdefault)
    first, last = seen[0], seen[4]
    assert changed(first) == {"dense2.kernel", "dense2.bias"}
    assert first.network.tensors["dense2.kernel"].shape == (7, 2)
    assert changed(last) == set(START.network.tensors)
    assert last.classes == ("high", "low")
    assert last.training["start"] == START.name


@pytest.mark.parametrize("fixed", [1, 3])
@pytest.mark.parametrize("average", [0.0, 0.9])
def test_fixed_layers_stay_as_they_were_and_all_others_learn(manifest, cache, fixed, average):
    model = learn(manifest, cache, fixed=fixed, average=average)
    kept = {f"conv{n}.{part}" for n in range(1, fixed + 1) for part in ("kernel", "bias")}
    assert changed(model) == set(START.network.tensors) - kept


def test_a_stopped_training_goes_on_only_from_the_same_start(manifest, cache, tmp_path):
    learn(manifest, cache, checkpoints=tmp_path)
    learn(manifest, cache, checkpoints=tmp_path)
    for other in (None, make_model(seed=1)):
        with pytest.raises(ValueError, match="start"):
            learn(manifest, cache, start=other, checkpoints=tmp_path)


def test_the_recipe_is_the_models_unless_it_is_given(music, tmp_path):
    assert recipe_of(START) == Recipe(architecture=START.network.architecture, frontend=TINY)
    path = tmp_path / "start.safetensors"
    aj.save_model(START, path)
    recipe = dataclasses.replace(recipe_of(aj.load_model(path)), steps=2, batch=4)
    settings = {"validation": 0, "test": 0, "cache": tmp_path, "progress": False}
    trained = train(music, recipe=recipe, start=path, **settings)
    assert trained.model.frontend == TINY
    assert trained.model.network.architecture.features == (4, 5, 6)


def test_a_deeper_network_takes_over_the_layers_that_it_shares(manifest, cache):
    seen = {}
    deeper = aj.Architecture(features=(4, 5, 6, 6), dense=(5, 2))
    learn(manifest, cache, watch=seen.setdefault, architecture=deeper)
    ours, theirs = seen[0].network.tensors, START.network.tensors
    same = {name for name in theirs if np.array_equal(ours[name], theirs[name])}
    assert same == {f"conv{n}.{part}" for n in (1, 2, 3) for part in ("kernel", "bias")}


def test_another_first_layer_pooling_or_front_end_is_refused(manifest, cache):
    wider = aj.Architecture(features=(5, 5, 6), dense=(7, 3))
    coarser = aj.Architecture(features=(4, 5, 6), dense=(7, 3), pool=(2, 1))
    louder = dataclasses.replace(TINY, gain=2.0)
    for other in ({"architecture": wider}, {"architecture": coarser}, {"frontend": louder}):
        with pytest.raises(ValueError, match="must be those of start, 'tiny'"):
            learn(manifest, cache, **other)


@pytest.mark.parametrize("fixed", [1, 3])
def test_maps_computed_once_train_as_maps_computed_at_each_step(
    manifest, cache, monkeypatch, fixed
):
    settings = {"fixed": fixed, "augmentation": NO_AUGMENTATION, "outliers": 0.0, "steps": 8}
    once = learn(manifest, cache, **settings)
    monkeypatch.setattr(maps_of_fixed, "MOST", 0)
    assert not maps_of_fixed.sees_the_same(dataclasses.replace(RECIPE, **settings), 1)
    each = learn(manifest, cache, **settings)
    for name, tensor in once.network.tensors.items():  # sums in another order, eight times
        np.testing.assert_allclose(tensor, each.network.tensors[name], rtol=1e-3, atol=1e-5)


def test_a_model_that_is_no_stack_of_the_paper_is_refused(manifest, cache):
    muted = START.with_gains({("conv1", 0): 0.0})
    with pytest.raises(ValueError, match="cannot be trained further"):
        learn(manifest, cache, start=muted)


@pytest.mark.parametrize("fixed", [-1, 4, True, 1.5, 1.0])
def test_no_other_number_of_layers_is_fixed(fixed):
    with pytest.raises(ValueError, match="fixed must be a number of layers from 0 to 3"):
        dataclasses.replace(RECIPE, fixed=fixed)


def test_the_command_starts_from_a_model_file(music, tmp_path, capsys):
    start, out = tmp_path / "start.safetensors", tmp_path / "mine.safetensors"
    aj.save_model(START, start)
    command = f"train {music} --from {start} --fixed 2 --steps 1 --batch 4 --validation 0 --test 0"
    command += f" --outliers 0 --cache {tmp_path} --out {out}"
    assert main([*command.split(), "--size", "small"]) == 1
    assert "are those of the model of --from; leave them out" in capsys.readouterr().err
    alone = command.replace(f"--from {start} ", "")
    assert main(alone.split()) == 1
    assert "--fixed keeps layers of the model of --from; name one" in capsys.readouterr().err
    assert main(command.split()) == 0
    kept = {name for name in START.network.tensors if name.startswith(("conv1", "conv2"))}
    assert changed(aj.load_model(out)) == set(START.network.tensors) - kept
