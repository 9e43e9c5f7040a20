/** MP4 and M4A: boxes within boxes. */

/** @import { Header } from "./headers.js" */
/** @import { Reader } from "./reader.js" */

import { refused, text } from "./reader.js";

const BOXES = 1000; // of a level
const DESCRIPTION = 2 ** 25; // bytes of the box that says what is in the file, at most

/**
 * The boxes in a piece of memory: name and content.
 * @param {Uint8Array} data
 * @returns {Generator<[string, Uint8Array]>}
 */
function* boxesIn(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0, count = 0; at + 8 <= data.length && count < BOXES; count++) {
    const size = view.getUint32(at) || data.length - at;
    if (size < 8) return;
    yield [text(data, at + 4, 4), data.subarray(at + 8, at + size)];
    at += size;
  }
}

/**
 * The content of the first box at the end of a path.
 * @param {Uint8Array} data
 * @param {string[]} path
 * @returns {Uint8Array | null}
 */
function boxAt(data, [name, ...others]) {
  for (const [found, content] of boxesIn(data)) if (found === name) return others.length ? boxAt(content, others) : content;
  return null;
}

/**
 * The sound track that a file describes.
 * @param {Uint8Array} description
 * @returns {Header}
 */
function trackOf(description) {
  for (const [name, track] of boxesIn(description)) {
    const handler = name === "trak" ? boxAt(track, ["mdia", "hdlr"]) : null;
    if (!handler || text(handler, 8, 4) !== "soun") continue;
    const header = boxAt(track, ["mdia", "mdhd"]);
    const entries = boxAt(track, ["mdia", "minf", "stbl", "stsd"]);
    if (!header || header.length < 20 || !entries || entries.length < 44) return refused("is damaged in its description; download or copy it again");
    const coded = text(entries, 12, 4);
    if (["enca", "drms"].includes(coded)) return refused("is protected against copying, so no other program can decode it; choose a copy without protection");
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    const long = header[0] === 1 && header.length >= 32;
    const unit = view.getUint32(long ? 20 : 12);
    const length = long ? Number(view.getBigUint64(24)) : view.getUint32(16);
    const entry = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
    const [channels, rate] = [entry.getUint16(32), entry.getUint32(40) / 2 ** 16 || unit];
    const seconds = unit && length && length !== 0xffffffff ? length / unit : null;
    return { rate: coded === "mp4a" && rate <= 24000 ? 2 * rate : rate, channels: channels || 2, seconds, exact: false };
  }
  return refused("holds no sound track; choose a file with sound");
}

/**
 * @param {Reader} reader
 * @returns {Promise<Header>}
 */
export async function readMp4(reader) {
  /** @type {Header | null} */
  let found = null;
  for (let at = 0, count = 0; at + 8 <= reader.size && count < BOXES; count++) {
    const head = await reader.read(at, 16);
    const view = new DataView(head.buffer);
    const short = view.getUint32(0);
    const size = short === 1 && head.length === 16 ? Number(view.getBigUint64(8)) : short || reader.size - at;
    if (size < 8) return refused("is damaged: one of its parts has no length; download or copy it again");
    if (at + size > reader.size) return refused(`is cut off: it should have ${megabytes(at + size)}, but has ${megabytes(reader.size)}; download or copy it again`);
    if (text(head, 4, 4) === "moov") {
      if (size > DESCRIPTION) return refused("describes itself at a length that no sound needs; save it as WAV or MP3");
      found = trackOf((await reader.read(at, size)).subarray(8));
    }
    at += size;
  }
  return found ?? refused("is cut off: the part that says what is in it is missing; download or copy it again");
}

/** @param {number} bytes */
const megabytes = (bytes) => (bytes < 1e5 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`);
