/** What a network says of a window, as a panel shows it. */

/** @typedef {"classes" | "tags" | "tempo" | "pitch"} Task */
/** @typedef {[string, number][]} Said names and how probable each is */
/** @typedef {{data: Float32Array, shape: number[]}} Tensor */
/** @typedef {{model: {task: Task, layers: readonly {name: string}[]}, predict: () => Odds, activations: (layer: number) => Tensor}} Saying a window that was heard */
/** @typedef {Map<string, number>} Odds probabilities of a window by class; none without classes */

import { whyNone } from "../base/answer.js";
import { pitchSaid } from "./pitch.js";

const SHOWN = 6; // tags or tempi, at most
const LEAST = 0.01; // probability of a tempo that is shown; of the others the most probable, if none has it
const NEAR = 5; // tempi on either side that a peak of a tempo curve is larger than

/**
 * The names and probabilities that a panel shows: all classes in their order, the most probable
 * tags, the peaks of a tempo curve; null where the network calls a sound nothing.
 * @param {{task: Task}} model
 * @param {Odds} odds
 * @returns {Said | null}
 */
export function said({ task }, odds) {
  if (!odds.size || task === "pitch") return null;
  let named = [...odds];
  if (task === "classes") return named;
  if (task === "tempo") {
    const curve = named.map(([, probability]) => probability);
    const peaks = named.filter((_, i) => curve[i] === Math.max(...curve.slice(Math.max(0, i - NEAR), i + NEAR + 1)));
    const probable = peaks.filter(([, probability]) => probability >= LEAST);
    named = probable.length ? probable : [peaks.reduce((best, one) => (one[1] > best[1] ? one : best))];
  }
  return named.sort((one, other) => other[1] - one[1]).slice(0, SHOWN);
}

/**
 * What a network says of two windows, such as with and without a mute, line by line: what is shown
 * of either, such as a most probable tag, is shown of both.
 * @param {{task: Task}} model
 * @param {Odds} odds
 * @param {Odds} others
 * @returns {[Said | null, Said | null]}
 */
export function saidBeside(model, odds, others) {
  const [first, second] = [said(model, odds), said(model, others)];
  if (model.task === "classes" || !first || !second) return [first, second];
  const names = [...new Set([...first, ...second].map(([name]) => name))];
  const lines = (/** @type {Odds} */ all) => /** @type {Said} */ (names.map((name) => [name, all.get(name) ?? 0]));
  return [lines(odds), lines(others)];
}

/**
 * What the network of a window says of it.
 * @param {Saying} heard
 * @returns {Said | null}
 */
export function saidOf(heard) {
  const { task, layers } = heard.model;
  if (task !== "pitch") return said(heard.model, heard.predict());
  const [pitch, voicing] = ["pitch", "voicing"].map((name) => heard.activations(1 + layers.findIndex((layer) => layer.name === name)));
  return pitchSaid(pitch, voicing);
}

/**
 * Why the network of a window calls it none of its classes; nothing where it does.
 * @param {Saying & {model: {noneBelow: number}}} heard
 * @returns {{none?: string}}
 */
export function noneOf(heard) {
  const { noneBelow } = heard.model;
  const none = noneBelow ? whyNone(heard.predict(), noneBelow) : "";
  return none ? { none } : {};
}
