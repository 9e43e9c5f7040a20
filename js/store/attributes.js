/** The heat maps of a live panel's layers, as Python sends them. */

/** @import { Attributes, Progress } from "../types.js" */
/** @import { Requests } from "./requests.js" */

import { bytesOf } from "../base/numbers.js";

export class LayerAttributes {
  /** @type {Map<number, Attributes>} */
  #layers = new Map();
  #asked = false;
  #requests;
  /** @type {Progress | null} how far they are; null while nothing is computed */
  progress = null;

  /** @param {Requests} requests */
  constructor(requests) {
    this.#requests = requests;
  }

  /** @param {number} layer */
  of(layer) {
    return this.#layers.get(layer) ?? null;
  }

  /**
   * Ask for all layers, once; `again`: even if that was stopped.
   * @param {boolean} again
   */
  want(again) {
    if (this.#asked && !again) return;
    this.#asked = true;
    this.#requests.send({ kind: "attributes" });
  }

  stop() {
    this.#requests.send({ kind: "attributes-stop" });
  }

  /**
   * @param {any} message
   * @param {DataView<ArrayBuffer>[]} buffers
   */
  receive({ kind, layer, share, words, ...message }, buffers) {
    if (kind === "attributes-progress") this.progress = share === null ? null : { share, words };
    else if (kind === "attributes-control") Object.assign(this.#layers.get(layer) ?? {}, message);
    else this.#layers.set(layer, { ...message, values: new Float32Array(bytesOf(buffers[0]).slice().buffer) });
  }

  /** The kernel is gone: nothing is under way, and a new kernel may be asked. */
  lose() {
    this.progress = null;
    this.#asked = false;
  }

  clear() {
    this.#layers.clear();
  }
}
