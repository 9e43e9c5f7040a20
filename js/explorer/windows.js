/**
 * Windows of clips that a network listened to, and what is made of them: without parts of the sound,
 * with features muted, with random weights. All are kept within a budget of bytes; what a panel shows stays.
 */

/** @import { Heard, Model, Muted, Part, Variant } from "./types.js" */
/** @import { Check } from "./queue.js" */
/** @import { Song } from "./songs.js" */

const BYTES = 80e6; // of forward passes

/** Name of a variant that is the control of another. */
const RANDOM = "random weights";

export class Windows {
  /** @type {Map<string, Variant>} what was used longest ago comes first */
  #kept = new Map();
  /** @type {Map<unknown, Variant[]>} what must stay, by who needs it */
  #held = new Map();
  /** @type {WeakMap<Variant, string>} */
  #keys = new WeakMap();
  /** @type {WeakMap<object, number>} */
  #numbers = new WeakMap();
  #next = 0;
  #most;

  constructor(most = BYTES) {
    this.#most = most;
  }

  /**
   * A window of a song, as it is.
   * @param {Model} model
   * @param {Song} song
   * @param {number} start s
   */
  at(model, song, start) {
    return this.#make(`${this.#number(model)}/${this.#number(song)}/${start}`, () => model.open(song.heard(model, start), start));
  }

  /**
   * A window without parts of its sound; the window itself if there are none.
   * @param {Variant} window
   * @param {Part[]} parts
   */
  async without(window, parts) {
    if (!parts.length) return window;
    return this.#make(`${this.#keys.get(window)}/without ${JSON.stringify(parts)}`, () => window.heard.without(parts));
  }

  /**
   * A window in which features have other gains; the window itself if there are none.
   * @param {Variant} window
   * @param {Muted[]} muted
   */
  async edited(window, muted) {
    const gains = muted.filter(([, , gain]) => gain !== 1);
    if (!gains.length) return window;
    return this.#make(`${this.#keys.get(window)}/muted ${JSON.stringify(gains)}`, () => window.heard.mute(gains));
  }

  /**
   * The same window in the same network with random weights.
   * @param {Variant} window
   */
  control(window) {
    const { model, samples } = window.heard;
    return this.#make(`${this.#keys.get(window)}/control`, async () => (await model.random()).open(samples), true);
  }

  /**
   * All that a panel needs of a window, held for `token`: the window as it is, without parts of its
   * sound, and what stands in the rows.
   * @param {{model: Model, song: Song, start: number, removed: Part[], muted: Muted[], control: boolean}} wanted
   * @param {Check} check
   * @param {object} token
   */
  async rows({ model, song, start, removed, muted, control }, check, token) {
    /** @type {Variant[]} */
    const made = [];
    const add = async (/** @type {Promise<Variant>} */ making) => {
      made.push(await making);
      this.hold(token, made);
      await check();
      return /** @type {Variant} */ (made.at(-1));
    };
    const plain = await add(this.at(model, song, start));
    const window = await add(this.without(plain, removed));
    const variants = [await add(this.edited(window, muted))];
    if (control) variants.push(await add(this.control(window)));
    return { plain, window, variants };
  }

  /**
   * Keep these until `owner` holds others, then as many of all as the budget allows.
   * @param {unknown} owner
   * @param {Variant[]} variants
   */
  hold(owner, variants) {
    if (variants.length) this.#held.set(owner, variants);
    else this.#held.delete(owner);
    const held = new Set([...this.#held.values()].flat());
    let total = 0;
    for (const { heard } of this.#kept.values()) total += heard.bytes;
    for (const [key, variant] of this.#kept) {
      if (total <= this.#most) return;
      if (held.has(variant)) continue;
      total -= variant.heard.bytes;
      this.#kept.delete(key);
      variant.heard.free();
    }
  }

  /** Bytes of all that is kept. */
  get bytes() {
    return [...this.#kept.values()].reduce((sum, { heard }) => sum + heard.bytes, 0);
  }

  /**
   * @param {string} key
   * @param {() => Promise<Heard>} make
   * @returns {Promise<Variant>}
   */
  async #make(key, make, control = false) {
    const found = this.#kept.get(key) ?? { heard: await make(), name: control ? RANDOM : "", control };
    this.#kept.delete(key);
    this.#kept.set(key, found);
    this.#keys.set(found, key);
    return found;
  }

  /** A number by which a model or a song is known here. @param {object} thing */
  #number(thing) {
    const number = this.#numbers.get(thing) ?? (this.#next += 1);
    this.#numbers.set(thing, number);
    return number;
  }
}
