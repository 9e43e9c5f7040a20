import assert from "node:assert/strict";
import test from "node:test";
import { likenesses } from "../../js/engine/insight/control.js";
import { drawControl } from "../../js/engine/insight/drawing.js";
import { effectsOf, spreadOver } from "../../js/engine/insight/effects.js";
import { leafOrder } from "../../js/engine/insight/leaves.js";
import { averageLinkage, clusters } from "../../js/engine/insight/linkage.js";
import { facts } from "../../js/engine/insight/ranking.js";
import { draws, interval, MOST_PIECES } from "../../js/engine/insight/resampling.js";
import { fixed, rounded } from "../../js/engine/insight/rounding.js";
import { survey, surveying } from "../../js/engine/insight/survey.js";
import { keyOf, randomBits } from "../../js/engine/insight/threefry.js";

/** Numbers of one bell-like shape, the same at each run. @param {number} seed @param {number} count */
function drawn(seed, count) {
  const bits = randomBits(keyOf(seed), 4 * count);
  return Float32Array.from({ length: count }, (_, n) => bits.subarray(4 * n, 4 * n + 4).reduce((sum, one) => sum + one / 2 ** 32 - 0.5, 0));
}

const SHAPE = [8, 32];
const SOURCE = drawn(1, 256).map(Math.abs);
const LAYER = Array.from({ length: 6 }, (_, k) => drawn(2 + k, 256));

/** @param {Float32Array[]} projections */
const surveyOf = (projections) => survey({ projections, source: SOURCE, shape: SHAPE });

/** @param {Float64Array} table @param {number[]} order */
const turned = (table, order) => Array.from(order, (row) => Array.from(order, (column) => table[row * order.length + column]));

test("Threefry-2x32 of twenty rounds gives the numbers of its authors", () => {
  // Salmon et al. publish both words of a block; JAX keeps their exclusive or.
  assert.equal(randomBits([0, 0], 1)[0], (0x6b200159 ^ 0x99ba4efe) >>> 0);
});

test("a number drawn depends on its key and its place alone", () => {
  const whole = randomBits([3, 4], 100);
  assert.deepEqual(randomBits([3, 4], 40, 60), whole.subarray(60));
  assert.notDeepEqual(randomBits([4, 3], 100), whole);
});

test("weights are a normal that is cut at twice its scale, and fill whole tensors", async () => {
  let steps = 0;
  const recipe = {
    seed: 0,
    draws: [{ tensor: "kernel", shape: [100, 1000], key: /** @type {[number, number]} */ ([1, 2]), scale: 0.5 }],
    zeros: [{ tensor: "bias", shape: [7] }],
    held: [{ tensor: "mean", shape: [2, 1], values: [0.1, 3] }],
  };
  const { kernel, bias, mean } = await drawControl(recipe, () => steps++);
  const sorted = kernel.data.toSorted();
  assert.ok(sorted[0] > -1 && sorted[0] < -0.99 && sorted[99999] < 1 && sorted[99999] > 0.99);
  assert.ok(Math.abs(sorted[50000]) < 0.01);
  const spread = Math.sqrt(kernel.data.reduce((sum, one) => sum + one * one, 0) / 1e5) / 0.5;
  assert.ok(Math.abs(spread - 0.8796) < 0.005, `${spread}`); // of a standard normal cut at -2 and 2
  assert.deepEqual([kernel.shape, bias, mean], [[100, 1000], { data: new Float32Array(7), shape: [7] }, { data: new Float32Array([0.1, 3]), shape: [2, 1] }]);
  assert.equal(steps, 2); // one before each part
});

test("a draw that nobody wants ends", async () => {
  const recipe = { seed: 0, draws: [{ tensor: "a", shape: [1e6], key: /** @type {[number, number]} */ ([1, 2]), scale: 1 }], zeros: [], held: [] };
  let steps = 0;
  const work = drawControl(recipe, () => {
    if (++steps === 3) throw new Error("stale");
  });
  await assert.rejects(work, /stale/);
});

test("the order in which projections come changes nothing", async () => {
  const layer = surveying({ source: SOURCE, shape: SHAPE, features: LAYER.length });
  for (const k of [3, 0, 5, 1, 4, 2]) layer.add(k, LAYER[k]);
  assert.deepEqual(await layer.found(), await surveyOf(LAYER));
});

test("a survey that nobody wants ends", async () => {
  for (const last of [3, 7]) { // among the projections, and after them
    let steps = 0;
    const work = survey({ projections: LAYER, source: SOURCE, shape: SHAPE, check: () => {
      if (++steps === last) throw new Error("stale");
    } });
    await assert.rejects(work, /stale/);
  }
});

test("a survey of the same features in another order is the same survey", async () => {
  const order = [4, 2, 0, 5, 3, 1];
  const [one, other] = [await surveyOf(LAYER), await surveyOf(order.map((k) => LAYER[k]))];
  assert.deepEqual(turned(one.correlation, order), turned(other.correlation, [0, 1, 2, 3, 4, 5]));
  for (const key of /** @type {const} */ (["likeness", "sparseness", "intervals"])) assert.deepEqual(order.map((k) => one[key][k]), other[key]);
  const ranks = facts(other, { control: 0.5 }).order?.map((k) => order[k]);
  assert.deepEqual(facts(one, { control: 0.5 }).order, ranks);
});

test("loudness changes a feature's energy and nothing else; what a rectifier takes off counts for nothing", async () => {
  const louder = LAYER.map((one, k) => one.map((value) => (value > 0 ? value * 2 ** k : value)));
  const [one, other] = [await surveyOf(LAYER), await surveyOf(louder)];
  assert.deepEqual([one.likeness, one.sparseness, one.correlation], [other.likeness, other.sparseness, other.correlation]);
  const shares = one.energy.map((energy, k) => energy * 4 ** k);
  const sum = shares.reduce((total, share) => total + share, 0);
  other.energy.forEach((energy, k) => assert.ok(Math.abs(energy - shares[k] / sum) < 1e-6));
});

test("the source's echo is as like it as can be, a duplicate has an original, and a silent feature nothing", async () => {
  const found = await surveyOf([SOURCE, LAYER[0], SOURCE.map((value) => value / 3), new Float32Array(256)]);
  const seen = facts(found, { control: 0.5, among: [0.12344, 0.9] });
  assert.deepEqual([seen.likeness[0], seen.likeness[2], seen.likeness[3]], [1, 1, 0]);
  assert.deepEqual([seen.copies, seen.twin.slice(2), seen.redundancy[2]], [[-1, -1, 0, -1], [0, -1], 1]);
  assert.deepEqual([seen.order?.at(-1), seen.similar.at(-1), seen.group[3], seen.likeness_interval?.[3]], [3, 3, -1, null]);
  assert.deepEqual(seen.likeness_interval?.[0], [1, 1]);
  assert.deepEqual(seen.control_range, [0.123, 0.9]);
});

test("equal pictures are a group, however much alike features must be", async () => {
  const projections = [...LAYER, ...LAYER.map((one) => one.map((value) => value / 3))];
  const { group } = await survey({ projections, source: SOURCE, shape: SHAPE, alike: 1 });
  assert.deepEqual(group, [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
});

test("there is no order before the control is known, or why there is none", async () => {
  const found = await surveyOf(LAYER);
  assert.equal(facts(found).order, null);
  const [ranked, none] = [facts(found, { control: 1 }), facts(found, { control: null, why: "it has no weights" })];
  assert.deepEqual(ranked.order, none.order); // all are below a likeness of 1
  assert.equal(none.verdict, "No control: it has no weights; ranked by energy.");
  assert.match(ranked.verdict, /^\d features have 16.7 % of the energy or more and are less like the source than random weights \(1.00\): first in the ranking\.$/);
  assert.match(facts(found, { control: 0 }).verdict, /^No feature has 16.7 % .* is less .* \(0.00\): ranked by energy\.$/);
});

test("numbers that are not finite, and projections of another size, are refused", async () => {
  await assert.rejects(surveyOf([LAYER[0].map((value, n) => (n === 9 ? NaN : value))]), /must be finite/);
  await assert.rejects(surveyOf([LAYER[0].subarray(1)]), /shape of a projection/);
  assert.throws(() => likenesses([LAYER[0].map((value, n) => (n === 9 ? Infinity : value))], SOURCE, SHAPE), /must be finite/);
});

test("a control's likenesses are those of its survey; silent features do not count", async () => {
  const layer = [...LAYER, new Float32Array(256)];
  const { likeness } = await surveyOf(layer);
  const { mean, among } = likenesses(layer, SOURCE, SHAPE);
  assert.ok(Math.abs(mean - likeness.reduce((sum, r) => sum + r, 0) / 6) < 1e-12);
  assert.ok(among[0] < mean && mean < among[1]);
  assert.deepEqual(likenesses([new Float32Array(256)], SOURCE, SHAPE), { mean: 0, among: [0, 0] });
});

test("the tree's leaves come in the shortest order that turning branches allows", () => {
  const places = [3, 0, 1, 5, 4.5, 0.2];
  const distance = Float64Array.from({ length: 36 }, (_, n) => Math.abs(places[n % 6] - places[Math.floor(n / 6)]));
  const tree = averageLinkage(distance, 6);
  assert.deepEqual(leafOrder(tree, distance, 6).map((leaf) => places[leaf]), [0, 0.2, 1, 3, 4.5, 5]);
  assert.deepEqual(clusters(tree, 6, 0.9), [0, 1, 1, 3, 3, 1]);
  assert.deepEqual(leafOrder([], new Float64Array(1), 1), [0]);
});

test("every draw has as many pieces as there are, and an interval holds what they mostly give", () => {
  for (const pieces of [2, 5, MOST_PIECES]) {
    const counts = draws(pieces);
    for (let n = 0; n < counts.length; n += pieces) assert.equal(counts.subarray(n, n + pieces).reduce((sum, one) => sum + one, 0), pieces);
    const share = counts.reduce((sum, one, n) => sum + (n % pieces ? 0 : one), 0) / 2000;
    assert.ok(Math.abs(share - 1) < 0.1); // each piece once on average; the mean of 2,000 is 0.022 off by chance
    const [low, high] = interval(Float64Array.from({ length: 2000 }, (_, n) => 1999 - n), pieces);
    assert.ok(low >= 0 && low < 50 && Math.abs(low + high - 1999) < 1e-6);
  }
});

test("effects have an order, and an interval where there is more than one window", () => {
  const one = effectsOf([0.123456, -3, 0], []);
  assert.deepEqual(one, { why: "", windows: 1, order: [1, 2, 0], here: [0.1235, -3, 0], mean: [0.1235, -3, 0], low: null, high: null });
  const two = effectsOf([9, 9], [[1, -1], [3, -1]]);
  assert.deepEqual([two.mean, two.low, two.high, two.here], [[2, -1], [1, -1], [3, -1], [9, 9]]);
  assert.deepEqual(spreadOver(10, 4), [0, 6]);
});

test("numbers are rounded as Python rounds them", () => {
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, -1.5, 0.4999].map((value) => rounded(value, 0) + 0), [0, 2, 2, 0, -2, 0]);
  assert.deepEqual([6.25, 6.35, 0.125, 0.375].map((value, n) => fixed(value, n < 2 ? 1 : 2)), ["6.2", "6.3", "0.12", "0.38"]);
});
