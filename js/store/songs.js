/** The whole songs of a live panel's time line, as Python sends them: each once, kept within a budget. */

/** @import { Facts, HeardSong, Progress, SongState } from "../types.js" */
/** @import { Requests } from "./requests.js" */

import { readSong, sizeOf } from "../timeline/heard.js";
import { Kept } from "../base/kept.js";

const SONG_BYTES = 64e6;

export class Songs {
  /** @type {Kept<number, HeardSong>} */
  #heard = new Kept(sizeOf);
  /** @type {Map<number, Progress>} those that are being heard */
  #progress = new Map();
  /** @type {Map<number, string>} what went wrong */
  #errors = new Map();
  /** @type {Set<number>} those that nobody need ask for again */
  #asked = new Set();
  #requests;

  /** @param {Requests} requests */
  constructor(requests) {
    this.#requests = requests;
  }

  /**
   * What is known of the song in sight; null if there is no time line.
   * @param {Partial<Facts> | null | undefined} facts
   * @returns {SongState | null}
   */
  of(facts) {
    const { number, unmuted } = facts?.song ?? {};
    if (number === undefined) return null;
    const before = unmuted == null ? null : (this.#heard.peek(unmuted) ?? null);
    return { heard: this.#heard.peek(number) ?? null, before, progress: this.#progress.get(number) ?? null, error: this.#errors.get(number) ?? "" };
  }

  /**
   * Ask for the song in sight, once; `again`: even if that was stopped, or the song is very long.
   * @param {Partial<Facts> | null | undefined} facts
   * @param {boolean} again
   */
  want(facts, again = false) {
    const song = facts?.song;
    if (song?.number === undefined || this.#heard.get(song.number)) return;
    if (!again && (song.asks || this.#asked.has(song.number))) return;
    this.#asked.add(song.number);
    this.#errors.delete(song.number);
    this.#progress.set(song.number, { share: 0, words: "" });
    this.#requests.send({ kind: "song", song: song.number });
  }

  /** @param {Partial<Facts> | null | undefined} facts */
  stop(facts) {
    if (facts?.song?.number !== undefined) this.#requests.send({ kind: "song-stop", song: facts.song.number });
  }

  /**
   * @param {any} message
   * @param {DataView<ArrayBuffer>[]} buffers
   * @param {Partial<Facts> | null | undefined} facts
   */
  receive({ kind, song, share, words, error, ...message }, buffers, facts) {
    if (kind === "song") {
      this.#heard.set(song, readSong(message, buffers), SONG_BYTES);
      this.#progress.delete(song);
    } else if (share !== null) this.#progress.set(song, { share, words });
    else {
      this.#progress.delete(song);
      if (error) this.#errors.set(song, error);
      else if (song !== facts?.song?.number) this.#asked.delete(song); // left, not stopped: it may be wanted again
    }
  }

  /** The kernel is gone: nothing is under way. */
  lose() {
    this.#progress.clear();
    this.#asked.clear();
  }

  clear() {
    this.#heard.clear();
  }
}
