/** From the resynthesis of a projection to a sound as loud as its source. */

import { match } from "./sound/loudness.js";

/**
 * @typedef {{samples: Float32Array, rate: number, scaleDb: number, gainDb: number, limitedDb: number, silent: boolean, note: string}} Auralised
 */

/**
 * @param {{silent: boolean, layer: number, feature: number}} projection
 * @param {import("./sound/resynthesis.js").Resynthesised} made
 * @param {string} loudness "match" or "raw"
 * @param {number} source its loudness, LUFS
 * @param {number} rate
 * @returns {Auralised}
 */
export function finished({ silent, layer, feature }, { samples, scaleDb }, loudness, source, rate) {
  const plain = { rate, gainDb: 0, limitedDb: 0, silent, note: "" };
  if (silent) return { ...plain, samples: new Float32Array(samples.length), scaleDb: 0, note: `feature ${layer}-${feature} is silent for this clip` };
  if (loudness === "raw") return { ...plain, samples, scaleDb };
  return { ...plain, ...match(samples, source, rate), scaleDb };
}
