/** What a rectangle drawn on a picture takes out: a band, a stretch of time, or both. Nothing here needs a page. */

/** @import { Part } from "../types.js" */
/** @import { Axis } from "../picture/axis.js" */
/** @typedef {{left: number, right: number, bottom: number, top: number}} Box shares of the picture that is in sight */

import { clamp } from "../base/numbers.js";
import { word } from "../words/words.js";

const MOST = 0.8; // share of a side from which on a rectangle takes all of that side
const EDGE = 0.02; // and from which edge on it goes on to the end

/**
 * Where a side of a rectangle begins and ends on an axis.
 * @param {Axis} axis
 * @param {number} from
 * @param {number} to
 * @param {[number, number]} ends of the axis
 * @param {number} digits
 * @returns {[number, number] | null} null for nothing
 */
function side(axis, from, to, ends, digits) {
  /** @param {number} value */
  const round = (value) => +clamp(value, ...ends).toFixed(digits);
  const low = from < EDGE && axis.window[0] <= 0 ? ends[0] : round(axis.value(from));
  const high = to > 1 - EDGE && axis.window[1] >= 1 ? ends[1] : round(axis.value(to));
  return low < high ? [low, high] : null;
}

/**
 * A thin tall rectangle is a stretch of time, a flat wide one a band; null for nothing, or all there is.
 * @param {Box} box
 * @param {Axis} time s in the window
 * @param {Axis} frequency Hz
 * @param {{duration: number, sample_rate: number}} facts
 * @returns {Part | null}
 */
export function partOf({ left, right, bottom, top }, time, frequency, { duration, sample_rate }) {
  const [wide, tall] = [right - left >= MOST, top - bottom >= MOST];
  const band = side(frequency, bottom, top, [0, sample_rate / 2], 0);
  const stretch = side(time, left, right, [0, duration], 2);
  if ((wide && tall) || !band || !stretch) return null;
  return { band: tall ? null : band, stretch: wide ? null : stretch };
}

/**
 * What fields say; the words say what is wrong.
 * @param {number[]} fields low and high in Hz, from and to in s of the clip; NaN where nothing is given
 * @param {number} start of the window in the clip, s
 * @returns {Part | string}
 */
export function partFrom([low, high, from, to], start) {
  const pairs = [[low, high], [from - start, to - start]];
  const [band, stretch] = pairs.map((pair) => (pair.some(Number.isNaN) ? null : /** @type {[number, number]} */ (pair.map((one) => +one.toFixed(6)))));
  if (pairs.some((pair) => pair.some(Number.isNaN) && !pair.every(Number.isNaN))) return word("part.ends");
  if (!band && !stretch) return word("part.nothing");
  if ([band, stretch].some((pair) => pair && !(pair[0] >= 0 && pair[0] < pair[1]))) return word("part.order");
  return { band, stretch };
}
