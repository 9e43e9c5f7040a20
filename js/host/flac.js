/** FLAC: a header that counts the samples, then frames, each with a header and a check of it. */

/** @import { Header } from "./headers.js" */
/** @import { Reader } from "./reader.js" */

import { refused } from "./reader.js";

const FIELDS = 26; // bytes of the header up to the end of its count of samples
const SEARCHED = 2 ** 18; // bytes in which some frame begins
const HEADER = 16; // bytes of a frame's header, at most
const BLOCKS = 1000; // of what precedes the frames
const PIECE = 2 ** 22; // bytes that are read at once
const COUNTED = 2 ** 28; // bytes in which frames are counted: a larger file is refused

/**
 * The frame that begins there: its header ends with a check, a polynomial's remainder of all before it.
 * @param {Uint8Array} data
 * @param {number} at
 * @returns {{samples: number, rate: number, channels: number} | null} `rate` as it is coded
 */
function frameAt(data, at) {
  if (data[at] !== 0xff || (data[at + 1] & 0xfe) !== 0xf8 || data[at + 3] & 1) return null;
  const [block, rate, mixing] = [data[at + 2] >> 4, data[at + 2] & 15, data[at + 3] >> 4];
  if (block === 0 || rate === 15 || mixing > 10) return null;
  let number = 1; // bytes of the frame's number, as in UTF-8
  for (let bit = 0x80; data[at + 4] & bit && bit > 1; bit >>= 1) number += bit === 0x80 ? 0 : 1;
  const size = at + 4 + number; // where that of the block stands, if it is not coded
  const length = 4 + number + (block === 6 ? 1 : block === 7 ? 2 : 0) + (rate === 12 ? 1 : rate > 12 ? 2 : 0);
  let check = 0;
  for (let i = 0; i < length; i++) {
    check ^= data[at + i] ?? 0;
    for (let bit = 0; bit < 8; bit++) check = ((check << 1) ^ (check & 0x80 ? 0x07 : 0)) & 0xff;
  }
  if (check !== data[at + length]) return null;
  const samples = block === 1 ? 192 : block < 6 ? 144 * 2 ** block : block === 6 ? data[size] + 1 : block === 7 ? data[size] * 256 + data[size + 1] + 1 : 2 ** block;
  return { samples, rate, channels: mixing < 8 ? mixing + 1 : 2 };
}

/**
 * Where the last frame before `end` begins; `end` if none is found.
 * @param {Reader} reader
 * @param {number} begin
 * @param {number} end
 */
async function lastFrame(reader, begin, end) {
  const from = Math.max(begin, end - SEARCHED);
  const data = await reader.read(from, end - from);
  for (let at = data.length - 16; at >= 0; at--) if (frameAt(data, at)) return from + at;
  return end;
}

/**
 * Where the first frame stands.
 * @param {Reader} reader
 * @param {number} begin
 */
async function firstFrame(reader, begin) {
  let at = begin + 4;
  for (let count = 0; count < BLOCKS; count++) {
    const [kind, ...size] = await reader.read(at, 4);
    if (size.length < 3) break;
    at += 4 + size[0] * 2 ** 16 + size[1] * 256 + size[2];
    if (kind & 128) break;
  }
  return at;
}

/**
 * Where the frame stands before which there are so many samples; null if the sound ends before. A file
 * may say less of itself, and silence takes a dozen bytes a frame: so its frames are counted.
 * @param {Reader} reader
 * @param {number} begin
 * @param {number} channels
 * @param {number} most samples
 */
async function frameAfter(reader, begin, channels, most) {
  let samples = 0;
  /** @type {number | undefined} */
  let rate;
  const first = await firstFrame(reader, begin);
  for (let from = first; from < Math.min(reader.size, first + COUNTED); from += PIECE) {
    const data = await reader.read(from, PIECE + HEADER);
    for (let at = data.indexOf(0xff); at >= 0 && at < PIECE; at = data.indexOf(0xff, at + 1)) {
      const frame = frameAt(data, at);
      if (frame?.channels !== channels || frame.rate !== (rate ??= frame.rate)) continue; // chance
      if (samples >= most) return from + at;
      samples += frame.samples;
    }
  }
  return null;
}

/**
 * @param {Reader} reader
 * @param {number} begin
 * @returns {Promise<Header>}
 */
export async function readFlac(reader, begin) {
  const head = await reader.read(begin, FIELDS);
  if (head.length < FIELDS) return refused("is cut off in its header; download or copy it again");
  const view = new DataView(head.buffer);
  const rate = view.getUint32(18) >>> 12;
  const channels = ((head[20] >> 1) & 7) + 1;
  const total = (head[21] & 15) * 2 ** 32 + view.getUint32(22);
  const seconds = total && rate ? total / rate : null;
  /** @param {number} end byte before which to cut; some browsers decode whole frames only */
  const upTo = (end) => {
    const unknown = head.slice();
    unknown[21] &= 0xf0;
    unknown.fill(0, 22); // or a decoder would miss the rest
    return new Blob([unknown, reader.slice(begin + FIELDS, end)]);
  };
  /** @param {number} wanted s */
  const part = async (wanted) => {
    const end = await frameAfter(reader, begin, channels, wanted * rate);
    return end === null ? reader.file : upTo(end);
  };
  const mended = async () => upTo(await lastFrame(reader, begin + FIELDS, reader.size));
  return { rate: rate || null, channels, seconds, exact: seconds !== null, doubtful: true, part: rate ? part : undefined, mended };
}
