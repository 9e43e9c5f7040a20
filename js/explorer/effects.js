/** What a layer's features do to the prediction: measured in the background after the bank, each window once. */

/** @import { Effects as Found } from "../types.js" */
/** @import { Check } from "./queue.js" */
/** @import { Heard, Model, Muted } from "./types.js" */
/** @typedef {{duration: number, heard: (model: Model, start: number) => Float32Array}} Song */
/** @typedef {{variants: {heard: Heard}[], song: Song}} Panel */

import { effectsOf, spreadOver } from "../engine/insight/effects.js";
import { editsFor } from "../engine/network/edits.js";
import { oneOf } from "./door.js";
import { Cancelled } from "./queue.js";

const ORDERS = ["interest", "effect"]; // what features can be ordered by
/**
 * An order that can be had; throws words otherwise.
 * @param {{doc: {no_effects: string}}} model
 * @param {string} order
 */
export function legalOrder({ doc }, order) {
  if (order === "effect" && doc.no_effects) throw new Error(`order cannot be by effect: ${doc.no_effects}`);
  return oneOf("order", order, ORDERS);
}

/** The most probable class. @param {Heard} heard */
const predicted = (heard) => [...heard.predict()].reduce((best, one) => (one[1] > best[1] ? one : best))[0];

/**
 * What a page knows of effects before they are there.
 * @param {Heard} heard
 */
export const effectFacts = (heard) => ({ name: heard.model.doc.no_effects ? "" : predicted(heard), why: heard.model.doc.no_effects });

/**
 * How muting each feature of a layer alone changes the scores of a picture, feature by feature.
 * @param {Model} model
 * @param {Float32Array} picture
 * @param {Muted[]} gains what is muted besides
 * @param {number} layer from 1
 * @param {Check} check
 * @returns {Promise<Float32Array[]>}
 */
async function measured(model, picture, gains, layer, check) {
  const { network } = model;
  const others = editsFor(network, gains);
  const { features } = model.layers[layer - 1];
  const edit = { scale: new Float32Array(features), shift: network.off(layer) };
  await check();
  const state = await network.forward(picture, others, check);
  try {
    const before = network.outputs(state);
    model.checkFinite(before, "the scores of a window", gains);
    const { data } = await network.scoresAlone(state, layer, edit, others, undefined, check);
    model.checkFinite(data, `a window with a feature of layer ${layer} muted`, gains);
    return Array.from(edit.scale, (_, feature) => before.map((/** @type {number} */ score, /** @type {number} */ k) => data[feature * before.length + k] - score));
  } finally {
    network.free(state);
  }
}

/** Windows of a song under a model, and how every score changes in each. */
class SongWindows {
  /** @type {Float32Array[]} */
  #pictures = [];
  /** @type {Map<string, Float32Array[]>} by what is muted, layer and window */
  #known = new Map();

  /**
   * @param {Song} song
   * @param {Model} model
   */
  constructor(song, model) {
    this.song = song;
    this.model = model;
    this.starts = spreadOver(song.duration, model.seconds);
  }

  /**
   * Effects in all windows; where `check` ends the work, those done are kept.
   * @param {Muted[]} gains
   * @param {number} layer
   * @param {Check} check
   */
  async effects(gains, layer, check) {
    const found = [];
    for (let n = 0; n < this.starts.length; n++) {
      const key = JSON.stringify([gains, layer, n]);
      const known = this.#known.get(key) ?? (await measured(this.model, await this.#picture(n, check), gains, layer, check));
      this.#known.set(key, known);
      found.push(known);
    }
    return found;
  }

  /**
   * @param {number} n
   * @param {Check} check
   */
  async #picture(n, check) {
    await check();
    const { frontend } = this.model;
    return (this.#pictures[n] ??= frontend.picture(frontend.analyse(frontend.fit(this.song.heard(this.model, this.starts[n])))));
  }
}

export class Effects {
  /** @type {WeakMap<Heard, number>} by which the page knows effects in a window */
  #numbers = new WeakMap();
  #next = 0;
  /** @type {WeakMap<Heard, Map<number, {layer: number, why: string}>>} messages by layer */
  #messages = new WeakMap();
  /** @type {WeakMap<object, WeakMap<Model, SongWindows>>} */
  #songs = new WeakMap();
  #panel;

  /** @param {Panel} panel */
  constructor(panel) {
    this.#panel = panel;
  }

  get #heard() {
    return this.#panel.variants[0].heard;
  }

  facts() {
    return { of: this.#number(this.#heard), ...effectFacts(this.#heard) };
  }

  /**
   * What the features of a layer, each muted alone, do to the predicted class, as the page is sent
   * it. What is muted in the window stays muted: these effects come on top. Null where there are none.
   * @param {number} layer from 1
   * @param {Check} check
   */
  async more(layer, check) {
    const [heard, { song }] = [this.#heard, this.#panel];
    if (heard.model.doc.no_effects) return null;
    const known = this.#messages.get(heard) ?? new Map();
    this.#messages.set(heard, known);
    if (!known.has(layer)) known.set(layer, { kind: "effects", layer, of: this.#number(heard), ...(await this.#found(heard, song, layer, check)) });
    return known.get(layer);
  }

  /**
   * @param {Heard} heard
   * @param {Song} song
   * @param {number} layer
   * @param {Check} check
   * @returns {Promise<Found | {why: string}>}
   */
  async #found(heard, song, layer, check) {
    const { model, gains } = heard;
    const place = model.classes.indexOf(predicted(heard));
    const ofClass = (/** @type {Float32Array[]} */ rows) => Float32Array.from(rows, (row) => row[place]);
    try {
      const here = await measured(model, heard.picture, gains, layer, check);
      const whole = song.duration >= 2 * model.seconds && !heard.removed.length; // elsewhere nothing is taken out
      const elsewhere = whole ? await this.#windows(song, model).effects(gains, layer, check) : [];
      return effectsOf(ofClass(here), elsewhere.map(ofClass));
    } catch (error) {
      if (error instanceof Cancelled || !(error instanceof Error)) throw error;
      return { why: error.message };
    }
  }

  /**
   * @param {Song} song
   * @param {Model} model
   */
  #windows(song, model) {
    const models = this.#songs.get(song) ?? new WeakMap();
    this.#songs.set(song, models);
    const windows = models.get(model) ?? new SongWindows(song, model);
    models.set(model, windows);
    return windows;
  }

  /** @param {Heard} heard */
  #number(heard) {
    const number = this.#numbers.get(heard) ?? this.#next++;
    this.#numbers.set(heard, number);
    return number;
  }
}
