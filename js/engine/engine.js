/** A network and its front end in the page, with random weights beside the trained ones. */

import { hear } from "./heard.js";
import { drawControl } from "./insight/drawing.js";
import { sameShape } from "./network/arrays.js";
import { readNetwork } from "./network/reading.js";
import { makeFrontend } from "./sound/frontend.js";
import { windowOf } from "./window.js";

/**
 * @typedef {import("./network/network.js").Network} Network
 * @typedef {import("./network/network.js").Pause} Pause
 * @typedef {import("./sound/frontend.js").Frontend} Frontend
 * @typedef {import("./network/edits.js").Gain} Gain
 * @typedef {"classes" | "tags" | "tempo" | "pitch"} Task
 * @typedef {import("../explorer/types.js").ModelDoc} ModelDoc
 */

export { startBackend } from "./network/backend.js";

export class PageNetwork {
  /**
   * @param {ModelDoc} doc what the page says of it
   * @param {Network} network
   * @param {Frontend} frontend
   * @param {number | null} [seed] of random weights
   */
  constructor(doc, network, frontend, seed = null) {
    this.doc = doc;
    this.network = network;
    this.frontend = frontend;
    this.seed = seed;
    this.name = doc.name;
    this.task = doc.task;
    this.classes = doc.classes;
    this.untrained = doc.untrained;
    this.noneBelow = doc.none_below;
    this.seconds = doc.seconds;
    this.samples = frontend.samples;
    this.sampleRate = frontend.sampleRate;
    this.layers = network.layers;
    /** @type {Promise<PageNetwork> | null} */
    this._random = null;
    // Others take these two by themselves.
    this.probabilities = this.probabilities.bind(this);
    this.checkFinite = this.checkFinite.bind(this);
  }

  /**
   * What scores say: tags each by its own sigmoid, other classes by a softmax.
   *
   * @param {Float32Array} scores
   * @param {Gain[]} [gains]
   * @returns {Float64Array}
   */
  probabilities(scores, gains) {
    this.checkFinite(scores, "its classes", gains);
    if (this.task === "tags") return Float64Array.from(scores, (score) => 1 / (1 + Math.exp(-score)));
    const most = scores.reduce((best, score) => Math.max(best, score), -Infinity);
    const odds = Float64Array.from(scores, (score) => Math.exp(score - most));
    const total = odds.reduce((sum, one) => sum + one, 0);
    return odds.map((one) => one / total);
  }

  /**
   * The largest magnitude of some values; throws where one is not finite.
   *
   * @param {Float32Array} values
   * @param {string} where they were found
   * @param {Gain[]} [gains] under which
   */
  checkFinite(values, where, gains = []) {
    let peak = 0;
    for (let n = 0; n < values.length; n++) {
      const size = Math.abs(values[n]);
      if (size > peak || size !== size) peak = size;
      if (!(size < Infinity)) break;
    }
    if (peak < Infinity) return peak;
    const own = /** @type {any} */ (this.frontend).gain;
    const gain = own ? ` or its gain, ${Number(own.toPrecision(6))},` : "";
    throw new Error(`model '${this.name}' overflows float32 in ${where}: its weights${gain}${gains.length ? " or the gains of its features" : ""} are too large for the sound`);
  }

  /**
   * The same network with weights that Python would draw, too; drawn once.
   *
   * @param {Pause} [pause]
   * @returns {Promise<PageNetwork>}
   */
  random(pause) {
    this._random ??= this._drawn(pause).catch((error) => {
      this._random = null;
      throw error;
    });
    return this._random;
  }

  /** @param {Pause} [pause] */
  async _drawn(pause) {
    const { doc } = this;
    const { control } = doc;
    if (!control || control.why) throw new Error(control?.why ?? "there is no control of this network");
    const network = this.network.withTensors(await drawControl(control, pause));
    const layers = doc.layers.map((layer, n) => ({ ...layer, kernels: control.kernels?.[n] ?? null }));
    const own = { ...doc, name: `${doc.random} (seed ${control.seed})`, untrained: true, none_below: 0, layers, control: control.control };
    return new PageNetwork(own, network, this.frontend, control.seed);
  }

  /**
   * Hear the first window of a sound.
   *
   * @param {Float32Array} samples at the model's rate
   * @param {number | {start?: number}} [where] s in the clip where the window begins
   * @param {Pause} [pause]
   */
  async open(samples, where = 0, pause) {
    const start = typeof where === "number" ? where : (where.start ?? 0);
    return hear(this, windowOf(this, samples, start), [], pause);
  }

  /** Free the weights. */
  close() {
    this.network.close();
    this._random?.then(
      (random) => random.close(),
      () => {},
    );
  }
}

/**
 * @param {ModelDoc} doc
 * @param {Uint8Array} bytes of the model's file
 */
export async function readModel(doc, bytes) {
  const { network, frontend: stored } = readNetwork(bytes);
  const frontend = makeFrontend(stored);
  if (!sameShape(network.shape, frontend.shape)) {
    throw new Error(`the network sees pictures of shape (${network.shape.join(", ")}), the front end makes them of shape (${frontend.shape.join(", ")})`);
  }
  if (doc.classes.length !== network.outputsCount) throw new Error(`the network has ${network.outputsCount} outputs, and the page names ${doc.classes.length} classes`);
  doc.layers.forEach(({ name, features }, n) => {
    const own = network.layers[n];
    if (own?.name !== name || own.features !== features) throw new Error(`the page speaks of layer ${name} with ${features} features, which is not layer ${n + 1} of the network`);
  });
  return new PageNetwork(doc, network, frontend);
}
