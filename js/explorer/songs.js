/** The clips of a page: mono samples at their own rate, of which a network hears windows. */

/** @import { ClipDoc, Model } from "./types.js" */

import { roundEven } from "../base/numbers.js";
import { busiest, lookOver, overview } from "../engine/sound/looking.js";
import { resample } from "../engine/sound/resampling.js";
import { short } from "./door.js";

const LONG = 8e6; // samples from which on two bytes each must do: three minutes at 44.1 kHz
const ENDS = 0.05; // s that a clip may be longer than a window and yet have no time line

/** @typedef {{samples: Float32Array, rate: number}} Decoded */

export class Song {
  /** @type {Promise<void> | null} */
  #loading = null;
  /** @type {Float32Array | Int16Array} */
  #samples = new Float32Array(0);
  #scale = 1; // what 1 stands for in these
  #decoded; // likewise, in what a decoder gives
  #load;
  /** @type {ReturnType<typeof lookOver> | null} */
  #look = null;

  /**
   * @param {ClipDoc} doc
   * @param {() => Promise<Decoded>} load has it decoded; again, if it was let go
   */
  constructor(doc, load) {
    this.title = doc.title;
    this.duration = doc.duration;
    this.rate = doc.sample_rate;
    this.opens = doc.opens;
    this.notes = doc.notes ?? [];
    this.address = { code: doc.code, why: doc.why ?? "" };
    this.#decoded = doc.scale ?? 1;
    this.#load = load;
  }

  /** Make the samples ready, once; what failed may be tried again. */
  load() {
    this.#loading ??= this.#load().then(
      (decoded) => this.#keep(decoded),
      (error) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Forget the samples; what is known of them stays. */
  letGo() {
    this.#samples = new Float32Array(0);
    this.#loading = null;
  }

  /** Bytes that the samples take. */
  get bytes() {
    return this.#samples.byteLength;
  }

  /** How many samples it has. */
  get length() {
    return this.#samples.length;
  }

  /** All of them; of a long song take parts, or all are copied. */
  get samples() {
    return this.part(0, this.length);
  }

  /**
   * A part from `start` s on, `seconds` long, shorter where the clip ends.
   * @param {number} start
   * @param {number} seconds
   */
  window(start, seconds) {
    const length = this.#samples.length;
    const first = Math.min(roundEven(start * this.rate), length - 1);
    const count = Math.min(seconds * this.rate, length);
    return this.part(first, first + Math.max(1, roundEven(count)));
  }

  /**
   * What a network hears from `start` s on: cut, then resampled.
   * @param {Pick<Model, "seconds" | "samples" | "sampleRate">} model
   * @param {number} start
   */
  heard({ seconds, samples, sampleRate }, start) {
    return resample(this.window(start, seconds), this.rate, sampleRate).slice(0, samples); // or it would keep all of the song
  }

  /**
   * Where a panel begins: where most is going on, unless the clip says where.
   * @param {number} window s
   */
  opening(window) {
    return this.opens ?? busiest(this.#looked, window, this.duration - window);
  }

  /** Whether there is more of it than a window. @param {number} window s */
  exceeds(window) {
    return this.duration > window + ENDS;
  }

  /** What the start slider shows. */
  get overview() {
    return overview(this.#looked, this.duration);
  }

  get #looked() {
    this.#look ??= lookOver(this.samples, this.rate);
    return this.#look;
  }

  /** @param {Decoded} decoded */
  #keep({ samples, rate }) {
    if (!samples.length) throw new Error(`${this.title} holds no sound`);
    if (!samples.every(Number.isFinite)) throw new Error(`${this.title} cannot be heard: some of its samples are no numbers`);
    const length = Math.round(this.duration * rate);
    this.rate = rate;
    this.duration = length / rate;
    const whole = samples.length < length ? new Float32Array(length) : samples.subarray(0, length);
    if (samples.length < length) whole.set(samples); // a decoder may leave out the end of a file
    [this.#samples, this.#scale] = [whole, this.#decoded];
    if (length <= LONG) return;
    this.#look = lookOver(this.samples, rate); // now, or all of it would be made into floats again
    const step = whole.reduce((most, one) => Math.max(most, Math.abs(one)), 1e-9) / 32767;
    this.#samples = new Int16Array(length); // no `from`: some browsers make a list of all numbers first
    for (let i = 0; i < length; i += 1) this.#samples[i] = Math.round(whole[i] / step);
    this.#scale *= step;
  }

  /**
   * Samples from `first` up to `end`.
   * @param {number} first
   * @param {number} end
   */
  part(first, end) {
    const part = this.#samples.subarray(first, end);
    return part instanceof Float32Array && this.#scale === 1 ? part : Float32Array.from(part, (one) => one * this.#scale);
  }
}

/**
 * A person's own sound, as a clip.
 * @param {{name: string, notes?: string[]} & Decoded} sound
 * @param {() => Promise<Decoded>} again decodes it again, if it was let go
 */
export const taken = ({ name, samples, rate, notes = [] }, again) => {
  const why = `${name} was opened in the page, and Python does not know its path: open it by path`;
  /** @type {Decoded | null} */
  let given = { samples, rate };
  const load = () => {
    const decoded = given ? Promise.resolve(given) : again();
    given = null;
    return decoded;
  };
  return new Song({ title: name, duration: samples.length / rate, sample_rate: rate, opens: null, code: "", why, notes }, load);
};

/**
 * A name, with a number behind it if it is taken.
 * @param {string} name
 * @param {(name: string) => boolean} isTaken
 */
export function freeName(name, isTaken) {
  for (let n = 1; ; n += 1) {
    const free = n === 1 ? name : `${name} (${n})`;
    if (!isTaken(free)) return free;
  }
}

/**
 * Throw if a window cannot begin at `start` s in a clip.
 * @param {number} start
 * @param {number} duration s
 */
export function checkStart(start, duration) {
  if (start >= 0 && start < duration) return;
  throw new Error(`start must be at least 0 s and less than ${duration.toFixed(3)} s, the length of the clip, not ${Number.isInteger(start) ? start.toFixed(1) : short(start)}`);
}
