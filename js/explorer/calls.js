/** What `window.auralise` asks of the page's first panel, for pages of teachers and for tests. */

/** @import { PageExplorer } from "./explorer.js" */
/** @import { Decoded } from "./songs.js" */

import { answerOf } from "../base/answer.js";
import { oneOf, short } from "./door.js";
import { CHOICES } from "./facts.js";
import { NOTHING } from "./handlers.js";
import { checkFeature, findLayer } from "./layers.js";

/** @typedef {(panel: PageExplorer, ...args: any[]) => Promise<unknown>} Method */

/**
 * Show another sound.
 * @param {PageExplorer} panel
 * @param {{key: string, name: string, notes?: string[]} & Decoded} sound
 */
async function open(panel, sound) {
  const song = panel.room.own(sound);
  const { name, error } = await panel.take(sound.name, song);
  if (error) throw new Error(error);
  return { name, seconds: song.duration };
}

/** What the network hears. @param {PageExplorer} panel */
async function source(panel) {
  const { picture, shape, samples, model } = heardOf(panel);
  return { picture, shape, samples, rate: model.sampleRate };
}

/** @param {PageExplorer} panel */
const predict = async (panel) => Object.fromEntries(heardOf(panel).predict());

/** @param {PageExplorer} panel */
async function answer(panel) {
  const heard = heardOf(panel);
  const odds = heard.predict();
  if (!odds.size) throw new Error(`model '${heard.model.name}' gives no scores, so it knows no classes`);
  return answerOf(odds, heard.model.noneBelow);
}

/**
 * @param {PageExplorer} panel
 * @param {number | string} layer
 * @param {number} feature
 */
async function project(panel, layer, feature, rule = "deconvnet", position = "all") {
  const place = placeOf(panel, layer, feature, { rule, position });
  return inQueue(panel, async () => {
    const { picture, shape } = await heardOf(panel).project(...place, rule, position);
    return { picture, shape };
  });
}

/**
 * @param {PageExplorer} panel
 * @param {number | string} layer
 * @param {number} feature
 */
async function auralise(panel, layer, feature, rule = "deconvnet", position = "all", resynthesis = "phase") {
  const place = placeOf(panel, layer, feature, { rule, position, resynthesis });
  return inQueue(panel, () => heardOf(panel).auralise(...place, rule, position, resynthesis));
}

/** @param {PageExplorer} panel */
function heardOf({ variants, traits }) {
  if (!variants.length) throw new Error(traits.get("error") || NOTHING);
  return variants[0].heard;
}

/**
 * @param {PageExplorer} panel
 * @param {unknown} layer
 * @param {unknown} feature
 * @param {Record<string, string>} words
 * @returns {[number, number]}
 */
function placeOf({ doc }, layer, feature, words) {
  const number = findLayer(doc.layers, layer);
  for (const [name, word] of Object.entries(words)) oneOf(name, word, CHOICES[/** @type {keyof typeof CHOICES} */ (name)]);
  return [number, checkFeature(doc.layers[number - 1], feature)];
}

/**
 * @template Result
 * @param {PageExplorer} panel
 * @param {() => Promise<Result>} job
 * @returns {Promise<Result>}
 */
async function inQueue(panel, job) {
  /** @type {Result | undefined} */
  let result;
  const slot = {}; // no other call replaces it
  const done = await panel.room.queue.run(panel, "ask", async () => (result = await job()), slot);
  if (!done) throw new Error("the panel was closed");
  return /** @type {Result} */ (result);
}

/** @type {Record<string, Method>} */
const METHODS = { open, source, predict, answer, project, auralise };

/**
 * @param {PageExplorer} panel
 * @param {string} method
 * @param {unknown[]} args
 */
export async function callMethod(panel, method, args) {
  if (!Object.hasOwn(METHODS, method)) throw new Error(`auralise has ${Object.keys(METHODS).join(", ")}, not ${short(method)}`);
  await panel.opened();
  return METHODS[method](panel, ...args);
}
