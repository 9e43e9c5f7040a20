/** What the page's engine makes of a sound: `node heard_answers.mjs asked.json folder`, for a test that asks Python the same. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModel, startBackend } from "../../js/engine/engine.js";

const [, , asked, folder] = process.argv;
/** @type {{doc: any, weights: string, samples: string, muted: [number, number, number][], parts: any[], layer: number}} */
const job = JSON.parse(readFileSync(asked, "utf8"));

/** @param {string} path */
const numbers = (path) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);

await startBackend();
const model = await readModel(job.doc, readFileSync(job.weights));
const samples = numbers(job.samples);
const plain = await model.open(samples, 1.5);
/** @type {Record<string, import("../../js/engine/heard.js").Heard>} */
const variants = { plain, muted: await plain.mute(job.muted), without: await plain.without(job.parts) };
variants.both = await variants.muted.without(job.parts);
if (!job.doc.control.why) variants.random = await (await model.random()).open(samples, 1.5);

/** @type {Record<string, any>} */
const said = {};
/** @type {Buffer[]} */
const parts = [];
let at = 0;
/** @param {Uint8Array | Float32Array} array */
function kept(array) {
  parts.push(Buffer.from(array.buffer, array.byteOffset, array.byteLength));
  at += array.byteLength;
  return [at - array.byteLength, at];
}
for (const [name, heard] of Object.entries(variants)) {
  const shown = [];
  const { features } = model.layers[job.layer - 1];
  for (const position of ["all", "strongest"]) {
    const peaks = [];
    for (let feature = 0; feature < features; feature++) peaks.push((await heard.project(job.layer, feature, "guided", /** @type {any} */ (position))).peak);
    heard.notePeak(job.layer, "guided", /** @type {any} */ (position), Math.max(...peaks));
    for (const resynthesis of ["phase", "mask"]) {
      for (let feature = 0; feature < features; feature++) {
        const { pixels, pcm, facts } = await heard.show({ layer: job.layer, feature, rule: "guided", position, resynthesis });
        shown.push({ position, resynthesis, facts, pixels: kept(pixels), pcm: kept(pcm) });
      }
    }
  }
  const { pixels, pcm, scale } = heard.source();
  const { padded, start, gains, removed, bytes } = heard;
  said[name] = { odds: [...heard.predict()], picture: kept(heard.picture), pixels: kept(pixels), pcm: kept(pcm), scale, padded, start, gains, removed, bytes, shown, name: heard.model.name };
  heard.free();
}
model.close();
writeFileSync(join(folder, "heard.bin"), Buffer.concat(parts));
writeFileSync(join(folder, "heard.json"), JSON.stringify(said));
