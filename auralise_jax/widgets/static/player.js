/**
 * The player: what a panel talks to. It makes the page's one AudioContext at
 * the first Play, decodes sounds when they are needed, lays them on the
 * Mixer's decks and keeps the position.
 */

const EDGE_FADE = 0.003; // s; both ends of a sound, so that the loop's seam does not click
const pageAudio = (globalThis[Symbol.for("auralise.audio")] ??= { context: null, active: null });

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
  return fitBuffer(context, decoded.getChannelData(0), decoded.sampleRate, duration, bare ? (scale * 32768) / 32767 : scale);
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
