/**
 * Convolutions, forward and back, over one or two axes of cells.
 *
 * The way back is a convolution too, by the kernel turned round with inputs and outputs swapped: the
 * library's own transposed convolution takes ten times as long.
 */

import { count, gathered, cut, eachRow, stepsOf } from "./arrays.js";
import { call, numbersOf, place } from "./backend.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./backend.js").Held} Held
 *
 * @typedef {object} Geometry how a kernel lies on maps (batch, height, width, inputs)
 * @property {number[]} strides
 * @property {number[][]} padding
 * @property {number[]} dilation of the kernel
 * @property {number[]} inputDilation zeros between the input's cells
 * @property {number} groups
 */

/**
 * A node's attributes for two axes of cells, and a shape with two.
 *
 * @param {Record<string, any>} attributes
 * @param {number} axes of cells: 0, 1 or 2
 * @returns {Geometry}
 */
export function geometryOf(attributes, axes) {
  /** @type {<T>(given: T[] | undefined, fill: T) => T[]} */
  const two = (given, fill) => [...new Array(2 - axes).fill(fill), ...(given ?? new Array(axes).fill(fill))];
  return {
    strides: two(attributes.strides, 1),
    padding: two(attributes.padding, [0, 0]),
    dilation: two(attributes.dilation, 1),
    inputDilation: two(attributes.input_dilation, 1),
    groups: attributes.groups ?? 1,
  };
}

/**
 * The shape of maps or of a kernel with two axes of cells.
 *
 * @param {readonly number[]} shape
 * @param {number} before axes before the cells: 1 of maps, 0 of a kernel
 * @param {number} behind axes behind them: 1 of maps, 2 of a kernel
 */
export function withTwo(shape, before, behind) {
  const cells = shape.slice(before, shape.length - behind);
  return [...shape.slice(0, before), ...new Array(2 - cells.length).fill(1), ...cells, ...shape.slice(shape.length - behind)];
}

/**
 * The shape of what a convolution makes, axis by axis of cells.
 *
 * @param {readonly number[]} sizes
 * @param {readonly number[]} taps
 * @param {Geometry} geometry
 */
export const convolvedSizes = (sizes, taps, { strides, padding, dilation, inputDilation }) =>
  sizes.map((size, axis) => {
    const have = (size - 1) * inputDilation[axis] + 1 + padding[axis][0] + padding[axis][1];
    return Math.max(0, Math.floor((have - (taps[axis] - 1) * dilation[axis] - 1) / strides[axis]) + 1);
  });

/**
 * The convolution that takes a cotangent back.
 *
 * @param {readonly number[]} sizes of the input
 * @param {readonly number[]} taps
 * @param {readonly number[]} made sizes of the result
 * @param {Geometry} geometry
 * @returns {Geometry}
 */
export function backwards(sizes, taps, made, { strides, padding, dilation, inputDilation, groups }) {
  return {
    strides: inputDilation,
    padding: sizes.map((size, axis) => {
      const reach = (taps[axis] - 1) * dilation[axis];
      const low = reach - padding[axis][0];
      const high = (size - 1) * inputDilation[axis] + reach - (made[axis] - 1) * strides[axis] - low;
      return [low, high];
    }),
    dilation,
    inputDilation: strides,
    groups,
  };
}

/**
 * A kernel turned round, with inputs and outputs of each group swapped.
 *
 * @param {Tensor} kernel (height, width, inputs of a group, outputs)
 * @param {number} groups
 * @param {number} [only] the one output that something comes back from
 * @returns {Tensor} (height, width, outputs of a group, inputs)
 */
export function turned({ data, shape: [high, wide, inputs, outputs] }, groups, only) {
  const own = only === undefined ? outputs / groups : 1;
  const first = only ?? 0;
  const shape = [high, wide, own, inputs * groups];
  const result = new Float32Array(count(shape));
  let at = 0;
  for (let row = high - 1; row >= 0; row--) {
    for (let column = wide - 1; column >= 0; column--) {
      const tap = (row * wide + column) * inputs * outputs + first;
      for (let o = 0; o < own; o++) {
        for (let group = 0; group < groups; group++) {
          for (let i = 0; i < inputs; i++) result[at++] = data[tap + i * outputs + group * own + o];
        }
      }
    }
  }
  return { data: result, shape };
}

/**
 * Convolve maps.
 *
 * @param {Tensor} x (batch, height, width, inputs)
 * @param {Held[]} kernels of each group: (height, width, inputs, outputs)
 * @param {Geometry} geometry
 * @param {Held} [bias]
 * @param {"linear" | "relu" | "relu6"} [activation]
 * @returns {Held} on the heap; whoever asks disposes of it
 */
export function convolve(x, kernels, geometry, bias, activation = "linear") {
  const { strides, dilation } = geometry;
  const { sizes, padding, write } = laid(x, geometry);
  const attributes = {
    strides,
    dilations: dilation,
    pad: [[0, 0], ...padding, [0, 0]],
    dataFormat: "NHWC",
    activation,
  };
  const inputs = x.shape[3] / kernels.length;
  /** @param {number} first @param {Held} kernel */
  const run = (first, kernel) => {
    const held = place([x.shape[0], ...sizes, inputs], (numbers) => write(numbers, first, inputs));
    const made = call("FusedConv2D", bias ? { x: held, filter: kernel, bias } : { x: held, filter: kernel }, attributes);
    held.dispose();
    return made;
  };
  if (kernels.length === 1) return run(0, kernels[0]);
  const parts = kernels.map((kernel, group) => run(group * inputs, kernel));
  const own = parts[0].shape[3] ?? 1;
  const shape = [...parts[0].shape.slice(0, 3), own * parts.length];
  const whole = place(shape, () => {});
  const numbers = numbersOf(whole);
  parts.forEach((part, group) => {
    const from = numbersOf(part);
    for (let cell = 0; cell * own < from.length; cell++) {
      for (let o = 0; o < own; o++) numbers[(cell * parts.length + group) * own + o] = from[cell * own + o];
    }
    part.dispose();
  });
  return whole;
}

/**
 * How maps are written to the heap: what the library cannot pad or spread is padded and spread here.
 *
 * @param {Tensor} x
 * @param {Geometry} geometry
 */
function laid({ data, shape }, { padding, inputDilation }) {
  const [batch, high, wide, features] = shape;
  const plain = inputDilation.every((step) => step === 1) && padding.flat().every((margin) => margin >= 0);
  if (plain) {
    return {
      sizes: [high, wide],
      padding,
      /** @param {Float32Array} numbers @param {number} first @param {number} some */
      write: (numbers, first, some) => {
        if (some === features) numbers.set(data);
        else gathered(data, cut(shape, [0, 0, 0, first], [batch, high, wide, first + some]), numbers);
      },
    };
  }
  const given = [high, wide];
  const sizes = given.map((size, axis) => (size - 1) * inputDilation[axis] + 1 + padding[axis][0] + padding[axis][1]);
  // Which cells are left where a negative margin cuts some off.
  const ranges = given.map((size, axis) => {
    const [low] = padding[axis];
    const step = inputDilation[axis];
    const from = Math.max(0, Math.ceil(-low / step));
    const to = Math.min(size - 1, Math.floor((sizes[axis] - 1 - low) / step));
    return { from, many: Math.max(0, to - from + 1), at: from * step + low };
  });
  return {
    sizes,
    padding: [
      [0, 0],
      [0, 0],
    ],
    /** @param {Float32Array} numbers @param {number} first @param {number} some */
    write: (numbers, first, some) => {
      numbers.fill(0);
      const [rows, columns] = ranges;
      if (!rows.many || !columns.many) return;
      const inner = gathered(
        data,
        cut(shape, [0, rows.from, columns.from, first], [batch, rows.from + rows.many, columns.from + columns.many, first + some]),
      );
      const steps = stepsOf([batch, ...sizes, some]);
      const view = {
        shape: [batch, rows.many, columns.many, some],
        steps: [steps[0], steps[1] * inputDilation[0], steps[2] * inputDilation[1], 1],
        offset: rows.at * steps[1] + columns.at * steps[2],
      };
      eachRow(view, (from, to, length, step) => {
        for (let n = 0; n < length; n++) numbers[to + n * step] = inner[from + n];
      });
    },
  };
}

/**
 * Kernels on the heap, one per group.
 *
 * @param {Tensor} kernel
 * @param {number} groups
 */
export function placed({ data, shape }, groups) {
  const own = shape[3] / groups;
  return Array.from({ length: groups }, (_, group) =>
    place([...shape.slice(0, 3), own], (numbers) => {
      if (groups === 1) numbers.set(data);
      else gathered(data, cut(shape, [0, 0, 0, group * own], [...shape.slice(0, 3), (group + 1) * own]), numbers);
    }),
  );
}
