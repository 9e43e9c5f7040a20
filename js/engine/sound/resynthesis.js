/**
 * From a projection back to sound with the phase of the source. By "phase" (Choi, Fazekas and Sandler
 * 2016, arXiv:1607.02444) the rectified projection replaces the source's magnitudes; by "mask" (the
 * authors' 2015 code) the source's STFT is multiplied by the signed projection. Where a network sees
 * samples, a projection is itself a waveform.
 */

/** @import { Frontend, Spectrum } from "./frontend.js" */

import { withoutLast } from "./framed.js";
import { channelOf } from "./frontend.js";
import { loudest, peakOf } from "./shown.js";

/**
 * @typedef {object} Resynthesised before any gain
 * @property {Float32Array} samples
 * @property {Float32Array} magnitude what is inverted to sound, compression undone: bins by columns
 * @property {number} scaleDb what brought the projection's peak to the picture's
 */

/**
 * A projection as `length` samples, and the magnitudes that they are made of. Picture and spectrum are the source's.
 * @param {Float32Array} projection
 * @param {Float32Array} picture
 * @param {Spectrum} spectrum
 * @param {Frontend} frontend
 * @param {number} length
 * @param {"phase" | "mask"} how
 * @returns {Resynthesised}
 */
export function resynthesise(projection, picture, spectrum, frontend, length, how) {
  if (frontend.kind === "raw") return asWaveform(projection, picture, frontend, length, how);
  const rows = channelOf(frontend, projection);
  const own = peakOf(rows);
  const { magnitude, wanted } = how === "mask" ? masked(rows, own, spectrum, frontend) : raised(rows, own, picture, spectrum, frontend);
  const samples = frontend.synthesise(magnitude, spectrum, length);
  const shown = withoutLast(magnitude, spectrum.frames);
  for (let i = 0; i < shown.length; i++) shown[i] = Math.abs(shown[i]);
  return { samples, magnitude: shown, scaleDb: how === "phase" ? scaleOf(wanted, own) : 0 };
}

/**
 * The source's magnitudes times the projection, sign and all.
 * @param {Float32Array} rows
 * @param {number} wanted
 * @param {Spectrum} spectrum
 * @param {Frontend} frontend
 */
function masked(rows, wanted, spectrum, frontend) {
  const magnitude = frontend.spread(rows, spectrum);
  for (let i = 0; i < magnitude.length; i++) magnitude[i] *= spectrum.magnitude[i];
  return { magnitude, wanted };
}

/**
 * Of the rectified projection, so scaled that its strongest cell is the picture's: floor + share * (peak - floor).
 * @param {Float32Array} rows
 * @param {number} own
 * @param {Float32Array} picture
 * @param {Spectrum} spectrum
 * @param {Frontend} frontend
 */
function raised(rows, own, picture, spectrum, frontend) {
  const { fround } = Math;
  const peak = peakOf(channelOf(frontend, picture));
  const floor = frontend.floor(spectrum);
  const values = new Float32Array(rows.length);
  const columns = rows.length / floor.length;
  let wanted = 0;
  for (let r = 0, i = 0; r < floor.length; r++) {
    const height = fround(peak - floor[r]);
    for (let t = 0; t < columns; t++, i++) {
      // One after the other: what is faint would make the ratio of both overflow.
      const above = fround(fround(Math.max(rows[i], 0) / (own > 0 ? own : 1)) * height);
      if (above > wanted) wanted = above;
      values[i] = floor[r] + above;
    }
  }
  return { magnitude: frontend.toMagnitude(values, spectrum), wanted };
}

/**
 * @param {number} wanted
 * @param {number} own
 */
const scaleOf = (wanted, own) => (Math.min(wanted, own) > 0 ? 20 * (Math.log10(wanted) - Math.log10(own)) : 0);

/**
 * @param {Float32Array} projection
 * @param {Float32Array} picture
 * @param {Frontend} frontend
 * @param {number} length
 * @param {"phase" | "mask"} how
 * @returns {Resynthesised}
 */
function asWaveform(projection, picture, frontend, length, how) {
  const own = loudest(projection);
  const wanted = how === "mask" ? own : own > 0 ? loudest(picture) : 0;
  const samples = projection.map((x, i) => (how === "mask" ? x * picture[i] : Math.fround(x / (own || 1)) * wanted));
  const { magnitude, frames } = frontend.analyse(samples);
  const cut = new Float32Array(length);
  cut.set(samples.subarray(0, length));
  return { samples: cut, magnitude: withoutLast(magnitude, frames), scaleDb: how === "phase" ? scaleOf(wanted, own) : 0 };
}
