import assert from "node:assert/strict";
import test from "node:test";
import { comparedBy, fits } from "../../js/atlas/finding.js";
import { amount, hertz, minus, nearestNote, percent, plainError, signed } from "../../js/base/words.js";
import { aboutWords, layerTip, layerWords } from "../../js/panel/layer_words.js";
import { legalFeature, openLayers, snap } from "../../js/panel/legal.js";
import { address } from "../../js/panel/taking.js";
import { cannotDecode, featureWords, fileName, levelTip, levelWords, nameTip, nameWords, pendingWords, rankWords, rowName, wallWords } from "../../js/panel/words.js";

/** @typedef {import("../../js/types.js").Survey} Survey */

/** @type {Survey} */
const SURVEY = {
  order: [2, 0, 3],
  verdict: "One stands out.",
  similar: [0, 2, 3, 1],
  interest: [0, 0, 0.4, 0],
  energy: [0.2, 0, 0.5, 0.3],
  likeness: [0.5, 0, 0.1, 0.52],
  sparseness: [0.9, 0, 0.25, 0.8],
  twin: [3, -1, -1, 0],
  redundancy: [0.99, 0, 0, 0.99],
  copies: [-1, -1, -1, 0],
  group: [0, -1, 1, 0],
  alike: 0.9,
};
const SHOWN = { silent: false, note: "", scale: 1, scale_db: -3.2, gain_db: 4.04, limited_db: 0, picture_db: 0, matched: true };

test("the notes of a piano, and none outside of it", () => {
  assert.deepEqual([440, 261.63, 27.5, 4186, 8372].map(nearestNote), ["A4", "C4", "A0", "C8", "C9"]);
  assert.deepEqual([466.2, 0, -1, 20, 20000].map(nearestNote), ["A\u266f4", "", "", "", ""]);
});

test("numbers as words", () => {
  assert.deepEqual([999.4, 1000, 5512.5].map(hertz), ["999 Hz", "1.00 kHz", "5.51 kHz"]);
  assert.deepEqual([1.25, -0.02, -3.21, 0.04].map(signed), ["+1.3\u00a0dB", "0.0\u00a0dB", "\u22123.2\u00a0dB", "0.0\u00a0dB"]);
  assert.equal(percent(0.126), "13\u00a0%");
  assert.deepEqual([3.25, 46.44, 1393].map((ms) => amount(ms, "ms", "s")), ["3.3 ms", "46.4 ms", "1.4 s"]);
  assert.equal(minus("-80 dB to -3, a-b"), "\u221280 dB to \u22123, a-b");
  assert.equal(plainError("ValueError: no"), "no");
  assert.equal(plainError("OSError: no"), "OSError: no");
});

test("a feature among its layer's", () => {
  assert.equal(
    featureWords(SURVEY, 2, 0.4),
    "feature 2: 50.0\u00a0% of the layer's energy (mean share 25.0\u00a0%), like the source 10\u00a0% (random weights: 40\u00a0%)" +
      ": strong and beyond its control; sparseness 0.25; group 2, with 0 alike",
  );
  assert.match(featureWords(SURVEY, 3, null), /52\u00a0%; sparseness 0.80; group 1, with 1 alike; most like 0, r 0.99: a copy, so its energy counts half/);
  assert.equal(featureWords(SURVEY, 1, 0.4), "feature 1: silent for this clip");
  assert.equal(rankWords(SURVEY, 2, "4 features"), "place 1 of 3,\n1 stands out");
  assert.equal(rankWords({ ...SURVEY, interest: [1, 0, 1, 0] }, 3, ""), "place 3 of 3,\n2 stand out");
  assert.equal(rankWords({ ...SURVEY, interest: [0, 0, 0, 0] }, 0, ""), "place 2 of 3,\nnone stands out");
  assert.equal(rankWords(SURVEY, 1, "4 features"), "silent here");
  assert.equal(rankWords({ ...SURVEY, order: null }, 2, "4 features"), "4 features");
  assert.equal(rankWords(undefined, 2, "4 features"), "4 features");
  const by = "effect on a";
  assert.equal(rankWords(SURVEY, 2, "4 features", { order: [3, 0, 2], by }), "place 3 of 3,\nby effect on a");
  assert.equal(rankWords(SURVEY, 2, "4 features", { order: null, by }), "4 features");
  assert.equal(rankWords(SURVEY, 1, "4 features", { order: [3, 1, 2], by }), "silent here");
  const alone = { ...SURVEY, no_control: "nothing was learnt" };
  assert.match(featureWords(alone, 0, null), /like the source 50\u00a0% \(no control\)/);
  assert.match(rankWords({ ...alone, order: [0, 1] }, 0, "of 2"), /^place 1 of 2,\nby energy$/);
  const bank = { survey: SURVEY, control: 0.4, picture: () => new Uint8Array(0) };
  assert.equal(wallWords(bank, [0, 1, 2, 3], 3), "layer 3: 3 of 4 respond to this clip; groups that correlate by 0.9 or more: 2. One stands out.");
  assert.equal(wallWords(bank, [1, 2], 3), "layer 3: 1 of 2 respond to this clip; groups that correlate by 0.9 or more: 1. One stands out.");
  assert.equal(wallWords(null, [0], 3), "the wall fills when the layer is computed");
});

test("what a dissection calls a feature", () => {
  assert.equal(nameWords({ feature: 50, name: "kick detector", auc: 0.934 }, 3, 50), "3-50: kick detector, AUC 0.93");
  assert.equal(nameWords({ feature: 50, name: "my own", auc: null }, 3, 50), "3-50: my own");
  assert.equal(nameWords(undefined, 3, 51), "3-51: no clear concept");
  assert.match(nameTip({ feature: 50, name: "kick detector", auc: 0.934 }), /in 93\u00a0% of all pairs/);
  assert.match(nameTip({ feature: 50, name: "my own", auc: null }), /table/);
  assert.match(nameTip(undefined), /none of the concepts/);
});

test("a layer's field", () => {
  const field = { freq: { from: -215.3, step: 86.13, size: 215.3 }, time: { from: -0.07, step: 0.0929, size: 0.232 } };
  const layer = { name: "conv2", features: 8, map: [128, 86], sees: { ms: 232, hz: 215 }, field, reported: { ms: 93, hz: 86.1 } };
  assert.equal(layerWords(layer), "sees 232 ms \u00d7 215 Hz at a time,\na value every 92.9 ms \u00d7 86.1 Hz");
  assert.equal(
    layerTip(layer),
    "One value of a feature is computed from 232 ms \u00d7 215 Hz of the picture. A feature has 128 rows (frequency) and 86 columns (time) of values.\n" +
      "By the count that fits the paper's reported figures: 93 ms \u00d7 86.1 Hz.",
  );
  const other = { ...layer, axes: /** @type {"time"[]} */ (["time"]), map: [86], field: { ...field, freq: null }, reported: null };
  assert.equal(layerWords(other), "sees 232 ms \u00d7 215 Hz at a time,\na value every 92.9 ms");
  assert.match(layerTip(other), /^One value .* A feature has 86 columns \(time\) of values\.$/);
  assert.equal(layerWords({ ...layer, field: null, sees: null }), "sees the whole picture at a time");
  assert.match(layerTip({ ...other, sees: null }), /^One value of a feature is computed from the whole picture\./);
});

test("a sentence says what a layer's field is enough for", () => {
  const layer = { name: "conv1", features: 8, map: [1, 1] };
  /** @param {number} ms @param {number} hz @param {("freq" | "time")[]} axes @returns {string} */
  const said = (ms, hz, axes = ["freq", "time"]) => aboutWords({ ...layer, axes, sees: { ms, hz } }, 2);
  assert.equal(said(116, 86), "One value of layer 2 sees a piece of A that is long enough for an attack but not for a rhythm, and as high as one or two overtones.");
  assert.match(said(150, 150), /as long as a note or a beat, and as high as a few overtones\.$/);
  assert.match(said(1091, 999), /a few notes or a short rhythm, and high enough for a chord\.$/);
  assert.match(said(2206, 2500), /a bar or a phrase, and as high as most of the spectrum\.$/);
  assert.match(said(116, 86, ["time"]), /and as high as the picture\.$/);
  assert.equal(aboutWords({ ...layer, sees: null }, 7), "A value of layer 7 may see all of A: there is no smaller piece to frame.");
});

test("a level says what was done to it", () => {
  assert.equal(levelWords(SHOWN, false), "level matched, +4.0\u00a0dB");
  assert.equal(levelWords({ ...SHOWN, limited_db: 1.26 }, false), "level matched, +4.0\u00a0dB (1.3\u00a0dB held back)");
  assert.equal(levelWords(SHOWN, true), "raw level, \u22124.0\u00a0dB to matched");
  assert.equal(levelWords({ ...SHOWN, silent: true }, true), "silent");
  assert.equal(levelWords({ ...SHOWN, matched: false, note: "too short" }, true), "level not matched  \u00b7  too short");
  assert.equal(levelTip({ ...SHOWN, limited_db: 1 }).split("\n").length, 3);
  assert.match(levelTip({ ...SHOWN, limited_db: 1 }), /\u22121.0\u00a0dB: held back/);
});

test("what is pending is named by what is new in it", () => {
  const chosen = { model: "genre", clip: "Dance", start: 0 };
  assert.equal(pendingWords([["model", "genre, random weights"]], chosen), "loading random weights\u2026");
  assert.equal(pendingWords([["clip", "Bach"], ["start", 3]], chosen), "loading Bach, from 3.0\u00a0s\u2026");
  assert.equal(pendingWords([], chosen), "");
});

const TAKES = [
  { name: "deconvnet", model: "genre", clip: "my song?", rule: "deconvnet", classes: null, source_scale: 1 },
  { name: "guided", model: "genre", clip: "my song?", rule: "guided", classes: null, source_scale: 1 },
];
const ROWS = /** @type {const} */ ([{ kind: "source", take: 0, deck: "a" }, { kind: "feature", take: 0, deck: "b" }, { kind: "feature", take: 1, deck: "c" }]);
const FACTS = /** @type {import("../../js/types.js").Facts} */ (/** @type {unknown} */ ({ takes: TAKES, rows: ROWS, start: 0, song: null }));

test("rows and files have names", () => {
  assert.deepEqual(ROWS.map((row) => rowName(FACTS, row)), ["source", "deconvnet", "guided"]);
  const shown = { layer: 3, feature: 20, rule: "deconvnet" };
  assert.deepEqual(ROWS.map((row) => fileName(FACTS, row, shown)), ["my_song_-source", "my_song_-feature-3-20-deconvnet", "my_song_-feature-3-20-guided"]);
  assert.match(cannotDecode("source", null), /^The sound of the source cannot be decoded/);
  assert.match(cannotDecode("feature", shown), /^The sound of feature 3-20 cannot be decoded/);
});

test("the line of code says what is not the default, and a start where there is a choice", () => {
  const asked = { layer: 3, feature: 20, rule: "guided", resynthesis: "phase", position: "all" };
  const own = [{ ...TAKES[0], rule: null }];
  assert.equal(address({ takes: own, start: 0, song: null }, 'aj.explore("genre", "bach"', asked, false), 'import auralise_jax as aj; aj.explore("genre", "bach", layer=3, feature=20, rule="guided")');
  const control = { shown: true, why: "", seed: 1 };
  assert.match(address({ takes: own, start: 0, song: null, control }, "aj.explore(", asked, false), /, control=True\)$/);
  const more = { ...asked, resynthesis: "mask", position: "strongest" };
  const song = { duration: 9, window: 4, overview: [], busiest: 2 };
  assert.equal(
    address({ takes: TAKES, start: 0, song }, 'aj.explore("genre", "bach"', more, true),
    'import auralise_jax as aj; aj.explore("genre", "bach", layer=3, feature=20, start=0, resynthesis="mask", position="strongest", wall=True)',
  );
});

test("a slider comes to rest at what is there, in the direction it was moved", () => {
  assert.equal(snap([2, 5, 9], 3, 1), 5);
  assert.equal(snap([9, 2, 5], 3, -1), 2);
  assert.equal(snap([2, 5, 9], 10, 1), 9);
  assert.equal(snap([2, 5, 9], 1, -1), 2);
  const layer = { name: "conv1", features: 8, map: [1, 1], sees: { ms: 1, hz: 1 } };
  assert.equal(legalFeature(layer, 12, 1), 7);
  assert.equal(legalFeature({ ...layer, available: [1, 4] }, 2, 1), 4);
  const layers = [{ ...layer, available: [] }, layer, { ...layer, available: [3] }, { ...layer, available: null }];
  assert.deepEqual(openLayers({ ...FACTS, layers }), [2, 3, 4]);
});

test("an atlas is searched by words and numbers, and sorted", () => {
  const card = { words: "3-1 dance hi-hat", layer: "3", place: "4" };
  assert.ok(fits(card, "", ""));
  assert.ok(fits(card, "  DANCE hat ", "3"));
  assert.ok(!fits(card, "dance bach", ""));
  assert.ok(!fits(card, "dance", "2"));
  assert.ok(fits(card, "3-1", ""));
  assert.ok(!fits({ ...card, words: "3-12 dance" }, "3-1", ""));
  const cards = [{ place: "2", energy: "1" }, { place: "1", energy: "1" }, { place: "10", energy: "3.5" }];
  assert.deepEqual(cards.toSorted(comparedBy("place")).map(({ place }) => place), ["1", "2", "10"]);
  assert.deepEqual(cards.toSorted(comparedBy("energy")).map(({ place }) => place), ["10", "1", "2"]);
});
