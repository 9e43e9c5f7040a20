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

/**
 * Functions of two arrays, each a loop of its own: the longer goes through once, the shorter over and over.
 * A function that all loops call would take several times as long.
 *
 * @type {Record<string, (x: Float32Array, y: Float32Array, z: Float32Array) => void>}
 */
export const PAIRS = {
  add: (x, y, z) => {
    const [n, m] = [x.length, y.length];
    if (n === z.length) for (let at = 0; at < n; at += m) for (let k = 0; k < m; k++) z[at + k] = x[at + k] + y[k];
    else for (let at = 0; at < m; at += n) for (let k = 0; k < n; k++) z[at + k] = x[k] + y[at + k];
  },
  div: (x, y, z) => {
    const [n, m] = [x.length, y.length];
    if (n === z.length) for (let at = 0; at < n; at += m) for (let k = 0; k < m; k++) z[at + k] = x[at + k] / y[k];
    else for (let at = 0; at < m; at += n) for (let k = 0; k < n; k++) z[at + k] = x[k] / y[at + k];
  },
  elu: (x, y, z) => byCell(x, y, z, (value, scale) => (value > 0 ? value : scale * Math.expm1(value))),
  leaky_relu: (x, y, z) => byCell(x, y, z, (value, slope) => (value >= 0 ? value : slope * value)),
  maximum: (x, y, z) => byCell(x, y, z, Math.max),
  minimum: (x, y, z) => byCell(x, y, z, Math.min),
  mul: (x, y, z) => {
    const [n, m] = [x.length, y.length];
    if (n === z.length) for (let at = 0; at < n; at += m) for (let k = 0; k < m; k++) z[at + k] = x[at + k] * y[k];
    else for (let at = 0; at < m; at += n) for (let k = 0; k < n; k++) z[at + k] = x[k] * y[at + k];
  },
  sub: (x, y, z) => {
    const [n, m] = [x.length, y.length];
    if (n === z.length) for (let at = 0; at < n; at += m) for (let k = 0; k < m; k++) z[at + k] = x[at + k] - y[k];
    else for (let at = 0; at < m; at += n) for (let k = 0; k < n; k++) z[at + k] = x[k] - y[at + k];
  },
};

/**
 * @param {Float32Array} x
 * @param {Float32Array} y
 * @param {Float32Array} z
 * @param {(x: number, y: number) => number} f
 */
function byCell(x, y, z, f) {
  for (let n = 0; n < z.length; n++) z[n] = f(x[n % x.length], y[n % y.length]);
}

/**
 * @param {Tensor} x
 * @param {(x: number) => number} f
 * @returns {Tensor}
 */
export const each = ({ data, shape }, f) => ({ data: data.map(f), shape });

/**
 * @param {Tensor} x
 * @param {Tensor} y
 * @param {(x: Float32Array, y: Float32Array, z: Float32Array) => void} f one of `PAIRS`
 * @returns {Tensor}
 */
export function pairwise(x, y, f) {
  const shape = /** @type {number[]} */ (commonShape([x.shape, y.shape]));
  const data = new Float32Array(count(shape));
  f(repeating(x, shape), repeating(y, shape), data);
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
