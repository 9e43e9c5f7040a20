/** What the panels of a page share: networks, clips, windows, one queue; and the talk with the host. */

/** @import { ClipDoc, LiveDoc, Model, ModelDoc } from "./types.js" */
/** @import { Decoded } from "./songs.js" */

import { gunzip } from "../base/gzip.js";
import { callMethod } from "./calls.js";
import { PageExplorer } from "./explorer.js";
import { wordsOf } from "./inbox.js";
import { LoadedSongs } from "./loaded.js";
import { Queue } from "./queue.js";
import { freeName, Song, taken } from "./songs.js";
import { Windows } from "./windows.js";

const DAMAGED = "The page may be damaged: load it again, or copy it again from where it came from.";

/**
 * What a room needs of the engine.
 * @typedef {object} Engine
 * @property {(how: {wasm: Uint8Array}) => Promise<string>} startBackend
 * @property {(doc: ModelDoc, weights: Uint8Array) => Promise<Model>} readModel
 */

export class Room {
  queue = new Queue();
  windows = new Windows();
  /** @type {Map<string, Promise<{doc: ModelDoc, network: Model}>>} */
  #models = new Map();
  /** @type {Map<string, Song>} */
  #songs = new Map();
  /** @type {Map<unknown, Promise<PageExplorer>>} */
  #panels = new Map();
  /** @type {Map<number, {resolve: (decoded: Decoded) => void, reject: (error: Error) => void}>} */
  #decoding = new Map();
  #requests = 0;
  #engine;

  /**
   * @param {Engine} engine
   * @param {(message: object, buffers?: ArrayBuffer[]) => void} post
   */
  constructor(engine, post, loaded = new LoadedSongs()) {
    this.#engine = engine;
    this.post = post;
    this.loaded = loaded;
  }

  /** A message of the host. @param {any} message */
  async receive(message) {
    const { kind, id } = message;
    if (kind === "start") return this.#start(message);
    if (kind === "model") return this.#read(message);
    if (kind === "decoded") return this.#decoded(message);
    if (kind === "panel") return this.#open(message);
    const opening = this.#panels.get(id);
    if (!opening) return;
    const panel = await opening.catch((error) => this.#refuse(message, wordsOf(error)));
    if (!panel) return;
    this.queue.use(panel);
    if (kind === "state") panel.setState(message.state);
    else if (kind === "custom") await panel.receive(message.content);
    else if (kind === "take") await this.#take(panel, message);
    else if (kind === "call") await this.#call(panel, message);
    else if (kind === "close") {
      panel.close();
      this.#panels.delete(id);
    }
  }

  /**
   * A panel that cannot be opened answers whatever is asked of it by the reason.
   * @param {any} message
   * @param {string} error
   */
  #refuse({ kind, id, request, content }, error) {
    if (kind === "custom") this.post({ kind, id, content: { kind: "done", what: "", request: content?.request, error } });
    else if (kind === "take") this.post({ kind: "taken", id, name: "", error });
    else if (kind === "call") this.post({ kind: "answer", request, error });
  }

  /** @param {{wasm: ArrayBuffer}} message */
  async #start({ wasm }) {
    try {
      this.post({ kind: "ready", backend: await this.#engine.startBackend({ wasm: new Uint8Array(wasm) }) });
    } catch (error) {
      this.post({ kind: "failed", words: wordsOf(error) });
    }
  }

  /** @param {{key: string, doc: ModelDoc, weights: ArrayBuffer}} message */
  #read({ key, doc, weights }) {
    const reading = gunzip(weights, "its data cannot be unpacked")
      .then(async (bytes) => ({ doc, network: await this.#engine.readModel(doc, bytes) }))
      .catch((error) => {
        throw new Error(`The network in this page cannot be read: ${wordsOf(error)}. ${DAMAGED}`);
      });
    reading.catch(() => {}); // a panel that needs it says so
    this.#models.set(key, reading);
  }

  /** @param {{id: number, live: LiveDoc, clips: Record<string, ClipDoc>}} message */
  #open({ id, live, clips }) {
    const opening = (async () => {
      const reading = this.#models.get(live.model);
      if (!reading) throw new Error(`The page has no network for this panel. ${DAMAGED}`);
      /** @type {Map<string, Song>} */
      const named = new Map();
      for (const key of live.clips) named.set(freeName(clips[key].title.trim() || "clip", (name) => named.has(name)), this.#song(key, clips[key]));
      return new PageExplorer(this, id, live, await reading, named);
    })();
    opening.catch((error) => this.post({ kind: "failed", id, words: wordsOf(error) }));
    this.#panels.set(id, opening);
    return opening.then(
      () => {},
      () => {},
    );
  }

  /**
   * @param {string} key
   * @param {ClipDoc} doc
   */
  #song(key, doc) {
    const song = this.#songs.get(key) ?? new Song(doc, () => this.#decode(key));
    this.#songs.set(key, song);
    return song;
  }

  /**
   * A person's own sound, which the host knows by a key.
   * @param {{key: string, name: string, notes?: string[]} & Decoded} sound
   */
  own({ key, ...sound }) {
    return taken(sound, () => this.#decode(key));
  }

  /** @param {string} clip @returns {Promise<Decoded>} */
  #decode(clip) {
    const request = (this.#requests += 1);
    return new Promise((resolve, reject) => {
      this.#decoding.set(request, { resolve, reject });
      this.post({ kind: "decode", request, clip });
    });
  }

  /** @param {{request: number, error?: string} & Decoded} message */
  #decoded({ request, error, samples, rate }) {
    const waiting = this.#decoding.get(request);
    this.#decoding.delete(request);
    if (error) waiting?.reject(new Error(error));
    else waiting?.resolve({ samples, rate });
  }

  /**
   * @param {PageExplorer} panel
   * @param {{id: number, key: string, name: string, notes: string[]} & Decoded} message
   */
  async #take(panel, { id, ...sound }) {
    this.post({ kind: "taken", id, ...(await panel.take(sound.name, this.own(sound))) });
  }

  /**
   * @param {PageExplorer} panel
   * @param {{request: number, method: string, args: unknown[]}} message
   */
  async #call(panel, { request, method, args }) {
    try {
      const result = await callMethod(panel, method, args);
      this.post({ kind: "answer", request, result });
    } catch (error) {
      this.post({ kind: "answer", request, error: wordsOf(error) });
    }
  }
}
