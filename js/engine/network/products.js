/** Sums of products over axes of two arrays, forward and back to either. */

import { count, gathered, sameShape, transposed } from "./arrays.js";
import { call, numbersOf, place } from "./backend.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./backend.js").Held} Held
 *
 * @typedef {object} Layout how two arrays meet: what each keeps, what is summed and what goes side by side
 * @property {number[][]} orders of each array's axes: side by side, kept, summed
 * @property {number} batch
 * @property {number[]} kept numbers of each array
 * @property {number} summed
 * @property {number[]} shape of the result
 */

/**
 * @param {readonly (readonly number[])[]} shapes
 * @param {{axes: number[][], batch?: number[][]}} attributes
 * @returns {Layout | null} null: they do not fit
 */
export function layoutOf(shapes, { axes, batch = [[], []] }) {
  const sizes = [0, 1].map((side) => [axes, batch].map((some) => some[side].map((axis) => shapes[side][axis])));
  const legal = [0, 1].every((side) => {
    const named = [...axes[side], ...batch[side]];
    return new Set(named).size === named.length && named.every((axis) => axis < shapes[side].length);
  });
  if (!legal || !sameShape(sizes[0][0], sizes[1][0]) || !sameShape(sizes[0][1], sizes[1][1])) return null;
  const free = shapes.map((shape, side) => shape.map((_, axis) => axis).filter((axis) => !axes[side].includes(axis) && !batch[side].includes(axis)));
  const lengths = free.map((some, side) => some.map((axis) => shapes[side][axis]));
  return {
    orders: [0, 1].map((side) => [...batch[side], ...free[side], ...axes[side]]),
    batch: count(sizes[0][1]),
    kept: lengths.map(count),
    summed: count(sizes[0][0]),
    shape: [...sizes[0][1], ...lengths[0], ...lengths[1]],
  };
}

/**
 * One of the two arrays as matrices on the heap: (batch, kept, summed).
 *
 * @param {Tensor} x
 * @param {Layout} layout
 * @param {0 | 1} side
 */
export function asMatrices({ data, shape }, { orders, batch, kept, summed }, side) {
  return place([batch, kept[side], summed], (numbers) => {
    gathered(data, transposed(shape, orders[side]), numbers);
  });
}

/**
 * @param {Held} a (batch, n, k)
 * @param {Held} b (batch, m, k), or (batch, k, m)
 * @param {boolean} turn whether `b` is the former
 * @returns {Float32Array} (batch, n, m)
 */
export function multiplied(a, b, turn) {
  const made = call("BatchMatMul", { a, b }, { transposeA: false, transposeB: turn });
  const numbers = numbersOf(made).slice();
  made.dispose();
  return numbers;
}

/**
 * Bring a cotangent of the result back to one of the two arrays.
 *
 * @param {Float32Array} g
 * @param {Held} other the other array's matrices
 * @param {Layout} layout
 * @param {0 | 1} side that it goes back to
 * @param {number[]} shape of that one
 * @returns {Tensor}
 */
export function backTo(g, other, { orders, batch, kept, summed }, side, shape) {
  // g is (batch, kept of the first, kept of the second).
  const held = place([batch, kept[side], kept[1 - side]], (numbers) => {
    if (side === 0) numbers.set(g);
    else gathered(g, transposed([batch, kept[0], kept[1]], [0, 2, 1]), numbers);
  });
  const found = multiplied(held, other, false);
  held.dispose();
  if (found.length !== batch * kept[side] * summed) throw new Error("a product's sizes do not fit");
  const order = orders[side];
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return { data: gathered(found, transposed(order.map((axis) => shape[axis]), inverse)), shape };
}
