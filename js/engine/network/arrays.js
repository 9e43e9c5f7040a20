/**
 * Arrays of any number of axes, in the order of their last axis first, and cells of them moved about.
 *
 * A *view* says where each cell of a new array comes from: `shape` is the new array's, `steps` how far
 * the source's place moves along each of its axes, `offset` where it begins. What is gathered along a
 * view one way is added up along it on the way back.
 *
 * @typedef {{data: Float32Array, shape: number[]}} Tensor
 * @typedef {{shape: number[], steps: number[], offset: number}} View
 */

/** @param {readonly number[]} shape */
export const count = (shape) => shape.reduce((product, size) => product * size, 1);

/**
 * How far apart neighbours along each axis are.
 *
 * @param {readonly number[]} shape
 */
export function stepsOf(shape) {
  const steps = new Array(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    steps[axis] = step;
    step *= shape[axis];
  }
  return steps;
}

/**
 * Go through rows of a view: where each begins in the new array and in the source, its length, and the step in the source.
 *
 * @param {View} view
 * @param {(to: number, from: number, length: number, step: number) => void} visit
 */
export function eachRow({ shape, steps, offset }, visit) {
  /** @type {number[]} */
  const sizes = [];
  /** @type {number[]} */
  const jumps = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    if (last >= 0 && jumps[last] === steps[axis] * size) {
      sizes[last] *= size; // two axes that lie as one
      jumps[last] = steps[axis];
    } else {
      sizes.push(size);
      jumps.push(steps[axis]);
    }
  });
  const length = sizes.pop() ?? 1;
  const step = jumps.pop() ?? 1;
  const rows = count(sizes);
  const index = new Array(sizes.length).fill(0);
  let from = offset;
  for (let row = 0; row < rows; row++) {
    visit(row * length, from, length, step);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += jumps[axis];
      if (++index[axis] < sizes[axis]) break;
      from -= jumps[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
}

/**
 * @template {Float32Array | Int32Array | Uint8Array} A
 * @param {A} data
 * @param {View} view
 * @param {A} [into]
 * @returns {A}
 */
export function gathered(data, view, into = /** @type {any} */ (new /** @type {any} */ (data.constructor)(count(view.shape)))) {
  eachRow(view, (to, from, length, step) => {
    if (step === 1) into.set(data.subarray(from, from + length), to);
    else for (let n = 0; n < length; n++) into[to + n] = data[from + n * step];
  });
  return into;
}

/**
 * Add what a view holds to the places that it came from.
 *
 * @param {Float32Array} data of the view
 * @param {View} view
 * @param {Float32Array | Float64Array} into
 */
export function addBack(data, view, into) {
  eachRow(view, (to, from, length, step) => {
    for (let n = 0; n < length; n++) into[from + n * step] += data[to + n];
  });
}

/**
 * @param {Float32Array} data
 * @param {View} view
 * @param {readonly number[]} shape of the source
 */
export function broughtBack(data, view, shape) {
  const into = new Float64Array(count(shape)); // sums of many numbers keep their last digits
  addBack(data, view, into);
  return Float32Array.from(into);
}

/**
 * @param {readonly number[]} shape
 * @param {readonly number[]} order
 * @returns {View}
 */
export function transposed(shape, order) {
  const steps = stepsOf(shape);
  return { shape: order.map((axis) => shape[axis]), steps: order.map((axis) => steps[axis]), offset: 0 };
}

/**
 * @param {readonly number[]} shape
 * @param {readonly number[]} start
 * @param {readonly number[]} stop
 * @param {readonly number[]} strides
 * @returns {View}
 */
export function cut(shape, start, stop, strides = shape.map(() => 1)) {
  const steps = stepsOf(shape);
  return {
    shape: shape.map((_, axis) => Math.ceil((stop[axis] - start[axis]) / strides[axis])),
    steps: steps.map((step, axis) => step * strides[axis]),
    offset: steps.reduce((sum, step, axis) => sum + step * start[axis], 0),
  };
}

/**
 * @param {readonly number[]} shape
 * @param {readonly number[]} axes
 * @returns {View}
 */
export function reversed(shape, axes) {
  const steps = stepsOf(shape);
  return {
    shape: [...shape],
    steps: steps.map((step, axis) => (axes.includes(axis) ? -step : step)),
    offset: axes.reduce((sum, axis) => sum + steps[axis] * (shape[axis] - 1), 0),
  };
}

/**
 * An array spread over a shape that it fits from the right, as in NumPy.
 *
 * @param {readonly number[]} shape
 * @param {readonly number[]} over
 * @returns {View}
 */
export function spread(shape, over) {
  const own = stepsOf(shape);
  const lead = over.length - shape.length;
  return {
    shape: [...over],
    steps: over.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : own[axis - lead])),
    offset: 0,
  };
}

/**
 * One place of an axis.
 *
 * @param {readonly number[]} shape
 * @param {number} axis
 * @param {number} place
 */
export function slab(shape, axis, place) {
  const start = shape.map((_, n) => (n === axis ? place : 0));
  return cut(
    shape,
    start,
    shape.map((size, n) => (n === axis ? place + 1 : size)),
  );
}

/**
 * @param {readonly (readonly number[])[]} shapes
 * @returns {number[] | null} null: they do not fit
 */
export function commonShape(shapes) {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const found = new Array(rank).fill(1);
  for (const shape of shapes) {
    const lead = rank - shape.length;
    for (let axis = 0; axis < shape.length; axis++) {
      const size = shape[axis];
      if (size === 1) continue;
      if (found[lead + axis] !== 1 && found[lead + axis] !== size) return null;
      found[lead + axis] = size;
    }
  }
  return found;
}

/**
 * @param {readonly number[]} one
 * @param {readonly number[]} other
 */
export const sameShape = (one, other) => one.length === other.length && one.every((size, axis) => size === other[axis]);
