/** From what is shown to a mark, and back. */

/** @import { Facts } from "../types.js" */
/** @import { Scene } from "../panel/scene.js" */
/** @import { Mark } from "./format.js" */

import { askedOf } from "../store/asked.js";
import { word } from "../words/words.js";
import { oneLine } from "./format.js";

/**
 * Which traits show a mark, as far as a panel that shows `facts` can; what it lacks, in words.
 * @param {Mark} mark
 * @param {Facts} facts
 * @returns {{traits: Record<string, unknown>, lacks: string}}
 */
export function traitsOf({ layer, feature, rule, resynthesis, position, clip, start }, facts) {
  /** @type {Record<string, unknown>} */
  const traits = { layer, feature };
  /** @type {string[]} */
  const lacks = [];
  const legal = { rule: facts.rules.includes(rule), resynthesis: facts.resyntheses.includes(resynthesis), position: facts.positions.includes(position) };
  if (facts.live) for (const [name, value] of Object.entries({ rule, resynthesis, position })) if (legal[/** @type {keyof typeof legal} */ (name)]) traits[name] = value;
  const now = facts.chosen?.clip ?? facts.takes[0].clip;
  const known = facts.live && facts.clips?.includes(clip);
  if (clip && clip !== now && !known) lacks.push(word("marks.absent.clip", { clip }));
  else if (clip) {
    if (clip !== now) traits.clip = clip;
    const held = facts.song?.windows?.some((one) => Math.abs(one.start - start) < 1e-3) ?? false;
    if (Math.abs(start - facts.start) > 1e-3 || traits.clip) {
      if (facts.live ? facts.chosen : held) traits.start = start;
      else lacks.push(word("marks.absent.window"));
    }
  }
  return { traits, lacks: lacks.join(" ") };
}

/**
 * Show what was marked. `waits`: another clip or window has to come before its region can be set.
 * @param {Scene} scene
 * @param {Mark} mark
 * @param {string} model whose features are marked
 * @returns {{waits: boolean, lacks: string}}
 */
export function goTo({ facts, store }, mark, model) {
  if (!facts) return { waits: false, lacks: "" };
  const { traits, lacks } = traitsOf(mark, facts);
  const untrained = store.get("model") !== undefined && store.get("model") !== model;
  if (untrained) store.set("model", model);
  for (const [name, value] of Object.entries(traits)) if (store.get(name) !== value) store.set(name, value);
  return { waits: untrained || "start" in traits || "clip" in traits, lacks };
}

/**
 * The loop region of a mark in the window shown, s; null for all of it.
 * @param {Mark} mark
 * @param {number} start of the window
 * @returns {[number, number] | null}
 */
export const regionThere = ({ region }, start) => (region && region[1] > start ? [Math.max(region[0] - start, 0), region[1] - start] : null);

/**
 * What is shown and heard now, as a mark without words.
 * @param {Scene} scene
 * @returns {Mark | null}
 */
export function markOf({ facts, store, player }) {
  if (!facts) return null;
  const { layer, feature, rule, resynthesis, position } = askedOf(store);
  const [clip, start] = [`${facts.chosen?.clip ?? facts.takes[0].clip}`, facts.start];
  const { region } = player;
  return { layer, feature, words: "", rule, resynthesis, position, clip: oneLine(clip, 255), start, region: region && [rounded(start + region[0]), rounded(start + region[1])] };
}

/** @param {number} seconds to the millisecond */
const rounded = (seconds) => +seconds.toFixed(3);

/**
 * Whether a panel has the feature of a mark to show.
 * @param {Scene} scene
 * @param {Mark} mark
 */
export function has({ facts }, { layer, feature }) {
  const known = facts?.layers[layer - 1];
  return known !== undefined && feature < known.features && (known.available?.includes(feature) ?? true);
}
