/**
 * Spectrograms: levels come as uint8, rows of frequency; what is seen of them, where and in which
 * colours is decided here, so that no zoom and no colour map asks Python anything.
 */

/** @import { Bytes, Facts } from "../types.js" */
/** @import { Axis } from "./axis.js" */
/** @import { PixelRow } from "./levels.js" */

import { brushOf, icon, make } from "../base/elements.js";
import { clamp } from "../base/numbers.js";
import { paintLevels, rowMap } from "./levels.js";
import { axesOf, placeOf } from "./rows.js";
import { word } from "../words/words.js";

const BACKGROUND = "#000004";

/**
 * How all spectrograms of a figure look at the moment; shared, so that each is worked out once.
 * @typedef {object} View
 * @property {Axis} time
 * @property {Axis} frequency
 * @property {Uint32Array} colours
 * @property {Map<number, PixelRow[]>} rows by height
 * @property {Map<HTMLCanvasElement, [number, number]>} sizes
 */

/** One spectrogram: its levels, and what is written on it. */
export class Spectrogram {
  /** @type {Facts | null} */
  facts = null;
  /** @type {Bytes | null} */
  levels = null;
  kind = "";

  /** @param {string} deck */
  constructor(deck) {
    this.canvas = make("canvas", "auralise-canvas", { role: "img" });
    this.bitmap = document.createElement("canvas");
    this.name = make("span", "auralise-name");
    this.remark = make("span", "auralise-remark");
    this.readout = make("span", "auralise-readout");
    this.level = make("i", "auralise-cross auralise-cross-level");
    const caption = make("p", "auralise-caption", { "data-late": word("row.late") }, make("b", "", {}, deck.toUpperCase()), this.name, icon("volume"));
    this.root = make("div", "auralise-picture", {}, this.canvas, this.level, caption, this.remark, this.readout);
    this.root.dataset.deck = deck;
    this.deck = deck;
  }

  /**
   * New levels; anything of another size leaves the picture empty.
   * @param {Bytes | null} pixels
   * @param {Facts} facts
   */
  show(pixels, facts) {
    const { bins, frames } = facts;
    this.facts = facts;
    this.levels = pixels?.byteLength === bins * frames && frames > 0 ? pixels : null;
  }

  /**
   * Paint what is in sight at the screen's own resolution. Frames and bins are centred on their time and frequency.
   * @param {View} view
   */
  draw({ time, frequency, colours, rows, sizes }) {
    const { canvas, facts, bitmap } = this;
    const [width, height] = sizes.get(canvas) ?? canvasSize(canvas); // to read it lays out the whole document
    sizes.set(canvas, [width, height]);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const brush = brushOf(canvas, { alpha: false });
    if (!this.levels || !facts) {
      brush.fillStyle = BACKGROUND;
      brush.fillRect(0, 0, width, height);
      return;
    }
    const { bins, frames } = facts;
    const axes = axesOf(facts);
    const table = rows.get(height) ?? rowMap(height, frequency, bins, placeOf(axes));
    rows.set(height, table);
    const perSecond = 1 / axes.hop;
    const first = clamp(Math.floor(time.low * perSecond) - 1, 0, frames - 1);
    const last = clamp(Math.ceil(time.high * perSecond) + 1, first, frames - 1);
    const image = new ImageData(last - first + 1, height);
    paintLevels(new Uint32Array(image.data.buffer), this.levels, frames, first, last, table, colours);
    if (bitmap.width !== image.width) bitmap.width = image.width;
    if (bitmap.height !== height) bitmap.height = height;
    brushOf(bitmap).putImageData(image, 0, 0);
    brush.imageSmoothingQuality = "high";
    const left = time.low * perSecond + 0.5 - first;
    const across = (time.high - time.low) * perSecond;
    // Past the last frame there is nothing: its edge goes on to the end.
    const inside = Math.min(across, image.width - left);
    brush.drawImage(bitmap, left, 0, inside, height, 0, 0, (width * inside) / across, height);
    if (inside < across) {
      const from = Math.floor((width * inside) / across);
      brush.drawImage(bitmap, image.width - 1, 0, 1, height, from, 0, width - from, height);
    }
  }

  /**
   * Level at a time (s from the start) and a frequency, dB; null where nothing is known.
   * @param {number} time
   * @param {number} hz
   */
  decibels(time, hz) {
    if (!this.levels || !this.facts) return null;
    const { bins, frames, db_range } = this.facts;
    const axes = axesOf(this.facts);
    const frame = clamp(Math.round(time / axes.hop), 0, frames - 1);
    const bin = clamp(Math.round(placeOf(axes)(hz)), 0, bins - 1);
    const value = this.levels[bin * frames + frame];
    return { value, db: db_range[0] + (value / 255) * (db_range[1] - db_range[0]) };
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {[number, number]}
 */
function canvasSize(canvas) {
  const ratio = globalThis.devicePixelRatio || 1;
  /** @param {number} side */
  const whole = (side) => Math.max(1, Math.round(side * ratio));
  return [whole(canvas.clientWidth), whole(canvas.clientHeight)];
}
