/** A mark in the list: a button that goes there, the student's words, a cross that removes it. */

/** @import { Mark } from "./format.js" */
/** @typedef {{go: (mark: Mark) => void, write: (mark: Mark, words: string) => void, remove: (mark: Mark) => void, done: () => void}} EntryEvents */

import { button, make } from "../base/elements.js";
import { LONGEST_WORDS, oneLine } from "./format.js";
import { fixed, word } from "../words/words.js";

/** @param {Mark} mark */
export const markName = ({ layer, feature }) => `${layer}-${feature}`;

/**
 * On what a mark was made: clip, moments, rule.
 * @param {Mark} mark
 */
export function whereWords({ clip, start, region, rule }) {
  const moments = region ? `${word("interval", { low: fixed(region[0], 2), high: fixed(region[1], 2) })}\u00a0s` : start > 0 ? word("marks.from", { seconds: fixed(start, 1) }) : "";
  return [clip, moments, rule].filter(Boolean).join(", ");
}

export class Entry {
  /**
   * @param {Mark} mark
   * @param {EntryEvents} on
   */
  constructor(mark, on) {
    const feature = markName(mark);
    const where = whereWords(mark);
    this.mark = mark;
    this.go = button(word("marks.go", { feature, where }), { text: feature, className: "auralise-mark-name" });
    this.where = make("span", "auralise-quiet auralise-mark-where", {}, where);
    this.absent = make("em", "auralise-mark-absent", { hidden: true }, word("marks.absent"));
    this.words = make("input", "", { type: "text", maxlength: `${LONGEST_WORDS}`, "aria-label": word("marks.words", { feature }), placeholder: word("marks.placeholder"), autocomplete: "off", dir: "auto" });
    this.cross = button(word("marks.remove", { feature }), { className: "auralise-icon" });
    this.cross.textContent = "\u00d7";
    this.root = make("li", "auralise-mark", {}, this.go, make("span", "auralise-mark-about", {}, this.where, this.absent), this.words, this.cross);
    this.go.setAttribute("aria-label", this.go.title);
    this.go.addEventListener("click", () => on.go(this.mark));
    this.words.addEventListener("input", () => on.write(this.mark, oneLine(this.words.value, LONGEST_WORDS)));
    this.words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      on.done();
    });
    this.cross.addEventListener("click", () => on.remove(this.mark));
  }

  /**
   * @param {Mark} mark
   * @param {boolean} here whether it is what the panel shows
   * @param {boolean} absent whether the page has no such feature
   */
  show(mark, here, absent) {
    this.mark = mark;
    if (oneLine(this.words.value, LONGEST_WORDS) !== mark.words) this.words.value = mark.words; // what is being typed stays
    this.absent.hidden = !absent;
    if (here) this.root.setAttribute("aria-current", "true");
    else this.root.removeAttribute("aria-current");
  }
}
