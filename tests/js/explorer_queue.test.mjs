import assert from "node:assert/strict";
import test from "node:test";
import { Cancelled, LANES, Queue } from "../../js/explorer/queue.js";

/** @typedef {import("../../js/explorer/queue.js").Check} Check */
/** @typedef {import("../../js/explorer/queue.js").Lane} Lane */

/** A job that notes its steps. @param {string[]} log @param {string} name @param {number} steps */
const noting = (log, name, steps) => async (/** @type {Check} */ check) => {
  for (let step = 1; step <= steps; step++) {
    log.push(`${name}${step}`);
    await check();
  }
  log.push(`${name}.`);
};

test("a more urgent job goes first, and into the steps of one that runs; a less urgent one waits for its end", async () => {
  const [queue, log] = [new Queue(), /** @type {string[]} */ ([])];
  const { run } = queue.lanes("panel");
  const waiting = [run("song", noting(log, "s", 1)), run("bank", noting(log, "b", 1))];
  await run("effects", async (check) => {
    log.push("e1");
    waiting.push(run("ask", noting(log, "a", 2)), run("song", noting(log, "t", 1)));
    await check();
    log.push("e.");
  });
  assert.deepEqual(await Promise.all(waiting), [false, true, true, true]); // the second song took the place of the first
  assert.deepEqual(log, ["b1", "b.", "e1", "a1", "a2", "a.", "e.", "t1", "t."]);
});

test("the latest wish of a lane counts: what waits is dropped, what runs ends at its next step", async () => {
  const [queue, log] = [new Queue(), /** @type {string[]} */ ([])];
  const { run } = queue.lanes("panel");
  /** @type {Promise<boolean>[]} */
  const later = [];
  const first = await run("bank", async (check) => {
    log.push("first");
    later.push(run("bank", noting(log, "dropped", 1)), run("bank", noting(log, "last", 1)));
    await check();
    log.push("never");
  });
  assert.deepEqual([first, ...(await Promise.all(later))], [false, false, true]);
  assert.deepEqual(log, ["first", "last1", "last."]);
});

test("a stale job is told so by Cancelled, may tidy up, and what waits for it goes on", async () => {
  const queue = new Queue();
  const { run, cancel } = queue.lanes("panel");
  /** @type {unknown} */
  let said = null;
  const done = await run("bank", async (check) => {
    cancel("bank");
    try {
      await check();
    } catch (error) {
      said = error;
      throw error;
    }
  });
  assert.ok(said instanceof Cancelled);
  assert.equal(done, false);
  assert.equal(await run("bank", async () => {}), true);
});

test("an error belongs to its own job, in whichever step it comes", async () => {
  const [queue, log] = [new Queue(), /** @type {string[]} */ ([])];
  const { run } = queue.lanes("panel");
  const bank = run("bank", async (check) => {
    const failed = assert.rejects(run("ask", async () => {
      throw new Error("no such feature");
    }), /no such feature/);
    await check();
    await failed;
    log.push("bank");
  });
  const song = run("song", noting(log, "s", 1));
  assert.deepEqual([await bank, await song], [true, true]);
  assert.deepEqual(log, ["bank", "s1", "s."]);
});

test("messages come in between two steps", async () => {
  const queue = new Queue();
  const { port1, port2 } = new MessageChannel();
  let came = false;
  port2.onmessage = () => (came = true);
  await queue.lanes("panel").run("bank", async (check) => {
    port1.postMessage(null);
    await check();
    await check(); // a port may need a turn to wake
    assert.ok(came);
  });
  port1.close();
});

test("panels do not end each other's work; the one in use comes first of equals; one that leaves takes its own along", async () => {
  const [queue, log] = [new Queue(), /** @type {string[]} */ ([])];
  const [one, two] = [queue.lanes("one"), queue.lanes("two")];
  queue.use("two");
  const jobs = [one.run("bank", noting(log, "o", 1)), two.run("bank", noting(log, "t", 1)), one.run("song", noting(log, "s", 1))];
  one.cancel("effects");
  const left = two.run("song", noting(log, "left", 1));
  queue.leave("nobody");
  assert.deepEqual(await Promise.all(jobs.slice(0, 2)), [true, true]);
  queue.leave("two");
  assert.equal(await left, false);
  assert.equal(await jobs[2], true);
  assert.deepEqual(log, ["t1", "t.", "o1", "o.", "s1", "s."]);
});

test("whatever comes when, every wish is answered, one job works at a time, and a lane's newest wish is done", async () => {
  let seed = 1;
  const drawn = (/** @type {number} */ below) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let round = 0; round < 30; round++) {
    const queue = new Queue();
    const { run, cancel } = queue.lanes("panel");
    /** @type {Map<Lane, {number: number, cancelled: boolean}>} */
    const newest = new Map();
    /** @type {Set<number>} */
    const finished = new Set();
    /** @type {Promise<void>[]} */
    const answers = [];
    let [number, working] = [0, 0];
    const wish = () => {
      const lane = LANES[drawn(LANES.length)];
      if (drawn(6) === 0) {
        const last = newest.get(lane);
        if (last && !finished.has(last.number)) last.cancelled = true;
        return cancel(lane);
      }
      const [own, steps] = [++number, drawn(4)];
      newest.set(lane, { number: own, cancelled: false });
      answers.push(
        run(lane, async (check) => {
          for (let step = 0; step < steps; step++) {
            working += 1;
            await null;
            assert.equal(working, 1); // nobody else is between two checks
            if (number < 40) wish();
            working -= 1;
            await check();
          }
          finished.add(own);
        }).then((done) => assert.equal(done, finished.has(own))),
      );
    };
    for (let n = 0; n < 8; n++) wish();
    for (let settled = 0; settled < answers.length; ) {
      const all = answers.slice(settled);
      settled = answers.length;
      await Promise.all(all);
    }
    for (const last of newest.values()) if (!last.cancelled) assert.ok(finished.has(last.number));
  }
});
