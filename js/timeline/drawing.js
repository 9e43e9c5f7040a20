/** A drawing of several paths that fills its place. */

import { svg } from "../base/elements.js";
import { TALL, WIDE } from "./paths.js";

/** @typedef {{d: string, fill?: string, line?: string, dashed?: boolean}} Shape */

export class Drawing {
  constructor() {
    this.root = svg("auralise-lines", `0 0 ${WIDE} ${TALL}`);
    this.root.setAttribute("preserveAspectRatio", "none");
  }

  /** @param {Shape[]} shapes from the lowest to the topmost */
  set(shapes) {
    const paths = [...this.root.children];
    while (paths.length < shapes.length) paths.push(this.root.appendChild(/** @type {Element} */ (paths[0].cloneNode())));
    paths.splice(Math.max(1, shapes.length)).forEach((spare) => spare.remove());
    paths.forEach((path, i) => {
      const { d = "", fill = "none", line = "none", dashed = false } = shapes[i] ?? {};
      path.setAttribute("d", d);
      path.setAttribute("fill", fill);
      path.setAttribute("stroke", line);
      path.toggleAttribute("data-dashed", dashed);
    });
  }
}
