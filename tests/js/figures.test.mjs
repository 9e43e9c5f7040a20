import assert from "node:assert/strict";
import test from "node:test";
import { controlKnown, effectKnown, likenessKnown, logit } from "../../js/figures/words.js";

/** @typedef {import("../../js/types.js").Survey} Survey */
/** @typedef {import("../../js/types.js").Effects} Effects */

const FACTS = { of: 3, name: "hip-hop", why: "" };
/** @type {Effects} */
const FOUND = { why: "", windows: 5, order: [0, 2, 1, 3], here: [-0.4, 0.1, 0, 0], mean: [-0.5, 0.25, -0.1, 0], low: [-0.7, 0.2, -0.3, 0], high: [-0.3, 0.31, 0.1, 0] };
const SURVEY = /** @type {Survey} */ (/** @type {unknown} */ ({
  likeness: [0.26, 0.5, 0.3, 0],
  likeness_interval: [[0.21, 0.31], [0.4, 0.6], [0, 1], null],
  control_range: [0.09, 0.45],
  group: [0, 0, 1, -1],
}));

test("changes of a logit have a sign, and nothing has none", () => {
  assert.deepEqual([-0.4, 0.25, 0, -0.001, 1234.5].map(logit), ["\u22120.40", "+0.25", "0.00", "0.00", "+1235"]);
});

test("an effect is a number, an interval over windows, and which way it goes", () => {
  const known = FOUND.mean.map((_, k) => effectKnown(FACTS, FOUND, k, true));
  assert.deepEqual(known.map(({ value }) => value), ["\u22120.50", "+0.25", "\u22120.10", "0.00"]);
  assert.deepEqual(known.map(({ mark }) => mark), ["speaks for it", "speaks against it", "may be none", "none"]);
  assert.equal(known[0].label, "muting it changes hip-hop by");
  assert.equal(known[0].interval, "\u22120.70 to \u22120.30, 5 windows");
  assert.match(known[0].tip, /^Muting feature 0 changes the logit of hip-hop by \u22120.50 in the mean over 5 windows.* by \u22120.40 in the window shown/);
});

test("with one window there is a number and no interval", () => {
  const one = { ...FOUND, windows: 1, low: null, high: null };
  const { value, interval, mark, tip } = effectKnown(FACTS, one, 0, true);
  assert.deepEqual([value, interval, mark], ["\u22120.50", "one window, no interval", "speaks for it"]);
  assert.match(tip, /one window says nothing of others, so there is no interval/);
});

test("a feature that is muted already has no effect more", () => {
  for (const found of [FOUND, null]) {
    const { value, interval, mark } = effectKnown(FACTS, found, 0, true, true);
    assert.deepEqual([value, interval, mark], ["\u2013", "muted", ""]);
  }
});

test("what has no effect yet, or none at all, says so", () => {
  const waits = effectKnown(FACTS, null, 0, true);
  assert.equal(effectKnown({ ...FACTS, none: true }, null, 0, true).label, "muting it changes the likeliest class, hip-hop, by");
  assert.deepEqual([waits.value, waits.interval], ["\u2026", "being computed"]);
  const page = effectKnown(FACTS, null, 0, false);
  assert.deepEqual([page.value, page.interval], ["\u2013", "not in this page"]);
  const none = effectKnown({ of: 0, name: "", why: "this network gives no classes" }, null, 0, true);
  assert.deepEqual([none.label, none.value, none.interval], ["effect of muting it", "\u2013", "this network gives no classes"]);
  const refused = effectKnown(FACTS, /** @type {Effects} */ ({ why: "it cannot be muted" }), 0, true);
  assert.deepEqual([refused.value, refused.interval], ["\u2013", "it cannot be muted"]);
});

test("a likeness lies on one side of the control, in words", () => {
  const bank = { survey: SURVEY, control: 0.39 };
  const known = [0, 1, 2, 3].map((k) => likenessKnown(bank, k, ""));
  assert.deepEqual(known.map(({ value }) => value), ["26\u00a0%", "50\u00a0%", "30\u00a0%", "\u2013"]);
  assert.deepEqual(known.map(({ interval }) => interval), ["21 to 31\u00a0%", "40 to 60\u00a0%", "0 to 100\u00a0%", "silent for this clip"]);
  assert.deepEqual(known.map(({ mark }) => mark), ["no more than an untrained network", "\u25b4 more than an untrained network", "no more than an untrained network", ""]);
  assert.match(known[0].tip, /less like the source than the mean of random weights\. It lies inside the range/);
  assert.match(known[1].tip, /more like the source than the mean of random weights\. It lies outside the range/);
  assert.equal(likenessKnown(bank, 0, "B").label, "like the source: B");
  assert.equal(likenessKnown({}, 0, "").value, "\u2026");
  assert.equal(likenessKnown({ survey: SURVEY, control: null }, 0, "").mark, "");
});

test("surveys of older pages have no intervals", () => {
  const { likeness, group } = SURVEY;
  const old = { survey: /** @type {Survey} */ (/** @type {unknown} */ ({ likeness, group })), control: 0.39 };
  assert.deepEqual([likenessKnown(old, 0, "").interval, controlKnown(old).interval], ["", ""]);
});

test("the control is a mean and a range, or a reason", () => {
  const { value, interval } = controlKnown({ survey: SURVEY, control: 0.39 });
  assert.deepEqual([value, interval], ["39\u00a0%", "9 to 45\u00a0%"]);
  assert.equal(controlKnown({}).value, "\u2026");
  assert.deepEqual([controlKnown({}, false).value, likenessKnown({}, 0, "", false).value], ["\u2013", "\u2013"]);
  const none = controlKnown({ survey: { ...SURVEY, no_control: "nothing was learnt" }, control: null });
  assert.deepEqual([none.value, none.interval, none.tip], ["none", "nothing was learnt", "no control: nothing was learnt"]);
});
