import assert from "node:assert/strict";
import test from "node:test";
import { following, hereWords, muchOf, nearest, next, strongestHere } from "../../js/timeline/here.js";

const PLACES = [30, 0, 4, 6.5].map((start) => ({ start, why: start === 30 ? "most a, 90 %" : "" }));

test("a moment leads to the window that begins nearest", () => {
  assert.deepEqual([-5, 1.9, 2.1, 5.5, 18, 19, 99].map((moment) => nearest(PLACES, moment)), [0, 0, 4, 6.5, 6.5, 30, 30]);
});

test("a slider goes to the next window in its direction, and stays at the last", () => {
  assert.deepEqual([0, 0.1, 4.1, 6.6, 31].map((value) => next(PLACES, value, 0.1)), [0, 4, 6.5, 30, 30]);
  assert.deepEqual([31, 29.9, 6.4, 3.9, -1].map((value) => next(PLACES, value, -0.1)), [30, 6.5, 4, 0, 0]);
});

test("the song goes on in the window that reaches furthest, if any touches", () => {
  assert.equal(following(PLACES, 0, 4), 4); // they touch
  assert.equal(following(PLACES, 0, 6.5), 6.5);
  assert.equal(following(PLACES, 4, 4), 6.5);
  assert.equal(following(PLACES, 6.5, 4), null);
  assert.equal(following(PLACES, 30, 4), null);
  assert.equal(following([{ start: 0, why: "" }, { start: 4.1, why: "" }], 0, 4), null);
});

test("of the windows that are here those with most come first, those with none not at all", () => {
  const song = /** @type {any} */ ({ hop: 1, seconds: 4, duration: 33, times: Array.from({ length: 30 }, (_, i) => i) });
  const values = song.times.map((/** @type {number} */ time) => ({ 0: 2, 4: 0, 7: 5, 29: 1 })[time] ?? 9); // 9: not here
  const found = strongestHere(values, song, PLACES);
  assert.deepEqual(found, [{ start: 6.5, end: 10.5, value: 5 }, { start: 0, end: 4, value: 2 }, { start: 30, end: 33, value: 1 }]);
  assert.deepEqual(muchOf(found).map(({ start }) => start), [6.5]);
  assert.deepEqual(muchOf([]), []);
});

test("why a window is here is said where it is known", () => {
  assert.equal(hereWords(PLACES, 30), "30.0 s: most a, 90 %");
  assert.equal(hereWords(PLACES, 4), "4.0 s");
});
