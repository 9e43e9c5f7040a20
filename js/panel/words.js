/** What a panel says of features, layers, levels and what is on its way. Nothing here needs a page. */

/** @import { Bank, Extent, Facts, Filling, LayerFacts, RowFacts, ShownFacts, Survey } from "../types.js" */

import { amount, percent, signed } from "../base/words.js";

/** @param {Extent} extent */
const extentWords = ({ ms, hz }) => `${amount(ms, "ms", "s")} \u00d7 ${amount(hz, "Hz", "kHz")}`;

/** @param {LayerFacts} layer */
export const layerWords = ({ sees, map }) => `sees ${sees ? extentWords(sees) : "the whole picture"}, map ${map.join(" \u00d7 ")}`;

const CELLS = { freq: "rows (frequency)", time: "columns (time)" };

/** @param {LayerFacts} layer */
export const layerTip = ({ sees, axes = ["freq", "time"], map, reported }) =>
  [
    `One value of a map is computed from ${sees ? `${extentWords(sees)} of the picture` : "the whole picture"}; ` +
      `a map has ${axes.map((axis, i) => `${map[i]} ${CELLS[axis]}`).join(" and ")}.`,
    ...(reported ? [`By the count that fits the paper's reported figures: ${extentWords(reported)}.`] : []),
  ].join("\n");

/**
 * What is known of a feature among its layer's.
 * @param {Survey} survey
 * @param {number} k
 * @param {number | null | undefined} control
 */
export function featureWords(survey, k, control) {
  if (survey.group[k] < 0) return `feature ${k}: silent for this clip`;
  const alike = survey.group.filter((group) => group === survey.group[k]).length - 1;
  const against = control != null ? ` (random weights: ${percent(control)})` : survey.no_control ? " (no control)" : "";
  const mean = `mean share ${(100 / survey.energy.length).toFixed(1)}\u00a0%`;
  const parts = [
    `feature ${k}: ${(100 * survey.energy[k]).toFixed(1)}\u00a0% of the layer's energy (${mean}), like the source ${percent(survey.likeness[k])}${against}`,
    survey.interest[k] > 0 ? (survey.no_control ? ": strong" : ": strong and beyond its control") : "",
    `; sparseness ${survey.sparseness[k].toFixed(2)}; group ${survey.group[k] + 1}, with ${alike} alike`,
    survey.twin[k] < 0 ? "" : `; most like ${survey.twin[k]}, r ${survey.redundancy[k].toFixed(2)}`,
    survey.copies[k] < 0 ? "" : ": a copy, so its energy counts half in the ranking",
  ];
  return parts.join("");
}

/**
 * A feature's place in the ranking, or `count` where there is none.
 * @param {Survey | undefined} survey
 * @param {number} k
 * @param {string} count
 * @param {{order: number[] | null, by: string}} ranking
 */
export function rankWords(survey, k, count, { order, by } = { order: survey?.order ?? null, by: "" }) {
  if (survey && survey.group[k] < 0) return "silent here";
  if (!survey || !order?.includes(k)) return count;
  if (by) return `rank ${order.indexOf(k) + 1} of ${order.length},\nby ${by}`;
  if (!survey.order) return count;
  if (survey.no_control) return `rank ${survey.order.indexOf(k) + 1} of ${survey.order.length},\nby energy`;
  const first = survey.interest.filter((one) => one > 0).length;
  return `rank ${survey.order.indexOf(k) + 1} of ${survey.order.length},\n${first || "none"} stand${first > 1 ? "" : "s"} out`;
}

/**
 * The wall's line.
 * @param {Bank | null} bank
 * @param {number[]} features
 * @param {number} layer
 */
export function wallWords(bank, features, layer) {
  if (!bank) return "the wall fills when the layer is computed";
  const groups = features.map((k) => bank.survey.group[k]).filter((group) => group >= 0);
  const { alike, verdict } = bank.survey;
  return `layer ${layer}: ${groups.length} of ${features.length} respond to this clip, in ${new Set(groups).size} groups that correlate by ${alike} or more. ${verdict}`;
}

/**
 * Likewise while features still come.
 * @param {Filling} coming
 * @param {number[]} features
 * @param {number} layer
 */
export function fillingWords(coming, features, layer) {
  const here = features.filter((k) => coming.has(k)).length;
  const rest = here < features.length ? "" : "; they are ranked when the same network with random weights is computed, too";
  return `layer ${layer}: ${here} of ${features.length} features are computed${rest}`;
}

/**
 * How loud a feature is beside the source.
 * @param {ShownFacts} shown
 * @param {boolean} raw
 */
export function levelWords({ gain_db, limited_db, silent, matched, note }, raw) {
  if (silent) return "silent";
  if (!matched) return `level not matched  \u00b7  ${note}`;
  if (raw) return `raw level, ${signed(-gain_db)} to matched`;
  return `level matched, ${signed(gain_db)}${limited_db >= 0.05 ? ` (${limited_db.toFixed(1)}\u00a0dB held back)` : ""}`;
}

/** @param {ShownFacts} shown */
export function levelTip({ scale_db, gain_db, limited_db, picture_db }) {
  /** @type {[number, string][]} */
  const parts = [
    [scale_db, "peak of the projection matched to the peak of the source"],
    [gain_db, "then brought to the same loudness as the source (ITU-R BS.1770)"],
    [limited_db && -limited_db, "held back: with it the peak would be above 0.99 and clip"],
    [picture_db, "the picture's peak, not the sound, brought to the source's"],
  ];
  return parts.filter(([db]) => Math.abs(db) >= 0.05).map(([db, what]) => `${signed(db)}: ${what}`).join("\n");
}

/**
 * "loading random weights…": what is pending, without what it has in common with what is heard.
 * @param {[string, string | number][]} pending
 * @param {Record<string, string | number>} chosen
 */
export function pendingWords(pending, chosen) {
  const all = pending.map(([name, value]) => {
    if (typeof value === "number") return `from ${value.toFixed(1)}\u00a0s`;
    const common = `${chosen[name]}, `;
    return value.startsWith(common) ? value.slice(common.length) : value;
  });
  return all.length ? `loading ${all.join(", ")}\u2026` : "";
}

/**
 * What a row is called in the switch, beside its letter.
 * @param {Facts} facts
 * @param {RowFacts} row
 */
export function rowName({ rows, takes }, { kind, take }) {
  const several = rows.filter((row) => row.kind === "source").length > 1;
  const { name, clip } = takes[take];
  if (kind === "source") return several ? clip : "source";
  return name && !several ? name : "feature";
}

/**
 * The name of a file with what a row has.
 * @param {Facts} facts
 * @param {RowFacts} row
 * @param {{layer: number, feature: number, rule: string}} shown
 */
export function fileName({ takes }, { kind, take }, shown) {
  const { clip, name, rule } = takes[take];
  const which = kind === "source" ? ["source"] : [`feature-${shown.layer}-${shown.feature}`, rule ?? (name === clip ? "" : name)];
  return [clip, ...which].filter(Boolean).join("-").replace(/[^\p{L}\p{N}-]+/gu, "_");
}

/**
 * @param {RowFacts["kind"] | undefined} kind
 * @param {{layer: number, feature: number} | null} shown
 */
export const cannotDecode = (kind, shown) =>
  `The sound of ${kind === "source" ? "the source" : `feature ${shown?.layer}-${shown?.feature}`} cannot be decoded by this browser. ` +
  "The pictures are not affected; another browser may play it.";
