/** How much sound the packets of an Ogg file hold, whatever its pages say: silence takes a byte or two a packet. */

/** @import { Reader } from "./reader.js" */

import { pageAt, PAGE } from "./ogg_page.js";

const PIECE = 2 ** 22; // bytes that are read at once
const COUNTED = 2 ** 28; // bytes in which packets are counted: a larger file is refused

/**
 * The samples of all packets of a stream.
 * @param {Reader} reader
 * @param {number} begin
 * @param {number} serial
 * @param {(packet: Uint8Array) => number} samplesOf of a packet, by its first bytes
 */
export async function samplesIn(reader, begin, serial, samplesOf) {
  let samples = 0;
  const end = Math.min(reader.size, begin + COUNTED);
  for (let from = begin; from < end; ) {
    const data = await reader.read(from, PIECE + PAGE);
    let at = 0;
    while (at < PIECE && at < data.length) {
      const page = pageAt(data, at);
      if (page?.serial === serial) samples += onPage(data, page, samplesOf);
      const next = data.indexOf(0x4f, at + (page?.bytes ?? 1));
      at = next < 0 ? data.length : next;
    }
    from += at;
  }
  return samples;
}

/**
 * @param {Uint8Array} data
 * @param {import("./ogg_page.js").Page} page
 * @param {(packet: Uint8Array) => number} samplesOf
 */
function onPage(data, { at, body, sizes }, samplesOf) {
  let samples = 0;
  let begin = at + body;
  let end = begin;
  for (const size of sizes) {
    end += size;
    if (size === 255) continue; // it goes on
    samples += samplesOf(data.subarray(begin, end));
    begin = end;
  }
  return samples;
}

const OPUS = { low: [10, 20, 40, 60], middle: [10, 20], high: [2.5, 5, 10, 20] }; // ms of a frame, by its coder

/**
 * Samples of an Opus packet at 48 kHz (RFC 6716, 3.1).
 * @param {Uint8Array} packet
 */
export function opusSamples([about = 0, second = 0]) {
  const kind = about >> 3;
  const ms = kind < 12 ? OPUS.low[kind & 3] : kind < 16 ? OPUS.middle[kind & 1] : OPUS.high[kind & 3];
  const frames = [1, 2, 2, second & 63][about & 3];
  return 48 * Math.min(ms * frames, 120);
}
