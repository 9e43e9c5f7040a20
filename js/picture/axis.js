/**
 * Axes: what is seen of time and frequency, and where. An axis maps a value to a share of the
 * picture (0 left or bottom, 1 right or top) and back; zooming only changes the window.
 */

import { clamp, ticks } from "../base/numbers.js";

const MEL_BREAK = 1000; // Hz; linear below, logarithmic above (Slaney 1998, as librosa's default)
const LOWEST = 40; // Hz, bottom of the logarithmic axis: it cannot begin at 0

/** @param {number} hz */
const melOf = (hz) => (hz < MEL_BREAK ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / MEL_BREAK)) / Math.log(6.4));
/** @param {number} mel */
const ofMel = (mel) => (mel < 15 ? (200 * mel) / 3 : MEL_BREAK * Math.exp((Math.log(6.4) * (mel - 15)) / 27));

/** @typedef {{to: (hz: number) => number, from: (value: number) => number, low: number}} Warp */
/** @typedef {"linear" | "log" | "mel"} Scale */

/** @type {Record<Scale, Warp>} */
const WARPS = {
  linear: { to: (hz) => hz, from: (value) => value, low: 0 },
  log: { to: (hz) => Math.log2(Math.max(hz, 1e-3)), from: (value) => 2 ** value, low: LOWEST },
  mel: { to: melOf, from: ofMel, low: 0 },
};

/** One axis: [low, high] of all there is, a window of it, and for frequency a warp. */
export class Axis {
  /** @param {number} least the smallest window, as a share of the whole */
  constructor(least) {
    this.least = least;
    this.whole = [0, 1];
    this.warp = WARPS.linear;
    this.window = [0, 1]; // shares of the whole, after warping
  }

  /**
   * Other limits or another warp; the window stays where it was if the limits did.
   * @param {number} low
   * @param {number} high
   * @param {Scale} warp
   */
  set(low, high, warp = "linear") {
    const same = this.whole[0] === low && this.whole[1] === high && this.warp === WARPS[warp];
    this.warp = WARPS[warp];
    this.whole = [low, high];
    if (!same) this.window = [0, 1];
  }

  get #ends() {
    const { to, low } = this.warp;
    const [least, most] = this.whole;
    return [to(Math.max(least, Math.min(low, most / 8))), to(most)];
  }

  /**
   * Value -> share of the picture; below 0 or above 1 it is out of sight.
   * @param {number} value
   */
  share(value) {
    const [low, high] = this.#ends;
    const [from, till] = this.window;
    return ((this.warp.to(value) - low) / (high - low) - from) / (till - from);
  }

  /**
   * Share of the picture -> value.
   * @param {number} share
   */
  value(share) {
    const [low, high] = this.#ends;
    const [from, till] = this.window;
    return this.warp.from(low + (from + share * (till - from)) * (high - low));
  }

  get low() {
    return this.value(0);
  }

  get high() {
    return this.value(1);
  }

  get zoomed() {
    return this.window[0] > 0 || this.window[1] < 1;
  }

  /**
   * Make the window `factor` times as wide, keeping what is at `share` of the picture there.
   * @param {number} factor
   */
  zoom(factor, share = 0.5) {
    const [from, till] = this.window;
    const width = clamp((till - from) * factor, this.least, 1);
    const at = from + share * (till - from);
    this.#place(at - share * width, width);
  }

  /**
   * Move the window by a share of its own width.
   * @param {number} share
   */
  pan(share) {
    const [from, till] = this.window;
    this.#place(from + share * (till - from), till - from);
  }

  /**
   * Move the window, as little as needed, so that a value is in sight.
   * @param {number} value
   */
  reveal(value) {
    const share = this.share(value);
    if (share < 0 || share > 1) this.pan(share - 0.05);
  }

  reset() {
    this.window = [0, 1];
  }

  /**
   * @param {number} from
   * @param {number} width
   */
  #place(from, width) {
    const start = clamp(from, 0, 1 - width);
    this.window = [start, start + width];
  }

  /**
   * Values worth a label, for an axis `length` px long with labels `gap` px apart.
   * @param {number} length
   * @param {number} gap
   */
  ticks(length, gap) {
    if (this.warp === WARPS.linear) return ticks(this.low, this.high, length, gap);
    /** @type {[number, number][]} */
    const found = [];
    for (const value of candidates(this.low, this.high)) {
      const at = this.share(value) * length;
      if (found.every(([, other]) => Math.abs(other - at) >= gap)) found.push([value, at]);
    }
    if (found.length < 3) return ticks(this.low, this.high, length, 1.5 * gap); // so near, it is almost straight
    return found.map(([value]) => value).toSorted((a, b) => a - b);
  }
}

/**
 * Round numbers for warped axes, the roundest first.
 * @param {number} low
 * @param {number} high
 */
function candidates(low, high) {
  const round = [];
  for (const steps of [[1], [5], [2], [3, 4, 6, 8], [1.5, 2.5, 7, 9]]) {
    for (let decade = 10; decade <= high; decade *= 10) round.push(...steps.map((step) => step * decade));
  }
  return [...(low <= 0 ? [0] : []), ...round.filter((value) => value >= low && value <= high)];
}
