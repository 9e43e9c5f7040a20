/**
 * Boxes on the pictures: what a value of a layer sees. One on the source, under the pointer or while
 * the layer is chosen; one around the strongest place, where a feature was projected from there alone.
 */

/** @import { LayerFacts } from "../types.js" */
/** @import { Box } from "./field.js" */
/** @import { Figure } from "./figure.js" */
/** @import { Spectrogram } from "./spectrogram.js" */

import { make } from "../base/elements.js";
import { clamp } from "../base/numbers.js";
import { fieldAt } from "./field.js";

const TALL = 0.7; // share of a picture from which on there is no room above or below a box

export class Boxes {
  /** @type {{seconds: number, hz: number} | null} */
  #at = null;
  /** @type {LayerFacts | null} */
  #layer = null;
  #words = "";
  /** @type {Map<Spectrogram, {box: Box, words: string}>} */
  #strongest = new Map();
  /** @type {HTMLElement[]} */
  #nodes = [];
  #figure;

  /** @param {Figure} figure */
  constructor(figure) {
    this.#figure = figure;
  }

  /**
   * The layer of which boxes are.
   * @param {LayerFacts} layer
   * @param {string} words that say what the box is
   */
  setLayer(layer, words) {
    this.#layer = layer;
    this.#words = words;
    if (this.#at) this.draw();
  }

  /**
   * Show what is seen from a place; null: no longer.
   * @param {{seconds: number, hz: number} | null} place
   */
  point(place) {
    if (!place && !this.#at) return;
    this.#at = place;
    this.draw();
  }

  /** Show what is seen from the middle of what is in sight, a little below it, where most of music is. */
  pointMiddle() {
    const { time, frequency, facts } = this.#figure;
    if (facts) this.point({ seconds: Math.min(time.value(0.5), facts.duration), hz: frequency.value(0.35) });
  }

  /** @param {Map<Spectrogram, {box: Box, words: string}>} found by row */
  setStrongest(found) {
    if (!found.size && !this.#strongest.size) return;
    this.#strongest = found;
    this.draw();
  }

  /** All boxes anew, where they lie on the axes as they are now. */
  draw() {
    for (const node of this.#nodes) node.remove();
    const pointed = this.#at && this.#layer ? fieldAt(this.#layer, this.#at.seconds, this.#at.hz) : null;
    this.#nodes = this.#figure.rows.flatMap((row) => {
      const found = this.#strongest.get(row);
      return [
        ...(found ? this.#drawn(row, found.box, found.words, "auralise-strongest") : []),
        ...(pointed && row.kind === "source" ? this.#drawn(row, pointed, this.#words) : []),
      ];
    });
  }

  /**
   * @param {Spectrogram} row
   * @param {Box} box
   * @param {string} words
   */
  #drawn(row, { stretch, band }, words, className = "") {
    const { time, frequency } = this.#figure;
    const [left, right] = stretch ? stretch.map((s) => clamp(time.share(s), 0, 1)) : [0, 1];
    const [low, high] = band ? band.map((hz) => clamp(frequency.share(Math.max(hz, 0)), 0, 1)) : [0, 1];
    if (left >= right || low >= high) return []; // out of sight
    const side = [high - low > TALL ? "auralise-inside" : low + high > 1 ? "auralise-below" : ""];
    const label = make("span", "", {}, words);
    const node = make("i", ["auralise-box", className, ...side].filter(Boolean).join(" "), { "aria-hidden": "true" }, label);
    Object.assign(node.style, { left: `${100 * left}%`, width: `${100 * (right - left)}%`, bottom: `${100 * low}%`, height: `${100 * (high - low)}%` });
    row.root.append(node);
    const [start, wide] = [left * row.root.clientWidth, row.root.clientWidth - label.offsetWidth];
    label.style.left = `${clamp(start, 4, Math.max(wide - 4, 4)) - start}px`; // all of it is in sight
    return [node];
  }
}
