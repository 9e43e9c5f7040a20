/** Where the model's window lies in a clip that is longer: a slider over an overview of the whole. */

/** @import { Song } from "../types.js" */

import { make, svg } from "../base/elements.js";

export class StartSlider {
  /** @type {Song | null} */
  #song = null;
  #heard = 0;
  #changed;

  /**
   * @param {string} id
   * @param {(start: number) => void} changed
   */
  constructor(id, changed) {
    this.input = make("input", "", { type: "range", id, min: "0", step: "0.1" });
    this.overview = svg("auralise-overview", "0 0 1 1"); // drawn in the theme's colour
    this.pane = make("i", "auralise-pane", { "aria-hidden": "true" });
    this.facts = make("span", "auralise-fact");
    this.other = make("button", "auralise-plain", { type: "button" });
    const side = make("p", "auralise-quiet auralise-facts", {}, this.facts, this.other);
    const track = make("div", "auralise-song", {}, this.overview, this.pane, this.input);
    this.root = make("div", "auralise-chooser", { hidden: true }, make("label", "", { for: id }, "Start"), track, side);
    this.other.addEventListener("click", () => this.jump());
    this.#changed = changed;
    this.input.addEventListener("input", () => this.#show(this.input.valueAsNumber));
    this.input.addEventListener("change", () => changed(this.input.valueAsNumber));
  }

  /**
   * @param {Song | null | undefined} song none for a clip that fits
   * @param {number} start what is heard
   */
  set(song, start) {
    this.root.hidden = !song;
    this.#song = song ?? null;
    this.#heard = start;
    if (!song) return;
    Object.assign(this.input, { max: Math.max(song.duration - song.window, 0).toFixed(2), value: start });
    const { length } = song.overview;
    /** @param {number} level */
    const half = (level) => Math.max(2, level / 2);
    const upper = song.overview.map((level, x) => `${x} ${(128 - half(level)).toFixed(1)}H${x + 1}`);
    const lower = song.overview.map((level, x) => `${x + 1} ${(128 + half(level)).toFixed(1)}H${x}`).toReversed();
    this.overview.setAttribute("viewBox", `0 0 ${length} 256`);
    this.overview.setAttribute("preserveAspectRatio", "none");
    this.overview.firstElementChild?.setAttribute("d", `M${upper.join("L")}L${lower.join("L")}Z`);
    this.#show(start);
  }

  /** To the beginning of the clip; from there to where most is going on. */
  jump() {
    const at = this.input.valueAsNumber;
    const to = at > 0 ? 0 : (this.#song?.busiest ?? 0);
    if (!this.#song || (at === 0 && to === 0)) return;
    this.input.valueAsNumber = to;
    this.#show(to);
    this.#changed(to);
  }

  /** @param {number} start */
  #show(start) {
    if (!this.#song) return;
    const { duration, window, busiest } = this.#song;
    this.pane.style.left = `${(100 * start) / duration}%`;
    this.pane.style.width = `${Math.min(100, (100 * window) / duration)}%`;
    const heard = `${this.#heard.toFixed(1)} to ${Math.min(this.#heard + window, duration).toFixed(1)} of ${duration.toFixed(1)} s`;
    this.facts.textContent = start === this.#heard ? heard : `${heard}; next from ${start.toFixed(1)} s`;
    this.other.hidden = start === 0 && !(busiest > 0);
    this.other.textContent = start > 0 ? "from 0 s (S)" : "busiest (S)";
    this.other.title = start > 0 ? "From the beginning of the clip, key S" : `Where most is going on: ${busiest?.toFixed(1)} s, key S`;
    this.input.setAttribute("aria-valuetext", `${start.toFixed(1)} s`);
  }
}
