/** The panel's style sheet, where the panel stands. */

import style from "../panel.css";
import { make } from "../base/elements.js";

/**
 * Give the style sheet to the document, or to the shadow tree that `el` is in, once.
 * @param {HTMLElement} el
 */
export function dress(el) {
  const root = el.getRootNode();
  const place = root instanceof ShadowRoot ? root : document.head;
  if (![...place.querySelectorAll("style.auralise-style")].some((one) => one.textContent === style)) {
    place.append(make("style", "auralise-style", {}, style));
  }
}
