/**
 * Pools over any window, forward and back.
 *
 * A *switch* is where a window's first maximum lies, in the order of its places, so a window of zeros
 * switches to its first place. On the way back each value goes where its switch points; where windows
 * overlap, what they send to the same cell is summed; a cell that no window covers gets zero.
 */

import { count, stepsOf } from "./arrays.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {{window: number[], strides: number[], padding: number[][]}} Window one number, or pair, per axis
 */

/**
 * The window that covers all cells of some axes.
 *
 * @param {readonly number[]} shape
 * @param {readonly number[]} axes
 * @returns {Window}
 */
export const over = (shape, axes) => ({
  window: shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
  strides: shape.map(() => 1),
  padding: shape.map(() => [0, 0]),
});

/**
 * @param {readonly number[]} shape
 * @param {Window} window
 */
export const pooledShape = (shape, { window, strides, padding }) =>
  shape.map((size, axis) => Math.max(0, Math.floor((size + padding[axis][0] + padding[axis][1] - window[axis]) / strides[axis]) + 1));

/**
 * Go place by place through windows, in the order of the places: the windows that have a cell there.
 *
 * @param {readonly number[]} shape of what is pooled
 * @param {Window} window
 * @param {(to: number, from: number, length: number, toStep: number, fromStep: number) => void} visit rows of results, and of the cells
 */
function eachPlace(shape, { window, strides, padding }, visit) {
  const made = pooledShape(shape, { window, strides, padding });
  const from = stepsOf(shape);
  const to = stepsOf(made);
  const places = count(window);
  const place = shape.map(() => 0);
  for (let number = 0; number < places; number++) {
    const first = shape.map((_, axis) => Math.max(0, Math.ceil((padding[axis][0] - place[axis]) / strides[axis])));
    const last = shape.map((size, axis) => Math.min(made[axis] - 1, Math.floor((size - 1 + padding[axis][0] - place[axis]) / strides[axis])));
    const sizes = shape.map((_, axis) => last[axis] - first[axis] + 1);
    if (sizes.every((size) => size > 0)) {
      const start = shape.reduce((sum, _, axis) => sum + (first[axis] * strides[axis] + place[axis] - padding[axis][0]) * from[axis], 0);
      const begin = first.reduce((sum, at, axis) => sum + at * to[axis], 0);
      eachPair(sizes, to, from.map((step, axis) => step * strides[axis]), begin, start, visit);
    }
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++place[axis] < window[axis]) break;
      place[axis] = 0;
    }
  }
}

/**
 * Go through rows of two views of the same shape.
 *
 * @param {number[]} sizes
 * @param {number[]} toSteps
 * @param {number[]} fromSteps
 * @param {number} to
 * @param {number} from
 * @param {(to: number, from: number, length: number, toStep: number, fromStep: number) => void} visit
 */
function eachPair(sizes, toSteps, fromSteps, to, from, visit) {
  /** @type {number[]} */
  const shape = [];
  /** @type {number[]} */
  const a = [];
  /** @type {number[]} */
  const b = [];
  sizes.forEach((size, axis) => {
    const last = shape.length - 1;
    if (size === 1) return;
    if (last >= 0 && a[last] === toSteps[axis] * size && b[last] === fromSteps[axis] * size) {
      shape[last] *= size;
      a[last] = toSteps[axis];
      b[last] = fromSteps[axis];
    } else {
      shape.push(size);
      a.push(toSteps[axis]);
      b.push(fromSteps[axis]);
    }
  });
  const length = shape.pop() ?? 1;
  const aStep = a.pop() ?? 1;
  const bStep = b.pop() ?? 1;
  const index = shape.map(() => 0);
  const rows = count(shape);
  let here = to;
  let there = from;
  for (let row = 0; row < rows; row++) {
    visit(here, there, length, aStep, bStep);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      here += a[axis];
      there += b[axis];
      if (++index[axis] < shape[axis]) break;
      here -= a[axis] * shape[axis];
      there -= b[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/**
 * @param {Tensor} x
 * @param {Window} window
 * @returns {{made: Tensor, switches: Int32Array}} switches are places in `x`; -1: the window covers nothing
 */
export function maxPool({ data, shape }, window) {
  const made = pooledShape(shape, window);
  const best = new Float32Array(count(made)).fill(-Infinity);
  const switches = new Int32Array(best.length).fill(-1);
  eachPlace(shape, window, (to, from, length, toStep, fromStep) => {
    for (let n = 0; n < length; n++) {
      const value = data[from];
      // Strictly greater: on a tie the first place keeps the switch. NaN stays NaN.
      if (value > best[to] || switches[to] < 0 || value !== value) {
        best[to] = value;
        switches[to] = from;
      }
      to += toStep; // eslint-disable-line no-param-reassign
      from += fromStep; // eslint-disable-line no-param-reassign
    }
  });
  return { made: { data: best, shape: made }, switches };
}

/**
 * @param {Float32Array} g
 * @param {Int32Array} switches
 * @param {Float32Array} into zeros, of what was pooled
 */
export function unpool(g, switches, into) {
  for (let n = 0; n < g.length; n++) {
    if (g[n] !== 0 && switches[n] >= 0) into[switches[n]] += g[n];
  }
}

/**
 * @param {Tensor} x
 * @param {Window} window
 * @returns {Tensor}
 */
export function sumPool({ data, shape }, window) {
  const made = pooledShape(shape, window);
  const sums = new Float64Array(count(made));
  eachPlace(shape, window, (to, from, length, toStep, fromStep) => {
    for (let n = 0; n < length; n++) sums[to + n * toStep] += data[from + n * fromStep];
  });
  return { data: Float32Array.from(sums), shape: made };
}

/**
 * @param {Tensor} g
 * @param {Window} window
 * @param {number[]} shape of what was pooled
 * @returns {Tensor}
 */
export function unsumPool({ data }, window, shape) {
  const sums = new Float64Array(count(shape));
  eachPlace(shape, window, (to, from, length, toStep, fromStep) => {
    for (let n = 0; n < length; n++) sums[from + n * fromStep] += data[to + n * toStep];
  });
  return { data: Float32Array.from(sums), shape };
}
