/**
 * The figure: spectrograms, one above the other, that share a time axis, a frequency scale, a
 * playhead, a loop region, a crosshair and a colour bar. `seek(seconds)` is called at clicks and
 * drags, `select(region)` when a loop region is drawn, `point(place)` when the pointer moves, or leaves.
 */

/** @import { Facts } from "../types.js" */
/** @import { Scale } from "./axis.js" */
/** @import { ColourMap } from "./colours.js" */
/** @import { View } from "./spectrogram.js" */
/** @typedef {[number, number]} Region start and end, s */
/** @typedef {{map: ColourMap, range: [number, number], scale: Scale}} Look */
/** @typedef {{seek: (seconds: number) => void, select: (region: Region | null) => void, point: (place: {seconds: number, hz: number} | null) => void, laid: () => void}} FigureEvents */

import { make } from "../base/elements.js";
import { clamp } from "../base/numbers.js";
import { hertz } from "../base/words.js";
import { Axis } from "./axis.js";
import { levelColours } from "./colours.js";
import { labelFrequencies, labelLevels, labelTimes } from "./labels.js";
import { listen } from "./pointing.js";
import { rangeOf } from "./rows.js";
import { Spectrogram } from "./spectrogram.js";
import { fixed, word } from "../words/words.js";

const LEAST_TIME = 0.02; // share of the whole that a zoomed axis shows at least
const LEAST_FREQUENCY = 0.04;
const ZOOM_STEP = 1.6;

export class Figure {
  #watch = new ResizeObserver(() => this.layout());
  #queued = 0;
  #laid;
  /** @type {View | null} */
  #view = null;
  /** @type {Facts | null} */
  facts = null;
  /** @type {Look} */
  look = { map: "magma", range: [-80, 0], scale: "linear" };
  /** @type {Region | null} the loop region */
  loop = null;
  position = 0;
  time = new Axis(LEAST_TIME);
  frequency = new Axis(LEAST_FREQUENCY);
  /** @type {Spectrogram[]} */
  rows = [];
  /** @type {HTMLElement[]} */
  axes = [];

  /** @param {FigureEvents} on `laid` is called when the axes are laid out anew */
  constructor(on) {
    this.#laid = on.laid;
    this.playhead = make("div", "auralise-playhead", { role: "slider", "aria-label": word("playhead"), tabindex: "0" });
    this.cross = make("i", "auralise-cross auralise-cross-time");
    this.handles = [word("loop.start"), word("loop.end")].map((name) => make("div", "auralise-handle", { role: "slider", "aria-label": name, tabindex: "0" }));
    this.region = make("div", "auralise-region", { hidden: true });
    this.shades = [0, 1].map(() => make("i", "auralise-shade"));
    this.over = [...this.shades, this.region, this.cross, this.playhead, ...this.handles];
    this.stage = make("div", "auralise-stage");
    this.left = make("div", "auralise-left", { title: word("axis.frequency.tip") });
    this.times = make("div", "auralise-axis auralise-axis-time", { "aria-hidden": "true", title: word("axis.time.tip") });
    this.titles = [word("axis.frequency"), word("axis.time")].map((title) => make("span", "auralise-axis-title", { "aria-hidden": "true" }, title));
    this.mark = make("i", "auralise-bar-mark");
    this.decibelAxis = make("div", "auralise-axis auralise-axis-level", { "aria-hidden": "true" });
    this.bar = make("canvas", "", { width: 1, height: 256, "aria-hidden": "true" });
    const bar = make("div", "auralise-bar", { title: word("axis.level.tip") }, this.bar, this.mark);
    this.root = make("div", "auralise-figure", {}, this.left, this.stage, bar, this.decibelAxis, this.times, ...this.titles);
    listen(this, on);
    this.#watch.observe(this.stage);
  }

  /** @param {string} deck */
  row(deck) {
    return /** @type {Spectrogram} */ (this.rows.find((row) => row.deck === deck));
  }

  /** @param {Facts} facts */
  setFacts(facts) {
    this.facts = facts;
    const decks = facts.rows.map(({ deck }) => deck);
    if (decks.join() !== this.rows.map(({ deck }) => deck).join()) this.#setDecks(decks);
    this.time.set(0, facts.duration);
    const [low, high] = rangeOf(facts);
    this.frequency.set(low, high, this.look.scale);
    const range = { seconds: fixed(facts.duration, 1), low: low ? hertz(low) : 0, high: hertz(high) };
    facts.rows.forEach(({ deck, kind }, i) => {
      this.rows[i].kind = kind;
      this.rows[i].canvas.setAttribute("aria-label", word(kind === "source" ? "spectrogram.source" : "spectrogram.feature", { deck: deck.toUpperCase(), ...range }));
    });
    for (const slider of [this.playhead, ...this.handles]) {
      slider.setAttribute("aria-valuemin", "0");
      slider.setAttribute("aria-valuemax", facts.duration.toFixed(2));
    }
    this.layout();
  }

  /** @param {string[]} decks */
  #setDecks(decks) {
    this.rows = decks.map((deck) => new Spectrogram(deck));
    const extra = [...this.stage.children].filter((node) => !node.classList.contains("auralise-picture") && !this.over.includes(/** @type {HTMLElement} */ (node)));
    this.stage.replaceChildren(...this.rows.map(({ root }) => root), ...this.over, ...extra);
    this.axes = this.rows.map(() => make("div", "auralise-axis auralise-axis-frequency", { "aria-hidden": "true" }));
    this.left.replaceChildren(...this.axes);
    this.root.style.setProperty("--rows", `${decks.length}`);
  }

  /** @param {Partial<Look>} look */
  setLook(look) {
    Object.assign(this.look, look);
    if (look.scale && this.facts) this.frequency.set(...rangeOf(this.facts), look.scale);
    this.layout();
  }

  /**
   * @param {number} seconds
   * @param {boolean} follow the playhead, where it leaves what is in sight
   */
  setPosition(seconds, follow = false) {
    const [before, share] = [this.position, seconds].map((one) => this.time.share(one));
    if (follow && this.time.zoomed && before >= 0 && before <= 1 && (share < 0 || share > 1)) {
      this.time.reveal(seconds);
      this.layout();
    }
    this.position = seconds;
    this.#place(this.playhead, seconds);
  }

  /**
   * Show the loop region, or none.
   * @param {Region | null} region
   */
  setRegion(region) {
    this.loop = region;
    this.region.hidden = !region;
    for (const node of [...this.handles, ...this.shades]) node.hidden = !region;
    if (!region) return;
    const [from, to] = region.map((s) => clamp(this.time.share(s), 0, 1));
    this.region.style.left = this.shades[1].style.right = "";
    Object.assign(this.region.style, { left: `${100 * from}%`, right: `${100 * (1 - to)}%` });
    Object.assign(this.shades[0].style, { left: "0", right: `${100 * (1 - from)}%` });
    Object.assign(this.shades[1].style, { left: `${100 * to}%`, right: "0" });
    this.handles.forEach((handle, i) => this.#place(handle, region[i]));
  }

  /**
   * Zoom by steps, in (above 0) or out, around the playhead in time, around the middle in frequency.
   * @param {"time" | "frequency"} axis
   * @param {number} steps
   */
  zoom(axis, steps) {
    const around = axis === "time" ? this.time.share(this.position) : 0.5;
    this[axis].zoom(ZOOM_STEP ** -steps, around >= 0 && around <= 1 ? around : 0.5);
    this.layout();
  }

  showWhole() {
    this.time.reset();
    this.frequency.reset();
    this.layout();
  }

  close() {
    this.#watch.disconnect();
    cancelAnimationFrame(this.#queued);
  }

  /**
   * Put a slider of the time axis at a moment, or out of sight.
   * @param {HTMLElement} node
   * @param {number} seconds
   */
  #place(node, seconds) {
    const { start } = this.facts ?? { start: 0 };
    const share = this.time.share(seconds);
    node.style.left = `${100 * clamp(share, 0, 1)}%`; // out of sight it must not widen the page
    node.style.visibility = share < -1e-9 || share > 1 + 1e-9 ? "hidden" : "";
    node.setAttribute("aria-valuenow", seconds.toFixed(2));
    node.setAttribute("aria-valuetext", `${fixed(start + seconds, 2)} s`);
  }

  /** Several changes in one frame are laid out once. */
  queueLayout() {
    cancelAnimationFrame(this.#queued);
    this.#queued = requestAnimationFrame(() => this.layout());
  }

  /**
   * Draw pictures whose levels changed, all by default; the axes stay.
   * @param {Spectrogram[]} rows
   */
  draw(...rows) {
    if (!this.facts) return;
    const colours = () => levelColours(this.look.map, /** @type {Facts} */ (this.facts).db_range, this.look.range);
    this.#view ??= { time: this.time, frequency: this.frequency, colours: colours(), rows: new Map(), sizes: new Map() };
    for (const row of rows.length ? rows : this.rows) row.draw(this.#view);
  }

  /** Axes and canvases anew for the size and the window they have now. */
  layout() {
    if (!this.facts || !this.stage.isConnected) return;
    const em = parseFloat(getComputedStyle(this.root).fontSize);
    labelFrequencies(this.axes, this.frequency, this.facts.sample_rate, em);
    labelTimes(this.times, this.time, this.facts.start, this.stage.clientWidth, em);
    labelLevels(this.decibelAxis, this.bar, this.look, this.stage.clientHeight, em);
    this.setRegion(this.loop);
    this.#place(this.playhead, this.position);
    this.#view = null;
    this.draw();
    this.#laid();
  }
}
