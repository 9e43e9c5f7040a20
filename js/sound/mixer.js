/**
 * The sound's graph: decks, A (the source), B (the feature) and maybe more, on one clock.
 *
 * It takes any audio context and explicit times, so the same code can be
 * rendered offline and its waveform looked at.
 */

import { CROSSFADE, fader } from "./fader.js";

const LOOKAHEAD = 0.02; // s between a request and its sample, so that all decks can make it

/** @typedef {ReturnType<typeof fader>} Fader */
/** @typedef {{source: AudioBufferSourceNode, fade: Fader, when: number}} Voice a sound under way */
/** @typedef {{channel: Fader, buffer: AudioBuffer | null, voice: Voice | null, full: number}} Deck `full`: when its sound has faded in */
/** @typedef {{when: number, offset: number}} Clock at time `when` the position is `offset` */

/** The audio graph: source -> fade -> deck -> output -> analyser -> destination. */
export class Mixer {
  duration = 0;
  /** @type {Clock | null} */
  clock = null;
  onended = () => {};
  /** @type {Record<string, Deck>} */
  decks = {};

  /** @param {BaseAudioContext} context */
  constructor(context, { decks = ["a", "b"], heard = "b", volume = 0.25, loop = true } = {}) {
    this.context = context;
    this.loop = loop;
    this.output = fader(context, volume);
    this.analyser = context.createAnalyser();
    this.output.node.connect(this.analyser).connect(context.destination);
    for (const name of decks) this.add(name, name === heard);
  }

  /**
   * One more deck; the others do not notice.
   * @param {string} name
   */
  add(name, heard = false) {
    const channel = fader(this.context, heard ? 1 : 0);
    channel.node.connect(this.output.node);
    this.decks[name] = { channel, buffer: null, voice: null, full: 0 };
  }

  /**
   * Take a deck away; if it is heard until `when`, its sound goes on while another fades in.
   * @param {string} name
   * @param {number} when
   */
  remove(name, when) {
    const { channel, voice } = this.decks[name];
    delete this.decks[name];
    channel.to(0, when);
    if (!voice) return channel.node.disconnect();
    voice.source.onended = () => {
      voice.fade.node.disconnect();
      channel.node.disconnect();
    };
    voice.source.stop(when + 2 * CROSSFADE);
  }

  /** The next time at which a start can still be in step, on a whole sample. */
  soon() {
    return this.#grid(this.context.currentTime + LOOKAHEAD + ("baseLatency" in this.context ? Number(this.context.baseLatency) : 0));
  }

  /** @param {number} time */
  #grid(time) {
    return Math.ceil(time * this.context.sampleRate - 1e-6) / this.context.sampleRate;
  }

  /**
   * Position in the sound, s, at a time of the context's clock; 0 while it does not run.
   * @param {number} time
   */
  positionAt(time) {
    if (!this.clock) return 0;
    const gone = this.clock.offset + Math.max(0, time - this.clock.when);
    return this.loop && this.duration > 0 ? gone % this.duration : Math.min(gone, this.duration);
  }

  /**
   * Run all decks from `offset`; what sounded before fades out meanwhile.
   * @param {number} when
   * @param {number} offset
   */
  start(when, offset) {
    const { sampleRate } = this.context;
    const decks = Object.values(this.decks);
    const turn = Math.max(...decks.map((deck) => this.#turn(deck, when)));
    this.clock = { when: turn, offset: Math.round(offset * sampleRate) / sampleRate };
    this.#change(decks, turn);
  }

  /** @param {number} when */
  stop(when) {
    for (const deck of Object.values(this.decks)) this.#retire(deck, when);
    this.clock = null;
  }

  /**
   * Give one deck another sound; the other deck does not notice.
   * @param {string} name
   * @param {AudioBuffer | null} buffer
   * @param {number} when
   */
  put(name, buffer, when) {
    const deck = this.decks[name];
    deck.buffer = buffer;
    if (buffer) this.duration = buffer.duration;
    if (!this.clock) return;
    const fresh = !deck.voice; // nothing fades out under it
    const turn = this.#turn(deck, when);
    if (fresh) deck.full = turn + CROSSFADE;
    this.#change([deck], turn);
  }

  /**
   * @param {string} name
   * @param {number} when at the earliest: both fades at once would leave a gap
   */
  hear(name, when) {
    const from = Math.max(when, this.decks[name].full);
    for (const [other, deck] of Object.entries(this.decks)) deck.channel.to(other === name ? 1 : 0, from);
  }

  /**
   * @param {boolean} loop
   * @param {number} when
   */
  setLoop(loop, when) {
    if (this.clock) {
      const from = Math.max(when, this.clock.when);
      this.clock = { when: from, offset: this.positionAt(from) };
    }
    this.loop = loop;
    for (const { voice } of Object.values(this.decks)) if (voice) voice.source.loop = loop;
  }

  close() {
    for (const { voice, channel } of Object.values(this.decks)) {
      if (voice) voice.source.onended = null;
      voice?.source.stop();
      voice?.fade.node.disconnect();
      channel.node.disconnect();
    }
    this.output.node.disconnect();
    this.analyser.disconnect();
  }

  /**
   * Fade from what the decks play to what lies on them.
   * @param {Deck[]} decks
   * @param {number} when
   */
  #change(decks, when) {
    for (const deck of decks) {
      this.#retire(deck, when);
      this.#launch(deck, when);
    }
    if (this.context.currentTime < when) return;
    const again = this.soon(); // a source started after its time would lag behind the clock for good
    this.#change(decks, Math.max(...decks.map((deck) => this.#turn(deck, again))));
  }

  /**
   * @param {Deck} deck
   * @param {number} when
   */
  #launch(deck, when) {
    if (!deck.buffer) return;
    const source = this.context.createBufferSource();
    const fade = fader(this.context, 0);
    source.buffer = deck.buffer;
    source.loop = this.loop;
    source.connect(fade.node).connect(deck.channel.node);
    fade.to(1, when);
    source.start(when, Math.min(this.positionAt(when), deck.buffer.duration));
    const voice = (deck.voice = { source, fade, when });
    source.onended = () => {
      fade.node.disconnect();
      if (deck.voice === voice) this.onended(); // nobody replaced it: the sound is over
    };
  }

  /**
   * When a deck can change its sound: not before a crossfade under way has ended, or the two
   * would add up to less than one. A sound that is still waiting to start gives up its place.
   * @param {Deck} deck
   * @param {number} when
   */
  #turn(deck, when) {
    const { voice } = deck;
    if (!voice) return when;
    if (voice.when < when) return Math.max(when, this.#grid(voice.when + CROSSFADE));
    voice.source.onended = null;
    voice.source.stop();
    voice.fade.node.disconnect();
    deck.voice = null;
    return voice.when;
  }

  /**
   * @param {Deck} deck
   * @param {number} when
   */
  #retire(deck, when) {
    if (!deck.voice) return;
    deck.voice.fade.to(0, when);
    deck.voice.source.stop(when + 2 * CROSSFADE);
    deck.voice = null;
  }
}
