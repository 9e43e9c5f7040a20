/** A network's weights on the heap, as convolutions and products take them, laid there when first needed. */

import { count, slab, gathered } from "./arrays.js";
import { place } from "./backend.js";
import { placed, turned } from "./convolution.js";
import { withTwo } from "./convolution.js";
import { asMatrices } from "./products.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./backend.js").Held} Held
 * @typedef {{held: Held[], done: () => void}} Lent `done` gives back what was made for the one use
 */

const KEPT = () => {};

export class Weights {
  constructor() {
    /** @type {Map<string, Held[]>} */
    this._held = new Map();
  }

  /**
   * @param {string} key
   * @param {() => Held[]} make
   */
  _kept(key, make) {
    let held = this._held.get(key);
    if (!held) {
      held = make();
      this._held.set(key, held);
    }
    return held;
  }

  /**
   * @param {number} node the convolution
   * @param {Tensor} kernel
   * @param {number} groups
   * @returns {Lent}
   */
  kernels(node, kernel, groups) {
    return { held: this._kept(`kernel ${node}`, () => placed(flat(kernel), groups)), done: KEPT };
  }

  /**
   * The kernels of the way back; from one output alone they are made for the one use.
   *
   * @param {number} node
   * @param {Tensor} kernel
   * @param {number} groups
   * @param {number} [only]
   * @returns {Lent}
   */
  turned(node, kernel, groups, only) {
    if (only === undefined) return { held: this._kept(`turned ${node}`, () => placed(turned(flat(kernel), groups), groups)), done: KEPT };
    const held = placed(turned(flat(kernel), groups, only), 1);
    return { held, done: () => held.forEach((one) => one.dispose()) };
  }

  /**
   * @param {number} node
   * @param {Tensor} bias
   * @param {number} features
   */
  bias(node, { data }, features) {
    const [held] = this._kept(`bias ${node}`, () => [
      place([features], (numbers) => {
        if (data.length === features) numbers.set(data);
        else numbers.fill(data[0]);
      }),
    ]);
    return held;
  }

  /**
   * @param {number | string} name
   * @param {Tensor} tensor
   * @param {import("./products.js").Layout} layout
   * @param {0 | 1} side
   */
  matrices(name, tensor, layout, side) {
    const [held] = this._kept(`matrices ${side} ${layout.batch} ${layout.orders[side].join(" ")} of ${JSON.stringify(name)}`, () => [asMatrices(tensor, layout, side)]);
    return held;
  }

  /** Bytes on the heap. */
  get bytes() {
    return [...this._held.values()].flat().reduce((sum, held) => sum + 4 * held.size, 0);
  }

  close() {
    for (const held of [...this._held.values()].flat()) held.dispose();
    this._held.clear();
  }
}

/** @param {Tensor} kernel @returns {Tensor} with two axes of cells */
const flat = ({ data, shape }) => ({ data, shape: withTwo(shape, 0, 2) });

/**
 * One place of an axis of a tensor.
 *
 * @param {Tensor} tensor
 * @param {number} axis
 * @param {number} index
 * @returns {Tensor}
 */
export function sliced({ data, shape }, axis, index) {
  const view = slab(shape, axis, index);
  return { data: gathered(data, view), shape: view.shape };
}

/** @param {number[]} shape @returns {Tensor} */
export const zeros = (shape) => ({ data: new Float32Array(count(shape)), shape });
