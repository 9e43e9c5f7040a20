/** MP3 and AAC without a container: a row of frames, each with a header of its own. */

/** @import { Header } from "./headers.js" */
/** @import { Reader } from "./reader.js" */

import { text } from "./reader.js";

const RATES = [44100, 48000, 32000];
const AAC_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const BIT_RATES = {
  "1/1": [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  "1/2": [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  "1/3": [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  "2/1": [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  "2/2": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  "2/3": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}; // kbit/s by version and layer
const SEARCHED = 2 ** 14; // bytes that may precede the first frame
const PADDING = 3; // frames of an encoder's own, at most
const COUNTED = 2 ** 17; // bytes over which frames are averaged

/** @typedef {{rate: number, channels: number, samples: number, bytes: number, tag: number, aac: boolean}} Frame `tag` is where a count of all frames may stand in it */

/**
 * @param {Uint8Array} data
 * @param {number} at
 * @returns {Frame | null}
 */
function frameAt(data, at) {
  const [first, second, third, fourth, fifth, sixth] = data.subarray(at, at + 6);
  if (first !== 0xff || (second & 0xe0) !== 0xe0 || fourth === undefined) return null;
  const layer = 4 - ((second >> 1) & 3);
  if ((second & 0xf6) === 0xf0) {
    const rate = AAC_RATES[(third >> 2) & 15];
    const bytes = ((fourth & 3) << 11) | ((fifth ?? 0) << 3) | ((sixth ?? 0) >> 5);
    const channels = ((third & 1) << 2) | (fourth >> 6);
    return rate && bytes > 7 ? { rate, channels: channels || 2, samples: 1024, bytes, tag: 0, aac: true } : null;
  }
  const version = (second >> 3) & 3; // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
  const [index, rated] = [third >> 4, (third >> 2) & 3];
  if (layer === 4 || version === 1 || rated === 3 || index === 0 || index === 15) return null;
  const rate = RATES[rated] / { 3: 1, 2: 2, 0: 4 }[/** @type {0 | 2 | 3} */ (version)];
  const old = version === 3;
  const bits = 1000 * BIT_RATES[/** @type {keyof typeof BIT_RATES} */ (`${old ? 1 : 2}/${layer}`)][index - 1];
  const samples = layer === 1 ? 384 : layer === 2 || old ? 1152 : 576;
  const padding = (third >> 1) & 1;
  const bytes = layer === 1 ? 4 * (Math.floor((12 * bits) / rate) + padding) : Math.floor(((samples / 8) * bits) / rate) + padding;
  const mono = fourth >> 6 === 3;
  return { rate, channels: mono ? 1 : 2, samples, bytes, tag: 4 + (old ? (mono ? 17 : 32) : mono ? 9 : 17), aac: false };
}

/**
 * How many frames an encoder counted, how many bytes they take, and where the hundredths of the time stand.
 * @param {Uint8Array} data
 * @param {number} at of the first frame
 * @param {Frame} frame
 * @returns {{frames: number, bytes: number, places: Uint8Array | null} | null}
 */
function countIn(data, at, frame) {
  const view = new DataView(data.buffer, data.byteOffset);
  const tag = at + frame.tag;
  if (["Xing", "Info"].includes(text(data, tag, 4)) && tag + 120 <= data.length) {
    const flags = view.getUint32(tag + 4);
    if (!(flags & 1)) return null;
    const bytes = flags & 2 ? view.getUint32(tag + 12) : 0;
    const places = flags & 4 ? data.slice(tag + 12 + (flags & 2 ? 4 : 0), tag + 112 + (flags & 2 ? 4 : 0)) : null;
    return { frames: view.getUint32(tag + 8), bytes, places };
  }
  if (text(data, at + 36, 4) === "VBRI" && at + 54 <= data.length) return { frames: view.getUint32(at + 50), bytes: view.getUint32(at + 46), places: null };
  return null;
}

/**
 * @param {Reader} reader
 * @param {number} begin
 * @returns {Promise<Header | null>} null if there are no frames
 */
export async function readMpeg(reader, begin) {
  const data = await reader.read(begin, SEARCHED + COUNTED);
  let first = 0;
  for (; first < Math.min(SEARCHED, data.length); first++) {
    const one = frameAt(data, first);
    const next = one && frameAt(data, first + one.bytes);
    if (one && next && next.rate === one.rate && next.aac === one.aac) break;
    if (one && first === 0 && begin + first + one.bytes === reader.size) break; // the only frame
  }
  const frame = frameAt(data, first);
  if (!frame || first >= Math.min(SEARCHED, data.length)) return null;
  let [at, frames, samples] = [first, 0, 0];
  for (let one; (one = frameAt(data, at)) && at + one.bytes <= data.length; at += one.bytes, frames++) samples += one.samples;
  const counted = frame.aac ? null : countIn(data, first, frame);
  const held = reader.size - begin - first;
  const estimate = at > first ? (held / (at - first)) * (samples / frame.rate) : held / frame.bytes / (frame.rate / frame.samples);
  const stated = counted ? (counted.frames * frame.samples) / frame.rate : 0;
  const isStated = stated > estimate / 2; // files that were joined state the length of the first
  const seconds = isStated ? stated : estimate;
  /** @param {number} wanted s */
  const part = async (wanted) => {
    const share = Math.min(wanted / seconds, 1);
    const place = isStated ? counted?.places?.[Math.min(Math.ceil(100 * share), 99)] : undefined;
    const bytes = Math.ceil((place === undefined || !counted?.bytes ? share : Math.max(place / 256, share / 4)) * (isStated ? counted?.bytes || held : held));
    return reader.slice(begin + first, begin + first + bytes);
  };
  return { rate: frame.aac && frame.rate <= 24000 ? 2 * frame.rate : frame.rate, channels: frame.channels, seconds, exact: isStated, slack: (PADDING * frame.samples) / frame.rate, part };
}
