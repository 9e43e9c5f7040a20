/** A heat map's numbers, and what they are in words. Nothing here needs a page. */

/** @import { AttributeFacts, Attributes } from "../types.js" */

import { minus } from "../base/words.js";
import { local, word } from "../words/words.js";

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
export const score = (value) => (value == null || Number.isNaN(value) ? "\u2013" : minus(local(value.toFixed(2).replace(/^-(?=0\.00$)/, ""))));

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
  if (Number.isNaN(mean)) return short ? `${name} \u2013` : word("heat.cell.none", { k: feature, name });
  const interval = word("interval", { low: score(low), high: score(high) });
  if (short) return `${name} ${score(mean)} (${interval})`;
  return word("heat.cell.known", { k: feature, name, mean: score(mean), interval, pairs });
}

/**
 * A cell of a feature in words, or all its cells.
 * @param {HeatSource} source
 * @param {number} feature
 * @param {number} [row]
 */
export function readCells(source, feature, row) {
  if (row === undefined) return word("heat.row", { k: feature, cells: namesOf(source).map((_, a) => cellWords(source, feature, a, true)).join("  \u00b7  ") });
  const absent = source.available && !source.available.includes(feature);
  return `${cellWords(source, feature, row)}${absent ? word("heat.cell.absent") : ""}`;
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
  word("heat.explained", { probes: facts.probes, engine: facts.engine });
