/** Layers and features by number, checked. */

/** @typedef {{name: string, features: number}} AnyLayer */

import { short } from "./door.js";

const LISTED = 12; // names in a sentence

/**
 * The number, from 1, of a layer that is given by number or name.
 * @param {readonly AnyLayer[]} layers
 * @param {unknown} wanted
 */
export function findLayer(layers, wanted) {
  const at = typeof wanted === "string" ? 1 + layers.findIndex(({ name }) => name === wanted) : wanted;
  if (Number.isInteger(at) && Number(at) >= 1 && Number(at) <= layers.length) return Number(at);
  const names = layers.map(({ name }) => name);
  const listed = names.length <= LISTED ? names : [...names.slice(0, LISTED - 1), "..."];
  throw new Error(`layer must be 1 to ${layers.length}, or one of ${listed.join(", ")}, not ${short(wanted)}`);
}

/**
 * The number of a feature of a layer, from 0.
 * @param {AnyLayer} layer
 * @param {unknown} feature
 */
export function checkFeature({ name, features }, feature) {
  if (Number.isInteger(feature) && Number(feature) >= 0 && Number(feature) < features) return Number(feature);
  throw new Error(`feature must be 0 to ${features - 1} in layer ${name}, which has ${features} features, not ${short(feature)}`);
}
