/**
 * In which steps a program is run: a step is a node, or a convolution with the bias, the ReLU and the max-pool behind it.
 *
 * What such a step joins is written once, by the library, and pooled where it lies; between its nodes
 * nobody else reads, and its cells keep their order.
 */

import { count } from "./arrays.js";

/**
 * @typedef {import("./program.js").Node} Node
 * @typedef {import("./program.js").Program} Program
 *
 * @typedef {object} Step
 * @property {number} at the node that it makes
 * @property {(number | string)[]} inputs that it reads while running
 * @property {number} [conv] the convolution that it begins with
 * @property {number | string} [bias]
 * @property {number | null} [cap] of its ReLU; null: none; absent: there is no ReLU
 * @property {number} [pool] the max-pool that it ends with
 *
 * @typedef {object} Plan
 * @property {Step[]} steps that carry the picture, in order
 * @property {number[]} still nodes that depend on no picture
 * @property {number[]} last by node: the number of the last step that reads it; -1: none
 */

/** Operations that leave cells in their order. */
export const VIEWS = ["expand", "reshape", "squeeze"];

/**
 * @param {Program} program
 * @param {ReadonlyMap<string, {shape: number[]}>} tensors
 * @returns {Plan}
 */
export function planOf({ nodes, outputs }, tensors) {
  /** @param {number | string} input */
  const shapeOf = (input) => (typeof input === "string" ? /** @type {{shape: number[]}} */ (tensors.get(input)).shape : nodes[input].shape);
  /** @type {number[][]} */
  const users = nodes.map(() => []);
  nodes.forEach(({ inputs }, at) => {
    for (const input of inputs) if (typeof input === "number") users[input].push(at);
  });
  /** @type {Map<number, Step>} by their last node */
  const joined = new Map();
  const inside = new Set();
  nodes.forEach(({ op, depends }, at) => {
    if (op !== "conv" || !depends) return;
    const step = behind(nodes, at, (here) => (users[here].length === 1 && !outputs.has(here) ? users[here][0] : -1), shapeOf);
    joined.set(step.at, step);
    for (let node = at; node !== step.at; [node] = users[node]) inside.add(node);
  });
  /** @type {Step[]} */
  const steps = [];
  /** @type {number[]} */
  const still = [];
  nodes.forEach(({ inputs, depends }, at) => {
    if (!at || inside.has(at)) return;
    if (!depends) still.push(at);
    else steps.push(joined.get(at) ?? { at, inputs });
  });
  const last = nodes.map(() => -1);
  steps.forEach(({ inputs }, number) => {
    for (const input of inputs) if (typeof input === "number") last[input] = number;
  });
  return { steps, still, last };
}

/**
 * @param {Node[]} nodes
 * @param {number} conv
 * @param {(node: number) => number} next the only one that reads a node; -1: there are others, or none
 * @param {(input: number | string) => number[]} shapeOf
 * @returns {Step}
 */
function behind(nodes, conv, next, shapeOf) {
  const { inputs, shape, attributes } = nodes[conv];
  const outputs = shape[shape.length - 1];
  /** @type {Step} */
  const step = { at: conv, inputs: [...inputs], conv };
  if (typeof inputs[1] === "number" && nodes[inputs[1]].depends) return step;
  /** @param {number} from */
  const beyondViews = (from) => {
    let here = next(from);
    while (here >= 0 && VIEWS.includes(nodes[here].op)) here = next(here);
    return here;
  };
  const add = beyondViews(conv);
  const bias = add >= 0 && nodes[add].op === "add" ? biasOf(nodes, add, outputs, shapeOf) : null;
  if (bias !== null && (attributes.groups ?? 1) === 1) {
    step.bias = bias;
    step.at = add;
    step.inputs.push(bias);
  }
  const relu = beyondViews(step.at);
  if (relu < 0 || nodes[relu].op !== "relu") return step;
  const cap = nodes[relu].attributes.cap ?? null;
  if (cap !== null && cap !== 6) return step;
  step.cap = cap;
  step.at = relu;
  const pool = beyondViews(relu);
  if (pool < 0 || nodes[pool].op !== "max_pool") return step;
  const { window, strides } = nodes[pool].attributes;
  // Where windows overlap, a rule acts on the sum of what they send back, so the ReLU stays apart.
  if (window.every((/** @type {number} */ size, /** @type {number} */ axis) => size <= strides[axis])) {
    step.pool = pool;
    step.at = pool;
  }
  return step;
}

/**
 * What is added to every cell of a feature, if that is what a node does.
 *
 * @param {Node[]} nodes
 * @param {number} add
 * @param {number} outputs
 * @param {(input: number | string) => number[]} shapeOf
 * @returns {number | string | null}
 */
function biasOf(nodes, add, outputs, shapeOf) {
  const { inputs, shape } = nodes[add];
  const numbers = inputs.map((input) => (typeof input === "number" && nodes[input].depends ? input : -1));
  const side = numbers[0] < 0 ? 0 : numbers[1] < 0 ? 1 : -1;
  if (side < 0) return null;
  const flowing = nodes[numbers[1 - side]].shape;
  const same = count(flowing) === count(shape) && flowing[flowing.length - 1] === outputs && shape[shape.length - 1] === outputs;
  const added = shapeOf(inputs[side]);
  const bias = count(added) === 1 || (count(added) === outputs && added[added.length - 1] === outputs); // not one that changes from cell to cell
  return same && bias ? inputs[side] : null;
}
