/** What a network for pitch says of a window: how often there is a pitch, and which in the middle. */

/** @typedef {{data: Float32Array, shape: number[]}} Tensor features last */

const [LOWEST, HIGHEST] = [46.875, 2093.75]; // Hz of the first and the last step; those between are equally spaced in octaves
const VOICED = 0.5; // probability from which on there is a pitch

/**
 * The words of a panel, and the share of columns that have a pitch. The pitch of a column is the mean
 * of the highest step and its two neighbours, in octaves, weighted by a softmax over these three.
 * @param {Tensor} pitch (time, steps)
 * @param {Tensor} voicing (time, 1): scores
 * @returns {[string, number][]}
 */
export function pitchSaid(pitch, voicing) {
  const steps = pitch.shape[pitch.shape.length - 1];
  const octaves = (/** @type {number} */ step) => Math.log2(LOWEST) + (step / (steps - 1)) * Math.log2(HIGHEST / LOWEST);
  /** @type {number[]} */
  const voiced = [];
  voicing.data.forEach((score, column) => {
    if (1 / (1 + Math.exp(-score)) < VOICED) return;
    const scores = pitch.data.subarray(column * steps, (column + 1) * steps);
    const highest = scores.reduce((best, one, step) => (one > scores[best] ? step : best), 0);
    let [sum, weights] = [0, 0];
    for (let step = Math.max(0, highest - 1); step <= Math.min(steps - 1, highest + 1); step++) {
      const weight = Math.exp(scores[step] - scores[highest]);
      sum += weight * octaves(step);
      weights += weight;
    }
    voiced.push(2 ** (sum / weights));
  });
  voiced.sort((one, other) => one - other);
  const half = voiced.length / 2;
  const median = (voiced[Math.ceil(half) - 1] + voiced[Math.floor(half)]) / 2;
  return [[`voiced${voiced.length ? `, median ${median.toFixed(0)} Hz` : ""}`, voiced.length / voicing.data.length]];
}
