/** What is muted in a panel: checked, brought to another model or window, and in the facts. */

/** @import { Muted, Part, TakeFacts } from "../types.js" */
/** @import { AnyLayer } from "./layers.js" */
/** @import { Hearing } from "./parts.js" */
/** @import { Saying } from "./said.js" */
/** @typedef {{model: string, clip: string, start: number, muted: Muted[], removed: Part[]}} Window a window of a clip under a model, and what of it is muted */

import { short } from "./door.js";
import { checkFeature, findLayer } from "./layers.js";
import { isHeard, listOf, partWords } from "./parts.js";
import { saidBeside, saidOf } from "./said.js";

const LOUDEST = 2; // the largest gain of a feature

/**
 * What is to be muted; a feature that is named twice has its last gain. Throws words where one is not legal.
 * @param {unknown} given a list of [layer, feature], which is taken out, or [layer, feature, gain]
 * @param {readonly AnyLayer[]} layers
 * @returns {Muted[]}
 */
export function mutes(given, layers) {
  /** @type {Map<string, [number, number, unknown]>} */
  const known = new Map();
  for (const one of listOf("muted", given, layers.reduce((sum, { features }) => sum + features, 0))) {
    if (!Array.isArray(one) || (one.length !== 2 && one.length !== 3))
      throw new Error(`a feature is muted by its layer and number, as (3, 20), or gets a gain, as (3, 20, 1.5), not ${short(one)}`);
    const layer = findLayer(layers, one[0]);
    const feature = checkFeature(layers[layer - 1], one[1]);
    known.delete(`${layer}-${feature}`); // the last is listed last
    known.set(`${layer}-${feature}`, [layer, feature, one.length === 3 ? one[2] : 0]);
  }
  return [...known.values()].map(([layer, feature, gain]) => [layer, feature, checkGain(layer, feature, gain)]);
}

/**
 * @param {number} layer
 * @param {number} feature
 * @param {unknown} gain
 */
function checkGain(layer, feature, gain) {
  const shown = `the gain of feature ${layer}-${feature}`;
  if (typeof gain !== "number") throw new Error(`${shown} must be a number from 0 to ${LOUDEST}, not ${short(gain)}`);
  if (!(gain >= 0 && gain <= LOUDEST)) throw new Error(`${shown} must be from 0 (muted) to ${LOUDEST}, not ${short(gain)}`);
  return gain;
}

/**
 * The gains that change anything, by layer and feature.
 * @param {readonly Muted[]} muted
 * @returns {Muted[]}
 */
export const gainsOf = (muted) => muted.filter(([, , gain]) => gain !== 1).sort((one, other) => one[0] - other[0] || one[1] - other[1]);

/**
 * What is asked for without what another model, clip or window does not have, and a sentence about
 * that. A stretch of time belongs to the window that it was drawn in; a band stays.
 * @template {Window} W
 * @param {Window} before
 * @param {W} asked
 * @param {Hearing & {layers: readonly AnyLayer[]}} model that is asked for
 * @returns {{asked: W, lost: string[]}}
 */
export function stillMuted(before, asked, model) {
  const has = (/** @type {Muted} */ [layer, feature]) => feature < (model.layers[layer - 1]?.features ?? 0);
  const moves = asked.clip !== before.clip || asked.start !== before.start;
  const there = new Set(before.removed.map((part) => JSON.stringify(part)));
  const heard = asked.removed.filter((part) => isHeard(part, model));
  const moved = heard.filter((part) => moves && part.stretch && there.has(JSON.stringify(part)));
  const lost = [
    ...asked.muted.filter((one) => !has(one)).map(([layer, feature]) => `${layer}-${feature}`),
    ...asked.removed.filter((part) => !heard.includes(part)).map((part) => partWords(part)),
    ...moved.map((part) => partWords(part, before.start)),
  ];
  return {
    asked: { ...asked, muted: asked.muted.filter(has), removed: heard.filter((part) => !moved.includes(part)) },
    lost: lost.length ? [`not muted here, so brought back: ${lost.join(", ")}`] : [],
  };
}

/**
 * The facts about a take, with what the network says of the untouched window where something is muted.
 * @param {TakeFacts} take
 * @param {Saying} heard
 * @param {Saying} plain
 * @returns {TakeFacts}
 */
export function takeFacts(take, heard, plain) {
  if (heard === plain) return take;
  const [classes, unmuted] = heard.model.task === "pitch" ? [saidOf(heard), saidOf(plain)] : saidBeside(heard.model, heard.predict(), plain.predict());
  return { ...take, classes, unmuted };
}

/**
 * What muting still does where a network has no classes.
 * @param {{task: string, classes: readonly string[]}} model
 * @param {readonly Muted[]} muted
 */
export const mutedNotes = ({ task, classes }, muted) =>
  muted.length && !classes.length && task !== "pitch" ? ["this network gives no classes: muting changes pictures and sounds of the layers above"] : [];

/** Numbers of what a layer's features look and sound like: what is muted below it gives them others. */
export class LayerNumbers {
  /** @type {Map<string, number>} */
  #below = new Map();
  #next;

  /** @param {() => number} next gives a number that nothing else has */
  constructor(next) {
    this.#next = next;
  }

  /**
   * @param {number} number of the window where nothing is muted
   * @param {readonly Muted[]} muted
   * @param {number} layer from 1
   */
  of(number, muted, layer) {
    const below = gainsOf(muted).filter((one) => one[0] < layer);
    if (!below.length) return number;
    const key = `${number} ${JSON.stringify(below)}`;
    const known = this.#below.get(key) ?? this.#next();
    this.#below.set(key, known);
    return known;
  }
}
