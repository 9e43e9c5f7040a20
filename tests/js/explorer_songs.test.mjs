import assert from "node:assert/strict";
import test from "node:test";
import { Queue } from "../../js/explorer/queue.js";
import { hopFor, Timeline } from "../../js/explorer/timeline.js";
import { activityOf, probabilityOf, readSong } from "../../js/timeline/heard.js";

/** @import { Muted } from "../../js/types.js" */

const RATE = 8;
const SECONDS = 4;

/** A network of two layers that takes samples as they are: the first doubles them, the second adds them up and is 1 in silence. */
class Network {
  layers = [{ name: "low", features: 2 }, { name: "high", features: 1 }];
  open = 0; // states that are not freed
  /** @type {() => void} is called in every forward pass */
  during = () => {};

  /** @param {number} layer */
  off = (layer) => Float32Array.from(layer === 1 ? [0, 0] : [1]);

  /**
   * @param {Float32Array} picture
   * @param {Map<number, {scale: Float32Array, shift: Float32Array}>} [edits]
   */
  async forward(picture, edits) {
    this.open++;
    this.during();
    const low = Float32Array.from({ length: 2 * picture.length }, (_, i) => (i % 2 ? -1 : 2) * picture[Math.floor(i / 2)]);
    const { scale, shift } = edits?.get(1) ?? { scale: [1, 1], shift: [0, 0] };
    const sum = low.reduce((total, value, i) => total + Math.abs(value * scale[i % 2] + shift[i % 2]), 1);
    return [low, Float32Array.of(sum)];
  }

  maps = (/** @type {Float32Array[]} */ state, /** @type {number} */ layer) => ({ data: state[layer - 1], shape: [] });
  outputs = (/** @type {Float32Array[]} */ state) => Float32Array.of(state[1][0], 2);
  free = () => this.open--;
}

const MODEL = () => ({
  layers: [{ name: "low", features: 2 }, { name: "high", features: 1 }],
  classes: ["a", "b"],
  noneBelow: 0.5,
  task: "classes",
  seconds: SECONDS,
  network: new Network(),
  frontend: {
    sampleRate: RATE,
    samples: RATE * SECONDS,
    fit: (/** @type {Float32Array} */ samples) => Float32Array.from({ length: RATE * SECONDS }, (_, i) => samples[i] ?? 0),
    analyse: (/** @type {Float32Array} */ samples) => samples,
    picture: (/** @type {Float32Array} */ samples) => samples,
  },
  probabilities: (/** @type {Float32Array} */ scores) => scores.map((score) => score / 100),
  checkFinite: (/** @type {Float32Array} */ values, /** @type {string} */ where) => {
    if (!values.every(Number.isFinite)) throw new Error(`overflows in ${where}`);
  },
});

/** @param {number} seconds */
function song(seconds) {
  const samples = new Float32Array(seconds * RATE).fill(0.5);
  return { rate: RATE, duration: seconds, length: samples.length, samples, part: (/** @type {number} */ first, /** @type {number} */ end) => samples.subarray(first, end) };
}

/** @param {Muted[]} gains */
const keyOf = (gains = []) => ({ model: "tiny", clip: "steps", gains });

/** A panel: what it sent, and a promise of its work's end. */
function pageOf(queue = new Queue()) {
  /** @type {{content: any, buffers: ArrayBuffer[]}[]} */
  const sent = [];
  const lanes = queue.lanes("panel");
  /** @type {Promise<unknown>[]} */
  const jobs = [];
  const page = {
    sent,
    queue: {
      cancel: lanes.cancel,
      run: (/** @type {any} */ lane, /** @type {any} */ job) => {
        const done = lanes.run(lane, job);
        jobs.push(done.catch(() => {}));
        return done;
      },
    },
    send: (/** @type {any} */ content, /** @type {ArrayBuffer[]} */ buffers = []) => void sent.push({ content, buffers }),
    rest: () => Promise.all(jobs),
    of: (/** @type {string} */ kind) => sent.filter(({ content }) => content.kind === kind),
  };
  return page;
}

/** As a page reads it. @param {{content: any, buffers: ArrayBuffer[]}} message */
const read = ({ content, buffers }) => readSong(content, buffers.map((one) => new DataView(one)));

test("a song is what was heard, as the page reads it", async () => {
  const [page, model] = [pageOf(), MODEL()];
  const line = new Timeline(page);
  line.hear(keyOf(), song(10), model);
  await page.rest();
  const [message, ...more] = page.of("song");
  assert.equal(more.length, 0);
  const { song: number, hop, seconds, duration, times, classes, wave } = message.content;
  assert.deepEqual([number, hop, seconds, duration, classes], [1, 1, SECONDS, 10, ["a", "b"]]);
  assert.deepEqual(times, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.ok(wave.every((/** @type {number} */ one) => one === 255));
  const heard = read(message);
  assert.deepEqual([...activityOf(heard, 1, 0)], [1, 1, 1, 1, 1, 1, 1, 0.75, 0.5]); // silence after the song's end
  assert.deepEqual([...activityOf(heard, 1, 1)], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.375, 0.25]);
  assert.deepEqual([...activityOf(heard, 2, 0)], [48, 48, 48, 48, 48, 48, 48, 36, 24]);
  assert.ok(Math.abs(probabilityOf(heard, 0)[0] - 0.49) < 1e-6);
  assert.equal(model.network.open, 0);
  assert.deepEqual(page.of("song-progress").at(-1)?.content, { kind: "song-progress", song: 1, share: null, words: "", error: "" });
});

test("progress goes up to the whole, in a kernel's words", async () => {
  const page = pageOf();
  new Timeline(page).hear(keyOf(), song(200), MODEL());
  assert.deepEqual(page.sent[0].content, { kind: "song-progress", song: 1, share: 0, words: "waiting to hear the song", error: "" });
  await page.rest();
  const all = page.of("song-progress").map(({ content }) => content).slice(1, -1);
  const shares = all.map(({ share }) => share);
  assert.deepEqual(shares, [...shares].sort((one, other) => one - other));
  assert.ok(shares.length >= 20 && shares.length <= 40 && shares.at(-1) > 0.95);
  assert.equal(all[0].words, "hearing the song: 7 of 200 s");
});

test("a move is answered before the next window is heard", async () => {
  const queue = new Queue();
  const [page, model] = [pageOf(queue), MODEL()];
  /** @type {string[]} */
  const order = [];
  model.network.during = () => {
    order.push("window");
    if (order.length === 3) {
      const channel = new MessageChannel(); // a message of the page, as a worker gets it
      channel.port1.onmessage = () => {
        channel.port1.close();
        queue.lanes("panel").run("ask", () => order.push("move"));
      };
      channel.port2.postMessage(null);
    }
  };
  new Timeline(page).hear(keyOf(), song(10), model);
  await page.rest();
  assert.equal(order.indexOf("move"), 3);
  assert.equal(page.of("song").length, 1);
});

test("a mute has a song of its own, beside the song without it", async () => {
  const [page, model] = [pageOf(), MODEL()];
  const line = new Timeline(page);
  /** @type {Muted[]} */
  const gains = [[1, 0, 0]];
  const facts = line.facts(keyOf(gains), song(10), model);
  assert.deepEqual(facts, { number: 1, unmuted: 2, hop: 1, asks: false, said: "classes" });
  line.hear(keyOf(gains), song(10), model);
  await page.rest();
  assert.deepEqual(page.of("song").map(({ content }) => content.song), [2, 1]);
  const [plain, muted] = page.of("song").map(read);
  assert.deepEqual([...activityOf(muted, 1, 0)], [...activityOf(plain, 1, 0)]); // the muted feature as it was
  assert.equal(activityOf(plain, 2, 0)[0], 48);
  assert.equal(activityOf(muted, 2, 0)[0], 16);
  assert.ok(page.of("song-progress").some(({ content }) => content.words.startsWith("hearing the song, muted: ")));
  model.network.during = () => assert.fail("heard again");
  line.hear(keyOf(), song(10), model); // what was muted is brought back
  assert.deepEqual(line.facts(keyOf(), song(10), model).unmuted, null);
  await page.rest();
  assert.deepEqual([...activityOf(read(page.sent[page.sent.length - 1]), 2, 0)], [...activityOf(plain, 2, 0)]);
});

test("a song that is left or stopped is not sent, and another begins", async () => {
  const [page, model] = [pageOf(), MODEL()];
  const line = new Timeline(page);
  model.network.during = () => line.leave();
  line.hear(keyOf(), song(10), model);
  await page.rest();
  assert.equal(page.of("song").length, 0);
  assert.equal(page.of("song-progress").at(-1)?.content.share, null);
  model.network.during = () => {};
  const other = { ...keyOf(), clip: "other" };
  line.hear(keyOf(), song(10), model);
  line.leave(keyOf()); // the song in sight stays
  line.hear(keyOf(), song(10), model); // once
  line.hear(other, song(12), model); // takes its place
  await page.rest();
  assert.deepEqual(page.of("song").map(({ content }) => content.song), [2]);
  assert.deepEqual(page.of("song-progress").filter(({ content }) => content.share === null).map(({ content }) => content.song), [1, 1, 2]);
  assert.equal(model.network.open, 0);
  assert.ok(line.isNumber(other, 2) && !line.isNumber(other, 1));
  line.close();
});

test("what goes wrong is said once, with its place", async () => {
  const [page, model] = [pageOf(), MODEL()];
  const broken = song(10);
  broken.samples[50] = NaN;
  const line = new Timeline(page);
  line.hear(keyOf(), broken, model);
  await page.rest();
  const last = page.of("song-progress").at(-1)?.content;
  assert.deepEqual([last.share, last.error], [null, "overflows in layer 1, in the window at 3.00 s"]);
  assert.equal(page.of("song").length, 0);
  assert.equal(model.network.open, 0);
  line.hear(keyOf(), song(10), model); // it may be tried again
  await page.rest();
  assert.equal(page.of("song").length, 1);
});

test("windows stand further apart in a long song, and a very long one is heard if somebody asks", () => {
  assert.deepEqual([hopFor(180, 4), hopFor(180, 0.5), hopFor(3600, 4)], [1, 0.25, 3]);
  const line = new Timeline(pageOf());
  assert.equal(line.facts(keyOf(), song(901), MODEL()).asks, true);
  assert.equal(line.facts(keyOf(), song(20), { ...MODEL(), classes: [] }).said, null);
});

test("a song shorter than the window is one window", async () => {
  const page = pageOf();
  new Timeline(page).hear(keyOf(), song(1), MODEL());
  await page.rest();
  assert.deepEqual(page.of("song")[0].content.times, [0]);
  assert.equal(activityOf(read(page.of("song")[0]), 1, 0)[0], 0.25);
});

test("a song at another rate is resampled as a whole, without seams", async () => {
  const [page, model] = [pageOf(), MODEL()];
  const [rate, low] = [3000, 1000];
  Object.assign(model.frontend, { sampleRate: low, samples: low * SECONDS, fit: (/** @type {Float32Array} */ samples) => samples });
  const samples = Float32Array.from({ length: 90 * rate }, (_, i) => Math.sin((2 * Math.PI * 50 * i) / rate));
  const tone = { rate, duration: 90, length: samples.length, part: (/** @type {number} */ first, /** @type {number} */ end) => samples.subarray(first, end) };
  new Timeline(page).hear(keyOf(), tone, model);
  await page.rest();
  const heard = read(page.of("song")[0]);
  const inside = [...activityOf(heard, 1, 1)].slice(1, -1);
  for (const mean of inside) assert.ok(Math.abs(mean - 0.1 / Math.tan(Math.PI / 20)) < 1e-3, `${mean}`); // of a rectified sine, 20 samples a period
});
