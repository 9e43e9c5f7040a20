/** What a page holds, unpacked: pictures and a song's numbers are gzip in base64, sounds base64. */

/** @import { Item, ShownFacts } from "../types.js" */
/** @typedef {{pixels: string, sound: string, shown: ShownFacts}} Packed */

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

const TOO_OLD = "this browser is too old to unpack gzip; open the page in a current Chrome, Edge, Firefox or Safari";

/** @param {Uint8Array<ArrayBuffer>} bytes */
export async function gunzip(bytes) {
  if (!globalThis.DecompressionStream) throw new Error(TOO_OLD);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new Error("its data are damaged"); // the browser's own words speak of fetching
  }
}

/**
 * @param {Packed[]} items
 * @returns {Promise<Item[]>}
 */
export const unpackAll = (items) =>
  Promise.all(items.map(async ({ pixels, sound, shown }) => ({ pixels: await gunzip(fromBase64(pixels)), sound: fromBase64(sound), shown })));

/** @param {{arrays: string[]}} packed */
export async function unpackSong({ arrays, ...facts }) {
  const buffers = await Promise.all(arrays.map(async (one) => new DataView((await gunzip(fromBase64(one))).buffer)));
  return readSong(facts, buffers);
}
