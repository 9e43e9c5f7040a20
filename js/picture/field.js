/**
 * Receptive fields: which part of the picture a value of a layer is computed from. Nothing here needs a page.
 */

/** @import { Edges, LayerFacts } from "../types.js" */

/** @typedef {{stretch: [number, number] | null, band: [number, number] | null}} Box s from the start of the window, and Hz; null: all of that axis */

import { clamp } from "../base/numbers.js";

/**
 * What a cell sees, along one axis.
 * @param {Edges} edges
 * @param {number} at
 * @returns {[number, number]}
 */
const windowOf = (edges, at) =>
  "step" in edges ? [edges.from + at * edges.step, edges.from + at * edges.step + edges.size] : [edges.low[at], edges.high[at]];

/**
 * The cell in whose middle, or nearest to it, a place lies.
 * @param {Edges} edges
 * @param {number} count of cells
 * @param {number} place
 */
function nearest(edges, count, place) {
  if ("step" in edges) return clamp(Math.round((place - edges.from - edges.size / 2) / edges.step), 0, count - 1);
  const far = edges.low.map((low, at) => Math.abs((low + edges.high[at]) / 2 - place));
  return far.indexOf(Math.min(...far));
}

/**
 * What the cell of a layer sees that lies nearest to a moment and a frequency; null where that is not known.
 * @param {Pick<LayerFacts, "field" | "axes" | "map">} layer
 * @param {number} seconds
 * @param {number} hz
 */
export function fieldAt(layer, seconds, hz) {
  const { axes = ["freq", "time"], map, field } = layer;
  const cell = axes.map((axis, i) => {
    const edges = field?.[axis];
    return edges ? nearest(edges, map[i], axis === "time" ? seconds : hz) : 0;
  });
  return fieldOf(layer, cell);
}

/**
 * What a cell of a layer sees; null where that is not known.
 * @param {Pick<LayerFacts, "field" | "axes">} layer
 * @param {number[]} cell along the layer's axes
 * @returns {Box | null}
 */
export function fieldOf({ field, axes = ["freq", "time"] }, cell) {
  if (!field) return null;
  /** @param {"freq" | "time"} axis */
  const along = (axis) => {
    const [edges, at] = [field[axis], axes.indexOf(axis)];
    return edges && at >= 0 ? windowOf(edges, cell[at]) : null;
  };
  return { stretch: along("time"), band: along("freq") };
}

/**
 * How far it is from a value to the next: s and Hz; in the middle of an axis whose cells are not alike. Null where it is not known.
 * @param {Pick<LayerFacts, "field">} layer
 */
export function stepsOf({ field }) {
  /** @param {Edges | null} edges */
  const step = (edges) => {
    if (!edges) return null;
    if ("step" in edges) return edges.step;
    const middle = Math.floor(edges.low.length / 2);
    return middle ? edges.low[middle] - edges.low[middle - 1] : null;
  };
  return field ? { seconds: step(field.time), hz: step(field.freq) } : null;
}
