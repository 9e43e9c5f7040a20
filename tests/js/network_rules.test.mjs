import assert from "node:assert/strict";
import test from "node:test";
import { maxPool, over, sumPool, unpool, unsumPool } from "../../js/engine/network/pooling.js";
import { checkRule, openAt, passed, RULES } from "../../js/engine/network/rules.js";

/** @param {number[]} shape @param {number[]} data */
const tensor = (shape, data) => ({ shape, data: Float32Array.from(data) });

/** @param {ArrayLike<number>} values */
const list = (values) => Array.from(values, (value) => value + 0); // no minus before a zero

test("each rule passes what its row of the table says", () => {
  const x = Float32Array.of(-1, -1, 0, 0, 1, 1);
  const g = Float32Array.of(-3, 3, -3, 3, -3, 3);
  const table = { deconvnet: [0, 3, 0, 3, 0, 3], gradient: [0, 0, 0, 0, -3, 3], guided: [0, 0, 0, 0, 0, 3] };
  for (const rule of RULES) assert.deepEqual(list(passed(rule, g, openAt(x))), table[rule]);
});

test("a ReLU with a cap is closed from its cap on, which deconvnet does not look at", () => {
  const open = openAt(Float32Array.of(0, 5, 6), 6);
  assert.deepEqual([...open], [0, 1, 0]);
  const g = Float32Array.of(1, 1, 1);
  assert.deepEqual(RULES.map((rule) => list(passed(rule, g, open))), [[1, 1, 1], [0, 1, 0], [0, 1, 0]]); // prettier-ignore
});

test("another rule is refused by its name, with those that there are", () => {
  assert.throws(() => checkRule("smooth"), { message: 'rule must be one of deconvnet, gradient, guided, not "smooth"' });
});

test("of equal values the first in a window's rows keeps the switch", () => {
  const window = { window: [2, 2], strides: [2, 2], padding: [[0, 0], [0, 0]] }; // prettier-ignore
  // Windows: all zeros; a tie in its second row; a tie of rows; what is left over at the end is dropped.
  const x = tensor([2, 7], [0, 0, 1, 1, 4, 2, 9, 0, 0, 3, 3, 2, 4, 9]);
  const { made, switches } = maxPool(x, window);
  assert.deepEqual([made.shape, list(made.data), [...switches]], [[1, 3], [0, 3, 4], [0, 9, 4]]);
  const back = new Float32Array(14);
  unpool(Float32Array.of(5, 6, 7), switches, back);
  assert.deepEqual(list(back), [5, 0, 0, 0, 7, 0, 0, 0, 0, 6, 0, 0, 0, 0]);
});

test("where windows overlap, what they send to the same cell is summed", () => {
  const { made, switches } = maxPool(tensor([5], [1, 2, 5, 0, 0]), { window: [3], strides: [2], padding: [[0, 0]] });
  const back = new Float32Array(5);
  unpool(Float32Array.of(10, 20), switches, back);
  assert.deepEqual([list(made.data), list(back)], [[5, 5], [0, 0, 30, 0, 0]]);
});

test("margins hold nothing, whatever the sign of what they surround", () => {
  const window = { window: [3, 1], strides: [1, 1], padding: [[2, 1], [0, 0]] }; // prettier-ignore
  const { made, switches } = maxPool(tensor([2, 2], [-1, -2, -3, -1]), window);
  assert.deepEqual([made.shape, list(made.data), [...switches]], [[3, 2], [-1, -2, -1, -1, -1, -1], [0, 1, 0, 3, 0, 3]]);
});

test("a maximum over whole axes is a pool, and keeps one switch", () => {
  const x = tensor([2, 2, 2], [1, 8, 3, 8, 3, 0, 2, 0]);
  const { made, switches } = maxPool(x, over(x.shape, [0, 1]));
  assert.deepEqual([list(made.data), [...switches]], [[3, 8], [2, 1]]);
});

test("the way back of sums over windows is their transpose", () => {
  const window = { window: [2, 3], strides: [1, 2], padding: [[1, 0], [1, 1]] }; // prettier-ignore
  const x = tensor([3, 4], Array.from({ length: 12 }, (_, n) => ((n * 7) % 5) - 2));
  const made = sumPool(x, window);
  const g = tensor(made.shape, list(made.data).map((_, n) => ((n * 3) % 7) - 3)); // prettier-ignore
  const back = unsumPool(g, window, x.shape);
  const dot = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) => a.reduce((sum, value, n) => sum + value * b[n], 0);
  assert.equal(dot(made.data, g.data), dot(x.data, back.data));
});
