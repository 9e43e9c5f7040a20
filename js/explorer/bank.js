/** A layer as a whole, in the background. */

/** @import { PageExplorer } from "./explorer.js" */
/** @import { Settings } from "./types.js" */

export class LayerWork {
  #panel;
  /** @type {{layer: number, revision: number} | null} what is worked on */
  #on = null;

  /** @param {PageExplorer} panel */
  constructor(panel) {
    this.#panel = panel;
  }

  /**
   * Compute a layer; `whole`: send its features even if they are known.
   * @param {Settings} settings
   * @param {boolean} _whole
   */
  begin({ layer }, _whole) {
    this.cancel();
    this.#on = { layer, revision: this.#panel.layerRevision(layer) };
  }

  /** Nobody wants the layer any more. */
  cancel() {
    for (const lane of /** @type {const} */ (["bank", "control", "effects"])) this.#panel.queue.cancel(lane);
    this.#on = null;
  }

  /** What is muted has changed: the layer may look and sound otherwise. */
  cancelStale() {
    if (this.#on && this.#on.revision !== this.#panel.layerRevision(this.#on.layer)) this.cancel();
  }
}
