/**
 * The player: what a panel talks to. It has its graph made at the first Play,
 * decodes sounds when they are needed, cuts the loop region out of them, lays
 * them on the Mixer's decks and keeps the position.
 */

/** @import { Sound } from "../types.js" */
/** @import { Mixer } from "./mixer.js" */
/** @import { Region } from "./region.js" */

import { clamp } from "../base/numbers.js";
import { leavePage, playAlone } from "./context.js";
import { Graph } from "./graph.js";
import { Loaded } from "./loaded.js";
import { fitRegion } from "./region.js";

/**
 * One panel's sound. `changed` is called when its state does, `ended` when the sound is over,
 * `failed(deck)` when a sound cannot be decoded; `there()` says whether the panel is still in the document.
 */
export class Player {
  #graph;
  #loaded;
  #offset = 0; // the position while nothing plays
  #changed;
  #ended;

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
    this.#graph = new Graph({ playing: () => this.playing, changed, replaced: () => this.#beginAnew() });
    this.#loaded = new Loaded((name) => this.#put(name), failed);
    this.there = there;
  }

  get context() {
    return this.#graph.context;
  }

  get #mixer() {
    return this.#graph.mixer;
  }

  get analyser() {
    return this.#mixer?.analyser ?? null;
  }

  /** True while the browser still withholds sound (its autoplay rule). */
  get blocked() {
    return this.playing && this.context !== null && !this.#graph.running;
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
    playAlone(this);
    this.playing = true;
    await this.#begin();
  }

  pause() {
    if (!this.playing) return;
    this.#offset = this.position();
    this.playing = false;
    this.#graph.rest();
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
    if (this.#mixer?.clock) this.#start(this.#mixer);
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
      for (const name of this.decks) this.#mixer.decks[name].buffer = this.#loaded.cut(name, this.#mixer.context, this.#span, this.raw);
      this.#mixer.duration = end - start;
      if (this.#mixer.clock) this.#start(this.#mixer);
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
    this.swaps += this.decks.length;
    for (const name of this.decks) mixer.decks[name].buffer = this.#loaded.cut(name, mixer.context, this.#span, this.raw);
    mixer.duration = this.duration;
    const rest = Math.max(0, Math.round(-at * sampleRate) / sampleRate); // until they begin
    mixer.start(when + rest, (this.#offset = to));
    this.#changed();
    return true;
  }

  /** Ask the browser for sound; allowed only while it handles a click or a key. */
  resume() {
    this.#graph.resume();
  }

  close() {
    this.pause();
    this.#graph.close();
    this.#forget();
    leavePage(this);
  }

  /** Nothing is decoded any more, nothing lies on a deck; sounds stay loaded. */
  #forget() {
    this.#loaded.forget();
    this.laid = {};
  }

  /** Go on where it is, on another context. */
  #beginAnew() {
    this.#offset = this.position();
    this.#begin();
  }

  /** Start where it is. */
  async #begin() {
    const mixer = this.#wake();
    this.#changed();
    await this.#loaded.ready();
    if (this.playing && mixer === this.#mixer && !mixer.clock) this.#start(mixer);
  }

  /** @param {Mixer} mixer */
  #start(mixer) {
    mixer.start(mixer.soon(), this.#offset - this.#span[0]);
  }

  /** The graph; a new one gets all sounds. */
  #wake() {
    const { decks, heard, volume, loop } = this;
    const before = this.#mixer;
    const mixer = this.#graph.wake({ decks, heard, volume: volume ** 2, loop });
    if (mixer === before) return mixer;
    mixer.onended = () => {
      this.pause();
      this.#offset = this.#span[0];
      this.#ended();
      this.#changed();
    };
    this.#forget(); // it was decoded for another context
    for (const name of decks) this.#loaded.decode(name, mixer.context);
    return mixer;
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
    this.#mixer.put(name, this.#loaded.cut(name, this.#mixer.context, this.#span, this.raw), this.#mixer.soon());
    if (first && name === this.heard) this.#mixer.hear(name, this.#mixer.soon());
  }
}
