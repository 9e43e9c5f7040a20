/** Songs whose samples are here, within a budget of bytes: what a panel shows stays, the others are decoded again. */

/** @import { Song } from "./songs.js" */

const BYTES = 120e6; // two songs of ten minutes at 48 kHz

export class LoadedSongs {
  /** @type {Set<Song>} what was chosen longest ago comes first */
  #loaded = new Set();
  /** @type {Map<unknown, Song>} what must stay, by who needs it */
  #held = new Map();
  #most;

  constructor(most = BYTES) {
    this.#most = most;
  }

  /**
   * Have a song's samples here, and keep them until `owner` lets go.
   * @param {unknown} owner
   * @param {Song} song
   */
  async load(owner, song) {
    this.#held.set(owner, song);
    await song.load();
    this.#loaded.delete(song);
    this.#loaded.add(song);
    this.#fit();
  }

  /**
   * Keep a song that is here until `owner` keeps another; null: none.
   * @param {unknown} owner
   * @param {Song | null} song
   */
  hold(owner, song) {
    if (song) this.#held.set(owner, song);
    else this.#held.delete(owner);
    this.#fit();
  }

  /** Bytes of all samples that are here. */
  get bytes() {
    return [...this.#loaded].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #fit() {
    const held = new Set(this.#held.values());
    for (const song of this.#loaded) {
      if (this.bytes <= this.#most) return;
      if (held.has(song)) continue;
      song.letGo();
      this.#loaded.delete(song);
    }
  }
}
