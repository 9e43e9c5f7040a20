/** Three figures beside a feature, in words: its effect, its likeness to the source, the control. */

/** @import { Bank, EffectFacts, Effects } from "../types.js" */

import { minus, percent } from "../base/words.js";
import { local, translated, word } from "../words/words.js";

/** @typedef {{label: string, value: string, interval: string, mark: string, tip: string, side?: "less" | "same" | "more"}} Known one figure; `tip` explains it, `side` is that of the control */

const WAITS = "\u2026";
const NONE = "\u2013";

/**
 * A change of a logit, with its sign.
 * @param {number} change
 */
export const logit = (change) => {
  const text = change.toFixed(Math.abs(change) < 100 ? 2 : 0);
  return local(+text === 0 ? text.replace("-", "") : minus(`${change > 0 ? "+" : ""}${text}`));
};

/**
 * What muting a feature does to the class that the network predicts.
 * @param {EffectFacts & {none?: boolean}} facts `none`: the class is the likeliest, and not likely enough to be said
 * @param {Effects | null} found null while it is computed
 * @param {number} k
 * @param {boolean} live whether there is anybody to compute it
 * @param {boolean} muted whether the feature is muted already
 * @returns {Known}
 */
export function effectKnown({ name, why, none = false }, found, k, live, muted = false) {
  const tip = word("effect.tip");
  const label = !name ? word("effect") : word(none ? "effect.likeliest" : "effect.on", { name });
  const no = translated(why || (found?.why ?? ""));
  if (no) return { label, value: NONE, interval: no, mark: "", tip: word("effect.none.tip", { why: no }) };
  if (muted) return { label, value: NONE, interval: word("effect.muted"), mark: "", tip: word("effect.muted.tip", { k, tip }) };
  if (!found) return { label, value: live ? WAITS : NONE, interval: live ? word("effect.coming") : word("effect.absent"), mark: "", tip };
  const [mean, here] = [found.mean[k], found.here[k]];
  const { low, high, windows } = found;
  const ends = low && high ? [low[k], high[k]] : null;
  const values = { k, name, mean: logit(mean), here: logit(here), low: logit(ends?.[0] ?? 0), high: logit(ends?.[1] ?? 0), windows, tip };
  return {
    label,
    value: logit(mean),
    interval: word(ends ? "effect.interval" : "effect.one", values),
    mark: sideOf(mean, ends),
    tip: word(ends ? "effect.known.tip" : "effect.one.tip", values),
  };
}

/**
 * @param {number} mean
 * @param {number[] | null} ends
 */
function sideOf(mean, ends) {
  if (Math.abs(mean) < 0.005) return word("effect.none");
  if (ends && ends[0] < 0 && ends[1] > 0) return word("effect.maybe");
  return word(mean < 0 ? "effect.for" : "effect.against");
}

/**
 * How like the source a feature is, and on which side of the control.
 * @param {Partial<Bank>} bank
 * @param {number} k
 * @param {string} deck the row that is surveyed, where there are several
 * @param {boolean} comes whether it can still come
 * @returns {Known}
 */
export function likenessKnown({ survey, control }, k, deck, comes = true) {
  const label = deck ? word("likeness.of", { deck }) : word("likeness");
  const tip = word("likeness.tip");
  if (!survey) return { label, value: comes ? WAITS : NONE, interval: "", mark: "", tip };
  if (survey.group[k] < 0) return { label, value: NONE, interval: word("silent.clip"), mark: "", tip };
  const own = survey.likeness[k];
  const ends = survey.likeness_interval?.[k];
  const interval = ends ? rangeWords(ends) : "";
  const below = control != null && own < control;
  const range = survey.control_range;
  const inside = range && own >= range[0] && own <= range[1];
  const side = control == null ? [] : [word(below ? "likeness.less" : "likeness.more"), ...(range ? [word(inside ? "likeness.inside" : "likeness.outside")] : [])];
  const known = { label, value: percent(own), interval, mark: "", tip: [tip, ...side].join(" ") };
  if (control == null) return known;
  if (inside) return { ...known, side: "same", mark: word("likeness.same") };
  return below ? { ...known, side: "less", mark: word("likeness.below") } : { ...known, side: "more", mark: word("likeness.above") };
}

/** @param {[number, number]} ends shares */
const rangeWords = ([low, high]) => word("range.percent", { low: Math.round(100 * low), high: percent(high) });

/**
 * The same measure of random weights.
 * @param {Partial<Bank>} bank
 * @param {boolean} comes whether it can still come
 * @returns {Known}
 */
export function controlKnown({ survey, control }, comes = true) {
  const label = word("control");
  if (survey?.no_control) return { label, value: word("control.none"), interval: translated(survey.no_control), mark: "", tip: word("control.none.tip", { why: translated(survey.no_control) }) };
  const tip = word("control.known.tip");
  if (control == null) return { label, value: comes ? WAITS : NONE, interval: "", mark: "", tip };
  const range = survey?.control_range;
  return { label, value: percent(control), interval: range ? rangeWords(range) : "", mark: "", tip };
}
