/** What the worker of a page answers: `node worker_answers.mjs asked.json answers.json`, for a test that asks Python's panel the same. */

import { readFileSync, writeFileSync } from "node:fs";
import { readModel, startBackend } from "../../js/engine/engine.js";
import { Room } from "../../js/explorer/room.js";

const [, , asked, answers] = process.argv;
/** @type {{live: any, models: Record<string, any>, clips: Record<string, any>, weights: Record<string, string>, samples: Record<string, string>, steps: any[]}} */
const job = JSON.parse(readFileSync(asked, "utf8"));

/** @param {string} path */
const bytesIn = (path) => new Uint8Array(readFileSync(path)).buffer;

/** @type {Record<string, any>} the page's traits */
const page = { ...job.live.asked };
/** @type {any[]} */
let messages = [];
/** @type {() => void} */
let arrived = () => {};

const room = new Room({ startBackend: () => startBackend(), readModel }, (message) => {
  const { kind, state } = /** @type {any} */ (message);
  if (kind === "failed") throw new Error(JSON.stringify(message));
  if (kind === "state") Object.assign(page, state);
  else messages.push(message);
  if (kind === "decode") decode(/** @type {any} */ (message));
  arrived();
});

/** @param {{request: number, clip: string}} message */
function decode({ request, clip }) {
  room.receive({ kind: "decoded", request, samples: new Float32Array(bytesIn(job.samples[clip])), rate: job.clips[clip].sample_rate });
}

/** Wait until something is there. @param {() => unknown} there */
async function until(there) {
  while (!there()) await new Promise((resolve) => (arrived = () => resolve(undefined)));
}

/** @param {Uint8Array} bytes */
const text = (bytes) => Buffer.from(bytes).toString("base64");

/** Whether the page shows what it asks for. */
function isShown() {
  const { facts, control, status } = page;
  if (page.error) throw new Error(page.error);
  const chosen = { ...facts?.chosen, muted: facts?.muted, removed: facts?.removed };
  return facts && !status && facts.control.shown === control && Object.entries(chosen).every(([name, value]) => JSON.stringify(page[name] ?? value) === JSON.stringify(value));
}

/** What is sent with messages about a layer. */
function view() {
  const { layer, rule, resynthesis, position, facts } = page;
  return { layer, rule, resynthesis, position, revision: facts.revisions[layer - 1] };
}

await room.receive({ kind: "start" , wasm: new ArrayBuffer(0) });
for (const [key, doc] of Object.entries(job.models)) room.receive({ kind: "model", key, doc, weights: bytesIn(job.weights[key]) });
page.control = job.live.control;
room.receive({ kind: "panel", id: 1, live: job.live, clips: job.clips });
await until(isShown);

const said = [];
let requests = 0;
for (const { set = {}, bank = false } of job.steps) {
  messages = [];
  Object.assign(page, set);
  room.receive({ kind: "state", id: 1, state: set });
  await until(isShown);
  const request = `${(requests += 1)}`;
  room.receive({ kind: "custom", id: 1, content: { kind: "ask", request, feature: page.feature, ...view() }, buffers: [] });
  await until(() => messages.some(({ content }) => content?.request === request));
  if (bank) {
    room.receive({ kind: "custom", id: 1, content: { kind: "bank", request: "bank", ...view() }, buffers: [] });
    await until(() => messages.some(({ content }) => content?.kind === "control"));
  }
  const sent = messages.filter(({ content }) => content && content.kind !== "done" && content.kind !== "progress").map(({ content, buffers }) => ({ ...content, buffers: buffers.map((/** @type {ArrayBuffer} */ one) => text(new Uint8Array(one))) }));
  const { facts, shown, source, answer } = page;
  said.push({ facts, shown, source: text(source), answer: text(answer), sent, error: page.error });
}
room.receive({ kind: "close", id: 1 });
writeFileSync(answers, JSON.stringify(said));
process.exit(0);
