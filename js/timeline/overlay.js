/** What lies over the rows of a time line: the slider with the frame around its window, the playhead, and numbers under the pointer. */

/** @import { Song } from "../types.js" */

import { make } from "../base/elements.js";

export class Overlay {
  #duration = 1; // of the song, s
  #window = 0;

  /** @param {string} id of the slider */
  constructor(id) {
    this.input = make("input", "", { type: "range", id, min: "0", step: "0.1" });
    this.pane = make("i", "auralise-pane", { "aria-hidden": "true" });
    this.head = make("i", "auralise-song-head", { "aria-hidden": "true" });
    this.cross = make("i", "auralise-song-cross", { "aria-hidden": "true" });
    this.tip = make("p", "auralise-song-tip", { "aria-hidden": "true" });
    this.here = make("div", "auralise-song-here", { "aria-hidden": "true" });
    this.root = make("div", "auralise-song", {}, this.here, this.cross, this.pane, this.head, this.input, this.tip);
  }

  /**
   * Another song, or other windows of it.
   * @param {Song} song
   * @param {number} start
   */
  set({ duration, window, windows = [] }, start) {
    [this.#duration, this.#window] = [duration, window];
    Object.assign(this.input, { max: Math.max(duration - window, 0).toFixed(2), value: start });
    const frames = windows.map((one) => {
      const frame = make("i");
      this.#surround(frame, one.start);
      return frame;
    });
    this.here.replaceChildren(...frames);
  }

  /** @param {number} start */
  move(start) {
    if (this.input.valueAsNumber !== start) this.input.valueAsNumber = start; // or Firefox tells of no change
    this.#surround(this.pane, start);
  }

  /**
   * What sounds, s from the beginning of the song.
   * @param {number} seconds
   */
  setPosition(seconds) {
    this.head.style.left = this.#percent(seconds);
  }

  /**
   * Words beside the pointer; null: it is elsewhere.
   * @param {number | null} time s
   * @param {string} words
   */
  point(time, words = "") {
    this.root.toggleAttribute("data-pointed", time !== null);
    if (time === null) return;
    this.cross.style.left = this.#percent(time);
    this.tip.textContent = words;
    Object.assign(this.tip.style, time < this.#duration / 2 ? { left: this.#percent(time), right: "" } : { left: "", right: this.#percent(this.#duration - time) });
  }

  /**
   * @param {HTMLElement} frame
   * @param {number} start of the window that it surrounds
   */
  #surround(frame, start) {
    Object.assign(frame.style, { left: this.#percent(start), width: `${Math.min(100, (100 * this.#window) / this.#duration)}%` });
  }

  /** @param {number} seconds */
  #percent(seconds) {
    return `${(100 * seconds) / this.#duration}%`;
  }
}
