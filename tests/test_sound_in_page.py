"""The page's sound against Python's: the same pictures, sounds and levels from the same samples."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
import soxr
from front_ends import FRONTENDS, SMALL
from sound_in_node import Asked

import auralise_jax as aj
from auralise_jax.audio import Clip
from auralise_jax.audio.blocks import average
from auralise_jax.audio.loudness import integrated, match
from auralise_jax.audio.removal import take_out
from auralise_jax.frontend import AnyFrontend, Frontend, LogMel
from auralise_jax.frontend.stored import stored
from auralise_jax.listening.resynthesis import resynthesise
from auralise_jax.widgets.song import look_over
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
                strong = [aj.survey(heard, layer.name, "guided").order[0] for layer in model.layers]
                given = {
                    layer.name: np.asarray(heard.project(layer, feature, "guided").picture)
                    for layer, feature in zip(model.layers, strong, strict=True)
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


def limited(rate: int, hz: tuple[float, float], seed: int = 0) -> np.ndarray:
    """Return a second of noise that lies between two frequencies, with soft ends."""
    bins = np.fft.rfft(np.random.default_rng(seed).normal(0, 0.2, rate))
    there = np.fft.rfftfreq(rate, 1 / rate)
    inside = np.fft.irfft(np.where((there >= hz[0]) & (there <= hz[1]), bins, 0), rate)
    return (inside * np.hanning(rate)).astype(np.float32)


def exact(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return a sound that begins and ends in silence at another rate, by its Fourier series."""
    bins = np.fft.rfft(samples.astype(float))
    kept = np.zeros(rate // 2 + 1, complex)
    count = min(len(bins), len(kept))
    kept[:count] = bins[:count]
    return np.fft.irfft(kept, rate) * rate / len(samples)


def decibels_apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest difference in dB re the second's peak."""
    return 20 * math.log10(np.abs(one - other).max() / np.abs(other).max())


RATES = [
    *((rate, 11_025) for rate in (8000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000)),
    *((11_025, 48_000), (48_000, 16_000), (44_100, 48_000), (12_345, 11_025), (2000, 192_000)),
]


def test_resampling_is_as_good_as_soxr(asked: Asked) -> None:
    """Three noises: in the pass band, above the lower rate's half, and in the band between."""
    told = {}
    for old, new in RATES:
        half = min(old, new) / 2
        bands = {"pass": (0.0, 0.9 * half), "edge": (0.9 * half, 0.99 * half)}
        if new < old:
            bands["stop"] = (half, old / 2)
        for name, band in bands.items():
            sound = limited(old, band)
            told[old, new, name] = sound, asked.ask("resample", sound, old, new)
    figures: dict[tuple[int, int], str] = {}
    for (old, new, name), (sound, number) in told.items():
        mine, theirs = asked.answer(number), soxr.resample(sound, old, new, quality="HQ")
        assert len(mine) == len(theirs) == new
        if name == "stop":
            left = 20 * math.log10(np.abs(mine).max() / np.abs(sound).max())
            assert left < -120, (old, new)
            figures[old, new] += f", above the band {left:.0f} dB are left"
        elif name == "pass":
            true, apart = exact(sound, new), decibels_apart(mine, theirs)
            own, soxrs = decibels_apart(mine, true), decibels_apart(theirs, true)
            assert own < -115, (old, new)
            assert apart < -70, (old, new)  # soxr's clock is that rough at most ratios
            figures[old, new] = f"off by {own:.0f} dB (soxr {soxrs:.0f}), apart {apart:.0f}"
        else:  # both filters fall alike: what differs is far less than what the band loses
            assert decibels_apart(mine, theirs) < -30, (old, new)
    for (old, new), words in figures.items():
        print(f"{old} -> {new} Hz: {words}")  # noqa: T201


def test_resampled_lengths_are_those_of_soxr(asked: Asked) -> None:
    random = np.random.default_rng(0)
    cases = [(96_000, 11_025, 48_000), (8000, 4000, 1), (8000, 4000, 3), (8000, 12_000, 1)]
    cases += [(192_000, 8000, 5), (768_000, 1000, 40), (1000, 768_000, 2), (11_025, 11_025, 7)]
    for _ in range(60):
        old, new = (int(random.choice([8000, 11_025, 44_100, 48_000, 95_999])) for _ in range(2))
        cases.append((old, new, int(random.integers(1, 3000))))
    ones = {case: np.ones(case[2], np.float32) for case in cases}
    numbers = {case: asked.ask("resample", ones[case], *case[:2]) for case in cases}
    refused = asked.ask("resample", ones[cases[0]], 8000, 999)
    for case, number in numbers.items():
        theirs = Clip(ones[case], case[0]).resample(case[1]).samples
        assert len(asked.answer(number)) == len(theirs), case
    with pytest.raises(ValueError, match="the rate to resample to is 999 Hz; expected 1000 to"):
        asked.answer(refused)


def test_what_is_taken_out(asked: Asked) -> None:
    random = np.random.default_rng(0)
    parts: list[dict[str, tuple[float, float]]] = [
        {"band": (200.0, 800.0)},
        {"band": (0.0, 120.0)},
        {"band": (1000.0, 4000.0), "stretch": (0.21, 0.5)},
        {"band": (500.0, 600.0), "stretch": (0.3, 0.3001)},
        {"stretch": (0.1, 0.4)},
        {"stretch": (0.0, 0.2)},
        {"stretch": (0.31, 0.312)},
    ]
    told = {
        (rate, number): random.normal(0, 0.2, round(0.7 * rate) + number).astype(np.float32)
        for number, rate in enumerate((8000, 11_025, 16_000, 44_100))
    }
    told[11_025, 9] = random.normal(0, 0.2, 100).astype(np.float32)
    told[11_025, 10] = np.ones(2, np.float32)
    cases = []
    for (rate, _), samples in told.items():
        for part in parts:
            number = asked.ask("takeOut", samples, rate, part)
            cases.append((samples, rate, part, number))
    for samples, rate, part, number in cases:
        try:
            theirs = take_out(samples, rate, **part)
        except ValueError as error:
            with pytest.raises(ValueError, match=re.escape(str(error))):
                asked.answer(number)
            continue
        assert np.abs(asked.answer(number) - theirs).max() < 1e-6, (rate, len(samples), part)


def test_a_look_over_the_whole(asked: Asked) -> None:
    random = np.random.default_rng(0)
    told = {title: (clip.samples, clip.sample_rate) for title, clip in aj.example_clips().items()}
    for rate in (2000, 11_025, 44_100):
        level = np.repeat(random.random(40) ** 3, rate // 2)
        told[f"swells at {rate} Hz"] = (
            (random.normal(0, 0.1, len(level)) * level).astype(np.float32)[rate // 3 :],
            rate,
        )
    told |= {"silent": (np.zeros(30_000, np.float32), 8000)}
    told |= {"one sample": (np.ones(1, np.float32), 8000)}
    numbers = {
        name: asked.ask("look", samples, rate, 4.0, len(samples) / rate - 4, len(samples) / rate)
        for name, (samples, rate) in told.items()
    }
    for name, number in numbers.items():
        samples, rate = told[name]
        found, look = asked.answer(number), look_over([samples], rate)
        duration = len(samples) / rate
        assert (found["seconds"], found["step"]) == (look.seconds, look.step)
        np.testing.assert_array_equal(found["peaks"], look.peaks)
        np.testing.assert_allclose(found["flux"], look.flux, rtol=1e-4, atol=1e-4)
        assert found["overview"] == look.overview(duration)
        assert found["busiest"] == look.busiest(4.0, duration - 4)


def test_channels_become_their_mean(asked: Asked) -> None:
    frames = np.random.default_rng(0).normal(0, 0.2, (500, 8)).astype(np.float32)
    numbers = {count: asked.ask("mixDown", *frames[:, :count].T) for count in (1, 2, 5, 8)}
    for count, number in numbers.items():
        own = average(np.ascontiguousarray(frames[:, :count]))
        np.testing.assert_allclose(asked.answer(number), own, rtol=0, atol=1e-7 * (count > 5))
