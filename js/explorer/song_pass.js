/**
 * Hearing a whole song: one pass over its sound, a forward pass a window. Of every window are kept
 * what the network says and, of each map, how far it is on average from silence.
 */

/** @typedef {{rate: number, duration: number, length: number, part: (first: number, end: number) => Float32Array}} Sound a song as it was decoded, one channel, sample by sample */
/** @typedef {{features: number, scale: number, halves: Uint16Array}} Activity of a layer, window by window; times `scale` */
/** @typedef {{hop: number, seconds: number, duration: number, times: number[], wave: number[], classes: string[], none_below: number, probabilities: Float32Array, layers: Activity[]}} SongHeard */

import { halves } from "../base/halves.js";
import { roundEven } from "../base/numbers.js";
import { columns } from "../engine/sound/looking.js";

const SILENT = 1e-6; // of a layer's largest, or of a value in silence: rounding
const WAVE = 20; // values a second
const HALVES = 15; // activities are kept as float16, a layer's largest between 2 ** 14 and 2 ** 15

/**
 * How many windows of `size` samples a song has, one every `hop` samples. A last window of which
 * less than half is sound is left out, unless it is the only one.
 * @param {number} samples
 * @param {number} size
 * @param {number} hop
 */
export function countWindows(samples, size, hop) {
  let count = 2 + Math.max(0, Math.floor((samples - size / 2) / hop));
  while (count > 1 && 2 * (samples - roundEven((count - 1) * hop)) < size) count -= 1;
  return count;
}

/**
 * A window of `size` samples every `hop` samples, shorter at the end, and its place.
 * @param {Iterable<Float32Array>} blocks
 * @param {number} size
 * @param {number} hop
 * @returns {Generator<{place: number, samples: Float32Array}>}
 */
export function* sliding(blocks, size, hop) {
  let held = new Float32Array(0);
  let first = 0; // place of the first that is held
  let number = 0;
  const place = () => roundEven(number * hop);
  for (const block of blocks) {
    held = joined(held, block);
    for (; place() + size <= first + held.length; number++) yield { place: place(), samples: held.slice(place() - first, place() - first + size) };
    const gone = Math.min(held.length, Math.max(0, place() - first));
    held = held.slice(gone);
    first += gone;
  }
  for (const end = first + held.length; number === 0 || 2 * (end - place()) >= size; number++) yield { place: place(), samples: held.slice(place() - first) };
}

/**
 * @param {Float32Array} one
 * @param {Float32Array} other
 */
function joined(one, other) {
  const both = new Float32Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/**
 * How far each map is from silence, the mean over its cells. A cell within a millionth of a value in
 * silence that is not 0 is silent but for rounding.
 * @param {Float32Array} maps features last
 * @param {Float32Array} off value of each map in silence
 */
export function distances(maps, off) {
  const features = off.length;
  const sums = new Float64Array(features);
  const rounding = off.map((value) => SILENT * Math.abs(value));
  for (let i = 0, k = 0; i < maps.length; i++) {
    const away = Math.abs(maps[i] - off[k]);
    if (!(away <= rounding[k])) sums[k] += away; // what is not a number counts
    if (++k === features) k = 0;
  }
  return Float32Array.from(sums, (sum) => (sum * features) / maps.length);
}

/**
 * A layer's activities as float16, in units of a power of two; what is below a millionth of the largest is 0.
 * @param {Float32Array[]} rows one a window
 * @returns {Activity}
 */
export function activityOf(rows) {
  const features = rows[0].length;
  const largest = rows.reduce((most, row) => Math.max(most, ...row), 0);
  const scale = largest > 0 ? 2 ** (Math.floor(Math.log2(largest)) + 1 - HALVES) : 1;
  const all = new Float32Array(rows.length * features);
  rows.forEach((row, i) => row.forEach((value, k) => (all[i * features + k] = value < Math.fround(SILENT * largest) ? 0 : value / scale)));
  return { features, scale, halves: halves(all) };
}

/** Largest magnitudes of pieces of a sound that comes block by block. */
export class Wave {
  #size;
  #count = 0; // in the piece that is not whole yet
  #largest = 0;
  /** @type {number[]} */
  #found = [];

  /** @param {number} rate */
  constructor(rate) {
    this.#size = Math.max(1, Math.floor(rate / WAVE));
  }

  /** @param {Float32Array} block */
  add(block) {
    for (const sample of block) {
      this.#largest = Math.max(this.#largest, Math.abs(sample));
      if (++this.#count === this.#size) this.#end();
    }
  }

  /** At most 400 columns, 255 for the largest of all. */
  columns() {
    if (this.#count) this.#end();
    return columns(this.#found, (i) => i * (1 / this.#found.length));
  }

  #end() {
    this.#found.push(this.#largest);
    this.#count = this.#largest = 0;
  }
}
