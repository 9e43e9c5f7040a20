/**
 * A page's worker without a page: `node page_worker.mjs FOLDER` reads page.json, with what a page
 * holds and what it asks in turn, and the files that it names; it prints what the worker sent at each step.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readModel, startBackend } from "../../js/engine/engine.js";
import { Effects } from "../../js/explorer/effects.js";
import { Room } from "../../js/explorer/room.js";
import { Song } from "../../js/explorer/songs.js";

const folder = process.argv[2];
const read = (/** @type {string} */ name) => new Uint8Array(readFileSync(join(folder, name)));
const { live, models, clips, steps } = JSON.parse(Buffer.from(read("page.json")).toString("utf8"));

/** @type {any[]} of the step */
let sent = [];
/** @type {(() => void)[]} */
let waiting = [];
/** @type {any} */
const state = { ...live.asked };

/** Bytes as text, that JSON can hold. @param {unknown} value @returns {any} */
function asJson(value) {
  if (value instanceof ArrayBuffer) return { base64: Buffer.from(value).toString("base64") };
  if (ArrayBuffer.isView(value)) return { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  if (Array.isArray(value)) return value.map(asJson);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asJson(one)]));
  return value;
}

/** @param {any} message */
function receive(message) {
  if (message.kind === "decode") {
    const decoded = { kind: "decoded", request: message.request, samples: floats(message.clip), rate: clips[message.clip].sample_rate };
    setImmediate(() => room.receive(decoded));
    return;
  }
  if (message.kind === "state") Object.assign(state, message.state);
  sent.push(asJson(message));
  for (const look of waiting) look();
}

const room = new Room({ readModel, startBackend: () => startBackend() }, receive); // in Node the library finds its own WebAssembly

/** @param {string} clip */
const floats = (clip) => new Float32Array(read(`${clip}.f32`).buffer);

/**
 * Resolves when a message of this step is there that says so.
 * @param {(message: any) => boolean} says
 */
const until = (says) =>
  /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const look = () => {
        if (!sent.some(says)) return;
        waiting = waiting.filter((one) => one !== look);
        resolve();
      };
      waiting.push(look);
      look();
    })
  );

/** @param {any} content */
const say = (content) => room.receive({ kind: "custom", id: 1, content: { request: "r", ...content }, buffers: [] });
const views = () => ({ revision: state.facts.revisions[state.layer - 1], ...Object.fromEntries(["layer", "rule", "resynthesis", "position"].map((name) => [name, state[name]])) });
const isCustom = (/** @type {string} */ kind) => (/** @type {any} */ message) => message.kind === "custom" && message.content.kind === kind;

/** What a page asks, and when it is answered. @type {Record<string, (value: any) => Promise<unknown>>} */
const ASKS = {
  async open() {
    await room.receive({ kind: "start", wasm: new ArrayBuffer(0) });
    for (const [key, doc] of Object.entries(models)) await room.receive({ kind: "model", key, doc, weights: read(`${key}.gz`).buffer });
    await room.receive({ kind: "panel", id: 1, live, clips });
    await until(({ kind, state: traits }) => kind === "state" && (traits.facts || traits.error));
  },
  async set(traits) {
    room.receive({ kind: "state", id: 1, state: traits });
    await until(({ kind, state: changed }) => kind === "state" && (changed.facts || changed.error));
  },
  async ask(asked) {
    Object.assign(state, asked);
    await room.receive({ kind: "state", id: 1, state: asked });
    await say({ kind: "ask", ...views(), feature: state.feature });
    await until(isCustom("done"));
  },
  async bank(ends) {
    say({ kind: "bank", ...views() });
    await until(isCustom(ends));
  },
  async take({ name, rate }) {
    await room.receive({ kind: "take", id: 1, name, samples: floats(name), rate, notes: [] });
  },
  async song(asked) {
    say({ kind: "song", song: state.facts.song.number });
    if (asked.feature !== undefined) {
      await until((message) => isCustom("song-progress")(message) && message.content.share > 0.2);
      sent.push({ kind: "asked" });
      await ASKS.ask(asked);
    }
    await until((message) => isCustom("song-progress")(message) && message.content.share === null);
  },
};

/** The first window of the first clip, under the network or its random weights, without a panel. @param {boolean} random */
async function heardOf(random) {
  const [clip] = live.clips;
  const song = new Song(clips[clip], async () => ({ samples: floats(clip), rate: clips[clip].sample_rate }));
  await song.load();
  const trained = await readModel(models[live.model], new Uint8Array(gunzipSync(read(`${live.model}.gz`))));
  const model = random ? await trained.random() : trained;
  return { song, heard: await model.open(song.heard(model, 0)) };
}

/** What takes a panel too long to come to. */
Object.assign(ASKS, {
  async effects(/** @type {number[]} */ layers) {
    const { heard, song } = await heardOf(false);
    const effects = new Effects({ variants: [{ heard }], song });
    for (const layer of layers) sent.push({ kind: "answer", value: await effects.more(layer, async () => {}) });
  },
  async random(/** @type {[number, number, string][]} */ asked) {
    const { heard } = await heardOf(true);
    for (const [layer, feature, rule] of asked) sent.push({ kind: "answer", value: asJson((await heard.project(layer, feature, rule)).picture) });
  },
});

const answers = [];
for (const step of steps) {
  sent = [];
  for (const [kind, value] of Object.entries(step)) await ASKS[kind](value);
  answers.push(sent);
}
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
