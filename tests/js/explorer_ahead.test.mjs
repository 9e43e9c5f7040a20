import assert from "node:assert/strict";
import test from "node:test";
import { prepare } from "../../js/explorer/ahead.js";
import { Queue } from "../../js/explorer/queue.js";

/** A panel that listens to nothing: it notes which windows it is asked to make. */
function panelOf({ control = false, broken = false } = {}) {
  /** @type {string[]} */
  const made = [];
  /** @type {Map<unknown, any[]>} */
  const held = new Map();
  const variant = (/** @type {string} */ name) => /** @type {any} */ (made.push(name), { name });
  const queue = new Queue().lanes("panel");
  /** @type {Promise<unknown>[]} */
  const jobs = [];
  const run = (/** @type {any} */ lane, /** @type {any} */ job) => {
    const done = queue.run(lane, job);
    jobs.push(done.catch(() => {}));
    return done;
  };
  return {
    made,
    held,
    rest: () => Promise.all(jobs),
    queue: { ...queue, run },
    song: "song",
    model: /** @type {any} */ ({ layers: [{ name: "low", features: 4 }], seconds: 4, sampleRate: 8000 }),
    chosen: {
      ...{ model: "a", clip: "x", start: 0 },
      muted: /** @type {import("../../js/types.js").Muted[]} */ ([[1, 0, 0]]),
      removed: /** @type {import("../../js/types.js").Part[]} */ ([{ band: [200, 800], stretch: null }, { band: null, stretch: [1, 2] }]),
    },
    variants: /** @type {any[]} */ ([{ control: false }, ...(control ? [{ control: true }] : [])]),
    windows: {
      at: async (/** @type {any} */ _model, /** @type {any} */ _song, /** @type {number} */ start) => {
        if (broken) throw new Error("damaged");
        return variant(`window at ${start}`);
      },
      without: async (/** @type {any} */ _window, /** @type {any[]} */ removed) => variant(`without ${removed.length}`),
      edited: async (/** @type {any} */ _window, /** @type {any[]} */ muted) => variant(`edited ${muted}`),
      control: async () => variant("control"),
      hold: (/** @type {any} */ token, /** @type {any[]} */ variants) => void held.set(token, variants),
    },
  };
}

test("the next window is made ready as it will be shown", async () => {
  const panel = panelOf({ control: true });
  prepare(panel, 2);
  await panel.rest();
  assert.deepEqual(panel.made, ["window at 2", "without 1", "edited 1,0,0", "control"]); // a stretch belongs to its window
  assert.deepEqual([...panel.held.values()], [[]]);
  const alone = panelOf();
  prepare(alone, 2);
  await alone.rest();
  assert.equal(alone.made.includes("control"), false);
});

test("the latest wish counts, and what is wrong is said when the window is asked for", async () => {
  const panel = panelOf();
  prepare(panel, 2);
  prepare(panel, 3);
  await panel.rest();
  assert.deepEqual(panel.made.slice(0, 1), ["window at 3"]);
  const broken = panelOf({ broken: true });
  prepare(broken, 2);
  await broken.rest();
  assert.deepEqual([...broken.held.values()], [[]]);
});
