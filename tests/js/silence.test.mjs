import assert from "node:assert/strict";
import test from "node:test";
import { Peaks, strengthsOf } from "../../js/engine/silence.js";

test("a feature is silent beside the largest projection of its layer, rule and position", () => {
  const peaks = new Peaks();
  assert.ok(peaks.isSilent(1, "deconvnet", "all", 0) && !peaks.isSilent(1, "deconvnet", "all", 1e-30));
  peaks.note(1, "deconvnet", "all", 2);
  assert.ok(peaks.isSilent(1, "deconvnet", "all", 1.9e-6) && !peaks.isSilent(1, "deconvnet", "all", 2e-6));
  for (const [layer, rule, position] of /** @type {const} */ ([[2, "deconvnet", "all"], [1, "guided", "all"], [1, "deconvnet", "strongest"]])) {
    assert.ok(!peaks.isSilent(layer, rule, position, 1e-9));
  }
});

test("a faint projection asks for another, once for a layer", () => {
  const peaks = new Peaks();
  const doubts = (/** @type {number} */ peak) => peaks.doubts(1, "deconvnet", "all", peak, 10);
  peaks.note(1, "deconvnet", "all", 1e-9);
  assert.deepEqual([0, 1e-9, 0.09, 0.2].map(doubts), [false, true, true, false]);
  peaks.note(1, "deconvnet", "all", 5, true);
  assert.ok(!doubts(1e-9) && peaks.isSilent(1, "deconvnet", "all", 1e-9));
  assert.ok(!new Peaks(peaks).doubts(1, "deconvnet", "all", 0.09, 10)); // what is known goes along
});

test("features respond as far as their maps are from where they are silent", () => {
  const maps = new Float32Array([1, -2, 3, -2, 1, -6]); // two features, three cells
  assert.deepEqual([...strengthsOf(maps, new Float32Array([1, -2]))].map((one) => one.toFixed(4)), ["0.6667", "1.3333"]);
});
