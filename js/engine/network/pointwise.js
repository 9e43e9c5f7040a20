/** Functions of cells by themselves: of one array, of two that are spread over each other, of a choice. */

import { commonShape, count, gathered, sameShape, spread } from "./arrays.js";

/** @typedef {import("./arrays.js").Tensor} Tensor */

/** @param {number} x */
function erf(x) {
  // The error is below 1.2e-7 everywhere (Press et al., Numerical Recipes, 6.2).
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const digits = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const rest = t * Math.exp(-x * x + digits.reduceRight((sum, digit) => sum * t + digit, 0));
  return x >= 0 ? 1 - rest : rest - 1;
}

/** @type {Record<string, (x: number) => number>} */
export const UNARY = {
  abs: Math.abs,
  erf,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  neg: (x) => -x,
  rsqrt: (x) => 1 / Math.sqrt(x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  sqrt: Math.sqrt,
  square: (x) => x * x,
  stop_gradient: (x) => x,
  tanh: Math.tanh,
};

/** @type {Record<string, (x: number, y: number) => number>} */
export const PAIRS = {
  add: (x, y) => x + y,
  div: (x, y) => x / y,
  elu: (x, scale) => (x > 0 ? x : scale * Math.expm1(x)),
  leaky_relu: (x, slope) => (x >= 0 ? x : slope * x),
  maximum: Math.max,
  minimum: Math.min,
  mul: (x, y) => x * y,
  sub: (x, y) => x - y,
};

/**
 * @param {Tensor} x
 * @param {(x: number) => number} f
 * @returns {Tensor}
 */
export const each = ({ data, shape }, f) => ({ data: data.map(f), shape });

/**
 * @param {Tensor} x
 * @param {Tensor} y
 * @param {(x: number, y: number) => number} f
 * @returns {Tensor}
 */
export function pairwise(x, y, f) {
  const shape = /** @type {number[]} */ (commonShape([x.shape, y.shape]));
  const size = count(shape);
  const data = new Float32Array(size);
  const one = repeating(x, shape);
  const two = repeating(y, shape);
  const n = one.length;
  const m = two.length;
  // The longer one is as long as the result.
  if (n === size) {
    for (let at = 0; at < size; at += m) for (let k = 0; k < m; k++) data[at + k] = f(one[at + k], two[k]);
  } else {
    for (let at = 0; at < size; at += n) for (let k = 0; k < n; k++) data[at + k] = f(one[k], two[at + k]);
  }
  return { data, shape };
}

/**
 * The numbers of an array that, said over and over, are the array spread over a shape.
 *
 * @param {Tensor} x
 * @param {number[]} over
 */
function repeating({ data, shape }, over) {
  const own = shape.slice(shape.findIndex((size) => size !== 1));
  if (data.length === 1 || sameShape(own, over.slice(over.length - own.length))) return data;
  return gathered(data, spread(shape, over));
}

/**
 * @param {{data: Uint8Array | Float32Array, shape: number[]}} condition
 * @param {Tensor} x
 * @param {Tensor} y
 * @returns {Tensor}
 */
export function chosen(condition, x, y) {
  const shape = /** @type {number[]} */ (commonShape([condition.shape, x.shape, y.shape]));
  const [which, one, other] = [condition, x, y].map((part) => gathered(/** @type {any} */ (part.data), spread(part.shape, shape)));
  return { data: Float32Array.from(which, (yes, n) => (yes ? one[n] : other[n])), shape };
}
