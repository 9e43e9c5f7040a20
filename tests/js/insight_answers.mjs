/** What the page's code says of arrays that Python made: `node insight_answers.mjs FOLDER` reads cases.json, and arrays.bin that it points into; it prints a list of answers. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { likenesses } from "../../js/engine/insight/control.js";
import { drawControl } from "../../js/engine/insight/drawing.js";
import { effectsOf, spreadOver } from "../../js/engine/insight/effects.js";
import { likenessInterval, stretchesOf, sumsOf } from "../../js/engine/insight/likeness_interval.js";
import { facts } from "../../js/engine/insight/ranking.js";
import { rowOf, sourceOf } from "../../js/engine/insight/rows.js";
import { grouped, survey } from "../../js/engine/insight/survey.js";
import { startBackend } from "../../js/engine/network/backend.js";
import { readNetwork } from "../../js/engine/network/reading.js";

const folder = process.argv[2];
const { buffer } = new Uint8Array(readFileSync(join(folder, "arrays.bin")));

/** @param {number[]} place first byte, and length in numbers */
const floats = ([at, length]) => new Float32Array(buffer, at, length);

/** @param {any} of */
function layerOf({ projections, source, shape }) {
  const all = floats(projections);
  const places = source[1];
  return { projections: Array.from({ length: all.length / places }, (_, k) => all.subarray(k * places, (k + 1) * places)), source: floats(source), shape };
}

/**
 * All projections of a layer, from whole maps.
 * @param {any} network
 * @param {Float32Array} picture
 * @param {{layer: number, rule: string}} of
 * @returns {Promise<Float32Array[]>}
 */
async function projected(network, picture, { layer, rule }) {
  const state = await network.forward(picture);
  const found = [];
  for (let feature = 0; feature < network.layers[layer - 1].features; feature++) {
    found.push(await network.project(state, layer, { feature, map: network.featureMap(state, layer, feature) }, rule));
  }
  network.free(state);
  network.close();
  return found;
}

/** @type {Record<string, (of: any) => unknown>} */
const ANSWERS = {
  async survey(of) {
    const found = await survey({ ...layerOf(of), alike: of.alike });
    return of.against.map((/** @type {any} */ against) => (against ? facts(found, against) : facts(found)));
  },
  async ranked({ model, recipe, picture, ...of }) {
    await startBackend();
    const { network } = readNetwork(readFileSync(model));
    const [source, shape] = [floats(picture), network.shape];
    const found = await survey({ projections: await projected(network, source, of), source, shape });
    const random = network.withTensors(await drawControl(recipe));
    const { mean, among } = likenesses(await projected(random, source, of), source, shape);
    return facts(found, { control: mean, among });
  },
  likenesses(of) {
    const { projections, source, shape } = layerOf(of);
    return likenesses(projections, source, shape);
  },
  intervals(of) {
    const { projections, source, shape } = layerOf(of);
    const { scaled } = sourceOf(source);
    const stretches = stretchesOf(shape);
    const intervalOf = likenessInterval(scaled, stretches, Float64Array.from(of.drawn));
    return projections.map((one) => {
      const { unit } = rowOf(one, shape.length === 1);
      return intervalOf(unit && sumsOf(unit, scaled, stretches));
    });
  },
  grouped: ({ correlation, silent, alike }) => grouped(Float64Array.from(correlation), silent, alike),
  effects: ({ here, elsewhere }) => effectsOf(here, elsewhere),
  spread: ({ duration, seconds }) => spreadOver(duration, seconds),
  async drawn({ recipe, file }) {
    const tensors = await drawControl(recipe);
    const names = Object.keys(tensors);
    writeFileSync(join(folder, file), Buffer.concat(names.map((name) => Buffer.from(tensors[name].data.buffer))));
    return names.map((name) => [name, tensors[name].shape]);
  },
};

const answers = [];
for (const { kind, ...of } of JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"))) answers.push(await ANSWERS[kind](of));
process.stdout.write(JSON.stringify(answers));
