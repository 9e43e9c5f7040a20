/** Format auralise-jax/1: the paper's CNN by its architecture, its tensors by name, as a list of nodes. */

import { sameShape } from "./arrays.js";
import { shown } from "./attributes.js";
import { isObject, parsed } from "./safetensors.js";

/**
 * @typedef {import("./safetensors.js").Contents} Contents
 *
 * @typedef {object} Architecture
 * @property {number[]} features of each block
 * @property {number[]} kernel_size (freq, time)
 * @property {number[]} pool (freq, time)
 * @property {number[]} dense widths; empty: no head
 */

/** @type {Architecture} */
const PAPER = { features: [64, 64, 64, 64, 64], kernel_size: [3, 3], pool: [2, 2], dense: [512, 256, 3] };

/** @param {string | undefined} text */
function architectureOf(text) {
  const given = parsed(text ?? "", 'metadata "architecture" of the model\'s file');
  if (!isObject(given)) throw new Error('metadata "architecture" of the model\'s file must be an object');
  const made = /** @type {any} */ (
    Object.fromEntries(
      Object.entries(PAPER).map(([key, usual]) => {
        const sizes = given[key] ?? usual;
        if (!Array.isArray(sizes) || sizes.length > 100 || sizes.some((one) => !Number.isInteger(one) || one < 1 || one > 65536)) {
          throw new Error(`${key} must be a list of whole numbers, 1 to 65536, not ${shown(sizes)}`);
        }
        return [key, sizes];
      }),
    )
  );
  const { features, kernel_size: kernel, pool } = made;
  if (features.length < 1 || features.length > 32) throw new Error(`features must list 1 to 32 blocks, not ${features.length}`);
  if (kernel.length !== 2 || kernel.some((/** @type {number} */ n) => n % 2 === 0 || n > 99)) {
    throw new Error(`kernel_size must be two odd numbers up to 99, (freq, time), not ${shown(kernel)}`);
  }
  if (pool.length !== 2 || pool[0] * pool[1] > 256) throw new Error(`pool must be two numbers whose product is at most 256, not ${shown(pool)}`);
  return /** @type {Architecture} */ (made);
}

/**
 * @param {Contents} contents
 * @param {number[]} shape of the front end's pictures
 * @returns {{shape: number[], nodes: any[], outputs: number}}
 */
export function stackOf({ metadata, tensors }, shape) {
  const { features, kernel_size: kernel, pool, dense } = architectureOf(metadata.architecture);
  /** @type {any[]} */
  const nodes = [{ op: "picture", inputs: [] }];
  /**
   * @param {string} op
   * @param {(number | string)[]} inputs
   * @param {Record<string, any>} [attributes]
   */
  const add = (op, inputs, attributes = {}) => nodes.push({ op, inputs, ...attributes }) - 1;
  /** @type {(name: string, wanted: number[]) => string} */
  const tensor = (name, wanted) => {
    const found = tensors.get(name);
    const said = `(${wanted.join(", ")})`;
    if (!found) throw new Error(`tensor ${name} is missing; expected ${name} of shape ${said}`);
    if (!sameShape(found.shape, wanted)) throw new Error(`tensor ${name} has shape (${found.shape.join(", ")}); the architecture and front end ask for ${said}`);
    return name;
  };
  if (shape.length !== 2) throw new Error("the paper's CNN sees pictures of two axes");
  let [freq, time] = shape;
  let inputs = 1;
  let x = add("expand", [0], { axes: [2] });
  const window = [...pool, 1];
  features.forEach((outputs, number) => {
    const name = `conv${number + 1}`;
    x = add("expand", [x], { axes: [0] });
    x = add("conv", [x, tensor(`${name}.kernel`, [...kernel, inputs, outputs])], { strides: [1, 1], padding: kernel.map((n) => [n >> 1, n >> 1]) });
    x = add("squeeze", [x], { axes: [0] });
    x = add("add", [x, tensor(`${name}.bias`, [outputs])]);
    x = add("relu", [x]);
    x = add("max_pool", [x], { window, strides: window, padding: window.map(() => [0, 0]) });
    x = add("tap", [x], { name });
    [freq, time] = [Math.floor(freq / pool[0]), Math.floor(time / pool[1])];
    if (!freq || !time) throw new Error(`${features.length} blocks of pool (${pool.join(", ")}) leave nothing of a picture of (${shape.join(", ")})`);
    inputs = outputs;
  });
  if (!dense.length) return { shape, nodes, outputs: x };
  inputs *= freq * time;
  x = add("reshape", [x], { shape: [inputs] });
  dense.forEach((outputs, number) => {
    const name = `dense${number + 1}`;
    x = add("dot", [x, tensor(`${name}.kernel`, [inputs, outputs])], { axes: [[0], [0]] });
    x = add("add", [x, tensor(`${name}.bias`, [outputs])]);
    if (number < dense.length - 1) x = add("relu", [x]);
    inputs = outputs;
  });
  return { shape, nodes, outputs: x };
}
