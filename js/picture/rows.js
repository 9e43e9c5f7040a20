/** Rows and columns of a picture: where a frequency and a moment lie. Nothing here needs a page. */

/** @import { Scale } from "./axis.js" */

/** @typedef {{kind: Scale, hz: number | number[], hop: number}} Axes Hz from row to row (from 0 on) or of each row, and seconds from column to column */
/** @typedef {{axes?: Axes, sample_rate: number, n_fft?: number, hop_length?: number}} AxesFacts panels saved long ago have `n_fft` and `hop_length` instead of `axes` */

/**
 * @param {AxesFacts} facts
 * @returns {Axes}
 */
export function axesOf({ axes, sample_rate, n_fft = 1, hop_length = 1 }) {
  return axes ?? { kind: "linear", hz: sample_rate / n_fft, hop: hop_length / sample_rate };
}

/**
 * A function from a frequency to its place, in rows from the centre of row 0; beyond the ends the spacing goes on.
 * @param {Axes} axes
 * @returns {(hz: number) => number}
 */
export function placeOf({ hz }) {
  if (typeof hz === "number") return (value) => value / hz;
  return (value) => {
    let [low, high] = [0, hz.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (hz[middle] <= value) low = middle;
      else high = middle;
    }
    return low + (value - hz[low]) / (hz[high] - hz[low]);
  };
}

/**
 * Lowest and highest frequency of a picture.
 * @param {AxesFacts} facts
 * @returns {[number, number]}
 */
export function rangeOf(facts) {
  const { hz } = axesOf(facts);
  const nyquist = facts.sample_rate / 2;
  if (typeof hz === "number") return [0, nyquist];
  const last = hz.length - 1;
  return [Math.max(0, (3 * hz[0] - hz[1]) / 2), Math.min(nyquist, (3 * hz[last] - hz[last - 1]) / 2)];
}
