/**
 * Links to a view: `#layer=3&feature=20&rule=guided`, with `resynthesis`, `position`, `clip`, `start`
 * and `mute=3-20,3-21:0.5`; `panel=2` names the page's second panel.
 */

/** @import { Facts, LayerFacts, Muted } from "../types.js" */

import { clamp } from "../base/numbers.js";

/** @typedef {{traits: Record<string, unknown>, missing: string[]}} View what to set, and what of it the page does not hold */

/**
 * @param {string} text
 * @returns {number | null}
 */
const wholeOf = (text) => (/^\d{1,6}$/.test(text) ? Number(text) : null);

/**
 * @param {number[]} there
 * @param {number} value
 */
const nearest = (there, value) => there.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));

/** @param {LayerFacts} layer */
const heldOf = ({ features, available }) => available ?? Array.from({ length: features }, (_, k) => k);

/**
 * The choices that a link names: among those that there are, whatever its case.
 * @param {string[]} options
 * @param {string} asked
 */
const among = (options, asked) => options.find((one) => one.toLowerCase() === asked.toLowerCase());

/**
 * Features and gains: `3-20,3-21:0.5`.
 * @param {string} text
 * @param {Facts} facts
 */
function mutedOf(text, { layers }) {
  /** @type {Muted[]} */
  const muted = [];
  for (const one of text.split(",")) {
    const found = /^(\d{1,3})-(\d{1,5})(?::([\d.]{1,6}))?$/.exec(one);
    const [layer, feature, gain] = (found ?? []).slice(1).map((part) => Number(part ?? 0));
    if (found && feature < (layers[layer - 1]?.features ?? 0) && gain >= 0 && gain <= 2) muted.push([layer, feature, gain]);
  }
  return muted;
}

/**
 * What a link asks of a panel that shows `facts`; null if it asks nothing of that panel.
 * @param {string} hash
 * @param {number} panel counts from 1
 * @param {Facts} facts
 * @param {Record<string, unknown>} now what the panel is asked for
 * @returns {View | null}
 */
export function viewOf(hash, panel, facts, now) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  if ((wholeOf(words.get("panel") ?? "1") ?? 1) !== panel) return null;
  /** @type {View} */
  const view = { traits: {}, missing: [] };
  const { traits, missing } = view;
  const asked = (/** @type {string} */ name) => words.get(name) ?? "";
  const layers = facts.layers.flatMap((one, i) => (heldOf(one).length ? [i + 1] : []));
  const layer = wholeOf(asked("layer")) ?? among(facts.layers.map(({ name }) => name), asked("layer"));
  const number = typeof layer === "string" ? facts.layers.findIndex(({ name }) => name === layer) + 1 : layer;
  if (number !== null && number !== undefined) traits.layer = nearest(layers, number);
  if (traits.layer !== undefined && traits.layer !== number) missing.push(`layer ${number}`);
  const feature = wholeOf(asked("feature"));
  if (feature !== null) {
    const held = heldOf(facts.layers[Number(traits.layer ?? now.layer) - 1] ?? facts.layers[0]);
    traits.feature = nearest(held, feature);
    if (traits.feature !== feature) missing.push(`feature ${feature}`);
  }
  for (const [name, options] of /** @type {[string, string[]][]} */ ([["rule", facts.rules], ["resynthesis", facts.resyntheses], ["position", facts.positions]])) {
    if (!asked(name)) continue;
    const found = among(facts.live ? options : [`${now[name]}`], asked(name));
    if (found) traits[name] = found;
    else missing.push(`${name} ${asked(name)}`);
  }
  const clip = asked("clip") && facts.live ? among(facts.clips ?? [], asked("clip")) : undefined;
  if (clip) traits.clip = clip;
  else if (asked("clip") && asked("clip").toLowerCase() !== facts.takes[0].clip.toLowerCase()) missing.push(`clip ${asked("clip")}`);
  const start = /^\d{1,6}(\.\d+)?$/.test(asked("start")) ? Number(asked("start")) : null;
  if (start !== null) setStart(view, start, facts, now);
  if (asked("mute") && facts.live && facts.muted) traits.muted = mutedOf(asked("mute"), facts);
  else if (asked("mute")) missing.push("muting");
  return Object.keys(traits).length || missing.length ? view : null;
}

/**
 * @param {View} view
 * @param {number} start s
 * @param {Facts} facts
 * @param {Record<string, unknown>} now
 */
function setStart({ traits, missing }, start, { live, song }, now) {
  if (traits.clip !== undefined && traits.clip !== now.clip) traits.start = start; // how long that is, the worker knows
  else if (live) traits.start = song ? clamp(start, 0, Math.max(song.duration - song.window, 0)) : 0;
  else if (song?.windows?.length) {
    traits.start = nearest(song.windows.map((one) => one.start), start);
    if (traits.start !== start) missing.push(`a window from ${start} s`);
  }
}

/**
 * What a page says where it does not hold what a link asks for.
 * @param {string[]} missing
 */
export const missingWords = (missing) => (missing.length ? `this page does not hold ${missing.join(", ")}; the nearest is shown` : "");

/**
 * The link to what a panel of a page that computes shows.
 * @param {Record<string, any>} state its traits
 * @param {number} panel
 */
export function hashOf({ layer, feature, rule, resynthesis, position, clip, start, muted = [], facts }, panel = 1) {
  const parts = [...(panel > 1 ? [["panel", panel]] : []), ["layer", layer], ["feature", feature], ["rule", rule]];
  if (resynthesis !== "phase") parts.push(["resynthesis", resynthesis]);
  if (position !== "all") parts.push(["position", position]);
  if ((facts?.clips?.length ?? 0) > 1) parts.push(["clip", clip]);
  if (facts?.song) parts.push(["start", +Number(start).toFixed(3)]);
  if (muted.length) parts.push(["mute", muted.map((/** @type {Muted} */ [l, f, gain]) => `${l}-${f}${gain ? `:${+gain.toFixed(3)}` : ""}`).join(",")]);
  return `#${parts.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":")}`).join("&")}`;
}

/**
 * @param {Record<string, any>} state
 * @param {number} panel
 */
export const addressOf = (state, panel) => `${location.href.replace(/#.*$/s, "")}${hashOf(state, panel)}`;
