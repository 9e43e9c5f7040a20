/** Moments of a song: the windows where something is strongest. As `best` in Python. */

/** @typedef {{start: number, end: number, value: number}} Moment s */

const ROUNDING = 1e-3; // s; what placing windows on samples may take

/**
 * The windows with the largest values, the largest first, none over another; none with 0.
 * @param {ArrayLike<number>} values
 * @param {{times: number[], seconds: number, duration: number}} song
 * @param {number} most
 * @returns {Moment[]}
 */
export function strongest(values, { times, seconds, duration }, most) {
  const order = times.map((_, i) => i).sort((one, other) => values[other] - values[one]);
  /** @type {Moment[]} */
  const found = [];
  for (const i of order) {
    if (!(values[i] > 0) || found.length === most) break;
    const start = times[i];
    if (found.every((other) => Math.abs(start - other.start) > seconds - ROUNDING)) found.push({ start, end: Math.min(start + seconds, duration), value: values[i] });
  }
  return found;
}
