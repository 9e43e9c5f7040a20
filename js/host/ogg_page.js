/** A page of an Ogg file. */

import { text } from "./reader.js";

/** Bytes of a page, at most. */
export const PAGE = 65307;

/** @typedef {{at: number, serial: number, flags: number, upTo: number, body: number, bytes: number, sizes: Uint8Array}} Page `upTo` counts samples; below 0: no packet ends in it */

/**
 * @param {Uint8Array} data
 * @param {number} at
 * @returns {Page | null}
 */
export function pageAt(data, at) {
  if (at + 27 > data.length || text(data, at, 5) !== "OggS\0") return null;
  const view = new DataView(data.buffer, data.byteOffset + at);
  const count = data[at + 26];
  const sizes = data.subarray(at + 27, at + 27 + count);
  const body = 27 + count;
  return { at, serial: view.getUint32(14, true), flags: data[at + 5], upTo: Number(view.getBigInt64(6, true)), body, bytes: body + sizes.reduce((sum, one) => sum + one, 0), sizes };
}
