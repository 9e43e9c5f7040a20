/**
 * What a notebook runs: panels on anywidget's models. The loader brings it, once a page.
 */

/** @import { Model } from "../types.js" */

import { dress } from "../panel/dress.js";
import { mount } from "../panel/panel.js";
import { LiveStore } from "../store/live.js";
import { speak } from "../words/words.js";

export { contextFate } from "../sound/context.js";
export { decodeSound, fitBuffer } from "../sound/decoding.js";
export { Mixer } from "../sound/mixer.js";
export { mount };

/**
 * The loader runs this program once for each language: the words are the program's, not a panel's.
 *
 * Called once for each model. anywidget passes a new object to each hook of the same model, so
 * only the closure is shared: one store, whatever views come and go.
 */
export default () => {
  /** @type {LiveStore} */
  let store;
  return {
    /** @param {{model: Model}} props */
    initialize({ model }) {
      if (model.get("_lang") !== "en") speak(model.get("_lang"), model.get("_words"));
      store = new LiveStore(model);
      return () => store.close();
    },
    /** @param {{model: Model, el: HTMLElement}} props */
    render({ model, el }) {
      el.lang = model.get("_lang");
      dress(el);
      return mount(el, store);
    },
  };
};
