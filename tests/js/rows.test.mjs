import assert from "node:assert/strict";
import test from "node:test";
import { Axis } from "../../js/picture/axis.js";
import { paintLevels, paintLoudest, rowMap } from "../../js/picture/levels.js";
import { axesOf, placeOf, rangeOf } from "../../js/picture/rows.js";

const GREY = Uint32Array.from({ length: 256 }, (_, level) => level);
/** Slaney's mel scale from 0 to 4 kHz: 15 mel are 1 kHz, each further one 1 / 27 of ln 6.4. */
const MEL = Array.from({ length: 31 }, (_, row) => (row < 15 ? (200 * row) / 3 : 1000 * 6.4 ** ((row - 15) / 27)));
/** @type {import("../../js/picture/rows.js").AxesFacts & {bins: number, frames: number}} */
const FACTS = { axes: { kind: "mel", hz: MEL, hop: 0.01 }, sample_rate: 8000, bins: MEL.length, frames: 40 };

test("rows of a linear axis are so many hertz apart, and panels without axes have an STFT's", () => {
  const place = placeOf({ kind: "linear", hz: 21.5, hop: 0.1 });
  assert.deepEqual([0, 21.5, 215].map(place), [0, 1, 10]);
  assert.deepEqual(axesOf({ sample_rate: 8000, n_fft: 128, hop_length: 64 }), { kind: "linear", hz: 62.5, hop: 0.008 });
  assert.deepEqual(rangeOf({ sample_rate: 8000, n_fft: 128, hop_length: 64 }), [0, 4000]);
});

test("a row of a mel axis is where its frequency is, between rows in proportion, beyond the ends on", () => {
  const place = placeOf(axesOf(FACTS));
  MEL.forEach((hz, row) => assert.ok(Math.abs(place(hz) - row) < 1e-9));
  assert.ok(Math.abs(place((MEL[20] + MEL[21]) / 2) - 20.5) < 1e-9);
  assert.ok(Math.abs(place(-MEL[1]) + 1) < 1e-9);
  assert.ok(Math.abs(place(2 * MEL[30] - MEL[29]) - 31) < 1e-9);
});

test("the range of a mel axis ends half a row beyond its last rows, but not beyond what the sound holds", () => {
  assert.deepEqual(rangeOf({ ...FACTS, axes: { kind: "mel", hz: [100, 200, 400], hop: 1 } }), [50, 500]);
  assert.deepEqual(rangeOf({ ...FACTS, axes: { kind: "mel", hz: [10, 200, 4000], hop: 1 } }), [0, 4000]);
});

for (const scale of /** @type {const} */ (["linear", "log", "mel"])) {
  test(`a mel row lies on a ${scale} scale where its frequency does`, () => {
    const { bins, frames } = FACTS;
    const height = 400;
    const frequency = new Axis(0.04);
    frequency.set(...rangeOf(FACTS), scale);
    for (const row of [8, 15, 22, 28]) {
      const levels = new Uint8Array(bins * frames).fill(255, row * frames, (row + 1) * frames);
      const out = new Uint32Array(height * frames);
      paintLevels(out, levels, frames, 0, frames - 1, rowMap(height, frequency, bins, placeOf(axesOf(FACTS))), GREY);
      const column = Array.from({ length: height }, (_, y) => out[y * frames]);
      const brightest = column.indexOf(Math.max(...column));
      assert.ok(Math.abs(1 - (brightest + 0.5) / height - frequency.share(MEL[row])) <= 1.5 / height, `${row}`);

      const [wide, tall] = [10, 54];
      const small = new Uint32Array(wide * tall);
      paintLoudest(small, levels, FACTS, { frequency, colours: GREY }, [wide, tall]);
      const at = Array.from({ length: tall }, (_, y) => small[y * wide]).flatMap((level, y) => (level ? [1 - (y + 0.5) / tall] : []));
      assert.ok(at.some((share) => Math.abs(share - frequency.share(MEL[row])) <= 1 / tall), `${row}`);
    }
  });
}
