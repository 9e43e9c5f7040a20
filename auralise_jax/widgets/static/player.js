/**
 * The player: what a panel talks to. It makes the page's one AudioContext at
 * the first Play, decodes sounds when they are needed, cuts the loop region out
 * of them, lays them on the Mixer's decks and keeps the position.
 */

const EDGE_FADE = 0.003; // s; both ends of a sound, so that the loop's seam does not click
const SHORTEST_REGION = 0.05; // s
const STALL = 500; // ms after which the clock of a context that was set going has moved
const AUDIO = { latencyHint: "interactive" };
const pageAudio = (globalThis[Symbol.for("auralise.audio")] ??= { context: null, active: null });

/**
 * What becomes of a context that was set going `STALL` ms ago: it stays ("keep"), it waits for the
 * reader's click ("wait": the browser's autoplay rule), or another takes its place ("replace": after
 * a pause of the tab, Safari may leave a clock standing whatever its state says).
 */
function contextFate(state, moved) {
  if (moved) return "keep";
  return state === "suspended" ? "wait" : "replace";
}

/** An AudioBuffer of exactly `duration` s from `start` on: cut or padded, scaled, with soft ends. */
function fitBuffer(context, samples, rate, duration, scale = 1, start = 0) {
  const length = Math.max(1, Math.round(duration * rate));
  const first = Math.round(start * rate);
  const buffer = context.createBuffer(1, length, rate);
  const out = buffer.getChannelData(0);
  out.set(samples.subarray(first, first + length));
  if (scale !== 1) for (let i = 0; i < length; i++) out[i] *= scale;
  const edge = Math.min(Math.round(EDGE_FADE * rate), length >> 1);
  for (let i = 0; i < edge; i++) {
    out[i] *= i / edge;
    out[length - 1 - i] *= i / edge;
  }
  return buffer;
}

/** Bare int16 samples with a WAV header in front: a file, and what the browser's decoder resamples well. */
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
 * A sound {bytes, codec, rate, scale} as samples at the context's own rate.
 * At that rate every position is a whole sample, so a swapped sound lies exactly on the old one;
 * a source node that resamples by itself rounds its offset and interpolates in straight lines.
 */
async function decodeSound(context, { bytes, codec, rate, scale = 1 }) {
  const bare = codec === "pcm16";
  const file = bare ? wavFile(bytes, rate) : bytes.slice();
  const decoded = await context.decodeAudioData(file.buffer);
  return {
    samples: decoded.getChannelData(0),
    rate: decoded.sampleRate,
    scale: bare ? (scale * 32768) / 32767 : scale,
  };
}

/** Sounds decoded lately, so that one asked for again, or foreseen, is there at once. */
class Decoded {
  #kept = new Map();

  constructor(most) {
    this.most = most;
  }

  /** The promise of a sound's samples; the bytes' place in memory says which sound it is. */
  get(context, sound) {
    const { buffer, byteOffset, byteLength } = sound.bytes;
    let key = null;
    for (const known of this.#kept.keys()) {
      if (known.buffer === buffer && known.byteOffset === byteOffset && known.byteLength === byteLength) key = known;
    }
    const found = this.#kept.get(key) ?? decodeSound(context, sound);
    this.#kept.delete(key);
    this.#kept.set(key ?? { buffer, byteOffset, byteLength }, found); // the latest stands last
    if (this.#kept.size > this.most) this.#kept.delete(this.#kept.keys().next().value);
    return found;
  }
}

/**
 * One panel's sound. `changed` is called when its state does, `failed(deck)` when a sound cannot be
 * decoded; `there()` says whether the panel is still in the document.
 */
class Player {
  #mixer = null;
  #sounds = {};
  #decoded = {};
  #decoding = {};
  #lately = new Decoded(8);
  #offset = 0; // the position while nothing plays
  #changed;
  #failed;
  #stall = 0; // timer
  #onState = () => (this.#changed(), this.playing && this.context?.state === "running" && this.#watch());

  constructor({ changed = () => {}, failed = () => {}, there = () => true } = {}) {
    this.#changed = changed;
    this.#failed = failed;
    this.there = there;
    this.laid = {}; // by deck: the sound that is on it
    this.playing = false;
    this.duration = 0;
    this.decks = ["a", "b"];
    this.heard = "b";
    this.loop = true;
    this.region = null; // [start, end], s; null is the whole
    this.raw = false; // without the gains that match loudness
    this.volume = 0.5;
    this.swaps = 0; // sounds laid on a deck so far
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

  /** What is played round and round, s. */
  get #span() {
    return this.region ?? [0, this.duration];
  }

  /** What is heard now, s from the start of the sound. */
  position() {
    if (!this.playing || !this.#mixer?.clock) return this.#offset;
    return this.#span[0] + this.#mixer.positionAt(this.context.currentTime - (this.context.outputLatency || 0));
  }

  /** Lay a sound on a deck: {bytes, codec, rate, scale, gain_db}, or null for none. */
  load(name, sound) {
    this.#sounds[name] = sound;
    if (this.#mixer) this.#decode(name);
  }

  /** Decode a sound that may be wanted next. */
  foresee(sound) {
    if (this.playing && sound.bytes.byteLength) this.#lately.get(this.context, sound).catch(() => {});
  }

  /** Decode sounds that will be laid together; resolves when the last is ready, or cannot be. */
  prepare(sounds) {
    const wanted = this.#mixer ? sounds.filter(({ bytes }) => bytes.byteLength) : [];
    return Promise.allSettled(wanted.map((sound) => this.#lately.get(this.context, sound)));
  }

  async play() {
    if (this.playing) return;
    if (pageAudio.active !== this) pageAudio.active?.pause();
    pageAudio.active = this;
    this.playing = true;
    await this.#begin();
  }

  /** Silence a panel that plays and is no longer in the document, as when its cell was run again. */
  static silenceAbsent() {
    if (pageAudio.active?.there?.() === false) pageAudio.active.pause();
  }

  pause() {
    if (!this.playing) return;
    this.#offset = this.position();
    this.playing = false;
    clearTimeout(this.#stall);
    if (this.#mixer.clock) this.#mixer.stop(this.#mixer.soon());
    this.#changed();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** Go to a moment; outside of the loop region it ends the region. */
  seek(seconds) {
    const to = clamp(seconds, 0, this.duration - 0.005);
    if (this.region && (to < this.region[0] || to >= this.region[1])) return this.setRegion(null, to);
    this.#offset = to;
    if (this.playing && this.#mixer.clock) this.#start();
    this.#changed();
  }

  hear(name) {
    if (!this.decks.includes(name)) return;
    this.heard = name;
    this.#mixer?.hear(name, this.#mixer.soon());
    this.#changed();
  }

  setLoop(loop) {
    this.loop = loop;
    this.#mixer?.setLoop(loop, this.context.currentTime);
    this.#changed();
  }

  /** Play only [start, end]; null for the whole. `to`, if given, is where to go on. */
  setRegion(region, to = this.position()) {
    const whole = !region || (region[0] <= 0 && region[1] >= this.duration);
    if (whole) this.region = null;
    else {
      const start = clamp(region[0], 0, this.duration - SHORTEST_REGION);
      this.region = [start, clamp(region[1], start + SHORTEST_REGION, this.duration)];
    }
    const [start, end] = this.#span;
    this.#offset = to < start || to >= end ? start : to;
    if (this.#mixer) {
      for (const name of this.decks) this.#mixer.decks[name].buffer = this.#cut(name);
      this.#mixer.duration = end - start;
      if (this.playing && this.#mixer.clock) this.#start();
    }
    this.#changed();
  }

  setRaw(raw) {
    this.raw = raw;
    if (this.#mixer) for (const name of this.decks) this.#put(name);
    this.#changed();
  }

  /** `volume` 0..1 as a slider shows it; squared, because ears are not linear. */
  setVolume(volume) {
    this.volume = volume;
    this.#mixer?.output.to(volume ** 2, this.#mixer.soon(), 0.03);
  }

  /** Another clip: silent, at its start, whole. */
  reset(duration, decks = this.decks) {
    this.pause();
    this.#offset = 0;
    this.region = null;
    this.duration = duration;
    if (decks.join() === this.decks.join()) return;
    this.close();
    this.decks = decks;
    if (!decks.includes(this.heard)) this.heard = decks.at(-1);
  }

  /** Ask the browser for sound; allowed only while it handles a click or a key. */
  resume() {
    this.context?.resume();
    if (this.playing) this.#watch();
  }

  close() {
    this.pause();
    this.#drop();
    if (pageAudio.active === this) pageAudio.active = null;
  }

  /** Take the graph down; sounds stay loaded. */
  #drop() {
    this.#mixer?.context.removeEventListener("statechange", this.#onState);
    this.#mixer?.close();
    this.#mixer = null;
    this.#decoded = {};
    this.#decoding = {};
    this.laid = {};
    this.#lately = new Decoded(8);
  }

  /** Start, or start over on a new context, where it is. */
  async #begin() {
    this.#wake();
    this.#changed();
    const mixer = this.#mixer;
    await Promise.all(Object.values(this.#decoding));
    if (this.playing && mixer === this.#mixer && !mixer.clock) this.#start();
  }

  /** See whether the clock moves; once a context, or a machine without sound would get one after another. */
  #watch() {
    const { context } = this;
    const before = context.currentTime;
    clearTimeout(this.#stall);
    this.#stall = setTimeout(() => {
      if (!this.playing || context !== this.context) return;
      const fate = contextFate(context.state, context.currentTime > before);
      if (fate !== "replace" || pageAudio.replaced === context) return;
      this.#offset = this.position();
      this.#drop();
      context.close().catch(() => {}); // it may be closed already
      pageAudio.replaced = pageAudio.context = new AudioContext(AUDIO);
      this.#begin();
    }, STALL);
  }

  #start() {
    this.#mixer.start(this.#mixer.soon(), this.#offset - this.#span[0]);
  }

  #wake() {
    const context = (pageAudio.context ??= new AudioContext(AUDIO));
    if (context.state !== "running") context.resume();
    if (this.#mixer && this.context !== context) this.#drop(); // another panel replaced it
    if (this.#mixer) return this.#watch();
    const { decks, heard, volume, loop } = this;
    this.#mixer = new Mixer(context, { decks, heard, volume: volume ** 2, loop });
    this.#mixer.onended = () => {
      this.pause();
      this.#offset = this.#span[0];
      this.#changed();
    };
    context.addEventListener("statechange", this.#onState);
    for (const name of decks) this.#decode(name);
    this.#watch();
  }

  /** What a deck plays: its sound within the region, scaled. */
  #cut(name) {
    const found = this.#decoded[name];
    if (!found) return null;
    const [start, end] = this.#span;
    const gain = this.raw ? 10 ** (-(this.#sounds[name]?.gain_db ?? 0) / 20) : 1;
    return fitBuffer(this.context, found.samples, found.rate, end - start, found.scale * gain, start);
  }

  #put(name) {
    this.swaps++;
    this.laid[name] = this.#sounds[name];
    this.#mixer.put(name, this.#cut(name), this.#mixer.soon());
  }

  /** Bytes -> samples -> mixer. The latest sound wins; an older one that comes late is dropped. */
  #decode(name) {
    const sound = this.#sounds[name];
    const arrived = (decoded) => {
      if (!this.#mixer || this.#sounds[name] !== sound) return;
      this.#decoded[name] = decoded;
      this.#put(name);
    };
    this.#decoding[name] = null;
    if (!sound?.bytes.byteLength) return arrived(null);
    this.#decoding[name] = this.#lately.get(this.context, sound).then(arrived, () => {
      arrived(null);
      if (this.#sounds[name] === sound) this.#failed(name);
    });
  }
}
