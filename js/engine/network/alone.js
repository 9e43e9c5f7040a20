/**
 * A network's scores where each feature of a layer is edited alone: what lies above the layer is run
 * once per feature. Where one convolution reads the layer, a feature's edit changes what it makes by
 * the convolution of that one map.
 */

import { count } from "./arrays.js";
import { call, numbersOf, place } from "./backend.js";
import { convolve, geometryOf, withTwo } from "./convolution.js";
import { VIEWS } from "./plan.js";
import { maxPool } from "./pooling.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./network.js").Edit} Edit
 * @typedef {import("./network.js").Edits} Edits
 * @typedef {import("./network.js").Network} Network
 * @typedef {import("./network.js").Pause} Pause
 * @typedef {import("./network.js").State} State
 * @typedef {import("./plan.js").Step} Step
 *
 * @typedef {object} Prepared what all features of a layer share
 * @property {Edits} others
 * @property {number} layer
 * @property {Set<number>} above steps that depend on the layer
 * @property {Map<number, Tensor>} beside values that these read, and that do not depend on the layer
 * @property {Float32Array} base the layer's maps as they pass up with nothing edited alone
 * @property {{number: number, step: Step, made: Float32Array} | null} first the convolution that alone reads the layer, and what it makes of the base before its ReLU
 */

/** @type {WeakMap<State, Prepared>} */
const prepared = new WeakMap();

/**
 * @param {Network} network
 * @param {State} state of a forward pass under `others`
 * @param {number} layer from 1
 * @param {Edit} edit of the feature that is edited alone
 * @param {Edits} others edits of everything else
 * @param {readonly number[]} features
 * @param {Pause} [pause]
 * @returns {Promise<Tensor>} (features, outputs)
 */
export async function scoresAlone(network, state, layer, edit, others, features, pause) {
  const known = prepared.get(state);
  const shared = known?.layer === layer && known.others === others ? known : await prepare(network, state, layer, others, pause);
  prepared.set(state, shared);
  const rows = new Float32Array(features.length * network.outputsCount);
  for (const [at, feature] of features.entries()) {
    if (shared.above.size) rows.set(await run(network, state, shared, feature, edit, pause), at * network.outputsCount);
    else rows.set(state.scores, at * network.outputsCount); // nothing reads the layer
  }
  return { data: rows, shape: [features.length, network.outputsCount] };
}

/**
 * @param {Network} network
 * @param {State} state
 * @param {number} layer
 * @param {Edits} others
 * @param {Pause} [pause]
 * @returns {Promise<Prepared>}
 */
async function prepare(network, state, layer, others, pause) {
  const { nodes } = network.program;
  const { steps } = network._plan;
  const { node } = network.layers[layer - 1];
  const made = new Set([node]);
  const above = new Set();
  steps.forEach(({ at, inputs }, number) => {
    if (!inputs.some((input) => typeof input === "number" && made.has(input))) return;
    made.add(at);
    above.add(number);
  });
  const needed = new Set([...above].flatMap((number) => steps[number].inputs).filter((input) => typeof input === "number" && nodes[input].depends && !made.has(input)));
  /** @type {Map<number, Tensor>} */
  const beside = new Map();
  if (needed.size) {
    const values = new Map([[0, { data: state.picture, shape: network.shape }]]);
    await network._run(values, stateOf(state.picture, others), 0, pause, (number) => !above.has(number), /** @type {Set<number>} */ (needed));
    for (const at of needed) beside.set(/** @type {number} */ (at), /** @type {Tensor} */ (values.get(/** @type {number} */ (at))));
  }
  const maps = network.maps(state, layer);
  const own = others.get(layer);
  const base = own ? maps.data.map((value, n) => value * own.scale[n % own.scale.length] + own.shift[n % own.scale.length]) : maps.data;
  return { others, layer, above, beside, base, first: firstOf(network, node, base) };
}

/** @param {Float32Array} picture @param {Edits} edits @returns {State} */
const stateOf = (picture, edits) => ({ picture, maps: [], kept: [], scores: new Float32Array(0), edits });

/**
 * @param {Network} network
 * @param {number} node of the layer
 * @param {Float32Array} base
 * @returns {Prepared["first"]}
 */
function firstOf(network, node, base) {
  const { nodes } = network.program;
  const { steps } = network._plan;
  let reads = node;
  for (;;) {
    const readers = [...steps.entries()].filter(([, { inputs }]) => inputs.includes(reads));
    if (readers.length !== 1) return null;
    const [[number, step]] = readers;
    if (step.conv === undefined) {
      if (!VIEWS.includes(nodes[step.at].op)) return null;
      reads = step.at;
      continue;
    }
    const { attributes, inputs } = nodes[step.conv];
    const still = typeof inputs[1] !== "number" || !nodes[inputs[1]].depends;
    const [features] = network.layers.flatMap((layer) => (layer.node === node ? [layer.features] : []));
    const { shape } = nodes[reads];
    if (inputs[0] !== reads || !still || (attributes.groups ?? 1) !== 1 || shape[shape.length - 1] !== features) return null;
    const geometry = geometryOf(attributes, shape.length - 2);
    const kernels = network._weights.kernels(step.conv, network._fixed(inputs[1]), 1);
    const convolved = nodes[step.conv].shape;
    const bias = step.bias === undefined ? undefined : network._weights.bias(step.conv, network._fixed(step.bias), convolved[convolved.length - 1]);
    const held = convolve({ data: base, shape: withTwo(shape, 1, 1) }, kernels.held, geometry, bias);
    kernels.done();
    const made = numbersOf(held).slice();
    held.dispose();
    return { number, step, made };
  }
}

/**
 * The scores where one feature is edited alone.
 *
 * @param {Network} network
 * @param {State} state
 * @param {Prepared} shared
 * @param {number} feature
 * @param {Edit} edit
 * @param {Pause} [pause]
 */
async function run(network, state, { others, layer, above, beside, base, first }, feature, edit, pause) {
  const { node, features, size } = network.layers[layer - 1];
  const maps = network.maps(state, layer).data;
  const alone = (/** @type {number} */ cell) => maps[cell] * edit.scale[feature] + edit.shift[feature];
  const values = new Map(beside);
  const below = stateOf(state.picture, others);
  let from = Math.min(...above);
  if (first) {
    const change = new Float32Array(count(size));
    for (let n = 0; n < change.length; n++) change[n] = alone(n * features + feature) - base[n * features + feature];
    const { at } = first.step;
    values.set(at, network._passed(at, opened(network, first, changed(network, first, change, feature)), below));
    from = first.number + 1;
  } else {
    const data = base.slice();
    for (let n = feature; n < data.length; n += features) data[n] = alone(n);
    values.set(node, { data, shape: [...size, features] });
  }
  if (pause) await pause();
  await network._run(values, below, from, pause, (number) => above.has(number));
  return below.scores;
}

/**
 * What the first convolution makes, before its ReLU, where one map is changed; it lies on the heap.
 *
 * @param {Network} network
 * @param {NonNullable<Prepared["first"]>} first
 * @param {Float32Array} change of the map
 * @param {number} feature
 */
function changed(network, { step, made }, change, feature) {
  const { nodes } = network.program;
  const { attributes, inputs } = nodes[/** @type {number} */ (step.conv)];
  const shape = nodes[/** @type {number} */ (inputs[0])].shape;
  const kernel = network._fixed(inputs[1]);
  const [high, wide, maps, outputs] = withTwo(kernel.shape, 0, 2);
  const own = place([high, wide, 1, outputs], (numbers) => {
    for (let tap = 0; tap < high * wide; tap++) numbers.set(kernel.data.subarray((tap * maps + feature) * outputs, (tap * maps + feature + 1) * outputs), tap * outputs);
  });
  const geometry = geometryOf(attributes, shape.length - 2);
  const moved = convolve({ data: change, shape: withTwo([...shape.slice(0, -1), 1], 1, 1) }, [own], geometry);
  const before = place(moved.shape, (numbers) => numbers.set(made));
  const sum = call("Add", { a: before, b: moved }, {});
  for (const held of [own, moved, before]) held.dispose();
  return sum;
}

/**
 * What a step with a convolution makes of its result.
 *
 * @param {Network} network
 * @param {NonNullable<Prepared["first"]>} first
 * @param {import("./backend.js").Held} convolved
 * @returns {Tensor}
 */
function opened(network, { step }, convolved) {
  const { nodes } = network.program;
  const { cap, pool } = step;
  const open = cap === undefined ? convolved : call(cap === null ? "Relu" : "Relu6", { x: convolved }, {});
  try {
    if (pool === undefined) return { data: numbersOf(open).slice(), shape: nodes[step.at].shape };
    const source = nodes[/** @type {number} */ (nodes[pool].inputs[0])].shape;
    return maxPool({ data: numbersOf(open), shape: source }, /** @type {any} */ (nodes[pool].attributes)).made;
  } finally {
    if (open !== convolved) open.dispose();
    convolved.dispose();
  }
}
