import assert from "node:assert/strict";
import test from "node:test";
import { LONGEST_WORDS, MOST_MARKS, nameOf, oneLine, placeOf, readList, tableOf, textOf } from "../../js/marks/format.js";
import { regionThere, traitsOf } from "../../js/marks/going.js";
import { Keeping } from "../../js/marks/keeping.js";

/** @typedef {import("../../js/marks/format.js").Mark} Mark */
/** @type {Mark} */
const KICK = { layer: 3, feature: 20, words: "kick, I think", rule: "deconvnet", resynthesis: "phase", position: "all", clip: "hiphop", start: 4, region: [5, 6.5] };
const LIST = { model: "genre", weights: "3f2a", student: "Ada", marks: [KICK] };

/** @param {object} changes */
const file = (changes) => JSON.stringify({ ...JSON.parse(textOf(LIST)), ...changes });

/** @param {object} changes of its mark */
const withMark = (changes) => file({ marks: [{ ...KICK, ...changes }] });

test("what is saved is read again", () => {
  assert.deepEqual(readList(textOf(LIST), "ada.json"), LIST);
  assert.deepEqual(readList(`\ufeff${textOf(LIST)}`, "ada.json"), LIST);
  const marks = [{ layer: 1, feature: 0 }];
  assert.deepEqual(readList(file({ marks, student: undefined, weights: undefined }), "").marks, [{ ...KICK, layer: 1, feature: 0, words: "", clip: "", start: 0, region: null }]);
});

test("words stand on one line and are no longer than that", () => {
  assert.equal(oneLine("  kick,\n\t I\u0007 think\ud800 ", 80), "kick, I think");
  assert.equal(oneLine("\u{1f941}".repeat(300), LONGEST_WORDS), "\u{1f941}".repeat(LONGEST_WORDS));
  assert.equal(oneLine("a b", 2), "a");
});

for (const [what, text, said] of /** @type {[string, string, RegExp][]} */ ([
  ["no JSON", "{", /ada.json is not JSON, or was cut off/],
  ["nothing", "", /is not JSON/],
  ["NaN", withMark({}).replace('"start":4', '"start":NaN'), /is not JSON/],
  ["null", "null", /ada.json is no list of marks/],
  ["a list", "[]", /is no list of marks/],
  ["another format", file({ format: "auralise-jax-marks/2" }), /is no list of marks/],
  ["more", file({ more: 1 }), /is no list of marks/],
  ["no model", file({ model: 3 }), /is no list of marks/],
  ["a long model", file({ model: "x".repeat(256) }), /is no list of marks/],
  ["a weight that is no digest", file({ weights: "xyz" }), /is no list of marks/],
  ["a long name", file({ student: "x".repeat(81) }), /is no list of marks/],
  ["a name that commands terminals", file({ student: "\u001b[31m" }), /is no list of marks/],
  ["no marks", file({ marks: {} }), /is no list of marks/],
  ["many marks", file({ marks: Array.from({ length: MOST_MARKS + 1 }, () => KICK) }), /ada.json has more than 500 marks/],
  ["much", " ".repeat(1_000_001), /has more than 1 MB/],
  ["a text", file({ marks: [KICK, "3-20"] }), /ada.json, mark 2: layer is not legal/],
  ["layer 0", withMark({ layer: 0 }), /mark 1: layer/],
  ["half a layer", withMark({ layer: 1.5 }), /mark 1: layer/],
  ["feature -1", withMark({ feature: -1 }), /mark 1: feature/],
  ["long words", withMark({ words: "x".repeat(201) }), /mark 1: words/],
  ["a bell", withMark({ words: "\u0007" }), /mark 1: words/],
  ["a number as rule", withMark({ rule: 1 }), /mark 1: rule/],
  ["a start before 0", withMark({ start: -1 }), /mark 1: start/],
  ["an endless start", withMark({}).replace('"start":4', '"start":1e999'), /mark 1: start/],
  ["a region that ends before it begins", withMark({ region: [2, 1] }), /mark 1: region/],
  ["half a region", withMark({ region: [2] }), /mark 1: region/],
  ["another field", withMark({ extra: 1 }), /mark 1: extra/],
  ["a prototype", withMark({}).replace('"layer"', '"__proto__"'), /mark 1: (layer|__proto__)/],
])) {
  test(`${what} is refused in words`, () => assert.throws(() => readList(text, "ada.json"), said));
}

test("the table holds no formula, and quotes what it must", () => {
  const lines = tableOf({ ...LIST, student: "=1+1", marks: [KICK, { ...KICK, words: 'a "b"\t', region: null }] }).split("\r\n");
  assert.equal(lines[0], "\ufeffstudent,model,layer,feature,words,clip,start,region_start,region_end,rule,resynthesis,position");
  assert.equal(lines[1], `'=1+1,genre,3,20,"kick, I think",hiphop,4,5,6.5,deconvnet,phase,all`);
  assert.equal(lines[2], `'=1+1,genre,3,20,"a ""b""\t",hiphop,4,,,deconvnet,phase,all`);
  assert.deepEqual(lines.slice(3), [""]);
});

test("the same is marked once, whatever is said of it", () => {
  assert.equal(placeOf(KICK), placeOf({ ...KICK, words: "bass drum" }));
  assert.notEqual(placeOf(KICK), placeOf({ ...KICK, region: null }));
  assert.equal(nameOf({ model: "my/model", student: "Ada & Ben" }), "marks-my_model-Ada_Ben");
  assert.deepEqual([1, 2].map((panel) => nameOf({ model: "m", student: "Ada" }, panel)), ["marks-m-Ada", "marks-m-Ada-2"]);
});

const FACTS = /** @type {any} */ ({ live: true, rules: ["deconvnet"], resyntheses: ["phase"], positions: ["all"], start: 0, takes: [{ clip: "bach" }], clips: ["bach", "hiphop"], chosen: { clip: "bach" } });

test("a panel goes to the clip, window and rule of a mark, as far as it has them", () => {
  const all = { layer: 3, feature: 20, rule: "deconvnet", resynthesis: "phase", position: "all" };
  assert.deepEqual(traitsOf(KICK, FACTS), { traits: { ...all, clip: "hiphop", start: 4 }, lacks: "" });
  assert.deepEqual(traitsOf({ ...KICK, clip: "bach", start: 0 }, FACTS), { traits: all, lacks: "" });
  assert.deepEqual(traitsOf({ ...KICK, clip: "", rule: "own" }, FACTS).traits, { layer: 3, feature: 20, resynthesis: "phase", position: "all" });
  assert.match(traitsOf({ ...KICK, clip: "mine" }, FACTS).lacks, /does not hold the clip mine/);
});

test("a page of its own goes to the windows that it holds", () => {
  const page = { ...FACTS, live: false, clips: undefined, song: { windows: [{ start: 0 }, { start: 4 }] } };
  const here = { ...KICK, clip: "bach" };
  assert.deepEqual(traitsOf(here, page), { traits: { layer: 3, feature: 20, start: 4 }, lacks: "" });
  assert.match(traitsOf({ ...here, start: 9 }, page).lacks, /does not hold that part/);
  assert.match(traitsOf(KICK, page).lacks, /does not hold the clip hiphop/);
});

test("a region is that of the clip, within the window", () => {
  assert.deepEqual(regionThere(KICK, 4), [1, 2.5]);
  assert.deepEqual(regionThere(KICK, 5.5), [0, 1]);
  assert.equal(regionThere(KICK, 7), null);
  assert.equal(regionThere({ ...KICK, region: null }, 0), null);
});

/** @param {Partial<Storage>} storage */
const withStorage = (storage) => Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });

test("a page keeps its list where it may, and finds nothing else there", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  withStorage({ getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) });
  const [one, other] = [1, 2].map((panel) => new Keeping({ model: "genre", weights: "3f2a", panel }, "genre / bach"));
  assert.equal(one.read(), null);
  assert.equal(one.write(LIST), true);
  assert.deepEqual([one.read(), other.read()], [LIST, null]);
  const [key] = kept.keys();
  kept.set(key, "{}");
  assert.equal(one.read(), null);
  assert.equal(one.write({ ...LIST, student: "", marks: [] }), true);
  assert.equal(kept.size, 0);
  withStorage({
    getItem: () => {
      throw new Error("SecurityError");
    },
  });
  assert.deepEqual([one.read(), one.write(LIST)], [null, false]);
});

test("a list that another tab keeps is heard of, and nothing else", () => {
  const page = new EventTarget();
  for (const name of /** @type {const} */ (["addEventListener", "removeEventListener"])) Object.assign(globalThis, { [name]: page[name].bind(page) });
  /** @type {Map<string, string>} */
  const kept = new Map();
  withStorage({ getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key) });
  const here = new Keeping({ model: "genre", weights: "3f2a", panel: 1 }, "genre / bach");
  here.write(LIST);
  const [mine] = kept.keys();
  /** @type {unknown[]} */
  const heard = [];
  const end = here.follow((list) => heard.push(list));
  /** @param {string | null} key */
  const changed = (key) => page.dispatchEvent(Object.assign(new Event("storage"), { key, newValue: kept.get(key ?? "") ?? null }));
  changed(`${mine} of another panel`);
  changed(null);
  assert.deepEqual(heard, []);
  changed(mine);
  assert.deepEqual(heard.pop(), LIST);
  kept.set(mine, "{}"); // of something else: what is here stays
  changed(mine);
  assert.deepEqual(heard, []);
  here.write({ ...LIST, student: "", marks: [] });
  changed(mine);
  assert.deepEqual(heard.pop(), null);
  here.write(LIST);
  end();
  changed(mine);
  assert.deepEqual(heard, []);
});
