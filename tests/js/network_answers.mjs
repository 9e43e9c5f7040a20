/** What the page's network answers: `node network_answers.mjs asked.json folder`, for a test that asks Python the same. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { heldCount, startBackend } from "../../js/engine/network/backend.js";
import { readNetwork } from "../../js/engine/network/reading.js";
import { RULES } from "../../js/engine/network/rules.js";
import { PAGE_OPERATIONS } from "../../js/engine/network/shapes.js";

const [, , asked, folder] = process.argv;
/** @type {{name: string, model: string, picture: string, edits: Record<string, {scale: number[], shift: number[]}>}[]} */
const jobs = JSON.parse(readFileSync(asked, "utf8"));

await startBackend();
/** @type {Record<string, any>} */
const said = {};
/** @type {{name: string, shape: number[]}[]} */
const index = [];
/** @type {Float32Array[]} */
const parts = [];

/** @param {string} name @param {{data: Float32Array, shape: number[]}} array */
function say(name, { data, shape }) {
  index.push({ name, shape });
  parts.push(data);
}

/** @param {string} path @returns {Float32Array} */
const numbers = (path) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);

/** @param {typeof jobs[number]} job */
async function answer({ name, model, picture, edits }) {
  const { network, facts } = readNetwork(readFileSync(model));
  said[name] = { facts, layers: network.layers.map((layer) => layer.name), refused: network.layers.map((_, n) => network.refused(n + 1)) };
  const given = new Map(Object.entries(edits).map(([layer, { scale, shift }]) => [Number(layer), { scale: Float32Array.from(scale), shift: Float32Array.from(shift) }]));
  const state = await network.forward(numbers(picture), given);
  say(`${name} scores`, { data: network.outputs(state), shape: [network.outputsCount] });
  for (let layer = 1; layer <= network.layers.length; layer++) {
    say(`${name} maps ${layer}`, network.maps(state, layer));
    say(`${name} off ${layer}`, { data: network.off(layer), shape: [network.layers[layer - 1].features] });
    if (network.refused(layer)) continue;
    for (const rule of RULES) {
      const { features } = network.layers[layer - 1];
      for (const feature of new Set([0, features >> 1, features - 1])) {
        const map = network.featureMap(state, layer, feature);
        say(`${name} ${rule} ${layer} ${feature}`, { data: await network.project(state, layer, { feature, map }, rule), shape: network.shape });
      }
    }
  }
  network.free(state);
  network.close();
}

for (const job of jobs) {
  try {
    await answer(job);
  } catch (error) {
    said[job.name] = { error: /** @type {Error} */ (error).message };
  }
}
const bytes = Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
writeFileSync(join(folder, "answers.f32"), bytes);
writeFileSync(join(folder, "answers.json"), JSON.stringify({ said, index, left: heldCount(), operations: PAGE_OPERATIONS }));
