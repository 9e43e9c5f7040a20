/** What front ends of centred STFT frames share: windows of sound, and the way back. */

/** @import { Stft } from "./transform.js" */

import { synthesise } from "./transform.js";
import { roundEven } from "../../base/numbers.js";

/**
 * @param {Record<string, any>} settings
 * @param {string} [kind]
 */
export function framed({ sample_rate: sampleRate, n_fft: nFft, hop_length: hop, duration, frames: given = null }, kind = "stft") {
  const samples = Math.max(1, roundEven(duration * sampleRate));
  const columns = (/** @type {number} */ count) => (given === null ? 1 + Math.floor(count / hop) : Math.ceil(count / hop));
  return {
    kind,
    sampleRate,
    nFft,
    hop,
    samples,
    bins: nFft / 2 + 1,
    frames: columns(samples),
    columns,
    /** @param {Float32Array} sound */
    fit(sound) {
      const window = new Float32Array(samples);
      window.set(sound.subarray(0, samples));
      return window;
    },
    /**
     * @param {Float32Array} magnitude
     * @param {Stft} spectrum
     * @param {number} length
     */
    synthesise: (magnitude, spectrum, length) => synthesise(magnitude, spectrum, nFft, hop, length),
  };
}

/**
 * Without the frame past the end.
 * @param {Float32Array} columns row by row
 * @param {number} frames with it
 */
export function withoutLast(columns, frames) {
  const kept = new Float32Array((columns.length / frames) * (frames - 1));
  for (let from = 0, to = 0; from < columns.length; from += frames, to += frames - 1) kept.set(columns.subarray(from, from + frames - 1), to);
  return kept;
}

/**
 * The last column lasts on, past the end.
 * @param {Float32Array} rows
 * @param {number} frames as many as there shall be: one more than `rows` has
 */
export function lasting(rows, frames) {
  const wide = new Float32Array((rows.length / (frames - 1)) * frames);
  for (let from = 0, to = 0; from < rows.length; from += frames - 1, to += frames) {
    wide.set(rows.subarray(from, from + frames - 1), to);
    wide[to + frames - 1] = rows[from + frames - 2];
  }
  return wide;
}
