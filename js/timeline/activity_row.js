/** The row of a time line for the feature that is shown: its activity, and the places where it is strongest. */

/** @import { HeardSong, Place } from "../types.js" */
/** @import { Moment } from "./moments.js" */

import { button, make } from "../base/elements.js";
import { Drawing } from "./drawing.js";
import { activityOf } from "./heard.js";
import { strongestOf } from "./here.js";
import { areaPath, placesOf } from "./paths.js";
import { strongestWords } from "./words.js";
import { word } from "../words/words.js";

export class ActivityRow {
  layer = 1;
  feature = 0;
  /** @type {HeardSong | null} */
  #heard = null;
  /** @type {Moment[]} */
  #moments = [];
  #at = -1; // which of them was gone to
  #go;

  /** @param {(start: number) => void} go to one of the places */
  constructor(go) {
    this.#go = go;
    this.ribbon = new Drawing();
    this.marks = make("div", "auralise-song-marks", { "aria-hidden": "true" });
    this.place = make("span", "auralise-fact auralise-song-place", { "aria-live": "polite" });
    this.strongest = button(word("strongest.tip"), { text: word("strongest") });
    const caption = make("span", "auralise-song-caption", {}, word("activity"));
    const row = make("div", "auralise-song-row", {}, this.ribbon.root, this.marks);
    const side = make("div", "auralise-quiet auralise-facts", {}, this.place, this.strongest);
    this.parts = [caption, row, side];
    this.strongest.addEventListener("click", () => this.goToStrongest());
  }

  /**
   * @param {HeardSong | null} heard
   * @param {Place[] | null} windows those that are here; null: all are
   */
  draw(heard, windows) {
    const values = heard ? activityOf(heard, this.layer, this.feature) : new Float32Array();
    const most = Math.max(0, ...values);
    const shown = heard && most > 0;
    this.ribbon.set(shown ? [{ d: areaPath(placesOf(heard), new Float32Array(values.length), values, most), fill: "var(--accent)" }] : []);
    this.ribbon.root.dataset.feature = heard ? `${this.layer}-${this.feature}` : "";
    this.#heard = heard;
    this.#moments = heard ? strongestOf(values, heard, windows) : [];
    this.#at = -1;
    this.#showPlace();
  }

  /** To the next place where the feature is strongest; after the last, to the first again. */
  goToStrongest() {
    if (!this.#moments.length) return;
    this.#at = (this.#at + 1) % this.#moments.length;
    this.#showPlace();
    this.#go(this.#moments[this.#at].start);
  }

  #showPlace() {
    const duration = this.#heard?.duration ?? 1;
    this.marks.replaceChildren(
      ...this.#moments.map(({ start, end }, i) => {
        const mark = make("i", i === this.#at ? "auralise-on" : "");
        mark.style.left = `${(50 * (start + end)) / duration}%`;
        return mark;
      }),
    );
    this.place.textContent = strongestWords(this.#heard, this.#moments, this.#at);
    this.strongest.disabled = !this.#moments.length;
  }
}
