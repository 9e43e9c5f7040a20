/** The bootstrap: pieces drawn with replacement, from a stated seed, and the ends of an interval of what they give. */

import { keyOf, randomBits } from "./threefry.js";

const DRAWS = 2000;

/** The share of draws to leave out on either side of an interval of 95 %, widened as Student's t asks, for 2 to 16 pieces: `expanded_tail` in Python. */
const TAILS = [0, 6.8e-8, 0.000119031, 0.000954101, 0.002431803, 0.004109154, 0.005737521, 0.007224819, 0.008550639, 0.009722407, 0.010756615, 0.011671301, 0.012483255, 0.013207173, 0.01385557];

/** The largest number of pieces. */
export const MOST_PIECES = TAILS.length + 1;

/**
 * How often each piece is in each draw, draw by draw. Python draws by another generator: ends agree within what 2,000 draws leave open.
 * @param {number} pieces 1 to `MOST_PIECES`
 * @param {number} [seed]
 * @returns {Float64Array} (2000, pieces)
 */
export function draws(pieces, seed = 0) {
  const counts = new Float64Array(DRAWS * pieces);
  randomBits(keyOf(seed), counts.length).forEach((bits, n) => {
    counts[Math.floor(n / pieces) * pieces + Math.floor((bits * pieces) / 2 ** 32)] += 1;
  });
  return counts;
}

/**
 * The ends of an interval of 95 % by what draws gave.
 * @param {Float64Array} values one for each draw; sorted here
 * @param {number} pieces that were drawn from
 * @returns {[number, number]}
 */
export function interval(values, pieces) {
  values.sort();
  const tail = TAILS[pieces - 2];
  return [quantile(values, tail), quantile(values, 1 - tail)];
}

/**
 * @param {ArrayLike<number>} sorted
 * @param {number} share
 */
export function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}
