/** A panel is brought to the view that a link, or whoever embeds it, asks for. */

/** @import { Store } from "../types.js" */
/** @import { Held } from "./links.js" */

import { askedOf } from "../store/asked.js";
import { missingWords, viewOf } from "./links.js";

/**
 * What of the sound a panel is asked for; a page of features has no such traits.
 * @param {Store} store
 */
const chosenOf = (store) => Object.fromEntries(["model", "clip", "start"].map((name) => [name, store.get(name)]).filter(([, value]) => value !== undefined));

/**
 * Show what is asked for, and say what of it is not here. Returns whether the panel is named.
 * @param {Store} store
 * @param {Element} host that the panel stands in
 * @param {string} hash
 * @param {number} place of the panel in the page, counts from 1
 * @param {Held} held
 */
export function showView(store, host, hash, place, held) {
  const facts = store.get("facts");
  const view = facts && viewOf(hash, place, facts, { ...askedOf(store), ...facts.chosen, ...chosenOf(store) }, held);
  if (!view) return false;
  for (const [name, value] of Object.entries(view.traits)) store.set(name, value);
  /** @type {any} */ (host.querySelector(".auralise"))?.auralise.say(missingWords(view.missing), true);
  return view.scroll;
}
