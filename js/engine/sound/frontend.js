/** From samples to the picture that a network sees, and back to sound: the package's front ends. */

/** @import { Stft } from "./transform.js" */
/** @import { Scaling } from "./domain.js" */
/** @typedef {{data: Float32Array, shape: number[]}} Tensor */

import { bandedKind } from "./banded.js";
import { bankOf, melBank } from "./banks.js";
import { rawKind } from "./raw.js";
import { stftKind } from "./stft.js";

/**
 * @typedef {Stft & {samples?: Float32Array, rows?: Float32Array[], scaling?: Scaling}} Spectrum of a sound, with a frame past its end
 *
 * @typedef {object} Frontend
 * @property {string} kind
 * @property {number} sampleRate
 * @property {number} nFft
 * @property {number} hop
 * @property {number} samples in one picture
 * @property {number[]} shape of one picture: [freq, time], [freq, time, channels] or [time]
 * @property {number} bins of the STFT that is inverted to sound
 * @property {number} frames columns of its magnitudes, without the frame past the end
 * @property {number | null} channel the one that is inverted to sound; null where pictures have no channels
 * @property {(count: number) => number} columns of a picture of so many samples
 * @property {(samples: Float32Array) => Float32Array} fit the first window, padded with zeros where the sound ends before
 * @property {(samples: Float32Array) => Spectrum} analyse
 * @property {(spectrum: Spectrum) => Float32Array} picture
 * @property {(spectrum: Spectrum) => Float32Array} floor the value of silence, by row
 * @property {(rows: Float32Array, spectrum: Spectrum) => Float32Array} toMagnitude of the channel that is heard: magnitudes of bins, with the frame past the end
 * @property {(rows: Float32Array, spectrum: Spectrum) => Float32Array} spread signed factors on rows as factors on bins
 * @property {(magnitude: Float32Array, spectrum: Spectrum, length: number) => Float32Array} synthesise with the source's phase
 */

/**
 * The front end of a model file: settings and arrays as the package stores them.
 * @param {{settings: Record<string, any>, arrays?: Record<string, Tensor>}} stored
 * @returns {Frontend}
 */
export function makeFrontend({ settings, arrays = {} }) {
  const { kind = "stft" } = settings;
  if (kind === "stft") return stftKind(settings);
  if (kind === "raw") return rawKind(settings);
  if (kind === "log-mel") return bandedKind(settings, arrays, [melBank(settings)], [settings.n_fft]);
  if (kind === "log-frequency") {
    const banks = Object.keys(arrays).filter((name) => /^bank\d$/.test(name)).sort().map((name) => bankOf(arrays[name].data, arrays[name].shape[0]));
    return bandedKind(settings, arrays, banks, banks.map(({ bins }) => 2 * (bins - 1)));
  }
  throw new Error(`a front end of the kind ${JSON.stringify(kind)} cannot be computed in a page: open this model with Python`);
}

/**
 * The channel of a picture that is inverted to sound; the picture itself if it has none.
 * @param {Frontend} frontend
 * @param {Float32Array} picture
 */
export function channelOf({ channel, shape }, picture) {
  if (channel === null) return picture;
  const step = shape[2];
  return Float32Array.from({ length: picture.length / step }, (_, i) => picture[i * step + channel]);
}

