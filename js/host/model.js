/**
 * The model of a panel in a page that computes: the same traits and messages as anywidget's, but a
 * worker of the page answers, not a kernel. What is asked before the worker is there is kept for it.
 */

/** @import { Host } from "../types.js" */
/** @import { Live } from "./documents.js" */
/** @import { Engine } from "./worker.js" */

import { ASKED } from "../store/asked.js";
import { decodeFile } from "./decode.js";
import { addressOf, lacksOf } from "./links.js";
import { record } from "./record.js";

/** @typedef {{samples: Float32Array<ArrayBuffer>, rate: number}} Decoded a sound, mixed down */
/** @typedef {Decoded & {name: string, notes: string[], again: () => Promise<Decoded | null>}} OwnSound a person's own; `again` decodes it once more */

/** Traits that only the page has: the worker needs none of them. */
const OWN = ["marks", "student"];

const STARTING = "starting the network\u2026";

/**
 * @param {ArrayBuffer | ArrayBufferView<ArrayBuffer>} buffer
 * @returns {DataView<ArrayBuffer>} as a notebook hands buffers on
 */
const viewOf = (buffer) => (ArrayBuffer.isView(buffer) ? new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength) : new DataView(buffer));

export class PageModel {
  #id;
  /** @type {Record<string, any>} */
  #state;
  #engine;
  #shipped; // names of the clips that came with the page
  #open = false;
  /** @type {Set<string>} traits that the worker does not know yet */
  #changed = new Set();
  /** @type {{content: object, buffers: ArrayBuffer[]}[]} */
  #waiting = [];
  /** @type {Map<string, Set<(...args: any[]) => void>>} */
  #listeners = new Map();
  /** Why nothing can be computed; empty while it can. */
  gone = "";
  /** @type {Host} */
  host = {
    upload: (file, progress) => this.#take(() => decodeFile(file, progress)),
    record: (progress) => this.#take(() => record(this.#state.seconds, progress)), // for as long as the network hears at a time
    link: () => addressOf(this.#state, this.#id, this.#shipped),
    lacks: () => lacksOf(this.#state, this.#shipped),
  };

  /**
   * @param {number} id counts the page's panels from 1
   * @param {Record<string, any>} state the traits that the page holds
   * @param {Pick<Engine, "post" | "take">} engine
   */
  constructor(id, state, engine) {
    this.#id = id;
    this.#state = { ...state, status: STARTING };
    this.#engine = engine;
    this.#shipped = /** @type {string[]} */ ([...(state.facts?.clips ?? [])]);
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
    if (Object.is(this.#state[name], value)) return;
    this.#state[name] = value;
    if (!OWN.includes(name)) this.#changed.add(name);
    this.#emit(`change:${name}`);
  }

  /**
   * @param {string} name
   * @param {(...args: any[]) => void} callback
   */
  on(name, callback) {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(callback));
  }

  /**
   * @param {string} name
   * @param {(...args: any[]) => void} callback
   */
  off(name, callback) {
    this.#listeners.get(name)?.delete(callback);
  }

  save_changes() {
    if (!this.#open || !this.#changed.size) return;
    const state = Object.fromEntries([...this.#changed].map((name) => [name, this.#state[name]]));
    this.#changed.clear();
    this.#engine.post({ kind: "state", id: this.#id, state });
  }

  /**
   * @param {object} content
   * @param {undefined} [_callbacks]
   * @param {ArrayBuffer[]} [buffers]
   */
  send(content, _callbacks, buffers = []) {
    if (this.gone) throw new Error(this.gone);
    if (this.#open) this.#engine.post({ kind: "custom", id: this.#id, content, buffers }, buffers);
    else this.#waiting.push({ content, buffers });
  }

  /**
   * The worker is there: open the panel in it as it is asked for by now.
   * @param {Live} live
   * @param {Record<string, object>} clips
   */
  begin(live, clips) {
    const asked = /** @type {Live["asked"]} */ (Object.fromEntries(ASKED.map((name) => [name, this.#state[name]])));
    for (const name of ASKED) this.#changed.delete(name);
    this.#engine.post({ kind: "panel", id: this.#id, live: { ...live, asked }, clips });
    this.#open = true;
    this.save_changes();
    for (const { content, buffers } of this.#waiting.splice(0)) this.send(content, undefined, buffers);
  }

  /**
   * The worker says something.
   * @param {{kind: string, state?: Record<string, unknown>, content?: object, buffers?: (ArrayBuffer | ArrayBufferView<ArrayBuffer>)[]}} message
   */
  receive({ kind, state, content, buffers = [] }) {
    if (kind === "custom") return this.#emit("msg:custom", content, buffers.map(viewOf));
    const given = this.#state.status === STARTING ? { status: "", ...state } : { ...state };
    const news = Object.entries(given).filter(([name, value]) => !Object.is(this.#state[name], value));
    for (const [name, value] of news) {
      this.#state[name] = value;
      this.#changed.delete(name);
    }
    for (const [name] of news) this.#emit(`change:${name}`);
  }

  /**
   * Nothing will be computed here, or no more.
   * @param {string} words
   */
  lose(words) {
    this.gone ||= words;
    this.#emit("comm_live_update");
  }

  /**
   * Hand a sound over; resolves to what is wrong with it.
   * @param {() => Promise<OwnSound | null>} make
   */
  async #take(make) {
    if (this.gone) return this.gone;
    try {
      const sound = await make();
      return sound ? await this.#engine.take(this.#id, sound) : "";
    } catch (problem) {
      return /** @type {Error} */ (problem).message;
    }
  }

  /**
   * @param {string} name
   * @param {unknown[]} args
   */
  #emit(name, ...args) {
    for (const callback of [...(this.#listeners.get(name) ?? [])]) callback(...args);
  }
}
