import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { elementBytes, NOT_WHOLE, readPage, stateOf, unpackedBytes } from "../../js/host/data.js";
import { hashOf, lacksOf, missingWords, viewOf } from "../../js/host/links.js";
import { PageModel } from "../../js/host/model.js";
import { whyNone } from "../../js/host/support.js";
import { Engine } from "../../js/host/worker.js";
import { withReason } from "../../js/panel/song.js";
import { LiveStore } from "../../js/store/live.js";

const settle = () => new Promise((resolve) => setTimeout(resolve));
const packed = (/** @type {string | Uint8Array} */ data) => gzipSync(data).toString("base64");

Object.assign(globalThis, { Worker: class {}, requestAnimationFrame: (/** @type {() => void} */ callback) => setTimeout(callback) });

const ASKED = { layer: 2, feature: 1, rule: "deconvnet", resynthesis: "phase", position: "all" };
const FACTS = /** @type {any} */ ({
  live: true,
  layers: [{ name: "conv1", features: 4 }, { name: "conv2", features: 8 }],
  takes: [{ clip: "bach" }],
  rules: ["deconvnet", "gradient", "guided"],
  resyntheses: ["phase", "mask"],
  positions: ["all", "strongest"],
  clips: ["bach", "Own song"],
  chosen: { model: "genre", clip: "bach", start: 1.5 },
  muted: [],
  song: { duration: 20, window: 4 },
  bins: 1,
  frames: 2,
  revision: 3,
});
const LIVE = { model: "m", clips: ["bach"], asked: ASKED, start: 1.5 };
const DOCUMENT = { live: LIVE, state: { facts: FACTS, shown: { ...ASKED, revision: 3, takes: [{}] }, source: packed(Uint8Array.of(1, 2, 3, 4)), answer: packed(Uint8Array.of(5, 6, 7, 8)) } };
const ENGINE = { code: "auralise-d0", wasm: "auralise-d1", models: { m: { name: "genre", seconds: 4, weights: "auralise-d2" } }, clips: { bach: { title: "bach", data: "auralise-d3", codec: "ogg", duration: 20, sample_rate: 11025 } } };
const WHOLE = { "auralise-page": JSON.stringify([DOCUMENT]), "auralise-engine": JSON.stringify(ENGINE), "auralise-d0": packed("postMessage(1)"), "auralise-d1": packed("wasm"), "auralise-d2": packed("weights"), "auralise-d3": "T2dn", "auralise-end": "" };

/** @param {Record<string, string>} elements */
const rootOf = (elements) => /** @type {any} */ ({ getElementById: (/** @type {string} */ id) => (id in elements ? { textContent: elements[id] } : null) });

test("a whole page is read, and its data elements by their names", async () => {
  const root = rootOf(WHOLE);
  const { documents, engine, whole } = readPage(root);
  assert.deepEqual([documents.length, engine, whole], [1, ENGINE, true]);
  assert.equal(Buffer.from(elementBytes("auralise-d3", root)).toString(), "Ogg");
  assert.equal(Buffer.from(await unpackedBytes("auralise-d1", root)).toString(), "wasm");
  const state = await stateOf(DOCUMENT, 4);
  assert.deepEqual([state.layer, state.clip, state.start, state.seconds, ...state.source, ...state.answer], [2, "bach", 1.5, 4, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test("wherever a page is cut off it says so, and what is there is read", async () => {
  const names = Object.keys(WHOLE);
  for (let cut = 0; cut < names.length; cut++) {
    const left = Object.fromEntries(Object.entries(WHOLE).slice(0, cut));
    const { documents, whole } = readPage(rootOf(left));
    assert.equal(whole, false, names[cut]);
    assert.equal(documents.length, cut ? 1 : 0);
    if (cut < 2) continue;
    const half = { ...left, [names[cut]]: WHOLE[/** @type {keyof typeof WHOLE} */ (names[cut])].slice(0, 21) };
    assert.equal(readPage(rootOf({ ...half, "auralise-engine": '{"code": ' })).engine, null);
  }
  assert.throws(() => elementBytes("auralise-d0", rootOf({})), { message: NOT_WHOLE });
  assert.throws(() => elementBytes("auralise-d0", rootOf({ "auralise-d0": "AB C%" })), { message: NOT_WHOLE });
  await assert.rejects(unpackedBytes("auralise-d0", rootOf({ "auralise-d0": WHOLE["auralise-d0"].slice(0, 20) })), { message: NOT_WHOLE });
  assert.equal(readPage(rootOf({ "auralise-page": "[{}]" })).whole, true); // a page of features needs no more
});

test("what the browser lacks is named", () => {
  assert.equal(whyNone(), "");
  const { Worker, WebAssembly, DecompressionStream } = globalThis;
  assert.match(whyNone({ Worker, DecompressionStream }), /no WebAssembly/);
  assert.match(whyNone({ Worker, DecompressionStream, WebAssembly: { validate: () => false } }), /no SIMD/);
  assert.match(whyNone({ WebAssembly, DecompressionStream }), /no workers/);
  assert.match(whyNone({ Worker, WebAssembly }), /cannot unpack/);
});

/** A worker that only notes what it is sent. */
class FakeWorker {
  sent = /** @type {any[]} */ ([]);
  ended = false;
  /** @type {any} */
  onmessage = null;
  /** @type {any} */
  onerror = null;

  /** @param {any} message */
  postMessage(message) {
    this.sent.push(message);
  }

  terminate() {
    this.ended = true;
  }

  /** @param {any} data */
  say(data) {
    this.onmessage?.({ data });
  }
}

/** @param {Partial<typeof WHOLE>} elements */
async function started(elements = WHOLE) {
  Object.assign(globalThis, { document: rootOf(elements), location: { href: "file:///page.html#layer=1" } });
  const worker = new FakeWorker();
  const engine = new Engine(readPage().engine, () => /** @type {any} */ (worker));
  const model = new PageModel(1, await stateOf(DOCUMENT, 4), engine);
  engine.add(1, model, LIVE);
  const store = new LiveStore(model);
  return { worker, engine, model, store };
}

test("what is asked before the worker is there goes to it in order, once it is", async () => {
  const { worker, engine, model, store } = await started();
  assert.deepEqual([...(store.current()?.takes[0].sound ?? [])], [7, 8]); // the page's own, at once
  assert.match(store.get("status"), /starting/);
  store.set("feature", 5);
  store.set("start", 2);
  model.save_changes();
  await settle();
  assert.equal(worker.sent.length, 0);
  await engine.start();
  assert.deepEqual(worker.sent.map(({ kind }) => kind), ["start"]);
  assert.equal(Buffer.from(worker.sent[0].wasm).toString(), "wasm");
  worker.say({ kind: "ready", backend: "wasm" });
  const [, model1, panel, state, ask] = worker.sent;
  assert.deepEqual([model1.kind, model1.key, model1.doc], ["model", "m", ENGINE.models.m]);
  assert.deepEqual([panel.kind, panel.live, panel.clips], ["panel", { ...LIVE, asked: { ...ASKED, feature: 5 } }, ENGINE.clips]);
  assert.deepEqual([state.kind, state.state], ["state", { start: 2 }]);
  assert.deepEqual([ask.kind, ask.content.kind, ask.content.feature], ["custom", "ask", 5]);
  worker.say({ kind: "state", id: 1, state: { status: "" } });
  await engine.ready;
});

test("a panel that the worker cannot open is not ready, and others may be", async () => {
  const { worker, engine, model, store } = await started();
  await engine.start();
  worker.say({ kind: "ready" });
  store.wantBank();
  worker.say({ kind: "failed", id: 1, words: "weights must be finite." });
  await assert.rejects(engine.ready, { message: "weights must be finite." });
  assert.equal(model.gone, "weights must be finite. What is shown here still plays.");
  assert.deepEqual([store.get("status"), store.waiting, worker.ended], [model.gone, 0, false]);
  const call = engine.call(1, "predict", []);
  await settle();
  worker.say({ kind: "answer", request: worker.sent.at(-1).request, error: "weights must be finite" });
  await assert.rejects(call, { message: "weights must be finite" });
});

test("the worker's traits come together, and its messages with their buffers", async () => {
  const { worker, engine, store } = await started();
  await engine.start();
  worker.say({ kind: "ready" });
  /** @type {unknown[]} */
  const seen = [];
  store.on("feature", () => seen.push([store.get("feature"), store.get("facts").revision]));
  const facts = { ...FACTS, revision: 4 };
  worker.say({ kind: "state", id: 1, state: { feature: 6, facts, shown: { ...ASKED, feature: 6, revision: 4, takes: [{}] }, answer: Uint8Array.of(9, 9, 1, 1), source: Uint8Array.of(0, 0, 0, 0) } });
  await settle();
  assert.deepEqual(seen, [[6, 4]]);
  assert.equal(store.get("status"), "");
  assert.deepEqual([...(store.current()?.takes[0].pixels ?? [])], [9, 9]);
  store.wantBank();
  const request = worker.sent.at(-1).content.request;
  assert.equal(worker.sent.at(-1).content.kind, "bank");
  const bank = { kind: "bank", ...ASKED, feature: undefined, revision: 4, takes: [{ shown: Array(8).fill({}), survey: { order: null } }] };
  worker.say({ kind: "custom", id: 1, content: bank, buffers: [Uint8Array.from({ length: 16 }, (_, i) => i).buffer, new Uint8Array(16).buffer] });
  worker.say({ kind: "custom", id: 1, content: { kind: "done", request, error: "" }, buffers: [] });
  assert.deepEqual(store.bank()?.picture(3), Uint8Array.of(6, 7));
});

test("where nothing can be computed the panel says why, and its feature stays", async () => {
  const words = [
    [async (/** @type {any} */ made) => made.worker.say({ kind: "failed", words: "This browser has no SIMD." }), /no SIMD\. What is shown here still plays/],
    [async (/** @type {any} */ made) => made.worker.onerror({ message: undefined }), /no page start a worker/],
    [async (/** @type {any} */ made) => made.worker.onerror({ message: "Uncaught Error: wasm is broken." }), /did not start: wasm is broken\. /],
    [async (/** @type {any} */ made) => (made.worker.say({ kind: "ready" }), made.worker.onerror({ message: "out of memory" })), /stopped: out of memory\. /],
  ];
  for (const [fail, expected] of /** @type {[(made: any) => Promise<void>, RegExp][]} */ (words)) {
    const made = await started();
    await made.engine.start();
    const asked = made.engine.call(1, "predict", []).catch((problem) => problem.message);
    const taken = made.model.host.upload(new File([], "none.wav"), () => true);
    await fail(made);
    assert.match(made.store.get("status"), expected);
    assert.match(await asked, /./);
    assert.match(await taken, /none\.wav holds nothing/);
    assert.ok(made.store.gone() && made.worker.ended);
    assert.deepEqual([...(made.store.current()?.takes[0].sound ?? [])], [7, 8]);
    assert.match(await made.model.host.upload(new File(["x"], "x.wav"), () => true), expected);
    await assert.rejects(made.engine.ready);
  }
  for (const missing of /** @type {const} */ (["auralise-engine", "auralise-d0", "auralise-d2"])) {
    const made = await started({ ...WHOLE, [missing]: undefined });
    await made.engine.start();
    made.worker.say({ kind: "ready" });
    assert.ok(made.store.get("status").startsWith(NOT_WHOLE), missing);
  }
});

test("calls are answered each for itself, and a clip that cannot be decoded is an answer too", async () => {
  const { worker, engine } = await started();
  await engine.start();
  worker.say({ kind: "ready" });
  const [one, other] = [engine.call(1, "predict", []), engine.call(1, "project", [9, 0])];
  await settle();
  const [first, second] = worker.sent.filter(({ kind }) => kind === "call");
  assert.deepEqual([second.id, second.method, second.args], [1, "project", [9, 0]]);
  worker.say({ kind: "answer", request: second.request, error: "layer must be 1 to 2, not 9" });
  worker.say({ kind: "answer", request: first.request, result: { folk: 1 } });
  assert.deepEqual(await one, { folk: 1 });
  await assert.rejects(other, { message: "layer must be 1 to 2, not 9" });
  worker.say({ kind: "decode", request: 7, clip: "bach" }); // Node has no decoder
  await settle();
  const { request, error } = worker.sent.at(-1);
  assert.deepEqual([request, error.startsWith("bach cannot be decoded")], [7, true]);
});

test("a person's own sound is decoded again when the worker let it go", async () => {
  const { worker, engine } = await started();
  await engine.start();
  worker.say({ kind: "ready" });
  const again = [async () => ({ samples: Float32Array.of(1, 2), rate: 8000 }), () => Promise.reject(new Error("mine.wav cannot be read any more; choose it again"))];
  engine.take(1, { samples: Float32Array.of(1, 2), rate: 8000, name: "mine", notes: [], again: () => /** @type {any} */ (again.shift())() });
  await settle();
  const { key, kind, id, ...sound } = worker.sent.at(-1);
  assert.deepEqual([kind, id, sound], ["take", 1, { samples: Float32Array.of(1, 2), rate: 8000, name: "mine", notes: [] }]);
  for (const expected of [{ samples: Float32Array.of(1, 2), rate: 8000 }, { error: "mine.wav cannot be read any more; choose it again" }]) {
    worker.say({ kind: "decode", request: 4, clip: key });
    await settle();
    assert.deepEqual(worker.sent.at(-1), { kind: "decoded", request: 4, ...expected });
  }
});

const NOW = { ...ASKED, clip: "bach" };

test("a link names a view, and the view its link", () => {
  const view = viewOf("#layer=1&feature=3&rule=Guided&resynthesis=mask&position=strongest&clip=own%20song&start=7.5&mute=1-2,2-0:0.5", 1, FACTS, NOW);
  assert.deepEqual(view?.missing, []);
  assert.deepEqual(view?.traits, { layer: 1, feature: 3, rule: "guided", resynthesis: "mask", position: "strongest", clip: "Own song", start: 7.5, muted: [[1, 2, 0], [2, 0, 0.5]] });
  const hash = hashOf({ ...view?.traits, facts: FACTS }, 1);
  assert.equal(hash, "#layer=1&feature=3&rule=guided&resynthesis=mask&position=strongest&clip=Own%20song&start=7.5&mute=1-2,2-0:0.5");
  assert.deepEqual(viewOf(hash, 1, FACTS, NOW), view);
  assert.equal(viewOf(hash, 2, FACTS, NOW), null);
  assert.deepEqual(viewOf(hashOf({ ...NOW, facts: FACTS, start: 0 }, 2), 2, FACTS, NOW)?.traits, { layer: 2, feature: 1, rule: "deconvnet", clip: "bach", start: 0 });
  assert.match(hashOf({ ...NOW, facts: FACTS, start: 0, muted: [[1, 2, 1 / 3], [2, 0, 0]] }), /&mute=1-2:0\.333,2-0$/);
  assert.equal(viewOf("", 1, FACTS, NOW), null);
  assert.equal(viewOf("#section-2", 1, FACTS, NOW), null);
  assert.equal(viewOf("#layer=conv2", 1, FACTS, NOW)?.traits.layer, 2);
});

test("what the page does not hold becomes the nearest, with a word", () => {
  const far = viewOf("#layer=9&feature=99&rule=lrp&clip=dance&start=99&mute=1-2,9-9,x", 1, FACTS, NOW);
  assert.deepEqual(far?.traits, { layer: 2, feature: 7, start: 16, muted: [[1, 2, 0]] });
  assert.equal(
    missingWords(far?.missing ?? []),
    "this page does not hold layer 9, feature 99, rule lrp, clip dance, start 99, mute 9-9, mute x; it shows layer 2, feature 7, rule deconvnet, clip bach, start 16",
  );
  const held = { ...FACTS, live: false, clips: undefined, layers: [{ name: "a", features: 64, available: [] }, { name: "b", features: 64, available: [3, 20, 40] }], song: { windows: [{ start: 0 }, { start: 8 }] } };
  const near = viewOf("#layer=1&feature=27&rule=guided&start=7&mute=1-2&clip=Bach", 1, held, NOW);
  assert.deepEqual([near?.traits, near?.missing], [{ layer: 2, feature: 20, start: 8 }, [["layer 1", "layer 2"], ["feature 27", "feature 20"], ["rule guided", "rule deconvnet"], ["a window from 7 s", "that from 8 s"], ["muting", ""]]]);
  assert.equal(missingWords([]), "");
});

test("whatever of a link cannot be shown as it stands is named", () => {
  const said = (/** @type {string} */ hash, held = { panels: 1, clips: CLIPS }) => missingWords(viewOf(hash, 1, FACTS, { ...NOW, model: "genre", start: 1.5 }, held)?.missing ?? []);
  assert.equal(said("#start=-5"), "this page does not hold start -5; it shows start 0");
  assert.equal(said("#start=soon"), "this page does not hold start soon; it shows start 1.5");
  assert.equal(said("#clip=Own song&start=9"), "this page does not hold start 9; it shows start 2");
  assert.equal(said("#mute=xx,2-0"), "this page does not hold mute xx");
  assert.equal(said("#mute=1-2:-1,1-3:99"), "this page does not hold mute 1-2:-1, mute 1-3:99; it shows mute 1-2:0, mute 1-3:2");
  assert.equal(said("#panel=7"), "this page does not hold panel 7; it shows panel 1");
  assert.equal(said("#layer=1.2"), "this page does not hold layer 1.2; it shows layer 1");
  assert.equal(said("#feature=1e9"), "this page does not hold feature 1e9; it shows feature 7");
  assert.equal(said("#layer=abc&feature=-3&rule=magic"), "this page does not hold layer abc, feature -3, rule magic; it shows layer 2, feature 0, rule deconvnet");
  assert.equal(said("#model=best&removed=9-1"), "this page does not hold model best, removed parts; it shows model genre");
  assert.equal(said(`#rule=${"x".repeat(500)}`), `this page does not hold rule ${"x".repeat(24)}\u2026; it shows rule deconvnet`);
  for (const hash of ["#layer=2&feature=7&start=16&clip=BACH&mute=1-3:2", "#panel=1", ""]) assert.equal(said(hash), "", hash);
  assert.equal(viewOf("#panel=7&layer=1", 2, FACTS, NOW, { panels: 2, clips: [] })?.missing.length, 1); // the nearest is the last
  assert.deepEqual(viewOf("#panel=2", 2, FACTS, NOW, { panels: 2, clips: [] }), { traits: {}, missing: [], scroll: true });
});

const CLIPS = [{ title: "bach", code: "", duration: 20 }, { title: "Own song", code: '"song"', duration: 6 }];

test("a clip has a short name, too, and a link the model and the parts that are taken out", () => {
  const facts = { ...FACTS, models: ["genre", "genre, random weights"], removed: [], sample_rate: 8000, duration: 4 };
  const view = viewOf("#clip=SONG&model=Random&removed=200-800@1-2.5,@3-4,100-300,5-9000,x", 1, facts, NOW, { panels: 1, clips: CLIPS });
  const removed = [{ band: [200, 800], stretch: [1, 2.5] }, { band: null, stretch: [3, 4] }, { band: [100, 300], stretch: null }];
  assert.deepEqual([view?.traits, view?.missing], [{ clip: "Own song", model: "genre, random weights", removed }, [["removed 5-9000", ""], ["removed x", ""]]]);
  const state = { ...NOW, ...view?.traits, facts, start: 0 };
  assert.match(hashOf(state), /&model=random&clip=Own%20song&start=0&removed=200-800@1-2\.5,@3-4,100-300$/);
  assert.equal(lacksOf(state, facts.clips), "");
  const own = { ...state, clip: "recording (2)", facts: { ...facts, clips: [...facts.clips, "recording (2)"] } };
  assert.doesNotMatch(hashOf(own, 1, facts.clips), /clip|start|removed/);
  assert.match(lacksOf(own, facts.clips), /^your own sound/);
});

test("a song that waits says for what", () => {
  const state = { heard: null, before: null, error: "", progress: { share: 0, words: "waiting to hear the song" } };
  assert.equal(withReason(state).progress?.words, "waiting to hear the song, after this layer");
  for (const progress of [null, { share: 0, words: "" }, { share: 0.5, words: "hearing the song" }]) assert.deepEqual(withReason({ ...state, progress }).progress, progress);
});

test("no link breaks a page", () => {
  for (const hash of ["#layer=", "#layer=1e9&feature=-1", "#feature=999999999999", "#mute=", "#start=NaN", "#panel=x&layer=1", "#%%%", "#layer=<b>&rule=__proto__"]) {
    const view = viewOf(hash, 1, FACTS, NOW);
    if (view) for (const value of Object.values(view.traits)) assert.ok(value === "deconvnet" || Number.isFinite(value) || Array.isArray(value), hash);
  }
});
