import assert from "node:assert/strict";
import test from "node:test";
import { cellOf, seedOf } from "../../js/engine/position.js";
import { fieldAt, fieldOf, stepsOf } from "../../js/picture/field.js";

/** Cells of 2 s every second, each centred on a whole second; three bands, the upper ones wider. */
const FIELD = { time: { from: -1, step: 1, size: 2 }, freq: { low: [0, 100, 300], high: [100, 300, 700] } };
/** @type {("freq" | "time")[]} */
const BOTH = ["freq", "time"];
const LAYER = { axes: BOTH, map: [3, 5], field: FIELD };

test("the cell whose middle is nearest to a place is that place's", () => {
  assert.deepEqual(fieldAt(LAYER, 2.4, 210), { stretch: [1, 3], band: [100, 300] });
  assert.deepEqual(fieldAt(LAYER, 2.6, 351), { stretch: [2, 4], band: [300, 700] });
  // Beyond the last cells there are none.
  assert.deepEqual(fieldAt(LAYER, 99, 5000), { stretch: [3, 5], band: [300, 700] });
  assert.deepEqual(fieldAt(LAYER, -9, 0), { stretch: [-1, 1], band: [0, 100] });
});

test("without rows a cell sees all frequencies, and where nothing is known there is no box", () => {
  const layer = { axes: /** @type {"time"[]} */ (["time"]), map: [5], field: { ...FIELD, freq: null } };
  assert.deepEqual(fieldAt(layer, 3, 5000), { stretch: [2, 4], band: null });
  assert.deepEqual(fieldOf(layer, [0]), { stretch: [-1, 1], band: null });
  assert.equal(fieldAt({ ...LAYER, field: null }, 1, 1), null);
  assert.equal(fieldAt({ axes: BOTH, map: [3, 5] }, 1, 1), null); // a panel saved long ago
});

test("steps from value to value", () => {
  assert.deepEqual(stepsOf(LAYER), { seconds: 1, hz: 100 });
  assert.deepEqual(stepsOf({ field: { time: null, freq: { from: 0, step: 43, size: 86 } } }), { seconds: null, hz: 43 });
  assert.equal(stepsOf({ field: null }), null);
});

test("the strongest cell is furthest from silence, the first of equals, and projected alone", () => {
  const map = Float32Array.of(1, 5, 1, 1, -3, 1);
  assert.deepEqual(cellOf(map, [2, 3], 1, "strongest"), [0, 1]); // 5 and -3 are as far from 1
  assert.deepEqual(cellOf(map, [2, 3], 2, "strongest"), [1, 1]);
  assert.deepEqual(cellOf(map, [6], 2, "strongest"), [4]);
  assert.deepEqual(cellOf(map, [2, 3], 0, [1, 2]), [1, 2]);
  assert.equal(cellOf(map, [2, 3], 0, "all"), null);
  assert.throws(() => cellOf(map, [2, 3], 0, [2, 0]), /position must be one of all, strongest, or a cell of a map of 2 x 3/);
  assert.deepEqual([...seedOf(map, [2, 3], [1, 1])], [0, 0, 0, 0, -3, 0]);
  assert.equal(seedOf(map, [2, 3], null), map);
});
