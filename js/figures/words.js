/** Three figures beside a feature, in words: its effect, its likeness to the source, the control. */

/** @import { Bank, EffectFacts, Effects } from "../types.js" */

import { minus, percent } from "../base/words.js";

/** @typedef {{label: string, value: string, interval: string, mark: string, tip: string}} Known one figure; `tip` explains it */

const WAITS = "\u2026";
const NONE = "\u2013";

/**
 * A change of a logit, with its sign.
 * @param {number} change
 */
export const logit = (change) => {
  const text = change.toFixed(Math.abs(change) < 100 ? 2 : 0);
  return +text === 0 ? text.replace("-", "") : minus(`${change > 0 ? "+" : ""}${text}`);
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
  const what = none ? "likeliest class" : "prediction";
  const label = name ? `effect on the ${what}: ${name}` : "effect on the prediction";
  const no = why || found?.why;
  if (no) return { label, value: NONE, interval: no, mark: "", tip: `No effect: ${no}.` };
  if (muted) return { label, value: NONE, interval: "muted", mark: "", tip: `Feature ${k} is muted already: muting it changes nothing more. ${EFFECT_TIP}` };
  if (!found) return { label, value: live ? WAITS : NONE, interval: live ? "being computed" : "not in this page", mark: "", tip: EFFECT_TIP };
  const [mean, here] = [found.mean[k], found.here[k]];
  const { low, high, windows } = found;
  const ends = low && high ? [low[k], high[k]] : null;
  const interval = ends ? `${ends.map(logit).join(" to ")}, ${windows} windows` : "one window, no interval";
  const over = ends ? `in the mean over ${windows} windows spread over the clip (95\u00a0% interval by the bootstrap over them: ${ends.map(logit).join(" to ")}), by ${logit(here)} in the window shown` : "in the window shown; one window says nothing of others, so there is no interval";
  const side = sideOf(mean);
  const mark = side !== "none" && ends && ends[0] < 0 && ends[1] > 0 ? "may be none" : side;
  return { label, value: logit(mean), interval, mark, tip: `Muting feature ${k} changes the logit of ${name} by ${logit(mean)} ${over}. ${EFFECT_TIP}` };
}

/** @param {number} mean */
function sideOf(mean) {
  if (Math.abs(mean) < 0.005) return "none";
  return mean < 0 ? "speaks for it" : "speaks against it";
}

const EFFECT_TIP =
  "Effect: how much the score of the class that the network predicts (its logit) changes when this feature alone is muted, its map set to the value of silence. " +
  "Below 0 the feature speaks for the class, above 0 against it.";

/**
 * How like the source a feature is, and on which side of the control.
 * @param {Partial<Bank>} bank
 * @param {number} k
 * @param {string} deck the row that is surveyed, where there are several
 * @param {boolean} comes whether it can still come
 * @returns {Known}
 */
export function likenessKnown({ survey, control }, k, deck, comes = true) {
  const label = deck ? `like the source: ${deck}` : "like the source";
  if (!survey) return { label, value: comes ? WAITS : NONE, interval: "", mark: "", tip: LIKENESS_TIP };
  if (survey.group[k] < 0) return { label, value: NONE, interval: "silent for this clip", mark: "", tip: LIKENESS_TIP };
  const own = survey.likeness[k];
  const ends = survey.likeness_interval?.[k];
  const interval = ends ? `${Math.round(100 * ends[0])} to ${percent(ends[1])}` : "";
  const below = control != null && own < control;
  const mark = control == null ? "" : below ? "\u25be below the control" : "\u25b4 above the control";
  const range = survey.control_range;
  const inside = range && own >= range[0] && own <= range[1];
  const side = control == null ? "" : ` This feature is ${below ? "less" : "more"} like the source than the mean of random weights${range ? `, and ${inside ? "inside" : "outside"} the range of eight in ten of them` : ""}.`;
  return { label, value: percent(own), interval, mark, tip: LIKENESS_TIP + side };
}

const LIKENESS_TIP =
  "Likeness: the correlation (magnitude of Pearson's r) of what is seen in row B, the rectified projection, with the source's picture. " +
  "The interval, 95\u00a0%, comes from drawing 16 stretches of time anew (block bootstrap): it holds for this window, not for other clips.";

/**
 * The same measure of random weights.
 * @param {Partial<Bank>} bank
 * @param {boolean} comes whether it can still come
 * @returns {Known}
 */
export function controlKnown({ survey, control }, comes = true) {
  const label = "control: random weights";
  if (survey?.no_control) return { label, value: "none", interval: survey.no_control, mark: "", tip: `no control: ${survey.no_control}` };
  if (control == null) return { label, value: comes ? WAITS : NONE, interval: "", mark: "", tip: CONTROL_TIP };
  const range = survey?.control_range;
  return { label, value: percent(control), interval: range ? `${Math.round(100 * range[0])} to ${percent(range[1])}` : "", mark: "", tip: CONTROL_TIP };
}

const CONTROL_TIP =
  "Control: the likeness to the source of the features of this layer in a network of the same architecture with random weights: their mean, and between which values eight in ten of them lie (10 to 90\u00a0%). " +
  "What any network gives is no finding.";
