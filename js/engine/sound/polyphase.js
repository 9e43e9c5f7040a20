/** A sound at another rate by a filter of few taps, one set for each place between two samples. */

import { lowpass, reachOf } from "./lowpass.js";

/** @typedef {(input: Float64Array) => Float64Array} Stage takes a sound piece by piece, and gives what of it can be known */

const MOST = 1 << 18; // taps in all; where more would be needed, two neighbouring sets are mixed

/**
 * @param {number} from hertz
 * @param {number} to
 * @param {number} cutoff hertz: the middle of the transition
 * @param {number} transition hertz
 * @returns {Stage}
 */
export function polyphase(from, to, cutoff, transition) {
  const common = divisor(from, to);
  const [places, step] = [to / common, from / common];
  const half = 2 * Math.ceil(reachOf(transition / from) / 2); // taps by fours
  const taps = 2 * half;
  const exact = places * taps <= MOST;
  const sets = exact ? places : Math.ceil((8000 * cutoff) / from);
  const table = tableOf(sets, half, cutoff / from);
  const [whole, rest] = [Math.floor(step / places), step % places];
  let held = new Float64Array(half - 1);
  let [at, phase] = [0, 0];

  return (input) => {
    held = joined(held, input);
    const out = new Float64Array(Math.max(0, Math.ceil(((held.length - at) * places) / step) + 1));
    let count = 0;
    for (; at + taps <= held.length; count++) {
      if (exact) {
        out[count] = product(table, phase * taps, held, at, taps);
      } else {
        const place = (phase / places) * sets;
        const set = Math.floor(place);
        const [near, far] = [product(table, set * taps, held, at, taps), product(table, (set + 1) * taps, held, at, taps)];
        out[count] = near + (place - set) * (far - near);
      }
      phase += rest;
      at += whole;
      if (phase >= places) {
        phase -= places;
        at++;
      }
    }
    const done = Math.min(at, held.length);
    held = held.slice(done);
    at -= done;
    return out.subarray(0, count);
  };
}

/**
 * Four sums that do not wait for each other.
 * @param {Float64Array} table
 * @param {number} first
 * @param {Float64Array} held
 * @param {number} at
 * @param {number} taps a multiple of four
 */
function product(table, first, held, at, taps) {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let j = 0, k = first, i = at; j < taps; j += 4, k += 4, i += 4) {
    a += table[k] * held[i];
    b += table[k + 1] * held[i + 1];
    c += table[k + 2] * held[i + 2];
    d += table[k + 3] * held[i + 3];
  }
  return a + b + (c + d);
}

/**
 * Taps of every set, and of the first one a sample on: `half` samples before a place, and as many after.
 * @param {number} sets
 * @param {number} half
 * @param {number} cutoff
 */
function tableOf(sets, half, cutoff) {
  const taps = 2 * half;
  const table = new Float64Array((sets + 1) * taps);
  for (let set = 0; set <= sets; set++) {
    for (let j = 0; j < taps; j++) table[set * taps + j] = lowpass(set / sets + half - 1 - j, cutoff, half);
  }
  const sum = table.subarray(0, sets * taps).reduce((all, x) => all + x, 0) / sets;
  return table.map((x) => x / sum);
}

/**
 * @param {Float64Array} held
 * @param {Float64Array} more
 */
export function joined(held, more) {
  const all = new Float64Array(held.length + more.length);
  all.set(held);
  all.set(more, held.length);
  return all;
}

/**
 * @param {number} a
 * @param {number} b
 * @returns {number} the greatest common divisor
 */
const divisor = (a, b) => (b ? divisor(b, a % b) : a);
