/** From the bytes of a model's file to its network, the settings of its front end, and what else it says. */

import { SIZES, float, shown } from "./attributes.js";
import { Network } from "./network.js";
import { makeProgram, said } from "./program.js";
import { isObject, parsed, readSafetensors } from "./safetensors.js";
import { stackOf } from "./stack.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./safetensors.js").Stored} Stored
 * @typedef {{settings: Record<string, any>, arrays: Record<string, Tensor>}} Frontend
 */

/** How the names of a front end's arrays begin. */
const FRONTEND = "frontend.";

/** What a file says of a network and its front end; the rest are facts. */
const OWN = ["format", "architecture", "network", "frontend"];

/**
 * @param {Uint8Array} bytes of a safetensors file, of format auralise-jax/1 or auralise-jax/2
 * @returns {{network: Network, frontend: Frontend, facts: Record<string, any>}}
 */
export function readNetwork(bytes) {
  const contents = readSafetensors(bytes);
  const { metadata } = contents;
  /** @param {string} key */
  const json = (key) => parsed(metadata[key] ?? "", `metadata ${shown(key)} of the model's file`);
  const read = metadata.format === "auralise-jax/1" ? firstFormat : metadata.format === "auralise-jax/2" ? secondFormat : null;
  if (!read) throw new Error(`the model's file says format ${shown(metadata.format)}, not "auralise-jax/1" or "auralise-jax/2"`);
  const settings = json("frontend");
  if (!isObject(settings)) throw new Error('metadata "frontend" of the model\'s file must be an object');
  const { program, tensors, frontend } = read(contents, settings, json);
  const facts = Object.fromEntries(Object.keys(metadata).filter((key) => !OWN.includes(key)).map((key) => [key, json(key)])); // prettier-ignore
  /** @type {Map<string, any>} */
  const own = new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data }]));
  return { network: new Network(program, own), frontend, facts };
}

/**
 * @param {import("./safetensors.js").Contents} contents
 * @param {Record<string, any>} settings of the front end
 */
function firstFormat(contents, settings) {
  for (const [name, { data }] of contents.tensors) {
    if (!data.every(Number.isFinite)) throw new Error(`tensor ${shown(name)} holds numbers that are not finite`);
  }
  const program = makeProgram(stackOf(contents, pictureOf(settings)), contents.tensors);
  return { program, tensors: contents.tensors, frontend: { settings: { kind: "stft", ...settings }, arrays: {} } };
}

/**
 * The shape of an STFT's pictures.
 *
 * @param {Record<string, any>} settings
 */
function pictureOf({ sample_rate: rate = 11025, n_fft: size = 512, hop_length: hop = 256, duration = 4 }) {
  const legal = [rate, size, hop].every((one) => Number.isInteger(one) && one > 0) && duration > 0 && duration <= 3600;
  if (!legal || rate > 2 ** 20 || size > 2 ** 20) throw new Error("the settings of the front end are out of range");
  return [Math.floor(size / 2) + 1, Math.floor(Math.max(1, Math.round(duration * rate)) / hop) + 1];
}

/**
 * @param {import("./safetensors.js").Contents} contents
 * @param {Record<string, any>} settings
 * @param {(key: string) => any} json
 */
function secondFormat({ tensors }, settings, json) {
  const given = json("network");
  if (!isObject(given) || given.kind !== "graph") throw new Error(`the network is of the kind ${shown(given?.kind)}; a page reads "graph"`);
  if (!isObject(given.picture)) throw new Error("the network's picture must have a shape and a dtype");
  const shape = said("picture", "shape", SIZES, given.picture.shape);
  said("picture", "dtype", float, given.picture.dtype);
  if (given.dtypes !== undefined) {
    if (!isObject(given.dtypes)) throw new Error("the network's dtypes must be those of tensors by name");
    for (const [name, dtype] of Object.entries(given.dtypes)) said(`tensor ${shown(name)}`, "dtype", float, dtype);
  }
  /** @type {Map<string, Stored>} */
  const own = new Map();
  /** @type {Record<string, Tensor>} */
  const arrays = {};
  for (const [name, tensor] of tensors) {
    if (!name.startsWith(FRONTEND)) own.set(name, tensor);
    else if (tensor.type === "I32" || tensor.type === "BOOL") throw new Error(`tensor ${shown(name)} must be of real numbers`);
    else arrays[name.slice(FRONTEND.length)] = { shape: tensor.shape, data: /** @type {Float32Array} */ (tensor.data) };
  }
  const program = makeProgram({ shape, nodes: given.nodes, outputs: given.outputs }, own);
  return { program, tensors: own, frontend: { settings, arrays } };
}

