"""The page's sound against Python's: the same pictures, sounds and levels from the same samples."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from front_ends import FRONTENDS, SMALL
from sound_in_node import Asked

import auralise_jax as aj
from auralise_jax.audio import Clip
from auralise_jax.audio.loudness import integrated, match
from auralise_jax.frontend import AnyFrontend, Frontend, LogMel
from auralise_jax.frontend.stored import stored
from auralise_jax.listening.resynthesis import resynthesise
from auralise_jax.widgets.view import full_scale, pcm16, pixels

SHIPPED = Frontend()
OF_CLIPS: dict[str, AnyFrontend] = {
    "shipped": SHIPPED,
    "shipped log1p": dataclasses.replace(SHIPPED, compression="log1p", gain=30.0),
    "musicnn": LogMel(16_000, 512, 256, 96, frames=187, compression="log10", gain=10_000),
}
OF_SOUNDS: dict[str, AnyFrontend] = {
    **{name: one for name, one in FRONTENDS.items() if name != "mel decibels"},
    # Its highest band ends between bins: one right at the end is held or not as rounding has it.
    "log-mel db": dataclasses.replace(FRONTENDS["log-mel db"], fmax=2990),
    "no power of two": dataclasses.replace(SMALL, n_fft=60, hop_length=25),
}
QUIET = 10 ** (-60 / 20)


@pytest.fixture
def asked(tmp_path: Any) -> Asked:
    return Asked(tmp_path)


def sounds(size: int) -> dict[str, np.ndarray]:
    """Return short and odd sounds for windows of `size` samples."""
    noise = np.random.default_rng(0).normal(0, 0.2, 2 * size).astype(np.float32)
    late = noise[:size].copy()
    late[: size // 2] = 0
    return {
        "whole": noise[:size],
        "longer": noise,
        "odd": noise[: size // 3 * 2 + 1],
        "two": noise[:2],
        "one": noise[:1],
        "silent": np.zeros(size, np.float32),
        "late": late,
        "clipped": np.clip(9 * noise[:size], -1, 1),
    }


def settings_of(frontend: AnyFrontend) -> dict[str, Any]:
    settings, arrays = stored(frontend)
    tensors = {name: {"data": one, "shape": list(one.shape)} for name, one in arrays.items()}
    return {"settings": settings, "arrays": tensors}


def projections(shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Return what a network might send back: some, sparse, all negative, none, faint."""
    signed = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    sparse = np.where(np.random.default_rng(2).random(shape) < 0.02, signed, 0)
    return {
        "signed": signed,
        "sparse": sparse.astype(np.float32),
        "negative": -np.abs(signed),
        "zero": np.zeros(shape, np.float32),
        "faint": np.float32(1e-30) * signed,
    }


def compare(
    name: str,
    frontend: AnyFrontend,
    samples: np.ndarray,
    found: dict[str, Any],
    given: dict[str, np.ndarray],
) -> dict[str, float]:
    """Hold what the page made of a sound to Python's; return the largest differences, re peaks."""
    spectrum = frontend.analyse(frontend.fit(samples))
    seen = jnp.asarray(frontend.picture(spectrum))
    picture = np.asarray(seen)
    assert (tuple(found["shape"]), found["samples"]) == (frontend.shape, frontend.samples)
    assert (found["bins"], found["frames"]) == (len(frontend.bins.hz), len(frontend.bins.seconds))
    assert found["channel"] == frontend.channel
    peak = np.abs(picture).max()
    apart = np.abs(found["picture"].reshape(picture.shape) - picture).max()
    assert apart <= 1e-4 * peak, name
    floor = np.asarray(frontend.floor(spectrum))
    np.testing.assert_allclose(found["floor"], floor, rtol=1e-5, atol=1e-5 * max(peak, 1e-6))
    worst = {"picture": float(apart / (peak or 1))}
    for how in ("phase", "mask"):
        for (kind, projection), made in zip(given.items(), found[how], strict=True):
            theirs = resynthesise(projection, seen, spectrum, frontend, len(samples), how)
            case = f"{name}, {how}, {kind}"
            for what in ("samples", "magnitude"):
                mine, own = made[what], getattr(theirs, what)
                loudest = np.abs(own).max(initial=0)
                largest = np.abs(mine - own.reshape(-1)).max(initial=0)
                assert mine.size == own.size
                assert largest <= QUIET * loudest, f"{case}, {what}: {largest} of {loudest}"
                if loudest:
                    worst[what] = max(worst.get(what, 0.0), float(largest / loudest))
            assert made["scaleDb"] == pytest.approx(theirs.scale_db, abs=1e-3), case
    return worst


def report(rows: dict[str, dict[str, float]]) -> None:
    """Print the largest differences in dB of the peak."""
    for name, worst in rows.items():
        told = ", ".join(f"{what} {20 * math.log10(x or 1e-9):.0f}" for what, x in worst.items())
        print(f"{name}: {told} dB")  # noqa: T201


@pytest.mark.parametrize("name", OF_SOUNDS)
def test_front_ends_of_odd_sounds(name: str, asked: Asked) -> None:
    frontend = OF_SOUNDS[name]
    given = projections(frontend.shape)
    told = sounds(frontend.samples)
    numbers = {
        kind: asked.ask(
            "frontend",
            settings_of(frontend),
            one,
            list(given.values()),
            len(one[: frontend.samples]),
        )
        for kind, one in told.items()
    }
    report(
        {
            f"{name}, {kind}": compare(
                f"{name}, {kind}", frontend, told[kind][: frontend.samples], asked.answer(n), given
            )
            for kind, n in numbers.items()
        }
    )


def test_clips_and_their_projections(asked: Asked) -> None:
    """The shipped model's own projections; of other front ends what lies where the clip sounds.

    Where a clip holds nothing, a phase is made of float32's rounding.
    """
    cases = {}
    model = aj.load_model("genre")
    for title, clip in aj.example_clips().items():
        for name, frontend in OF_CLIPS.items():
            samples = clip.resample(frontend.sample_rate).samples[: frontend.samples]
            if name == "shipped":
                heard = aj.listen(model, clip)
                samples = heard.clip.samples
                given = {
                    layer.name: np.asarray(heard.project(layer, 3, "guided").picture)
                    for layer in model.layers
                }
            else:
                picture = np.asarray(frontend.picture(frontend.fit(samples)))
                given = {"there": projections(frontend.shape)["signed"] * picture}
            number = asked.ask(
                "frontend", settings_of(frontend), samples, list(given.values()), len(samples)
            )
            cases[f"{name}, {title}"] = frontend, samples, given, number
    report(
        {
            name: compare(name, frontend, samples, asked.answer(number), given)
            for name, (frontend, samples, given, number) in cases.items()
        }
    )


def test_loudness_and_its_match(asked: Asked) -> None:
    random = np.random.default_rng(0)
    told: dict[str, tuple[np.ndarray, int]] = {
        f"noise at {rate} Hz": (random.normal(0, 0.1, round(1.7 * rate)).astype(np.float32), rate)
        for rate in (2000, 4000, 7999, 8000, 11_025, 16_000, 44_100, 48_000, 96_000, 192_000)
    }
    gated = random.normal(0, 0.2, 44_100).astype(np.float32)
    gated[11_025:25_000] *= 1e-2
    gated[30_000:] *= 1e-5
    told |= {
        "gated": (gated, 11_025),
        "nearly a block more": (gated[: round(0.5 * 11_025) - 1], 11_025),
        "shortest": (gated[:4410], 11_025),
        "too short": (gated[:4409], 11_025),
        "one sample": (gated[:1], 11_025),
        "silent": (np.zeros(11_025, np.float32), 11_025),
        "faint": (np.float32(1e-6) * gated, 11_025),
        "clipped": (np.clip(50 * gated, -1, 1), 11_025),
    }
    told |= {title: (clip.samples, clip.sample_rate) for title, clip in aj.example_clips().items()}
    measured = {name: asked.ask("integrated", *one) for name, one in told.items()}
    goals = (-23.0, -3.0, -math.inf, math.nan)
    matched = {
        (name, goal): asked.ask("match", told[name][0], {"number": str(goal)}, told[name][1])
        for name in told
        for goal in goals
    }
    for name, number in measured.items():
        own, found = integrated(*told[name]), float(asked.answer(number))
        assert found == pytest.approx(own, abs=0.01, nan_ok=True), name
    for (name, goal), number in matched.items():
        theirs, mine = match(told[name][0], goal, told[name][1]), asked.answer(number)
        assert mine["note"] == theirs.note
        assert mine["gainDb"] == pytest.approx(theirs.gain_db, abs=0.01), name
        assert mine["limitedDb"] == pytest.approx(theirs.limited_db, abs=0.01), name
        np.testing.assert_allclose(mine["samples"], theirs.samples, rtol=2e-3, atol=1e-30)


def test_bytes_of_pictures_and_sounds(asked: Asked) -> None:
    random = np.random.default_rng(0)
    magnitude = np.exp(random.normal(-4, 4, 5000)).astype(np.float32)
    magnitude[:3] = 0, 1, 1e-9
    told = [
        (magnitude, float(magnitude.max()), random.normal(0, 0.2, 999).astype(np.float32)),
        (magnitude, 3.7, np.array([1.5, -2.5, 0.5, -0.5], np.float32)),
        (0 * magnitude, 0.0, np.zeros(3, np.float32)),
        (magnitude, 0.0, np.array([1.5, -1.0, 0.25], np.float32) / np.float32(32767)),
    ]
    numbers = [asked.ask("shown", *one) for one in told]
    for number, (picture, peak, samples) in zip(numbers, told, strict=True):
        found, clip = asked.answer(number), Clip(samples, 1000)
        own = np.frombuffer(pixels(picture, peak), np.uint8).astype(int)
        apart = np.abs(np.array(found["pixels"]) - own)
        assert apart.max() <= 1  # at a limit, rounding decides
        assert np.count_nonzero(apart) <= 2
        assert bytes(found["pcm"]) == pcm16(clip)
        assert found["scale"] == full_scale(clip)
