/** Where on a feature's map a projection starts: everywhere, or at one cell. */

/** @typedef {"all" | "strongest" | number[]} Position the whole map, its strongest cell, or a cell */

/**
 * The only cell that is projected; null where all are.
 *
 * @param {Float32Array} map
 * @param {number[]} size of the map
 * @param {number} off its value where the feature is silent: the strongest cell is the first of those furthest from it
 * @param {Position} position
 * @returns {number[] | null}
 */
export function cellOf(map, size, off, position) {
  if (position === "all") return null;
  if (position === "strongest") {
    let cell = 0;
    map.forEach((value, n) => {
      if (Math.abs(value - off) > Math.abs(map[cell] - off)) cell = n;
    });
    const places = size.map((_, axis) => size.slice(axis + 1).reduce((cells, one) => cells * one, 1));
    return size.map((count, axis) => Math.floor(cell / places[axis]) % count);
  }
  const legal = Array.isArray(position) && position.length === size.length && position.every((at, axis) => Number.isInteger(at) && at >= 0 && at < size[axis]);
  if (!legal) throw new Error(`position must be one of all, strongest, or a cell of a map of ${size.join(" x ")} counted from 0, not ${JSON.stringify(position)}`);
  return position;
}

/**
 * The part of a map that is projected: all of it, or a cell.
 *
 * @param {Float32Array} map
 * @param {number[]} size of the map
 * @param {number[] | null} cell
 */
export function seedOf(map, size, cell) {
  if (!cell) return map;
  const at = cell.reduce((sum, place, axis) => sum * size[axis] + place, 0);
  const seed = new Float32Array(map.length);
  seed[at] = map[at];
  return seed;
}
