/** Numbers in half the memory: float16, as NumPy and Python's `struct` have it. */

const bits = new DataView(new ArrayBuffer(4));

/**
 * The bits of a number as float16, to the nearest, of two the even one; what is too large is infinite.
 * @param {number} value
 */
function half(value) {
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  const sign = (word >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00; // half way from the largest to what would come next
  if (size < 2 ** -14) return sign | nearest(size * 2 ** 24);
  const exponent = ((word >>> 23) & 255) - 127;
  return sign | (((exponent + 15) << 10) + nearest(size * 2 ** (10 - exponent)) - 1024); // 2048: the next exponent
}

/** @param {number} value not negative */
function nearest(value) {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2) ? whole + 1 : whole;
}

/** @param {ArrayLike<number>} values as float32 */
export const halves = (values) => Uint16Array.from(values, half);
