import assert from "node:assert/strict";
import test from "node:test";
import { mutedCode, mutedMark, mutedName, mutedWords, partName } from "../../js/mute/words.js";
import { partFrom, partOf } from "../../js/mute/shape.js";
import { Axis } from "../../js/picture/axis.js";
import { address } from "../../js/panel/taking.js";
import { revisionOf } from "../../js/store/asked.js";
import { Edits } from "../../js/store/edits.js";
import { LiveStore } from "../../js/store/live.js";

Object.assign(globalThis, { requestAnimationFrame: (/** @type {() => void} */ callback) => setTimeout(callback) });

/** @typedef {import("../../js/types.js").Muted} Muted */
/** @type {Muted} */
const OUT = [3, 20, 0];
/** @type {Muted} */
const LOUD = [3, 7, 1.5];
const BAND = /** @type {const} */ ({ band: [200, 800], stretch: null });
const STRETCH = /** @type {const} */ ({ band: null, stretch: [1, 2] });
const parts = () => JSON.parse(JSON.stringify([BAND, STRETCH]));

test("what is muted is said in one line", () => {
  assert.equal(mutedWords({ muted: [OUT, LOUD], removed: parts(), start: 0 }), "muted: 3-20, 3-7 at 150\u00a0%, 200 to 800\u00a0Hz, 1.0 to 2.0\u00a0s");
  assert.equal(mutedWords({ start: 0 }), "");
});

test("moments are those of the clip, and short stretches have two digits", () => {
  assert.equal(partName({ band: null, stretch: [1, 2] }, 10.5), "11.5 to 12.5\u00a0s");
  assert.equal(partName({ band: [200.4, 800], stretch: [0.1, 0.25] }, 0), "200 to 800\u00a0Hz from 0.10 to 0.25\u00a0s");
});

test("a caption marks a feature that is muted or has a gain", () => {
  assert.equal(mutedMark([OUT, LOUD], 3, 20), ", muted");
  assert.equal(mutedMark([OUT, LOUD], 3, 7), ", at 150\u00a0%");
  assert.equal(mutedMark([OUT, [3, 8, 1]], 3, 8), "");
  assert.equal(mutedMark([OUT], 2, 20), "");
  assert.equal(mutedMark(undefined, 3, 20), "");
  assert.equal(mutedName([3, 8, 1]), "3-8 at 100\u00a0%");
});

test("the line of code mutes the same", () => {
  assert.deepEqual(mutedCode({ muted: [OUT, LOUD], removed: parts() }), ["mute=[(3, 20), (3, 7, 1.5)]", 'removed=[{"band": (200, 800)}, {"stretch": (1, 2)}]']);
  assert.deepEqual(mutedCode({}), []);
  const facts = /** @type {any} */ ({ takes: [{ rule: null }], start: 0, muted: [OUT], removed: [] });
  const asked = { layer: 3, feature: 1, rule: "deconvnet", resynthesis: "phase", position: "all" };
  assert.equal(address(facts, 'aj.explore("genre"', asked, false), 'import auralise_jax as aj; aj.explore("genre", layer=3, feature=1, rule="deconvnet", mute=[(3, 20)])');
});

test("layers above a muted feature have a number of their own", () => {
  assert.equal(revisionOf({ revision: 4, revisions: [4, 4, 9] }, 3), 9);
  assert.equal(revisionOf({ revision: 4 }, 3), 4);
  assert.equal(revisionOf({}, 1), 0);
});

/**
 * @param {[number, number]} ends
 * @param {import("../../js/picture/axis.js").Scale} [scale]
 */
function axisOf(ends, scale) {
  const axis = new Axis(0.02);
  axis.set(...ends, scale);
  return axis;
}

test("a tall rectangle is a stretch, a flat one a band, another both, and all of it nothing", () => {
  const [time, frequency, facts] = [axisOf([0, 4]), axisOf([0, 5000]), { duration: 4, sample_rate: 10_000 }];
  /** @param {number[]} box */
  const part = ([left, right, bottom, top]) => partOf({ left, right, bottom, top }, time, frequency, facts);
  assert.deepEqual(part([0.25, 0.5, 0.05, 0.97]), { band: null, stretch: [1, 2] });
  assert.deepEqual(part([0.02, 0.96, 0.1, 0.2]), { band: [500, 1000], stretch: null });
  assert.deepEqual(part([0.25, 0.5, 0.1, 0.2]), { band: [500, 1000], stretch: [1, 2] });
  assert.deepEqual(part([0.01, 0.5, 0.1, 0.99]), { band: null, stretch: [0, 2] });
  assert.deepEqual(part([0.25, 0.5, 0.01, 0.2]), { band: [0, 1000], stretch: [1, 2] }); // to the edge
  assert.equal(part([0, 1, 0, 1]), null);
  assert.equal(part([0.5, 0.5, 0, 1]), null);
  assert.equal(part([0.2, 0.4, 0.3, 0.3]), null);
});

test("where the axis does not begin at 0 or is zoomed, edges are what they show", () => {
  const facts = { duration: 4, sample_rate: 10_000 };
  const log = axisOf([0, 5000], "log");
  assert.deepEqual(partOf({ left: 0.25, right: 0.5, bottom: 0, top: 0.3 }, axisOf([0, 4]), log, facts)?.band?.[0], 0);
  const time = axisOf([0, 4]);
  time.zoom(0.5, 1); // 2 to 4 s
  assert.deepEqual(partOf({ left: 0, right: 0.5, bottom: 0.1, top: 0.95 }, time, log, facts), { band: null, stretch: [2, 3] });
});

test("numbers in fields are moments of the clip, and say what is wrong with them", () => {
  assert.deepEqual(partFrom([200, 800, NaN, NaN], 10), { band: [200, 800], stretch: null });
  assert.deepEqual(partFrom([NaN, NaN, 11, 12.5], 10), { band: null, stretch: [1, 2.5] });
  assert.match(`${partFrom([NaN, NaN, NaN, NaN], 0)}`, /a band, a time, or both/);
  assert.match(`${partFrom([200, NaN, NaN, NaN], 0)}`, /both ends/);
  assert.match(`${partFrom([800, 200, NaN, NaN], 0)}`, /above the first/);
  assert.match(`${partFrom([NaN, NaN, 1, 2], 10)}`, /within what is shown/);
});

/** A model that only counts what is saved. */
class Model {
  /** @type {unknown[]} */
  saved = [];
  /** @type {Record<string, any>} */
  state = { facts: { muted: [], removed: [] }, muted: [], removed: [] };

  /** @param {string} name */
  get(name) {
    return this.state[name];
  }

  save_changes() {
    this.saved.push(this.state.muted);
  }
}

test("of many changes of a gain, one is on its way, and then the latest", () => {
  const model = new Model();
  const edits = new Edits(model);
  /** @param {number} gain */
  const want = (gain) => {
    model.state.muted = [[3, 20, gain]];
    edits.look();
  };
  /** @param {number} gain */
  const answer = (gain) => {
    model.state.facts = { muted: [[3, 20, gain]], removed: [] };
    edits.look();
  };
  [0.1, 0.2, 0.3].forEach(want);
  assert.deepEqual(model.saved, [[[3, 20, 0.1]]]);
  answer(0.1);
  assert.deepEqual(model.saved, [[[3, 20, 0.1]], [[3, 20, 0.3]]]);
  assert.ok(edits.waits);
  answer(0.3);
  assert.equal(model.saved.length, 2);
  assert.ok(!edits.waits);
  assert.ok(edits.busy); // for a while
  edits.lose();
});

test("what Python takes back is not asked for again", () => {
  const model = new Model();
  const edits = new Edits(model);
  model.state.muted = [[9, 9, 0]];
  edits.look();
  model.state.muted = []; // Python's answer
  edits.look();
  assert.ok(!edits.waits);
  model.state.muted = [OUT];
  edits.look();
  assert.equal(model.saved.length, 2);
  edits.lose();
  assert.ok(edits.waits); // it is asked for, but nothing is on its way
  assert.ok(!edits.busy);
});

const facts = (/** @type {Partial<import("../../js/types.js").Facts>} */ more) =>
  ({ revision: 0, revisions: [0, 0, 0], muted: [], removed: [], bins: 1, frames: 1, takes: [{}], layers: [1, 2, 3].map(() => ({ features: 4 })), ...more });

test("the layers up to what is muted are not asked for again, those above are", async () => {
  const asked = { layer: 2, feature: 1, rule: "deconvnet", resynthesis: "phase", position: "all" };
  /** @type {any[]} */
  const sent = [];
  /** @type {Map<string, Set<() => void>>} */
  const heard = new Map();
  /** @type {Record<string, any>} */
  const state = { ...asked, muted: [], removed: [], facts: facts({}), answer: new Uint8Array(2), shown: { ...asked, revision: 0, takes: [{}] } };
  const emit = (/** @type {string} */ name) => [...(heard.get(`change:${name}`) ?? [])].forEach((callback) => callback());
  const model = {
    get: (/** @type {string} */ name) => state[name],
    set: (/** @type {string} */ name, /** @type {unknown} */ value) => ((state[name] = value), emit(name)),
    on: (/** @type {string} */ name, /** @type {() => void} */ callback) => heard.set(name, (heard.get(name) ?? new Set()).add(callback)),
    off: () => {},
    save_changes: () => {},
    send: (/** @type {any} */ content) => sent.push(content),
  };
  const store = new LiveStore(/** @type {any} */ (model));
  assert.equal(store.current()?.revision, 0);
  model.set("facts", facts({ muted: [[2, 1, 0]], revisions: [0, 0, 1] }));
  await null;
  assert.deepEqual(sent, []);
  assert.equal(store.current()?.revision, 0);
  model.set("layer", 3);
  await null;
  assert.deepEqual(sent.map(({ kind, layer, revision }) => [kind, layer, revision]), [["ask", 3, 1]]);
  store.close();
});
