/**
 * Sound: two decks, A (the source) and B (the feature), on one clock.
 *
 * Mixer is the graph. It takes any audio context and explicit times, so the
 * same code can be rendered offline and its waveform looked at.
 * Player is what a panel talks to: it makes the page's one AudioContext at the
 * first Play, decodes sounds when they are needed and keeps the position.
 */

const CROSSFADE = 0.015; // s; long enough not to click, short enough to feel instant
const EDGE_FADE = 0.003; // s; both ends of a sound, so that the loop's seam does not click
const LOOKAHEAD = 0.02; // s between a request and its sample, so both decks can make it
const pageAudio = (globalThis[Symbol.for("auralise.audio")] ??= { context: null, active: null });

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
  constructor(context, { heard = "b", volume = 0.25, loop = true } = {}) {
    this.context = context;
    this.loop = loop;
    this.duration = 0;
    this.clock = null; // {when, offset}: at time `when` the position is `offset`
    this.onended = () => {};
    this.output = fader(context, volume);
    this.analyser = context.createAnalyser();
    this.output.node.connect(this.analyser).connect(context.destination);
    this.decks = {};
    for (const name of ["a", "b"]) {
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

  /** Run both decks from `offset`; what sounded before fades out meanwhile. */
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

/** An AudioBuffer of exactly `duration` s: cut or padded, scaled, with soft ends. */
function fitBuffer(context, samples, rate, duration, scale = 1) {
  const length = Math.max(1, Math.round(duration * rate));
  const buffer = context.createBuffer(1, length, rate);
  const out = buffer.getChannelData(0);
  out.set(samples.subarray(0, length));
  if (scale !== 1) for (let i = 0; i < length; i++) out[i] *= scale;
  const edge = Math.min(Math.round(EDGE_FADE * rate), length >> 1);
  for (let i = 0; i < edge; i++) {
    out[i] *= i / edge;
    out[length - 1 - i] *= i / edge;
  }
  return buffer;
}

/** Bare int16 samples with a WAV header in front: the browser's decoder then resamples them well. */
function wavFile(bytes, rate) {
  const file = new Uint8Array(44 + bytes.byteLength);
  const view = new DataView(file.buffer);
  const text = (at, letters) => file.set([...letters].map((c) => c.charCodeAt(0)), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + bytes.byteLength, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, bytes.byteLength, true);
  file.set(bytes, 44);
  return file;
}

/**
 * A sound {bytes, codec, rate, scale} as an AudioBuffer at the context's own rate.
 * At that rate every position is a whole sample, so a swapped sound lies exactly on the old one;
 * a source node that resamples by itself rounds its offset and interpolates in straight lines.
 */
async function decodeSound(context, { bytes, codec, rate, scale }, duration) {
  const bare = codec === "pcm16";
  const file = bare ? wavFile(bytes, rate) : bytes.slice();
  const decoded = await context.decodeAudioData(file.buffer);
  return fitBuffer(context, decoded.getChannelData(0), decoded.sampleRate, duration, bare ? (scale * 32768) / 32767 : 1);
}

/** One panel's sound. `changed` is called when its state does, `failed(deck)` when a sound cannot be decoded. */
class Player {
  #mixer = null;
  #sounds = { a: null, b: null };
  #decoding = { a: null, b: null };
  #offset = 0; // the position while nothing plays
  #changed;
  #failed;

  constructor({ changed = () => {}, failed = () => {} } = {}) {
    this.#changed = changed;
    this.#failed = failed;
    this.playing = false;
    this.duration = 0;
    this.heard = "b";
    this.loop = true;
    this.volume = 0.5;
  }

  get context() {
    return this.#mixer?.context ?? null;
  }

  get analyser() {
    return this.#mixer?.analyser ?? null;
  }

  /** True while the browser still withholds sound (its autoplay rule). */
  get blocked() {
    return this.playing && this.context !== null && this.context.state !== "running";
  }

  /** What is heard now, s from the start of the sound. */
  position() {
    if (!this.playing || !this.#mixer?.clock) return this.#offset;
    return this.#mixer.positionAt(this.context.currentTime - (this.context.outputLatency || 0));
  }

  /** Lay a sound on deck "a" or "b": {bytes, codec, rate, scale}, or null for none. */
  load(name, sound) {
    this.#sounds[name] = sound;
    if (this.#mixer) this.#decode(name);
  }

  async play() {
    if (this.playing) return;
    if (pageAudio.active !== this) pageAudio.active?.pause();
    pageAudio.active = this;
    this.playing = true;
    this.#wake();
    this.#changed();
    await Promise.all([this.#decoding.a, this.#decoding.b]);
    if (this.playing && !this.#mixer.clock) this.#mixer.start(this.#mixer.soon(), this.#offset);
  }

  pause() {
    if (!this.playing) return;
    this.#offset = this.position();
    this.playing = false;
    if (this.#mixer.clock) this.#mixer.stop(this.#mixer.soon());
    this.#changed();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  seek(seconds) {
    this.#offset = Math.max(0, Math.min(seconds, this.duration - 0.005));
    if (this.playing && this.#mixer.clock) this.#mixer.start(this.#mixer.soon(), this.#offset);
    this.#changed();
  }

  hear(name) {
    this.heard = name;
    this.#mixer?.hear(name, this.#mixer.soon());
    this.#changed();
  }

  setLoop(loop) {
    this.loop = loop;
    this.#mixer?.setLoop(loop, this.context.currentTime);
    this.#changed();
  }

  /** `volume` 0..1 as a slider shows it; squared, because ears are not linear. */
  setVolume(volume) {
    this.volume = volume;
    this.#mixer?.output.to(volume ** 2, this.#mixer.soon(), 0.03);
  }

  /** Another clip: silent, at its start. */
  reset(duration) {
    this.pause();
    this.#offset = 0;
    this.duration = duration;
  }

  /** Ask the browser for sound; allowed only while it handles a click or a key. */
  resume() {
    this.context?.resume();
  }

  close() {
    this.pause();
    this.#mixer?.context.removeEventListener("statechange", this.#changed);
    this.#mixer?.close();
    this.#mixer = null;
    if (pageAudio.active === this) pageAudio.active = null;
  }

  #wake() {
    const context = (pageAudio.context ??= new AudioContext({ latencyHint: "interactive" }));
    if (context.state !== "running") context.resume();
    if (this.#mixer) return;
    this.#mixer = new Mixer(context, { heard: this.heard, volume: this.volume ** 2, loop: this.loop });
    this.#mixer.onended = () => {
      this.pause();
      this.#offset = 0;
      this.#changed();
    };
    context.addEventListener("statechange", this.#changed);
    this.#decode("a");
    this.#decode("b");
  }

  /** Bytes -> buffer -> mixer. The latest sound wins; an older one that comes late is dropped. */
  #decode(name) {
    const sound = this.#sounds[name];
    const arrived = (buffer) => {
      if (this.#mixer && this.#sounds[name] === sound) this.#mixer.put(name, buffer, this.#mixer.soon());
    };
    this.#decoding[name] = null;
    if (!sound?.bytes.byteLength) return arrived(null);
    this.#decoding[name] = decodeSound(this.context, sound, this.duration).then(arrived, () => {
      arrived(null);
      if (this.#sounds[name] === sound) this.#failed(name);
    });
  }
}
