import assert from "node:assert/strict";
import test from "node:test";
import { effectFacts, Effects, legalOrder } from "../../js/explorer/effects.js";
import { Cancelled } from "../../js/explorer/queue.js";

/** @import { Muted } from "../../js/types.js" */

const RATE = 8000;

/** A network whose one layer has three features and whose scores are weighted sums of their maps; the second is 1 in silence. */
class Network {
  layers = [{ name: "low", features: 3 }];
  weights = [[1, 2, -3], [0, -1, 0.5]];
  open = 0; // states that are not freed
  passes = 0;
  fails = "";

  off = () => Float32Array.of(0, 1, 0);

  /**
   * @param {number[]} maps
   * @param {any} edits
   */
  #scores(maps, edits) {
    const { scale, shift } = edits?.get(1) ?? { scale: [1, 1, 1], shift: [0, 0, 0] };
    return this.weights.map((row) => row.reduce((sum, weight, k) => sum + weight * (maps[k] * scale[k] + shift[k]), 0));
  }

  /**
   * @param {Float32Array} picture
   * @param {any} edits
   */
  async forward(picture, edits) {
    this.open++;
    this.passes++;
    const maps = [1, 2, 3].map((weight) => weight * (1 + picture[0]));
    return { maps, edits };
  }

  outputs = (/** @type {any} */ { maps, edits }) => Float32Array.from(this.#scores(maps, edits));
  free = () => this.open--;

  /**
   * @param {any} state
   * @param {number} layer
   * @param {any} edit
   * @param {any} others
   * @param {undefined} _features
   * @param {() => Promise<void>} pause
   */
  async scoresAlone(state, layer, edit, others, _features, pause) {
    await pause();
    if (this.fails) throw new Error(this.fails);
    const rows = [0, 1, 2].map((feature) => {
      const { scale, shift } = others.get(layer) ?? { scale: [1, 1, 1], shift: [0, 0, 0] };
      const alone = (/** @type {any} */ own, /** @type {any} */ rest) => Float32Array.from(rest, (value, k) => (k === feature ? own[k] : value));
      return this.#scores(state.maps, new Map([[layer, { scale: alone(edit.scale, scale), shift: alone(edit.shift, shift) }]]));
    });
    return { data: Float32Array.from(rows.flat()), shape: [3, 2] };
  }
}

const MODEL = () => ({
  layers: [{ name: "low", features: 3 }],
  classes: ["a", "b"],
  seconds: 1,
  doc: { no_effects: "" },
  network: new Network(),
  frontend: {
    sampleRate: RATE,
    samples: RATE,
    fit: (/** @type {Float32Array} */ samples) => samples,
    analyse: (/** @type {Float32Array} */ samples) => samples,
    picture: (/** @type {Float32Array} */ samples) => samples.slice(0, 1),
  },
  checkFinite: () => {},
});

/**
 * @param {ReturnType<typeof MODEL>} model
 * @param {{gains?: Muted[], removed?: any[]}} [given]
 */
const heardOf = (model, { gains = [], removed = [] } = {}) => /** @type {any} */ ({ model, picture: Float32Array.of(0), gains, removed, predict: () => new Map([["a", 0.2], ["b", 0.8]]) });

/** Seconds of a sound that rises from 0 to 1. @param {number} seconds */
function songOf(seconds) {
  const samples = Float32Array.from({ length: seconds * RATE }, (_, i) => i / (seconds * RATE));
  const heard = (/** @type {any} */ _model, /** @type {number} */ start) => samples.slice(start * RATE, (start + 1) * RATE);
  return { duration: seconds, heard };
}

const free = async () => {};

test("effects are what muting each feature alone does to the class that is predicted", async () => {
  const model = MODEL();
  const effects = new Effects({ variants: [{ heard: heardOf(model) }], song: songOf(1) });
  const found = await effects.more(1, free);
  assert.deepEqual(found, { kind: "effects", layer: 1, of: 0, why: "", windows: 1, order: [2, 0, 1], here: [0, 1, -1.5], mean: [0, 1, -1.5], low: null, high: null });
  assert.deepEqual(effects.facts(), { of: 0, name: "b", why: "" });
  assert.equal(await effects.more(1, free), found); // once
  assert.equal(model.network.passes, 1);
  assert.equal(model.network.open, 0);
});

test("what is muted stays muted: these effects come on top", async () => {
  const model = MODEL();
  const panel = { variants: [{ heard: heardOf(model, { gains: [[1, 2, 0], [1, 1, 2]] }) }], song: songOf(1) };
  const effects = new Effects(panel);
  assert.deepEqual((await effects.more(1, free))?.here, [0, 2, 0]); // 2-map 2 is doubled to 3, from silence at 1
  panel.variants = [{ heard: heardOf(model) }];
  assert.equal(effects.facts().of, 1); // another window has a number of its own
  assert.deepEqual((await effects.more(1, free))?.here, [0, 1, -1.5]);
});

test("a song has effects in windows spread over it, and an interval of their mean", async () => {
  const model = MODEL();
  const panel = { variants: [{ heard: heardOf(model) }], song: songOf(5) };
  const found = /** @type {any} */ (await new Effects(panel).more(1, free));
  assert.equal(found.windows, 5);
  assert.deepEqual(found.here, [0, 1, -1.5]);
  const means = [0, 1, 2, 3, 4].map((n) => n / 5); // what windows begin with
  const mean = means.reduce((sum, x) => sum + -1.5 * (1 + x), 0) / 5;
  assert.ok(Math.abs(found.mean[2] - mean) < 1e-3);
  assert.ok(found.low[2] < mean && mean < found.high[2]);
  const cut = new Effects({ variants: [{ heard: heardOf(MODEL(), { removed: [{ band: [0, 9], stretch: null }] }) }], song: songOf(5) });
  assert.equal((/** @type {any} */ (await cut.more(1, free))).windows, 1); // elsewhere nothing is taken out
});

test("windows that are done are kept when the work is ended, and no state is left", async () => {
  const model = MODEL();
  const panel = { variants: [{ heard: heardOf(model) }], song: songOf(4) };
  const effects = new Effects(panel);
  const check = async () => {
    if (model.network.passes === 4) throw new Cancelled("left");
  };
  await assert.rejects(effects.more(1, check), Cancelled);
  assert.equal(model.network.open, 0);
  const before = model.network.passes;
  assert.equal((/** @type {any} */ (await effects.more(1, free))).windows, 4);
  assert.equal(model.network.passes, before + 1 + 2); // the window shown, and two of four
});

test("a network that cannot be muted says why, and another has none", async () => {
  const model = MODEL();
  model.network.fails = "no other layer and no output reads 'low'";
  const effects = new Effects({ variants: [{ heard: heardOf(model) }], song: songOf(1) });
  assert.deepEqual(await effects.more(1, free), { kind: "effects", layer: 1, of: 0, why: "no other layer and no output reads 'low'" });
  assert.equal(model.network.open, 0);
  const none = { ...MODEL(), doc: { no_effects: "this network gives a pitch, no class whose score could change" } };
  assert.deepEqual(effectFacts(heardOf(none)), { name: "", why: none.doc.no_effects });
  assert.equal(await new Effects({ variants: [{ heard: heardOf(none) }], song: songOf(1) }).more(1, free), null);
  assert.throws(() => legalOrder(none, "effect"), { message: `order cannot be by effect: ${none.doc.no_effects}` });
  assert.equal(legalOrder(none, "interest"), "interest");
  assert.throws(() => legalOrder(MODEL(), "size"), { message: "order must be one of interest, effect, not 'size'" });
});
