/** FLAC: a header that counts the samples, then frames, each with a header and a check of it. */

/** @import { Header } from "./headers.js" */
/** @import { Reader } from "./reader.js" */

import { refused } from "./reader.js";

const FIELDS = 26; // bytes of the header up to the end of its count of samples
const SEARCHED = 2 ** 18; // bytes in which some frame begins

/**
 * Whether a frame begins there: its header ends with a check, a polynomial's remainder of all before it.
 * @param {Uint8Array} data
 * @param {number} at
 */
function isFrame(data, at) {
  if (data[at] !== 0xff || (data[at + 1] & 0xfe) !== 0xf8 || data[at + 3] & 1) return false;
  const [block, rate] = [data[at + 2] >> 4, data[at + 2] & 15];
  if (block === 0 || rate === 15 || data[at + 3] >> 4 > 10) return false;
  let number = 1; // bytes of the frame's number, as in UTF-8
  for (let bit = 0x80; data[at + 4] & bit && bit > 1; bit >>= 1) number += bit === 0x80 ? 0 : 1;
  const length = 4 + number + (block === 6 ? 1 : block === 7 ? 2 : 0) + (rate === 12 ? 1 : rate > 12 ? 2 : 0);
  let check = 0;
  for (let i = 0; i < length; i++) {
    check ^= data[at + i] ?? 0;
    for (let bit = 0; bit < 8; bit++) check = ((check << 1) ^ (check & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return check === data[at + length];
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
  for (let at = data.length - 16; at >= 0; at--) if (isFrame(data, at)) return from + at;
  return end;
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
  /** @param {number} end byte at about which to cut; some browsers decode whole frames only */
  const upTo = async (end) => {
    const unknown = head.slice();
    unknown[21] &= 0xf0;
    unknown.fill(0, 22); // or a decoder would miss the rest
    return new Blob([unknown, reader.slice(begin + FIELDS, await lastFrame(reader, begin + FIELDS, Math.min(end, reader.size)))]);
  };
  /** @param {number} wanted s */
  const part = (wanted) => upTo(begin + Math.ceil((wanted / (seconds ?? wanted)) * (reader.size - begin)));
  return { rate: rate || null, channels, seconds, exact: seconds !== null, part: seconds ? part : undefined, mended: () => upTo(reader.size) };
}
