/** The list of what is muted: each opens to its gain and has a cross that brings it back. */

/** @import { Muted, Part } from "../types.js" */
/** @typedef {{key: string, name: string, bare: string, label: string, gain?: number}} Item */
/** @typedef {{gain: (key: string, gain: number) => void, clear: (key: string | null) => void}} ListEvents `null`: all */

import { button, make } from "../base/elements.js";
import { percent } from "../base/words.js";
import { featureName, mutedName, partName } from "./words.js";
import { word } from "../words/words.js";

export class MutedList {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  #on;

  /** @param {ListEvents} on */
  constructor(on) {
    this.#on = on;
    this.words = make("span", "auralise-quiet", {}, word("muted"));
    this.items = make("span", "auralise-muted-items");
    this.all = button(word("muted.all.tip"), { text: word("muted.all"), className: "auralise-muted-all" });
    this.all.addEventListener("click", () => on.clear(null));
    this.root = make("div", "auralise-row auralise-muted", { role: "group", "aria-label": word("muted.label"), hidden: true }, this.words, this.items, this.all);
  }

  /**
   * @param {Muted[]} muted
   * @param {Part[]} removed
   * @param {number} start of the window in the clip, s
   */
  set(muted, removed, start) {
    const items = [
      ...muted.map((one) => ({ key: featureName(one), name: mutedName(one), bare: featureName(one), label: word("feature.number", { k: featureName(one) }), gain: one[2] })),
      ...removed.map((part) => ({ key: JSON.stringify(part), name: partName(part, start), bare: partName(part, start), label: partName(part, start) })),
    ];
    const left = new Map(items.map((item) => [item.key, this.#entries.get(item.key) ?? new Entry(item, this.#on)]));
    for (const item of items) left.get(item.key)?.show(item);
    const gone = [...this.#entries].find(([key, { root }]) => !left.has(key) && root.contains(document.activeElement));
    const at = gone ? [...this.#entries.keys()].indexOf(gone[0]) : -1;
    this.#entries = left;
    for (const node of [...this.items.children]) if (![...left.values()].some(({ root }) => root === node)) node.remove();
    [...left.values()].forEach(({ root }, i) => {
      if (this.items.children[i] !== root) this.items.insertBefore(root, this.items.children[i] ?? null); // what stays keeps the focus
    });
    this.all.hidden = items.length < 2;
    this.root.hidden = !items.length;
    if (at >= 0) [...left.values()][Math.min(at, left.size - 1)]?.cross.focus();
  }

  /**
   * A list that only says it, as in a page of its own.
   * @param {string} words
   */
  say(words) {
    this.#entries.clear();
    this.items.replaceChildren();
    this.words.textContent = words;
    this.all.hidden = true;
    this.root.hidden = !words;
  }
}

class Entry {
  /**
   * @param {Item} item
   * @param {ListEvents} on
   */
  constructor(item, on) {
    const { key, label, gain } = item;
    this.item = item;
    const bare = gain === undefined; // a part of the source has no gain
    this.name = bare ? make("span", "auralise-muted-name auralise-muted-part") : button(word("gain.change", { label }), { text: label, className: "auralise-muted-name" });
    this.cross = button(word("muted.back", { label }), { className: "auralise-icon auralise-muted-cross" });
    this.cross.textContent = "\u00d7";
    this.slider = make("input", "", { type: "range", min: "0", max: "200", step: "5", "aria-label": word("gain", { label }) });
    this.percent = make("span", "auralise-percent", { "aria-hidden": "true" });
    this.gain = make("span", "auralise-muted-gain", { hidden: true }, this.slider, this.percent);
    this.root = make("span", "auralise-muted-item", {}, this.name, this.gain, this.cross);
    if (!bare) this.name.setAttribute("aria-expanded", "false");
    this.name.addEventListener("click", () => {
      if (bare) return;
      this.gain.hidden = !this.gain.hidden;
      this.name.setAttribute("aria-expanded", `${!this.gain.hidden}`);
      this.#write();
    });
    this.slider.addEventListener("input", () => on.gain(key, this.slider.valueAsNumber / 100));
    this.cross.addEventListener("click", () => on.clear(key));
  }

  /** Beside its slider the gain is not said twice. */
  #write() {
    const { name, bare, gain } = this.item;
    const text = this.gain.hidden ? name : bare;
    this.name.textContent = text;
    if (gain !== undefined) this.name.setAttribute("aria-label", word("gain.feature", { feature: text }));
  }

  /** @param {Item} item */
  show(item) {
    const { gain } = (this.item = item);
    this.#write();
    if (gain === undefined) return;
    this.slider.valueAsNumber = Math.round(100 * gain);
    this.percent.textContent = percent(gain);
    this.slider.setAttribute("aria-valuetext", percent(gain));
    this.slider.style.setProperty("--at", `${gain / 2}`);
  }
}
