/** What was looked at lately, within a budget: what was not for longest goes first. */

/**
 * @template Key, Value
 */
export class Kept {
  /** @type {Map<Key, Value>} */
  #all = new Map();
  #size;

  /** @param {(value: Value) => number} size of a value, in the unit of the budget */
  constructor(size = () => 1) {
    this.#size = size;
  }

  /** @param {Key} key */
  peek(key) {
    return this.#all.get(key);
  }

  /**
   * What is kept there; from now on it is the latest.
   * @param {Key} key
   */
  get(key) {
    const found = this.#all.get(key);
    if (found === undefined) return undefined;
    this.#all.delete(key);
    this.#all.set(key, found);
    return found;
  }

  /**
   * Keep a value, and as many of the others as the budget allows.
   * @param {Key} key
   * @param {Value} value
   * @param {number} most
   */
  set(key, value, most) {
    this.#all.delete(key);
    this.#all.set(key, value);
    let total = 0;
    for (const one of this.#all.values()) total += this.#size(one);
    for (const [oldest, one] of this.#all) {
      if (total <= most || this.#all.size === 1) return;
      total -= this.#size(one);
      this.#all.delete(oldest);
    }
  }

  /** @param {Key} key */
  delete(key) {
    this.#all.delete(key);
  }

  clear() {
    this.#all.clear();
  }
}
