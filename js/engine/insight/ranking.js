/** Which features to hear first: what a page is sent of a survey, ranked against the same network with random weights. */

import { fixed, rounded } from "./rounding.js";

/**
 * @typedef {import("./survey.js").Found} Found
 * @typedef {object} Against what a layer is compared with
 * @property {number | null} control likeness of the same network with random weights, in the mean over its features; null: there is none
 * @property {string} [why] there is none
 * @property {[number, number] | null} [among] likenesses between which eight in ten of the control's features lie
 */

const DUPLICATE = 0.95; // the least correlation of a feature and its duplicate

/**
 * The facts about the features of a layer, as `widgets/view.survey` has them. Until the control is known, or why there is none, there is no ranking.
 * @param {Found} found
 * @param {Against} [against]
 * @returns {import("../../types.js").Survey}
 */
export function facts(found, { control, why = "", among = null } = { control: null }) {
  const { energy, likeness, silent } = found;
  const { twin, redundancy } = twins(found);
  const original = copies(found);
  const strength = energy.map((one, k) => (original[k] < 0 ? one : one / 2));
  const beyond = likeness.map((one) => control === null || one < control);
  const strong = energy.map((one) => one >= (1 - 1e-9) / energy.length); // equal shares are rounded
  const interest = strength.map((one, k) => (strong[k] && beyond[k] ? one : 0));
  const order = [...energy.keys()].sort((a, b) => +silent[a] - +silent[b] || interest[b] - interest[a] || strength[b] - strength[a] || a - b);
  return {
    order: control === null && !why ? null : order,
    no_control: why,
    verdict: verdict(interest, control, why),
    similar: found.similar,
    interest: interest.map((one) => rounded(one, 5)),
    energy: energy.map((one) => rounded(one, 5)),
    likeness: likeness.map((one) => rounded(one, 3)),
    likeness_interval: found.intervals.map((ends) => ends && [rounded(ends[0], 3), rounded(ends[1], 3)]),
    control_range: among && [rounded(among[0], 3), rounded(among[1], 3)],
    sparseness: found.sparseness.map((one) => rounded(one, 3)),
    twin,
    redundancy: redundancy.map((one) => rounded(one, 3)),
    copies: original,
    group: found.group,
    alike: found.alike,
  };
}

/**
 * The feature most like each feature, -1 if there is none, and how much alike they are.
 * @param {Found} found
 */
function twins({ correlation, silent }) {
  const count = silent.length;
  const twin = silent.map((_, k) => {
    let best = -1;
    for (let other = 0; other < count; other++) {
      const r = correlation[k * count + other];
      if (other !== k && r > (best < 0 ? 0 : correlation[k * count + best])) best = other;
    }
    return best;
  });
  return { twin, redundancy: twin.map((other, k) => (other < 0 ? 0 : correlation[k * count + other])) };
}

/**
 * The original of each duplicate, -1 for other features. The feature with the most energy is the original of its duplicates.
 * @param {Found} found
 */
function copies({ correlation, silent, energy }) {
  const count = silent.length;
  const original = new Array(count).fill(-1);
  /** @type {number[]} */
  const originals = [];
  for (const k of [...energy.keys()].sort((a, b) => energy[b] - energy[a] || a - b)) {
    if (silent[k]) continue;
    const near = originals.filter((other) => correlation[k * count + other] >= DUPLICATE);
    if (near.length) original[k] = near.reduce((best, other) => (correlation[k * count + other] > correlation[k * count + best] ? other : best));
    else originals.push(k);
  }
  return original;
}

/**
 * How many features are strong and beyond their control, as a sentence.
 * @param {number[]} interest
 * @param {number | null} control
 * @param {string} why
 */
function verdict(interest, control, why) {
  if (control === null) return `No control: ${why && `${why}; `}ranked by energy.`;
  const count = interest.filter(Boolean).length;
  const which = ["No feature has", "1 feature has"][count] ?? `${count} features have`;
  const least = `${fixed(100 * (1 / interest.length), 1)} % of the energy or more`;
  const less = `${count < 2 ? "is" : "are"} less like the source than random weights (${fixed(control, 2)})`;
  return `${which} ${least} and ${less}: ${count ? "first in the ranking" : "ranked by energy"}.`;
}
