import assert from "node:assert/strict";
import test from "node:test";
import { fillingBank } from "../../js/store/bank.js";
import { LiveStore } from "../../js/store/live.js";

Object.assign(globalThis, { requestAnimationFrame: (/** @type {() => void} */ callback) => setTimeout(callback) });

const settle = () => new Promise((resolve) => setImmediate(resolve));

const ASKED = { layer: 1, feature: 0, rule: "deconvnet", resynthesis: "phase", position: "all" };
const FACTS = { layers: [{ features: 3 }, { features: 3 }], takes: [{}], bins: 1, frames: 2, revision: 7 };

/** A store whose model notes what is sent. @param {Record<string, any>} [more] */
function liveStore(more = {}) {
  /** @type {Record<string, any>} */
  const state = { ...ASKED, facts: FACTS, source: new Uint8Array(3), shown: {}, answer: null };
  /** @type {any[]} */
  const sent = [];
  const listeners = new Map();
  const model = {
    ...more,
    get: (/** @type {string} */ name) => state[name],
    set(/** @type {string} */ name, /** @type {unknown} */ value) {
      state[name] = value;
      this.emit(`change:${name}`);
    },
    save_changes() {},
    on: (/** @type {string} */ name, /** @type {(...args: any[]) => void} */ callback) => void listeners.set(name, [...(listeners.get(name) ?? []), callback]),
    off() {},
    send: (/** @type {object} */ content) => void sent.push(content),
    emit: (/** @type {string} */ name, /** @type {any[]} */ ...args) => (listeners.get(name) ?? []).forEach((/** @type {any} */ one) => one(...args)),
  };
  return { model, sent, store: new LiveStore(/** @type {any} */ (model)) };
}

/**
 * A feature whose picture and sound are its number.
 * @param {number} k
 */
const feature = (k, other = {}) =>
  /** @type {const} */ (["msg:custom", { kind: "feature", ...ASKED, feature: k, revision: 7, takes: [{ scale: 1 }], ...other }, [Uint8Array.of(k, k).buffer, Uint8Array.of(k).buffer]]);

test("a move to a feature that has come is answered at once, a move to another is asked for", async () => {
  const { model, sent, store } = liveStore();
  model.set("answer", new Uint8Array(3));
  model.set("shown", { ...ASKED, revision: 7, takes: [{}] });
  model.emit("msg:custom", { kind: "done", request: sent[0].request, error: "" }, []);
  await settle();
  model.emit(...feature(1));
  const before = sent.length;
  store.set("feature", 1);
  await settle();
  assert.deepEqual([...(store.current()?.takes[0].pixels ?? [])], [1, 1]);
  assert.equal(sent.length, before);
  store.set("feature", 2);
  await settle();
  assert.deepEqual(sent.slice(before).map(({ kind, feature: k }) => [kind, k]), [["ask", 2]]);
  store.wantBank();
  assert.deepEqual(sent.filter(({ kind }) => kind === "bank").map(({ here }) => here), [1]);
  model.emit(...feature(2));
  await settle();
  assert.equal(store.current()?.feature, 2, "what is waited for may come with the layer");
});

test("a layer is no bank before all of it has come, and is surveyed then", () => {
  const { model, store } = liveStore();
  let [filled, banks] = [0, 0];
  store.on("filling", () => (filled += 1));
  store.on("bank", () => (banks += 1));
  assert.equal(store.filling(), null);
  for (const k of [0, 2, 1]) model.emit(...feature(k));
  assert.deepEqual([filled, banks, store.bank()], [3, 0, null]);
  assert.deepEqual(store.near().map(([{ pixels }]) => pixels[0]), [1]);
  assert.deepEqual([0, 1, 2].map((k) => store.filling()?.has(k)), [true, true, true]);
  model.emit("msg:custom", { kind: "bank", ...ASKED, revision: 7, filled: true, takes: [{ survey: { order: null } }] }, []);
  assert.deepEqual([banks, store.bank()?.survey.order, [.../** @type {any} */ (store.bank()).picture(2)]], [1, null, [2, 2]]);
  model.emit("msg:custom", { kind: "control", ...ASKED, revision: 7, takes: [0.5], surveys: [{ order: [1, 0, 2] }] }, []);
  assert.deepEqual([store.bank()?.control, store.bank()?.survey.order], [0.5, [1, 0, 2]]);
});

test("a layer that was left half computed is asked for again", () => {
  const { model, sent, store } = liveStore();
  const banks = () => sent.filter(({ kind }) => kind === "bank").map(({ layer }) => layer);
  store.wantBank();
  model.emit(...feature(0));
  store.wantBank();
  assert.deepEqual(banks(), [1]);
  for (const layer of [2, 1]) {
    model.set("layer", layer);
    store.wantBank();
  }
  assert.deepEqual(banks(), [1, 2, 1]);
  assert.ok(store.filling()?.has(0), "what had come is still there");
});

test("a bank that fills counts its bytes, and a feature that comes again replaces itself", () => {
  const bank = fillingBank(2, 2);
  const view = (/** @type {number} */ size) => new DataView(new ArrayBuffer(size));
  const shown = /** @type {any[]} */ ([{}, {}]);
  bank.add(1, shown, [view(4), view(2), view(4), view(2)]);
  bank.add(1, shown, [view(4), view(2), view(4), view(2)]);
  assert.deepEqual([bank.bytes, bank.has(0), bank.has(1), bank.takes.length], [12, false, true, 2]);
});

test("a layer whose rows have changed in number fills anew", () => {
  const { model, store } = liveStore();
  model.emit(...feature(0));
  const both = feature(1, { takes: [{}, {}] });
  model.emit(both[0], both[1], [...both[2], ...both[2]]);
  assert.deepEqual([store.filling()?.has(0), store.filling()?.has(1)], [false, true]);
});

test("a model that says why it is gone is quoted, and files go to a model that takes them", async () => {
  const { model, store } = liveStore({ gone: "no workers here", host: { upload: async () => "too long" } });
  model.emit("comm_live_update");
  assert.equal(store.get("status"), "no workers here");
  assert.equal(await store.upload(/** @type {any} */ ({ name: "a.wav" }), () => true), "too long");
});
