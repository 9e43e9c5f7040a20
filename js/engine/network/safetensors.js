/** A bounded reader of safetensors files: a header of JSON, then the tensors' bytes. */

import { count } from "./arrays.js";
import { shown } from "./attributes.js";

/**
 * @typedef {"F32" | "F16" | "BF16" | "I32" | "BOOL"} Type
 * @typedef {Float32Array | Int32Array | Uint8Array} Numbers real numbers as float32, places as int32, choices as 0 and 1
 * @typedef {{type: Type, shape: number[], data: Numbers}} Stored
 * @typedef {{metadata: Record<string, string>, tensors: Map<string, Stored>}} Contents
 */

/** Bytes of a header, and characters of a text in its metadata, at most. */
const MOST_HEADER = 2 ** 24;
const LONGEST = 2 ** 20;
const MOST_TENSORS = 20000;
const MOST_AXES = 8;

/** How deep lists and objects in metadata may be nested. */
const DEEPEST = 700;

/** @type {Record<string, number>} */
const BYTES = { F32: 4, F16: 2, BF16: 2, I32: 4, BOOL: 1 };

/**
 * @param {Uint8Array} bytes
 * @returns {Contents}
 */
export function readSafetensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : -1;
  if (!(length >= 2 && length <= MOST_HEADER && length <= bytes.length - 8)) throw new Error("the model's file is cut off, damaged or not safetensors");
  const header = parsed(decoded(bytes.subarray(8, 8 + length)), "the header of the model's file", MOST_HEADER);
  if (!isObject(header)) throw new Error("the header of the model's file is no JSON object");
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || Object.values(metadata).some((text) => typeof text !== "string")) throw new Error("the metadata of the model's file must be texts");
  const names = Object.keys(entries);
  if (names.length > MOST_TENSORS) throw new Error(`the model's file has more than ${MOST_TENSORS} tensors`);
  const body = bytes.subarray(8 + length);
  /** @type {Map<string, Stored>} */
  const tensors = new Map();
  let end = 0;
  const spans = names.map((name) => ({ name, entry: checked(name, entries[name], body.length) }));
  // As safetensors has it: one after the other, without gaps, to the end.
  for (const { name, entry } of spans.sort((one, other) => one.entry.start - other.entry.start || one.entry.stop - other.entry.stop)) {
    if (entry.start !== end) throw new Error(`tensor ${shown(name)} does not begin where the one before it ends`);
    end = entry.stop;
  }
  if (end !== body.length) throw new Error("the model's file is cut off, or has bytes that belong to no tensor");
  for (const name of names) {
    const { type, shape, start, stop } = checked(name, entries[name], body.length);
    tensors.set(name, { type, shape, data: numbersOf(name, type, shape, new Uint8Array(body.subarray(start, stop))) });
  }
  return { metadata, tensors };
}

/**
 * @param {string} name
 * @param {any} entry
 * @param {number} room
 * @returns {{type: Type, shape: number[], start: number, stop: number}}
 */
function checked(name, entry, room) {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : /** @type {any} */ ({});
  if (!Object.hasOwn(BYTES, dtype)) throw new Error(`tensor ${shown(name)} is of type ${shown(dtype)}; expected ${Object.keys(BYTES).join(", ")}`);
  if (!areCounts(shape) || shape.length > MOST_AXES) throw new Error(`tensor ${shown(name)} has no shape of at most ${MOST_AXES} axes`);
  if (!areCounts(offsets) || offsets.length !== 2) throw new Error(`tensor ${shown(name)} does not say where it is`);
  const [start, stop] = offsets;
  if (!(start <= stop && stop <= room)) throw new Error(`tensor ${shown(name)} lies beyond the end of the model's file, which is cut off or damaged`);
  if (stop - start !== count(shape) * BYTES[dtype]) throw new Error(`tensor ${shown(name)} has ${stop - start} bytes, not what shape (${shape.join(", ")}) takes`);
  return { type: dtype, shape, start, stop };
}

/**
 * @param {any} value
 * @returns {value is number[]}
 */
const areCounts = (value) => Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);

/**
 * @param {any} value
 * @returns {value is Record<string, any>}
 */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {Uint8Array} bytes */
function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("the header of the model's file is no text");
  }
}

/**
 * @param {string} name
 * @param {Type} type
 * @param {number[]} shape
 * @param {Uint8Array} bytes a copy of its own, so that it lies as numbers must
 * @returns {Numbers}
 */
function numbersOf(name, type, shape, bytes) {
  if (type === "BOOL") return bytes.map((byte) => (byte ? 1 : 0));
  if (type === "I32") return new Int32Array(bytes.buffer);
  const data = type === "F32" ? new Float32Array(bytes.buffer) : (type === "F16" ? halves : brains)(new Uint16Array(bytes.buffer));
  // A single number may be infinite: what a picture is padded with, say.
  if (data.some((value) => Number.isNaN(value) || (shape.length && !Number.isFinite(value)))) throw new Error(`tensor ${shown(name)} holds numbers that are not finite`);
  return data;
}

/** @param {Uint16Array} codes of bfloat16: the upper half of float32 */
const brains = (codes) => new Float32Array(Uint32Array.from(codes, (code) => code << 16).buffer);

/** @type {Float32Array | null} every float16 by its code */
let table = null;

/** @param {Uint16Array} codes of float16 */
function halves(codes) {
  table ??= Float32Array.from({ length: 2 ** 16 }, (_, code) => {
    const sign = code & 0x8000 ? -1 : 1;
    const exponent = (code >> 10) & 31;
    const fraction = (code & 1023) / 1024;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * 2 ** (Math.max(1, exponent) - 15) * (fraction + (exponent ? 1 : 0));
  });
  const values = new Float32Array(codes.length);
  for (let n = 0; n < codes.length; n++) values[n] = table[codes[n]];
  return values;
}

/**
 * Parse JSON of bounded length and depth.
 *
 * @param {string} text
 * @param {string} what
 * @param {number} longest
 */
export function parsed(text, what, longest = LONGEST) {
  if (text.length > longest) throw new Error(`${what} is longer than ${longest} characters`);
  if (depthOf(text) > DEEPEST) throw new Error(`${what} is nested more than ${DEEPEST} deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON`);
  }
}

/** @param {string} text */
function depthOf(text) {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let n = 0; n < text.length; n++) {
    const c = text[n];
    if (quoted) {
      if (c === "\\") n++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "[" || c === "{") most = Math.max(most, ++depth);
    else if (c === "]" || c === "}") depth--;
  }
  return most;
}
