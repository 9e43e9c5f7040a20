/**
 * The short-time Fourier transform and its inverse, as the package has them: centred frames, a
 * periodic Hann window, weighted overlap-add (Griffin and Lim 1984).
 */

import { fourier } from "./fourier.js";

/**
 * @typedef {object} Stft of `bins` rows and `frames` columns, row by row
 * @property {Float32Array} re
 * @property {Float32Array} im
 * @property {Float32Array} magnitude
 * @property {number} bins
 * @property {number} frames
 *
 * @typedef {"reflect" | "constant"} PadMode how the sound goes on beyond its ends
 */

const TINY = 2 ** -126; // of less, float32 has no inverse

/** @type {Map<number, Float32Array>} */
const windows = new Map();

/**
 * @param {number} nFft
 * @returns {Float32Array}
 */
function hann(nFft) {
  let made = windows.get(nFft);
  if (!made) windows.set(nFft, (made = Float32Array.from({ length: nFft }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / nFft))));
  return made;
}

/**
 * `frames` columns, the first of them centred on sample 0.
 * @param {Float32Array} samples
 * @param {number} nFft
 * @param {number} hop
 * @param {number} frames
 * @param {PadMode} mode
 * @returns {Stft}
 */
export function stft(samples, nFft, hop, frames, mode = "reflect") {
  const padded = around(samples, nFft / 2, (frames - 1) * hop + nFft, mode);
  const bins = nFft / 2 + 1;
  const [re, im, magnitude] = [new Float32Array(bins * frames), new Float32Array(bins * frames), new Float32Array(bins * frames)];
  const { forward } = fourier(nFft);
  const window = hann(nFft);
  const [frame, real, imaginary] = [new Float64Array(nFft), new Float64Array(bins), new Float64Array(bins)];
  for (let t = 0; t < frames; t++) {
    for (let i = 0; i < nFft; i++) frame[i] = padded[t * hop + i] * window[i];
    forward(frame, real, imaginary);
    for (let k = 0, at = t; k < bins; k++, at += frames) {
      re[at] = real[k];
      im[at] = imaginary[k];
      magnitude[at] = Math.sqrt(real[k] * real[k] + imaginary[k] * imaginary[k]);
    }
  }
  return { re, im, magnitude, bins, frames };
}

/**
 * Magnitudes (negative ones turn the phase over) with the phases of a spectrum, as `length` samples.
 * @param {Float32Array} magnitude
 * @param {Stft} spectrum
 * @param {number} nFft
 * @param {number} hop
 * @param {number} length
 */
export function synthesise(magnitude, { re, im, magnitude: own, bins, frames }, nFft, hop, length) {
  const { inverse } = fourier(nFft);
  const window = hann(nFft);
  const whole = new Float64Array((frames - 1) * hop + nFft);
  const [frame, real, imaginary] = [new Float64Array(nFft), new Float64Array(bins), new Float64Array(bins)];
  for (let t = 0; t < frames; t++) {
    let sounds = false;
    for (let k = 0, at = t; k < bins; k++, at += frames) {
      const wanted = magnitude[at];
      sounds ||= wanted !== 0;
      if (own[at] < TINY) {
        // Where there is nothing, the phase is that of a signed zero.
        real[k] = re[at] < 0 || Object.is(re[at], -0) ? -wanted : wanted;
        imaginary[k] = 0;
      } else {
        real[k] = (wanted / own[at]) * re[at];
        imaginary[k] = (wanted / own[at]) * im[at];
      }
    }
    if (!sounds) continue;
    inverse(real, imaginary, frame);
    for (let i = 0, at = t * hop; i < nFft; i++, at++) whole[at] += frame[i] * window[i];
  }
  const weight = weightOf(frames, nFft, hop);
  const samples = new Float32Array(length);
  const end = Math.min(length, whole.length - nFft / 2);
  for (let i = 0, at = nFft / 2; i < end; i++, at++) samples[i] = whole[at] / weight[at];
  return samples;
}

/** @type {{key: string, weight: Float64Array} | null} the latest: a panel asks for one length again and again */
let kept = null;

/**
 * What overlap-add divides by: the sum of the squared windows.
 * @param {number} frames
 * @param {number} nFft
 * @param {number} hop
 */
function weightOf(frames, nFft, hop) {
  const key = `${frames} ${nFft} ${hop}`;
  if (kept?.key === key) return kept.weight;
  const window = hann(nFft);
  const weight = new Float64Array((frames - 1) * hop + nFft);
  for (let t = 0; t < frames; t++) for (let i = 0; i < nFft; i++) weight[t * hop + i] += window[i] * window[i];
  for (let i = 0; i < weight.length; i++) if (!(weight[i] > TINY)) weight[i] = 1;
  kept = { key, weight };
  return weight;
}

/**
 * Samples with `before` more in front of them, `size` in all.
 * @param {Float32Array} samples
 * @param {number} before
 * @param {number} size
 * @param {PadMode} mode
 */
function around(samples, before, size, mode) {
  const padded = new Float32Array(size);
  const { length } = samples;
  padded.set(samples, before);
  if (mode === "constant") return padded;
  const period = Math.max(1, 2 * (length - 1));
  const reflected = (/** @type {number} */ i) => {
    const place = ((i % period) + period) % period;
    return samples[place < length ? place : period - place];
  };
  for (let i = 0; i < before; i++) padded[i] = reflected(i - before);
  for (let i = before + length; i < size; i++) padded[i] = reflected(i - before);
  return padded;
}
