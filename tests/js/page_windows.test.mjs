import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { revisionOf } from "../../js/store/asked.js";
import { PageStore } from "../../js/store/page.js";
import { activityOf, probabilityOf } from "../../js/timeline/heard.js";

/**
 * Wait until something holds.
 * @param {() => unknown} holds
 */
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * A page's store, when what it opens with is here.
 * @param {Record<string, unknown>} [more]
 */
async function opened(more) {
  const store = pageWith(more);
  await until(() => store.current() && store.sources());
  return store;
}

/** @param {Uint8Array} bytes */
const zipped = (bytes) => gzipSync(bytes).toString("base64");

/** @param {number} value */
const packed = (value) => ({ pixels: zipped(Uint8Array.of(value)), sound: Buffer.from([value]).toString("base64"), shown: /** @type {any} */ ({}) });

/**
 * A window at `start` whose pictures are `start` times ten and the feature's number.
 * @param {number} start
 */
const windowAt = (start) => ({
  facts: /** @type {any} */ ({ start, chosen: { clip: "song", start }, notes: [`${start}`] }),
  sources: [packed(100 + start)],
  features: { "1/0": [packed(10 * start)], "1/1": [packed(10 * start + 1)] },
  surveys: { 1: /** @type {any} */ ({ verdict: `at ${start}` }) },
  controls: { 1: [start] },
});

/** @param {Record<string, unknown>} [more] */
const pageWith = (more = {}) => {
  const first = windowAt(1);
  const facts = /** @type {any} */ ({ ...first.facts, revision: 3, revisions: [4], layers: [{ features: 2 }], title: "a song", song: { windows: [1, 5, 9].map((start) => ({ start, why: "" })) } });
  const asked = { layer: 1, feature: 0, rule: "deconvnet", resynthesis: "phase", position: "all" };
  return new PageStore({ ...first, facts, asked, windows: [windowAt(5), windowAt(9)], ...more });
};

/** @param {PageStore} store */
const seen = (store) => [store.get("facts").start, store.sources()?.[0].pixels[0], store.current()?.takes[0].pixels[0], store.bank()?.control];

test("the window that is asked for is shown with all that belongs to it", async () => {
  const store = await opened();
  assert.deepEqual(seen(store), [1, 101, 10, 1]);
  assert.equal(store.current()?.revision, 4);
  /** @type {any[]} */
  const seenThen = [];
  for (const name of ["facts", "sources", "bank", "current"]) store.on(name, () => seenThen.push([name, ...seen(store)]));
  store.set("start", 9);
  assert.deepEqual(seen(store), [1, 101, 10, 1]); // until all of it is here
  await until(() => seenThen.length === 4);
  assert.deepEqual(seenThen, ["facts", "sources", "bank", "current"].map((name) => [name, 9, 109, 90, 9]));
  const facts = store.get("facts");
  assert.deepEqual([facts.title, facts.notes, store.bank()?.survey.verdict], ["a song", ["9"], "at 9"]);
  assert.equal(revisionOf(facts, 1), store.current()?.revision);
  store.set("feature", 1);
  store.set("start", 5);
  await until(() => store.get("facts").start === 5);
  assert.deepEqual(seen(store), [5, 105, 51, 5]);
  assert.notEqual(store.get("facts").revision, facts.revision);
});

test("of several questions the last is answered", async () => {
  const store = await opened();
  const shown = /** @type {number[]} */ ([]);
  store.on("facts", () => shown.push(store.get("facts").start));
  for (const start of [5, 9, 5, 1, 9]) store.set("start", start);
  await until(() => shown.length);
  assert.deepEqual([shown, seen(store)], [[9], [9, 109, 90, 9]]);
});

test("a window that is not here changes nothing", async () => {
  const store = await opened();
  store.set("start", 7);
  assert.equal(await store.ahead(7), "this page does not hold that window");
  assert.equal(await store.ahead(9), "");
  assert.deepEqual(seen(store), [1, 101, 10, 1]);
});

test("a damaged window is named, and what is shown stays", async () => {
  const broken = { ...windowAt(5), sources: [{ ...packed(1), pixels: "bm8=" }] };
  const store = await opened({ windows: [broken, windowAt(9)] });
  store.set("start", 5);
  await until(() => store.get("error"));
  assert.equal(store.get("error"), "The window from 5 s in this page cannot be read: its data are damaged");
  assert.deepEqual([store.get("start"), ...seen(store)], [1, 1, 101, 10, 1]);
  assert.match(await store.ahead(5), /damaged/);
  store.set("start", 9);
  await until(() => store.get("facts").start === 9);
  assert.deepEqual([store.get("error"), ...seen(store)], ["", 9, 109, 90, 9]);
});

test("the song's numbers are those that Python packed; a layer that is not here has none", async () => {
  const song = {
    ...{ hop: 1, seconds: 4, duration: 6, times: [0, 1, 2], classes: ["a", "b"] },
    layers: [{ features: 2, scale: 0.5 }, { features: 0, scale: 1 }],
    arrays: [Float32Array.of(0.25, 0.75, 0.5, 0.5, 1, 0), Uint16Array.of(0x3c00, 0, 0x4000, 0, 0x4200, 0x3c00), new Uint8Array()].map((one) => zipped(new Uint8Array(one.buffer))),
  };
  const unmuted = { ...song, layers: [{ features: 0, scale: 1 }, { features: 0, scale: 1 }], arrays: [zipped(new Uint8Array(Float32Array.of(0, 1, 0, 1, 0, 1).buffer)), zipped(new Uint8Array()), zipped(new Uint8Array())] };
  const store = pageWith({ song, unmuted });
  assert.equal(store.song(), null);
  let told = 0;
  store.on("song", () => told++);
  await until(() => told);
  const heard = store.song()?.heard;
  assert.ok(heard);
  assert.equal(told, 1);
  assert.deepEqual([...probabilityOf(heard, 1)], [0.75, 0.5, 0]);
  assert.deepEqual([...probabilityOf(store.song()?.before ?? heard, 1)], [1, 1, 1]);
  assert.deepEqual([...activityOf(heard, 1, 0)], [0.5, 1, 1.5]);
  assert.deepEqual([...activityOf(heard, 2, 0)], [0, 0, 0]);
  const damaged = pageWith({ song: { ...song, arrays: ["bm8="] } });
  await until(() => damaged.get("error"));
  assert.equal(damaged.get("error"), "The time line in this page cannot be read: its data are damaged");
  assert.equal(damaged.song(), null);
});

test("a page of one window, as older versions write them, knows no other", async () => {
  const { sources, features, surveys, controls } = windowAt(1);
  const facts = /** @type {any} */ ({ layers: [{ features: 2 }] });
  const store = new PageStore({ sources, features, surveys, controls, facts, asked: { layer: 1, feature: 0, rule: "", resynthesis: "", position: "" } });
  await until(() => store.current());
  assert.equal(store.get("facts"), facts);
  assert.equal(store.current()?.takes[0].pixels[0], 10);
  assert.equal(store.song(), null);
  assert.equal(await store.ahead(5), "this page does not hold that window");
});
