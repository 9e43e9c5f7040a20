/** What muting each feature of a layer does to the logit of a class: in one window, and over windows of a sound. */

import { draws, interval, MOST_PIECES } from "./resampling.js";

/** The largest number of windows of a sound. */
const MOST = 12;

/** @typedef {import("../../types.js").Effects} Effects */

/**
 * Effects in the window shown, together with those in windows of the sound; numbers of four significant digits, since logits may be of any size.
 * @param {ArrayLike<number>} here by feature: negative where the feature speaks for the class
 * @param {ArrayLike<number>[]} elsewhere the same in windows of the sound, at most `MOST_PIECES`; with fewer than two, the window shown stands for the sound
 * @returns {Effects}
 */
export function effectsOf(here, elsewhere) {
  if (elsewhere.length > MOST_PIECES) throw new Error(`effects take ${MOST_PIECES} windows at most, not ${elsewhere.length}`);
  const rows = elsewhere.length > 1 ? elsewhere : [here];
  const features = Array.from(here, (_, k) => k);
  const mean = features.map((k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
  const ends = rows.length > 1 ? means(rows) : null;
  return {
    why: "",
    windows: rows.length,
    order: [...features].sort((a, b) => mean[a] - mean[b] || a - b),
    here: shortened(here),
    mean: shortened(mean),
    low: ends && shortened(ends.map(([low]) => low)),
    high: ends && shortened(ends.map(([, high]) => high)),
  };
}

/**
 * An interval of 95 % of each column's mean over rows.
 * @param {ArrayLike<number>[]} rows two or more
 */
function means(rows) {
  const count = rows.length;
  const drawn = draws(count);
  return Array.from(rows[0], (_, k) => {
    const found = new Float64Array(drawn.length / count);
    for (let draw = 0; draw < found.length; draw++) {
      let sum = 0;
      for (let n = 0; n < count; n++) sum += drawn[draw * count + n] * rows[n][k];
      found[draw] = sum / count;
    }
    return interval(found, count);
  });
}

/** @param {ArrayLike<number>} values */
const shortened = (values) => Array.from(values, (value) => +value.toPrecision(4));

/**
 * Where windows begin that are spread over a sound and do not overlap, in seconds.
 * @param {number} duration s of the sound
 * @param {number} seconds of a window
 * @returns {number[]}
 */
export function spreadOver(duration, seconds) {
  const count = Math.max(1, Math.min(MOST, Math.floor(duration / seconds + 1e-9)));
  const last = Math.max(0, duration - seconds);
  return Array.from({ length: count }, (_, n) => (count > 1 ? (n / (count - 1)) * last : 0));
}
