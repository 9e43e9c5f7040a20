/** Which layers and features a slider may come to rest at. */

/** @import { Facts, LayerFacts } from "../types.js" */

import { clamp } from "../base/numbers.js";

/**
 * The next number of `allowed` from `value` on, in the direction of movement; the last if there is no next.
 * @param {number[]} allowed
 * @param {number} value
 * @param {number} direction 1 or -1
 */
export function snap(allowed, value, direction) {
  const ordered = allowed.toSorted((one, other) => direction * (one - other));
  return ordered.find((one) => direction * (one - value) >= 0) ?? ordered[ordered.length - 1];
}

/**
 * @param {LayerFacts} layer
 * @param {number} value
 * @param {number} direction
 */
export const legalFeature = ({ features, available }, value, direction) => (available ? snap(available, value, direction) : clamp(value, 0, features - 1));

/**
 * Layers with any feature to show; a page of its own may leave some out.
 * @param {Facts} facts
 */
export const openLayers = (facts) => facts.layers.flatMap(({ available }, i) => (available?.length === 0 ? [] : [i + 1]));
