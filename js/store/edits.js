/** What is muted, on its way to Python: one change at a time, and of those that come meanwhile the latest. */

/** @import { Model } from "../types.js" */

export const EDITS = ["muted", "removed"];

const CALM = 250; // ms

/**
 * Whether the same is muted.
 * @param {(name: string) => unknown} one
 * @param {(name: string) => unknown} other
 */
const same = (one, other) => EDITS.every((name) => JSON.stringify(one(name) ?? []) === JSON.stringify(other(name) ?? []));

export class Edits {
  #model;
  /** @type {Record<string, unknown> | null} what was sent last and has no answer yet */
  #sent = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #calm;
  #calmed;

  /**
   * @param {Pick<Model, "get" | "save_changes">} model
   * @param {() => void} calmed is called when nothing was changed for a while
   */
  constructor(model, calmed = () => {}) {
    this.#model = model;
    this.#calmed = calmed;
  }

  /** Whether changes come one after another: what takes longer waits. */
  get busy() {
    return this.#calm !== undefined;
  }

  /** Whether an answer is awaited, or something else is asked for. */
  get waits() {
    return this.#sent !== null || !same(this.#asked, this.#facts);
  }

  /** Other things are asked for, or Python has said what is muted now. */
  look() {
    if (this.waits) this.#rest();
    const sent = this.#sent;
    if (sent && !same((name) => sent[name], this.#facts) && !same(this.#asked, this.#facts)) return; // it comes
    this.#sent = null;
    if (same(this.#asked, this.#facts)) return;
    this.#sent = Object.fromEntries(EDITS.map((name) => [name, this.#asked(name)]));
    this.#model.save_changes();
  }

  /** The kernel is gone or new. */
  lose() {
    this.#sent = null;
    clearTimeout(this.#calm);
    this.#calm = undefined;
  }

  #rest() {
    clearTimeout(this.#calm);
    this.#calm = setTimeout(() => {
      this.#calm = undefined;
      this.#calmed();
    }, CALM);
  }

  #asked = (/** @type {string} */ name) => this.#model.get(name);
  #facts = (/** @type {string} */ name) => this.#model.get("facts")?.[name];
}
