/** A person's sound file as samples: as much of it as fits, at its own rate, channels averaged. */

/** @import { ClipDoc } from "./documents.js" */
/** @import { Header } from "./headers.js" */
/** @import { OwnSound } from "./model.js" */

import { mixDown } from "../engine/sound/mixing.js";
import { RATES as RESAMPLED } from "../engine/sound/resampling.js";
import { readHeader } from "./headers.js";
import { readPcm } from "./pcm.js";

const LONGEST = 600; // s of a file that are kept
const MOST_SAMPLES = 48_000 * LONGEST; // of each channel
const MOST_VALUES = 2 * MOST_SAMPLES; // of all channels at once, which is how a browser decodes
const LARGEST = 200e6; // bytes that are decoded at once
const UNMEASURED = 30e6; // likewise, of a file that does not say how long it is
const PIECE = 2 ** 23; // bytes
const TOLERATED = 0.01; // share of its length that may be missing from a file
const ROUNDING = 0.002; // s
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
 * @param {AudioBuffer} buffer
 * @param {number} most samples
 */
function mixed(buffer, most = Infinity) {
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i).subarray(0, Math.min(buffer.length, most)));
  const mean = /** @type {Float32Array<ArrayBuffer>} */ (mixDown(channels));
  return channels.includes(mean) ? mean.slice() : mean; // memory of its own, which can be handed over
}

/**
 * A clip that came with the page, as long as it was: some browsers leave out the end of its last block.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {ClipDoc} clip
 */
export async function decodeShipped(bytes, { title, sample_rate, duration }) {
  try {
    const buffer = await contextAt(sample_rate).decodeAudioData(bytes.buffer);
    const samples = new Float32Array(Math.round(duration * buffer.sampleRate));
    samples.set(mixed(buffer, samples.length));
    return { samples, rate: buffer.sampleRate };
  } catch {
    throw new Error(`${title} cannot be decoded by this browser: choose another clip, or open the page in another browser`);
  }
}

/**
 * What the browser itself recorded, so many seconds of it.
 * @param {Blob} file
 * @param {number} seconds
 */
export async function decodeRecorded(file, seconds) {
  const buffer = await contextAt(48000)
    .decodeAudioData(await file.arrayBuffer())
    .catch(() => {
      throw new Error("This browser cannot decode what it recorded: record with another program, and add the file");
    });
  return { samples: mixed(buffer, Math.round(seconds * buffer.sampleRate)), rate: buffer.sampleRate };
}

/**
 * @param {File} file
 * @param {(share: number) => boolean} progress is called now and then, and says whether to go on
 * @returns {Promise<OwnSound | null>} null if it was stopped
 */
export async function decodeFile(file, progress = () => true) {
  const { name } = file;
  if (!file.size) await readable(name, file.arrayBuffer()); // a file that is gone has no bytes either
  if (!file.size) throw new Error(`${name} holds nothing; a sound file must not be empty`);
  const header = await readable(name, readHeader(file));
  if (header?.wrong) throw new Error(`${name} ${header.wrong}`);
  const [lowest, highest] = RESAMPLED;
  if (header?.rate && !(header.rate >= lowest && header.rate <= highest)) throw new Error(`${name}: its sampling rate is ${header.rate} Hz; a sound file needs ${lowest} to ${highest} Hz`);
  const found = await (header?.pcm ? samplesOf(file, header, progress) : decoded(file, header, progress));
  if (!found) return null;
  const { samples, rate, notes } = found;
  if (!samples.length) throw new Error(`${name} holds no sample: its length is zero`);
  const bad = samples.findIndex((one) => !Number.isFinite(one));
  if (bad >= 0) throw new Error(`${name}: samples must be finite, but sample ${bad} (${(bad / rate).toFixed(3)} s) is ${samples[bad]}; repair or cut it out first`);
  return { samples, rate, name: name.replace(/(.)\.[^.]*$/, "$1"), notes, again: () => decodeFile(file) };
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
  const notes = pcm.frames < most ? checkEnd(file.name, { seconds, exact: true }, pcm.frames / rate) : [];
  const samples = await readable(file.name, readPcm(file, pcm, most, progress));
  return samples && { samples, rate, notes: pcm.frames > most ? [keptWords(file.name, samples.length / rate)] : notes };
}

/**
 * What is coded, by the browser's decoder.
 * @param {File} file
 * @param {Header | null} header
 * @param {(share: number) => boolean} progress
 */
async function decoded(file, header, progress) {
  const { name } = file;
  const { rate = null, channels = 2, seconds = null, rough, doubtful, part, mended } = header ?? {};
  const most = Math.min(LONGEST, MOST_VALUES / ((rate ?? 48000) * channels));
  /** @type {Blob} */
  let blob = file;
  const isLong = seconds !== null && seconds > most;
  if (isLong || doubtful) {
    if (isLong && !part) throw new Error(`${name} is ${minutes(seconds)} long, and a page keeps the first ${minutes(most)} only of files that it can cut, which this kind is not; save the part that you want as WAV or MP3`);
    if (part) blob = await readable(name, part(1.02 * most + 1));
  }
  const largest = seconds === null && !(doubtful && part) ? UNMEASURED : LARGEST;
  if (blob.size > largest) throw new Error(`${name}: ${(blob.size / 1e6).toFixed(0)} MB; a file of its kind may have up to ${largest / 1e6} MB in a page. Save the part that you want as WAV or MP3`);
  const bytes = await bytesOf(name, blob, progress);
  if (!bytes) return null;
  const decode = (/** @type {ArrayBuffer} */ data) => contextAt(rate ?? 44100).decodeAudioData(data).catch(() => null);
  let buffer = await decode(bytes.buffer);
  if (!buffer && mended && blob === file) buffer = await decode(await readable(name, mended().then((one) => one.arrayBuffer())));
  if (!progress(1)) return null;
  if (!buffer && rough) throw new Error(`${name} is cut off: ${rough}, and this browser cannot decode what there is; download or copy it again`);
  if (!buffer) throw new Error(`${name} ${header ? "cannot be decoded by this browser: it may be cut off, damaged, protected, or coded in a way that the browser does not know" : "is not a sound file that this browser can read"}; expected WAV, FLAC, Ogg, MP3 or M4A: save it as WAV`);
  const notes = blob === file && header ? checkEnd(name, header, buffer.duration) : [];
  const samples = await readable(name, (async () => mixed(buffer, Math.round(most * buffer.sampleRate)))());
  const isPart = blob !== file || samples.length < buffer.length;
  return { samples, rate: buffer.sampleRate, notes: isPart ? [keptWords(name, samples.length / buffer.sampleRate)] : notes };
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
 * @param {Pick<Header, "seconds" | "exact" | "rough" | "slack">} header
 * @param {number} there s
 * @returns {string[]}
 */
function checkEnd(name, { seconds, exact, rough, slack = 0 }, there) {
  const missing = exact && seconds !== null ? seconds - there : 0;
  const isMissing = missing > slack + ROUNDING;
  const lengths = `its header promises ${seconds?.toFixed(3)} s, but the sound ends at ${there.toFixed(3)} s`;
  if (isMissing && missing > TOLERATED * (seconds ?? 0)) throw new Error(`${name} is cut off: ${lengths}; download or copy it again`);
  const finding = isMissing ? lengths : rough && `${rough}; the sound ends at ${there.toFixed(3)} s`;
  return finding ? [`${name} is not quite whole: ${finding}`] : [];
}

/**
 * @param {string} name
 * @param {number} seconds
 */
const keptWords = (name, seconds) => `of ${name} the first ${minutes(seconds)} are kept`;
