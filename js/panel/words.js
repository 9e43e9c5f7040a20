/** What a panel says of features, layers, levels and what is on its way. Nothing here needs a page. */

/** @import { Bank, Facts, Filling, NamedFeature, RowFacts, ShownFacts, Survey } from "../types.js" */

import { percent, signed } from "../base/words.js";
import { fixed, local, translated, word } from "../words/words.js";

/**
 * What is known of a feature among its layer's.
 * @param {Survey} survey
 * @param {number} k
 * @param {number | null | undefined} control
 */
export function featureWords(survey, k, control) {
  if (survey.group[k] < 0) return word("feature.silent", { k });
  const alike = survey.group.filter((group) => group === survey.group[k]).length - 1;
  const against = control != null ? word("feature.against", { control: percent(control) }) : survey.no_control ? word("feature.uncontrolled") : "";
  const parts = [
    word("feature.known", { k, energy: fixed(100 * survey.energy[k], 1), mean: fixed(100 / survey.energy.length, 1), likeness: percent(survey.likeness[k]), against }),
    survey.interest[k] > 0 ? word(survey.no_control ? "feature.strong" : "feature.beyond") : "",
    word("feature.group", { sparseness: fixed(survey.sparseness[k], 2), group: survey.group[k] + 1, alike }),
    survey.twin[k] < 0 ? "" : word("feature.twin", { twin: survey.twin[k], r: fixed(survey.redundancy[k], 2) }),
    survey.copies[k] < 0 ? "" : word("feature.copy"),
  ];
  return parts.join("");
}

/**
 * What a dissection calls a feature.
 * @param {NamedFeature | undefined} found undefined: it has no name
 * @param {number} layer
 * @param {number} k
 */
export function nameWords(found, layer, k) {
  const feature = `${layer}-${k}`;
  if (!found) return word("name.none", { feature });
  const name = translated(found.name);
  return found.auc === null ? word("name.own", { feature, name }) : word("name.known", { feature, name, auc: fixed(found.auc, 2) });
}

/** @param {NamedFeature | undefined} found */
export const nameTip = (found) => word(!found ? "name.none.tip" : found.auc === null ? "name.own.tip" : "name.known.tip", { percent: percent(found?.auc ?? 0) });

/**
 * A feature's place in the ranking, or `count` where there is none.
 * @param {Survey | undefined} survey
 * @param {number} k
 * @param {string} count
 * @param {{order: number[] | null, by: string}} ranking
 */
export function rankWords(survey, k, count, { order, by } = { order: survey?.order ?? null, by: "" }) {
  if (survey && survey.group[k] < 0) return word("silent.here");
  if (!survey || !order?.includes(k)) return count;
  if (by) return word("rank.by", { rank: order.indexOf(k) + 1, count: order.length, by });
  if (!survey.order) return count;
  const place = { rank: survey.order.indexOf(k) + 1, count: survey.order.length };
  if (survey.no_control) return word("rank.energy", place);
  const first = survey.interest.filter((one) => one > 0).length;
  return word(first > 1 ? "rank.many" : first ? "rank.one" : "rank.none", { ...place, first });
}

/**
 * The wall's line.
 * @param {Bank | null} bank
 * @param {number[]} features
 * @param {number} layer
 */
export function wallWords(bank, features, layer) {
  if (!bank) return word("wall.waits");
  const groups = features.map((k) => bank.survey.group[k]).filter((group) => group >= 0);
  const { alike, verdict } = bank.survey;
  return word("wall.known", { layer, here: groups.length, all: features.length, groups: new Set(groups).size, alike: local(alike), verdict: translated(verdict) });
}

/**
 * Likewise while features still come.
 * @param {Filling} coming
 * @param {number[]} features
 * @param {number} layer
 */
export function fillingWords(coming, features, layer) {
  const here = features.filter((k) => coming.has(k)).length;
  return word(here < features.length ? "wall.filling" : "wall.ranking", { layer, here, all: features.length });
}

/**
 * How loud a feature is beside the source.
 * @param {ShownFacts} shown
 * @param {boolean} raw
 */
export function levelWords({ gain_db, limited_db, silent, matched, note }, raw) {
  if (silent) return word("silent");
  if (!matched) return word("level.not", { note: translated(note) });
  if (raw) return word("level.own", { gain: signed(-gain_db) });
  return limited_db >= 0.05 ? word("level.limited", { gain: signed(gain_db), limited: fixed(limited_db, 1) }) : word("level.gain", { gain: signed(gain_db) });
}

/** @param {ShownFacts} shown */
export function levelTip({ scale_db, gain_db, limited_db, picture_db }) {
  /** @type {[number, string][]} */
  const parts = [
    [scale_db, word("level.scale")],
    [gain_db, word("level.loudness")],
    [limited_db && -limited_db, word("level.held")],
    [picture_db, word("level.picture")],
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
    if (typeof value === "number") return word("loading.start", { seconds: fixed(value, 1) });
    const common = `${chosen[name]}, `;
    return translated(value.startsWith(common) ? value.slice(common.length) : value);
  });
  return all.length ? word("loading", { what: all.join(", ") }) : "";
}

/**
 * What a row is called in the switch, beside its letter.
 * @param {Facts} facts
 * @param {RowFacts} row
 */
export function rowName({ rows, takes }, { kind, take }) {
  const several = rows.filter((row) => row.kind === "source").length > 1;
  const { name, clip } = takes[take];
  if (kind === "source") return several ? clip : word("source");
  return name && !several ? translated(name) : word("row.feature");
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
  kind === "source" ? word("sound.failed.source") : word("sound.failed.feature", { feature: `${shown?.layer}-${shown?.feature}` });
