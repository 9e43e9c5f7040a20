"""The sound's graph, rendered offline: what its waveform does while a person switches and drags."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from shipped import bring_sound

RATE = 48000  # Hz
DURATION = 2.0  # s, of each sound
START, OFFSET = 0.1, 0.5  # s: playing starts when, and from where in the sound

# Sounds are lists of [amplitude, hertz]; 0 hertz is a constant. An event is
# [time, name, ...arguments of a Mixer's method], and a sound stands for its buffer.
_RENDER = """
async ({ a, b, events, heard, seconds, rate, duration, start, offset }) => {
  const context = new OfflineAudioContext(1, rate * seconds, rate);
  const buffer = (sound) => {
    const samples = new Float32Array(rate * duration);
    for (const [amplitude, hertz] of sound) {
      for (let i = 0; i < samples.length; i++) {
        samples[i] += amplitude * Math.cos((2 * Math.PI * hertz * i) / rate);
      }
    }
    return fitBuffer(context, { samples, rate, scale: 1 }, duration);
  };
  const mixer = new Mixer(context, { heard, volume: 1 });
  let ended = 0;
  mixer.onended = () => ended++;
  mixer.put("a", buffer(a), 0);
  mixer.put("b", buffer(b), 0);
  mixer.start(start, offset);
  const moments = new Map();
  for (const [time, ...event] of events) {
    const moment = Math.ceil((time * rate) / 128) * 128 / rate; // contexts stop at whole blocks
    moments.set(moment, [...(moments.get(moment) ?? []), event]);
  }
  for (const [moment, happening] of moments) {
    context.suspend(moment).then(() => {
      for (const [name, ...given] of happening) {
        if (name === "put") mixer.put(given[0], buffer(given[1]), mixer.soon());
        if (name === "hear") mixer.hear(given[0], mixer.soon());
        if (name === "seek") mixer.start(mixer.soon(), given[0]);
        if (name === "late put") mixer.put(given[0], buffer(given[1]), context.currentTime - 0.05);
        if (name === "late seek") mixer.start(context.currentTime - 0.05, given[0]);
        if (name === "stop") mixer.stop(mixer.soon());
        if (name === "loop") mixer.setLoop(given[0], context.currentTime);
        if (name === "add") mixer.add(given[0]);
        if (name === "remove") mixer.remove(given[0], mixer.soon());
      }
      context.resume();
    });
  }
  const samples = (await context.startRendering()).getChannelData(0);
  const url = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(new Blob([samples]));
  });
  return [url.split(",")[1], ended];
}
"""

MIX = [[0.3, 440], [0.2, 1234.5], [0.1, 3777]]
TONE_A, TONE_B, TONE_C = ([[0.5, hertz]] for hertz in (440, 660, 550))

Render = Callable[..., np.ndarray]


@pytest.fixture
def offline(page: Page) -> Page:
    """An empty page that knows the graph and the player as they are shipped."""
    return bring_sound(page)


@pytest.fixture
def render(offline: Page) -> Render:
    def render(
        a: list[list[float]],
        b: list[list[float]],
        events: list[list[Any]],
        heard: str = "b",
        seconds: float = 4.0,
    ) -> np.ndarray:
        data, render.ended = offline.evaluate(
            _RENDER,
            {
                "a": a,
                "b": b,
                "events": events,
                "heard": heard,
                "seconds": seconds,
                "rate": RATE,
                "duration": DURATION,
                "start": START,
                "offset": OFFSET,
            },
        )
        return np.frombuffer(base64.b64decode(data), np.float32).astype(float)

    return render


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max())


def between(samples: np.ndarray, start: float, end: float) -> np.ndarray:
    return samples[round(start * RATE) : round(end * RATE)]


# Two crossfading copies add up in float32: a few roundings at 2**-24 of full scale.
UNCHANGED = 1e-5


def test_the_same_sound_goes_on_unchanged(render: Render) -> None:
    """With A = B nothing can be heard of switches and swaps, the loop's seam included."""
    steady = render(MIX, MIX, [])
    events: list[list[Any]] = []
    for i in range(28):
        what = ["hear", "ab"[i % 8 == 7]] if i % 4 == 3 else ["put", "ab"[i % 3 == 0], MIX]
        events.append([0.5 + 0.12 * i, *what])
    assert np.abs(steady).max() > 0.5
    assert difference(render(MIX, MIX, events), steady) < UNCHANGED


def test_rapid_swaps_of_the_same_sound_go_on_unchanged(render: Render) -> None:
    """Every 4 ms another buffer, faster than a crossfade lasts, across the loop's seam."""
    events = [[1.5 + 0.004 * i, "put", "b", MIX] for i in range(60)]
    events += [[1.9 + 0.004 * i, "hear", "ab"[i % 2]] for i in range(30)]
    assert difference(render(MIX, MIX, events), render(MIX, MIX, [])) < UNCHANGED


def test_a_does_not_notice_what_happens_to_b(render: Render) -> None:
    events = [[0.5 + 0.1 * i, "put", "b", [[0.5, 300 + 50 * i]]] for i in range(30)]
    steady = render(MIX, TONE_B, [], heard="a")
    assert difference(render(MIX, TONE_B, events, heard="a"), steady) < UNCHANGED


def test_the_sound_stands_where_the_clock_says(render: Render) -> None:
    """Looped and sought, sample by sample; soft only at its own two ends."""
    played = render(TONE_A, MIX, [[1.0, "seek", 0.25]])
    length = round(DURATION * RATE)
    n = np.arange(length) / RATE
    sound = sum(amplitude * np.cos(2 * np.pi * hertz * n) for amplitude, hertz in MIX)

    def agrees(start: float, end: float, when: float, offset: float) -> bool:
        n = np.arange(round(start * RATE), round(end * RATE))
        at = (n - round(when * RATE) + round(offset * RATE)) % length
        inside = (at > 0.004 * RATE) & (at < length - 0.004 * RATE)
        return difference(played[n][inside], sound[at][inside]) < UNCHANGED

    assert agrees(START + 0.02, 1.0, START, OFFSET)
    # A seek is granted at the next block and after the look-ahead; find the sample.
    when = next(n / RATE for n in range(RATE, RATE + 2000) if agrees(1.1, 1.2, n / RATE, 0.25))
    assert when - 1.0 < 0.03
    assert agrees(1.1, 4.0, when, 0.25)  # over the seam, and in step with the first round


@pytest.mark.parametrize("heard", ["a", "b"])
def test_what_starts_too_late_is_in_step_soon(render: Render, heard: str) -> None:
    """A page may be held up until the time of a change has passed; the clock holds all the same."""
    steady = render(MIX, TONE_C, [], heard=heard)
    same = ["late seek", 0.6 - 0.05 - START + OFFSET]  # to where it is anyway
    for event in (same, ["late put", "a", MIX], ["late put", "b", TONE_C]):
        played = render(MIX, TONE_C, [[0.6, *event]], heard=heard)
        assert difference(*(between(one, 0.7, 4.0) for one in (played, steady))) < UNCHANGED


def test_a_deck_comes_and_is_heard_and_goes_without_a_gap(render: Render) -> None:
    """All three rows have the same sound: nothing can be heard of row C's coming and going."""
    events: list[list[Any]] = []
    for i in range(5):  # again and again, across the loop's seam
        events += [[0.5 + 0.6 * i, *what] for what in (["add", "c"], ["put", "c", MIX])]
        events += [[0.5 + 0.6 * i, "hear", "c"], [0.7 + 0.6 * i, "put", "b", MIX]]
        events += [[0.9 + 0.6 * i, "hear", "ab"[i % 2]], [0.9 + 0.6 * i, "remove", "c"]]
    assert difference(render(MIX, MIX, events), render(MIX, MIX, [])) < UNCHANGED


def test_a_new_deck_sounds_where_the_clock_says(render: Render) -> None:
    """Added to a graph that runs, it joins the others in step, and they do not notice."""
    events = [[0.7, "add", "c"], [0.7, "put", "c", TONE_C]]
    steady = render(TONE_A, TONE_C, [])
    assert difference(render(TONE_A, TONE_C, events), steady) < UNCHANGED
    events.append([1.0, "hear", "c"])
    played = render(TONE_A, TONE_B, events)
    after = [between(one, 1.1, 4.0) for one in (played, steady)]
    assert difference(*after) < UNCHANGED


def test_no_step_stands_out(render: Render) -> None:
    """No click: no jump and no kink that the steady tones do not have themselves."""
    steady = between(render(TONE_A, TONE_B, [], seconds=1.0), 0.3, 0.9)
    events: list[list[Any]] = [
        *([0.3, "hear", "a"], [0.5, "hear", "b"], [0.506, "hear", "a"], [0.7, "hear", "b"]),
        *([0.9, "put", "b", TONE_C], [1.1, "seek", 1.3], [1.106, "seek", 0.1]),
        *([1.5, "put", "b", TONE_B], [1.506, "put", "b", TONE_C], [1.51, "hear", "a"]),
        [1.8, "stop"],
    ]
    played = render(TONE_A, TONE_B, events)
    assert np.abs(between(played, 1.9, 4.0)).max() == 0
    changing = between(played, 0.2, 1.9)
    cut = np.concatenate([steady[:9000], 0.5 * np.cos(np.arange(9000) * 2 * np.pi * 440 / RATE)])

    def step(samples: np.ndarray, order: int) -> float:
        return float(np.abs(np.diff(samples, order)).max())

    # In a crossfade of 15 ms gains move by 1/720 a sample: over two tones of 0.5 that adds at
    # most 0.0014 to a step of 0.043, and to a second difference of 0.0037.
    assert step(changing, 1) < 1.05 * step(steady, 1)
    assert step(changing, 2) < 1.5 * step(steady, 2)
    assert step(cut, 1) > 5 * step(steady, 1)  # what a hard cut would do
    assert step(cut, 2) > 50 * step(steady, 2)


def test_the_seam_of_the_loop_is_soft(render: Render) -> None:
    """Even a constant, the worst case, goes to zero and back in straight lines of 3 ms."""
    played = render([[0.0, 0]], [[0.5, 0]], [])
    seam = START + DURATION - OFFSET
    around = between(played, seam - 0.01, seam + 0.01)
    assert around.min() == 0
    assert np.abs(np.diff(around)).max() < 1.05 * 0.5 / (0.003 * RATE)
    assert difference(around[: round(0.006 * RATE)], np.full(round(0.006 * RATE), 0.5)) < UNCHANGED


def test_gains_are_equal_gain(render: Render) -> None:
    """Both gains are straight lines that add up to one, also when a switch interrupts another."""
    events = [[0.5, "hear", "a"], [0.7, "hear", "b"], [0.706, "hear", "a"], [0.9, "hear", "b"]]
    one, nothing = [[1.0, 0]], [[0.0, 0]]
    gain_a = between(render(one, nothing, events, seconds=1.2), 0.2, 1.2)
    gain_b = between(render(nothing, one, events, seconds=1.2), 0.2, 1.2)
    assert difference(gain_a + gain_b, np.ones(RATE)) < UNCHANGED
    assert gain_a.min() == 0
    assert gain_a.max() == 1
    moving = np.flatnonzero(np.abs(np.diff(between(gain_a, 0.2, 0.45))) > 1e-6)
    assert len(moving) == pytest.approx(0.015 * RATE, abs=2)
    assert np.ptp(np.diff(gain_a)[round(0.2 * RATE) + moving]) < UNCHANGED  # straight
    assert np.abs(np.diff(gain_a)).max() < 1.01 / (0.015 * RATE)  # and never steeper


def test_without_loop_it_ends(render: Render) -> None:
    played = render(TONE_A, TONE_B, [[0.5, "loop", False]])
    end = START + DURATION - OFFSET
    assert np.abs(between(played, end - 0.1, end - 0.01)).max() > 0.4
    assert np.abs(between(played, end, 4.0)).max() == 0
    assert render.ended == 2  # each deck says so


@pytest.mark.parametrize("hertz", [500, 2000, 4000])
def test_decoding_keeps_level_and_place(offline: Page, hertz: float) -> None:
    """int16 samples at 11,025 Hz arrive at the loudspeaker's rate as they were.

    Above about 4.5 kHz the browser's own resampler takes some away, from A and B alike.
    """
    sr, scale, seconds = 11025, 0.5, 2.0
    n = np.arange(round(sr * seconds))
    pcm = np.round(16000 * np.sin(2 * np.pi * hertz * n / sr)).astype("<i2")
    length, samples = offline.evaluate(
        """
        async ([text, rate, scale, seconds, out]) => {
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const context = new OfflineAudioContext(1, 10, out);
          const sound = { bytes, codec: "pcm16", rate, scale };
          const decoded = await decodeSound(context, sound);
          const found = fitBuffer(context, decoded, seconds);
          const samples = found.getChannelData(0);
          return [samples.length, [...samples.slice(9600, 19200)]];
        }
        """,
        [base64.b64encode(pcm.tobytes()).decode(), sr, scale, seconds, RATE],
    )
    assert length == round(seconds * RATE)
    turns = np.exp(-2j * np.pi * hertz * np.arange(9600, 19200) / RATE)
    found = 2j * np.mean(np.array(samples) * turns)  # whole periods: amplitude and phase
    assert abs(found) == pytest.approx(scale * 16000 / 32767, rel=0.01)  # 0.1 dB
    assert np.angle(found) / (2 * np.pi * hertz) == pytest.approx(0, abs=2e-6)  # s
