/** WAV and AIFF whose samples are not coded: where they stand, and reading them block by block. */

/** @import { Header } from "./headers.js" */

import { Reader, refused, text } from "./reader.js";

/**
 * @typedef {object} Layout
 * @property {number} begin byte at which the samples begin
 * @property {number} frames that the file holds
 * @property {number} channels
 * @property {number} width bytes of a sample
 * @property {"integer" | "unsigned" | "float"} kind
 * @property {boolean} little whether the lowest byte comes first
 */

const CHUNKS = 1000; // before the sound; a file of zeros would have one every eight bytes
const BLOCK = 2 ** 22; // bytes
const UNKNOWN = [0, 0x7fffffff, 0x7ffff000, 0xffffffff]; // sizes of writers that could not know

/**
 * @param {Reader} reader
 * @param {number} begin
 * @param {boolean} little
 */
async function* chunksOf(reader, begin, little) {
  let at = begin + 12;
  for (let count = 0; count < CHUNKS; count++) {
    const head = await reader.read(at, 8);
    if (head.length < 8) return;
    const size = new DataView(head.buffer).getUint32(4, little);
    yield { name: text(head, 0, 4), at: at + 8, size };
    at += 8 + size + (size % 2);
  }
}

/**
 * A header whose samples stand at `begin`, `stated` bytes by the file.
 * @param {Reader} reader
 * @param {Omit<Layout, "frames">} layout
 * @param {number} rate
 * @param {number} stated
 * @returns {Header}
 */
function headerOf(reader, layout, rate, stated) {
  const frame = layout.width * layout.channels;
  const available = Math.max(reader.size - layout.begin, 0);
  const whole = UNKNOWN.includes(stated) && stated !== available && (stated || available < frame) ? available : stated;
  const frames = Math.floor(Math.min(whole, available) / frame);
  return { rate, channels: layout.channels, seconds: Math.floor(whole / frame) / rate, exact: true, pcm: { ...layout, frames } };
}

const CUT = "is cut off before its sound begins; download or copy it again";

/**
 * @param {Reader} reader
 * @param {number} begin
 * @returns {Promise<Header>}
 */
export async function readWav(reader, begin) {
  /** @type {DataView | null} */
  let layout = null;
  let long = 0;
  for await (const { name, at, size } of chunksOf(reader, begin, true)) {
    if (name === "ds64") {
      const sizes = await reader.read(at, 16);
      if (sizes.length === 16) long = Number(new DataView(sizes.buffer).getBigUint64(8, true));
    } else if (name === "fmt ") layout = new DataView((await reader.read(at, Math.min(size, 64))).buffer);
    if (name !== "data") continue;
    if (!layout || layout.byteLength < 16) return refused(CUT);
    let code = layout.getUint16(0, true);
    if (code === 0xfffe && layout.byteLength >= 26) code = layout.getUint16(24, true);
    const [channels, rate, width] = [layout.getUint16(2, true), layout.getUint32(4, true), layout.getUint16(14, true) / 8];
    const kind = code === 3 && (width === 4 || width === 8) ? "float" : code === 1 && [1, 2, 3, 4].includes(width) ? (width === 1 ? "unsigned" : "integer") : null;
    if (!channels || !rate) return refused("says that it has no channels or no sampling rate; it is damaged: save it again");
    const stated = size === 0xffffffff && long ? long : size;
    if (!kind) return { rate, channels, seconds: null, exact: false }; // coded: the browser may know how
    return headerOf(reader, { begin: at, channels, width, kind, little: true }, rate, stated);
  }
  return refused(CUT);
}

/**
 * @param {Reader} reader
 * @param {number} begin
 * @returns {Promise<Header>}
 */
export async function readAiff(reader, begin) {
  /** @type {Uint8Array | null} */
  let common = null;
  for await (const { name, at, size } of chunksOf(reader, begin, false)) {
    if (name === "COMM") common = await reader.read(at, Math.min(size, 22));
    if (name !== "SSND") continue;
    if (!common || common.length < 18) return refused(CUT);
    const view = new DataView(common.buffer);
    const [channels, bits] = [view.getUint16(0), view.getUint16(6)];
    const rate = Math.round(view.getUint32(10) * 2 ** ((view.getUint16(8) & 0x7fff) - 16383 - 31)); // 80 bits of floating point
    const coded = common.length >= 22 ? text(common, 18, 4) : "NONE";
    const width = Math.ceil(bits / 8);
    const kind = /^fl(32|64)$/i.test(coded) ? "float" : ["NONE", "twos", "sowt"].includes(coded) && width >= 1 && width <= 4 ? "integer" : null;
    if (!channels || !(rate > 0)) return refused("says that it has no channels or no sampling rate; it is damaged: save it again");
    if (!kind) return { rate, channels, seconds: null, exact: false };
    const offset = new DataView((await reader.read(at, 8)).buffer);
    const skip = offset.byteLength === 8 ? offset.getUint32(0) : 0;
    return headerOf(reader, { begin: at + 8 + skip, channels, width, kind, little: coded === "sowt" }, rate, Math.max(size - 8 - skip, 0));
  }
  return refused(CUT);
}

/**
 * How a sample is read, as a share of full scale.
 * @param {Layout} layout
 * @returns {(view: DataView, at: number) => number}
 */
function sampleOf({ width, kind, little }) {
  if (kind === "float") return width === 8 ? (view, at) => view.getFloat64(at, little) : (view, at) => view.getFloat32(at, little);
  if (kind === "unsigned") return (view, at) => (view.getUint8(at) - 128) / 128;
  if (width === 1) return (view, at) => view.getInt8(at) / 128;
  if (width === 2) return (view, at) => view.getInt16(at, little) / 2 ** 15;
  if (width === 4) return (view, at) => view.getInt32(at, little) / 2 ** 31;
  const [low, high] = little ? [0, 2] : [2, 0];
  return (view, at) => (view.getUint8(at + low) + view.getUint8(at + 1) * 2 ** 8 + view.getInt8(at + high) * 2 ** 16) / 2 ** 23;
}

/**
 * The first `most` frames, channels averaged; null if `progress` says to stop.
 * @param {Blob} file
 * @param {Layout} layout
 * @param {number} most
 * @param {(share: number) => boolean} progress
 */
export async function readPcm(file, layout, most, progress) {
  const reader = new Reader(file);
  const { begin, channels, width } = layout;
  const frame = channels * width;
  const frames = Math.min(layout.frames, most);
  const sample = sampleOf(layout);
  const samples = new Float32Array(frames);
  const block = Math.max(1, Math.floor(BLOCK / frame));
  for (let from = 0; from < frames; from += block) {
    if (!progress(from / frames)) return null;
    const count = Math.min(block, frames - from);
    const view = new DataView((await reader.read(begin + from * frame, count * frame)).buffer);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let at = i * frame; at < (i + 1) * frame; at += width) sum += sample(view, at);
      samples[from + i] = sum / channels;
    }
  }
  return samples;
}
