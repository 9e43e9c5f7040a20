/**
 * The time line of a clip that is longer than the model's window: its wave, what the network says
 * over the song, the activity of the feature that is shown, and the window over all of it. The
 * slider "Start" is the frame around the window; what was heard of the song comes from the store.
 */

/** @import { Song, SongState } from "../types.js" */
/** @import { Series } from "./classes.js" */
/** @import { Moment } from "./moments.js" */

import { make, svg } from "../base/elements.js";
import { clamp } from "../base/numbers.js";
import { ActivityRow } from "./activity_row.js";
import { ClassRow } from "./class_row.js";
import { hereWords, muchOf, nearest, next, strongestOf } from "./here.js";
import { Overlay } from "./overlay.js";
import { wavePath } from "./paths.js";
import { listenToPointer } from "./pointing.js";
import { clock, hopWords, marksOf, readoutWords } from "./words.js";
import { Working } from "./working.js";
import { fixed, word } from "../words/words.js";

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
  #on;

  /**
   * @param {string} id
   * @param {TimeLineEvents} on
   */
  constructor(id, on) {
    this.#on = on;
    this.overlay = new Overlay(id);
    this.overview = svg("auralise-overview", "0 0 1 1"); // drawn in the theme's colour
    this.overview.setAttribute("preserveAspectRatio", "none");
    this.facts = make("span", "auralise-fact");
    this.count = make("span", "auralise-fact auralise-song-count", { title: word("song.windows.tip") });
    this.other = make("button", "auralise-plain", { type: "button" });
    this.classes = new ClassRow({ hear: (series) => this.#hear(series), quiet: () => on.quiet() });
    this.activity = new ActivityRow((start) => this.#go(start));
    this.axis = make("div", "auralise-axis auralise-song-axis", { "aria-hidden": "true" });
    this.hop = make("span", "auralise-fact");
    this.working = new Working(on);
    const wave = make("div", "auralise-song-row", {}, this.overview);
    const quiet = (/** @type {HTMLElement[]} */ ...parts) => make("div", "auralise-quiet auralise-facts", {}, ...parts);
    this.hopSide = quiet(this.hop);
    const rows = [[make("label", "", { for: id }, word("start")), wave, quiet(this.facts, this.count, this.other)], this.classes.parts, this.activity.parts, [this.axis, this.hopSide]];
    rows.forEach((parts, row) => {
      for (const part of parts) part.style.setProperty("--row", `${row + 1}`);
    });
    this.root = make("div", "auralise-chooser auralise-timeline", { hidden: true }, ...rows.flat(), this.overlay.root, this.working.root);
    const { input } = this.overlay;
    this.other.addEventListener("click", () => this.jump());
    input.addEventListener("input", () => this.#slide(input.valueAsNumber));
    input.addEventListener("change", () => on.changed(this.legal(input.valueAsNumber)));
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
    return this.classes.legend.alone;
  }

  /**
   * @param {Song | null | undefined} song none for a clip that fits
   * @param {number} start what is heard
   * @param {boolean} [untrained] the classes are said by chance
   */
  set(song, start, untrained = false) {
    this.root.hidden = !song;
    this.root.classList.toggle("auralise-by-chance", untrained);
    this.#song = song ?? null;
    this.#start = start;
    if (!song) return;
    this.overlay.set(song, start);
    this.#drawWave((song.asks && this.heard?.wave) || song.overview);
    this.classes.set(song.said, untrained);
    this.#showAxis();
    const here = song.windows?.length;
    this.count.textContent = here ? `\u00b7 ${word(here === 1 ? "song.window" : "song.windows", { here })}` : "";
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
    this.classes.setHeard(heard, state?.heard ? state.before : null);
    this.#drawActivity();
  }

  /**
   * The feature that is shown: its ribbon is here, so it follows at once.
   * @param {number} layer
   * @param {number} feature
   */
  setFeature(layer, feature) {
    if (layer === this.activity.layer && feature === this.activity.feature) return;
    Object.assign(this.activity, { layer, feature });
    this.#drawActivity();
  }

  /**
   * What sounds, s from the beginning of the song.
   * @param {number} seconds
   */
  setPosition(seconds) {
    if (this.#song) this.overlay.setPosition(seconds);
  }

  /** To the beginning of the clip; from there to where most is going on. In a page to where it opened. */
  jump() {
    const at = this.overlay.input.valueAsNumber;
    const to = this.windows?.[0].start ?? (at > 0 ? 0 : (this.#song?.busiest ?? 0));
    if (!this.#song || (at === 0 && to === 0)) return;
    this.#go(to);
  }

  /** To the next place where the feature is strongest; after the last, to the first again. */
  goToStrongest() {
    this.activity.goToStrongest();
  }

  /**
   * Which of several windows in a row is played.
   * @param {Moment[]} plan empty: none
   * @param {number} at
   */
  showPlan(plan, at) {
    this.classes.legend.showPlan(plan.length ? word("place.of", { at: at + 1, count: plan.length, seconds: fixed(plan[at].start, 1) }) : "");
  }

  /** All classes again. */
  showAll() {
    this.classes.legend.showAll();
  }

  /**
   * The window is to begin there: its frame moves, and words say so.
   * @param {number} start
   */
  move(start) {
    if (!this.#song) return;
    const { duration, window, busiest, windows } = this.#song;
    this.#frame = start;
    this.overlay.move(start);
    const heard = word("song.heard", { from: fixed(this.#start, 1), to: fixed(Math.min(this.#start + window, duration), 1), duration: fixed(duration, 1) });
    this.facts.textContent = start === this.#start ? heard : word("song.next", { heard, seconds: fixed(start, 1) });
    this.other.hidden = Boolean(windows) || (start === 0 && !(busiest > 0));
    this.other.textContent = start > 0 ? word("song.begin") : word("song.busiest");
    this.other.title = start > 0 ? word("song.begin.tip") : word("song.busiest.tip", { seconds: fixed(busiest ?? 0, 1) });
    this.#describe();
  }

  /**
   * Numbers under the pointer; null: it is elsewhere.
   * @param {number | null} time s
   */
  point(time) {
    if (time === null || !this.#song) return this.overlay.point(null);
    const here = this.windows && `\n${word("song.here")} ${hereWords(this.windows, this.legal(time - this.#song.window / 2))}`;
    this.overlay.point(time, readoutWords(this.heard, time, this.#shown) + (here ?? ""));
  }

  /** The numbers in the frame's middle, for those who hear the slider. */
  #describe() {
    const { window = 0 } = this.#song ?? {};
    const [, ...said] = readoutWords(this.heard, this.#frame + window / 2, this.#shown).split("\n");
    const place = this.windows ? hereWords(this.windows, this.#frame) : `${fixed(this.#frame, 1)} s`;
    this.overlay.input.setAttribute("aria-valuetext", [place, ...said].join(", "));
  }

  /** What numbers are read of. */
  get #shown() {
    const { layer, feature } = this.activity;
    return { said: this.#song?.said, series: this.classes.series, layer, feature };
  }

  /** @param {number} start */
  #go(start) {
    const to = this.legal(start);
    this.move(to);
    this.#on.changed(to);
  }

  /** @param {Series} series */
  #hear({ values }) {
    if (!this.heard) return;
    const moments = strongestOf(values, this.heard, this.windows);
    this.#on.hear(this.windows ? muchOf(moments) : moments);
  }

  /** @param {number[]} levels */
  #drawWave(levels) {
    this.overview.setAttribute("viewBox", `0 0 ${levels.length} 256`);
    this.overview.firstElementChild?.setAttribute("d", wavePath(levels));
  }

  #drawActivity() {
    this.activity.draw(this.heard, this.windows);
    this.#describe();
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
    this.hopSide.hidden = !this.hop.textContent;
  }
}
