/** What comes back through each node, under a rule. */

import { addBack, count, cut, eachRow, gathered, reversed, slab, spread, stepsOf, transposed } from "./arrays.js";
import { numbersOf } from "./backend.js";
import { backwards, convolve, geometryOf, withTwo } from "./convolution.js";
import { eachTaken, padded, summing } from "./forward.js";
import { axisBelow, narrowed, part, scaled, whole, withOnly } from "./flows.js";
import { pairwise, PAIRS } from "./pointwise.js";
import { over, pooledShape, unpool, unsumPool } from "./pooling.js";
import { asMatrices, backTo, layoutOf } from "./products.js";
import { passed } from "./rules.js";
import { sliced } from "./weights.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./program.js").Node} Node
 * @typedef {import("./plan.js").Step} Step
 * @typedef {import("./forward.js").Kept} Kept
 * @typedef {import("./rules.js").Rule} Rule
 *
 * @typedef {import("./flows.js").Flow} Flow
 *
 * @typedef {object} Here what a way back has at hand
 * @property {Node[]} nodes
 * @property {(input: number | string) => Tensor} value of a tensor, or of a node that depends on no picture
 * @property {import("./weights.js").Weights} weights
 * @property {Rule} rule
 */

/**
 * Functions of a cotangent (of the node's shape, or a slice of it), the number of the input that it goes back to, and that input's shape.
 *
 * @type {Record<string, (g: Flow, node: Node, input: number, shape: number[], kept: Kept | undefined, here: Here) => Flow>}
 */
const BACK = {
  add: (g, _node, _input, shape) => narrowed(g, shape),
  broadcast: (g, _node, _input, shape) => narrowed(g, shape),
  cast: (g) => g,
  concat: (g, node, input, shape, _kept, { nodes }) => {
    const { axis } = node.attributes;
    const before = node.inputs.slice(0, input).reduce((/** @type {number} */ sum, one) => sum + (typeof one === "number" ? nodes[one].shape[axis] : 0), 0);
    return { data: gathered(g.data, { shape, steps: stepsOf(node.shape), offset: before * stepsOf(node.shape)[axis] }), shape };
  },
  div: (g, node, _input, shape, _kept, { value }) => narrowed({ ...pairwise(g, part(value(node.inputs[1]), node.shape, g.only), PAIRS.div), only: g.only }, shape),
  dot: (g, node, input, shape, _kept, here) => backThroughProduct(g, node, input, shape, here),
  max: (g, { attributes: { axes } }, _input, shape, kept) => pooledBack({ ...g, shape: pooledShape(shape, over(shape, axes)) }, shape, kept),
  max_pool: (g, _node, _input, shape, kept) => pooledBack(g, shape, kept),
  mul: (g, node, input, shape, _kept, { value }) => narrowed({ ...pairwise(g, part(value(node.inputs[1 - input]), node.shape, g.only), PAIRS.mul), only: g.only }, shape),
  neg: (g) => scaled(g, -1),
  pad: (g, { attributes: { padding }, shape: made }, _input, shape) => {
    const { inner, view } = padded(shape, padding, made);
    const data = new Float32Array(count(shape));
    const cells = gathered(g.data, view);
    eachRow(inner, (from, to, length, step) => {
      for (let n = 0; n < length; n++) data[to + n * step] = cells[from + n];
    });
    return { data, shape };
  },
  relu: (g, node, _input, _shape, kept, { rule }) => {
    const open = /** @type {Uint8Array} */ (kept?.open);
    return { ...g, data: passed(rule, g.data, g.only ? gathered(open, slab(node.shape, g.only.axis, g.only.index)) : open) };
  },
  reverse: (g, { attributes: { axes } }, _input, shape) => ({ data: gathered(g.data, reversed(shape, axes)), shape }),
  slice: (g, { attributes: { start, stop, strides } }, _input, shape) => {
    const data = new Float32Array(count(shape));
    addBack(g.data, cut(shape, start, stop, strides), data);
    return { data, shape };
  },
  sub: (g, _node, input, shape) => narrowed(input ? scaled(g, -1) : g, shape),
  sum: (g, { attributes: { axes } }, _input, shape) => ({ data: gathered(g.data, summing(shape, axes)), shape }),
  sum_pool: (g, { attributes }, _input, shape) => ({ ...unsumPool(g, /** @type {any} */ (attributes), withOnly(shape, g.only)), only: g.only }),
  take: (g, node, _input, shape, _kept, { value }) => {
    const data = new Float32Array(count(shape));
    eachTaken(shape, value(node.inputs[1]).data, node.attributes.axis, (to, from, length) => {
      for (let n = 0; n < length; n++) data[from + n] += g.data[to + n];
    });
    return { data, shape };
  },
  tap: (g) => g,
  transpose: (g, { attributes: { order } }) => {
    const inverse = order.map((/** @type {number} */ _, /** @type {number} */ axis) => order.indexOf(axis));
    const { shape } = transposed(g.shape, inverse);
    return { data: gathered(g.data, transposed(g.shape, inverse)), shape, only: g.only && { axis: order[g.only.axis], index: g.only.index } };
  },
  where: (g, node, input, shape, _kept, { value }) => {
    const condition = part(value(node.inputs[0]), node.shape, g.only);
    const which = gathered(/** @type {any} */ (condition.data), spread(condition.shape, g.shape));
    const passes = input === 1 ? 1 : 0;
    return narrowed({ ...g, data: g.data.map((one, n) => (which[n] === passes ? one : 0)) }, shape);
  },
};

/**
 * @param {Flow} g
 * @param {number[]} shape of what was pooled
 * @param {Kept} [kept]
 * @returns {Flow}
 */
function pooledBack(g, shape, kept) {
  const own = withOnly(shape, g.only);
  const data = new Float32Array(count(own));
  unpool(g.data, switchesOf(g, shape, kept), data);
  return { data, shape: own, only: g.only };
}

/**
 * Where values go, as places of the slice of what was pooled.
 *
 * @param {Flow} g
 * @param {number[]} shape of what was pooled
 * @param {Kept} [kept]
 */
function switchesOf({ shape: made, only }, shape, kept) {
  const switches = /** @type {Int32Array} */ (kept?.switches);
  if (!only) return switches;
  const { axis, index } = only;
  const step = stepsOf(shape)[axis];
  const all = made.map((size, n) => (n === axis ? shape[axis] : size)); // pools that take slices leave the axis as long as it was
  return gathered(switches, slab(all, axis, index)).map((at) => (at < 0 ? -1 : Math.floor(at / (step * shape[axis])) * step + (at % step)));
}

/**
 * Bring a cotangent of a node back to one of its inputs.
 *
 * @param {Flow} given
 * @param {Node} node
 * @param {number} input
 * @param {number[]} shape of the input
 * @param {Kept | undefined} kept
 * @param {Here} here
 * @returns {Flow}
 */
export function back(given, node, input, shape, kept, here) {
  const axis = given.only ? axisBelow(node, shape, given.only.axis) : -1;
  const g = given.only && axis < 0 ? whole(given, node.shape) : given;
  if (["expand", "reshape", "squeeze"].includes(node.op)) {
    const only = g.only && { axis, index: g.only.index };
    return { data: g.data, shape: withOnly(shape, only), only };
  }
  return BACK[node.op](g, node, input, shape, kept, here);
}

/**
 * Bring a cotangent of a convolution back to its maps.
 *
 * @param {Flow} g
 * @param {number} at
 * @param {Here} here
 * @returns {Flow}
 */
function backThroughConvolution(g, at, { nodes, value, weights }) {
  const { inputs, attributes, shape: made } = nodes[at];
  const { shape } = nodes[/** @type {number} */ (inputs[0])];
  const kernel = value(inputs[1]);
  const geometry = geometryOf(attributes, shape.length - 2);
  const [, ...cells] = withTwo(shape, 1, 1);
  const [, ...results] = withTwo(made, 1, 1);
  const { held, done } = weights.turned(at, kernel, geometry.groups, g.only?.index);
  const way = backwards(cells.slice(0, 2), withTwo(kernel.shape, 0, 2), results.slice(0, 2), geometry);
  const found = convolve({ data: g.data, shape: withTwo(g.shape, 1, 1) }, held, way);
  const data = numbersOf(found).slice();
  found.dispose();
  done();
  return { data, shape };
}

/**
 * @param {Flow} g
 * @param {Node} node
 * @param {number} input
 * @param {number[]} shape
 * @param {Here} here
 * @returns {Flow}
 */
function backThroughProduct(g, { inputs, attributes, shape: made }, input, shape, { value, weights }) {
  const side = /** @type {0 | 1} */ (input);
  const fixed = /** @type {0 | 1} */ (1 - side);
  const name = inputs[fixed];
  let other = value(name);
  /** @param {Tensor} fixedTensor */
  const layoutWith = (fixedTensor) => {
    const shapes = side === 0 ? [shape, fixedTensor.shape] : [fixedTensor.shape, shape];
    return /** @type {import("./products.js").Layout} */ (layoutOf(shapes, /** @type {any} */ (attributes)));
  };
  let flow = g;
  if (g.only) {
    const rank = layoutWith(other).orders;
    const { batch = [[], []], axes } = /** @type {any} */ (attributes);
    const free = rank.map((order) => order.slice(batch[0].length, order.length - axes[0].length));
    const first = batch[0].length + (fixed === 0 ? 0 : free[0].length);
    const place = g.only.axis - first;
    if (place >= 0 && place < free[fixed].length) other = sliced(other, free[fixed][place], g.only.index);
    else flow = whole(g, made);
  }
  const layout = layoutWith(other);
  const lent = flow.only ? asMatrices(other, layout, fixed) : weights.matrices(name, other, layout, fixed);
  const found = backTo(flow.data, lent, layout, side, shape);
  if (flow.only) lent.dispose();
  return found;
}

/**
 * Do as unpooling and a convolution's way back do, where they lead to a single map, such as the picture:
 * each value is weighed by its kernel where its switch points, and the zeros between are left out.
 *
 * @param {Float32Array} g of what was pooled
 * @param {Int32Array} switches
 * @param {number} at
 * @param {Here} here
 * @returns {Flow | null} null where the convolution is of another kind
 */
function scattered(g, switches, at, { nodes, value }) {
  const { inputs, attributes, shape: made } = nodes[at];
  const { shape } = nodes[/** @type {number} */ (inputs[0])];
  const { strides, padding, dilation, inputDilation } = geometryOf(attributes, shape.length - 2);
  const [batch, high, wide, maps] = withTwo(shape, 1, 1);
  if (batch !== 1 || maps !== 1 || inputDilation.some((step) => step > 1) || padding.flat().some((margin) => margin < 0)) return null;
  const { data: kernel, shape: sizes } = value(inputs[1]);
  const [rows, columns, , features] = withTwo(sizes, 0, 2);
  const [[top, bottom], [left, right]] = padding;
  const width = left + wide + right;
  const sums = new Float64Array((top + high + bottom) * width);
  const taps = rows * columns;
  const places = Int32Array.from({ length: taps }, (_, tap) => Math.floor(tap / columns) * dilation[0] * width + (tap % columns) * dilation[1]);
  const weights = Float32Array.from({ length: taps * features }, (_, n) => kernel[(n % taps) * features + Math.floor(n / taps)]);
  const across = made[made.length - 2];
  for (let n = 0; n < g.length; n++) {
    const amount = g[n];
    if (amount === 0 || switches[n] < 0) continue;
    const cell = Math.floor(switches[n] / features);
    const first = (switches[n] - cell * features) * taps;
    const row = Math.floor(cell / across);
    const start = row * strides[0] * width + (cell - row * across) * strides[1];
    for (let tap = 0; tap < taps; tap++) sums[start + places[tap]] += amount * weights[first + tap];
  }
  const data = new Float32Array(high * wide);
  for (let row = 0; row < high; row++) data.set(sums.subarray((row + top) * width + left, (row + top) * width + left + wide), row * wide);
  return { data, shape };
}

/**
 * Bring a cotangent of what a step makes back to its maps: max-pool, ReLU, bias and convolution.
 *
 * @param {Flow} given
 * @param {Step} step
 * @param {Kept | undefined} kept
 * @param {Here} here
 * @returns {Flow}
 */
export function backThroughStep(given, step, kept, here) {
  const { nodes, rule } = here;
  const conv = /** @type {number} */ (step.conv);
  const made = nodes[step.at].shape;
  // The features' axis is the last of all of them; a slice of another axis is made whole.
  let g = given.only && given.only.axis !== made.length - 1 ? whole(given, made) : given;
  if (given.only && (nodes[conv].attributes.groups ?? 1) !== 1) g = whole(given, made);
  if (step.cap !== undefined) {
    const open = /** @type {Uint8Array} */ (kept?.open);
    g = { ...g, data: passed(rule, g.data, g.only ? gathered(open, slab(made, g.only.axis, g.only.index)) : open) };
  }
  // Unpooling only fills in zeros, so the rule has acted before it, on fewer places.
  if (step.pool !== undefined) {
    const lone = g.only ? null : scattered(g.data, /** @type {Int32Array} */ (kept?.switches), conv, here);
    if (lone) return lone;
    g = pooledBack(g, nodes[/** @type {number} */ (nodes[step.pool].inputs[0])].shape, kept);
  }
  const { shape } = nodes[conv];
  const only = g.only && { axis: shape.length - 1, index: g.only.index };
  return backThroughConvolution({ data: g.data, shape: withOnly(shape, only), only }, conv, here);
}
