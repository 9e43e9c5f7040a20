/** The control's weights, drawn in the page: the very numbers that `untrained` draws in Python. */

import { randomBits } from "./threefry.js";

/**
 * @typedef {{data: Float32Array<ArrayBuffer>, shape: number[]}} Tensor
 * @typedef {object} Recipe by auralise_jax/widgets/recipe.py
 * @property {number} seed that the keys come from
 * @property {{tensor: string, shape: number[], key: [number, number], scale: number}[]} draws
 * @property {{tensor: string, shape: number[]}[]} zeros
 * @property {{tensor: string, shape: number[], values: number[]}[]} held what depends on drawn weights and on sounds: the statistics of BatchNorm
 */

const AT_ONCE = 65536; // numbers, some 10 ms

const SQRT2 = Math.fround(Math.SQRT2);
const EDGE = Math.fround(0.9544997215270996); // erf(2 / sqrt(2)), where the normal is cut
const LAST = 2 - 2 ** -23; // the largest float32 below 2

// The inverse error function in float32 (Giles 2010), the highest power first: for w < 5, and beyond.
const NEAR = [2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941].map(Math.fround);
const FAR = [-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682].map(Math.fround);

/** @param {number} x between -1 and 1 */
function inverseErf(x) {
  let w = -Math.log1p(-x * x);
  const powers = w < 5 ? NEAR : FAR;
  w = w < 5 ? w - 2.5 : Math.sqrt(w) - 3;
  let sum = powers[0];
  for (let n = 1; n < powers.length; n++) sum = powers[n] + sum * w;
  return sum * x;
}

/**
 * Numbers of a standard normal that is cut at -2 and 2, times `scale`, as `jax.random.truncated_normal` draws them; they fill `into` from the place `first`.
 * @param {Float32Array} into
 * @param {[number, number]} key
 * @param {number} scale
 * @param {number} first
 */
function fill(into, key, scale, first) {
  const bits = randomBits(key, Math.min(AT_ONCE, into.length - first), first);
  const width = Math.fround(2 * EDGE);
  for (let n = 0; n < bits.length; n++) {
    const share = (bits[n] >>> 9) * 2 ** -23; // as the digits of a float32 in [1, 2), less 1
    const u = Math.max(-EDGE, Math.fround(share * width - EDGE)); // rounded once, as XLA does
    const normal = Math.fround(SQRT2 * Math.fround(inverseErf(u)));
    into[first + n] = Math.fround(Math.max(-LAST, Math.min(normal, LAST))) * scale;
  }
}

/** @param {number[]} shape */
const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);

/**
 * Draw the weights of the control, by the names of the model's file; tensors that are not in it stay as they are.
 * @param {Recipe} recipe
 * @param {() => unknown} [check] called between steps of some 10 ms; may raise to end the work
 * @returns {Promise<Record<string, Tensor>>}
 */
export async function drawControl(recipe, check = () => {}) {
  /** @type {Record<string, Tensor>} */
  const tensors = {};
  for (const { tensor, shape, key, scale } of recipe.draws) {
    const data = new Float32Array(sizeOf(shape));
    for (let first = 0; first < data.length; first += AT_ONCE) {
      await check();
      fill(data, key, scale, first);
    }
    tensors[tensor] = { data, shape };
  }
  for (const { tensor, shape } of recipe.zeros) tensors[tensor] = { data: new Float32Array(sizeOf(shape)), shape };
  for (const { tensor, shape, values } of recipe.held) tensors[tensor] = { data: Float32Array.from(values), shape };
  return tensors;
}
