/** Numbers: limits, rounding, round numbers on an axis, bytes. */

/**
 * `value`, or the limit beyond which it lies.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamp = (value, low, high) => Math.max(low, Math.min(value, high));

/**
 * A whole number; of halves the even one, as NumPy rounds.
 * @param {number} x
 */
export function roundEven(x) {
  const whole = Math.round(x);
  return whole - x === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}

/**
 * Round numbers in [low, high], at least `gap` px apart on an axis `length` px long.
 * @param {number} low
 * @param {number} high
 * @param {number} length
 * @param {number} gap
 * @returns {number[]}
 */
export function ticks(low, high, length, gap) {
  const least = ((high - low) * gap) / Math.max(length, 1);
  const decade = 10 ** Math.floor(Math.log10(least || 1));
  const step = [1, 2, 5, 10].map((m) => m * decade).find((s) => s >= least * 0.999) ?? high - low;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, i) => +((first + i) * step).toPrecision(9));
}

/**
 * Whatever a binary state comes as, as bytes over the same memory.
 * @param {ArrayBufferView<ArrayBuffer> | ArrayBuffer | null | undefined} value
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value ? new Uint8Array(value) : new Uint8Array(0);
}

/**
 * Whether two sounds or pictures are the same, byte for byte.
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
export const sameBytes = (one, other) => one.byteLength === other.byteLength && one.every((byte, i) => byte === other[i]);
