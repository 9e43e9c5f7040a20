/** Low-pass filters: a sinc under a Kaiser window, at any place between samples. */

const REJECTION = 130; // dB in the stop band

/** The window's parameter for that (Kaiser 1974). */
const BETA = 0.1102 * (REJECTION - 8.7);

/**
 * Samples on either side that a transition band so wide asks for.
 * @param {number} transition cycles per sample
 */
export const reachOf = (transition) => (REJECTION - 7.95) / (28.72 * transition);

/**
 * The filter's value at a distance from its middle, in samples.
 * @param {number} distance
 * @param {number} cutoff cycles per sample
 * @param {number} reach
 */
export function lowpass(distance, cutoff, reach) {
  const share = distance / reach;
  if (Math.abs(share) >= 1) return 0;
  const angle = 2 * Math.PI * cutoff * distance;
  const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
  return (2 * cutoff * sinc * bessel(BETA * Math.sqrt(1 - share * share))) / bessel(BETA);
}

/**
 * The modified Bessel function of order 0, by its series.
 * @param {number} x
 */
function bessel(x) {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-17 * sum; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}
