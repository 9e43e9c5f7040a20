/** Banks: all features of a layer, as Python sends them in one message. */

/** @import { Bank, Bytes, Item, ShownFacts, Survey } from "../types.js" */

import { bytesOf } from "../base/numbers.js";

/** @typedef {Bank & {bytes: number, count: number, takes: ((feature: number) => Item)[]}} LayerBank */
/** @typedef {{takes: {shown: ShownFacts[], survey: Survey}[]}} BankMessage */

/**
 * @param {BankMessage} message
 * @param {DataView<ArrayBuffer>[]} buffers pixels, then sounds, of each take
 * @returns {LayerBank}
 */
export function readBank(message, buffers) {
  const takes = message.takes.map(({ shown }, i) => {
    const [pixels, sounds] = [bytesOf(buffers[2 * i]), bytesOf(buffers[2 * i + 1])];
    const part = (/** @type {Bytes} */ all, /** @type {number} */ k) => all.subarray((k * all.byteLength) / shown.length, ((k + 1) * all.byteLength) / shown.length);
    return (/** @type {number} */ k) => ({ pixels: part(pixels, k), sound: part(sounds, k), shown: shown[k] });
  });
  const { survey } = message.takes[0];
  const bytes = buffers.reduce((sum, one) => sum + one.byteLength, 0);
  const count = Math.min(...message.takes.map((take) => take.shown.length)); // what all have
  return { bytes, takes, count, survey, control: null, picture: (k) => takes[0](k).pixels };
}

/**
 * Pixels and sound of each of `count` takes, which follow each other in one buffer.
 * @param {ArrayBufferView<ArrayBuffer> | ArrayBuffer | null | undefined} value
 * @param {number} pixels of a picture
 * @param {number} count
 */
export function splitTakes(value, pixels, count) {
  const bytes = bytesOf(value);
  const each = bytes.byteLength / count;
  return Array.from({ length: count }, (_, i) => ({ pixels: bytes.subarray(i * each, i * each + pixels), sound: bytes.subarray(i * each + pixels, (i + 1) * each) }));
}
