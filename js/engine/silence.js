/** Which features of a layer are silent beside the others, as far as their projections are known. */

/** @typedef {import("./position.js").Position} Position */

import { SILENT } from "./insight/rows.js";

/** A projection with a peak below this share of the picture's may be silent: then another of the layer is looked at. */
const FAINT = 1e-2;

/**
 * @param {number} layer
 * @param {string} rule
 * @param {Position} position
 */
const keyOf = (layer, rule, position) => JSON.stringify([layer, rule, position]);

/**
 * How strongly each feature of a layer responds: the mean distance of its map from where it is silent.
 *
 * @param {Float32Array} maps features last
 * @param {Float32Array} off by feature
 */
export function strengthsOf(maps, off) {
  const sums = new Float32Array(off.length);
  for (let n = 0; n < maps.length; n++) sums[n % off.length] += Math.abs(maps[n] - off[n % off.length]);
  return sums.map((sum) => (sum * off.length) / maps.length);
}

export class Peaks {
  /** @type {Map<string, number>} the largest projection of a layer, as far as it is known */
  #largest = new Map();
  /** @type {Set<string>} layers of which the feature with the strongest map was projected, or all of them */
  #compared = new Set();

  /** @param {Peaks} [others] what is known already */
  constructor(others) {
    if (!others) return;
    this.#largest = new Map(others.#largest);
    this.#compared = new Set(others.#compared);
  }

  /**
   * Note the peak of a projection.
   *
   * @param {number} layer
   * @param {string} rule
   * @param {Position} position
   * @param {number} peak
   * @param {boolean} [compared] whether it is the layer's largest, or as good as that
   */
  note(layer, rule, position, peak, compared = false) {
    const key = keyOf(layer, rule, position);
    this.#largest.set(key, Math.max(peak, this.#largest.get(key) ?? 0));
    if (compared) this.#compared.add(key);
  }

  /**
   * Whether it takes another projection to say that one is silent.
   *
   * @param {number} layer
   * @param {string} rule
   * @param {Position} position
   * @param {number} peak of the projection
   * @param {number} loud the picture's peak
   */
  doubts(layer, rule, position, peak, loud) {
    const key = keyOf(layer, rule, position);
    return peak > 0 && peak < FAINT * loud && !this.#compared.has(key) && peak >= SILENT * (this.#largest.get(key) ?? 0);
  }

  /**
   * @param {number} layer
   * @param {string} rule
   * @param {Position} position
   * @param {number} peak
   */
  isSilent(layer, rule, position, peak) {
    return peak === 0 || peak < SILENT * (this.#largest.get(keyOf(layer, rule, position)) ?? 0);
  }
}
