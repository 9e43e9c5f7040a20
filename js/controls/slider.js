/** Labelled sliders whose knob carries its number: Layer and Feature. */

import { make } from "../base/elements.js";

/** @typedef {[value: number, text: string, faint?: boolean]} Mark an empty text is a dot */

export class Slider {
  /** What was made of the marks, to make it but once. */
  #made = "";

  /**
   * @param {string} name
   * @param {string} id
   * @param {(value: number) => void} input is called at every move
   */
  constructor(name, id, input) {
    this.input = make("input", "", { type: "range", id, step: "1", min: "0", max: "0" });
    this.knob = make("output", "auralise-knob", { "aria-hidden": "true" });
    this.ticks = make("div", "auralise-ticks", { "aria-hidden": "true" });
    this.facts = make("span", "auralise-fact");
    this.side = make("p", "auralise-quiet auralise-facts", {}, this.facts);
    this.ends = [0, 1].map(() => make("span", "auralise-end", { "aria-hidden": "true" }));
    const track = make("div", "auralise-track", {}, this.ticks, this.input, this.knob);
    const way = make("div", "auralise-way", {}, this.ends[0], track, this.ends[1]);
    this.root = make("div", "auralise-chooser", {}, make("label", "", { for: id }, name), way, this.side);
    this.input.addEventListener("input", () => input(this.input.valueAsNumber));
  }

  /**
   * @param {number} low
   * @param {number} high
   * @param {Mark[]} marks along the track
   * @param {[string, string]} ends both limits, beside it
   */
  setRange(low, high, marks, ends = ["", ""]) {
    const made = JSON.stringify([low, high, marks, ends]);
    if (made === this.#made) return;
    this.#made = made;
    Object.assign(this.input, { min: low, max: high, disabled: high <= low });
    this.ends.forEach((end, i) => (end.textContent = ends[i]));
    this.ticks.replaceChildren(
      ...marks.map(([value, text, faint]) => {
        const tick = make("span", [text ? "" : "auralise-dot", faint ? "auralise-faint" : ""].join(" ").trim(), {}, text);
        tick.style.left = `${(100 * (value - low)) / Math.max(high - low, 1)}%`;
        return tick;
      }),
    );
  }

  /**
   * @param {number} value
   * @param {string} spoken
   * @param {boolean} silent
   */
  setValue(value, spoken = `${value}`, silent = false) {
    const [low, high] = [+this.input.min, +this.input.max];
    this.input.valueAsNumber = value;
    this.input.setAttribute("aria-valuetext", spoken);
    this.knob.textContent = `${value}`;
    this.knob.classList.toggle("auralise-dead", silent);
    this.knob.style.setProperty("--at", `${(value - low) / Math.max(high - low, 1)}`);
  }
}
