/**
 * A sound at another rate, as good as soxr's high quality: linear phase, no delay, flat up to 0.91 of
 * the lower rate's half, 130 dB down from that half on. The sharp filter works at twice the lower rate,
 * where it is cheap; a short one stands between that and the higher rate.
 */

import { doubling, halving } from "./octave.js";
import { polyphase } from "./polyphase.js";

/** @import { Stage } from "./polyphase.js" */

export const RATES = [1000, 768000]; // Hz

const PIECE = 1 << 16; // samples at once, at the higher rate

/**
 * @typedef {object} Resampler
 * @property {(samples: Float32Array) => Float32Array} push the next samples in, and what can be known out
 * @property {() => Float32Array} end the rest: at least one sample in all
 */

/**
 * @param {Float32Array} samples
 * @param {number} from hertz
 * @param {number} to
 */
export function resample(samples, from, to) {
  if (from === to) return samples;
  const made = resampler(from, to);
  const all = new Float32Array(lengthOf(samples.length, from, to));
  let count = 0;
  const put = (/** @type {Float32Array} */ piece) => {
    all.set(piece, count);
    count += piece.length;
  };
  const size = pieceOf(from, to);
  for (let first = 0; first < samples.length; first += size) put(made.push(samples.subarray(first, first + size)));
  put(made.end());
  return all;
}

/**
 * The same, piece by piece.
 * @param {number} from
 * @param {number} to
 * @returns {Resampler}
 */
export function resampler(from, to) {
  for (const [rate, what] of /** @type {[number, string][]} */ ([[from, "its rate is"], [to, "the rate to resample to is"]])) {
    if (!(Number.isInteger(rate) && rate >= RATES[0] && rate <= RATES[1])) {
      throw new Error(`${what} ${rate} Hz; expected ${RATES[0]} to ${RATES[1]} Hz`);
    }
  }
  const stages = stagesOf(from, to);
  let [taken, given] = [0, 0];
  const run = (/** @type {Float64Array} */ input) => Float32Array.from(stages.reduce((piece, stage) => stage(piece), input));
  return {
    push(samples) {
      taken += samples.length;
      const out = run(Float64Array.from(samples));
      given += out.length;
      return out;
    },
    end() {
      const rest = new Float32Array(lengthOf(taken, from, to) - given);
      for (let count = 0; count < rest.length; ) {
        const out = run(new Float64Array(pieceOf(from, to))).subarray(0, rest.length - count);
        rest.set(out, count);
        count += out.length;
      }
      return rest;
    },
  };
}

/**
 * @param {number} from
 * @param {number} to
 */
const pieceOf = (from, to) => Math.ceil((PIECE * from) / Math.max(from, to));

/**
 * As soxr counts: by the ratio as a float64, which decides ties.
 * @param {number} count
 * @param {number} from
 * @param {number} to
 */
const lengthOf = (count, from, to) => Math.max(1, Math.floor(count / (from / to) + 0.5));

/**
 * @param {number} from
 * @param {number} to
 * @returns {Stage[]}
 */
function stagesOf(from, to) {
  if (from === to) return [];
  const low = Math.min(from, to);
  const between = (/** @type {number} */ one, /** @type {number} */ other) => (one === other ? [] : [polyphase(one, other, low, low)]);
  return to < from ? [...between(from, 2 * low), halving()] : [doubling(), ...between(2 * low, to)];
}
