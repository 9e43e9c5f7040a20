/**
 * The player: what a panel talks to. It makes the page's one AudioContext at
 * the first Play, decodes sounds when they are needed, cuts the loop region out
 * of them, lays them on the Mixer's decks and keeps the position.
 */

/** @import { Sound } from "../types.js" */
/** @import { Region } from "./region.js" */

import { clamp } from "../base/numbers.js";
import { ClockWatch, newContext, pageAudio } from "./context.js";
import { Loaded } from "./loaded.js";
import { Mixer } from "./mixer.js";
import { fitRegion } from "./region.js";

/**
 * One panel's sound. `changed` is called when its state does, `ended` when the sound is over,
 * `failed(deck)` when a sound cannot be decoded; `there()` says whether the panel is still in the document.
 */
export class Player {
  /** @type {Mixer | null} */
  #mixer = null;
  /** @type {AudioContext | null} */
  #context = null;
  #loaded;
  #offset = 0; // the position while nothing plays
  #changed;
  #ended;
  #clock = new ClockWatch();
  #onState = () => {
    this.#changed();
    if (this.playing && this.context?.state === "running") this.#watch();
  };

  /** @type {Record<string, Sound | null | undefined>} by deck: the sound that is on it */
  laid = {};
  playing = false;
  duration = 0;
  decks = ["a", "b"];
  heard = "b";
  loop = true;
  /** @type {Region | null} null is the whole */
  region = null;
  raw = false; // without the gains that match loudness
  volume = 0.5;
  swaps = 0; // sounds laid on a deck so far

  /** @param {{changed?: () => void, ended?: () => void, failed?: (deck: string) => void, there?: () => boolean}} on */
  constructor({ changed = () => {}, ended = () => {}, failed = () => {}, there = () => true } = {}) {
    this.#changed = changed;
    this.#ended = ended;
    this.#loaded = new Loaded((name) => this.#put(name), failed);
    this.there = there;
  }

  get context() {
    return this.#context;
  }

  get analyser() {
    return this.#mixer?.analyser ?? null;
  }

  /** True while the browser still withholds sound (its autoplay rule). */
  get blocked() {
    return this.playing && this.context !== null && this.context.state !== "running";
  }

  /**
   * What is played round and round.
   * @returns {Region}
   */
  get #span() {
    return this.region ?? [0, this.duration];
  }

  /** What is heard now, s from the start of the sound. */
  position() {
    if (!this.playing || !this.#mixer?.clock || !this.context) return this.#offset;
    return this.#span[0] + this.#mixer.positionAt(this.context.currentTime - (this.context.outputLatency || 0));
  }

  /**
   * Lay a sound on a deck, or null for none.
   * @param {string} name
   * @param {Sound | null} sound
   */
  load(name, sound) {
    const laid = this.laid[name];
    if (sound && laid && laid === this.#loaded.sound(name) && laid.bytes === sound.bytes && laid.scale === sound.scale && laid.gain_db === sound.gain_db) return; // it is there
    this.#loaded.give(name, sound);
    if (this.context) this.#loaded.decode(name, this.context);
  }

  /**
   * While it plays, decode sounds that will be wanted; resolves when the last is ready, or cannot be.
   * @param {Sound[]} sounds
   */
  async prepare(sounds) {
    const { context } = this;
    if (context && this.playing) await Promise.all(sounds.map((sound) => this.#loaded.foresee(context, sound)));
  }

  async play() {
    if (this.playing) return;
    const page = pageAudio();
    if (page.active !== this) page.active?.pause();
    page.active = this;
    this.playing = true;
    await this.#begin();
  }

  pause() {
    if (!this.playing) return;
    this.#offset = this.position();
    this.playing = false;
    this.#clock.stop();
    if (this.#mixer?.clock) this.#mixer.stop(this.#mixer.soon());
    this.#changed();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /**
   * Go to a moment; outside of the loop region it ends the region.
   * @param {number} seconds
   */
  seek(seconds) {
    const to = clamp(seconds, 0, this.duration - 0.005);
    if (this.region && (to < this.region[0] || to >= this.region[1])) return this.setRegion(null, to);
    this.#offset = to;
    if (this.playing) this.#restart();
    this.#changed();
  }

  /** @param {string} name a deck; a new one is heard when its first sound lies on it */
  hear(name) {
    if (!this.decks.includes(name)) return;
    this.heard = name;
    if (!this.#mixer?.clock || name in this.laid) this.#mixer?.hear(name, this.#mixer.soon());
    this.#changed();
  }

  /** @param {string[]} decks more or fewer, while the others go on */
  setDecks(decks) {
    const gone = this.decks.filter((name) => !decks.includes(name));
    for (const name of decks) if (!this.decks.includes(name)) this.#mixer?.add(name);
    this.decks = decks;
    if (!decks.includes(this.heard)) this.hear(decks[decks.length - 1]);
    for (const name of gone) {
      this.#mixer?.remove(name, this.#mixer.soon());
      this.load(name, null);
      delete this.laid[name];
    }
  }

  /** @param {boolean} loop */
  setLoop(loop) {
    this.loop = loop;
    this.#mixer?.setLoop(loop, this.#mixer.context.currentTime);
    this.#changed();
  }

  /**
   * Play only a region; null for the whole. `to`, if given, is where to go on.
   * @param {Region | null} region
   */
  setRegion(region, to = this.position()) {
    this.region = fitRegion(region, this.duration);
    const [start, end] = this.#span;
    this.#offset = to < start || to >= end ? start : to;
    if (this.#mixer) {
      for (const name of this.decks) this.#mixer.decks[name].buffer = this.#cut(name, this.#mixer.context);
      this.#mixer.duration = end - start;
      if (this.playing) this.#restart();
    }
    this.#changed();
  }

  /** @param {boolean} raw */
  setRaw(raw) {
    this.raw = raw;
    for (const name of this.decks) this.#put(name);
    this.#changed();
  }

  /** @param {number} volume 0..1 as a slider shows it; squared, because ears are not linear */
  setVolume(volume) {
    this.volume = volume;
    this.#mixer?.output.to(volume ** 2, this.#mixer.soon(), 0.03);
  }

  /**
   * Another clip: silent, at its start, whole.
   * @param {number} duration
   */
  reset(duration, decks = this.decks) {
    this.pause();
    this.#offset = 0;
    this.region = null;
    this.duration = duration;
    this.setDecks(decks);
  }

  /**
   * Go on without a gap with sounds that `prepare` has decoded, one for every deck: those of another
   * window of the same clip. False, and nothing changes, if that cannot be.
   * @param {Record<string, Sound>} sounds by deck
   * @param {(position: number) => number} place where to go on in them, s; below 0: they begin when that has passed
   */
  move(sounds, place) {
    const mixer = this.#mixer;
    if (!this.playing || !mixer?.clock || !this.#loaded.change(sounds)) return false;
    const when = mixer.soon();
    const at = place(this.#span[0] + mixer.positionAt(when));
    const to = clamp(at, 0, this.duration - 0.005);
    const { sampleRate } = mixer.context;
    this.region = null;
    this.laid = { ...sounds };
    for (const name of this.decks) {
      this.swaps++;
      mixer.decks[name].buffer = this.#cut(name, mixer.context);
    }
    mixer.duration = this.duration;
    const rest = Math.max(0, Math.round(-at * sampleRate) / sampleRate); // until they begin
    mixer.start(when + rest, (this.#offset = to));
    this.#changed();
    return true;
  }

  /** Ask the browser for sound; allowed only while it handles a click or a key. */
  resume() {
    this.context?.resume();
    if (this.playing) this.#watch();
  }

  close() {
    this.pause();
    this.#drop();
    const page = pageAudio();
    if (page.active === this) page.active = null;
  }

  /** Take the graph down; sounds stay loaded. */
  #drop() {
    this.#context?.removeEventListener("statechange", this.#onState);
    this.#mixer?.close();
    this.#mixer = this.#context = null;
    this.#loaded.forget();
    this.laid = {};
  }

  /** Start, or start over on a new context, where it is. */
  async #begin() {
    const mixer = this.#wake();
    this.#changed();
    await this.#loaded.ready();
    if (this.playing && mixer === this.#mixer && !mixer.clock) this.#start(mixer);
  }

  /** Go on with another context if this one's clock stands. */
  #watch() {
    const { context } = this;
    if (!context) return;
    const wanted = () => this.playing && context === this.context;
    this.#clock.start(context, wanted, () => {
      this.#offset = this.position();
      this.#drop();
      this.#begin();
    });
  }

  /** @param {Mixer} mixer */
  #start(mixer) {
    mixer.start(mixer.soon(), this.#offset - this.#span[0]);
  }

  /** What plays goes on from another place. */
  #restart() {
    if (this.#mixer?.clock) this.#start(this.#mixer);
  }

  /** The graph, made if need be, on the page's context, which is set going. */
  #wake() {
    const context = (pageAudio().context ??= newContext());
    if (context.state !== "running") context.resume();
    if (this.#mixer && this.context !== context) this.#drop(); // another panel replaced it
    if (this.#mixer) {
      this.#watch();
      return this.#mixer;
    }
    const { decks, heard, volume, loop } = this;
    const mixer = (this.#mixer = new Mixer(context, { decks, heard, volume: volume ** 2, loop }));
    this.#context = context;
    mixer.onended = () => {
      this.pause();
      this.#offset = this.#span[0];
      this.#ended();
      this.#changed();
    };
    context.addEventListener("statechange", this.#onState);
    for (const name of decks) this.#loaded.decode(name, context);
    this.#watch();
    return mixer;
  }

  /**
   * @param {string} name
   * @param {BaseAudioContext} context
   */
  #cut(name, context) {
    return this.#loaded.cut(name, context, this.#span, this.raw);
  }

  /**
   * Lay a deck's sound on the mixer.
   * @param {string} name
   */
  #put(name) {
    if (!this.#mixer?.decks[name]) return; // the deck may be gone
    const first = !(name in this.laid);
    this.swaps++;
    this.laid[name] = this.#loaded.sound(name);
    this.#mixer.put(name, this.#cut(name, this.#mixer.context), this.#mixer.soon());
    if (first && name === this.heard) this.#mixer.hear(name, this.#mixer.soon());
  }
}
