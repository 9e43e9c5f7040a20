/** Asking for another layer or feature. */

/** @import { Scene } from "./scene.js" */

import { clamp } from "../base/numbers.js";
import { legalFeature, openLayers, snap } from "./legal.js";
import { interesting, layerFacts } from "./scene.js";
import { showAsked } from "./showing.js";

/**
 * @param {Scene} scene
 * @param {number} value
 */
export function setFeature(scene, value) {
  if (value !== scene.store.get("feature")) scene.store.set("feature", value);
  showAsked(scene);
}

/**
 * Go to this very feature, if it is here.
 * @param {Scene} scene
 * @param {number} value
 */
export function showFeature(scene, value) {
  const { facts, store } = scene;
  if (facts && legalFeature(layerFacts(facts, store.get("layer")), value, 1) === value) setFeature(scene, value);
}

/**
 * @param {Scene} scene
 * @param {number} value
 */
export function askFeature(scene, value) {
  const { facts, store } = scene;
  if (!facts) return;
  setFeature(scene, legalFeature(layerFacts(facts, store.get("layer")), value, value < store.get("feature") ? -1 : 1));
}

/**
 * @param {Scene} scene
 * @param {number} value
 */
export function askLayer(scene, value) {
  const { facts, store } = scene;
  if (!facts) return;
  const [layer, feature] = [store.get("layer"), store.get("feature")];
  const next = snap(openLayers(facts), value, value < layer ? -1 : 1);
  const legal = legalFeature(layerFacts(facts, next), feature, 1);
  if (next !== layer) store.set("layer", next);
  if (legal !== feature) store.set("feature", legal);
  showAsked(scene);
}

/**
 * So many steps along the features in the order of interest.
 * @param {Scene} scene
 * @param {number} step
 */
export function askInteresting(scene, step) {
  const order = interesting(scene);
  const at = order.indexOf(scene.store.get("feature"));
  if (order.length) setFeature(scene, order[at < 0 ? 0 : clamp(at + step, 0, order.length - 1)]);
}

/**
 * A feature was chosen in the wall.
 * @param {Scene} scene
 * @param {number} value
 */
export function keepFeature(scene, value) {
  setFeature(scene, value);
  scene.figure.root.scrollIntoView({ block: "nearest" });
}
