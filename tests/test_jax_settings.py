"""What people set JAX to: listening works as ever, or says in one line what to do."""

import dataclasses
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import jax
import numpy as np
import pytest
from configured import settings
from making import TINY, make_model, make_noise
from talking import Talk

import auralise_jax as aj
from auralise_jax.atlas.hearing import FileListener
from auralise_jax.atlas.rendering import project_columns
from auralise_jax.insight.analysis import analyse
from auralise_jax.insight.evidence import Evidence

pytestmark = pytest.mark.usefixtures("compiled_quickly")

LARGE = dataclasses.replace(TINY, n_fft=256, duration=1.0)
"""Its first two blocks are large enough for the forms that training uses."""

STRICT = {
    "jax_numpy_rank_promotion": "raise",
    "jax_numpy_dtype_promotion": "strict",
    "jax_transfer_guard": "disallow",
    "jax_debug_nans": True,
    "jax_default_prng_impl": "rbg",
    "jax_default_matmul_precision": "bfloat16",
}

Results = dict[str, np.ndarray]


def heard(model: aj.Model, clip: aj.Clip) -> Results:
    """Listen, project, auralise."""
    found: Results = {}
    own = aj.listen(model, clip)
    found["picture"] = own.picture
    found["odds"] = np.array([*model.predict(clip).values()])
    shot = own.project(2, 1)
    found["projection"] = shot.picture
    found["strongest"] = own.project("conv2", 2, "guided", "strongest").picture
    for resynthesis in ("phase", "mask"):
        found[resynthesis] = shot.auralise(resynthesis).samples
    return found


def asked(model: aj.Model, clip: aj.Clip) -> Results:
    """Survey, correlate attributes, take apart; the untrained control, the explorer."""
    found: Results = {}
    own = aj.listen(model, clip)
    found["layer"] = own.project_layer(2)
    found["interest"] = aj.survey(own, 2).likeness
    clips = [make_noise(clip.duration, seed=seed) for seed in range(3)]
    for by in ("projection", "activation", "auralised"):
        told = aj.attribute_correlations(
            model, clips, [{"seed": seed} for seed in range(3)], by, layers=[1], progress=False
        )
        found[by] = np.array([row.mean for row in told])
    for by in ("zero", "mean"):
        muted = aj.ablate(model, clips, 1, by, controls=1, progress=False)
        found[f"ablation by {by}"] = muted.effect
        found[f"control by {by}"] = muted.control.effect
    group = aj.ablate(model, clips, 2, features=[0, 3], draws=2, progress=False)
    found["group"], found["random groups"] = group.effect, group.control.effect
    apart = analyse(clip, model.frontend)
    found["apart"] = apart.picture
    maps = Evidence(apart.picture[None].astype(np.float32), ()).maps(model)
    found.update({f"maps {number}": one for number, one in enumerate(maps)})
    found["odd length"] = jax.device_get(model.frontend.picture(clip.samples[:123]))
    found |= aj.random_model(model, 3).network.tensors
    module = jax.jit(model.network.module)
    found["module"] = jax.device_get(module(jax.device_put(own.picture[None])))
    with tempfile.TemporaryDirectory() as folder:  # as an atlas does it
        file = FileListener(model).listen(clip.save(Path(folder) / "noise.flac"))
    found["atlas means"], found["atlas values"] = file.means, file.value
    found["excerpt"] = project_columns(own, 2, 1, slice(1, 3)).picture
    song = aj.listen_song(model, make_noise(4.1), 0.5, progress=False)
    found["song odds"], found["song activity"] = song.probabilities, song.activity(2)
    shot = song.project(1, 1, start=1.0, end=3.0)
    found["song projection"], found["song sound"] = shot.picture, shot.auralise().samples
    with aj.explore(model, clip, layer=2, feature=3) as panel:
        bank = Talk(panel).bank()  # made by the panel's own thread
        assert bank is not None, panel.error
        found["panel"] = np.frombuffer(panel.answer, np.uint8)
    return found


def assert_same(found: Results, wanted: Results) -> None:
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name].dtype == value.dtype, name
        if value.dtype == np.uint8:  # a rounding may move a pixel or a sample by one
            off = np.abs(found[name].astype(int) - value)
            assert np.isin(off, (0, 1, 255)).all(), name
        else:  # compiled anew, so float32 may round another way
            peak = np.abs(value).max()
            np.testing.assert_allclose(found[name], value, atol=1e-5 * peak, err_msg=name)


@pytest.fixture(scope="module")
def model() -> aj.Model:
    return make_model(LARGE, features=(4, 5))


@pytest.fixture(scope="module")
def wanted(model: aj.Model) -> Results:
    clip = make_noise(1.0)
    return heard(model, clip) | asked(model, clip)


@pytest.mark.parametrize(
    "names",
    [STRICT, STRICT | {"jax_enable_x64": True}, {"jax_check_tracer_leaks": True}],
    ids=["strict", "64-bit", "leaks"],
)
def test_results_do_not_depend_on_settings(
    model: aj.Model, wanted: Results, names: dict[str, object]
) -> None:
    clip, fresh = make_noise(1.0), dataclasses.replace(model)  # nothing of it is on the device yet
    with settings(**names):
        assert_same(heard(fresh, clip) | asked(fresh, clip), wanted)


def test_a_setting_of_one_thread_may_miss_the_others(model: aj.Model, wanted: Results) -> None:
    # JAX's context managers hold for one thread; a layer is projected by two others.
    with jax.enable_x64(True), jax.numpy_rank_promotion("raise"):
        own = aj.listen(dataclasses.replace(model), make_noise(1.0))
        assert_same({"layer": own.project_layer(2)}, {"layer": wanted["layer"]})


def test_without_compiling() -> None:
    def sound() -> Results:
        shot = aj.listen(make_model(features=(2,), dense=()), make_noise(0.37)).project(1, 1)
        return {"projection": shot.picture, "phase": shot.auralise().samples}

    ordinary = sound()
    with settings(jax_disable_jit=True):
        assert_same(sound(), ordinary)


def test_a_model_first_used_while_tracing_can_be_used_after(model: aj.Model) -> None:
    fresh = dataclasses.replace(model.network)
    picture = aj.listen(model, make_noise(1.0)).picture
    traced = jax.jit(lambda x: fresh.forward(x)[-1].maps)(picture)
    again = fresh.forward(jax.device_put(picture))[-1].maps
    np.testing.assert_allclose(traced, again, atol=1e-6 * float(again.max()))  # compiled apart


@pytest.mark.parametrize("platform", ["nowhere"])
def test_a_platform_that_is_not_there_is_named(platform: str) -> None:
    code = (
        "import auralise_jax as aj; aj.listen(aj.load_model('genre'), aj.example_clips()['bach'])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"JAX_PLATFORMS": platform},
        capture_output=True,
        text=True,
        check=False,
    )
    last = ran.stderr.splitlines()[-1]
    assert last.startswith(f"OSError: JAX_PLATFORMS is '{platform}', but JAX cannot compute there")
    assert last.endswith("unset it, or set JAX_PLATFORMS=cpu")
