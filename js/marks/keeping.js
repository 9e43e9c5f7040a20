/** What a page keeps in the browser over a reload, where the browser allows it; tabs of one page keep one list. */

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
   * Hear of the list that another tab of the page keeps; null is none. Returns what ends that.
   * @param {(list: MarkList | null) => void} take
   */
  follow(take) {
    const hear = (/** @type {StorageEvent} */ { key, newValue }) => {
      const list = key === this.#key ? this.read() : null;
      if (list || (key === this.#key && newValue === null)) take(list);
    };
    addEventListener("storage", hear);
    return () => removeEventListener("storage", hear);
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
