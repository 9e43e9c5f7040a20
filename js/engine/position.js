/** Where on a feature's map a projection starts: everywhere, or at one cell. */

/** @typedef {"all" | "strongest" | number[]} Position the whole map, its strongest cell, or a cell */

/**
 * The part of a map that is projected.
 *
 * @param {Float32Array} map
 * @param {number[]} size of the map
 * @param {number} off its value where the feature is silent: the strongest cell is the first of those furthest from it
 * @param {Position} position
 */
export function seedOf(map, size, off, position) {
  if (position === "all") return map;
  let cell = 0;
  if (position === "strongest") {
    map.forEach((value, n) => {
      if (Math.abs(value - off) > Math.abs(map[cell] - off)) cell = n;
    });
  } else {
    const legal = Array.isArray(position) && position.length === size.length && position.every((at, axis) => Number.isInteger(at) && at >= 0 && at < size[axis]);
    if (!legal) throw new Error(`position must be one of all, strongest, or a cell of a map of ${size.join(" x ")} counted from 0, not ${JSON.stringify(position)}`);
    cell = position.reduce((at, place, axis) => at * size[axis] + place, 0);
  }
  const seed = new Float32Array(map.length);
  seed[cell] = map[cell];
  return seed;
}
