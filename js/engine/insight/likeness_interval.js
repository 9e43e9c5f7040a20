/** How sure a likeness is: an interval by resampling stretches of time (the block bootstrap, Künsch 1989). */

import { draws, interval, MOST_PIECES } from "./resampling.js";

/** @typedef {[number, number] | null} Ends of an interval; null for a silent feature, and where the picture has a single column */

/**
 * How a picture is cut into stretches of time.
 * @param {number[]} shape (freq, time), (freq, time, channels) or (time,)
 */
export function stretchesOf(shape) {
  const columns = shape[Math.min(shape.length - 1, 1)];
  const count = Math.min(MOST_PIECES, columns);
  const starts = Array.from({ length: count + 1 }, (_, n) => Math.floor((n * columns) / count));
  const inner = shape.slice(2).reduce((product, size) => product * size, 1);
  return { starts, count, columns, inner };
}

/**
 * Sums over each stretch of x, of x times y and of x squared.
 * @param {Float32Array} x
 * @param {Float32Array} y
 * @param {{starts: number[], count: number, columns: number, inner: number}} stretches
 * @returns {Float64Array} (3, stretches)
 */
export function sumsOf(x, y, { starts, count, columns, inner }) {
  const sums = new Float64Array(3 * count);
  for (let row = 0; row < x.length; row += columns * inner) {
    for (let stretch = 0; stretch < count; stretch++) {
      let [plain, mixed, squared] = [0, 0, 0];
      const end = row + starts[stretch + 1] * inner;
      for (let n = row + starts[stretch] * inner; n < end; n++) {
        plain += x[n];
        mixed += x[n] * y[n];
        squared += x[n] * x[n];
      }
      sums[stretch] += plain;
      sums[count + stretch] += mixed;
      sums[2 * count + stretch] += squared;
    }
  }
  return sums;
}

/**
 * A function from a feature's sums to the interval of its likeness to the source.
 * @param {Float32Array} source over its peak
 * @param {{starts: number[], count: number, columns: number, inner: number}} stretches
 * @param {Float64Array} [drawn] how often each stretch is in each draw, draw by draw
 * @returns {(sums: Float64Array | null) => Ends}
 */
export function likenessInterval(source, stretches, drawn = draws(stretches.count)) {
  const { starts, count, columns } = stretches;
  if (count < 2) return () => null;
  const number = drawn.length / count;
  const shares = new Float64Array(drawn.length); // each cell's share in the means of a draw
  for (let draw = 0; draw < drawn.length; draw += count) {
    let width = 0;
    for (let n = 0; n < count; n++) width += drawn[draw + n] * (starts[n + 1] - starts[n]);
    for (let n = 0; n < count; n++) shares[draw + n] = (drawn[draw + n] * columns) / (width * source.length);
  }
  const own = sumsOf(source, source, stretches);
  const means = new Float64Array(number);
  const spreads = new Float64Array(number);
  for (let draw = 0; draw < number; draw++) {
    let [plain, squared] = [0, 0];
    for (let n = 0; n < count; n++) {
      plain += shares[draw * count + n] * own[n];
      squared += shares[draw * count + n] * own[2 * count + n];
    }
    means[draw] = plain;
    spreads[draw] = squared - plain * plain;
  }
  const mean = total(own.subarray(0, count)) / source.length;
  return (sums) => {
    if (!sums) return [0, 0]; // nowhere positive: as unlike as can be
    const sign = Math.sign(total(sums.subarray(count, 2 * count)) - total(sums.subarray(0, count)) * mean); // a likeness has none
    const r = new Float64Array(number);
    for (let draw = 0; draw < number; draw++) {
      let [plain, mixed, squared] = [0, 0, 0];
      for (let n = 0; n < count; n++) {
        const share = shares[draw * count + n];
        plain += share * sums[n];
        mixed += share * sums[count + n];
        squared += share * sums[2 * count + n];
      }
      const spread = (squared - plain * plain) * spreads[draw];
      r[draw] = spread > 0 ? (sign * (mixed - plain * means[draw])) / Math.sqrt(spread) : 0;
    }
    const [low, high] = interval(r, count).map((end) => Math.max(0, Math.min(end, 1)));
    return [low, high];
  };
}

/** @param {Float64Array} values */
const total = (values) => values.reduce((sum, one) => sum + one, 0);
