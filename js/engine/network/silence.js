/** The value that a layer's maps have where the ReLUs they come out of are 0. */

import { count } from "./arrays.js";
import { run } from "./forward.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./program.js").Program} Program
 */

/** Between a layer and its ReLUs may stand what treats each cell or window by itself, but none of these. */
const MIXING = ["conv", "dot", "take"];

/**
 * Where a layer comes out of a convolution or a dense step, nothing says when it is silent, and 0 is taken.
 *
 * @param {Program} program
 * @param {number} layer its node
 * @param {(input: number | string) => Tensor} fixed what depends on no picture
 * @returns {Float32Array} per feature, in the middle of its map
 */
export function silence({ nodes }, layer, fixed) {
  const { shape } = nodes[layer];
  const features = shape[shape.length - 1];
  /** @type {number[]} */
  const after = [];
  const wanted = new Set([layer]);
  let closed = true;
  for (let at = layer; at >= 0; at--) {
    if (!wanted.has(at) || nodes[at].op === "relu") continue;
    if (at === 0 || MIXING.includes(nodes[at].op)) {
      closed = false;
      break;
    }
    after.unshift(at);
    for (const input of nodes[at].inputs) if (typeof input === "number" && nodes[input].depends) wanted.add(input);
  }
  if (!closed) return new Float32Array(features);
  /** @type {Map<number, Tensor>} */
  const values = new Map();
  /** @param {number} at @returns {Tensor} */
  const zeros = (at) => ({ data: new Float32Array(count(nodes[at].shape)), shape: nodes[at].shape });
  for (const at of after) {
    const inputs = nodes[at].inputs.map((input) => (typeof input === "number" && nodes[input].depends ? values.get(input) ?? zeros(input) : fixed(input)));
    values.set(at, run(nodes[at], inputs).made);
  }
  const { data } = /** @type {Tensor} */ (values.get(layer));
  const middle = shape.slice(0, -1).reduce((at, size) => at * size + Math.floor(size / 2), 0);
  return data.slice(middle * features, (middle + 1) * features);
}
