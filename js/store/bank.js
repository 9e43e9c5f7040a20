/** Banks: all features of a layer, as they are sent: in one message, or one feature after another. */

/** @import { Bank, Bytes, Item, ShownFacts, Survey } from "../types.js" */

import { bytesOf } from "../base/numbers.js";

/**
 * @typedef {object} LayerBank
 * @property {number} bytes
 * @property {number} count of features, here or to come
 * @property {(feature: number) => boolean} has whether a feature is here
 * @property {((feature: number) => Item)[]} takes
 * @property {Survey | null} survey null before all features are here
 * @property {Bank["control"]} control
 * @property {(feature: number) => Bytes} picture
 * @property {(feature: number, takes: ShownFacts[], buffers: DataView<ArrayBuffer>[]) => void} [add] of a bank that fills
 * @property {number} [here] likewise, how many features have come
 *
 * @typedef {{takes: {shown: ShownFacts[], survey: Survey}[]}} BankMessage
 */

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
  return { bytes, takes, count, has: () => true, survey, control: null, picture: (k) => takes[0](k).pixels };
}

/**
 * A bank that fills: its features come one after another, in any order.
 * @param {number} count of features
 * @param {number} takes how many stand side by side
 * @returns {LayerBank & Required<Pick<LayerBank, "add">>}
 */
export function fillingBank(count, takes) {
  /** @type {Map<number, Item[]>} */
  const items = new Map();
  const itemOf = (/** @type {number} */ k, /** @type {number} */ take) => /** @type {Item[]} */ (items.get(k))[take];
  return {
    bytes: 0,
    takes: Array.from({ length: takes }, (_, take) => (/** @type {number} */ k) => itemOf(k, take)),
    count,
    has: (k) => items.has(k),
    survey: null,
    control: null,
    picture: (k) => itemOf(k, 0).pixels,
    get here() {
      return items.size;
    },
    add(k, shown, buffers) {
      const size = (/** @type {Item[]} */ all) => all.reduce((sum, { pixels, sound }) => sum + pixels.byteLength + sound.byteLength, 0);
      const now = shown.map((one, i) => ({ pixels: bytesOf(buffers[2 * i]), sound: bytesOf(buffers[2 * i + 1]), shown: one }));
      this.bytes += size(now) - size(items.get(k) ?? []);
      items.set(k, now);
    },
  };
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
