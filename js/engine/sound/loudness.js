/** Loudness as ITU-R BS.1770 measures it, and the gain that matches two sounds. */

import { resample } from "./resampling.js";
import { roundEven } from "../../base/numbers.js";
import { loudest } from "./shown.js";

const SHORTEST = 0.4; // s; the standard's block, under which loudness is not defined
const LOWEST_RATE = 8000; // Hz; below it sound is resampled first: the shelf at 1.5 kHz is unstable there
const CEILING = 0.99; // largest peak of a matched sound
const AGAIN = 4; // how often a sound is measured again at the level that it is brought to

/** @typedef {{b: number[], a: number[]}} Biquad with a[0] = 1 */
/** @typedef {{samples: Float32Array, gainDb: number, limitedDb: number, note: string}} Match */

/**
 * Integrated loudness in LUFS: -Infinity of silence, NaN of less than 0.4 s.
 * @param {Float32Array} samples
 * @param {number} rate
 * @returns {number}
 */
export function integrated(samples, rate) {
  return gated(blockPowers(samples, rate), 0);
}

/**
 * Power of each block of 0.4 s; undefined of less.
 * @param {Float32Array} samples
 * @param {number} rate
 * @returns {number[] | undefined}
 */
function blockPowers(samples, rate) {
  if (rate < LOWEST_RATE) return blockPowers(resample(samples, rate, 2 * LOWEST_RATE), 2 * LOWEST_RATE);
  if (samples.length < SHORTEST * rate) return undefined;
  // As pyloudnorm counts: a last block that is nearly whole is a block.
  const blocks = roundEven((samples.length / rate - SHORTEST) / (SHORTEST / 4)) + 1;
  const parts = tenths(samples, rate, blocks + 3);
  /** @type {number[]} */
  const powers = [];
  for (let i = 0; i < blocks; i++) powers.push((parts[i] + parts[i + 1] + parts[i + 2] + parts[i + 3]) / (SHORTEST * rate));
  return powers;
}

/**
 * Loudness of blocks with a gain: not just so much more, since the standard leaves out blocks under -70 LUFS, and a
 * gain brings some of them above it.
 * @param {number[] | undefined} blocks
 * @param {number} gainDb
 */
function gated(blocks, gainDb) {
  if (!blocks) return NaN;
  const powers = blocks.map((power) => power * 10 ** (gainDb / 10));
  const loud = powers.filter((power) => lufs(power) >= -70);
  const gate = lufs(mean(loud)) - 10;
  return lufs(mean(loud.filter((power) => lufs(power) > -70 && lufs(power) > gate)));
}

/**
 * A sound brought to `target` LUFS. Where either has no loudness the gain is 0 dB, and the note says why.
 * @param {Float32Array} samples
 * @param {number} target
 * @param {number} rate
 * @returns {Match}
 */
export function match(samples, target, rate) {
  const blocks = blockPowers(samples, rate);
  let gainDb = target - gated(blocks, 0);
  let note = "";
  if (Number.isNaN(gainDb) && samples.length < SHORTEST * rate) {
    note = `shorter than ${SHORTEST} s, too short to measure loudness: level not matched`;
  } else if (!Number.isFinite(gainDb)) {
    note = `${Number.isFinite(target) ? "the sound" : "the source"} is silent: level not matched`;
  }
  if (note) gainDb = 0;
  for (let i = 0; i < AGAIN && !note; i++) {
    const missing = target - gated(blocks, gainDb);
    if (Number.isFinite(missing)) gainDb += missing; // at -70 LUFS rounding decides
  }
  const peak = loudest(samples) * 10 ** (gainDb / 20);
  const limitedDb = peak > CEILING ? 20 * Math.log10(peak / CEILING) : 0;
  gainDb -= limitedDb;
  const gain = Math.fround(10 ** (gainDb / 20));
  return { samples: samples.map((x) => x * gain), gainDb, limitedDb, note };
}

/** @param {number} power */
const lufs = (power) => -0.691 + 10 * Math.log10(power);

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);

/**
 * Squares of a weighted sound, summed over `count` tenths of a second.
 * @param {Float32Array} samples
 * @param {number} rate
 * @param {number} count
 */
function tenths(samples, rate, count) {
  const sums = new Float64Array(count);
  const [shelf, pass] = weighting(rate);
  const [[b0, b1, b2], [, a1, a2]] = [shelf.b, shelf.a];
  const [[c0, c1, c2], [, d1, d2]] = [pass.b, pass.a];
  let [s1, s2, p1, p2] = [0, 0, 0, 0];
  for (let part = 0, i = 0; part < count && i < samples.length; part++) {
    const end = Math.min(samples.length, Math.trunc((SHORTEST / 4) * (part + 1) * rate));
    let sum = 0;
    for (; i < end; i++) {
      const x = samples[i];
      const y = b0 * x + s1;
      s1 = b1 * x - a1 * y + s2;
      s2 = b2 * x - a2 * y;
      const z = c0 * y + p1;
      p1 = c1 * y - d1 * z + p2;
      p2 = c2 * y - d2 * z;
      sum += z * z;
    }
    sums[part] = sum;
  }
  return sums;
}

/**
 * The K-weighting as pyloudnorm makes it: a high shelf, then a high pass (R. Bristow-Johnson's cookbook).
 * @param {number} rate
 * @returns {[Biquad, Biquad]}
 */
function weighting(rate) {
  return [highShelf(4, Math.SQRT1_2, (2 * Math.PI * 1500) / rate), highPass(0.5, (2 * Math.PI * 38) / rate)];
}

/**
 * @param {number} gainDb
 * @param {number} quality
 * @param {number} angle
 */
function highShelf(gainDb, quality, angle) {
  const gain = 10 ** (gainDb / 40);
  const [cos, slope] = [Math.cos(angle), (Math.sqrt(gain) * Math.sin(angle)) / quality];
  const b = [gain * (gain + 1 + (gain - 1) * cos + slope), -2 * gain * (gain - 1 + (gain + 1) * cos), gain * (gain + 1 + (gain - 1) * cos - slope)];
  return scaled(b, [gain + 1 - (gain - 1) * cos + slope, 2 * (gain - 1 - (gain + 1) * cos), gain + 1 - (gain - 1) * cos - slope]);
}

/**
 * @param {number} quality
 * @param {number} angle
 */
function highPass(quality, angle) {
  const [cos, alpha] = [Math.cos(angle), Math.sin(angle) / (2 * quality)];
  return scaled([(1 + cos) / 2, -(1 + cos), (1 + cos) / 2], [1 + alpha, -2 * cos, 1 - alpha]);
}

/**
 * @param {number[]} b
 * @param {number[]} a
 * @returns {Biquad}
 */
const scaled = (b, a) => ({ b: b.map((x) => x / a[0]), a: a.map((x) => x / a[0]) });
