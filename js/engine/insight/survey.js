/** A survey: every feature of a layer in numbers, for a window of a clip; as auralise_jax/insight/survey.py has it. */

import { leafOrder } from "./leaves.js";
import { likenessInterval, stretchesOf, sumsOf } from "./likeness_interval.js";
import { averageLinkage, clusters } from "./linkage.js";
import { correlated, energies, rowOf, silences, sourceOf } from "./rows.js";

/**
 * @typedef {object} Found of a layer; lists go by feature
 * @property {number[]} energy shares of the layer's sum of squares
 * @property {number[]} likeness magnitude of the correlation with the source
 * @property {number[]} sparseness
 * @property {boolean[]} silent
 * @property {Float64Array} correlation (features, features)
 * @property {import("./likeness_interval.js").Ends[]} intervals of likeness
 * @property {number[]} group from 0, the largest first; -1 if silent
 * @property {number[]} similar features in an order in which neighbours sound alike
 * @property {number} alike the least average correlation in a group
 */

/** Average correlation within a group; with a higher value deep layers have few groups. */
const ALIKE = 0.3;

const TOGETHER = 8; // intervals, some 0.5 ms each
const ROUNDING = 1e-5; // of a correlation: equal pictures must stay equal

/**
 * A survey of projections that come one after another, in any order. It keeps a float32 array of the size of the picture for each.
 * @param {{source: Float32Array, shape: number[], features: number, alike?: number}} of the source picture, and how many features there will be
 */
export function surveying({ source, shape, features, alike = ALIKE }) {
  const { scaled, unit } = sourceOf(source);
  const stretches = stretchesOf(shape);
  /** @type {import("./rows.js").Row[]} */
  const rows = [];
  const correlation = new Float64Array(features * features);
  const likeness = new Array(features).fill(0);
  /** @type {(Float64Array | null)[]} */
  const sums = new Array(features).fill(null);
  return {
    /**
     * Take a feature's projection; some milliseconds of work.
     * @param {number} feature from 0
     * @param {Float32Array} projection signed
     */
    add(feature, projection) {
      if (projection.length !== source.length) throw new Error("source must have the shape of a projection");
      const row = rowOf(projection, shape.length === 1);
      if (row.unit) {
        const before = Object.keys(rows).map(Number).filter((other) => rows[other].unit);
        const units = before.map((other) => /** @type {Float32Array} */ (rows[other].unit));
        correlated(row.unit, units).forEach((r, n) => {
          correlation[feature * features + before[n]] = correlation[before[n] * features + feature] = r;
        });
        likeness[feature] = Math.abs(correlated(row.unit, [unit])[0]);
        sums[feature] = sumsOf(row.unit, scaled, stretches);
      }
      rows[feature] = row;
    },
    /**
     * The survey, when all features are there.
     * @param {() => unknown} [check] called between steps of a few milliseconds; may raise to end the work
     * @returns {Promise<Found>}
     */
    async found(check = () => {}) {
      const silent = silences(rows);
      for (let k = 0; k < features; k++) {
        for (let other = 0; other < features; other++) {
          if (silent[k] || silent[other]) correlation[k * features + other] = 0;
        }
        correlation[k * features + k] = silent[k] ? 0 : 1;
      }
      const intervalOf = likenessInterval(scaled, stretches);
      /** @type {import("./likeness_interval.js").Ends[]} */
      const intervals = [];
      for (const [k, own] of sums.entries()) {
        if (k % TOGETHER === 0) await check();
        intervals.push(silent[k] ? null : intervalOf(own));
      }
      return {
        energy: energies(rows, silent),
        likeness: likeness.map((r, k) => (silent[k] ? 0 : r)),
        sparseness: rows.map(({ sparseness }, k) => (silent[k] ? 0 : sparseness)),
        silent,
        correlation,
        intervals,
        ...grouped(correlation, silent, alike),
        alike,
      };
    },
  };
}

/**
 * A survey of projections that are there already.
 * @param {{projections: Float32Array[], source: Float32Array, shape: number[], alike?: number, check?: () => unknown}} of `check` is called between steps of a few milliseconds, and may raise to end the work
 * @returns {Promise<Found>}
 */
export async function survey({ projections, check = () => {}, ...of }) {
  const layer = surveying({ ...of, features: projections.length });
  for (const [feature, projection] of projections.entries()) {
    await check();
    layer.add(feature, projection);
  }
  return layer.found(check);
}

/**
 * Each feature's group, and the features ordered by similarity, silent features last.
 * @param {Float64Array} correlation (features, features)
 * @param {boolean[]} silent
 * @param {number} alike
 * @returns {{group: number[], similar: number[]}}
 */
export function grouped(correlation, silent, alike) {
  const all = [...silent.keys()];
  const living = all.filter((k) => !silent[k]);
  const distance = Float64Array.from({ length: living.length ** 2 }, (_, n) => {
    return 1 - correlation[living[Math.floor(n / living.length)] * silent.length + living[n % living.length]];
  });
  const tree = averageLinkage(distance, living.length);
  const cluster = clusters(tree, living.length, 1 - alike + ROUNDING);
  const sizes = living.map((_, n) => cluster.filter((one) => one === n).length); // a cluster's number is its lowest leaf
  const ranked = living.map((_, n) => n).filter((n) => sizes[n]).sort((a, b) => sizes[b] - sizes[a] || a - b);
  const group = new Array(silent.length).fill(-1);
  living.forEach((k, n) => (group[k] = ranked.indexOf(cluster[n])));
  const similar = leafOrder(tree, distance, living.length).map((n) => living[n]);
  return { group, similar: [...similar, ...all.filter((k) => silent[k])] };
}
