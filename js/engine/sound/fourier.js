/** The discrete Fourier transform of any even number of samples: plans that keep their tables and memory. */

import FFT from "fft.js";

/**
 * @typedef {object} Complex transforms of n complex numbers, real and imaginary parts in turn
 * @property {(out: Float64Array, data: Float64Array) => void} forward
 * @property {(out: Float64Array, data: Float64Array) => void} inverse divided by n
 *
 * @typedef {object} Fourier transforms of n real samples, and of their n / 2 + 1 bins
 * @property {number} size
 * @property {(samples: Float64Array, re: Float64Array, im: Float64Array) => void} forward
 * @property {(re: Float64Array, im: Float64Array, samples: Float64Array) => void} inverse divided by n; the imaginary parts of the first and last bin count as 0
 */

/** @type {Map<number, Fourier>} */
const plans = new Map();

/**
 * The plan for `size` samples, an even number. It is kept and shared: none of its calls outlives the other.
 * @param {number} size
 */
export function fourier(size) {
  let plan = plans.get(size);
  if (!plan) plans.set(size, (plan = makePlan(size)));
  return plan;
}

/**
 * Real samples are taken for half as many complex numbers (Sorensen et al. 1987).
 * @param {number} size
 * @returns {Fourier}
 */
function makePlan(size) {
  const half = size / 2;
  const complex = complexPlan(half);
  const [packed, turned] = [new Float64Array(size), new Float64Array(size)];
  const [cos, sin] = [new Float64Array(half + 1), new Float64Array(half + 1)];
  for (let k = 0; k <= half; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / size);
    sin[k] = Math.sin((2 * Math.PI * k) / size);
  }
  return {
    size,
    forward(samples, re, im) {
      complex.forward(turned, samples);
      for (let k = 0; k <= half; k++) {
        const here = k === half ? 0 : 2 * k;
        const there = k === 0 ? 0 : size - 2 * k;
        const [evenRe, evenIm] = [(turned[here] + turned[there]) / 2, (turned[here + 1] - turned[there + 1]) / 2];
        const [oddRe, oddIm] = [(turned[here + 1] + turned[there + 1]) / 2, (turned[there] - turned[here]) / 2];
        re[k] = evenRe + oddRe * cos[k] + oddIm * sin[k];
        im[k] = evenIm + oddIm * cos[k] - oddRe * sin[k];
      }
      im[0] = im[half] = 0;
    },
    inverse(re, im, samples) {
      for (let k = 0; k < half; k++) {
        const [hereIm, thereIm] = k === 0 ? [0, 0] : [im[k], im[half - k]];
        const [evenRe, evenIm] = [(re[k] + re[half - k]) / 2, (hereIm - thereIm) / 2];
        const [apartRe, apartIm] = [(re[k] - re[half - k]) / 2, (hereIm + thereIm) / 2];
        const oddRe = apartRe * cos[k] - apartIm * sin[k];
        const oddIm = apartRe * sin[k] + apartIm * cos[k];
        packed[2 * k] = evenRe - oddIm;
        packed[2 * k + 1] = evenIm + oddRe;
      }
      complex.inverse(samples, packed);
    },
  };
}

/**
 * @param {number} size
 * @returns {Complex}
 */
function complexPlan(size) {
  if (size === 1) {
    const copy = (/** @type {Float64Array} */ out, /** @type {Float64Array} */ data) => out.set(data);
    return { forward: copy, inverse: copy };
  }
  if (size & (size - 1)) return chirpPlan(size);
  const fft = new FFT(size);
  return { forward: (out, data) => fft.transform(out, data), inverse: (out, data) => fft.inverseTransform(out, data) };
}

/**
 * A transform of any length as a convolution with a chirp (Bluestein 1970), which powers of two do.
 * @param {number} size
 * @returns {Complex}
 */
function chirpPlan(size) {
  let long = 2;
  while (long < 2 * size - 1) long *= 2;
  const fft = new FFT(long);
  const chirp = new Float64Array(2 * size);
  const kernel = new Float64Array(2 * long);
  for (let k = 0; k < size; k++) {
    const angle = (Math.PI * ((k * k) % (2 * size))) / size; // small, so that it keeps its digits
    chirp[2 * k] = Math.cos(angle);
    chirp[2 * k + 1] = -Math.sin(angle);
    for (const place of k ? [k, long - k] : [0]) {
      kernel[2 * place] = chirp[2 * k];
      kernel[2 * place + 1] = -chirp[2 * k + 1];
    }
  }
  const [filter, data, spectrum] = [new Float64Array(2 * long), new Float64Array(2 * long), new Float64Array(2 * long)];
  fft.transform(filter, kernel);

  /**
   * @param {Float64Array} out
   * @param {Float64Array} given
   * @param {1 | -1} sign of the imaginary parts: -1 turns the transform into its inverse, not yet divided
   * @param {number} factor
   */
  const run = (out, given, sign, factor) => {
    data.fill(0);
    for (let k = 0; k < 2 * size; k += 2) multiply(data, k, given[k], sign * given[k + 1], chirp[k], chirp[k + 1]);
    fft.transform(spectrum, data);
    for (let k = 0; k < 2 * long; k += 2) multiply(data, k, spectrum[k], spectrum[k + 1], filter[k], filter[k + 1]);
    fft.inverseTransform(spectrum, data);
    for (let k = 0; k < 2 * size; k += 2) {
      multiply(out, k, spectrum[k], spectrum[k + 1], factor * chirp[k], factor * chirp[k + 1]);
      out[k + 1] *= sign;
    }
  };
  return { forward: (out, given) => run(out, given, 1, 1), inverse: (out, given) => run(out, given, -1, 1 / size) };
}

/**
 * @param {Float64Array} out
 * @param {number} at
 * @param {number} re
 * @param {number} im
 * @param {number} byRe
 * @param {number} byIm
 */
function multiply(out, at, re, im, byRe, byIm) {
  out[at] = re * byRe - im * byIm;
  out[at + 1] = re * byIm + im * byRe;
}
