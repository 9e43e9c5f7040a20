import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { halves } from "../../js/base/halves.js";
import { editsFor } from "../../js/engine/network/edits.js";
import { controlFacts, legalControl, rowsOf, whyNoRow } from "../../js/explorer/control_row.js";
import { said, saidBeside, saidOf } from "../../js/explorer/said.js";
import { activityOf, countWindows, distances, sliding, Wave } from "../../js/explorer/song_pass.js";

/** What Python finds; tests/widgets/test_timeline.py has the same table. */
const SHARED = JSON.parse(await readFile(new URL("./moments.json", import.meta.url), "utf8"));

test("float16 is Python's", () => {
  assert.deepEqual([...halves(SHARED.halves.values)], SHARED.halves.bits);
  assert.deepEqual([...halves([1 + 2 ** -11, 1 + 3 * 2 ** -11, 2047.5 / 1024, 65519, 65520, 2 ** -25, 1.5 * 2 ** -24])], [0x3c00, 0x3c02, 0x4000, 0x7bff, 0x7c00, 0, 2]); // ties to even
  assert.deepEqual([...halves([-1, -Infinity, NaN])], [0xbc00, 0xfc00, 0x7e00]);
});

test("a gain scales what a map is beyond silence", () => {
  const off = [0.5, -1, 2];
  const network = { layers: [{ name: "low", features: 2 }, { name: "high", features: 3 }], off: () => Float32Array.from(off), unread: ["low"] };
  for (const gain of [0, 0.25, 1, 2]) {
    const edit = editsFor(network, [[2, 1, gain]]).get(2);
    for (const map of [-3, -1, 0.5, 7]) {
      const passes = off.map((_, k) => map * (edit?.scale[k] ?? 1) + (edit?.shift[k] ?? 0));
      assert.deepEqual(passes, [map, off[1] + gain * (map - off[1]), map]);
    }
  }
  assert.equal(editsFor(network, []).size, 0);
  assert.throws(() => editsFor(network, [[1, 0, 0]]), /no other layer and no output reads 'low'/);
});

test("windows of a song are those of Python", () => {
  assert.deepEqual([10, 249, 250, 349].map((samples) => countWindows(samples, 100, 100)), [1, 2, 3, 3]);
  assert.equal(countWindows(400, 100, 25), 15);
  const sound = Float32Array.from({ length: 10 }, (_, i) => i);
  const blocks = [sound.slice(0, 3), sound.slice(3, 4), sound.slice(4, 9), sound.slice(9)];
  const found = [...sliding(blocks, 4, 3.5)].map(({ place, samples }) => [place, [...samples]]);
  assert.deepEqual(found, [[0, [0, 1, 2, 3]], [4, [4, 5, 6, 7]], [7, [7, 8, 9]]]);
  for (const length of [1, 3, 7, 8, 9, 30, 31]) {
    const all = [...sliding([new Float32Array(length)], 8, 2.5)];
    assert.equal(all.length, countWindows(length, 8, 2.5), `${length} samples`);
  }
});

test("however a song comes in blocks, its windows and its wave are the same", () => {
  const sound = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i * i));
  const whole = [...sliding([sound], 64, 25)];
  for (const size of [1, 24, 63, 65, 499]) {
    const blocks = Array.from({ length: Math.ceil(500 / size) }, (_, i) => sound.subarray(i * size, (i + 1) * size));
    assert.deepEqual([...sliding(blocks, 64, 25)], whole);
    const [one, other] = [new Wave(120), new Wave(120)];
    one.add(sound);
    for (const block of blocks) other.add(block);
    assert.deepEqual(other.columns(), one.columns());
  }
});

test("a wave has at most 400 columns, 255 for the largest magnitude", () => {
  const wave = new Wave(20); // pieces of one sample
  wave.add(Float32Array.of(0.5, -0.1, 1));
  assert.deepEqual(wave.columns(), [128, 26, 255]);
  const long = new Wave(20);
  long.add(new Float32Array(5000));
  assert.deepEqual(long.columns(), new Array(400).fill(0));
});

test("a map's activity is its mean distance from silence, without rounding", () => {
  const maps = Float32Array.of(1, 0.5, 3, 0.5 + 2 ** -24, 0, 0.5); // three cells of two features
  assert.deepEqual([...distances(maps, Float32Array.of(0, 0.5))], [Math.fround(4 / 3), 0]);
  const { scale, halves: bits, features } = activityOf([Float32Array.of(3, 1e-6), Float32Array.of(0.75, 1.5)]);
  assert.deepEqual([scale, features], [2 ** -13, 2]);
  assert.deepEqual([...bits], [...halves([3 / scale, 0, 0.75 / scale, 1.5 / scale])]);
  assert.deepEqual(activityOf([Float32Array.of(0, 0)]), { features: 2, scale: 1, halves: new Uint16Array(2) });
  assert.ok(Number.isNaN(distances(Float32Array.of(NaN, 1), Float32Array.of(0))[0]));
});

test("a panel shows all classes, the most probable tags, the peaks of a tempo curve", () => {
  const tags = new Map(Array.from({ length: 9 }, (_, k) => /** @type {[string, number]} */ ([`t${k}`, k / 10])));
  assert.deepEqual(said({ task: "classes" }, new Map([["a", 0.1], ["b", 0.9]])), [["a", 0.1], ["b", 0.9]]);
  assert.deepEqual(said({ task: "tags" }, tags)?.map(([name]) => name), ["t8", "t7", "t6", "t5", "t4", "t3"]);
  const bumps = [0.002, 0.3, 0.1, 0, 0, 0, 0, 0.005, 0, 0, 0, 0, 0.05, 0.5, 0.04];
  const tempi = new Map(bumps.map((value, k) => [`${k} BPM`, value]));
  assert.deepEqual(said({ task: "tempo" }, tempi), [["13 BPM", 0.5], ["1 BPM", 0.3]]);
  assert.deepEqual(said({ task: "tempo" }, new Map([["60 BPM", 0.001], ["61 BPM", 0.002]])), [["61 BPM", 0.002]]);
  assert.equal(said({ task: "classes" }, new Map()), null);
});

test("what is shown of either window is shown of both", () => {
  const odds = (/** @type {number[]} */ values) => new Map(values.map((value, k) => [`t${k}`, value]));
  const [with_, without] = saidBeside({ task: "tags" }, odds([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.1]), odds([0.1, 0.8, 0.7, 0.6, 0.5, 0.4, 0.9]));
  assert.deepEqual(with_?.map(([name]) => name), ["t0", "t1", "t2", "t3", "t4", "t5", "t6"]);
  assert.deepEqual(without?.map(([name]) => name), with_?.map(([name]) => name));
  assert.deepEqual(without?.at(-1), ["t6", 0.9]);
  assert.deepEqual(saidBeside({ task: "classes" }, odds([1, 0]), odds([0, 1])), [[["t0", 1], ["t1", 0]], [["t0", 0], ["t1", 1]]]);
});

test("a network for pitch says how often there is one, and which in the middle", () => {
  const steps = 95;
  const scores = new Float32Array(3 * steps).fill(-50);
  [47, 10, 0].forEach((step, column) => (scores[column * steps + step] = 0));
  const maps = [{ data: scores, shape: [3, steps] }, { data: Float32Array.of(3, -3, 1), shape: [3, 1] }];
  const heard = (/** @type {any[]} */ said_) => ({ model: { task: /** @type {const} */ ("pitch"), layers: [{ name: "low" }, { name: "pitch" }, { name: "voicing" }] }, predict: () => assert.fail(), activations: (/** @type {number} */ layer) => said_[layer - 2] });
  const [[words, share]] = saidOf(heard(maps)) ?? [];
  assert.equal(words, `voiced, median ${((313.28 + 46.875) / 2).toFixed(0)} Hz`); // the middle step, and the first
  assert.equal(share, 2 / 3);
  assert.deepEqual(saidOf(heard([maps[0], { data: new Float32Array(3).fill(-9), shape: [3, 1] }])), [["voiced", 0]]);
});

test("row C has the decks that a kernel gives it, or a sentence why there is none", () => {
  const model = { untrained: false, doc: { control: { seed: 0 } } };
  assert.deepEqual(controlFacts(model, true), { shown: true, why: "", seed: 0 });
  assert.deepEqual(controlFacts(model, false), { shown: false, why: "", seed: null });
  assert.deepEqual(rowsOf(true).map(({ deck, kind, take }) => [deck, kind, take]), [["a", "source", 0], ["b", "feature", 0], ["c", "feature", 1]]);
  assert.equal(rowsOf(false).length, 2);
  assert.equal(legalControl(model, true), true);
  assert.throws(() => legalControl({ ...model, untrained: true }, true), /no row C: the network shown has random weights itself/);
  assert.equal(legalControl({ ...model, untrained: true }, false), false);
  assert.equal(whyNoRow({ untrained: false, doc: { control: { why: "a closure has no weights" } } }), "a closure has no weights");
});
