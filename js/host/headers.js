/**
 * What a sound file says of itself: its rate, its channels, how long it is, and how a beginning of it
 * is cut off. Only headers are read, and no length in a foreign file is believed beyond the file's end.
 */

import { readFlac } from "./flac.js";
import { readMp4 } from "./mp4.js";
import { readMpeg } from "./mpeg.js";
import { readOgg } from "./ogg.js";
import { readAiff, readWav } from "./pcm.js";
import { Reader, refused, text } from "./reader.js";

/**
 * @typedef {object} Header
 * @property {number | null} rate Hz; null if only a decoder knows
 * @property {number} channels
 * @property {number | null} seconds null if only a decoder knows
 * @property {boolean} exact whether the file states its length, so that a shorter sound is cut off
 * @property {boolean} [doubtful] whether its length is only stated: how much is in it is known to `part`
 * @property {number} [slack] s by which stated lengths are often wrong
 * @property {string} [wrong] why the file cannot be heard, as a predicate: "is protected; ..."
 * @property {string} [rough] the sign that the file breaks off, where it states no length
 * @property {import("./pcm.js").Layout} [pcm] where its samples stand, if they are not coded
 * @property {(seconds: number) => Promise<Blob>} [part] about so much of its beginning, or the file if it is no longer; without it, only the whole can be decoded
 * @property {() => Promise<Blob>} [mended] without what is broken at its end
 */

const CHOOSE = "choose WAV, FLAC, Ogg, MP3 or M4A";

/** Kinds that no browser decodes, by how they begin, and what they are. */
const FOREIGN = /** @type {[string, string][]} */ ([
  ["\x30\x26\xb2\x75", "is Windows Media, which browsers do not decode; save it as WAV or MP3"],
  ["MThd", "is MIDI: notes, not sound; render it to WAV first"],
  ["%PDF", `is a PDF, not a sound file; ${CHOOSE}`],
  ["PK\x03\x04", "is an archive; unpack it and choose the sound files in it"],
  ["\x89PNG", `is a picture, not a sound file; ${CHOOSE}`],
  ["\xff\xd8\xff", `is a picture, not a sound file; ${CHOOSE}`],
  ["<!DOCTYPE", `is a web page, not a sound file; ${CHOOSE}`],
]);

/** @param {Uint8Array} bytes */
const isText = (bytes) => bytes.length > 0 && bytes.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));

/**
 * Read a file's header; null if its kind is not known here: the browser may know it.
 * @param {Blob} file
 * @returns {Promise<Header | null>}
 */
export async function readHeader(file) {
  const reader = new Reader(file);
  let begin = 0;
  for (let tags = 0; tags < 8; tags++) {
    const tag = await reader.read(begin, 10);
    if (tag.length < 10 || text(tag, 0, 3) !== "ID3") break;
    begin += 10 + (((tag[6] & 127) << 21) | ((tag[7] & 127) << 14) | ((tag[8] & 127) << 7) | (tag[9] & 127)) + (tag[5] & 16 ? 10 : 0);
  }
  const start = await reader.read(begin, 512);
  const four = text(start, 0, 4);
  if (four === "fLaC") return readFlac(reader, begin);
  if (four === "OggS") return readOgg(reader, begin);
  if (["RIFF", "RF64", "BW64"].includes(four) && text(start, 8, 4) === "WAVE") return readWav(reader, begin);
  if (four === "FORM" && ["AIFF", "AIFC"].includes(text(start, 8, 4))) return readAiff(reader, begin);
  if (text(start, 4, 4) === "ftyp") return readMp4(reader);
  const foreign = FOREIGN.find(([magic]) => text(start, 0, magic.length) === magic);
  if (foreign) return refused(foreign[1]);
  if (!begin && isText(start)) return refused(`is text, not a sound file; ${CHOOSE}`);
  if (four === "\x1a\x45\xdf\xa3") return { rate: 48000, channels: 2, seconds: null, exact: false }; // WebM
  return readMpeg(reader, begin);
}
