/** Pictures and sounds of what a panel shows, as they go to the page. */

/** @import { Asked, Heard, Variant } from "./types.js" */

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.byteLength, 0));
  let at = 0;
  for (const one of parts) {
    all.set(one, at);
    at += one.byteLength;
  }
  return all;
}

/** The picture, then the sound, of each variant's source. @param {Variant[]} variants */
export const sourceOf = (variants) =>
  joined(
    variants.flatMap(({ heard }) => {
      const { pixels, pcm } = heard.source();
      return [pixels, pcm];
    }),
  );

/**
 * A feature of every variant, as the traits `shown` and `answer` have it.
 * @param {Variant[]} variants
 * @param {Asked} asked
 * @param {number} revision
 */
export async function shownOf(variants, asked, revision) {
  const items = [];
  for (const { heard } of variants) items.push(await heard.show(asked));
  return {
    answer: joined(items.flatMap(({ pixels, pcm }) => [pixels, pcm])),
    shown: { ...asked, revision, takes: items.map((item) => item.facts) },
  };
}

/**
 * The feature of a layer that responds most: a panel opens on it where the one shown is silent.
 * @param {Heard} heard
 * @param {number} layer
 */
export function strongest(heard, layer) {
  const all = heard.strengths(layer);
  return all.reduce((best, one, k) => (one > all[best] ? k : best), 0);
}
