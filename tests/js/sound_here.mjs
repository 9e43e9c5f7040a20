/**
 * What the page's code makes of sounds that Python wrote: `node sound_here.mjs FOLDER`.
 *
 * FOLDER has jobs.json, a list of {call, arguments}, and the arrays that arguments name, as raw float32.
 * Left there: answers.json, a list of what each call gave, in which arrays are names of raw files.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFrontend } from "../../js/engine/sound/frontend.js";
import { busiest, lookOver, overview } from "../../js/engine/sound/looking.js";
import { integrated, match } from "../../js/engine/sound/loudness.js";
import { mixDown } from "../../js/engine/sound/mixing.js";
import { takeOut } from "../../js/engine/sound/removal.js";
import { resample } from "../../js/engine/sound/resampling.js";
import { resynthesise } from "../../js/engine/sound/resynthesis.js";
import { fullScale, pcm16, pixels } from "../../js/engine/sound/shown.js";

const FOLDER = process.argv[2];

/** @type {Record<string, (...given: any[]) => any>} */
const CALLS = {
  frontend(stored, samples, projections, length) {
    const frontend = makeFrontend(stored);
    const spectrum = frontend.analyse(frontend.fit(samples));
    const picture = frontend.picture(spectrum);
    const made = (/** @type {"phase" | "mask"} */ how) => (/** @type {Float32Array} */ one) => resynthesise(one, picture, spectrum, frontend, length, how);
    return {
      shape: frontend.shape,
      samples: frontend.samples,
      frames: frontend.frames,
      bins: frontend.bins,
      channel: frontend.channel,
      picture,
      floor: frontend.floor(spectrum),
      phase: projections.map(made("phase")),
      mask: projections.map(made("mask")),
    };
  },
  integrated: (samples, rate) => String(integrated(samples, rate)),
  match,
  resample,
  mixDown: (...channels) => mixDown(channels),
  takeOut,
  look(samples, rate, window, last, duration) {
    const look = lookOver(samples, rate);
    return { ...look, busiest: busiest(look, window, last), overview: overview(look, duration) };
  },
  shown: (magnitude, peak, samples) => ({ pixels: [...pixels(magnitude, peak)], pcm: [...pcm16(samples)], scale: fullScale(samples) }),
};

/** @param {string} name */
function read(name) {
  const bytes = readFileSync(join(FOLDER, name));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/**
 * Arrays where their names stand.
 * @param {any} given
 * @returns {any}
 */
function brought(given) {
  if (given?.file) return read(given.file);
  if (given?.number) return Number(given.number.replace("inf", "Infinity"));
  if (Array.isArray(given)) return given.map(brought);
  if (given && typeof given === "object") return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, brought(one)]));
  return given;
}

let count = 0;

/**
 * Names where arrays stand.
 * @param {any} found
 * @returns {any}
 */
function left(found) {
  if (ArrayBuffer.isView(found)) {
    const file = `answer${count++}.${found instanceof Float64Array ? "f8" : "f4"}`;
    writeFileSync(join(FOLDER, file), new Uint8Array(found.buffer, found.byteOffset, found.byteLength));
    return { file };
  }
  if (Array.isArray(found)) return found.map(left);
  if (found && typeof found === "object") return Object.fromEntries(Object.entries(found).map(([name, one]) => [name, left(one)]));
  return found;
}

/** @param {{call: string, arguments: any[]}} job */
function answer(job) {
  try {
    return { answer: left(CALLS[job.call](...brought(job.arguments))) };
  } catch (error) {
    return { error: /** @type {Error} */ (error).message };
  }
}

/** @type {{call: string, arguments: any[]}[]} */
const jobs = JSON.parse(readFileSync(join(FOLDER, "jobs.json"), "utf8"));
writeFileSync(join(FOLDER, "answers.json"), JSON.stringify(jobs.map(answer)));
