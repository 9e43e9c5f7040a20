import assert from "node:assert/strict";
import test from "node:test";
import { boxOf, cellAt, placeCells, placeLabels } from "../../js/heat/drawing.js";
import { cellWords, orderBy, readCells } from "../../js/heat/words.js";
import { Axis } from "../../js/picture/axis.js";
import { diverging, levelColours, TABLES } from "../../js/picture/colours.js";
import { paintLevels, paintLoudest, rowMap } from "../../js/picture/levels.js";

const GREY = Uint32Array.from({ length: 256 }, (_, level) => level);

/** @param {number} most */
function linear(most) {
  const axis = new Axis(0.04);
  axis.set(0, most);
  return axis;
}

test("with a row of pixels for each bin, every bin is in its place", () => {
  const [bins, frames] = [9, 5];
  const levels = Uint8Array.from({ length: bins * frames }, (_, i) => 3 * i);
  // Bins are centred on their frequency: the outer halves of the first and the last are cut off.
  const rows = rowMap(16, linear(8), bins, (hz) => hz);
  const out = new Uint32Array(16 * 3);
  paintLevels(out, levels, frames, 1, 3, rows, GREY);
  rows.forEach(([low, high, share], y) => {
    const middle = 8 * (1 - (y + 0.5) / 16);
    assert.ok(Math.abs(low + share * (high - low) - middle) < 1e-9, `${y}: ${low} ${high} ${share}`);
    for (let x = 0; x < 3; x++) {
      const wanted = levels[low * frames + 1 + x] * (1 - share) + levels[high * frames + 1 + x] * share;
      assert.equal(out[3 * y + x], Math.floor(wanted + 0.5));
    }
  });
});

test("with many bins for a row of pixels, it is their mean", () => {
  const [bins, frames] = [257, 2];
  const levels = Uint8Array.from({ length: bins * frames }, (_, i) => (i * 7919) % 256);
  const rows = rowMap(16, linear(256), bins, (hz) => hz);
  const out = new Uint32Array(16 * frames);
  paintLevels(out, levels, frames, 0, 1, rows, GREY);
  for (let y = 0; y < 16; y++) {
    const [low, high] = [16 * (15 - y), 16 * (16 - y)];
    for (let x = 0; x < frames; x++) {
      let sum = 0;
      for (let bin = low; bin <= high; bin++) sum += levels[bin * frames + x];
      assert.equal(out[frames * y + x], Math.floor(sum / 17 + 0.5));
    }
  }
});

test("a small picture keeps a line that is one bin or one frame thin", () => {
  const facts = { bins: 64, frames: 100, n_fft: 126, sample_rate: 126 };
  const levels = new Uint8Array(64 * 100);
  levels.fill(200, 20 * 100, 21 * 100);
  for (let bin = 0; bin < 64; bin++) levels[bin * 100 + 37] = 90;
  const out = new Uint32Array(10 * 8);
  paintLoudest(out, levels, facts, { frequency: linear(63), colours: GREY }, [10, 8]);
  const rows = Array.from({ length: 8 }, (_, y) => [...out.slice(10 * y, 10 * y + 10)]);
  assert.ok(rows.some((row) => row.every((level) => level >= 90) && row.includes(200)));
  assert.ok(rows.every((row) => row[3] >= 90));
  assert.ok(rows.some((row) => row[0] === 0));
});

test("every map goes from its first anchor to its last, and levels below the floor are its first", () => {
  for (const [name, [first, last]] of Object.entries({ magma: [0x000004, 0xfcfdbf], grey: [0, 0xffffff] })) {
    const table = TABLES[/** @type {"magma" | "grey"} */ (name)];
    const rgb = (/** @type {number} */ word) => ((word & 255) << 16) | (((word >> 8) & 255) << 8) | ((word >> 16) & 255);
    assert.equal(table.length, 256);
    assert.deepEqual([rgb(table[0]), rgb(table[255])], [first, last]);
    assert.ok([...table].every((word) => word >>> 24 === 255));
  }
  const colours = levelColours("grey", [-100, 0], [-80, 0]);
  assert.equal(colours[0], TABLES.grey[0]);
  assert.equal(colours[51], TABLES.grey[0]); // -80 dB
  assert.equal(colours[153], TABLES.grey[128]); // -40 dB, half way
  assert.equal(colours[255], TABLES.grey[255]);
});

test("red lets in, blue takes away, nothing is near white", () => {
  assert.equal(diverging(1), "rgb(178 24 43)");
  assert.equal(diverging(-1), "rgb(33 102 172)");
  assert.equal(diverging(0), "rgb(247 247 247)");
  assert.equal(diverging(-3), diverging(-1));
});

test("a point in the middle of a cell is that cell, in the labels' rows and columns", () => {
  for (const [count, rows, width] of [[64, 4, 640], [6, 2, 900], [130, 3, 500]]) {
    const place = placeCells(count, rows, width, 13);
    const labels = placeLabels(place, rows, count);
    assert.equal(labels.numbers.length, count);
    assert.equal(labels.names.length % rows, 0);
    for (let at = 0; at < count; at++) {
      for (let row = 0; row < rows; row++) {
        const [x, y, w, h] = boxOf(place, 1, at, row);
        assert.deepEqual(cellAt(place, count, rows, x + w / 2, y + h / 2), [at, row]);
        assert.ok(x + w <= width + 1 && y + h <= place.height);
      }
    }
    assert.ok(place.cell >= 15.9, "a number fits");
    assert.equal(cellAt(place, count, rows, 3, 20), null);
  }
});

/** @type {import("../../js/heat/words.js").HeatSource} */
const SOURCE = {
  layer: 2,
  features: 3,
  available: [0, 2],
  facts: { names: ["key", "chord"], probes: 12, engine: "numpy" },
  found: {
    names: ["key", "chord"],
    values: new Float32Array([0.5, 0.25, 0.75, 9, NaN, NaN, NaN, 0, 0.9, 0.8, 1, 9, -0.25, -0.5, 0, 4, 0.9, 0.9, 0.9, 9, 1, 1, 1, 1]),
    own: [0.1, 0.2],
    control: null,
    probes: [0.3, 0.4],
  },
};

test("a heat map is read in words", () => {
  assert.equal(cellWords(SOURCE, 0, 0), "feature 0, key: r = 0.50, 95 % interval 0.25 to 0.75, 9 pairs");
  assert.equal(cellWords(SOURCE, 0, 1), "feature 0, chord: no answer to compare");
  assert.equal(readCells(SOURCE, 1, 1), "feature 1, chord: r = \u22120.25, 95 % interval \u22120.50 to 0.00, 4 pairs (its picture is not in this page)");
  assert.equal(readCells(SOURCE, 0), "feature 0:  key 0.50 (0.25 to 0.75)  \u00b7  chord \u2013");
  assert.equal(cellWords({ ...SOURCE, found: null }, 0, 0), "");
});

test("features are sorted from the highest down, equals by number, those without an answer last", () => {
  assert.deepEqual(orderBy(SOURCE, -1), [0, 1, 2]);
  assert.deepEqual(orderBy(SOURCE, 0), [1, 2, 0]);
  assert.deepEqual(orderBy(SOURCE, 1), [2, 1, 0]);
  assert.deepEqual(orderBy({ ...SOURCE, found: null }, 0), [0, 1, 2]);
});
