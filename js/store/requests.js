/** Requests to Python: each carries a name, its answer the same name; every request is answered. */

/** @import { Model } from "../types.js" */

import { word } from "../words/words.js";

export class Requests {
  /** @type {Map<string, (error: string) => void>} by name: what to call with the error of the answer */
  #open = new Map();
  #asked = 0;
  #gone = false;
  #model;

  /** @param {Pick<Model, "send" | "gone">} model */
  constructor(model) {
    this.#model = model;
  }

  /** How many have no answer yet. */
  get waiting() {
    return this.#open.size;
  }

  /** Whether Python is gone; then every request is answered so at once. */
  get gone() {
    return this.#gone;
  }

  /** What is said then; a page that computes has words of its own. */
  get words() {
    return this.#model.gone || word("gone");
  }

  /** A name that no other request has, even of another page on the same kernel. */
  name() {
    return `${Math.random().toString(36).slice(2)}-${++this.#asked}`;
  }

  /**
   * Ask Python for something; resolves to what is wrong with it, "" if nothing, and always resolves.
   * @param {{kind: string, [name: string]: unknown}} content
   * @param {ArrayBuffer[]} [buffers]
   * @returns {Promise<string>}
   */
  send(content, buffers) {
    const request = this.name();
    const answered = /** @type {Promise<string>} */ (new Promise((resolve) => this.#open.set(request, resolve)));
    try {
      if (this.#gone) throw new Error(this.words);
      this.#model.send({ ...content, request }, undefined, buffers);
    } catch {
      this.answer(request, this.words);
    }
    return answered;
  }

  /**
   * An answer came. Without a name, or with a name that nobody here waits for, it changes nothing.
   * @param {string | undefined} request
   * @param {string} error
   */
  answer(request, error) {
    if (request === undefined) return;
    this.#open.get(request)?.(error);
    this.#open.delete(request);
  }

  /** @param {string} error */
  answerAll(error) {
    for (const request of [...this.#open.keys()]) this.answer(request, error);
  }

  /** The kernel is gone or new. */
  lose() {
    this.#gone = true;
    this.answerAll(this.words);
  }
}
