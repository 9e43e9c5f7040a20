/** Lines and areas over a song as SVG paths, in a box of `WIDE` by `TALL` whatever its size on the screen. */

/** @import { HeardSong } from "../types.js" */

export const WIDE = 1000;
export const TALL = 100;

/** @param {number} x */
const short = (x) => `${+x.toFixed(2)}`;

/**
 * Where values stand: a window's in its middle, the first and the last also at the song's ends.
 * @param {Pick<HeardSong, "times" | "seconds" | "duration">} song
 * @returns {number[]}
 */
export function placesOf({ times, seconds, duration }) {
  const middles = times.map((time) => (WIDE * Math.min(time + seconds / 2, duration)) / duration);
  return [0, ...middles, WIDE];
}

/**
 * Values at these places: the first and the last reach to the ends.
 * @param {ArrayLike<number>} values
 */
const levelToEnds = (values) => [values[0], ...Array.from(values), values[values.length - 1]];

/**
 * @param {number[]} places
 * @param {number[]} values from 0 to `top`
 * @param {number} top
 */
const points = (places, values, top) => places.map((x, i) => `${short(x)} ${short(TALL * (1 - values[i] / top))}`);

/**
 * @param {number[]} places
 * @param {ArrayLike<number>} values
 * @param {number} top the value at the box's upper edge
 */
export const linePath = (places, values, top = 1) => (values.length ? `M${points(places, levelToEnds(values), top).join("L")}` : "");

/**
 * What lies between two lines.
 * @param {number[]} places
 * @param {ArrayLike<number>} low
 * @param {ArrayLike<number>} high
 * @param {number} top
 */
export function areaPath(places, low, high, top = 1) {
  if (!high.length) return "";
  const [under, over] = [low, high].map((values) => points(places, levelToEnds(values), top));
  return `M${over.join("L")}L${under.reverse().join("L")}Z`;
}

/**
 * Stretches from top to bottom: of each window that is among them, what lies nearer to its middle
 * than to any other window's.
 * @param {number[]} places
 * @param {(i: number) => boolean} isAmong by the number of the window
 */
export function stretchPath(places, isAmong) {
  const middles = places.slice(1, -1);
  const edges = [0, ...middles.slice(1).map((x, i) => (middles[i] + x) / 2), WIDE];
  return middles.map((_, i) => (isAmong(i) ? `M${short(edges[i])} 0H${short(edges[i + 1])}V${TALL}H${short(edges[i])}Z` : "")).join("");
}

/**
 * Series on top of each other, the first on top: each one's lower and upper line.
 * @param {Float32Array[]} series
 * @returns {[low: Float32Array, high: Float32Array][]}
 */
export function stack(series) {
  let low = new Float32Array(series[0]?.length ?? 0);
  const found = series.toReversed().map((values) => {
    const under = low;
    low = values.map((value, i) => under[i] + value);
    return /** @type {[Float32Array, Float32Array]} */ ([under, low]);
  });
  return found.reverse();
}

/**
 * The outline of the whole sound, symmetric, from the largest magnitudes of its columns (0 to 255).
 * @param {number[]} levels
 */
export function wavePath(levels) {
  /** @param {number} level */
  const half = (level) => Math.max(2, level / 2);
  const upper = levels.map((level, x) => `${x} ${(128 - half(level)).toFixed(1)}H${x + 1}`);
  const lower = levels.map((level, x) => `${x + 1} ${(128 + half(level)).toFixed(1)}H${x}`).toReversed();
  return `M${upper.join("L")}L${lower.join("L")}Z`;
}
