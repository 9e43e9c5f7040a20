/** The sounds of a player's decks: given as bytes, decoded when there is a context, the latest first. */

/** @import { Sound } from "../types.js" */
/** @import { Region } from "./region.js" */
/** @import { Samples } from "./decoding.js" */

import { Decoded, fitBuffer } from "./decoding.js";

const LATELY = 8; // decoded sounds that are remembered

export class Loaded {
  /** @type {Record<string, Sound | null>} */
  #sounds = {};
  /** @type {Record<string, Samples | null>} */
  #decoded = {};
  /** @type {Record<string, Promise<void> | null>} */
  #decoding = {};
  #lately = new Decoded(LATELY);
  #arrived;
  #failed;

  /**
   * @param {(deck: string) => void} arrived is called when a deck's latest sound is decoded, or there is none
   * @param {(deck: string) => void} failed when it cannot be
   */
  constructor(arrived, failed) {
    this.#arrived = arrived;
    this.#failed = failed;
  }

  /** @param {string} deck */
  sound(deck) {
    return this.#sounds[deck];
  }

  /**
   * @param {string} deck
   * @param {Sound | null} sound
   */
  give(deck, sound) {
    this.#sounds[deck] = sound;
  }

  /** Decoded sounds belong to a context; bytes do not. */
  forget() {
    this.#decoded = {};
    this.#decoding = {};
    this.#lately = new Decoded(LATELY);
  }

  /** Resolves when nothing is being decoded. */
  async ready() {
    await Promise.all(Object.values(this.#decoding));
  }

  /**
   * A sound that may be wanted soon.
   * @param {BaseAudioContext} context
   * @param {Sound} sound
   */
  async foresee(context, sound) {
    if (sound.bytes.byteLength) await this.#lately.get(context, sound).catch(() => {});
  }

  /**
   * Give all decks sounds that were foreseen, at once; false, and nothing changes, if one is not decoded.
   * @param {Record<string, Sound>} sounds by deck
   */
  change(sounds) {
    const samples = Object.values(sounds).map((sound) => this.#lately.peek(sound));
    if (samples.includes(null)) return false;
    Object.entries(sounds).forEach(([deck, sound], i) => {
      this.#sounds[deck] = sound;
      this.#decoded[deck] = samples[i];
      this.#decoding[deck] = null;
    });
    return true;
  }

  /**
   * Decode a deck's sound. An older one that comes late is dropped.
   * @param {string} deck
   * @param {BaseAudioContext} context
   */
  decode(deck, context) {
    const sound = this.#sounds[deck];
    const lately = this.#lately; // another context, another memory
    /** @param {Samples | null} samples */
    const arrived = (samples) => {
      if (this.#lately !== lately || this.#sounds[deck] !== sound) return;
      this.#decoded[deck] = samples;
      this.#arrived(deck);
    };
    this.#decoding[deck] = null;
    if (!sound?.bytes.byteLength) return arrived(null);
    this.#decoding[deck] = lately.get(context, sound).then(arrived, () => {
      arrived(null);
      if (this.#sounds[deck] === sound) this.#failed(deck);
    });
  }

  /**
   * What a deck plays: its sound within a region, scaled; null for none.
   * @param {string} deck
   * @param {BaseAudioContext} context
   * @param {Region} region
   * @param {boolean} raw without the gain that matches loudness
   */
  cut(deck, context, [start, end], raw) {
    const found = this.#decoded[deck];
    if (!found) return null;
    const gain = raw ? 10 ** (-(this.#sounds[deck]?.gain_db ?? 0) / 20) : 1;
    return fitBuffer(context, { ...found, scale: found.scale * gain }, end - start, start);
  }
}
