/** What a page may set: all changes are checked together, before any of them is applied. */

/** @import { Message } from "./door.js" */
/** @import { ModelDoc } from "./types.js" */
/** @import { Song } from "./songs.js" */

import { legalControl } from "./control_row.js";
import * as door from "./door.js";
import { legalOrder } from "./effects.js";
import { CHOICES } from "./facts.js";
import { checkFeature, findLayer } from "./layers.js";
import { mutes } from "./muting.js";
import { partsOf } from "./parts.js";
import { checkStart } from "./songs.js";

/** What of a window can be chosen. */
export const CHOSEN = ["model", "clip", "start", "muted", "removed"];

const SETTABLE = ["layer", "feature", ...Object.keys(CHOICES), "error", ...CHOSEN, "control", "order"];

/**
 * The changes with every list in its usual form; throws a sentence if they are not legal together.
 * @param {unknown} received
 * @param {object} panel
 * @param {(name: string) => any} panel.get a trait
 * @param {{untrained: boolean, doc: ModelDoc}} panel.model
 * @param {readonly string[]} panel.models names
 * @param {ReadonlyMap<string, Song>} panel.clips
 * @returns {Record<string, any>}
 */
export function checkChanges(received, { get, model, models, clips }) {
  const changes = door.message(received);
  const { layers, seconds, sample_rate: sampleRate } = model.doc;
  for (const name of Object.keys(changes)) if (!SETTABLE.includes(name)) throw new Error(`${door.short(name)} cannot be set by the page`);
  checkChoices(changes);
  const layer = "layer" in changes ? findLayer(layers, door.whole(changes, "layer")) : get("layer");
  if ("feature" in changes) checkFeature(layers[layer - 1], door.whole(changes, "feature"));
  if ("error" in changes && door.text(changes, "error")) throw new Error("error can only be dismissed by the page");
  const muted = "muted" in changes && { muted: mutes(changes.muted, layers) };
  const removed = "removed" in changes && { removed: partsOf(changes.removed, { seconds, sampleRate }) };
  if ("order" in changes) legalOrder(model, door.text(changes, "order"));
  if ("model" in changes) door.oneOf("model", door.text(changes, "model"), models);
  if ("clip" in changes) door.oneOf("clip", door.text(changes, "clip"), [...clips.keys()]);
  if ("control" in changes) legalControl(model, door.truth(changes, "control"));
  if ("start" in changes) checkStart(door.number(changes, "start"), clips.get(/** @type {string} */ (changes.clip ?? get("clip")))?.duration ?? 0);
  return { ...changes, ...muted, ...removed };
}

/**
 * Throw if a word is not one of those that can be chosen.
 * @param {Message} changes
 */
export function checkChoices(changes) {
  for (const [name, words] of Object.entries(CHOICES)) if (name in changes) door.oneOf(name, door.text(changes, name), words);
}
