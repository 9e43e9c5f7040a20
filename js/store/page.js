/**
 * The store of a page of its own: features that were computed beforehand, read from the document,
 * unpacked when asked for. No kernel, no network. A page with a time line holds several windows of
 * its song; `start` says which is shown.
 */

/** @import { Asked, Current, Facts, Item, SongState, Survey } from "../types.js" */
/** @import { Mark, Marking } from "../marks/format.js" */
/** @import { Packed } from "./unpacking.js" */

import { askedOf, revisionOf } from "./asked.js";
import { Kept } from "../base/kept.js";
import { Listeners } from "./listeners.js";
import { unpackAll, unpackSong } from "./unpacking.js";
import { local, word } from "../words/words.js";

const KEPT = 48; // unpacked features and sources that are remembered

/**
 * @typedef {object} PageWindow what a page holds of a window
 * @property {(Packed | number)[]} sources of each take, or the number of an earlier take that has the same
 * @property {Record<string, Packed[]>} features by "layer/feature"
 * @property {Record<number, Survey>} surveys
 * @property {Record<number, number[]>} controls
 *
 * @typedef {object} PageParts of pages with a time line
 * @property {any} [song] what was heard of it, packed
 * @property {any} [unmuted] likewise, without what is muted
 * @property {(PageWindow & {facts: Partial<Facts>})[]} [windows] the further ones; their facts as far as they differ
 *
 * @typedef {{marks?: Mark[], student?: string, marking?: Marking}} PageMarks of panels in which features can be marked
 *
 * @typedef {{facts: Facts, asked: Asked, beginning?: string} & PageMarks & PageWindow & PageParts} PageDocument one panel of a page; with what its sounds begin, in base64
 */

export class PageStore {
  /** @type {Record<string, any>} */
  #state;
  /** @type {(PageWindow & {facts: Facts})[]} the one shown first comes first */
  #windows;
  #shown = 0;
  #beginning = "";
  /** @type {Current | null} */
  #current = null;
  /** @type {Item[] | null} */
  #sources = null;
  /** @type {SongState | null} */
  #song = null;
  /** @type {Kept<string, Promise<Item[]>>} */
  #unpacked = new Kept();
  #listeners = new Listeners();
  #asked = 0;
  #complaint = ""; // about a feature or a window; cleared when another arrives

  /** @param {PageDocument} page */
  constructor(page) {
    const { facts, windows = [], beginning = "", marks = [], student = "", marking } = page;
    const others = windows.map((one, i) => ({ ...one, facts: { ...facts, ...one.facts, revision: (facts.revision ?? 0) + i + 1, revisions: undefined } }));
    this.#windows = [page, ...others];
    this.#state = { facts, ...page.asked, start: facts.chosen?.start, marks, student, marking, status: "", error: "" };
    this.#beginning = beginning;
    this.#load();
    this.#choose();
    if (page.song) this.#loadSong(page);
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
    if (name === "layer" || name === "feature" || name === "start") this.#choose();
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

  song() {
    return this.#song;
  }

  /**
   * Unpack a window that will be shown next; resolves to what is wrong with it, "" if nothing is.
   * @param {number} start
   */
  async ahead(start) {
    const at = this.#windowAt(start);
    const { layer, feature } = this.#state;
    if (at < 0) return word("page.window");
    return Promise.all([this.#sourcesOf(at), this.#fetch(at, `${layer}/${feature}`)]).then(() => "", String);
  }

  bank() {
    const { layer } = this.#state;
    const at = this.#shown;
    const { surveys, controls } = this.#windows[at];
    const survey = surveys[layer];
    if (!survey) return null;
    const picture = async (/** @type {number} */ k) => (await this.#fetch(at, `${layer}/${k}`))[0].pixels;
    return { survey, control: controls[layer][0], picture };
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

  /** @param {unknown} start */
  #windowAt(start) {
    return this.#windows.findIndex(({ facts }) => facts.chosen?.start === start);
  }

  async #load() {
    try {
      const sources = await this.#sourcesOf(0);
      if (this.#shown !== 0) return;
      this.#sources = sources;
      this.#listeners.emit("sources");
    } catch (problem) {
      this.#change("error", word("page.source", { why: /** @type {Error} */ (problem).message }));
    }
  }

  /** @param {PageParts} page */
  async #loadSong({ song, unmuted }) {
    try {
      const [heard, before] = await Promise.all([unpackSong(song), unmuted ? unpackSong(unmuted) : null]);
      this.#song = { heard, before, progress: null, error: "" };
      this.#listeners.emit("song");
    } catch (problem) {
      this.#change("error", word("page.song", { why: /** @type {Error} */ (problem).message }));
    }
  }

  /** Show the window and the feature that are asked for now; an answer that comes after a newer question is dropped. */
  async #choose() {
    const question = ++this.#asked;
    await null; // several of them may be changing
    const asked = askedOf(this);
    const key = `${asked.layer}/${asked.feature}`;
    const found = this.#windowAt(this.#state.start);
    const at = found < 0 ? this.#shown : found;
    const { facts, features } = this.#windows[at];
    if (question !== this.#asked || !(key in features)) return;
    try {
      const [takes, sources] = await Promise.all([this.#fetch(at, key), at === this.#shown ? this.#sources : this.#sourcesOf(at)]);
      if (question !== this.#asked) return;
      this.#current = { ...asked, revision: revisionOf(facts, asked.layer), takes };
      if (this.#complaint && this.#state.error === this.#complaint) this.#change("error", "");
      if (at !== this.#shown) {
        [this.#shown, this.#sources, this.#state.facts] = [at, sources, facts];
        for (const name of ["facts", "sources", "bank"]) this.#listeners.emit(name);
      }
      this.#listeners.emit("current");
    } catch (problem) {
      if (question !== this.#asked) return;
      const why = /** @type {Error} */ (problem).message;
      this.#complaint = at === this.#shown ? word("page.feature", { feature: key.replace("/", "-"), why }) : word("page.unread", { seconds: local(this.#state.start), why });
      if (at !== this.#shown) this.#change("start", this.#windows[this.#shown].facts.chosen?.start);
      this.#change("error", this.#complaint);
    }
  }

  /** @param {number} at */
  #sourcesOf(at) {
    const { sources } = this.#windows[at];
    return this.#unpack(`${at}`, sources.map((one) => /** @type {Packed} */ (typeof one === "number" ? sources[one] : one)));
  }

  /**
   * @param {number} at which window
   * @param {string} key of the feature
   */
  #fetch(at, key) {
    return this.#unpack(`${at}/${key}`, this.#windows[at].features[key] ?? []);
  }

  /**
   * @param {string} name
   * @param {Packed[]} items
   */
  #unpack(name, items) {
    const found = this.#unpacked.get(name) ?? unpackAll(items, this.#beginning);
    this.#unpacked.set(name, found, KEPT);
    found.catch(() => this.#unpacked.delete(name)); // it may be asked for again
    return found;
  }
}
