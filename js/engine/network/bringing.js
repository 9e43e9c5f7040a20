/** The way back: a cotangent of one node, brought to the picture step by step. */

import { count } from "./arrays.js";
import { back, backThroughStep } from "./backward.js";
import { whole } from "./flows.js";

/**
 * @typedef {import("./flows.js").Flow} Flow
 * @typedef {import("./network.js").State} State
 * @typedef {import("./plan.js").Step} Step
 * @typedef {import("./program.js").Program} Program
 */

/**
 * @param {Program} program
 * @param {Step[]} steps
 * @param {State} state
 * @param {number} start the node that the cotangent is of
 * @param {Flow} cotangent
 * @param {import("./backward.js").Here} here
 * @param {() => unknown} [pause]
 * @returns {Promise<Float32Array>} of the picture's shape
 */
export async function brought({ nodes, layers, shape }, steps, state, start, cotangent, here, pause) {
  /** @type {Map<number, Flow>} */
  const flows = new Map([[start, cotangent]]);
  /** @param {number} at @param {Flow} g */
  const add = (at, g) => {
    const there = flows.get(at);
    flows.set(at, there ? sum(whole(there, nodes[at].shape), whole(g, nodes[at].shape)) : g);
  };
  for (let number = steps.length - 1; number >= 0; number--) {
    const step = steps[number];
    const found = flows.get(step.at);
    if (!found) continue;
    flows.delete(step.at);
    const layer = layers.findIndex(({ node }) => node === step.at);
    const edit = step.at === start ? undefined : state.edits.get(layer + 1);
    // What came back to an edited layer from above is complete here, and passes its edit once.
    const g = edit ? scaled(whole(found, nodes[step.at].shape), edit.scale) : found;
    if (step.conv !== undefined) add(/** @type {number} */ (step.inputs[0]), backThroughStep(g, step, state.kept[number], here));
    else {
      step.inputs.forEach((input, place) => {
        if (typeof input !== "number" || !nodes[input].depends) return;
        add(input, back(g, nodes[step.at], place, nodes[input].shape, state.kept[number], here));
      });
    }
    if (pause) await pause();
  }
  const found = flows.get(0);
  return found ? whole(found, shape).data : new Float32Array(count(shape));
}

/** @param {Flow} one @param {Flow} other @returns {Flow} */
const sum = (one, other) => ({ data: one.data.map((value, n) => value + other.data[n]), shape: one.shape });

/** @param {Flow} g @param {Float32Array} scale per feature, the last axis @returns {Flow} */
const scaled = ({ data, shape }, scale) => ({ data: data.map((value, n) => value * scale[n % scale.length]), shape });
