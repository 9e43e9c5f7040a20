/** The figure's labels: frequencies beside the pictures, times below them, levels at the colour bar. */

/** @import { Axis } from "./axis.js" */
/** @import { Look } from "./figure.js" */

import { brushOf, make } from "../base/elements.js";
import { ticks } from "../base/numbers.js";
import { minus } from "../base/words.js";
import { TABLES } from "./colours.js";
import { local } from "../words/words.js";

/**
 * @param {string} text
 * @param {"left" | "bottom"} side
 * @param {number} share
 */
function label(text, side, share) {
  const tick = make("span", "", {}, text);
  tick.style[side] = side === "left" ? `${100 * share}%` : `clamp(0.5em, ${100 * share}%, 100% - 0.5em)`;
  return tick;
}

/**
 * @param {HTMLElement[]} axes
 * @param {Axis} frequency
 * @param {number} sampleRate
 * @param {number} em px
 */
export function labelFrequencies(axes, frequency, sampleRate, em) {
  const kilo = sampleRate >= 4000;
  for (const axis of axes) {
    const values = frequency.ticks(axis.clientHeight, 1.9 * em);
    /** @param {number} hz */
    const unit = (hz) => (hz !== values.at(-1) ? "" : kilo ? " kHz" : " Hz");
    /** @param {number} hz */
    const text = (hz) => `${local(+(kilo ? hz / 1000 : hz).toPrecision(4))}${unit(hz)}`;
    axis.replaceChildren(...values.map((hz) => label(text(hz), "bottom", frequency.share(hz))));
  }
}

/**
 * @param {HTMLElement} axis
 * @param {Axis} time
 * @param {number} start of the pictures in the clip, s
 * @param {number} length px
 * @param {number} em px
 */
export function labelTimes(axis, time, start, length, em) {
  const moments = ticks(start + time.low, start + time.high, length, 5 * em);
  axis.replaceChildren(...moments.map((s) => label(`${local(s)} s`, "left", time.share(s - start))));
}

/**
 * @param {HTMLElement} axis
 * @param {HTMLCanvasElement} bar
 * @param {Look} look
 * @param {number} length px
 * @param {number} em px
 */
export function labelLevels(axis, bar, { map, range: [low, high] }, length, em) {
  const levels = ticks(low, high, length, 4 * em);
  /** @param {number} db */
  const text = (db) => minus(db === levels.at(-1) ? `${db} dB` : `${db}`);
  axis.replaceChildren(...levels.map((db) => label(text(db), "bottom", (db - low) / (high - low))));
  const image = new ImageData(1, 256);
  new Uint32Array(image.data.buffer).set(TABLES[map].toReversed());
  brushOf(bar).putImageData(image, 0, 0);
}
