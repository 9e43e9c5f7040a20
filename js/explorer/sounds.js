/** What clips need of the engine. */

/** @typedef {{seconds: number}} Look */

/**
 * @param {Float32Array} samples
 * @param {number} from
 * @param {number} to
 */
export function resample(samples, from, to) {
  if (from !== to) throw new Error("no resampler yet");
  return samples;
}

/**
 * @param {Float32Array} samples
 * @param {number} rate
 * @returns {Look}
 */
export const lookOver = (samples, rate) => ({ seconds: samples.length / rate });

/** @type {(look: Look, window: number, last: number) => number} */
export const busiest = () => 0;

/** @type {(look: Look, duration: number) => number[]} */
export const overview = () => [];
