/**
 * What a notebook runs: panels on anywidget's models. The loader brings it, once a page.
 */

/** @import { Model } from "../types.js" */

import style from "../panel.css";
import { make } from "../base/elements.js";
import { mount } from "../panel/panel.js";
import { LiveStore } from "../store/live.js";

export { contextFate } from "../sound/context.js";
export { decodeSound, fitBuffer } from "../sound/decoding.js";
export { Mixer } from "../sound/mixer.js";
export { mount };

/**
 * Give the style sheet to the document, or to the shadow tree that `el` is in, once.
 * @param {HTMLElement} el
 */
function dress(el) {
  const root = el.getRootNode();
  const place = root instanceof ShadowRoot ? root : document.head;
  if (![...place.querySelectorAll("style.auralise-style")].some((one) => one.textContent === style)) {
    place.append(make("style", "auralise-style", {}, style));
  }
}

/**
 * Called once for each model. anywidget passes a new object to each hook of the same model, so
 * only the closure is shared: one store, whatever views come and go.
 */
export default () => {
  /** @type {LiveStore} */
  let store;
  return {
    /** @param {{model: Model}} props */
    initialize({ model }) {
      store = new LiveStore(model);
      return () => store.close();
    },
    /** @param {{el: HTMLElement}} props */
    render({ el }) {
      dress(el);
      return mount(el, store);
    },
  };
};
