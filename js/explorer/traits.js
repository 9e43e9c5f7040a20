/** What a panel and the page both know, by name. What changes here is sent together, soon. */

/** @typedef {Record<string, any>} State */

/**
 * @param {unknown} one
 * @param {unknown} other
 */
const same = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

export class Traits {
  #values;
  /** @type {Set<string>} */
  #changed = new Set();
  #send;

  /**
   * @param {State} values
   * @param {(state: State, buffers: ArrayBuffer[]) => void} send
   */
  constructor(values, send) {
    this.#values = { ...values };
    this.#send = send;
  }

  /** @param {string} name */
  get(name) {
    return this.#values[name];
  }

  /** @param {State} state */
  set(state) {
    for (const [name, value] of Object.entries(state)) {
      if (!ArrayBuffer.isView(value) && same(this.#values[name], value)) continue;
      this.#values[name] = value;
      this.#change(name);
    }
  }

  /** The page has these values now. @param {State} state */
  take(state) {
    for (const [name, value] of Object.entries(state)) this.#values[name] = value;
  }

  /** The page has other values than there are here: send these. @param {string[]} names */
  restate(names) {
    for (const name of names) if (Object.hasOwn(this.#values, name)) this.#change(name);
  }

  /** Send what has changed, before anything else is sent. Sounds and pictures go to the page and are not kept. */
  flush() {
    if (!this.#changed.size) return;
    const state = Object.fromEntries([...this.#changed].map((name) => [name, this.#values[name]]));
    this.#changed.clear();
    const arrays = Object.entries(state).filter(([, value]) => ArrayBuffer.isView(value));
    for (const [name] of arrays) this.#values[name] = null;
    this.#send(state, arrays.map(([, value]) => value.buffer));
  }

  /** @param {string} name */
  #change(name) {
    if (!this.#changed.size) queueMicrotask(() => this.flush());
    this.#changed.add(name);
  }
}
