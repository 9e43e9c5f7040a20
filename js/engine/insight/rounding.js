/** Numbers rounded as Python rounds them: of two equally near to the even digit. */

import { roundEven } from "../../base/numbers.js";

/**
 * @param {number} value
 * @param {number} digits after the point
 */
export const rounded = (value, digits) => roundEven(value * 10 ** digits) / 10 ** digits;

/**
 * A number as text, with so many digits after the point.
 * @param {number} value
 * @param {number} digits
 */
export function fixed(value, digits) {
  const halves = value * 2 ** (digits + 1); // an odd whole number just where the value lies halfway between two last digits
  return (Math.abs(halves % 2) === 1 ? rounded(value, digits) : value).toFixed(digits);
}
