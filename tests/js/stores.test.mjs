import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { Kept } from "../../js/base/kept.js";
import { LiveStore } from "../../js/store/live.js";
import { once } from "../../js/store/listeners.js";
import { PageStore } from "../../js/store/page.js";
import { Requests } from "../../js/store/requests.js";
import { word } from "../../js/words/words.js";
import { upload } from "../../js/store/upload.js";

Object.assign(globalThis, { requestAnimationFrame: (/** @type {() => void} */ callback) => setTimeout(callback) });

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A model without a notebook: what is sent is kept, and `answer` says what Python says. */
class Model {
  /** @type {any[]} */
  sent = [];
  broken = false;
  /** @type {Map<string, Set<(...args: any[]) => void>>} */
  #on = new Map();

  /** @param {Record<string, any>} [state] */
  constructor(state = {}) {
    this.state = state;
  }

  /** @param {string} name */
  get(name) {
    return this.state[name];
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    this.emit(`change:${name}`);
  }

  save_changes() {}

  /**
   * @param {string} name
   * @param {(...args: any[]) => void} callback
   */
  on(name, callback) {
    this.#on.set(name, (this.#on.get(name) ?? new Set()).add(callback));
  }

  /**
   * @param {string} name
   * @param {(...args: any[]) => void} callback
   */
  off(name, callback) {
    this.#on.get(name)?.delete(callback);
  }

  /**
   * @param {string} name
   * @param {unknown[]} args
   */
  emit(name, ...args) {
    for (const callback of [...(this.#on.get(name) ?? [])]) callback(...args);
  }

  /**
   * @param {any} content
   * @param {unknown} _callbacks
   * @param {ArrayBuffer[]} buffers
   */
  send(content, _callbacks = undefined, buffers = []) {
    if (this.broken) throw new Error("no comm");
    this.sent.push({ ...content, bytes: buffers.reduce((sum, one) => sum + one.byteLength, 0) });
  }

  /**
   * @param {number} at which message, from the end if negative
   * @param {string} error
   */
  answer(at = -1, error = "") {
    this.emit("msg:custom", { kind: "done", request: this.sent.at(at).request, error }, []);
  }
}

test("an answer goes to its request, whatever the order", async () => {
  const model = new Model();
  const requests = new Requests(model);
  const [one, other] = [requests.send({ kind: "x" }), requests.send({ kind: "x" })];
  const [first, second] = model.sent.map(({ request }) => request);
  assert.notEqual(first, second);
  requests.answer(second, "no");
  assert.equal(await other, "no");
  assert.equal(requests.waiting, 1);
  requests.answer(first, "");
  assert.equal(await one, "");
  assert.equal(requests.waiting, 0);
});

test("an answer without a name, or to somebody else, resolves nothing", async () => {
  const model = new Model();
  const requests = new Requests(model);
  const waiting = requests.send({ kind: "x" });
  requests.answer(undefined, "wrong");
  requests.answer("another page's", "wrong");
  assert.equal(await Promise.race([waiting, settle().then(() => "waits")]), "waits");
  requests.answer(model.sent[0].request, "right");
  assert.equal(await waiting, "right");
});

test("requests of two pages on one kernel have different names", () => {
  const names = Array.from({ length: 100 }, () => new Requests(new Model()).name());
  assert.equal(new Set(names).size, 100);
});

test("every request is answered, without a comm and without a kernel too", async () => {
  const model = new Model();
  const requests = new Requests(model);
  const before = requests.send({ kind: "x" });
  requests.lose();
  assert.equal(await before, word("gone"));
  assert.equal(await requests.send({ kind: "x" }), word("gone"));
  assert.equal(model.sent.length, 1);
  const broken = new Requests(Object.assign(new Model(), { broken: true }));
  assert.equal(await broken.send({ kind: "x" }), word("gone"));
});

/**
 * @param {number} size
 * @param {(at: number) => boolean} [readable]
 */
const fileOf = (size, readable = () => true) => ({
  name: "song.wav",
  size,
  slice: (/** @type {number} */ at, /** @type {number} */ end) =>
    /** @type {Blob} */ ({ arrayBuffer: () => (readable(at) ? Promise.resolve(new ArrayBuffer(Math.min(end, size) - at)) : Promise.reject(new Error("gone"))) }),
});

/**
 * Send a file to a Python that answers each piece with what `answer` says.
 * @param {number} size
 * @param {{answer?: (at: number) => string, progress?: (share: number) => boolean, readable?: (at: number) => boolean}} options
 */
async function sendFile(size, { answer = () => "", progress = () => true, readable } = {}) {
  /** @type {any[]} */
  const sent = [];
  let open = 0;
  const requests = {
    name: () => "id",
    send: async (/** @type {any} */ content, /** @type {ArrayBuffer[]} */ [piece] = []) => {
      assert.equal(open++, 0, "one piece at a time");
      sent.push({ ...content, bytes: piece?.byteLength });
      await settle();
      open--;
      return answer(content.at);
    },
  };
  const error = await upload(requests, fileOf(size, readable), progress);
  return { sent, error };
}

test("a file goes in pieces of a megabyte, each after the one before", async () => {
  /** @type {number[]} */
  const shares = [];
  const { sent, error } = await sendFile(2.5 * 2 ** 20, { progress: (share) => shares.push(share) > 0 });
  assert.equal(error, "");
  assert.deepEqual(sent.map(({ at, bytes }) => [at, bytes]), [[0, 2 ** 20], [2 ** 20, 2 ** 20], [2 ** 21, 2 ** 19]]);
  assert.ok(sent.every(({ kind, id, name, size }) => kind === "upload" && id === "id" && name === "song.wav" && size === 2.5 * 2 ** 20));
  assert.deepEqual(shares, [0, 0.4, 0.8]);
});

test("an empty file is one empty piece, so that Python can refuse it", async () => {
  const { sent } = await sendFile(0);
  assert.deepEqual(sent.map(({ at, bytes }) => [at, bytes]), [[0, 0]]);
});

test("a file that is refused is not sent to its end", async () => {
  const { sent, error } = await sendFile(2 ** 22, { answer: (at) => (at ? "too long" : "") });
  assert.equal(error, "too long");
  assert.equal(sent.length, 2);
});

test("a file whose sending is cancelled, or that cannot be read any more, is taken back", async () => {
  const cancelled = await sendFile(2 ** 22, { progress: (share) => share < 0.5 });
  assert.deepEqual([cancelled.error, cancelled.sent.at(-1).kind, cancelled.sent.length], ["", "upload-cancel", 3]);
  const unreadable = await sendFile(2 ** 22, { readable: (at) => at === 0 });
  assert.equal(unreadable.error, "song.wav cannot be read any more; choose it again");
  assert.deepEqual(unreadable.sent.map(({ kind }) => kind), ["upload", "upload-cancel"]);
});

test("what was not looked at for longest goes first, and the latest always stays", () => {
  /** @type {Kept<string, number>} */
  const kept = new Kept((size) => size);
  for (const name of ["a", "b", "c"]) kept.set(name, 10, 30);
  kept.get("a");
  kept.set("d", 10, 30);
  assert.deepEqual(["a", "b", "c", "d"].map((name) => kept.peek(name)), [10, undefined, 10, 10]);
  kept.set("e", 100, 30);
  assert.deepEqual(["a", "c", "d", "e"].map((name) => kept.peek(name)), [undefined, undefined, undefined, 100]);
});

test("several calls react once, and later calls again", async () => {
  let count = 0;
  const react = once(() => count++);
  react();
  react();
  assert.equal(count, 0);
  await settle();
  react();
  await settle();
  assert.equal(count, 2);
});

const ASKED = { layer: 1, feature: 0, rule: "deconvnet", resynthesis: "phase", position: "all" };
const FACTS = { layers: [{ features: 4 }, { features: 4 }], takes: [{}], bins: 2, frames: 3, revision: 7 };

/** A store of one take whose pictures have six pixels and whose sounds have two bytes. */
function liveStore() {
  const model = new Model({ ...ASKED, facts: FACTS, source: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), shown: {}, answer: null });
  return { model, store: new LiveStore(model) };
}

/** @param {Partial<typeof ASKED>} [other] */
const bankOf = (other = {}) => {
  const message = { kind: "bank", ...ASKED, ...other, revision: 7, takes: [{ shown: [{}, {}, {}, {}], survey: { order: [1, 0] } }] };
  const bytes = (/** @type {number} */ size) => new DataView(Uint8Array.from({ length: size }, (_, i) => i).buffer);
  return /** @type {const} */ ([message, [bytes(24), bytes(8)]]);
};

test("one question at a time, and after the answer the latest wish", async () => {
  const { model, store } = liveStore();
  for (const feature of [1, 2, 3]) {
    store.set("feature", feature);
    await settle();
  }
  assert.deepEqual(model.sent.map(({ kind, feature }) => [kind, feature]), [["ask", 0]]);
  model.emit("msg:custom", { kind: "done", what: "ask" }, []); // another page's, of an older version
  await settle();
  assert.equal(model.sent.length, 1);
  model.answer();
  await settle();
  assert.deepEqual(model.sent.map(({ kind, feature }) => [kind, feature]), [["ask", 0], ["ask", 3]]);
  model.answer(-1, "ValueError: no");
  await settle();
  assert.equal(model.sent.length, 2, "what was refused is not asked for again");
});

test("an answer is shown if it is what is asked for", async () => {
  const { model, store } = liveStore();
  let seen = 0;
  store.on("current", () => seen++);
  store.set("feature", 2);
  model.set("shown", { ...ASKED, feature: 1, revision: 7, takes: [{ scale: 1 }] });
  model.set("answer", Uint8Array.of(0, 0, 0, 0, 0, 0, 9, 9));
  await settle();
  assert.equal(seen, 0);
  model.set("shown", { ...ASKED, feature: 2, revision: 7, takes: [{ scale: 2 }] });
  await settle();
  assert.equal(seen, 1);
  assert.deepEqual([...(store.current()?.takes[0].sound ?? [])], [9, 9]);
  assert.equal(store.current()?.takes[0].shown.scale, 2);
  assert.deepEqual([...store.sources()[0].pixels], [1, 2, 3, 4, 5, 6]);
});

test("within a layer that is here nothing is asked, and features have their own bytes", async () => {
  const { model, store } = liveStore();
  model.answer();
  model.emit("msg:custom", ...bankOf());
  const before = model.sent.length;
  for (const feature of [3, 1]) {
    store.set("feature", feature);
    await settle();
    const [take] = store.current()?.takes ?? [];
    assert.deepEqual([take.pixels[0], take.pixels.length, take.sound[0], take.sound.length], [6 * feature, 6, 2 * feature, 2]);
  }
  assert.equal(model.sent.length, before);
  assert.deepEqual(store.near().map(([{ pixels }]) => pixels[0]), [12, 0]);
  assert.equal(store.bank()?.survey.order?.[0], 1);
  model.emit("msg:custom", { kind: "control", ...ASKED, revision: 7, takes: [0.25], surveys: [{ order: [0, 1] }] }, []);
  assert.deepEqual([store.bank()?.control, store.bank()?.survey.order], [0.25, [0, 1]]);
});

test("a layer that a panel looks at is fetched once, and banks stay within their budget", () => {
  const { model, store } = liveStore();
  model.state.facts = { ...FACTS, bank_bytes: 40 };
  store.wantBank();
  store.wantBank();
  assert.equal(model.sent.filter(({ kind }) => kind === "bank").length, 1);
  model.emit("msg:custom", ...bankOf());
  model.emit("msg:custom", ...bankOf({ layer: 2 }));
  assert.equal(store.bank(), null, "32 bytes and 32 are more than 40");
  model.state.layer = 2;
  assert.notEqual(store.bank(), null);
});

test("a layer that comes when another was asked for gets its ranks once it is looked at again", async () => {
  const { model, store } = liveStore();
  store.wantBank();
  model.set("shown", { ...ASKED, layer: 2, revision: 7, takes: [{}] });
  model.set("answer", new Uint8Array(8));
  store.set("layer", 2);
  await settle(); // Python stops what it does for layer 1, whose features were on their way
  model.emit("msg:custom", ...bankOf());
  store.set("layer", 1);
  await settle();
  const asked = model.sent.filter(({ kind }) => kind !== "ask").map(({ kind, layer }) => [kind, layer]);
  assert.deepEqual(asked, [["bank", 1], ["bank", 2], ["control", 1]]);
});

test("networks side by side have the features that all of them have", async () => {
  const { model, store } = liveStore();
  model.answer();
  const [message, buffers] = bankOf();
  const takes = [...message.takes, { ...message.takes[0], shown: [{}, {}] }]; // the second has two features
  model.emit("msg:custom", { ...message, takes }, [...buffers, new DataView(new ArrayBuffer(12)), new DataView(new ArrayBuffer(4))]);
  store.set("feature", 1);
  await settle();
  assert.deepEqual(store.current()?.takes.map(({ pixels }) => pixels.length), [6, 6]);
  assert.deepEqual(store.near().map((items) => items.map(({ pixels }) => pixels.length)), [[6, 6]], "feature 0; there is no 2 in both");
});

test("a kernel that is gone is said, and what is here still shows", async () => {
  const { model, store } = liveStore();
  model.answer();
  model.emit("msg:custom", ...bankOf());
  model.state.status = "compiling";
  assert.equal(store.get("status"), "compiling");
  model.emit("comm_live_update");
  assert.equal(store.get("status"), word("gone"));
  assert.equal(store.waiting, 0);
  store.set("feature", 3);
  await settle();
  assert.equal(store.current()?.feature, 3);
});

/** @param {number} first */
const packed = (first) => ({ pixels: gzipSync(Uint8Array.of(first, 0, 0, 0, 0, 0)).toString("base64"), sound: Buffer.of(first).toString("base64"), shown: {} });

/** @param {Record<string, any>} [features] */
const pageDocument = (features = {}) =>
  /** @type {any} */ ({
    facts: FACTS,
    asked: ASKED,
    sources: [packed(99)],
    features: { ...Object.fromEntries([0, 1, 2].map((k) => [`1/${k}`, [packed(k)]])), ...features },
    surveys: { 1: { order: [1, 0, 2] } },
    controls: { 1: [0.5] },
  });

/**
 * Wait for a store's event.
 * @param {PageStore} store
 * @param {string} name
 */
const happens = (store, name) => /** @type {Promise<void>} */ (new Promise((resolve) => store.on(name, resolve)));

test("a page unpacks what is asked for last, and only that", async () => {
  const store = new PageStore(pageDocument());
  await Promise.all([happens(store, "sources"), happens(store, "current")]);
  assert.equal(store.sources()?.[0].pixels[0], 99);
  /** @type {(number | undefined)[]} */
  const seen = [];
  store.on("current", () => seen.push(store.current()?.feature));
  const arrived = happens(store, "current");
  store.set("feature", 1);
  store.set("feature", 2);
  await arrived;
  await settle();
  assert.deepEqual(seen, [2]);
  assert.equal(store.current()?.takes[0].pixels[0], 2);
  assert.equal((await store.bank()?.picture(1))?.[0], 1);
});

test("what is damaged in a page is named, and passes when another feature comes", async () => {
  const store = new PageStore(pageDocument({ "1/1": [{ ...packed(1), pixels: Buffer.from("no gzip").toString("base64") }] }));
  await happens(store, "current");
  const failed = happens(store, "error");
  store.set("feature", 1);
  await failed;
  assert.equal(store.get("error"), "Feature 1-1 in this page cannot be read: its data are damaged");
  assert.equal(store.current()?.feature, 0);
  const arrived = happens(store, "current");
  store.set("feature", 2);
  await arrived;
  assert.equal(store.get("error"), "");
});
