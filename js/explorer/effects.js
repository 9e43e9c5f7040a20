/** What a layer's features do to the prediction: measured in the background, after the layer is computed. */

/** @import { Heard, ModelDoc } from "./types.js" */
/** @import { Check } from "./queue.js" */

import { oneOf } from "./door.js";

const ORDERS = ["interest", "effect"]; // what features can be ordered by

/**
 * @param {{doc: ModelDoc}} model
 * @param {string} order
 */
export function legalOrder({ doc }, order) {
  if (order === "effect" && doc.no_effects) throw new Error(`order cannot be by effect: ${doc.no_effects}`);
  return oneOf("order", order, ORDERS);
}

/** @typedef {{variants: {heard: Heard}[], doc: ModelDoc}} Panel */

export class Effects {
  #panel;

  /** @param {Panel} panel */
  constructor(panel) {
    this.#panel = panel;
  }

  /** What the page knows of effects before they are there. */
  facts() {
    const why = this.#panel.doc.no_effects || "effects are not measured in this page";
    return { of: 0, name: "", why };
  }

  /**
   * @param {number} _layer
   * @param {Check} _check
   * @returns {Promise<{kind: string} | null>}
   */
  async more(_layer, _check) {
    return null;
  }
}
