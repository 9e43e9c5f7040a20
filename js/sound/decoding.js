/** From a sound's bytes to samples, and to what a deck plays. */

/** @import { Sound } from "../types.js" */
/** @typedef {{samples: Float32Array, rate: number, scale: number}} Samples */

import { pcm16, wavFile } from "./wav.js";

const EDGE_FADE = 0.003; // s; both ends of a sound, so that the loop's seam does not click

/**
 * A sound as samples at the context's own rate.
 * At that rate every position is a whole sample, so a swapped sound lies exactly on the old one;
 * a source node that resamples by itself rounds its offset and interpolates in straight lines.
 * @param {BaseAudioContext} context
 * @param {Sound} sound
 * @returns {Promise<Samples>}
 */
export async function decodeSound(context, { bytes, codec, rate, scale = 1 }) {
  const bare = codec === "pcm16";
  const file = bare ? wavFile(bytes, rate) : bytes.slice();
  const decoded = await context.decodeAudioData(file.buffer);
  return {
    samples: decoded.getChannelData(0),
    rate: decoded.sampleRate,
    scale: bare ? (scale * 32768) / 32767 : scale,
  };
}

/**
 * `length` samples from `first` on, cut or padded, scaled, with soft ends.
 * @param {Float32Array} out
 * @param {Float32Array} samples
 * @param {number} rate
 * @param {number} first
 * @param {number} scale
 */
export function fitSamples(out, samples, rate, first, scale) {
  const { length } = out;
  out.set(samples.subarray(first, first + length));
  if (scale !== 1) for (let i = 0; i < length; i++) out[i] *= scale;
  const edge = Math.min(Math.round(EDGE_FADE * rate), length >> 1);
  for (let i = 0; i < edge; i++) {
    out[i] *= i / edge;
    out[length - 1 - i] *= i / edge;
  }
}

/**
 * An AudioBuffer of exactly `duration` s from `start` on.
 * @param {BaseAudioContext} context
 * @param {Samples} samples
 * @param {number} duration
 */
export function fitBuffer(context, { samples, rate, scale }, duration, start = 0) {
  const buffer = context.createBuffer(1, Math.max(1, Math.round(duration * rate)), rate);
  fitSamples(buffer.getChannelData(0), samples, rate, Math.round(start * rate), scale);
  return buffer;
}

/**
 * A sound as a 16-bit WAV file at its own rate, `gain` on top.
 * @param {Sound} sound
 * @param {number} duration
 */
export async function soundFile(sound, duration, gain = 1) {
  const { rate } = sound;
  const context = new OfflineAudioContext(1, Math.max(1, Math.round(duration * rate)), rate);
  const { samples, scale } = await decodeSound(context, sound);
  const pcm = pcm16(samples, scale * gain);
  return new Blob([wavFile(new Uint8Array(pcm.buffer), rate)], { type: "audio/wav" });
}

/** @typedef {{buffer: ArrayBuffer, byteOffset: number, byteLength: number}} Place of bytes in memory: it says which sound they are */

/** Sounds decoded lately, so that one asked for again, or foreseen, is there at once. */
export class Decoded {
  /** @type {Map<Place, {promise: Promise<Samples>, samples: Samples | null}>} */
  #kept = new Map();

  /** @param {number} most */
  constructor(most) {
    this.most = most;
  }

  /**
   * The promise of a sound's samples.
   * @param {BaseAudioContext} context
   * @param {Sound} sound
   */
  get(context, sound) {
    const { buffer, byteOffset, byteLength } = sound.bytes;
    const key = this.#known(sound) ?? { buffer, byteOffset, byteLength };
    const found = this.#kept.get(key) ?? this.#begin(context, sound);
    this.#kept.delete(key);
    this.#kept.set(key, found); // the latest stands last
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.most) break;
      this.#kept.delete(oldest);
    }
    return found.promise;
  }

  /**
   * A sound's samples, if they are there.
   * @param {Sound} sound
   */
  peek(sound) {
    const key = this.#known(sound);
    return (key && this.#kept.get(key)?.samples) ?? null;
  }

  /** @param {Sound} sound */
  #known({ bytes: { buffer, byteOffset, byteLength } }) {
    return [...this.#kept.keys()].find((one) => one.buffer === buffer && one.byteOffset === byteOffset && one.byteLength === byteLength);
  }

  /**
   * @param {BaseAudioContext} context
   * @param {Sound} sound
   */
  #begin(context, sound) {
    /** @type {{promise: Promise<Samples>, samples: Samples | null}} */
    const begun = { promise: decodeSound(context, sound), samples: null };
    begun.promise.then((samples) => (begun.samples = samples), () => {});
    return begun;
  }
}
