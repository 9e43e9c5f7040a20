import assert from "node:assert/strict";
import test from "node:test";
import { contextFate } from "../../js/sound/context.js";
import { fitSamples } from "../../js/sound/decoding.js";
import { fader } from "../../js/sound/fader.js";
import { Mixer } from "../../js/sound/mixer.js";
import { fitRegion } from "../../js/sound/region.js";
import { pcm16, wavFile } from "../../js/sound/wav.js";

const RATE = 48000;

/** What of an audio context a mixer uses. Nothing sounds; what was asked for is noted. */
class Context {
  sampleRate = RATE;
  currentTime = 0;
  baseLatency = 0.01;
  destination = {};
  /** @type {Source[]} */
  sources = [];

  createGain() {
    /** @type {[number, number][]} a gain's ramps, [when, value] */
    const ramps = [];
    const gain = {
      ramps,
      setValueAtTime: (/** @type {number} */ value, /** @type {number} */ when) => ramps.push([when, value]),
      cancelScheduledValues: (/** @type {number} */ when) => ramps.splice(0, ramps.length, ...ramps.filter(([at]) => at < when)),
      linearRampToValueAtTime: (/** @type {number} */ value, /** @type {number} */ when) => ramps.push([when, value]),
    };
    return { gain, connect: (/** @type {any} */ node) => node, disconnect() {} };
  }

  createAnalyser() {
    return { connect: (/** @type {any} */ node) => node, disconnect() {} };
  }

  createBufferSource() {
    const source = new Source();
    this.sources.push(source);
    return source;
  }
}

class Source {
  /** @type {{duration: number} | null} */
  buffer = null;
  loop = false;
  onended = null;
  /** @type {number[]} */
  started = [];
  /** @type {(number | undefined)[]} */
  stopped = [];

  /** @param {any} node */
  connect(node) {
    return node;
  }

  /**
   * @param {number} when
   * @param {number} offset
   */
  start(when, offset) {
    this.started = [when, offset];
  }

  /** @param {number} [when] */
  stop(when) {
    this.stopped.push(when);
  }
}

const buffer = (duration = 2) => /** @type {AudioBuffer} */ (/** @type {unknown} */ ({ duration }));

/** @param {object} [options] */
function mixerOf(options) {
  const context = new Context();
  const mixer = new Mixer(/** @type {BaseAudioContext} */ (/** @type {unknown} */ (context)), options);
  return { context, mixer };
}

test("all decks start on one sample, at one place", () => {
  const { context, mixer } = mixerOf();
  mixer.put("a", buffer(), 0);
  mixer.put("b", buffer(), 0);
  assert.equal(context.sources.length, 0, "nothing plays before it is started");
  const when = mixer.soon();
  assert.ok(when >= 0.03 && Math.abs(when * RATE - Math.round(when * RATE)) < 1e-6);
  mixer.start(when, 0.5);
  assert.deepEqual(context.sources.map(({ started }) => started), [[when, 0.5], [when, 0.5]]);
  assert.equal(mixer.positionAt(when + 1), 1.5);
  assert.ok(Math.abs(mixer.positionAt(when + 2) - 0.5) < 1e-9, "round and round");
  mixer.setLoop(false, when + 1);
  assert.equal(mixer.positionAt(when + 9), 2, "to the end");
});

test("the latest of several sounds put at once is the one that plays, where the first would have been", () => {
  const { context, mixer } = mixerOf();
  mixer.put("b", buffer(), 0);
  mixer.start(1, 0);
  const [first] = context.sources;
  const [second, third] = [buffer(), buffer()];
  mixer.put("b", second, 1.5);
  mixer.put("b", third, 1.5);
  mixer.put("b", third, 1.4);
  const [, replaced, again, last] = context.sources;
  assert.ok(first.stopped[0] !== undefined && first.stopped[0] > 1.5, "the one that sounds is faded out");
  assert.deepEqual([replaced.stopped, again.stopped], [[undefined], [undefined]], "those that never sounded give up their place");
  assert.deepEqual(last.stopped, []);
  assert.equal(last.buffer, third);
  assert.deepEqual(last.started, [1.5, 0.5]);
});

test("a sound that was begun is heard before it is swapped: two crossfades do not overlap", () => {
  const { context, mixer } = mixerOf();
  mixer.put("b", buffer(), 0);
  mixer.start(1, 0);
  mixer.put("b", buffer(), 1.005);
  const [, second] = context.sources;
  assert.ok(second.started[0] >= 1.015 - 1e-9 && second.started[0] <= 1.015 + 1 / RATE, `${second.started}`);
});

test("who listens to b hears nothing of a, and the other way round after a switch", () => {
  const { mixer } = mixerOf({ heard: "b" });
  const gain = (/** @type {string} */ deck) => /** @type {any} */ (mixer.decks[deck].channel.node.gain).ramps.at(-1)[1];
  assert.deepEqual([gain("a"), gain("b")], [0, 1]);
  mixer.hear("a", 1);
  assert.deepEqual([gain("a"), gain("b")], [1, 0]);
});

test("the end of a sound that was replaced is not the end", () => {
  const { context, mixer } = mixerOf({ loop: false });
  let ended = 0;
  mixer.onended = () => ended++;
  mixer.put("b", buffer(), 0);
  mixer.start(1, 0);
  mixer.put("b", buffer(), 2);
  const [first, second] = /** @type {any[]} */ (context.sources);
  first.onended();
  assert.equal(ended, 0);
  second.onended();
  assert.equal(ended, 1);
});

test("a gain leaves from wherever it is", () => {
  const context = new Context();
  const one = fader(/** @type {BaseAudioContext} */ (/** @type {unknown} */ (context)), 0);
  one.to(1, 1, 0.5);
  one.to(0, 1.25, 0.5);
  assert.deepEqual(/** @type {any} */ (one.node.gain).ramps.slice(-2), [[1.25, 0.5], [1.75, 0]]);
});

test("what becomes of a context whose clock stands or moves", () => {
  const fates = /** @type {const} */ ([
    ["running", true, "keep"],
    ["suspended", true, "keep"],
    ["running", false, "replace"],
    ["interrupted", false, "replace"],
    ["closed", false, "replace"],
    ["suspended", false, "wait"],
  ]);
  for (const [state, moved, fate] of fates) assert.equal(contextFate(state, moved), fate);
});

test("a piece of a sound has its place, its gain, and ends that do not click", () => {
  const samples = Float32Array.from({ length: 1000 }, (_, i) => i);
  const out = new Float32Array(400);
  fitSamples(out, samples, 10000, 700, 0.5);
  assert.equal(out[150], 0.5 * 850);
  assert.ok(out.slice(300).every((x) => x === 0), "padded with silence");
  assert.equal(out[0], 0);
  assert.ok(Math.abs(out[15] - 0.5 * 715 * 0.5) < 1e-3, "half way up after 1.5 ms");
  const short = new Float32Array(3).fill(1);
  fitSamples(short, Float32Array.of(1, 1, 1), 48000, 0, 1);
  assert.deepEqual([...short], [0, 1, 0]);
});

test("a loop region is neither too short nor outside of the sound; all of it is none", () => {
  assert.equal(fitRegion(null, 4), null);
  assert.equal(fitRegion([0, 4], 4), null);
  assert.equal(fitRegion([-1, 9], 4), null);
  assert.deepEqual(fitRegion([1, 2], 4), [1, 2]);
  assert.deepEqual(fitRegion([1, 1.01], 4), [1, 1.05]);
  assert.deepEqual(fitRegion([3.99, 7], 4), [3.95, 4]);
});

test("a WAV file is what its header says", () => {
  const pcm = pcm16(Float32Array.of(0, 0.5, -0.5), 1);
  assert.deepEqual([...pcm], [0, 16384, -16383]);
  const file = wavFile(new Uint8Array(pcm.buffer), 11025);
  const view = new DataView(file.buffer);
  const text = (/** @type {number} */ at) => String.fromCharCode(...file.slice(at, at + 4));
  assert.deepEqual([0, 8, 12, 36].map(text), ["RIFF", "WAVE", "fmt ", "data"]);
  assert.deepEqual([4, 40].map((at) => view.getUint32(at, true)), [file.length - 8, 6]);
  assert.deepEqual([22, 32, 34].map((at) => view.getUint16(at, true)), [1, 2, 16]);
  assert.deepEqual([24, 28].map((at) => view.getUint32(at, true)), [11025, 22050]);
  assert.equal(view.getInt16(46, true), 16384);
});

test("samples that would clip are saved quieter, all alike", () => {
  const [half, whole] = pcm16(Float32Array.of(0.25, -0.5), 4);
  assert.deepEqual([half, whole], [16384, -32767]);
});
