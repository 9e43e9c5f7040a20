/** What features do to the prediction, layer by layer, as Python sends it. */

/** @import { Effects, Facts } from "../types.js" */

import { Kept } from "../base/kept.js";

const LAYERS = 100; // that are remembered

export class LayerEffects {
  /** @type {Kept<string, Effects>} by the number of what they are of, and layer */
  #layers = new Kept();

  /**
   * @param {Facts | undefined} facts
   * @param {number} layer
   */
  of(facts, layer) {
    return this.#layers.peek(`${facts?.effect?.of}/${layer}`) ?? null;
  }

  /**
   * Whether effects of a layer can come and are not here yet.
   * @param {Facts | undefined} facts
   * @param {number} layer
   */
  lacks(facts, layer) {
    return Boolean(facts?.effect && !facts.effect.why && !this.of(facts, layer));
  }

  /** @param {Effects & {of: number, layer: number}} message */
  receive(message) {
    this.#layers.set(`${message.of}/${message.layer}`, message, LAYERS);
  }
}
