/** A look over a whole sound: its level over time, and where it is busiest. */

import { fourier } from "./fourier.js";
import { roundEven } from "../../base/numbers.js";

const COLUMNS = 400; // of the overview
export const LOOKED = 900; // s that are looked over, at most
const STEP = 0.5; // s between the places where a window may be proposed to begin
const ENOUGH = 0.75; // share of the busiest window's flux at which a song opens at its beginning
const EQUAL = 0.97; // share of that flux that makes a window as good; the earliest one is proposed
const FRAME = 0.046; // s of a spectrum, about

/**
 * @typedef {object} Look
 * @property {number} seconds how much of the sound was looked at
 * @property {number} step seconds between two values of the flux
 * @property {Float64Array} flux what the magnitudes gain from each spectrum to the next, summed
 * @property {Float32Array} peaks largest magnitudes of eighths of a frame
 */

/**
 * @param {Float32Array} samples
 * @param {number} rate
 * @returns {Look}
 */
export function lookOver(samples, rate) {
  const size = Math.max(8, 2 ** roundEven(Math.log2(rate * FRAME)));
  const seen = samples.subarray(0, Math.ceil(LOOKED * rate));
  const window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1)));
  const count = Math.ceil(seen.length / size);
  const [flux, peaks] = [new Float64Array(count), new Float32Array(8 * count)];
  const { forward } = fourier(size);
  const bins = size / 2 + 1;
  const [frame, re, im, before] = [new Float64Array(size), new Float64Array(bins), new Float64Array(bins), new Float32Array(bins)];
  for (let t = 0; t < count; t++) {
    frame.fill(0);
    frame.set(seen.subarray(t * size, (t + 1) * size));
    for (let piece = 0, i = 0; piece < 8; piece++) {
      for (const end = i + size / 8; i < end; i++) {
        peaks[8 * t + piece] = Math.max(peaks[8 * t + piece], Math.abs(frame[i]));
        frame[i] *= window[i];
      }
    }
    forward(frame, re, im);
    for (let k = 0; k < bins; k++) {
      const magnitude = Math.fround(Math.sqrt(re[k] * re[k] + im[k] * im[k]));
      flux[t] += Math.max(0, magnitude - before[k]);
      before[k] = magnitude;
    }
  }
  return { seconds: seen.length / rate, step: size / rate, flux, peaks };
}

/**
 * Where the busiest window begins, in seconds, at most `last`: of the windows that begin at whole half
 * seconds the earliest with nearly the largest sum of flux, and 0 if the first is nearly as good.
 * @param {Look} look
 * @param {number} window seconds
 * @param {number} last
 */
export function busiest({ flux, step, seconds }, window, last) {
  const total = new Float64Array(flux.length + 1);
  for (let i = 0; i < flux.length; i++) total[i + 1] = total[i] + flux[i];
  const limit = Math.max(0, Math.min(last, seconds - window)) + 1e-9;
  const sums = Array.from({ length: Math.ceil(limit / STEP) }, (_, i) => {
    // Without the first frame: its gain is over the sound before the window.
    const first = Math.min(Math.ceil((i * STEP) / step) + 1, flux.length);
    const end = Math.min(Math.max(Math.trunc((i * STEP + window) / step), first), flux.length);
    return total[end] - total[first];
  });
  const most = sums.reduce((best, sum) => Math.max(best, sum), -Infinity);
  return STEP * sums.findIndex((sum, i) => sum >= (i > 0 ? EQUAL : ENOUGH) * most);
}

/**
 * The largest magnitude in each column of a sound, 255 for the largest of all; 0 where nothing was looked at.
 * @param {Look} look
 * @param {number} duration seconds
 */
export const overview = ({ peaks, step }, duration) => columns(peaks, (i) => (i * step) / 8 / duration);

/**
 * The largest value in each of at most 400 columns, 255 for the largest of all.
 * @param {ArrayLike<number>} peaks
 * @param {(i: number) => number} place where each piece begins, from 0 to 1
 */
export function columns(peaks, place) {
  const count = Math.min(COLUMNS, peaks.length);
  const levels = new Float64Array(count);
  for (let i = 0; i < peaks.length; i++) {
    const at = Math.trunc(Math.min(place(i) * count, count - 1));
    levels[at] = Math.max(levels[at], peaks[i]);
  }
  const most = levels.reduce((best, x) => Math.max(best, x), 0) || 1;
  return Array.from(levels, (x) => roundEven((255 * x) / most));
}
