/** A person's sound file as samples: as much of it as fits, at its own rate, channels averaged. */

/** @import { ClipDoc } from "./documents.js" */
/** @import { Header } from "./headers.js" */
/** @import { OwnSound } from "./model.js" */

import { readHeader } from "./headers.js";
import { readPcm } from "./pcm.js";

const LONGEST = 600; // s of a file that are kept
const MOST_SAMPLES = 48_000 * LONGEST; // of each channel
const MOST_VALUES = 2 * MOST_SAMPLES; // of all channels at once, which is how a browser decodes
const LARGEST = 200e6; // bytes that are decoded at once
const UNMEASURED = 30e6; // likewise, of a file that does not say how long it is
const LOWEST_RATE = 1000; // Hz
const PIECE = 2 ** 23; // bytes
const TOLERATED = 0.01; // share of its length that may be missing from a file
const RATES = [8000, 16000, 22050, 44100, 48000, 96000, 192000]; // that every browser can decode at

/** @param {number} seconds */
const minutes = (seconds) => (seconds < 120 ? `${seconds.toFixed(0)} s` : `${+(seconds / 60).toPrecision(3)} minutes`);

/**
 * A context that decodes at a rate, or at the nearest that the browser has.
 * @param {number} rate Hz
 */
function contextAt(rate) {
  try {
    return new OfflineAudioContext(1, 1, rate);
  } catch {
    const nearest = RATES.reduce((best, one) => (Math.abs(Math.log(one / rate)) < Math.abs(Math.log(best / rate)) ? one : best));
    return new OfflineAudioContext(1, 1, nearest);
  }
}

/**
 * The average of all channels.
 * @param {Pick<AudioBuffer, "numberOfChannels" | "getChannelData" | "length">} buffer
 * @param {number} most samples
 */
export function mixed(buffer, most = Infinity) {
  const samples = buffer.getChannelData(0).slice(0, Math.min(buffer.length, most));
  const count = buffer.numberOfChannels;
  for (let channel = 1; channel < count; channel++) {
    const others = buffer.getChannelData(channel);
    for (let i = 0; i < samples.length; i++) samples[i] += others[i];
  }
  if (count > 1) for (let i = 0; i < samples.length; i++) samples[i] /= count;
  return /** @type {Float32Array<ArrayBuffer>} */ (samples);
}

/**
 * A clip that came with the page.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {ClipDoc} clip
 */
export async function decodeShipped(bytes, { title, sample_rate }) {
  try {
    const buffer = await contextAt(sample_rate).decodeAudioData(bytes.buffer);
    return { samples: mixed(buffer), rate: buffer.sampleRate };
  } catch {
    throw new Error(`${title} cannot be decoded by this browser: choose another clip, or open the page in another browser`);
  }
}

/**
 * @param {File} file
 * @param {(share: number) => boolean} progress is called now and then, and says whether to go on
 * @returns {Promise<OwnSound | null>} null if it was stopped
 */
export async function decodeFile(file, progress = () => true) {
  const { name } = file;
  if (!file.size) throw new Error(`${name} holds nothing; a sound file must not be empty`);
  const header = await readable(name, readHeader(file));
  if (header?.wrong) throw new Error(`${name} ${header.wrong}`);
  if (header?.rate && header.rate < LOWEST_RATE) throw new Error(`${name}: its sampling rate is ${header.rate} Hz; a sound file needs ${LOWEST_RATE} Hz or more`);
  const found = await (header?.pcm ? samplesOf(file, header, progress) : decoded(file, header, progress));
  if (!found) return null;
  const { samples, rate, notes } = found;
  if (!samples.length) throw new Error(`${name} holds no sample: its length is zero`);
  const bad = samples.findIndex((one) => !Number.isFinite(one));
  if (bad >= 0) throw new Error(`${name}: samples must be finite, but sample ${bad} (${(bad / rate).toFixed(3)} s) is ${samples[bad]}; repair or cut it out first`);
  return { samples, rate, name: name.replace(/(.)\.[^.]*$/, "$1"), notes };
}

/**
 * @template Value
 * @param {string} name
 * @param {Promise<Value>} reading
 * @returns {Promise<Value>}
 */
const readable = (name, reading) =>
  reading.catch((problem) => {
    if (problem instanceof RangeError) throw new Error(`${name}: there is not enough memory for it here; close other tabs, or choose a shorter file`);
    throw new Error(`${name} cannot be read any more; choose it again. Of a folder, choose the sound files in it`);
  });

/**
 * Samples that are not coded are read here: at any rate, of any number of channels, as far as they are kept.
 * @param {File} file
 * @param {Header} header
 * @param {(share: number) => boolean} progress
 */
async function samplesOf(file, { rate, seconds, pcm }, progress) {
  if (!pcm || !rate || seconds === null) return null;
  const most = Math.min(Math.round(LONGEST * rate), MOST_SAMPLES);
  const notes = pcm.frames < most ? checkEnd(file.name, seconds, pcm.frames / rate, true) : [];
  const samples = await readable(file.name, readPcm(file, pcm, most, progress));
  return samples && { samples, rate, notes: [...notes, ...kept(file.name, seconds, samples.length / rate)] };
}

/**
 * What is coded, by the browser's decoder.
 * @param {File} file
 * @param {Header | null} header
 * @param {(share: number) => boolean} progress
 */
async function decoded(file, header, progress) {
  const { name } = file;
  const { rate = null, channels = 2, seconds = null, exact = false, rough = "", part } = header ?? {};
  const most = Math.min(LONGEST, MOST_VALUES / ((rate ?? 48000) * channels));
  /** @type {Blob} */
  let blob = file;
  if (seconds !== null && seconds > most) {
    if (!part) throw new Error(`${name} is ${minutes(seconds)} long, and a page keeps the first ${minutes(most)} only of files that it can cut, which this kind is not; save the part that you want as WAV or MP3`);
    blob = await readable(name, part(1.02 * most + 1));
  }
  const largest = seconds === null ? UNMEASURED : LARGEST;
  if (blob.size > largest) throw new Error(`${name}: ${(blob.size / 1e6).toFixed(0)} MB; a file of its kind may have up to ${largest / 1e6} MB in a page. Save the part that you want as WAV or MP3`);
  const bytes = await bytesOf(name, blob, progress);
  if (!bytes) return null;
  const context = contextAt(rate ?? 44100);
  const buffer = await context.decodeAudioData(bytes.buffer).catch(() => null);
  if (!progress(1)) return null;
  if (!buffer) throw new Error(`${name} ${header ? "cannot be decoded by this browser: it may be cut off, damaged or protected" : "is not a sound file that this browser can read"}; expected WAV, FLAC, Ogg, MP3 or M4A: save it as one of these, or as WAV`);
  const notes = blob === file ? checkEnd(name, seconds, buffer.duration, exact, rough) : [];
  const samples = await readable(name, (async () => mixed(buffer, Math.round(most * buffer.sampleRate)))());
  return { samples, rate: buffer.sampleRate, notes: [...notes, ...kept(name, Math.max(seconds ?? 0, buffer.duration), samples.length / buffer.sampleRate)] };
}

/**
 * All bytes, read piece by piece; null if `progress` says to stop.
 * @param {string} name
 * @param {Blob} blob
 * @param {(share: number) => boolean} progress
 */
async function bytesOf(name, blob, progress) {
  const bytes = new Uint8Array(blob.size);
  for (let at = 0; at < blob.size; at += PIECE) {
    if (!progress(at / blob.size)) return null;
    bytes.set(new Uint8Array(await readable(name, blob.slice(at, at + PIECE).arrayBuffer())), at);
  }
  return bytes;
}

/**
 * Refuse a file that is cut off; what is to be said of one that is nearly whole.
 * @param {string} name
 * @param {number | null} promised s
 * @param {number} there s
 * @param {boolean} exact
 * @returns {string[]}
 */
function checkEnd(name, promised, there, exact, rough = "") {
  const lengths = `its header promises ${promised?.toFixed(3)} s, but the sound ends at ${there.toFixed(3)} s`;
  const missing = exact && promised !== null ? promised - there : 0;
  if (promised !== null && missing > TOLERATED * promised && missing > 0.06) throw new Error(`${name} is cut off: ${lengths}; download or copy it again`); // an encoder's padding is no more than that
  if (missing > 0.06) return [`${name} is not quite whole: ${lengths}`];
  return rough ? [`${name} is not quite whole: ${rough}; the sound ends at ${there.toFixed(3)} s`] : [];
}

/**
 * @param {string} name
 * @param {number} all s
 * @param {number} there s
 */
const kept = (name, all, there) => (all > there + 0.05 ? [`of ${name} the first ${minutes(there)} are kept`] : []);
