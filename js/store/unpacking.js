/** What a page holds, unpacked: pictures and a song's numbers are gzip in base64, sounds base64. */

/** @import { Item, ShownFacts } from "../types.js" */
/** @typedef {{pixels: string, sound: string, shown: ShownFacts}} Packed */

import { gunzip } from "../base/gzip.js";
import { readSong } from "../timeline/heard.js";

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/**
 * @param {Packed[]} items
 * @param {string} beginning of every sound
 * @returns {Promise<Item[]>}
 */
export const unpackAll = (items, beginning) =>
  Promise.all(items.map(async ({ pixels, sound, shown }) => ({ pixels: await gunzip(fromBase64(pixels)), sound: fromBase64(beginning + sound), shown })));

/** @param {{arrays: string[]}} packed */
export async function unpackSong({ arrays, ...facts }) {
  const buffers = await Promise.all(arrays.map(async (one) => new DataView((await gunzip(fromBase64(one))).buffer)));
  return readSong(facts, buffers);
}
