import assert from "node:assert/strict";
import test from "node:test";
import { bytesOf, clamp, sameBytes, ticks } from "../../js/base/numbers.js";
import { Axis } from "../../js/picture/axis.js";

/** @typedef {import("../../js/picture/axis.js").Scale} Scale */

/**
 * @param {Scale} scale
 * @param {number} [most]
 */
function axisOf(scale, most = 5512.5) {
  const axis = new Axis(0.04);
  axis.set(0, most, scale);
  return axis;
}

/**
 * @param {number} one
 * @param {number} other
 */
const near = (one, other, most = 1e-9) => assert.ok(Math.abs(one - other) <= most, `${one} is not ${other}`);

for (const scale of /** @type {const} */ (["linear", "log", "mel"])) {
  test(`${scale}: value and share are inverse, and both rise`, () => {
    const axis = axisOf(scale);
    axis.zoom(0.3, 0.7);
    let before = -Infinity;
    for (let share = 0; share <= 1; share += 1 / 64) {
      near(axis.share(axis.value(share)), share);
      assert.ok(axis.value(share) > before);
      before = axis.value(share);
    }
  });

  test(`${scale}: zooming keeps what is under the pointer, within limits`, () => {
    const axis = axisOf(scale);
    const there = axis.value(0.25);
    axis.zoom(0.5, 0.25);
    near(axis.value(0.25), there, 1e-6);
    for (let i = 0; i < 20; i++) axis.zoom(0.5, 0.25);
    near(axis.window[1] - axis.window[0], 0.04);
    for (let i = 0; i < 20; i++) axis.zoom(2, 0.9);
    assert.deepEqual(axis.window, [0, 1]);
    assert.equal(axis.zoomed, false);
  });

  test(`${scale}: labels are in sight, in order and apart`, () => {
    const axis = axisOf(scale);
    for (const zoom of [1, 0.5, 0.2]) {
      axis.zoom(zoom, 0.4);
      const found = axis.ticks(300, 25);
      assert.ok(found.length >= 3, `${found}`);
      const places = found.map((value) => 300 * axis.share(value));
      assert.ok(places.every((place) => place >= -1e-6 && place <= 300 + 1e-6), `${places}`);
      assert.ok(places.slice(1).every((place, i) => place - places[i] >= 25 * 0.99), `${places}`);
    }
  });
}

test("mel is Slaney's: librosa.hz_to_mel(1000) is 15, of 6400 it is 42", () => {
  const axis = axisOf("mel", 6400);
  near(axis.share(1000), 15 / 42);
  near(axis.share(500), 7.5 / 42);
  near(axis.value(28.5 / 42), 1000 * Math.sqrt(6.4), 1e-6);
});

test("an octave is as long everywhere on the logarithmic axis, which begins at 40 Hz", () => {
  const axis = axisOf("log", 5120);
  near(axis.value(0), 40);
  near(axis.share(160) - axis.share(80), axis.share(5120) - axis.share(2560));
});

test("other limits show the whole, the same limits keep the window", () => {
  const axis = new Axis(0.02);
  axis.set(0, 4);
  axis.zoom(0.5, 0);
  axis.set(0, 4);
  assert.deepEqual(axis.window, [0, 0.5]);
  axis.set(0, 8);
  assert.deepEqual(axis.window, [0, 1]);
});

test("a window moves, and is moved to what must be seen, but not out of the whole", () => {
  const axis = new Axis(0.02);
  axis.set(0, 4);
  axis.zoom(0.25, 0);
  axis.pan(2);
  near(axis.low, 2);
  axis.reveal(2.5);
  near(axis.low, 2);
  axis.reveal(0.5);
  assert.ok(axis.share(0.5) >= 0 && axis.share(0.5) <= 1);
  axis.pan(100);
  near(axis.high, 4);
});

test("ticks are round, within, and as near as allowed", () => {
  assert.deepEqual(ticks(0, 4, 800, 80), [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
  assert.deepEqual(ticks(-80, 0, 200, 48), [-80, -60, -40, -20, 0]);
  assert.deepEqual(ticks(0.13, 0.29, 100, 30), [0.15, 0.2, 0.25]);
  assert.deepEqual(ticks(1, 2, 0, 30), []);
});

test("a value stays within its limits", () => {
  assert.deepEqual([-1, 0.5, 2].map((value) => clamp(value, 0, 1)), [0, 0.5, 1]);
});

test("bytes are the same memory, whatever they come in", () => {
  const memory = new Uint8Array([1, 2, 3, 4, 5, 6]);
  const view = bytesOf(new DataView(memory.buffer, 2, 3));
  assert.deepEqual([...view], [3, 4, 5]);
  memory[2] = 9;
  assert.equal(view[0], 9);
  assert.deepEqual([...bytesOf(memory.buffer)], [...memory]);
  assert.equal(bytesOf(null).byteLength, 0);
  assert.ok(sameBytes(memory, memory.slice()));
  assert.ok(!sameBytes(memory, memory.slice(1)));
  assert.ok(!sameBytes(memory, memory.slice().fill(0)));
});
