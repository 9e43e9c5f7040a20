/** A picture and a sound as panels take them: bytes of decibels, 16-bit samples. */

import { roundEven } from "../../base/numbers.js";

const LOW = -100; // dB re the peak that a byte of 0 stands for; 255 are 0 dB

/** @param {Float32Array} magnitude */
export function peakOf(magnitude) {
  let most = -Infinity;
  for (let i = 0; i < magnitude.length; i++) if (magnitude[i] > most) most = magnitude[i];
  return most;
}

/** @param {Float32Array} samples */
export function loudest(samples) {
  let most = 0;
  for (let i = 0; i < samples.length; i++) most = Math.max(most, Math.abs(samples[i]));
  return most;
}

/**
 * Magnitudes in steps of 100 / 255 dB re `peak` (re 1 if it is 0).
 * @param {Float32Array} magnitude
 * @param {number} peak
 */
export function pixels(magnitude, peak) {
  const bytes = new Uint8Array(magnitude.length);
  const floor = 10 ** (LOW / 20);
  const [by, step] = [1 / (peak || 1), 255 / -LOW];
  for (let i = 0; i < bytes.length; i++) {
    const share = magnitude[i] * by;
    if (share > floor) bytes[i] = Math.min(255, roundEven((20 * Math.log10(share) - LOW) * step));
  }
  return bytes;
}

/**
 * The value that full scale stands for when a sound is sent as whole numbers.
 * @param {Float32Array} samples
 */
export const fullScale = (samples) => Math.max(1, loudest(samples));

/**
 * Little-endian 16-bit samples; full scale stands for `fullScale`.
 * @param {Float32Array} samples
 */
export function pcm16(samples) {
  const factor = Math.fround(32767 / fullScale(samples));
  const whole = new Int16Array(samples.length);
  for (let i = 0; i < whole.length; i++) whole[i] = roundEven(Math.fround(samples[i] * factor));
  return new Uint8Array(whole.buffer);
}
