/** The legend of a time line: a class by its colour and name, and a button to hear where it is likeliest. */

/** @import { HeardSong } from "../types.js" */
/** @import { Series } from "./classes.js" */

import { button, make } from "../base/elements.js";
import { tempiOf } from "./classes.js";
import { word } from "../words/words.js";

export class Legend {
  /** @type {Series[]} */
  #series = [];
  /** @type {string | null} */
  #alone = null;
  #made = "";
  #plays = false;
  #on;

  /** @param {{alone: () => void, hear: (series: Series) => void, quiet: () => void}} on */
  constructor(on) {
    this.#on = on;
    this.names = make("span", "auralise-legend", { role: "group", "aria-label": word("classes.song") });
    this.hear = button(word("class.hear.tip"), { picture: "play", text: word("class.hear"), hidden: true });
    this.root = make("span", "auralise-legend", {}, this.names, this.hear);
    this.hear.addEventListener("click", () => {
      if (this.#plays) return on.quiet();
      const one = this.#series.find(({ name }) => name === this.#alone);
      if (one) on.hear(one);
    });
  }

  /** The name of the class that is shown alone, or null. */
  get alone() {
    return this.#alone;
  }

  /**
   * @param {Series[]} series
   * @param {HeardSong | null} tempo a song under a network for tempo
   * @param {boolean} none whether there are windows of which none of the classes is said
   */
  set(series, tempo, none) {
    this.#series = series;
    const made = JSON.stringify(tempo ? tempiOf(tempo) : [...series.map(({ name }) => name), none]);
    if (made === this.#made) return;
    this.#made = made;
    this.#alone = null;
    this.names.replaceChildren(...(tempo ? [tempoWords(tempo)] : series.map((one) => this.#entry(one))), ...(none ? [noneEntry()] : []));
    this.#show();
  }

  /**
   * Which of several windows in a row is played; "" for none.
   * @param {string} words
   */
  showPlan(words) {
    this.#plays = Boolean(words);
    this.hear.setAttribute("aria-pressed", `${this.#plays}`);
    /** @type {Text} */ (this.hear.lastChild).data = words || word("class.hear");
  }

  showAll() {
    if (this.#alone === null) return;
    this.#alone = null;
    this.#show();
    this.#on.alone();
  }

  /** @param {Series} series */
  #entry({ name, number, colour }) {
    const swatch = make("i", "auralise-swatch", { "aria-hidden": "true" });
    swatch.style.background = colour;
    if (number === null) return make("span", "auralise-plain auralise-entry", {}, swatch, name);
    const entry = make("button", "auralise-plain auralise-entry", { type: "button", title: word("class.alone.tip", { name }) }, swatch, name);
    entry.addEventListener("click", () => {
      this.#on.quiet();
      this.#alone = this.#alone === name ? null : name;
      this.#show();
      this.#on.alone();
    });
    return entry;
  }

  #show() {
    for (const entry of this.names.querySelectorAll("button")) entry.setAttribute("aria-pressed", `${entry.textContent === this.#alone}`);
    this.names.classList.toggle("auralise-one", this.#alone !== null);
    this.hear.hidden = this.#alone === null;
    this.hear.title = word("class.hear.named.tip", { name: this.#alone ?? "" });
  }
}

/** What the pale stretches of a time line are. */
const noneEntry = () =>
  make("span", "auralise-plain auralise-entry", { title: word("none.tip") }, make("i", "auralise-swatch auralise-pale", { "aria-hidden": "true" }), word("none"));

/** @param {HeardSong} song */
function tempoWords(song) {
  const tempi = tempiOf(song).sort((one, other) => one - other);
  const median = tempi[tempi.length >> 1];
  return tempi.length ? word("tempo.range", { low: Math.round(tempi[0]), high: Math.round(tempi[tempi.length - 1]), median: Math.round(median) }) : "";
}
