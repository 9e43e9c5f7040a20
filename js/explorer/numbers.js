/** Numbers as Python rounds them. */

/** The nearest whole number, of two the even one. @param {number} value */
export function roundEven(value) {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
