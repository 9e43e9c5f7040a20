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
  const half = Math.ceil(reachOf(transition / from));
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
      let sum = 0;
      if (exact) {
        for (let j = 0, k = phase * taps; j < taps; j++) sum += table[k + j] * held[at + j];
      } else {
        const place = (phase / places) * sets;
        const set = Math.floor(place);
        const [near, far] = [set + 1 - place, place - set];
        for (let j = 0, k = set * taps; j < taps; j++) sum += (near * table[k + j] + far * table[k + taps + j]) * held[at + j];
      }
      out[count] = sum;
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
