/** The loop region: what of a sound is played round and round. */

/** @typedef {[number, number]} Region start and end, s */

import { clamp } from "../base/numbers.js";

export const SHORTEST_REGION = 0.05; // s

/**
 * A region within a sound and not too short; null for the whole.
 * @param {Region | null} region
 * @param {number} duration
 * @returns {Region | null}
 */
export function fitRegion(region, duration) {
  if (!region || (region[0] <= 0 && region[1] >= duration)) return null;
  const start = clamp(region[0], 0, duration - SHORTEST_REGION);
  return [start, clamp(region[1], start + SHORTEST_REGION, duration)];
}
