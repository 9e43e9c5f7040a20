/**
 * What a notebook runs: panels on anywidget's models. The loader brings it, once a page.
 */

/** @import { Model } from "../types.js" */

import { dress } from "../panel/dress.js";
import { mount } from "../panel/panel.js";
import { LiveStore } from "../store/live.js";

export { contextFate } from "../sound/context.js";
export { decodeSound, fitBuffer } from "../sound/decoding.js";
export { Mixer } from "../sound/mixer.js";
export { mount };

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
