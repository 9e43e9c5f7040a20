import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { LoadedSongs } from "../../js/explorer/loaded.js";
import { Room } from "../../js/explorer/room.js";
import { FakeModel, LOUD, MODEL, RATE } from "./fake_engine.mjs";

const ASKED = { layer: 1, feature: 2, rule: "deconvnet", resynthesis: "phase", position: "all" };
const CLIPS = {
  a: { title: "Bach", duration: 10, sample_rate: RATE, opens: 0, code: '"bach"' },
  b: { title: "Dance", duration: 5, sample_rate: RATE, opens: 1, code: '"dance"' },
  short: { title: "Short", duration: 1, sample_rate: RATE, opens: 0, code: "" },
};
const VALUE = { a: 1, b: 2, short: 3 };

/** @type {any[]} all that the workers sent */
let sent = [];

/** As the worker lets messages in: of two such turns the one that began first ends first. */
const turn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(port1.close());
    port2.postMessage(null);
  });

/** Unpack something: what the workers unpack on other threads meanwhile is done then, however busy the machine is. */
const unpack = () => new Response(new Blob([gzipSync(Uint8Array.of(1))]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

/** Wait until the workers have nothing more to say. */
async function settle() {
  for (let calm = 0; calm < 40; ) {
    const before = sent.length;
    if (calm % 13 === 0) await unpack();
    await turn();
    calm = sent.length === before ? calm + 1 : 0;
  }
}

/**
 * Wait for something that must come soon.
 * @param {() => unknown} there
 */
async function until(there) {
  for (const began = Date.now(); !there(); ) {
    if (Date.now() - began > 20_000) throw new Error("it does not come");
    await turn();
  }
}

/** A worker with one panel, or several; the host decodes at once unless `decodes` says otherwise. */
async function worker({ live = {}, panels = 1, decodes = true, doc = MODEL, keys = ["a", "b", "short"], most = Infinity } = {}) {
  /** @type {any[]} */
  const posted = [];
  sent = posted;
  /** @type {Map<unknown, Record<string, any>>} the traits that each page has */
  const pages = new Map();
  const model = new FakeModel(doc);
  const decode = (/** @type {any} */ { request, clip }) => {
    const { duration, sample_rate: rate } = CLIPS[/** @type {keyof typeof CLIPS} */ (clip)];
    room.receive({ kind: "decoded", request, samples: new Float32Array(duration * rate).fill(VALUE[/** @type {keyof typeof VALUE} */ (clip)]), rate });
  };
  const room = new Room({ startBackend: async () => "wasm", readModel: async () => /** @type {any} */ (model) }, (/** @type {any} */ message) => {
    posted.push(message);
    if (message.kind === "state") pages.set(message.id, { ...pages.get(message.id), ...message.state });
    if (message.kind === "decode" && decodes && message.clip in CLIPS) decode(message);
  }, new LoadedSongs(most));
  room.receive({ kind: "start", wasm: new ArrayBuffer(0) });
  room.receive({ kind: "model", key: "m", doc, weights: gzipSync(Uint8Array.of(1)).buffer });
  const clips = Object.fromEntries(keys.map((key) => [key, CLIPS[/** @type {keyof typeof CLIPS} */ (key)]]));
  for (let id = 0; id < panels; id += 1) {
    pages.set(id, { ...ASKED });
    room.receive({ kind: "panel", id, live: { model: "m", clips: keys, asked: ASKED, start: 0, muted: [], removed: [], control: false, order: "interest", ...live }, clips });
  }
  await until(() => posted.some(({ kind }) => kind === "decode"));
  await settle();
  let requests = 0;
  const page = {
    room,
    model,
    posted,
    decode,
    state: (id = 0) => /** @type {Record<string, any>} */ (pages.get(id)),
    /** What a page sets, it has. @param {Record<string, any>} state */
    set(state, id = 0) {
      pages.set(id, { ...pages.get(id), ...state });
      return room.receive({ kind: "state", id, state });
    },
    /** Send a message; returns the name of its request. @param {Record<string, any>} content */
    send(content, id = 0) {
      const request = `r${(requests += 1)}`;
      room.receive({ kind: "custom", id, content: { ...content, request }, buffers: [] });
      return request;
    },
    /** @param {string} kind */
    messages: (kind, id = 0) => posted.filter((one) => one.kind === "custom" && one.id === id && one.content.kind === kind).map(({ content }) => content),
    /** @param {string} request */
    error: (request) => posted.find(({ content }) => content?.kind === "done" && content.request === request)?.content.error,
    /** @param {Partial<typeof ASKED>} [other] */
    asked: (other, id = 0) => {
      const asked = { ...ASKED, ...other };
      return { ...asked, revision: page.state(id).facts.revisions[asked.layer - 1] };
    },
  };
  return page;
}

test("a panel opens on what the page says, and sends its facts, source and first feature together", async () => {
  const { posted, state } = await worker();
  assert.deepEqual(posted.find(({ kind }) => kind === "ready"), { kind: "ready", backend: "wasm" });
  const { facts, shown, source, answer, status, error } = state();
  assert.deepEqual([facts.title, facts.clips, facts.models, facts.chosen], ["net / Bach", ["Bach", "Dance", "Short"], ["net", "net, random weights"], { model: "net", clip: "Bach", start: 0 }]);
  assert.deepEqual([facts.call, facts.live, facts.bank_bytes], ['aj.explore("net", "bach"', true, 64e6]);
  assert.deepEqual(facts.takes[0].classes, [["calm", 0.25], ["loud", 0.75]]);
  assert.deepEqual(facts.rows, [{ deck: "a", kind: "source", take: 0 }, { deck: "b", kind: "feature", take: 0 }]);
  assert.deepEqual([shown.layer, shown.feature, shown.revision, shown.takes.length], [1, 2, facts.revision, 1]);
  assert.deepEqual([[...source], [...answer]], [Array(8).fill(1), Array(8).fill(12)]);
  assert.deepEqual([status, error], ["", ""]);
  const first = posted.find((message) => message.state?.facts);
  assert.deepEqual(["facts", "source", "shown", "answer"].filter((name) => !(name in first.state)), []);
});

test("an ask is answered with the feature, then done", async () => {
  const page = await worker();
  const request = page.send({ kind: "ask", ...page.asked({ feature: 5 }) });
  await settle();
  assert.deepEqual([page.state().shown.feature, [...page.state().answer][0], page.error(request)], [5, 15, ""]);
  const order = page.posted.map(({ kind, state, content }) => (state?.answer && kind === "state" ? "answer" : content?.request)).filter(Boolean);
  assert.ok(order.lastIndexOf("answer") < order.indexOf(request));
  assert.equal(page.model.asked.filter((one) => one.startsWith("project")).length, 2, "one projection a move");
});

test("every request is answered, whatever it is", async () => {
  const page = await worker();
  const good = page.asked();
  const odd = [
    { kind: "ask", ...good, feature: 8 },
    { kind: "ask", ...good, feature: "2" },
    { kind: "ask", ...good, layer: 3, revision: 1 },
    { kind: "ask", ...good, rule: "none" },
    { kind: "ask", ...good, revision: 999 },
    { kind: "ask" },
    { kind: "bank", ...good, position: null },
    { kind: "dance" },
    { kind: "constructor" },
    { kind: 3 },
    { kind: "ahead", revision: 1, start: 11 },
    { kind: "song", song: 0.5 },
    { kind: "cancel" },
  ];
  const requests = odd.map((one) => page.send(one));
  await settle();
  assert.deepEqual(requests.map((request) => page.error(request)), [
    "feature must be 0 to 7 in layer low, which has 8 features, not 8",
    "feature must be a whole number, not '2'",
    "layer must be 1 to 2, or one of low, high, not 3",
    "rule must be one of deconvnet, gradient, guided, not 'none'",
    "",
    "rule must be a text, not None",
    "position must be a text, not None",
    "the page asked for 'dance', which is not known here",
    "the page asked for 'constructor', which is not known here",
    "the page asked for 3, which is not known here",
    "start must be at least 0 s and less than 10.000 s, the length of the clip, not 11.0",
    "song must be a whole number, not 0.5",
    "",
  ]);
  assert.equal(page.state().error.length > 0, true);
  page.room.receive({ kind: "custom", id: 0, content: ["no message"], buffers: [] });
  await settle();
  assert.equal(page.state().error, "a message must be a JSON object; this one is not known here: ['no message']");
});

test("what is not legal is taken back whole, with a sentence", async () => {
  const page = await worker();
  const cases = /** @type {[Record<string, unknown>, string][]} */ ([
    [{ layer: 2, feature: 5 }, "feature must be 0 to 3 in layer high, which has 4 features, not 5"],
    [{ feature: 1, rule: "no" }, "rule must be one of deconvnet, gradient, guided, not 'no'"],
    [{ layer: true }, "layer must be a whole number, not True"],
    [{ model: "other" }, "model must be one of net, net, random weights, not 'other'"],
    [{ clip: "Bach", start: -1 }, "start must be at least 0 s and less than 10.000 s, the length of the clip, not -1.0"],
    [{ start: NaN }, "start must be at least 0 s and less than 10.000 s, the length of the clip, not nan"],
    [{ muted: [[9, 1]] }, "layer must be 1 to 2, or one of low, high, not 9"],
    [{ removed: [{ band: [0, 9999] }] }, "band must begin at 0 Hz or later, and end after its beginning and by 500 Hz, not be 0 to 9999 Hz"],
    [{ facts: {} }, "'facts' cannot be set by the page"],
    [{ error: "mine" }, "error can only be dismissed by the page"],
    [{ order: "size" }, "order must be one of interest, effect, not 'size'"],
    [{ control: 1 }, "control must be true or false, not 1"],
    [{ clip: "x".repeat(300) }, "clip must have at most 255 characters, not 300"],
  ]);
  const names = ["layer", "feature", "rule", "model", "clip", "start", "muted", "removed", "order", "control"];
  const before = { model: "net", clip: "Bach", start: 0, muted: [], removed: [], order: "interest", control: false };
  for (const [changes, words] of cases) {
    page.set({ ...before, layer: 1, feature: 2, rule: "deconvnet", error: "" });
    await settle();
    const heard = page.model.heard.length;
    page.set(changes);
    await settle();
    const state = page.state();
    assert.equal(state.error, words);
    assert.deepEqual(names.map((name) => state[name]), [1, 2, "deconvnet", "net", "Bach", 0, [], [], "interest", false], words);
    assert.equal(page.model.heard.length, heard);
  }
});

test("a layer with fewer features brings the feature back into it", async () => {
  const page = await worker();
  page.set({ feature: 7 });
  page.set({ layer: 2 });
  await settle();
  assert.deepEqual([page.state().layer, page.state().feature], [2, 3]);
});

test("another clip opens where it says; a window that is shown again has its old number", async () => {
  const page = await worker();
  const first = page.state().facts.revision;
  page.set({ clip: "Dance" });
  await settle();
  const { facts, clip, start, source } = page.state();
  assert.deepEqual([facts.chosen, clip, start, [...source][0]], [{ model: "net", clip: "Dance", start: 1 }, "Dance", 1, 2]);
  assert.notEqual(facts.revision, first);
  page.set({ clip: "Bach", start: 0 });
  await settle();
  assert.equal(page.state().facts.revision, first);
  assert.deepEqual(page.model.asked.filter((one) => one.startsWith("open")), ["open 1 at 0", "open 2 at 1"], "a window that is kept is not heard again");
});

test("of several windows the latest wish is shown", async () => {
  const page = await worker();
  for (const start of [1, 2, 3]) page.set({ start });
  await settle();
  assert.equal(page.state().facts.chosen.start, 3);
  assert.equal(page.posted.filter(({ state }) => state?.facts).length, 2, "no other window comes to the page");
  page.set({ start: 4 });
  page.set({ start: 3 });
  await settle();
  assert.equal(page.state().facts.chosen.start, 3);
});

test("sliders that move while a window is heard stay where they are", async () => {
  const page = await worker();
  const show = page.model.open.bind(page.model);
  page.model.open = async (/** @type {Float32Array} */ samples, /** @type {number} */ start) => {
    const heard = await show(samples, start);
    const shown = heard.show.bind(heard);
    heard.show = (/** @type {any[]} */ ...all) => {
      setImmediate(() => page.set({ layer: 2, feature: 3 }));
      return shown(.../** @type {[any]} */ (all));
    };
    return heard;
  };
  page.set({ clip: "Dance" });
  await settle();
  const { facts, layer, feature, shown } = page.state();
  assert.deepEqual([facts.chosen.clip, layer, feature], ["Dance", 2, 3]);
  assert.deepEqual([shown.layer, shown.feature, shown.revision], [1, 2, facts.revisions[0]]);
});

test("a clip that is slow to decode does not hold up another, nor moves", async () => {
  const page = await worker({ decodes: false });
  assert.equal(page.state().facts, undefined);
  const [first] = page.posted.filter(({ kind }) => kind === "decode");
  page.decode(first);
  await settle();
  page.set({ clip: "Dance" });
  await settle();
  assert.equal(page.state().status, "listening to Dance");
  const request = page.send({ kind: "ask", ...page.asked({ feature: 6 }) });
  await settle();
  assert.deepEqual([page.error(request), page.state().shown.feature], ["", 6]);
  page.set({ clip: "Bach", start: 2 });
  await settle();
  assert.deepEqual([page.state().facts.chosen.clip, page.state().status], ["Bach", ""]);
  page.decode(page.posted.filter(({ kind }) => kind === "decode")[1]);
  await settle();
  assert.equal(page.state().facts.chosen.clip, "Bach");
});

test("a clip that cannot be decoded is taken back, and may be tried again", async () => {
  const page = await worker({ decodes: false });
  page.decode(page.posted.find(({ kind }) => kind === "decode"));
  await settle();
  page.set({ clip: "Dance" });
  await settle();
  const { request } = page.posted.filter(({ kind }) => kind === "decode")[1];
  page.room.receive({ kind: "decoded", request, error: "Dance in this page is damaged" });
  await settle();
  assert.deepEqual([page.state().error, page.state().clip, page.state().status], ["Dance in this page is damaged", "Bach", ""]);
  page.set({ error: "", clip: "Dance" });
  await settle();
  page.decode(page.posted.filter(({ kind }) => kind === "decode")[2]);
  await settle();
  assert.equal(page.state().facts.chosen.clip, "Dance");
});

test("where the first clip cannot be decoded, another opens where it says", async () => {
  const page = await worker({ decodes: false, live: { start: 7 } });
  const [{ request }] = page.posted.filter(({ kind }) => kind === "decode");
  page.room.receive({ kind: "decoded", request, error: "Bach in this page is damaged" });
  await settle();
  const early = page.send({ kind: "ask", ...ASKED, feature: 5, revision: 0 });
  await settle();
  assert.equal(page.error(early), "Bach in this page is damaged", "a page asks again where there is no error");
  page.set({ clip: "Dance" });
  await settle();
  page.decode(page.posted.filter(({ kind }) => kind === "decode")[1]);
  await settle();
  assert.deepEqual([page.state().facts.chosen.clip, page.state().start], ["Dance", 1]);
});

test("what is asked while the first window is changed waits for what is shown then", async () => {
  const page = await worker({ decodes: false });
  const [first] = page.posted.filter(({ kind }) => kind === "decode");
  page.set({ clip: "Dance" });
  const request = page.send({ kind: "ask", ...ASKED, feature: 5, revision: 0 });
  page.decode(first);
  await settle();
  assert.equal(page.error(request), undefined);
  page.decode(page.posted.filter(({ kind }) => kind === "decode")[1]);
  await settle();
  assert.deepEqual([page.error(request), page.state().facts.chosen.clip, page.state().status], ["", "Dance", ""]);
});

test("a question about a window that is no longer shown is answered and changes nothing", async () => {
  const page = await worker();
  const old = page.asked({ feature: 4 });
  page.set({ clip: "Dance" });
  await settle();
  const request = page.send({ kind: "ask", ...old });
  await settle();
  assert.deepEqual([page.error(request), page.state().shown.feature], ["", 2]);
});

test("a layer comes feature by feature, the nearest to the slider first, then its survey, then the ranking", async () => {
  const page = await worker();
  const request = page.send({ kind: "bank", ...page.asked() });
  await settle();
  await settle();
  assert.equal(page.error(request), "");
  const features = page.messages("feature");
  assert.deepEqual(features.map(({ feature }) => feature), [2, 1, 3, 0, 4, 5, 6, 7]);
  assert.deepEqual(features.map(({ takes }) => takes[0].silent), [false, false, true, false, false, false, false, false]);
  const [{ buffers }] = page.posted.filter(({ content }) => content?.kind === "feature");
  assert.deepEqual([...new Uint8Array(buffers[0])], Array(6).fill(12));
  const [[bank], [control]] = [page.messages("bank"), page.messages("control")];
  assert.deepEqual([bank.filled, bank.takes[0].survey.order, bank.takes.length], [true, null, 1]);
  assert.deepEqual([bank.revision, control.revision], [page.state().facts.revision, page.state().facts.revision]);
  assert.deepEqual([...control.surveys[0].order].sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.ok(control.takes[0] > 0 && control.no_control === "");
  assert.deepEqual(page.messages("progress").at(-1).done, 8);
});

test("a move and another window come before a layer, and a layer that nobody looks at is dropped", async () => {
  const page = await worker();
  page.send({ kind: "bank", ...page.asked() });
  await until(() => page.messages("feature").length);
  const request = page.send({ kind: "ask", ...page.asked({ feature: 7 }) });
  await until(() => page.error(request) !== undefined);
  assert.ok(page.messages("feature").length < 8, "the move did not wait for the layer");
  page.set({ clip: "Dance" });
  await settle();
  assert.ok(page.messages("feature").length < 8);
  assert.deepEqual([page.messages("bank"), page.messages("control")], [[], []]);
});

test("the nearest feature is that of the moment", async () => {
  const page = await worker();
  page.send({ kind: "bank", ...page.asked() });
  await until(() => page.messages("feature").length);
  page.set({ feature: 7 });
  await settle();
  const order = page.messages("feature").map(({ feature }) => feature);
  assert.ok(order.indexOf(7) < order.indexOf(0), `${order}`);
});

test("a layer that is stopped may be asked for again, and its ranking alone", async () => {
  const page = await worker();
  page.send({ kind: "bank", ...page.asked() });
  page.send({ kind: "cancel" });
  await settle();
  assert.equal(page.messages("bank").length, 0);
  page.send({ kind: "bank", ...page.asked() });
  await settle();
  await settle();
  assert.deepEqual([page.messages("bank").length, page.messages("control").length], [1, 1]);
  const projections = page.model.asked.length;
  page.send({ kind: "control", ...page.asked() });
  await settle();
  assert.deepEqual([page.messages("bank").length, page.messages("control").length, page.model.asked.length], [1, 2, projections]);
});

test("a layer that was left half computed goes on where it was, if the page has what was sent", async () => {
  const whole = await worker();
  whole.send({ kind: "bank", ...whole.asked() });
  await settle();
  await settle();
  for (const lost of [0, 1]) {
    const page = await worker();
    const sentOf = (/** @type {number} */ layer) => page.messages("feature").filter((one) => one.layer === layer).map(({ feature }) => feature);
    page.send({ kind: "bank", ...page.asked() });
    await until(() => sentOf(1).length === 3);
    page.set({ layer: 2 });
    page.send({ kind: "bank", ...page.asked({ layer: 2 }) });
    await settle();
    const before = sentOf(1).length;
    assert.ok(before < 8, "the other layer came first");
    page.set({ layer: 1 });
    page.send({ kind: "bank", ...page.asked(), here: before - lost });
    await settle();
    await settle();
    assert.equal(sentOf(1).length, lost ? before + 8 : 8);
    assert.equal(new Set(sentOf(1)).size, 8);
    const [[expected], [bank]] = [whole, page].map(({ messages }) => messages("bank").filter(({ layer }) => layer === 1));
    assert.deepEqual(bank.takes, expected.takes);
  }
});

test("without a control a layer is ranked by energy, and the panel says why", async () => {
  const page = await worker({ doc: { ...MODEL, control: { why: "its weights are frozen" } } });
  assert.deepEqual([page.state().facts.models, page.state().facts.notes], [["net"], ["no control: its weights are frozen"]]);
  page.send({ kind: "bank", ...page.asked() });
  await settle();
  const [control] = page.messages("control");
  assert.deepEqual([control.takes, control.no_control], [[null], "its weights are frozen"]);
  page.set({ control: true });
  await settle();
  assert.deepEqual([page.state().error, page.state().control], ["no row C: its weights are frozen", false]);
});

test("row C is the same feature in random weights, on its own revision", async () => {
  const page = await worker();
  const before = page.state().facts.revision;
  page.set({ control: true });
  await settle();
  const { facts, shown, answer, source } = page.state();
  assert.deepEqual(facts.rows.at(-1), { deck: "c", kind: "feature", take: 1 });
  assert.deepEqual([facts.takes[1].model, facts.takes[1].control, facts.control.shown], ["net, random weights", true, true]);
  assert.deepEqual([shown.takes.length, [...answer][0], [...answer][8], source.length], [2, 12, 112, 16]);
  assert.notEqual(facts.revision, before);
  page.send({ kind: "bank", ...page.asked() });
  await settle();
  await settle();
  assert.deepEqual(page.messages("feature")[0].takes.length, 2);
  const [bank] = page.messages("bank");
  assert.deepEqual([bank.takes[0].survey !== null, bank.takes[1].survey], [true, null]);
  page.set({ control: false });
  await settle();
  assert.deepEqual([page.state().facts.revision, page.state().facts.takes.length], [before, 1]);
});

test("random weights alone are a model like the other", async () => {
  const page = await worker();
  page.set({ model: "net, random weights" });
  await settle();
  const { facts, answer } = page.state();
  assert.deepEqual([facts.title, facts.takes[0].untrained, [...answer][0]], ["net, random weights / Bach", true, 112]);
  assert.deepEqual([facts.call, facts.control.why.length > 0], ['aj.explore(aj.untrained(aj.load_model("net")), "bach"', true]);
});

test("a muted feature changes what the network says and the layers above, not the source nor layers up to it", async () => {
  const page = await worker();
  const [before] = [page.state()];
  page.set({ muted: [["low", 1]] });
  await settle();
  const { facts, muted, shown } = page.state();
  assert.deepEqual(muted, [[1, 1, 0]]);
  assert.deepEqual([facts.revision, facts.revisions[0]], [before.facts.revision, before.facts.revisions[0]]);
  assert.notEqual(facts.revisions[1], before.facts.revisions[1]);
  assert.ok(Math.abs(facts.takes[0].classes[0][1] - 0.35) < 1e-9 && facts.takes[0].unmuted[0][1] === 0.25);
  assert.equal(shown, before.shown);
  assert.equal(page.posted.filter(({ state }) => state?.source).length, 1);
});

test("a person's own file joins the clips; a file that cannot be heard leaves them as they were", async () => {
  const page = await worker();
  const take = (/** @type {number} */ value, notes = [""]) => page.room.receive({ kind: "take", id: 0, name: "Bach", samples: new Float32Array(3 * RATE).fill(value), rate: RATE, notes });
  take(4, ["of Bach the first 15 minutes are kept"]);
  await settle();
  assert.deepEqual(page.posted.find(({ kind }) => kind === "taken"), { kind: "taken", id: 0, name: "Bach (2)", error: "" });
  const { facts, clip } = page.state();
  assert.deepEqual([facts.clips, clip, facts.chosen.clip], [["Bach", "Dance", "Short", "Bach (2)"], "Bach (2)", "Bach (2)"]);
  assert.ok(facts.notes.includes("of Bach the first 15 minutes are kept") && facts.call === "" && facts.no_call.includes("open it by path"));
  take(LOUD);
  take(NaN);
  await settle();
  assert.deepEqual(page.posted.filter(({ kind }) => kind === "taken").slice(1).map(({ error }) => error), ["", "Bach cannot be heard: some of its samples are no numbers"]);
  take(LOUD);
  await settle();
  assert.equal(page.posted.filter(({ kind }) => kind === "taken").at(-1).error, "the network overflows");
  assert.deepEqual([page.state().clip, page.state().error], ["Bach (2)", "the network overflows"]);
  page.set({ clip: "Bach (4)" });
  await settle();
  assert.match(page.state().error, /^clip must be one of Bach, Dance, Short, Bach \(2\), Bach \(3\), not 'Bach \(4\)'/);
});

test("a clip shorter than the window is padded, and has no time line", async () => {
  const page = await worker({ keys: ["short"] });
  assert.deepEqual([page.state().facts.song, page.state().facts.notes], [null, ["the clip has 1.00 s here; padded with silence to 2 s"]]);
});

test("several panels share windows, and the panel in use comes first", async () => {
  const page = await worker({ panels: 2 });
  assert.equal(page.model.asked.filter((one) => one.startsWith("open")).length, 1, "the same window is heard once");
  page.send({ kind: "bank", ...page.asked({}, 0) }, 0);
  page.send({ kind: "bank", ...page.asked({}, 1) }, 1);
  page.send({ kind: "ask", ...page.asked({ feature: 6 }, 1) }, 1);
  await settle();
  await settle();
  const order = page.posted.filter(({ content }) => content?.kind === "bank").map(({ id }) => id);
  assert.deepEqual(order, [1, 0]);
  page.room.receive({ kind: "close", id: 1 });
  page.send({ kind: "ask", ...page.asked({ feature: 4 }) });
  await settle();
  assert.equal(page.state().shown.feature, 4);
});

test("windows are kept within a budget, and freed when they go", async () => {
  const page = await worker();
  for (let start = 0; start < 9; start += 1) {
    page.set({ start });
    await settle();
  }
  assert.equal(page.model.heard.filter(({ freed }) => freed).length, 0);
  for (const one of page.model.heard) one.bytes = 20e6;
  page.set({ start: 0.5 });
  await settle();
  const living = page.model.heard.filter(({ freed }) => !freed);
  assert.ok(living.length <= 6 && page.state().error === "", `${living.length}`);
});

test("a layer that is computed keeps its window, whatever is muted above it meanwhile", async () => {
  const page = await worker({ live: { muted: [[1, 1, 0]] } });
  page.send({ kind: "bank", ...page.asked() });
  await until(() => page.messages("feature").length);
  for (const one of page.model.heard) one.bytes = 100e6;
  page.set({ muted: [[1, 2, 0]] });
  await settle();
  await settle();
  assert.deepEqual([page.state().error, page.messages("feature").length, page.messages("bank").length], ["", 8, 1]);
});

test("where no class reaches the model's threshold, none is said: of a window, of random weights as before", async () => {
  const why = "The largest probability, 75 %, is below 80 %: the model knows calm and loud, and this sounds like none of them.";
  const page = await worker({ doc: { ...MODEL, none_below: 0.8 }, live: { control: true } });
  const { takes } = page.state().facts;
  assert.deepEqual(takes.map((/** @type {any} */ take) => take.none), [why, undefined]);
  assert.deepEqual(takes[0].classes, [["calm", 0.25], ["loud", 0.75]]);
  page.room.receive({ kind: "call", id: 0, request: "c", method: "answer", args: [] });
  await until(() => page.posted.some(({ request }) => request === "c"));
  assert.equal(page.posted.find(({ request }) => request === "c").result, "none of these");
  assert.ok(!("none" in (await worker()).state().facts.takes[0]));
});

test("calls of a teacher's page are answered, and wrong ones with a sentence", async () => {
  const page = await worker();
  /** @type {(method: string, ...args: unknown[]) => Promise<any>} */
  const call = async (method, ...args) => {
    const request = `c${page.posted.length}`;
    page.room.receive({ kind: "call", id: 0, request, method, args });
    const answer = () => page.posted.find((one) => one.kind === "answer" && one.request === request);
    await until(answer);
    return answer().error ?? answer().result;
  };
  assert.deepEqual(await call("predict"), { calm: 0.25, loud: 0.75 });
  assert.equal(await call("answer"), "loud");
  assert.deepEqual((await call("project", "low", 2)).shape, [2, 3]);
  assert.deepEqual([...(await call("auralise", 2, 3)).samples], [2, 3]);
  assert.deepEqual([(await call("source")).rate, (await call("source")).samples.length], [RATE, 2 * RATE]);
  assert.deepEqual(await call("open", { samples: new Float32Array(3 * RATE).fill(7), rate: RATE, name: "mine", notes: ["of mine the first 3 s are kept"] }), { name: "mine", seconds: 3 });
  assert.ok(page.state().facts.notes.includes("of mine the first 3 s are kept"));
  assert.equal((await call("source")).samples[0], 7);
  assert.match(await call("project", 3, 0), /^layer must be 1 to 2/);
  assert.match(await call("project", 1, 99), /^feature must be 0 to 7/);
  assert.match(await call("project", 1, 0, "none"), /^rule must be one of/);
  assert.match(await call("dance"), /^auralise has open, source, predict, answer, project, auralise, not 'dance'/);
});

test("songs that nobody shows are let go beyond a budget, and decoded again when they are chosen", async () => {
  const page = await worker({ panels: 2, most: 100e3 });
  const { room, posted, state, set } = page;
  const decodes = () => posted.filter(({ kind }) => kind === "decode").map(({ clip }) => clip);
  assert.deepEqual([decodes(), room.loaded.bytes], [["a"], 40e3]);
  await room.receive({ kind: "take", id: 0, key: "own 1", name: "mine", samples: new Float32Array(20 * RATE).fill(7), rate: RATE, notes: [] });
  await settle();
  assert.equal(room.loaded.bytes, 120e3); // the other panel shows the first
  await set({ clip: "Dance" });
  await settle();
  assert.deepEqual([state(0).source[0], decodes(), room.loaded.bytes], [2, ["a", "b"], 60e3]); // the taken one went
  const { song } = state(0).facts;
  await set({ clip: "mine" });
  await settle();
  const { clip, request } = posted.findLast(({ kind }) => kind === "decode");
  assert.equal(clip, "own 1");
  await room.receive({ kind: "decoded", request, error: "mine.wav cannot be read any more; choose it again" });
  await settle();
  assert.deepEqual([state().error, state().clip, state().facts.title, state().source[0]], ["mine.wav cannot be read any more; choose it again", "Dance", "net / Dance", 2]);
  assert.deepEqual(state().facts.song, song);
  await set({ clip: "mine" });
  await settle();
  const again = posted.findLast(({ kind }) => kind === "decode");
  await room.receive({ kind: "decoded", request: again.request, samples: new Float32Array(20 * RATE).fill(7), rate: RATE });
  await settle();
  assert.deepEqual([state().error, state().facts.title, state().source[0], room.loaded.bytes], ["", "net / mine", 7, 120e3]);
  await room.receive({ kind: "close", id: 1 });
  assert.equal(room.loaded.bytes, 80e3);
});

test("a network that cannot be read is said in its panels", async () => {
  /** @type {any[]} */
  const posted = [];
  const room = new Room({ startBackend: async () => Promise.reject(new Error("no SIMD")), readModel: async () => Promise.reject(new Error("its numbers are not finite")) }, (message) => posted.push(message));
  await room.receive({ kind: "start", wasm: new ArrayBuffer(0) });
  assert.deepEqual(posted.pop(), { kind: "failed", words: "no SIMD" });
  const open = async (/** @type {ArrayBuffer} */ weights) => {
    room.receive({ kind: "model", key: "m", doc: MODEL, weights });
    await room.receive({ kind: "panel", id: 0, live: { model: "m", clips: ["a"], asked: ASKED }, clips: CLIPS });
    return posted.pop();
  };
  assert.deepEqual(await open(gzipSync(Uint8Array.of(1)).buffer), {
    kind: "failed",
    id: 0,
    words: "The network in this page cannot be read: its numbers are not finite. The page may be damaged: load it again, or copy it again from where it came from.",
  });
  assert.match((await open(Uint8Array.of(1, 2, 3).buffer)).words, /unpacked.*damaged/);
  for (const message of [{ kind: "custom", content: { kind: "ask", request: "r" } }, { kind: "take", name: "mine" }, { kind: "call", request: 5, method: "predict", args: [] }]) {
    await room.receive({ id: 0, ...message });
    const { kind, request, content, ...answer } = posted.pop();
    assert.deepEqual([kind, request ?? content?.request], { custom: ["custom", "r"], take: ["taken", undefined], call: ["answer", 5] }[message.kind]);
    assert.match(answer.error ?? content.error, /damaged/);
  }
});
