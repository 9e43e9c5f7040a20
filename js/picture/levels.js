/** Levels to pixels: which bins make up a row of pixels, and their colours. Nothing here needs a page. */

/** @import { AxesFacts } from "./rows.js" */

import { clamp } from "../base/numbers.js";
import { axesOf, placeOf } from "./rows.js";

/** @typedef {[low: number, high: number, share: number]} PixelRow two bins and how much the upper one counts; -1: the mean of all from `low` to `high` */

/**
 * For every pixel row of a picture `height` px high: which bins make it up.
 * @param {number} height
 * @param {{value: (share: number) => number}} axis
 * @param {number} bins
 * @param {(hz: number) => number} place of a frequency, in bins
 * @returns {PixelRow[]}
 */
export function rowMap(height, axis, bins, place) {
  /** @type {PixelRow[]} */
  const rows = [];
  for (let y = 0; y < height; y++) {
    const [below, above] = [y + 1, y].map((edge) => place(axis.value(1 - edge / height)));
    const middle = place(axis.value(1 - (y + 0.5) / height));
    if (above - below > 2) {
      rows.push([clamp(Math.ceil(below), 0, bins - 1), clamp(Math.floor(above), 0, bins - 1), -1]);
    } else {
      const bin = clamp(Math.floor(middle), 0, bins - 1);
      rows.push([bin, Math.min(bin + 1, bins - 1), clamp(middle - bin, 0, 1)]);
    }
  }
  return rows;
}

/**
 * Paint frames [first, last] of `levels` (bins x frames, row 0 lowest) through `rows` in `colours`.
 * @param {Uint32Array} out
 * @param {Uint8Array} levels
 * @param {number} frames
 * @param {number} first
 * @param {number} last
 * @param {PixelRow[]} rows
 * @param {Uint32Array} colours
 */
export function paintLevels(out, levels, frames, first, last, rows, colours) {
  const width = last - first + 1;
  for (let y = 0, at = 0; y < rows.length; y++) {
    const [low, high, share] = rows[y];
    const below = low * frames + first;
    const above = high * frames + first;
    if (share < 0) {
      const count = high - low + 1;
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let bin = 0, place = below + x; bin < count; bin++, place += frames) sum += levels[place];
        out[at++] = colours[(sum / count + 0.5) | 0];
      }
    } else if (share === 0) {
      for (let x = 0; x < width; x++) out[at++] = colours[levels[below + x]];
    } else {
      for (let x = 0; x < width; x++) {
        out[at++] = colours[(levels[below + x] * (1 - share) + levels[above + x] * share + 0.5) | 0];
      }
    }
  }
}

/**
 * A small picture `width` x `height`: of every block of bins and frames its loudest, so that thin lines stay.
 * @param {Uint32Array} out
 * @param {Uint8Array} levels
 * @param {AxesFacts & {bins: number, frames: number}} facts
 * @param {{frequency: {value: (share: number) => number}, colours: Uint32Array}} look
 * @param {[number, number]} size
 */
export function paintLoudest(out, levels, facts, { frequency, colours }, [width, height]) {
  const { bins, frames } = facts;
  const place = placeOf(axesOf(facts));
  /** @param {number} y */
  const binAt = (y) => clamp(Math.round(place(frequency.value(1 - y / height))), 0, bins - 1);
  for (let y = 0; y < height; y++) {
    const [high, low] = [binAt(y), Math.min(binAt(y + 1) + 1, binAt(y))];
    for (let x = 0; x < width; x++) {
      const from = Math.floor((x * frames) / width);
      const to = Math.max(from + 1, Math.floor(((x + 1) * frames) / width));
      let most = 0;
      for (let bin = low; bin <= high; bin++) {
        for (let frame = from; frame < to; frame++) most = Math.max(most, levels[bin * frames + frame]);
      }
      out[y * width + x] = colours[most];
    }
  }
}
