/**
 * The operations that a list may name: how many inputs each has, its attributes, and the shape that it makes.
 *
 * They are those of auralise-jax/2. Shapes are found and bounded before any array is made.
 */

import { commonShape, count, cut, sameShape } from "./arrays.js";
import { above0, AXES, float, margins, name, names, several, SIZES, whole, wholes } from "./attributes.js";
import { convolvedSizes, geometryOf, withTwo } from "./convolution.js";
import { PAIRS, UNARY } from "./pointwise.js";
import { over, pooledShape } from "./pooling.js";
import { layoutOf } from "./products.js";

/**
 * @typedef {import("./attributes.js").Kind} Kind
 *
 * @typedef {object} Operation
 * @property {number} [least] inputs; 1 if it does not say
 * @property {number} [most]
 * @property {Record<string, Kind>} [needed] attributes
 * @property {Record<string, Kind>} [optional]
 * @property {boolean} [elementwise] whether inputs are spread over each other
 * @property {(shapes: number[][], attributes: Record<string, any>) => number[]} shape throws where inputs do not fit
 * @property {(shapes: number[][], attributes: Record<string, any>) => number} [terms] of which each number is the sum, or largest
 */

/** @param {string} why @returns {never} */
const unfit = (why) => {
  throw new Error(why);
};

/** @param {number[][]} shapes */
const common = (shapes) => commonShape(shapes) ?? unfit(`shapes ${shapes.map((shape) => `(${shape.join(", ")})`).join(" and ")} do not go together`);

/**
 * @param {number[]} shape
 * @param {Record<string, any>} lists one entry per axis each
 */
function perAxis(shape, lists) {
  for (const [key, list] of Object.entries(lists)) {
    if (list && list.length !== shape.length) unfit(`${key} must have an entry for each of ${shape.length} axes`);
  }
}

/**
 * @param {number[]} axes
 * @param {number} rank
 */
function distinct(axes, rank) {
  if (new Set(axes).size !== axes.length || axes.some((axis) => axis >= rank)) unfit(`axes must be different ones of ${rank}`);
  return axes;
}

/** @type {Operation["shape"]} */
function convolved([x, kernel], attributes) {
  const axes = x.length - 2;
  if (axes < 0 || axes > 2) unfit("a page convolves over one axis or two");
  if (kernel.length !== x.length) unfit("the kernel must have as many axes as the maps");
  const { strides, padding, dilation, input_dilation: inputDilation } = attributes;
  perAxis(x.slice(1, -1), { strides, padding, dilation, input_dilation: inputDilation });
  const geometry = geometryOf(attributes, axes);
  const [high, wide, inputs, outputs] = withTwo(kernel, 0, 2);
  const [, ...cells] = withTwo(x, 1, 1);
  if (inputs * geometry.groups !== cells[2] || outputs % geometry.groups) unfit("the kernel's inputs and groups do not fit the maps");
  const wider = cells.slice(0, 2).map((size, axis) => (size - 1) * geometry.inputDilation[axis] + 1 + geometry.padding[axis][0] + geometry.padding[axis][1]);
  if (wider.some((size) => size < 1) || count(wider) * cells[2] > MOST_CELLS) unfit("its padding leaves nothing, or more than there is room for");
  const sizes = convolvedSizes(cells.slice(0, 2), [high, wide], geometry);
  return [x[0], ...sizes.slice(2 - axes), outputs];
}

/** Window operations must not look at more cells than there is time for. */
const WINDOW = { window: SIZES, strides: SIZES, padding: margins };

/** @type {Operation["shape"]} */
function pooled([x], attributes) {
  perAxis(x, attributes);
  return pooledShape(x, /** @type {any} */ (attributes));
}

/** @type {Operation} */
const REDUCTION = {
  needed: { axes: AXES },
  shape: ([x], { axes }) => x.filter((_, axis) => !distinct(axes, x.length).includes(axis)),
  terms: ([x], { axes }) => count(over(x, axes).window),
};

/** Cells of an array, at most. */
const MOST_CELLS = 2 ** 26;

/** @type {Record<string, Operation>} */
export const OPERATIONS = {
  ...Object.fromEntries(Object.keys(UNARY).map((op) => [op, /** @type {Operation} */ ({ shape: ([x]) => x })])),
  ...Object.fromEntries(Object.keys(PAIRS).map((op) => [op, /** @type {Operation} */ ({ least: 2, most: 2, elementwise: true, shape: common })])),
  broadcast: {
    needed: { shape: SIZES },
    shape: ([x], { shape }) => {
      if (shape.length !== x.length || x.some((size, axis) => size !== 1 && size !== shape[axis])) unfit("the shape does not fit");
      return shape;
    },
  },
  cast: { needed: { dtype: float }, shape: ([x]) => x },
  concat: {
    most: 2 ** 16,
    needed: { axis: (value) => whole(value, 0) },
    shape: (shapes, { axis }) => {
      const [first] = shapes;
      if (axis >= first.length || shapes.some((shape) => shape.length !== first.length || shape.some((size, n) => n !== axis && size !== first[n]))) {
        unfit("its inputs differ in more than the axis");
      }
      return first.map((size, n) => (n === axis ? shapes.reduce((sum, shape) => sum + shape[axis], 0) : size));
    },
  },
  conv: {
    least: 2,
    most: 2,
    needed: { strides: SIZES, padding: margins },
    optional: { dilation: SIZES, input_dilation: SIZES, groups: (value) => whole(value, 1), dtype: float },
    shape: convolved,
    terms: ([, kernel]) => count(kernel.slice(0, -1)),
  },
  dot: {
    least: 2,
    most: 2,
    needed: { axes: several(AXES, 2) },
    optional: { batch: several(AXES, 2), dtype: float },
    shape: (shapes, attributes) => (layoutOf(shapes, /** @type {any} */ (attributes)) ?? unfit("its axes do not fit")).shape,
    terms: (shapes, attributes) => layoutOf(shapes, /** @type {any} */ (attributes))?.summed ?? 1,
  },
  expand: {
    needed: { axes: AXES },
    shape: ([x], { axes }) => {
      const rank = x.length + axes.length;
      distinct(axes, rank);
      const rest = x.values();
      return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : /** @type {number} */ (rest.next().value)));
    },
  },
  max: REDUCTION,
  max_pool: { needed: WINDOW, shape: pooled, terms: (_, { window }) => count(window) },
  pad: {
    least: 2,
    most: 2,
    needed: { padding: margins },
    shape: ([x, value], { padding }) => {
      perAxis(x, { padding });
      if (value.length) unfit("it pads with a single number");
      return x.map((size, axis) => Math.max(0, size + padding[axis][0] + padding[axis][1]));
    },
  },
  power: { needed: { exponent: whole }, shape: ([x]) => x },
  relu: { optional: { cap: above0 }, shape: ([x]) => x },
  reshape: {
    needed: { shape: SIZES },
    shape: ([x], { shape }) => (count(x) === count(shape) ? shape : unfit(`(${x.join(", ")}) has not as many cells as (${shape.join(", ")})`)),
  },
  reverse: { needed: { axes: AXES }, shape: ([x], { axes }) => (distinct(axes, x.length), x) },
  slice: {
    needed: { start: wholes(0), stop: wholes(0) },
    optional: { strides: SIZES },
    shape: ([x], { start, stop, strides }) => {
      perAxis(x, { start, stop, strides });
      if (x.some((size, axis) => start[axis] >= stop[axis] || stop[axis] > size)) unfit("it cuts out what is not there");
      return cut(x, start, stop, strides).shape;
    },
  },
  squeeze: {
    needed: { axes: AXES },
    shape: ([x], { axes }) => {
      distinct(axes, x.length);
      if (axes.some((/** @type {number} */ axis) => x[axis] !== 1)) unfit("an axis is longer than 1");
      return x.filter((_, axis) => !axes.includes(axis));
    },
  },
  sum: REDUCTION,
  sum_pool: { needed: WINDOW, shape: pooled, terms: (_, { window }) => count(window) },
  take: {
    least: 2,
    most: 2,
    needed: { axis: (value) => whole(value, 0) },
    shape: ([x, places], { axis }) => {
      if (axis >= x.length || places.length !== 1) unfit("its places must be a list, for one of the axes");
      return x.map((size, n) => (n === axis ? places[0] : size));
    },
  },
  tap: { needed: { name }, optional: { axes: names }, shape: ([x]) => x },
  transpose: {
    needed: { order: AXES },
    shape: ([x], { order }) => {
      if (!sameShape([...order].sort(), x.map((_, axis) => axis))) unfit("its order must name each axis once");
      return order.map((/** @type {number} */ axis) => x[axis]);
    },
  },
  where: { least: 3, most: 3, elementwise: true, shape: common },
};

/** Names of the operations that a page can compute. */
export const PAGE_OPERATIONS = Object.keys(OPERATIONS).sort();

/** Products and comparisons of a forward pass, at most: some minutes. */
export const MOST_WORK = 2 ** 38;

/**
 * Throw if an array has more axes or cells than there is room for.
 *
 * @param {string} what
 * @param {number[]} shape
 */
export function checkShape(what, shape) {
  const cells = count(shape);
  if (shape.length > 8 || !(cells > 0 && cells <= MOST_CELLS)) {
    throw new Error(`${what} has shape (${shape.join(", ")}); a page has room for 1 to ${MOST_CELLS} cells on 8 axes at most`);
  }
}

