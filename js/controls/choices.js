/** Selects for what is heard, where a panel has them: facts.choices. */

/** @import { ChoiceFacts } from "../types.js" */

import { labelledSelect, make } from "../base/elements.js";
import { translated, word } from "../words/words.js";

export class Choices {
  #made = "";
  /** @type {Map<string, HTMLSelectElement>} */
  #selects = new Map();
  #id;
  #chosen;

  /**
   * @param {string} id
   * @param {(trait: string, value: string) => void} chosen is called with a choice
   */
  constructor(id, chosen) {
    this.root = make("span", "auralise-choices", { role: "group", "aria-label": word("choices"), hidden: true });
    this.#id = id;
    this.#chosen = chosen;
  }

  /**
   * Other choices; those that are there already stay, and keep the focus.
   * @param {ChoiceFacts[]} choices
   */
  set(choices) {
    const made = JSON.stringify(choices.map(({ trait, options }) => [trait, options]));
    if (made === this.#made) return;
    this.#made = made;
    this.#selects.clear();
    const all = choices.map(({ trait, label, options }) => {
      const one = labelledSelect(translated(label), `${this.#id}-${trait}`, options.map((name) => [name, translated(name)]), (value) => this.#chosen(trait, value));
      this.#selects.set(trait, one.select);
      return one.root;
    });
    this.root.replaceChildren(...all);
    this.root.hidden = !choices.length;
  }

  /**
   * Show what is asked for.
   * @param {(trait: string) => string | number | undefined} asked
   */
  show(asked) {
    for (const [trait, select] of this.#selects) select.value = `${asked(trait) ?? ""}`;
  }
}
