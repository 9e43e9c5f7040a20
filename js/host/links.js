/**
 * Links to a view: `#layer=3&feature=20&rule=guided`, with `model=random`, `resynthesis`, `position`, `clip`, `start`,
 * `mute=3-20,3-21:0.5` and `removed=200-800@1-2,@3-4` (Hz, s in the window); `panel=2` names the page's second panel.
 */

/** @import { Facts, LayerFacts, Muted, Part } from "../types.js" */

import { clamp } from "../base/numbers.js";

/** @typedef {[asked: string, shown: string]} Missing what the page does not hold, and what it shows for it; "" if nothing */
/** @typedef {{traits: Record<string, unknown>, missing: Missing[], scroll: boolean}} View what to set, what of it the page does not hold, and whether the panel is named */
/** @typedef {{title: string, code?: string, duration: number}} ShippedClip */
/** @typedef {{panels: number, clips: ShippedClip[]}} Held how many panels the page has, and its clips */

const MOST_PARTS = 24; // as many as a panel takes

/** @param {string} text */
const numberOf = (text) => (text.trim() && Number.isFinite(Number(text)) ? Number(text) : null);

/** @param {string} text */
const short = (text) => (text.length > 24 ? `${text.slice(0, 24)}\u2026` : text);

/**
 * @param {number[]} there
 * @param {number} value
 */
const nearest = (there, value) => there.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));

/** @param {LayerFacts} layer */
const heldOf = ({ features, available }) => available ?? Array.from({ length: features }, (_, k) => k);

/**
 * The choice that a link names: among those that there are, whatever its case.
 * @param {string[]} options
 * @param {string} asked
 */
const among = (options, asked) => options.find((one) => one.toLowerCase() === asked.toLowerCase());

/**
 * Features and gains: `3-20,3-21:0.5`.
 * @param {string} text
 * @param {Facts} facts
 * @param {Missing[]} missing
 */
function mutedOf(text, { layers }, missing) {
  /** @type {Muted[]} */
  const muted = [];
  for (const one of text.split(",")) {
    const found = /^(\d{1,3})-(\d{1,5})(?::(-?[\d.]{1,6}))?$/.exec(one);
    const [layer, feature, asked] = (found ?? []).slice(1).map((part) => Number(part ?? 0));
    const gain = clamp(asked, 0, 2);
    const there = found && feature < (layers[layer - 1]?.features ?? 0) && !Number.isNaN(gain);
    if (there) muted.push([layer, feature, gain]);
    if (!there || gain !== asked) missing.push([`mute ${short(one)}`, there ? `mute ${layer}-${feature}:${gain}` : ""]);
  }
  return muted;
}

/**
 * Parts of the source: `200-800` Hz, `@1-2` s, `200-800@1-2`.
 * @param {string} text
 * @param {Facts} facts
 * @param {Missing[]} missing
 */
function removedOf(text, { sample_rate, duration }, missing) {
  /** @type {Part[]} */
  const removed = [];
  /**
   * @param {string | undefined} ends
   * @param {number} most
   * @returns {[number, number] | null}
   */
  const pairOf = (ends, most) => {
    const [low, high] = (ends ?? "").split("-").map(Number);
    return ends && low < high && high <= most ? [low, high] : null;
  };
  for (const one of text.split(",")) {
    const found = /^(\d[\d.]*-[\d.]+)?(?:@(\d[\d.]*-[\d.]+))?$/.exec(one);
    const part = { band: pairOf(found?.[1], sample_rate / 2), stretch: pairOf(found?.[2], duration) };
    const there = (part.band || part.stretch) && Boolean(part.band) === Boolean(found?.[1]) && Boolean(part.stretch) === Boolean(found?.[2]);
    if (there && removed.length < MOST_PARTS) removed.push(part);
    else missing.push([`removed ${short(one)}`, ""]);
  }
  return removed;
}

/**
 * What a link asks of a panel that shows `facts`; null if it asks nothing of that panel.
 * @param {string} hash
 * @param {number} place of the panel in the page, counts from 1
 * @param {Facts} facts
 * @param {Record<string, any>} now what the panel is asked for
 * @param {Held} held
 * @returns {View | null}
 */
export function viewOf(hash, place, facts, now, { panels, clips } = { panels: place, clips: [] }) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const asked = (/** @type {string} */ name) => words.get(name) ?? "";
  const named = numberOf(asked("panel"));
  if (nearest(Array.from({ length: panels }, (_, i) => i + 1), named ?? 1) !== place) return null;
  /** @type {View} */
  const view = { traits: {}, missing: [], scroll: Boolean(asked("panel")) };
  const { traits, missing } = view;
  if (view.scroll && named !== place) missing.push([`panel ${short(asked("panel"))}`, `panel ${place}`]);
  setPlace(view, asked, facts, now);
  for (const [name, options] of /** @type {[string, string[]][]} */ ([["rule", facts.rules], ["resynthesis", facts.resyntheses], ["position", facts.positions]])) {
    if (!asked(name)) continue;
    const found = among(facts.live ? options : [`${now[name]}`], asked(name));
    if (found) traits[name] = found;
    else missing.push([`${name} ${short(asked(name))}`, `${name} ${now[name]}`]);
  }
  const models = facts.live ? (facts.models ?? []) : [];
  const model = asked("model").toLowerCase() === "random" ? models[1] : among(models, asked("model"));
  if (model) traits.model = model;
  else if (asked("model")) missing.push([`model ${short(asked("model"))}`, `model ${now.model ?? facts.takes[0].model}`]);
  const coded = clips.find(({ code }) => code?.toLowerCase() === JSON.stringify(asked("clip").toLowerCase()))?.title;
  const clip = asked("clip") && facts.live ? among(facts.clips ?? [], asked("clip")) ?? among(facts.clips ?? [], coded ?? "") : undefined;
  if (clip) traits.clip = clip;
  else if (asked("clip") && asked("clip").toLowerCase() !== facts.takes[0].clip.toLowerCase()) missing.push([`clip ${short(asked("clip"))}`, `clip ${now.clip ?? facts.takes[0].clip}`]);
  if (asked("start")) setStart(view, asked("start"), facts, now, clips);
  if (asked("mute") && facts.live && facts.muted) traits.muted = mutedOf(asked("mute"), facts, missing);
  else if (asked("mute")) missing.push(["muting", ""]);
  if (asked("removed") && facts.live && facts.removed) traits.removed = removedOf(asked("removed"), facts, missing);
  else if (asked("removed")) missing.push(["removed parts", ""]);
  return Object.keys(traits).length || missing.length || view.scroll ? view : null;
}

/**
 * The layer and the feature.
 * @param {View} view
 * @param {(name: string) => string} asked
 * @param {Facts} facts
 * @param {Record<string, any>} now
 */
function setPlace({ traits, missing }, asked, { layers }, now) {
  if (asked("layer")) {
    const held = layers.flatMap((one, i) => (heldOf(one).length ? [i + 1] : []));
    const name = among(layers.map((one) => one.name), asked("layer"));
    const number = name === undefined ? numberOf(asked("layer")) : layers.findIndex((one) => one.name === name) + 1;
    if (number !== null) traits.layer = nearest(held, number);
    if (number === null || traits.layer !== number) missing.push([`layer ${short(asked("layer"))}`, `layer ${traits.layer ?? now.layer}`]);
  }
  if (asked("feature")) {
    const number = numberOf(asked("feature"));
    if (number !== null) traits.feature = nearest(heldOf(layers[Number(traits.layer ?? now.layer) - 1] ?? layers[0]), number);
    if (number === null || traits.feature !== number) missing.push([`feature ${short(asked("feature"))}`, `feature ${traits.feature ?? now.feature}`]);
  }
}

/**
 * @param {View} view
 * @param {string} text
 * @param {Facts} facts
 * @param {Record<string, any>} now
 * @param {ShippedClip[]} clips
 */
function setStart({ traits, missing }, text, { live, song, duration }, now, clips) {
  const start = numberOf(text);
  const other = traits.clip !== undefined && traits.clip !== now.clip ? traits.clip : null;
  if (start !== null && live) {
    const window = song?.window ?? duration;
    const length = other ? (clips.find(({ title }) => title === other)?.duration ?? Infinity) : (song?.duration ?? 0); // of a person's own sound the worker knows it
    traits.start = clamp(start, 0, Math.max(length - window, 0));
  } else if (start !== null && song?.windows?.length) traits.start = nearest(song.windows.map((one) => one.start), start);
  if (start !== null && traits.start === start) return;
  const shown = Number(traits.start ?? now.start ?? 0);
  missing.push(live || start === null ? [`start ${short(text)}`, `start ${+shown.toFixed(3)}`] : [`a window from ${short(text)} s`, `that from ${+shown.toFixed(3)} s`]);
}

/**
 * What a page says where it does not hold what a link asks for.
 * @param {Missing[]} missing
 */
export function missingWords(missing) {
  if (!missing.length) return "";
  const shown = missing.map(([, one]) => one).filter(Boolean);
  return `this page does not hold ${missing.map(([asked]) => asked).join(", ")}${shown.length ? `; it shows ${shown.join(", ")}` : ""}`;
}

/**
 * The link to what a panel of a page that computes shows. A person's own sound stays out of it: nobody else has that.
 * @param {Record<string, any>} state its traits
 * @param {number} panel
 * @param {string[]} shipped names of the clips that the page holds
 */
export function hashOf({ layer, feature, rule, resynthesis, position, model, clip, start, muted = [], removed = [], facts }, panel = 1, shipped = facts?.clips ?? []) {
  const own = isOwn({ clip }, shipped);
  const parts = [...(panel > 1 ? [["panel", panel]] : []), ["layer", layer], ["feature", feature], ["rule", rule]];
  if (resynthesis !== "phase") parts.push(["resynthesis", resynthesis]);
  if (position !== "all") parts.push(["position", position]);
  if (model !== undefined && model === facts?.models?.[1]) parts.push(["model", "random"]);
  if (!own && (facts?.clips?.length ?? 0) > 1) parts.push(["clip", clip]);
  if (!own && facts?.song) parts.push(["start", +Number(start).toFixed(3)]);
  if (muted.length) parts.push(["mute", muted.map((/** @type {Muted} */ [l, f, gain]) => `${l}-${f}${gain ? `:${+gain.toFixed(3)}` : ""}`).join(",")]);
  if (!own && removed.length) parts.push(["removed", removed.map(partText).join(",")]);
  return `#${parts.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%40", "@")}`).join("&")}`;
}

/** @param {Part} part */
function partText({ band, stretch }) {
  const ends = (/** @type {[number, number] | null} */ pair) => pair?.map((one) => +one.toFixed(3)).join("-") ?? "";
  return `${ends(band)}${stretch ? `@${ends(stretch)}` : ""}`;
}

/**
 * Whether a clip is a person's own.
 * @param {Record<string, any>} state
 * @param {string[]} shipped
 */
const isOwn = ({ clip }, shipped) => clip !== undefined && shipped.length > 0 && !shipped.includes(clip);

/**
 * What the link to a view does not carry; empty if it carries all.
 * @param {Record<string, any>} state
 * @param {string[]} shipped
 */
export function lacksOf(state, shipped) {
  if (!isOwn(state, shipped)) return "";
  return state.removed?.length ? "your own sound or the parts that are taken out of it" : "your own sound";
}

/**
 * @param {Record<string, any>} state
 * @param {number} panel
 * @param {string[]} shipped
 */
export const addressOf = (state, panel, shipped) => `${location.href.replace(/#.*$/s, "")}${hashOf(state, panel, shipped)}`;
