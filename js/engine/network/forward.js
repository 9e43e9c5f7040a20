/** What each node makes, and what its way back will need. */

import { broughtBack, count, cut, eachRow, gathered, reversed, spread, stepsOf, transposed } from "./arrays.js";
import { numbersOf } from "./backend.js";
import { convolve, geometryOf, withTwo } from "./convolution.js";
import { chosen, each, PAIRS, pairwise, UNARY } from "./pointwise.js";
import { maxPool, over, sumPool } from "./pooling.js";
import { asMatrices, layoutOf, multiplied } from "./products.js";
import { openAt } from "./rules.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./program.js").Node} Node
 * @typedef {import("./plan.js").Step} Step
 * @typedef {import("./weights.js").Weights} Weights
 *
 * @typedef {{open?: Uint8Array, switches?: Int32Array}} Kept where a ReLU was open, where a pool switched to
 * @typedef {{made: Tensor, kept?: Kept}} Made
 */

/** @type {Record<string, (inputs: Tensor[], node: Node) => Made>} */
const RUNS = {
  broadcast: ([x], { shape }) => ({ made: { data: gathered(x.data, spread(x.shape, shape)), shape } }),
  cast: ([made]) => ({ made }),
  concat: (inputs, { attributes: { axis }, shape }) => {
    const data = new Float32Array(count(shape));
    const steps = stepsOf(shape);
    let at = 0;
    for (const x of inputs) {
      eachRow({ shape: x.shape, steps, offset: at * steps[axis] }, (from, to, length, step) => {
        for (let n = 0; n < length; n++) data[to + n * step] = x.data[from + n];
      });
      at += x.shape[axis];
    }
    return { made: { data, shape } };
  },
  max: ([x], { attributes: { axes }, shape }) => {
    const { made, switches } = maxPool(x, over(x.shape, axes));
    return { made: { data: made.data, shape }, kept: { switches } };
  },
  max_pool: ([x], { attributes }) => {
    const { made, switches } = maxPool(x, /** @type {any} */ (attributes));
    return { made, kept: { switches } };
  },
  pad: ([x, value], { attributes: { padding }, shape }) => {
    const data = new Float32Array(count(shape)).fill(value.data[0]);
    const { inner, view } = padded(x.shape, padding, shape);
    const cells = gathered(x.data, inner);
    eachRow(view, (from, to, length, step) => {
      for (let n = 0; n < length; n++) data[to + n * step] = cells[from + n];
    });
    return { made: { data, shape } };
  },
  power: ([x], { attributes: { exponent } }) => ({ made: each(x, (value) => value ** exponent) }),
  relu: ([x], { attributes: { cap } }) => {
    const most = cap ?? Infinity;
    const made = each(x, (value) => (value > 0 ? Math.min(value, most) : value !== value ? value : 0));
    return { made, kept: { open: openAt(made.data, Math.fround(most)) } };
  },
  reverse: ([x], { attributes: { axes }, shape }) => ({ made: { data: gathered(x.data, reversed(x.shape, axes)), shape } }),
  slice: ([x], { attributes: { start, stop, strides }, shape }) => ({ made: { data: gathered(x.data, cut(x.shape, start, stop, strides)), shape } }),
  sum: ([x], { attributes: { axes }, shape }) => {
    const data = broughtBack(x.data, summing(x.shape, axes), shape);
    return { made: { data, shape } };
  },
  sum_pool: ([x], { attributes }) => ({ made: sumPool(x, /** @type {any} */ (attributes)) }),
  take: ([x, places], { attributes: { axis }, shape }) => {
    const data = new Float32Array(count(shape));
    eachTaken(x.shape, places.data, axis, (to, from, length) => data.set(x.data.subarray(from, from + length), to));
    return { made: { data, shape } };
  },
  tap: ([made]) => ({ made }),
  transpose: ([x], { attributes: { order }, shape }) => ({ made: { data: gathered(x.data, transposed(x.shape, order)), shape } }),
  where: ([condition, x, y]) => ({ made: chosen(condition, x, y) }),
};

/**
 * What is left of an array of a shape under margins, some of which may cut it off, and where that lies.
 *
 * @param {readonly number[]} shape
 * @param {number[][]} padding
 * @param {readonly number[]} made
 */
export function padded(shape, padding, made) {
  const start = padding.map(([low]) => Math.max(0, -low));
  const stop = padding.map(([, high], axis) => Math.max(start[axis], shape[axis] - Math.max(0, -high)));
  const steps = stepsOf(made);
  const inner = cut(shape, start, stop);
  const offset = padding.reduce((sum, [low], axis) => sum + Math.max(0, low) * steps[axis], 0);
  return { inner, view: { shape: inner.shape, steps, offset } };
}

/**
 * Where each cell of an array is added to when some axes are summed.
 *
 * @param {readonly number[]} shape
 * @param {readonly number[]} axes
 */
export function summing(shape, axes) {
  const rest = stepsOf(shape.filter((_, axis) => !axes.includes(axis)));
  let next = 0;
  return { shape: [...shape], steps: shape.map((_, axis) => (axes.includes(axis) ? 0 : rest[next++])), offset: 0 };
}

/**
 * Go through the blocks that `take` takes: where each goes, where it comes from, its length.
 *
 * @param {readonly number[]} shape
 * @param {ArrayLike<number>} places
 * @param {number} axis
 * @param {(to: number, from: number, length: number) => void} visit
 */
export function eachTaken(shape, places, axis, visit) {
  const length = count(shape.slice(axis + 1));
  const blocks = count(shape.slice(0, axis));
  for (let block = 0; block < blocks; block++) {
    for (let n = 0; n < places.length; n++) visit((block * places.length + n) * length, (block * shape[axis] + places[n]) * length, length);
  }
}

/**
 * Run a node, a convolution aside.
 *
 * @param {Node} node
 * @param {Tensor[]} inputs
 * @returns {Made}
 */
export function run(node, inputs) {
  const { op, shape } = node;
  if (Object.hasOwn(RUNS, op)) return RUNS[op](inputs, node);
  if (Object.hasOwn(UNARY, op)) return { made: each(inputs[0], UNARY[op]) };
  if (Object.hasOwn(PAIRS, op)) return { made: pairwise(inputs[0], inputs[1], PAIRS[op]) };
  return { made: { data: inputs[0].data, shape } }; // a view
}

/**
 * Run a step, on the heap where that pays.
 *
 * @param {Step} step
 * @param {Node[]} nodes
 * @param {Tensor[]} inputs
 * @param {Weights} weights
 * @returns {Made}
 */
export function runStep(step, nodes, inputs, weights) {
  const node = nodes[step.at];
  if (step.conv === undefined) return node.op === "dot" ? { made: product(node, nodes, inputs, weights) } : run(node, inputs);
  const { attributes, shape: convolved } = nodes[step.conv];
  const [x] = inputs;
  const geometry = geometryOf(attributes, x.shape.length - 2);
  const kernels = weights.kernels(step.conv, inputs[1], geometry.groups);
  const bias = step.bias === undefined ? undefined : weights.bias(step.conv, inputs[2], convolved[convolved.length - 1]);
  const { cap } = step;
  const activation = cap === undefined ? "linear" : cap === null ? "relu" : "relu6";
  const held = convolve({ data: x.data, shape: withTwo(x.shape, 1, 1) }, kernels.held, geometry, bias, activation);
  kernels.done();
  const numbers = numbersOf(held);
  const most = cap ?? Infinity;
  try {
    if (step.pool !== undefined) {
      const source = nodes[/** @type {number} */ (nodes[step.pool].inputs[0])].shape;
      const { made, switches } = maxPool({ data: numbers, shape: source }, /** @type {any} */ (nodes[step.pool].attributes));
      return { made, kept: { switches, open: openAt(made.data, most) } };
    }
    const data = numbers.slice();
    return { made: { data, shape: node.shape }, kept: cap === undefined ? undefined : { open: openAt(data, most) } };
  } finally {
    held.dispose();
  }
}

/**
 * @param {Node} node a dot
 * @param {Node[]} nodes
 * @param {Tensor[]} inputs
 * @param {Weights} weights
 * @returns {Tensor}
 */
function product({ inputs: names, attributes, shape }, nodes, inputs, weights) {
  const layout = layoutOf(
    inputs.map((input) => input.shape),
    /** @type {any} */ (attributes),
  );
  if (!layout) throw new Error("a product's sizes do not fit");
  const sides = /** @type {const} */ ([0, 1]).map((side) => {
    const name = names[side];
    const flows = typeof name === "number" && nodes[name].depends;
    return flows ? { held: asMatrices(inputs[side], layout, side), own: true } : { held: weights.matrices(name, inputs[side], layout, side), own: false };
  });
  const data = multiplied(sides[0].held, sides[1].held, true);
  for (const { held, own } of sides) if (own) held.dispose();
  return { data, shape };
}
