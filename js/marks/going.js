/** Going back to what was marked. */

/** @import { Facts } from "../types.js" */
/** @import { Scene } from "../panel/scene.js" */
/** @import { Mark } from "./format.js" */

import { word } from "../words/words.js";

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
