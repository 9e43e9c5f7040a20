/** The time line of an explorer: the whole song is heard in the background, once, and kept within a budget. */

/** @import { Muted } from "../types.js" */
/** @import { Check, Lanes } from "./queue.js" */
/** @import { SongModel } from "./song_hearing.js" */
/** @import { Sound, SongHeard } from "./song_pass.js" */
/** @typedef {{model: string, clip: string, gains: Muted[]}} SongKey a whole clip under a model, by the names in the panel's lists, and the gains of features */
/** @typedef {{send: (content: object, buffers?: ArrayBuffer[]) => void, queue: Lanes}} Page what sends the page messages, and runs work */

import { Kept } from "../base/kept.js";
import { LOOKED } from "../engine/sound/looking.js";
import { Cancelled } from "./queue.js";
import { hearSong } from "./song_hearing.js";

const HOP = 1; // s between the windows that are heard; half a window where windows are shorter than 2 s
const WINDOWS = 1200; // that are heard, about: of a longer song they stand further apart
const SONGS_BYTES = 64e6;
const STEPS = 25; // messages about the progress

/**
 * The seconds between the windows of a song that are heard.
 * @param {number} duration
 * @param {number} window
 */
export const hopFor = (duration, window) => Math.max(Math.min(HOP, window / 2), duration / WINDOWS);

/** @param {SongKey} key */
const plainOf = (key) => ({ ...key, gains: [] });

/** @param {SongKey} key */
const nameOf = ({ model, clip, gains }) => JSON.stringify([model, clip, gains]);

/** @param {SongHeard} heard */
const bytesOf = ({ probabilities, layers }) => layers.reduce((sum, { halves }) => sum + halves.byteLength, probabilities.byteLength);

export class Timeline {
  /** @type {Kept<string, SongHeard>} */
  #kept = new Kept(bytesOf);
  /** @type {Map<string, number>} */
  #numbers = new Map();
  /** @type {{key: SongKey} | null} a song that is being heard */
  #hearing = null;
  #page;
  #hear;

  /**
   * @param {Page} page
   * @param {typeof hearSong} hear
   */
  constructor(page, hear = hearSong) {
    this.#page = page;
    this.#hear = hear;
  }

  /**
   * What the page has to know before the song is heard.
   * @param {SongKey} key
   * @param {Sound} song
   * @param {{task: string, classes: readonly string[], seconds: number}} model
   */
  facts(key, song, { task, classes, seconds }) {
    return {
      number: this.#number(key),
      unmuted: key.gains.length ? this.#number(plainOf(key)) : null,
      hop: hopFor(song.duration, seconds),
      asks: song.duration > LOOKED, // it is heard if somebody asks for it
      said: classes.length ? task : null,
    };
  }

  /**
   * Whether the page knows a song by that number.
   * @param {SongKey} key
   * @param {number} number
   */
  isNumber(key, number) {
    return this.#number(key) === number;
  }

  /**
   * Send the page the song, and without what is muted; hear both first if need be.
   * @param {SongKey} key
   * @param {Sound} song
   * @param {SongModel} model
   */
  hear(key, song, model) {
    const wanted = [...new Map([plainOf(key), key].map((one) => [nameOf(one), one])).values()];
    for (const one of wanted) this.#send(one);
    if (wanted.every((one) => this.#kept.peek(nameOf(one)))) return;
    if (this.#hearing && nameOf(this.#hearing.key) === nameOf(key)) return;
    this.leave();
    const hearing = (this.#hearing = { key });
    this.#progress(key, 0, "waiting to hear the song");
    this.#page.queue.run("song", (check) => this.#work(check, hearing, wanted, song, model)).catch(() => {}); // the page was sent the words
  }

  /**
   * Stop hearing any other song than that.
   * @param {SongKey} [key]
   */
  leave(key) {
    const left = this.#hearing;
    if (!left || (key && nameOf(left.key) === nameOf(key))) return;
    this.#hearing = null;
    this.#page.queue.cancel("song");
    this.#progress(left.key, null);
  }

  /** Stop the work and forget the songs. */
  close() {
    this.#hearing = null;
    this.#page.queue.cancel("song");
    this.#kept.clear();
  }

  /**
   * @param {Check} check
   * @param {{key: SongKey}} hearing
   * @param {SongKey[]} wanted
   * @param {Sound} song
   * @param {SongModel} model
   */
  async #work(check, hearing, wanted, song, model) {
    let error = "";
    try {
      for (const one of wanted) {
        if (this.#kept.peek(nameOf(one))) continue;
        const steps = { check, each: this.#eachOf(hearing, one, song.duration, hopFor(song.duration, model.seconds)) };
        this.#kept.set(nameOf(one), await this.#hear(model, song, one.gains, hopFor(song.duration, model.seconds), steps), SONGS_BYTES);
        this.#send(one);
      }
    } catch (problem) {
      if (problem instanceof Cancelled || this.#hearing !== hearing) throw problem;
      error = problem instanceof Error ? problem.message : `${problem}`;
    }
    if (this.#hearing !== hearing) return;
    this.#hearing = null;
    this.#progress(hearing.key, null, "", error);
  }

  /**
   * @param {{key: SongKey}} hearing
   * @param {SongKey} heard now: the song itself, or without what is muted
   * @param {number} duration
   * @param {number} hop
   */
  #eachOf(hearing, heard, duration, hop) {
    const muted = heard.gains.length ? ", muted" : "";
    return (/** @type {number} */ done, /** @type {number} */ of) => {
      if (this.#hearing !== hearing || done % Math.max(1, Math.floor(of / STEPS))) return;
      const seconds = Math.min(done * hop, duration);
      this.#progress(hearing.key, done / of, `hearing the song${muted}: ${seconds.toFixed(0)} of ${duration.toFixed(0)} s`);
    };
  }

  /** @param {SongKey} key */
  #number(key) {
    const name = nameOf(key);
    const number = this.#numbers.get(name) ?? this.#numbers.size + 1; // 0 is what the page was written with
    this.#numbers.set(name, number);
    return number;
  }

  /**
   * @param {SongKey} key
   * @param {number | null} share
   */
  #progress(key, share, words = "", error = "") {
    this.#page.send({ kind: "song-progress", song: this.#number(key), share, words, error });
  }

  /**
   * Send a song, if it was heard: probabilities as float32, then each layer's activities as float16.
   * @param {SongKey} key
   */
  #send(key) {
    const heard = this.#kept.get(nameOf(key));
    if (!heard) return;
    const { probabilities, layers, times, ...facts } = heard;
    const scales = layers.map(({ features, scale }) => ({ features, scale }));
    const buffers = [probabilities, ...layers.map(({ halves }) => halves)].map((one) => /** @type {ArrayBuffer} */ (one.slice().buffer));
    this.#page.send({ kind: "song", song: this.#number(key), ...facts, times: times.map((time) => Math.round(1e4 * time) / 1e4), layers: scales }, buffers);
  }
}
