/**
 * The sound's graph: decks, A (the source), B (the feature) and maybe more, on one clock.
 *
 * It takes any audio context and explicit times, so the same code can be
 * rendered offline and its waveform looked at.
 */

const CROSSFADE = 0.015; // s; long enough not to click, short enough to feel instant
const LOOKAHEAD = 0.02; // s between a request and its sample, so that all decks can make it

/** A gain that moves in straight lines and knows where it stands at any time. */
function fader(context, value) {
  const node = context.createGain();
  let line = { from: value, to: value, start: 0, end: 0 };
  node.gain.setValueAtTime(value, context.currentTime);
  const at = (time) => {
    if (time >= line.end) return line.to;
    if (time <= line.start) return line.from;
    return line.from + ((line.to - line.from) * (time - line.start)) / (line.end - line.start);
  };
  return {
    node,
    /** Go to `target` in `seconds` from `when`, leaving from wherever the gain is then. */
    to(target, when, seconds = CROSSFADE) {
      const here = at(when);
      node.gain.cancelScheduledValues(when);
      node.gain.linearRampToValueAtTime(here, when); // finish the part already under way
      node.gain.linearRampToValueAtTime(target, when + seconds);
      line = { from: here, to: target, start: when, end: when + seconds };
    },
  };
}

/** The audio graph: source -> fade -> deck -> output -> analyser -> destination. */
class Mixer {
  constructor(context, { decks = ["a", "b"], heard = "b", volume = 0.25, loop = true } = {}) {
    this.context = context;
    this.loop = loop;
    this.duration = 0;
    this.clock = null; // {when, offset}: at time `when` the position is `offset`
    this.onended = () => {};
    this.output = fader(context, volume);
    this.analyser = context.createAnalyser();
    this.output.node.connect(this.analyser).connect(context.destination);
    this.decks = {};
    for (const name of decks) {
      const channel = fader(context, name === heard ? 1 : 0);
      channel.node.connect(this.output.node);
      this.decks[name] = { channel, buffer: null, voice: null };
    }
  }

  /** The next time at which a start can still be in step, on a whole sample. */
  soon() {
    return this.#grid(this.context.currentTime + LOOKAHEAD + (this.context.baseLatency ?? 0));
  }

  #grid(time) {
    return Math.ceil(time * this.context.sampleRate - 1e-6) / this.context.sampleRate;
  }

  /** Position in the sound, s, at a time of the context's clock. */
  positionAt(time) {
    const gone = this.clock.offset + Math.max(0, time - this.clock.when);
    return this.loop && this.duration > 0 ? gone % this.duration : Math.min(gone, this.duration);
  }

  /** Run all decks from `offset`; what sounded before fades out meanwhile. */
  start(when, offset) {
    const { sampleRate } = this.context;
    const decks = Object.values(this.decks);
    const turn = Math.max(...decks.map((deck) => this.#turn(deck, when)));
    this.clock = { when: turn, offset: Math.round(offset * sampleRate) / sampleRate };
    for (const deck of decks) {
      this.#retire(deck, turn);
      this.#launch(deck, turn);
    }
  }

  stop(when) {
    for (const deck of Object.values(this.decks)) this.#retire(deck, when);
    this.clock = null;
  }

  /** Give one deck another sound; the other deck does not notice. */
  put(name, buffer, when) {
    const deck = this.decks[name];
    deck.buffer = buffer;
    if (buffer) this.duration = buffer.duration;
    if (!this.clock) return;
    const turn = this.#turn(deck, when);
    this.#retire(deck, turn);
    this.#launch(deck, turn);
  }

  hear(name, when) {
    for (const [other, deck] of Object.entries(this.decks)) deck.channel.to(other === name ? 1 : 0, when);
  }

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

  #retire(deck, when) {
    if (!deck.voice) return;
    deck.voice.fade.to(0, when);
    deck.voice.source.stop(when + 2 * CROSSFADE);
    deck.voice = null;
  }
}
