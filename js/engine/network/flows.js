/**
 * Cotangents on their way back.
 *
 * A cotangent may be that of one place of an axis alone, all others being 0: it is carried as that
 * slice for as long as nodes keep the axis apart, so that one feature asks for one kernel.
 */

import { addBack, broughtBack, count, slab, spread } from "./arrays.js";
import { sliced } from "./weights.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./program.js").Node} Node
 *
 * @typedef {{axis: number, index: number}} Only
 * @typedef {Tensor & {only?: Only}} Flow `only`: a slice, with an axis of 1 in the place of the whole one
 */

/**
 * @param {Tensor} tensor
 * @param {number[]} shape
 * @param {Only | undefined} only
 * @returns {Tensor} what of a tensor, spread over a shape, belongs to the slice
 */
export function part(tensor, shape, only) {
  if (!only) return tensor;
  const axis = only.axis - (shape.length - tensor.shape.length);
  return axis < 0 || tensor.shape[axis] === 1 ? tensor : sliced(tensor, axis, only.index);
}

/** @param {Flow} g @param {number} [factor] @returns {Flow} */
export const scaled = ({ data, shape, only }, factor) => ({ data: data.map((value) => value * /** @type {number} */ (factor)), shape, only });

/**
 * A cotangent brought from what two arrays were spread over to one of them.
 *
 * @param {Flow} g
 * @param {number[]} shape
 * @returns {Flow}
 */
export function narrowed(g, shape) {
  const own = g.only ? shape.map((size, axis) => (axis === (g.only?.axis ?? -1) - (g.shape.length - shape.length) ? 1 : size)) : shape;
  if (count(own) === count(g.shape)) return { data: g.data, shape: own, only: moved(g.only, shape.length - g.shape.length) };
  return { data: broughtBack(g.data, spread(own, g.shape), own), shape: own, only: moved(g.only, shape.length - g.shape.length) };
}

/** @param {Only | undefined} only @param {number} by */
const moved = (only, by) => only && { axis: only.axis + by, index: only.index };

/** @param {number[]} shape @param {Only} [only] */
export const withOnly = (shape, only) => (only ? shape.map((size, axis) => (axis === only.axis ? 1 : size)) : shape);

/**
 * All of a cotangent, zeros where it was a slice.
 *
 * @param {Flow} g
 * @param {number[]} shape
 * @returns {Flow}
 */
export function whole({ data, shape: own, only }, shape) {
  if (!only) return { data, shape: own };
  const into = new Float32Array(count(shape));
  addBack(data, slab(shape, only.axis, only.index), into);
  return { data: into, shape };
}

/**
 * The axis of a node's input that is an axis of what it makes, if slices of the one are slices of the other; -1: they are not.
 *
 * @param {Node} node
 * @param {number[]} shape of the input
 * @param {number} axis
 */
export function axisBelow({ op, attributes, shape: made, inputs }, shape, axis) {
  if (["add", "sub", "mul", "div", "where"].includes(op)) {
    const own = axis - (made.length - shape.length);
    return own >= 0 && shape[own] === made[axis] ? own : -1;
  }
  if (["cast", "neg", "relu", "tap"].includes(op)) return axis;
  if (op === "max_pool" || op === "sum_pool") {
    const { window, strides, padding } = attributes;
    return window[axis] === 1 && strides[axis] === 1 && !padding[axis][0] && !padding[axis][1] ? axis : -1;
  }
  if (op === "transpose") return attributes.order[axis];
  if (op === "expand" || op === "squeeze" || op === "reshape") {
    const around = [count(made.slice(0, axis)), count(made.slice(axis + 1))];
    return shape.findIndex((size, n) => size === made[axis] && count(shape.slice(0, n)) === around[0] && count(shape.slice(n + 1)) === around[1]);
  }
  if (op === "conv") return axis === made.length - 1 && (attributes.groups ?? 1) === 1 ? axis : -1;
  return op === "dot" && inputs.length ? axis : -1;
}
