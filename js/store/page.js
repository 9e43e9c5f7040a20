/**
 * The store of a page of its own: features that were computed beforehand, read from the document,
 * unpacked when asked for. No kernel, no network.
 */

/** @import { Asked, Current, Facts, Item, Survey } from "../types.js" */
/** @import { Packed } from "./unpacking.js" */

import { askedOf } from "./asked.js";
import { Kept } from "./kept.js";
import { Listeners } from "./listeners.js";
import { unpackAll } from "./unpacking.js";

const KEPT = 48; // unpacked features that are remembered

/**
 * @typedef {object} PageDocument one panel of a page
 * @property {Facts} facts
 * @property {Asked} asked
 * @property {Packed[]} sources
 * @property {Record<string, Packed[]>} features by "layer/feature"
 * @property {Record<number, Survey>} surveys
 * @property {Record<number, number[]>} controls
 */

export class PageStore {
  /** @type {Record<string, any>} */
  #state;
  #document;
  /** @type {Current | null} */
  #current = null;
  /** @type {Item[] | null} */
  #sources = null;
  /** @type {Kept<string, Promise<Item[]>>} */
  #unpacked = new Kept();
  #listeners = new Listeners();
  #asked = 0;
  #complaint = ""; // about a feature; cleared when another arrives

  /** @param {PageDocument} page */
  constructor(page) {
    this.#document = page;
    this.#state = { facts: page.facts, ...page.asked, status: "", error: "" };
    this.#load();
    this.#choose();
  }

  /** @param {string} name */
  get(name) {
    return this.#state[name];
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    this.#change(name, value);
    if (name === "layer" || name === "feature") this.#choose();
  }

  /**
   * @param {string} name
   * @param {() => void} callback
   */
  on(name, callback) {
    return this.#listeners.add(name, callback);
  }

  current() {
    return this.#current;
  }

  sources() {
    return this.#sources;
  }

  bank() {
    const { layer } = this.#state;
    const survey = this.#document.surveys[layer];
    if (!survey) return null;
    const picture = async (/** @type {number} */ k) => (await this.#fetch(`${layer}/${k}`))[0].pixels;
    return { survey, control: this.#document.controls[layer][0], picture };
  }

  attributes() {
    const { layer, facts } = this.#state;
    const found = facts.attributes?.layers?.[layer];
    return found ? { ...found, values: Float32Array.from(found.values.flat(), (x) => x ?? NaN) } : null;
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  #change(name, value) {
    this.#state[name] = value;
    this.#listeners.emit(name);
  }

  async #load() {
    try {
      this.#sources = await unpackAll(this.#document.sources);
      this.#listeners.emit("sources");
    } catch (problem) {
      this.#change("error", `The source in this page cannot be read: ${/** @type {Error} */ (problem).message}`);
    }
  }

  /** Show the feature that is asked for now; an answer that comes after a newer question is dropped. */
  async #choose() {
    const question = ++this.#asked;
    await null; // layer and feature may both be changing
    const asked = askedOf(this);
    const key = `${asked.layer}/${asked.feature}`;
    if (question !== this.#asked || !(key in this.#document.features)) return;
    try {
      const takes = await this.#fetch(key);
      if (question !== this.#asked) return;
      this.#current = { ...asked, takes };
      if (this.#complaint && this.#state.error === this.#complaint) this.#change("error", "");
      this.#listeners.emit("current");
    } catch (problem) {
      this.#unpacked.delete(key);
      if (question !== this.#asked) return;
      this.#complaint = `Feature ${key.replace("/", "-")} in this page cannot be read: ${/** @type {Error} */ (problem).message}`;
      this.#change("error", this.#complaint);
    }
  }

  /** @param {string} key */
  #fetch(key) {
    const found = this.#unpacked.get(key) ?? unpackAll(this.#document.features[key]);
    this.#unpacked.set(key, found, KEPT);
    return found;
  }
}
