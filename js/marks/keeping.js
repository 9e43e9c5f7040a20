/** What a page keeps in the browser over a reload, where the browser allows it. */

/** @import { Marking, MarkList } from "./format.js" */

import { FORMAT, readList, textOf } from "./format.js";

export class Keeping {
  #key;

  /**
   * @param {Marking} marking
   * @param {string} title of what the panel opens with
   */
  constructor({ model, weights, panel }, title) {
    this.#key = [FORMAT, globalThis.location?.pathname, panel, title, model, weights].join(" | "); // names the page, and the panel in it
  }

  /** @returns {MarkList | null} */
  read() {
    try {
      const text = localStorage.getItem(this.#key);
      return text === null ? null : readList(text, "");
    } catch {
      return null; // nothing may be kept, or something else stands there
    }
  }

  /**
   * Whether it is kept now.
   * @param {MarkList} list
   */
  write(list) {
    try {
      if (list.marks.length || list.student) localStorage.setItem(this.#key, textOf(list));
      else localStorage.removeItem(this.#key);
      return true;
    } catch {
      return false;
    }
  }
}
