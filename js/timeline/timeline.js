/**
 * The time line of a clip that is longer than the model's window: its wave, what the network says
 * over the song, the activity of the feature that is shown, and the window over all of it. The
 * slider "Start" is the frame around the window; what was heard of the song comes from the store.
 */

/** @import { HeardSong, Song, SongState } from "../types.js" */
/** @import { Series } from "./classes.js" */
/** @import { Moment } from "./moments.js" */

import { button, make, svg } from "../base/elements.js";
import { clamp } from "../base/numbers.js";
import { drawClasses, seriesOf } from "./classes.js";
import { Drawing } from "./drawing.js";
import { activityOf } from "./heard.js";
import { hereWords, muchOf, nearest, next, strongestHere } from "./here.js";
import { Legend } from "./legend.js";
import { strongest } from "./moments.js";
import { areaPath, placesOf, wavePath } from "./paths.js";
import { listenToPointer } from "./pointing.js";
import { captionOf, clock, hopWords, marksOf, readoutWords, strongestWords } from "./words.js";
import { Working } from "./working.js";

const PLACES = 5; // that T goes round, and that "hear where" plays

/**
 * @typedef {object} TimeLineEvents
 * @property {(start: number, clicked?: boolean) => void} changed the window is to begin there
 * @property {(start: number) => void} dragged it is on its way there
 * @property {(moments: Moment[]) => void} hear play these windows in a row
 * @property {() => void} quiet end that
 * @property {() => void} ask hear the whole song
 * @property {() => void} stop stop hearing it
 */

export class TimeLine {
  /** @type {Song | null} */
  #song = null;
  /** @type {SongState | null} */
  #state = null;
  #start = 0; // of the window that is heard
  #frame = 0; // where the frame is
  #layer = 1;
  #feature = 0;
  /** @type {Series[]} */
  #series = [];
  /** @type {Moment[]} */
  #moments = [];
  #at = -1; // which of them was gone to
  #on;

  /**
   * @param {string} id
   * @param {TimeLineEvents} on
   */
  constructor(id, on) {
    this.#on = on;
    this.input = make("input", "", { type: "range", id, min: "0", step: "0.1" });
    this.pane = make("i", "auralise-pane", { "aria-hidden": "true" });
    this.head = make("i", "auralise-song-head", { "aria-hidden": "true" });
    this.cross = make("i", "auralise-song-cross", { "aria-hidden": "true" });
    this.tip = make("p", "auralise-song-tip", { "aria-hidden": "true" });
    this.here = make("div", "auralise-song-here", { "aria-hidden": "true" });
    this.box = make("div", "auralise-song", {}, this.here, this.cross, this.pane, this.head, this.input, this.tip);
    this.overview = svg("auralise-overview", "0 0 1 1"); // drawn in the theme's colour
    this.overview.setAttribute("preserveAspectRatio", "none");
    this.classes = new Drawing();
    this.ribbon = new Drawing();
    this.top = make("span", "auralise-song-top", { "aria-hidden": "true" });
    this.marks = make("div", "auralise-song-marks", { "aria-hidden": "true" });
    this.axis = make("div", "auralise-axis auralise-song-axis", { "aria-hidden": "true" });
    this.working = new Working(on);
    this.facts = make("span", "auralise-fact");
    this.count = make("span", "auralise-fact auralise-song-count", { title: "This page has no Python behind it: of the song it holds these windows, and goes to the nearest" });
    this.other = make("button", "auralise-plain", { type: "button" });
    this.legend = new Legend({ alone: () => this.#drawClasses(), hear: (series) => this.#hear(series), quiet: () => on.quiet() });
    this.strongest = button("The next place where the feature is strongest (T)", { text: "strongest (T)" });
    this.place = make("span", "auralise-fact auralise-song-place", { "aria-live": "polite" });
    this.caption = make("span", "auralise-song-caption");
    this.activity = make("span", "auralise-song-caption", {}, "Activity");
    const [wave, said, felt] = [[this.overview], [this.classes.root, this.top], [this.ribbon.root, this.marks]].map((parts) => make("div", "auralise-song-row", {}, ...parts));
    said.classList.add("auralise-song-said");
    this.said = said;
    this.hop = make("span", "auralise-fact");
    const sides = [[this.facts, this.count, this.other], [this.legend.root], [this.place, this.strongest], [this.hop]].map((parts) => make("div", "auralise-quiet auralise-facts", {}, ...parts));
    this.sides = sides;
    const label = make("label", "", { for: id }, "Start");
    this.root = make("div", "auralise-chooser auralise-timeline", { hidden: true }, label, wave, sides[0], this.caption, said, sides[1], this.activity, felt, sides[2], this.axis, sides[3], this.box, this.working.root);
    [[label, wave, sides[0]], [this.caption, said, sides[1]], [this.activity, felt, sides[2]], [this.axis, sides[3]]].forEach((parts, row) => {
      for (const part of parts) part.style.setProperty("--row", `${row + 1}`);
    });
    this.other.addEventListener("click", () => this.jump());
    this.strongest.addEventListener("click", () => this.goToStrongest());
    this.input.addEventListener("input", () => this.#slide(this.input.valueAsNumber));
    this.input.addEventListener("change", () => on.changed(this.legal(this.input.valueAsNumber)));
    listenToPointer(this, on);
  }

  /** The song's length and the window's, s; null for a clip that fits. */
  get song() {
    return this.#song;
  }

  /** What was heard of the song, without what is muted until that was heard, too; null before that. */
  get heard() {
    return this.#state?.heard ?? this.#state?.before ?? null;
  }

  /** The windows that are here, in a page of its own; null: all are. */
  get windows() {
    return this.#song?.windows ?? null;
  }

  /** Whether one class is shown alone. */
  get alone() {
    return this.legend.alone;
  }

  /**
   * @param {Song | null | undefined} song none for a clip that fits
   * @param {number} start what is heard
   * @param {boolean} [untrained] the classes are said by chance
   */
  set(song, start, untrained = false) {
    this.root.hidden = !song;
    this.root.classList.toggle("auralise-by-chance", untrained);
    this.caption.title = untrained ? "Random weights have learnt no classes: they say much the same of every sound" : "";
    this.#song = song ?? null;
    this.#start = start;
    if (!song) return;
    Object.assign(this.input, { max: this.last.toFixed(2), value: start });
    this.#drawWave((song.asks && this.heard?.wave) || song.overview);
    for (const node of [this.caption, this.said, this.sides[1]]) node.hidden = !song.said;
    this.caption.textContent = captionOf(song.said, untrained);
    this.#showAxis();
    this.#showHere();
    this.move(start);
  }

  /** Where the last window begins, s. */
  get last() {
    return this.#song ? Math.max(this.#song.duration - this.#song.window, 0) : 0;
  }

  /**
   * Where a window can begin, at a moment or near it.
   * @param {number} start
   */
  legal(start) {
    return this.windows ? nearest(this.windows, start) : clamp(start, 0, this.last);
  }

  /**
   * The slider was moved to a value.
   * @param {number} value
   */
  #slide(value) {
    if (this.windows) this.#go(next(this.windows, value, value - this.#frame));
    else this.move(value);
  }

  /**
   * What is known of the whole song now.
   * @param {SongState | null} state
   */
  setState(state) {
    const other = state?.heard !== this.#state?.heard || state?.before !== this.#state?.before;
    this.#state = state;
    const { heard } = this;
    this.working.set(this.#song, state);
    if (!other) return;
    if (heard?.wave && this.#song?.asks) this.#drawWave(heard.wave); // what Python looked over ends early
    this.#series = heard && this.#song?.said ? seriesOf(heard, this.#song.said) : [];
    this.legend.set(this.#series, heard && this.#song?.said === "tempo" ? heard : null);
    this.#drawClasses();
    this.#drawRibbon();
  }

  /**
   * The feature that is shown: its ribbon is here, so it follows at once.
   * @param {number} layer
   * @param {number} feature
   */
  setFeature(layer, feature) {
    if (layer === this.#layer && feature === this.#feature) return;
    [this.#layer, this.#feature] = [layer, feature];
    this.#drawRibbon();
  }

  /**
   * What sounds, s from the beginning of the song.
   * @param {number} seconds
   */
  setPosition(seconds) {
    if (this.#song) this.head.style.left = `${(100 * seconds) / this.#song.duration}%`;
  }

  /** To the beginning of the clip; from there to where most is going on. In a page to where it opened. */
  jump() {
    const at = this.input.valueAsNumber;
    const to = this.windows?.[0].start ?? (at > 0 ? 0 : (this.#song?.busiest ?? 0));
    if (!this.#song || (at === 0 && to === 0)) return;
    this.#go(to);
  }

  /** To the next place where the feature is strongest; after the last, to the first again. */
  goToStrongest() {
    if (!this.#moments.length) return;
    this.#at = (this.#at + 1) % this.#moments.length;
    this.#showPlace();
    this.#go(this.#moments[this.#at].start);
  }

  /**
   * Which of several windows in a row is played.
   * @param {Moment[]} plan empty: none
   * @param {number} at
   */
  showPlan(plan, at) {
    this.legend.showPlan(plan.length ? `${at + 1} of ${plan.length}, ${plan[at].start.toFixed(1)} s` : "");
  }

  /** All classes again. */
  showAll() {
    this.legend.showAll();
  }

  /**
   * The window is to begin there: its frame moves, and words say so.
   * @param {number} start
   */
  move(start) {
    if (!this.#song) return;
    const { duration, window, busiest } = this.#song;
    const { windows } = this;
    this.#frame = start;
    if (this.input.valueAsNumber !== start) this.input.valueAsNumber = start; // or Firefox tells of no change
    this.pane.style.left = `${(100 * start) / duration}%`;
    this.pane.style.width = `${Math.min(100, (100 * window) / duration)}%`;
    const heard = `${this.#start.toFixed(1)} to ${Math.min(this.#start + window, duration).toFixed(1)} of ${duration.toFixed(1)} s`;
    this.facts.textContent = start === this.#start ? heard : `${heard}; next from ${start.toFixed(1)} s`;
    this.other.hidden = Boolean(windows) || (start === 0 && !(busiest > 0));
    this.other.textContent = start > 0 ? "from 0 s (S)" : "busiest (S)";
    this.other.title = start > 0 ? "From the beginning of the clip, key S" : `Where most is going on: ${busiest?.toFixed(1)} s, key S`;
    this.#describe();
  }

  /**
   * Numbers under the pointer; null: it is elsewhere.
   * @param {number | null} time s
   */
  point(time) {
    this.box.toggleAttribute("data-pointed", time !== null);
    if (time === null || !this.#song) return;
    const share = time / this.#song.duration;
    this.cross.style.left = `${100 * share}%`;
    this.tip.textContent = readoutWords(this.heard, time, this.#shown);
    if (this.windows) this.tip.textContent += `\nhere from ${hereWords(this.windows, this.legal(time - this.#song.window / 2))}`;
    Object.assign(this.tip.style, share < 0.5 ? { left: `${100 * share}%`, right: "" } : { left: "", right: `${100 * (1 - share)}%` });
  }

  /** The numbers in the frame's middle, for those who hear the slider. */
  #describe() {
    const { window = 0 } = this.#song ?? {};
    const [, ...said] = readoutWords(this.heard, this.#frame + window / 2, this.#shown).split("\n");
    const place = this.windows ? hereWords(this.windows, this.#frame) : `${this.#frame.toFixed(1)} s`;
    this.input.setAttribute("aria-valuetext", [place, ...said].join(", "));
  }

  /** What numbers are read of. */
  get #shown() {
    return { said: this.#song?.said, series: this.#series, layer: this.#layer, feature: this.#feature };
  }

  /** @param {number} start */
  #go(start) {
    const to = this.legal(start);
    this.move(to);
    this.#on.changed(to);
  }

  /** @param {Series} series */
  #hear({ values }) {
    const { heard } = this;
    if (heard) this.#on.hear(this.windows ? muchOf(this.#best(values, heard)) : this.#best(values, heard));
  }

  /**
   * Where something is strongest, of the windows that are here.
   * @param {Float32Array} values
   * @param {HeardSong} heard
   */
  #best(values, heard) {
    return this.windows ? strongestHere(values, heard, this.windows) : strongest(values, heard, PLACES);
  }

  /** @param {number[]} levels */
  #drawWave(levels) {
    this.overview.setAttribute("viewBox", `0 0 ${levels.length} 256`);
    this.overview.firstElementChild?.setAttribute("d", wavePath(levels));
  }

  #drawClasses() {
    const { heard } = this;
    const said = this.#song?.said;
    const { shapes, top } = heard && said ? drawClasses(heard, this.#state?.heard ? this.#state.before : null, said, this.#series, this.alone) : { shapes: [], top: "" };
    this.classes.set(shapes);
    this.top.textContent = top;
  }

  #drawRibbon() {
    const { heard } = this;
    const values = heard ? activityOf(heard, this.#layer, this.#feature) : new Float32Array();
    const most = Math.max(0, ...values);
    const shown = heard && most > 0;
    this.ribbon.set(shown ? [{ d: areaPath(placesOf(heard), new Float32Array(values.length), values, most), fill: "var(--accent)" }] : []);
    this.ribbon.root.dataset.feature = heard ? `${this.#layer}-${this.#feature}` : "";
    this.#moments = heard ? this.#best(values, heard) : [];
    this.#at = -1;
    this.#showPlace();
    this.#describe();
  }

  #showPlace() {
    const { heard } = this;
    const duration = heard?.duration ?? 1;
    this.marks.replaceChildren(
      ...this.#moments.map(({ start, end }, i) => {
        const mark = make("i", i === this.#at ? "auralise-on" : "");
        mark.style.left = `${(50 * (start + end)) / duration}%`;
        return mark;
      }),
    );
    this.place.textContent = strongestWords(heard, this.#moments, this.#at);
    this.strongest.disabled = !this.#moments.length;
  }

  #showHere() {
    const { duration = 1, window = 0, windows = [] } = this.#song ?? {};
    const frames = windows.map(({ start }) => {
      const frame = make("i");
      Object.assign(frame.style, { left: `${(100 * start) / duration}%`, width: `${Math.min(100, (100 * window) / duration)}%` });
      return frame;
    });
    this.here.replaceChildren(...frames);
    this.count.textContent = windows.length ? `\u00b7 ${windows.length} ${windows.length === 1 ? "window" : "windows"} here` : "";
  }

  #showAxis() {
    if (!this.#song) return;
    const { duration } = this.#song;
    const marks = marksOf(duration).map((seconds) => {
      const mark = make("span", "", {}, clock(seconds, duration));
      mark.style.left = `${(100 * seconds) / duration}%`;
      return mark;
    });
    this.axis.replaceChildren(...marks);
    this.hop.textContent = hopWords(this.#song);
    this.sides[3].hidden = !this.hop.textContent;
  }
}
