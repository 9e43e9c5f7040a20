/** A heat map's numbers, and what they are in words. Nothing here needs a page. */

/** @import { AttributeFacts, Attributes } from "../types.js" */

import { minus } from "../base/words.js";

const SCORES = 4; // of a cell: mean, low and high end of its 95 % interval, pairs

/**
 * What a heat map shows: a layer's features by attributes of the music.
 * @typedef {object} HeatSource
 * @property {number} layer
 * @property {number} features
 * @property {number[] | null} [available] features whose pictures are here; null: all
 * @property {AttributeFacts} facts
 * @property {Attributes | null} found null while it is not computed
 */

/** @param {HeatSource | null} source */
export const namesOf = (source) => source?.found?.names ?? source?.facts.names ?? [];

/**
 * [mean, low, high, pairs] of a cell; null while there is none.
 * @param {HeatSource} source
 * @param {number} feature
 * @param {number} row
 */
export function scoresOf(source, feature, row) {
  if (!source.found) return null;
  const at = SCORES * (feature * namesOf(source).length + row);
  return [...source.found.values.subarray(at, at + SCORES)];
}

/** @param {number | null | undefined} value */
export const score = (value) => (value == null || Number.isNaN(value) ? "\u2013" : minus(value.toFixed(2).replace(/^-(?=0\.00$)/, "")));

/**
 * A cell in words.
 * @param {HeatSource} source
 * @param {number} feature
 * @param {number} row
 */
export function cellWords(source, feature, row, short = false) {
  const scores = scoresOf(source, feature, row);
  if (!scores) return "";
  const name = namesOf(source)[row];
  const [mean, low, high, pairs] = scores;
  if (Number.isNaN(mean)) return short ? `${name} \u2013` : `feature ${feature}, ${name}: no answer to compare`;
  const interval = `${score(low)} to ${score(high)}`;
  if (short) return `${name} ${score(mean)} (${interval})`;
  return `feature ${feature}, ${name}: r = ${score(mean)}, 95 % interval ${interval}, ${pairs} pairs`;
}

/**
 * A cell of a feature in words, or all its cells.
 * @param {HeatSource} source
 * @param {number} feature
 * @param {number} [row]
 */
export function readCells(source, feature, row) {
  if (row === undefined) return `feature ${feature}:  ${namesOf(source).map((_, a) => cellWords(source, feature, a, true)).join("  \u00b7  ")}`;
  const absent = source.available && !source.available.includes(feature);
  return `${cellWords(source, feature, row)}${absent ? " (its picture is not in this page)" : ""}`;
}

/**
 * Features from the highest mean of an attribute down, those without a mean last; by number without an attribute.
 * @param {HeatSource} source
 * @param {number} row
 */
export function orderBy(source, row) {
  /** @param {number} feature */
  const height = (feature) => {
    const mean = scoresOf(source, feature, row)?.[0] ?? NaN;
    return Number.isNaN(mean) ? -Infinity : mean;
  };
  const order = Array.from({ length: source.features }, (_, k) => k);
  return source.found && row >= 0 ? order.sort((one, other) => height(other) - height(one) || one - other) : order;
}

/** @param {AttributeFacts} facts */
export const explain = (facts) =>
  `Pearson's r, by activation: ${facts.probes} probes (${facts.engine}), two at a time that differ in one attribute alone; mean over such pairs, ` +
  "in brackets its 95 % interval. Near 1, the feature's map stays the same when the attribute changes; near 0, it becomes quite another.";
