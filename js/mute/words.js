/** What is muted, in words. Nothing here needs a page. */

/** @import { Facts, Muted, Part } from "../types.js" */

import { percent } from "../base/words.js";
import { fixed, word } from "../words/words.js";

/** @param {Muted} muted */
export const featureName = ([layer, feature]) => `${layer}-${feature}`;

/** @param {Muted} muted */
export const mutedName = ([layer, feature, gain]) => `${layer}-${feature}${gain === 0 ? "" : word("muted.at", { gain: percent(gain) })}`;

/**
 * "1.0 to 2.0 s": moments of the clip.
 * @param {[number, number]} stretch s in the window
 * @param {number} start of the window in the clip, s
 */
function stretchWords([from, to], start) {
  const digits = to - from < 0.5 ? 2 : 1;
  return `${word("interval", { low: fixed(start + from, digits), high: fixed(start + to, digits) })}\u00a0s`;
}

/** @param {[number, number]} band Hz */
const bandWords = ([low, high]) => `${word("interval", { low: Math.round(low), high: Math.round(high) })}\u00a0Hz`;

/**
 * @param {Part} part
 * @param {number} start
 */
export function partName({ band, stretch }, start) {
  if (band && stretch) return word("part.both", { band: bandWords(band), stretch: stretchWords(stretch, start) });
  return band ? bandWords(band) : stretch ? stretchWords(stretch, start) : "";
}

/**
 * All that is muted, in one line; nothing while nothing is.
 * @param {Pick<Facts, "muted" | "removed" | "start">} facts
 */
export function mutedWords({ muted = [], removed = [], start }) {
  const all = [...muted.map(mutedName), ...removed.map((part) => partName(part, start))];
  return all.length ? `${word("muted")} ${all.join(", ")}` : "";
}

/**
 * What stands beside a feature's name in a caption.
 * @param {Muted[] | undefined} muted
 * @param {number} layer
 * @param {number} feature
 */
export function mutedMark(muted, layer, feature) {
  const found = muted?.find((one) => one[0] === layer && one[1] === feature);
  if (!found || found[2] === 1) return "";
  return found[2] === 0 ? word("caption.muted") : word("caption.gain", { gain: percent(found[2]) });
}

/**
 * The arguments of `aj.explore` that mute the same.
 * @param {Pick<Facts, "muted" | "removed">} facts
 */
export function mutedCode({ muted = [], removed = [] }) {
  const features = muted.map(([layer, feature, gain]) => `(${layer}, ${feature}${gain === 0 ? "" : `, ${gain}`})`);
  const parts = removed.map((part) => {
    const ends = Object.entries(part).flatMap(([name, pair]) => (pair ? [`"${name}": (${pair.join(", ")})`] : []));
    return `{${ends.join(", ")}}`;
  });
  return [...(features.length ? [`mute=[${features.join(", ")}]`] : []), ...(parts.length ? [`removed=[${parts.join(", ")}]`] : [])];
}
