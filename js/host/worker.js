/**
 * The page's one worker, in which the networks of all its panels run. It is made from the script and
 * the WebAssembly that the page holds; where that cannot be, every panel says why and stays as it is.
 */

/** @import { Call } from "../base/later.js" */
/** @import { EngineData } from "./data.js" */
/** @import { Live } from "./documents.js" */
/** @import { Decoded, OwnSound, PageModel } from "./model.js" */

import { later, rejected } from "../base/later.js";
import { ELSEWHERE } from "../base/webassembly.js";
import { elementBytes, NOT_WHOLE, unpackedBytes } from "./data.js";
import { decodeShipped } from "./decode.js";
import { whyNone } from "./support.js";

const STAYS = "What is shown here still plays.";
const FORBIDDEN = "This browser lets no page start a worker of its own, and the network needs one.";

/** @typedef {Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">} WorkerLike */

/**
 * A worker that runs a script. Its address is forgotten soon; nobody else needs it.
 * @param {Uint8Array<ArrayBuffer>} code
 * @returns {WorkerLike}
 */
function workerOf(code) {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url);
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser may still read it
  return worker;
}

export class Engine {
  #data;
  #make;
  #root;
  /** @type {WorkerLike | null} */
  #worker = null;
  /** @type {Map<number, {model: PageModel, live: Live}>} by the panel's number */
  #panels = new Map();
  /** @type {Set<string>} keys of the models that the worker has */
  #brought = new Set();
  /** @type {Map<number, Call>} */
  #calls = new Map();
  /** @type {Map<number, ((error: string) => void)[]>} sounds on their way to a panel */
  #taking = new Map();
  /** @type {Map<string, OwnSound["again"]>} by the keys by which the worker knows a person's own sounds */
  #own = new Map();
  #counted = 0;
  #isReady = false;
  #words = "";
  #there = later();
  #opened = later();
  /** Resolves when the page's first panel is open in the worker; rejects, with words, where it cannot be. */
  ready = this.#opened.promise;

  /**
   * @param {EngineData | null} data null where the page is cut off before it
   * @param {(code: Uint8Array<ArrayBuffer>) => WorkerLike} make
   * @param {Pick<Document, "getElementById">} root whose elements hold the bytes
   */
  constructor(data, make = workerOf, root = globalThis.document) {
    this.#data = data;
    this.#make = make;
    this.#root = root;
  }

  /**
   * A panel of the page; before `start`.
   * @param {number} id
   * @param {PageModel} model
   * @param {Live} live
   */
  add(id, model, live) {
    this.#panels.set(id, { model, live });
  }

  async start() {
    try {
      if (!this.#data) throw new Error(NOT_WHOLE);
      const why = whyNone();
      if (why) throw new Error(`${why} ${ELSEWHERE}`);
      const [code, wasm] = await Promise.all([this.#data.code, this.#data.wasm].map((id) => unpackedBytes(id, this.#root)));
      this.#worker = this.#made(code);
      this.#worker.onmessage = ({ data }) => this.#receive(data);
      this.#worker.onerror = (event) => this.#broke(/** @type {ErrorEvent} */ (event).message);
      this.post({ kind: "start", wasm: wasm.buffer }, [wasm.buffer]);
    } catch (problem) {
      this.#lose(/** @type {Error} */ (problem).message);
    }
  }

  /** @param {Uint8Array<ArrayBuffer>} code */
  #made(code) {
    try {
      return this.#make(code);
    } catch (problem) {
      throw new Error(`${FORBIDDEN} ${ELSEWHERE} (The browser says: ${/** @type {Error} */ (problem).message})`, { cause: problem });
    }
  }

  /**
   * @param {object} message
   * @param {ArrayBuffer[]} buffers that the page no longer needs
   */
  post(message, buffers = []) {
    this.#worker?.postMessage(message, buffers);
  }

  /**
   * A person's own sound, for a panel. Resolves to what is wrong with it, "" if nothing is.
   * @param {number} id
   * @param {OwnSound} sound
   * @returns {Promise<string>}
   */
  async take(id, sound) {
    await this.#wait();
    const { samples, ...kept } = this.keep(sound);
    return new Promise((resolve) => {
      this.#taking.set(id, [...(this.#taking.get(id) ?? []), resolve]);
      this.post({ kind: "take", id, samples, ...kept }, [samples.buffer]);
    });
  }

  /**
   * A sound as the worker gets it, with a key by which it may ask for it again: it lets go what nobody shows.
   * @param {OwnSound} sound
   */
  keep({ again, ...sound }) {
    const key = `own ${++this.#counted}`;
    this.#own.set(key, again);
    return { ...sound, key };
  }

  /**
   * Ask the engine of a panel for something itself; see `api.js`.
   * @param {number} id
   * @param {string} method
   * @param {unknown[]} args
   * @param {ArrayBuffer[]} [buffers]
   * @returns {Promise<any>}
   */
  async call(id, method, args, buffers) {
    await this.#wait();
    const request = ++this.#counted;
    return new Promise((resolve, reject) => {
      this.#calls.set(request, { resolve, reject });
      this.post({ kind: "call", request, id, method, args }, buffers);
    });
  }

  /** Wait for the worker; rejects where it is lost, be it meanwhile. */
  async #wait() {
    await this.#there.promise;
    if (this.#words) throw new Error(this.#words);
  }

  /** @param {any} message */
  #receive(message) {
    const { kind, id, request } = message;
    if (kind === "ready") this.#open();
    else if (kind === "failed" && id !== undefined) this.#fail(id, message.words);
    else if (kind === "failed") this.#lose(message.words);
    else if (kind === "state" || kind === "custom") {
      this.#panels.get(id)?.model.receive(message);
      this.#hear(id, message.state);
    }
    else if (kind === "decode") this.#decode(request, message.clip);
    else if (kind === "taken") this.#taking.get(id)?.shift()?.(message.error ?? "");
    else if (kind === "answer") {
      const { error, result } = message;
      if (error) this.#calls.get(request)?.reject(new Error(error));
      else this.#calls.get(request)?.resolve(result);
      this.#calls.delete(request);
    }
  }

  /**
   * One panel cannot be opened, since its network cannot be read; others may.
   * @param {number} id
   * @param {string} words
   */
  #fail(id, words) {
    this.#panels.get(id)?.model.lose(`${words} ${STAYS}`);
    if (this.#isFirst(id)) this.#opened.reject(new Error(words));
  }

  /** @param {number} id */
  #isFirst(id) {
    return id === Math.min(...this.#panels.keys());
  }

  /**
   * The first panel is open once the worker speaks of it, unless all that it says is what is wrong.
   * @param {number} id
   * @param {{facts?: object, error?: string}} [state]
   */
  #hear(id, { facts, error } = {}) {
    if (!this.#isFirst(id)) return;
    if (error && !facts) this.#opened.reject(new Error(error));
    else this.#opened.resolve(undefined);
  }

  /** The worker is there: it gets the models, and each panel opens in it. */
  #open() {
    if (this.#isReady) return;
    this.#isReady = true;
    try {
      for (const { model, live } of this.#panels.values()) {
        this.#bring(live.model);
        model.begin(live, Object.fromEntries(live.clips.map((key) => [key, this.#clip(key)])));
      }
      this.#there.resolve(undefined);
    } catch (problem) {
      this.#lose(/** @type {Error} */ (problem).message);
    }
  }

  /** @param {string} key */
  #clip(key) {
    const found = this.#data?.clips?.[key];
    if (!found) throw new Error(NOT_WHOLE);
    return found;
  }

  /** @param {string} key */
  #bring(key) {
    if (this.#brought.has(key)) return;
    const doc = this.#data?.models?.[key];
    if (!doc) throw new Error(NOT_WHOLE);
    const { buffer } = elementBytes(doc.weights, this.#root);
    this.#brought.add(key);
    this.post({ kind: "model", key, doc, weights: buffer }, [buffer]);
  }

  /**
   * The worker wants the samples of a clip: only here is the browser's decoder.
   * @param {number} request
   * @param {string} key
   */
  async #decode(request, key) {
    try {
      const { samples, rate } = /** @type {Decoded} */ (await (this.#own.get(key)?.() ?? this.#shipped(key)));
      this.post({ kind: "decoded", request, samples, rate }, [samples.buffer]);
    } catch (problem) {
      this.post({ kind: "decoded", request, error: /** @type {Error} */ (problem).message });
    }
  }

  /** A clip that came with the page. @param {string} key */
  async #shipped(key) {
    const clip = this.#clip(key);
    return decodeShipped(elementBytes(clip.data, this.#root), clip);
  }

  /**
   * The worker ended by an error; one that its browser forbids gives none.
   * @param {string | undefined} message
   */
  #broke(message) {
    const said = message?.replace(/^Uncaught (Error: )?/, "").replace(/\.$/, "");
    if (this.#isReady) this.#lose(`The network in this page stopped: ${said || "its worker died"}. Load the page again; where that does not help, close other tabs, which take memory.`);
    else if (said) this.#lose(`The network in this page did not start: ${said}. Load the page again, or open it in another browser.`);
    else this.#lose(`${FORBIDDEN} ${ELSEWHERE}`);
  }

  /** Nobody looks any more. */
  close() {
    this.#worker?.terminate();
    this.#worker = null;
  }

  /** @param {string} words */
  #lose(words) {
    if (this.#words) return;
    this.#words = `${words} ${STAYS}`;
    this.#worker?.terminate();
    this.#worker = null;
    const problem = new Error(words);
    this.#there.reject(problem);
    this.#opened.reject(problem);
    this.ready = rejected(problem); // what is asked from now on
    for (const { reject } of this.#calls.values()) reject(problem);
    for (const resolve of [...this.#taking.values()].flat()) resolve(words);
    this.#calls.clear();
    this.#taking.clear();
    for (const { model } of this.#panels.values()) model.lose(this.#words);
  }
}
