import assert from "node:assert/strict";
import test from "node:test";
import { LayerNumbers, mutedNotes, mutes, stillMuted, takeFacts } from "../../js/explorer/muting.js";
import { MOST_PARTS, partsOf, partWords } from "../../js/explorer/parts.js";

/** @import { Muted, Part } from "../../js/types.js" */

/** The network of tests/widgets/test_muting.py. */
const LAYERS = [4, 5, 6].map((features, i) => ({ name: `conv${i + 1}`, features }));
const MODEL = { layers: LAYERS, seconds: 4, sampleRate: 8000 };

test("a feature is muted by its layer and number, or gets a gain; the last counts", () => {
  assert.deepEqual(mutes([["conv3", 2], [2, 3, 1.5]], LAYERS), [[3, 2, 0], [2, 3, 1.5]]);
  assert.deepEqual(mutes([[2, 3, 2], ["conv1", 1], ["conv2", 3]], LAYERS), [[1, 1, 0], [2, 3, 0]]);
  assert.deepEqual(mutes([[2, 3, 1]], LAYERS), [[2, 3, 1]]); // a slider may rest there
  assert.deepEqual(mutes([], LAYERS), []);
});

test("what cannot be muted is refused in Python's words", () => {
  /** @type {[unknown, string][]} */
  const refused = [
    [[[9, 0, 0]], "layer must be 1 to 3, or one of conv1, conv2, conv3, not 9"],
    [[["conv9", 0, 0]], "layer must be 1 to 3, or one of conv1, conv2, conv3, not 'conv9'"],
    [[[2, 5, 0]], "feature must be 0 to 4 in layer conv2, which has 5 features, not 5"],
    [[[2, 1.5, 0]], "feature must be 0 to 4 in layer conv2, which has 5 features, not 1.5"],
    [[[2, 3, 2.5]], "the gain of feature 2-3 must be from 0 (muted) to 2, not 2.5"],
    [[[2, 3, NaN]], "the gain of feature 2-3 must be from 0 (muted) to 2, not nan"],
    [[[2, 3, "loud"]], "the gain of feature 2-3 must be a number from 0 to 2, not 'loud'"],
    [[[2, 3, null]], "the gain of feature 2-3 must be a number from 0 to 2, not None"],
    [[[2]], "a feature is muted by its layer and number, as (3, 20), or gets a gain, as (3, 20, 1.5), not [2]"],
    [[{ layer: 2 }], "a feature is muted by its layer and number, as (3, 20), or gets a gain, as (3, 20, 1.5), not {'layer': 2}"],
    [Array.from({ length: 16 }, () => [1, 0, 0]), "muted must be a list of at most 15, not 16"],
    [{ a: 1 }, "muted must be a list, not {'a': 1}"],
    [3, "muted must be a list, not 3"],
    [null, "muted must be a list, not None"],
  ];
  for (const [given, message] of refused) assert.throws(() => mutes(given, LAYERS), { message });
});

test("a part is a band, a stretch or both, each once", () => {
  const band = { band: [200, 800], stretch: null };
  assert.deepEqual(partsOf([{ band: [200, 800] }, { band: [200, 800], stretch: null }], MODEL), [band]);
  assert.deepEqual(partsOf([{ stretch: [1, 4.0001] }], MODEL), [{ band: null, stretch: [1, 4.0001] }]); // a sample more
  assert.equal(partWords({ band: [200, 800], stretch: [1, 2] }), "200 to 800 Hz from 1.0 to 2.0 s");
  assert.equal(partWords({ band: null, stretch: [1, 2] }, 8), "9.0 to 10.0 s");
});

test("what is no part is refused in Python's words", () => {
  const form = 'a part of the source is named as {"band": [200, 800]}, {"stretch": [1, 2]} or both, not ';
  const none = "name a band, such as band=(200.0, 800.0) in hertz, or a stretch, such as stretch=(1.0, 2.0) in seconds, or both";
  const band = "band must begin at 0 Hz or later, and end after its beginning and by 4000 Hz, not be ";
  /** @type {[unknown, string][]} */
  const refused = [
    [[{}], none],
    [[{ band: null, stretch: null }], none],
    [[{ band: [1, 2], gain: 3 }], `${form}{'band': [1, 2], 'gain': 3}`],
    [[[200, 800]], `${form}[200, 800]`],
    [["200"], `${form}'200'`],
    [[{ band: [800, 200] }], `${band}800 to 200 Hz`],
    [[{ band: [200, 200] }], `${band}200 to 200 Hz`],
    [[{ band: [-1, 200] }], `${band}-1 to 200 Hz`],
    [[{ band: [0, 4000.5] }], `${band}0 to 4000.5 Hz`],
    [[{ band: [NaN, 1] }], `${band}nan to 1 Hz`],
    [[{ stretch: [3, 4.1] }], "stretch must begin at 0 s or later, and end after its beginning and by 4 s, not be 3 to 4.1 s"],
    [[{ stretch: [3] }], "stretch must be a pair of numbers, such as (1, 2), not [3]"],
    [[{ stretch: ["1", "2"] }], "stretch must be a pair of numbers, such as (1, 2), not ['1', '2']"],
    [Array.from({ length: MOST_PARTS + 1 }, () => ({ band: [1, 2] })), "removed must be a list of at most 24, not 25"],
    ["all", "removed must be a list, not 'all'"],
  ];
  for (const [given, message] of refused) assert.throws(() => partsOf(given, MODEL), { message });
});

test("what another model, clip or window does not have is brought back, with a sentence", () => {
  /** @type {{model: string, clip: string, start: number, muted: Muted[], removed: Part[]}} */
  const before = { model: "a", clip: "x", start: 8, muted: [[2, 3, 0], [3, 5, 2]], removed: [{ band: [200, 3000], stretch: null }, { band: null, stretch: [1, 2] }] };
  const { asked, lost } = stillMuted(before, { ...before, model: "b" }, { layers: LAYERS.slice(0, 2), seconds: 4, sampleRate: 4000 });
  assert.deepEqual(asked, { ...before, model: "b", muted: [[2, 3, 0]], removed: [before.removed[1]] });
  assert.deepEqual(lost, ["not muted here, so brought back: 3-5, 200 to 3000 Hz"]);
  const moved = stillMuted(before, { ...before, start: 9 }, MODEL);
  assert.deepEqual(moved.asked, { ...before, start: 9, removed: [before.removed[0]] });
  assert.deepEqual(moved.lost, ["not muted here, so brought back: 9.0 to 10.0 s"]);
  assert.deepEqual(stillMuted(before, before, MODEL), { asked: before, lost: [] });
  const drawn = { ...before, clip: "y", removed: [{ band: null, stretch: /** @type {[number, number]} */ ([2, 3]) }] };
  assert.deepEqual(stillMuted(before, drawn, MODEL), { asked: drawn, lost: [] }); // it comes with the clip
});

test("layers above a mute have numbers of their own, which are good again", () => {
  let last = 0;
  const numbers = new LayerNumbers(() => ++last);
  /** @param {Muted[]} muted */
  const all = (muted, window = 0) => [1, 2, 3].map((layer) => numbers.of(window, muted, layer));
  assert.deepEqual(all([]), [0, 0, 0]);
  assert.deepEqual(all([[2, 3, 0]]), [0, 0, 1]);
  assert.deepEqual(all([[1, 0, 0]]), [0, 2, 2]); // of the same mute
  const both = all([[2, 3, 0], [1, 0, 0]]);
  assert.deepEqual(both, all([[1, 0, 0], [2, 3, 0], [3, 1, 0.5]])); // whatever the order, and what lies above
  assert.deepEqual(all([[2, 3, 0]]), [0, 0, 1]);
  assert.deepEqual(all([[2, 3, 1]]), [0, 0, 0]); // a gain of 1 changes nothing
  assert.deepEqual(all([[2, 3, 0.5]])[2] === 1, false);
  assert.deepEqual(all([[2, 3, 0]], 99).slice(0, 2), [99, 99]);
});

test("a take says what the network says with and without the mute, and nothing more without one", () => {
  /** @type {any} */
  const take = { name: "", classes: [["a", 0.5]] };
  const heard = (/** @type {number} */ a) => ({ model: { task: /** @type {const} */ ("classes"), layers: [] }, predict: () => new Map([["a", a]]), activations: () => assert.fail() });
  const plain = heard(0.75);
  assert.equal(takeFacts(take, plain, plain), take);
  assert.deepEqual(takeFacts(take, heard(0.25), plain), { name: "", classes: [["a", 0.25]], unmuted: [["a", 0.75]] });
  assert.deepEqual(mutedNotes({ task: "classes", classes: [] }, [[1, 0, 0]]), ["this network gives no classes: muting changes pictures and sounds of the layers above"]);
  assert.deepEqual(mutedNotes({ task: "classes", classes: ["a"] }, [[1, 0, 0]]), []);
  assert.deepEqual(mutedNotes({ task: "pitch", classes: [] }, [[1, 0, 0]]), []);
});
