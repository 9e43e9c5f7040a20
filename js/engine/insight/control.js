/** The control: how much the features of the same network with random weights resemble the source. */

import { quantile } from "./resampling.js";
import { correlated, rowOf, silences, sourceOf } from "./rows.js";

const AMONG = [0.1, 0.9]; // quantiles between which a control's likenesses are said to lie

/**
 * Likenesses of projections that come one after another; none is kept.
 * @param {{source: Float32Array, shape: number[]}} of the source picture
 */
export function likening({ source, shape }) {
  const { unit } = sourceOf(source);
  /** @type {import("./rows.js").Row[]} */
  const rows = [];
  /** @type {number[]} */
  const likeness = [];
  return {
    /** @param {Float32Array} projection signed */
    add(projection) {
      if (projection.length !== source.length) throw new Error("source must have the shape of a projection");
      const row = rowOf(projection, shape.length === 1);
      likeness.push(row.unit ? Math.abs(correlated(row.unit, [unit])[0]) : 0);
      rows.push({ ...row, unit: null });
    },
    /**
     * The mean over the features that are not silent, and between which values eight in ten of them lie.
     * @returns {{mean: number, among: [number, number]}}
     */
    found() {
      const silent = silences(rows);
      const own = likeness.filter((_, k) => !silent[k]).sort((a, b) => a - b);
      if (!own.length) return { mean: 0, among: [0, 0] };
      return { mean: own.reduce((sum, r) => sum + r, 0) / own.length, among: [quantile(own, AMONG[0]), quantile(own, AMONG[1])] };
    },
  };
}

/**
 * Likenesses of a whole layer.
 * @param {Float32Array[]} projections signed
 * @param {Float32Array} source
 * @param {number[]} shape
 */
export function likenesses(projections, source, shape) {
  const layer = likening({ source, shape });
  for (const one of projections) layer.add(one);
  return layer.found();
}
