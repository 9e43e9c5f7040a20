/** MP4 and M4A: boxes within boxes. */

/** @import { Header } from "./headers.js" */
/** @import { Reader } from "./reader.js" */

import { refused, text } from "./reader.js";

const BOXES = 4000; // of a level
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

/** Samples that a packet holds, where there are not 1024. */
const PACKETS = /** @type {Record<string, number>} */ ({ Opus: 960, alac: 4096, fLaC: 4096 });

/** @param {Uint8Array} data */
const viewOf = (data) => new DataView(data.buffer, data.byteOffset, data.byteLength);

/**
 * A number in a box; 0 where the box is missing or cut.
 * @param {Uint8Array | null} box
 * @param {number} at
 */
const numberIn = (box, at) => (box && box.length >= at + 4 ? viewOf(box).getUint32(at) : 0);

/**
 * How many packets of a track a fragment says it holds.
 * @param {Uint8Array} fragment
 * @param {number} id
 */
function packetsIn(fragment, id) {
  let count = 0;
  for (const [name, track] of boxesIn(fragment)) {
    if (name !== "traf" || numberIn(boxAt(track, ["tfhd"]), 4) !== id) continue;
    for (const [run, content] of boxesIn(track)) if (run === "trun") count += numberIn(content, 4);
  }
  return count;
}

/**
 * The header, of which the length may be wrong by its count of packets: a decoder goes by these.
 * @param {Header} header
 * @param {number} seconds of all packets
 * @returns {Header}
 */
const counted = (header, seconds) => (seconds > 1.1 * (header.seconds ?? 0) + 1 ? { ...header, seconds } : header);

/**
 * The sound track that a file describes, its number, and how many seconds its packets are, each.
 * @param {Uint8Array} description
 * @returns {{header: Header, id: number, packets: number, each: number}}
 */
function trackOf(description) {
  for (const [name, track] of boxesIn(description)) {
    const handler = name === "trak" ? boxAt(track, ["mdia", "hdlr"]) : null;
    if (!handler || text(handler, 8, 4) !== "soun") continue;
    const header = boxAt(track, ["mdia", "mdhd"]);
    const entries = boxAt(track, ["mdia", "minf", "stbl", "stsd"]);
    if (!header || header.length < 20 || !entries || entries.length < 44) return wrong("is damaged in its description; download or copy it again");
    const coded = text(entries, 12, 4);
    if (["enca", "drms"].includes(coded)) return wrong("is protected against copying, so no other program can decode it; choose a copy without protection");
    const view = viewOf(header);
    const long = header[0] === 1 && header.length >= 32;
    const unit = view.getUint32(long ? 20 : 12);
    const length = long ? Number(view.getBigUint64(24)) : view.getUint32(16);
    const entry = viewOf(entries);
    const [channels, rate] = [entry.getUint16(32), entry.getUint32(40) / 2 ** 16 || unit];
    const seconds = unit && length && length !== 0xffffffff ? length / unit : null;
    const about = boxAt(track, ["tkhd"]);
    const table = boxAt(track, ["mdia", "minf", "stbl", "stsz"]) ?? boxAt(track, ["mdia", "minf", "stbl", "stz2"]);
    return {
      header: { rate: coded === "mp4a" && rate <= 24000 ? 2 * rate : rate, channels: channels || 2, seconds, exact: false },
      id: numberIn(about, about?.[0] === 1 ? 20 : 12),
      packets: numberIn(table, 8),
      each: (PACKETS[coded] ?? 1024) / (rate || 48000),
    };
  }
  return wrong("holds no sound track; choose a file with sound");
}

/** @param {string} words */
const wrong = (words) => ({ header: refused(words), id: 0, packets: 0, each: 0 });

/**
 * @param {Reader} reader
 * @returns {Promise<Header>}
 */
export async function readMp4(reader) {
  /** @type {ReturnType<typeof trackOf> | null} */
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
    if (text(head, 4, 4) === "moof" && found) found.packets += packetsIn((await reader.read(at, Math.min(size, DESCRIPTION))).subarray(8), found.id);
    at += size;
    if (count === BOXES - 1) return refused("comes in more pieces than a page counts; save it as WAV or MP3");
  }
  return found ? counted(found.header, found.packets * found.each) : refused("is cut off: the part that says what is in it is missing; download or copy it again");
}

/** @param {number} bytes */
const megabytes = (bytes) => (bytes < 1e5 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`);
