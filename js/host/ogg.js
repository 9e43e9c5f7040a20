/** Ogg: pages, each of which says up to which sample it goes. */

/** @import { Header } from "./headers.js" */
/** @import { Page } from "./ogg_page.js" */
/** @import { Reader } from "./reader.js" */

import { opusSamples, samplesIn } from "./ogg_packets.js";
import { pageAt, PAGE } from "./ogg_page.js";
import { refused, text } from "./reader.js";

const STEPS = 40; // of a search by halves
const [FIRST, LAST] = [2, 4]; // flags of a page
const BEYOND = 16; // times what its pages say: packets are counted at their longest
const UNSAID = 600; // s, where its pages say nothing

/**
 * The first page of a stream that begins in `data`, from `at` on, and says up to where it goes.
 * @param {Uint8Array} data
 * @param {number} serial
 * @param {number} from
 */
function nextPage(data, serial, from = 0) {
  for (let at = from; at + 27 <= data.length; at++) {
    if (data[at] !== 0x4f) continue;
    const page = pageAt(data, at);
    if (page?.serial === serial && page.upTo >= 0) return page;
  }
  return null;
}

/**
 * @param {Uint8Array} packet the first of a stream
 * @returns {{rate: number, unit: number, channels: number, skip: number, samplesOf: (packet: Uint8Array) => number} | null} `unit`: samples a second, as pages count them; `samplesOf` a packet, at most
 */
function streamOf(packet) {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  if (text(packet, 0, 7) === "\x01vorbis" && packet.length >= 16) return { rate: view.getUint32(12, true), unit: view.getUint32(12, true), channels: packet[11], skip: 0, samplesOf: () => 2 ** ((packet[28] ?? 0) >> 4) / 2 };
  if (text(packet, 0, 8) === "OpusHead" && packet.length >= 12) return { rate: 48000, unit: 48000, channels: packet[9], skip: view.getUint16(10, true), samplesOf: opusSamples };
  if (text(packet, 0, 5) === "\x7fFLAC" && packet.length >= 34) return { rate: view.getUint32(27) >>> 12, unit: view.getUint32(27) >>> 12, channels: ((packet[29] >> 1) & 7) + 1, skip: 0, samplesOf: () => view.getUint16(19) };
  return null;
}

/**
 * @param {Reader} reader
 * @param {number} begin
 * @returns {Promise<Header>}
 */
export async function readOgg(reader, begin) {
  const head = await reader.read(begin, 2 * PAGE);
  /** @type {(ReturnType<typeof streamOf> & {serial: number}) | null} */
  let found = null;
  for (let page = pageAt(head, 0); page && page.flags & FIRST && !found; page = pageAt(head, page.at + page.bytes)) {
    const stream = streamOf(head.subarray(page.at + page.body, page.at + page.bytes));
    if (stream) found = { ...stream, serial: page.serial };
  }
  if (!found?.rate || !found.channels) return { rate: null, channels: 1, seconds: null, exact: false }; // the browser may know it
  const { rate, unit, channels, skip, serial, samplesOf } = found;
  const from = Math.max(begin, reader.size - 2 * PAGE);
  const tail = await reader.read(from, 2 * PAGE);
  /** @type {Page | null} */
  let last = null;
  for (let page = nextPage(tail, serial); page; page = nextPage(tail, serial, page.at + 1)) last = page;
  const seconds = last ? Math.max(last.upTo - skip, 0) / unit : null;
  if ((await samplesIn(reader, begin, serial, samplesOf)) / unit > BEYOND * (seconds ?? UNSAID) + 1) return refused("is damaged: its pages count far less sound than they hold; save it as WAV or MP3");
  const ended = last && last.flags & LAST && from + last.at + last.bytes <= reader.size;
  /** @param {number} wanted s */
  const part = async (wanted) => {
    let [low, high] = [begin, reader.size];
    for (let step = 0; step < STEPS && high - low > PAGE; step++) {
      const middle = Math.floor((low + high) / 2);
      const page = nextPage(await reader.read(middle, 2 * PAGE), serial);
      if (page && page.upTo / unit < wanted) low = middle + page.at;
      else high = middle;
    }
    const page = nextPage(await reader.read(low, 2 * PAGE), serial);
    return reader.slice(begin, low + (page ? page.at + page.bytes : 0));
  };
  return { rate, channels, seconds, exact: false, rough: ended ? "" : "its last page is not marked as the last", part: seconds ? part : undefined };
}
