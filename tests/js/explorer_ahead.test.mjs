import assert from "node:assert/strict";
import test from "node:test";
import { prepare } from "../../js/explorer/ahead.js";
import { Queue } from "../../js/explorer/queue.js";
import { Windows } from "../../js/explorer/windows.js";
import { FakeModel, LOUD } from "./fake_engine.mjs";

/**
 * A panel at the beginning of a song, with something muted.
 * @param {{control?: boolean, most?: number}} [given]
 */
function panelOf({ control = false, most = 1e6 } = {}) {
  const lanes = new Queue().lanes("panel");
  /** @type {Promise<unknown>[]} */
  const jobs = [];
  const run = (/** @type {any} */ lane, /** @type {any} */ job) => {
    const done = lanes.run(lane, job);
    jobs.push(done.catch(() => {}));
    return done;
  };
  const model = new FakeModel();
  return {
    rest: () => Promise.all(jobs),
    queue: { ...lanes, run },
    song: /** @type {any} */ ({ heard: (/** @type {any} */ _model, /** @type {number} */ start) => Float32Array.of(start === 9 ? LOUD : start, 1) }),
    model: /** @type {any} */ (model),
    chosen: {
      ...{ model: "a", clip: "x", start: 0 },
      muted: /** @type {import("../../js/types.js").Muted[]} */ ([[1, 0, 0]]),
      removed: /** @type {import("../../js/types.js").Part[]} */ ([{ band: [200, 400], stretch: null }, { band: null, stretch: [1, 2] }]),
    },
    variants: /** @type {any[]} */ ([{ control: false }, ...(control ? [{ control: true }] : [])]),
    windows: new Windows(most),
  };
}

test("the next window is made ready as it will be shown, and is not heard again", async () => {
  const panel = panelOf({ control: true });
  const { model, song, windows } = panel;
  prepare(panel, 2);
  await panel.rest();
  const before = model.heard.length;
  const [band] = panel.chosen.removed; // a stretch belongs to its window
  const window = await windows.without(await windows.at(model, song, 2), [band]);
  const { heard } = await windows.edited(window, panel.chosen.muted);
  assert.equal(model.heard.length, before);
  assert.deepEqual([heard.gains, heard.removed], [[[1, 0, 0]], [band]]);
  assert.equal((await model.random()).heard.length, 1);
  await windows.control(window);
  assert.equal((await model.random()).heard.length, 1);
  const alone = panelOf();
  prepare(alone, 2);
  await alone.rest();
  assert.equal((await alone.model.random()).heard.length, 0);
});

test("the latest wish counts, and what is wrong is said when the window is asked for", async () => {
  const panel = panelOf();
  prepare(panel, 2);
  prepare(panel, 3);
  await panel.rest();
  assert.deepEqual(panel.model.asked.filter((/** @type {string} */ one) => one.startsWith("open")), ["open 3 at 3"]);
  prepare(panel, 9); // the network overflows
  await panel.rest();
  await assert.rejects(panel.windows.at(panel.model, panel.song, 9), /overflows/);
});

test("a window stays whole while it is made, whatever the budget", async () => {
  const panel = panelOf({ control: true, most: 1 });
  prepare(panel, 2);
  await panel.rest();
  assert.equal(panel.model.heard.length, 3); // as it is, without a part, muted: none was used after it was freed
  assert.ok(panel.model.heard.every((/** @type {any} */ one) => one.freed));
});
