/**
 * A player's graph on the page's one AudioContext: made when it is first wanted, and made again when
 * another context took that one's place.
 */

import { ClockWatch, newContext, pageAudio } from "./context.js";
import { Mixer } from "./mixer.js";

/** @typedef {NonNullable<ConstructorParameters<typeof Mixer>[1]>} MixerSettings */

/**
 * @typedef {object} GraphEvents
 * @property {() => boolean} playing whether sound is wanted now
 * @property {() => void} changed the context's state has changed
 * @property {() => void} replaced its clock stood, and another context is in its place: a new graph is to be made
 */

export class Graph {
  /** @type {Mixer | null} */
  mixer = null;
  /** @type {AudioContext | null} */
  context = null;
  #clock = new ClockWatch();
  #on;
  #onState = () => {
    this.#on.changed();
    if (this.#on.playing() && this.running) this.#watch();
  };

  /** @param {GraphEvents} on */
  constructor(on) {
    this.#on = on;
  }

  get running() {
    return this.context?.state === "running";
  }

  /**
   * The graph on the page's context, which is set going.
   * @param {MixerSettings} settings of a new one
   */
  wake(settings) {
    const context = (pageAudio().context ??= newContext());
    if (context.state !== "running") context.resume();
    if (this.context !== context) this.close(); // another panel replaced it
    this.context = context;
    this.mixer ??= this.#make(context, settings);
    this.#watch();
    return this.mixer;
  }

  /** Ask the browser for sound; allowed only while it handles a click or a key. */
  resume() {
    this.context?.resume();
    if (this.#on.playing()) this.#watch();
  }

  /** Nothing plays: the clock may stand. */
  rest() {
    this.#clock.stop();
  }

  close() {
    this.context?.removeEventListener("statechange", this.#onState);
    this.mixer?.close();
    this.mixer = this.context = null;
  }

  /**
   * @param {AudioContext} context
   * @param {MixerSettings} settings
   */
  #make(context, settings) {
    context.addEventListener("statechange", this.#onState);
    return new Mixer(context, settings);
  }

  /** Look whether the clock moves. */
  #watch() {
    const { context } = this;
    if (context) this.#clock.start(context, () => this.#on.playing() && context === this.context, this.#on.replaced);
  }
}
