/** Three figures beside a feature, each at a place of its own, so that nothing moves with the slider. */

/** @import { Known } from "./words.js" */

import { make } from "../base/elements.js";
import { word } from "../words/words.js";

export class Figures {
  #cells = ["effect", "likeness", "control"].map((name) => {
    const parts = { label: make("span"), value: make("b"), interval: make("span"), mark: make("em") };
    const root = make("div", `auralise-known auralise-${name}`, {}, parts.label, parts.value, make("span", "auralise-known-more", {}, parts.interval, parts.mark));
    return { root, parts };
  });

  constructor() {
    this.root = make("div", "auralise-figures", { role: "group", "aria-label": word("known") }, ...this.#cells.map(({ root }) => root));
  }

  /** @param {(Known | null)[]} known effect, likeness and control; null: there is no such figure here */
  show(known) {
    this.#cells.forEach(({ root, parts }, i) => {
      const one = known[i];
      root.hidden = !one;
      if (!one) return;
      root.title = one.tip;
      root.dataset.side = one.side ?? "";
      for (const name of /** @type {const} */ (["label", "value", "interval", "mark"])) {
        if (parts[name].textContent !== one[name]) parts[name].textContent = one[name];
      }
    });
  }
}
