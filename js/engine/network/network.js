/** A network: run forward once per picture, then back from any layer under any rule. */

import { scoresAlone } from "./alone.js";
import { count, gathered, slab } from "./arrays.js";
import { brought } from "./bringing.js";
import { run, runStep } from "./forward.js";
import { whyNot } from "./linear.js";
import { planOf } from "./plan.js";
import { unreadOf } from "./program.js";
import { checkRule } from "./rules.js";
import { silence } from "./silence.js";
import { Weights } from "./weights.js";

/**
 * @typedef {import("./arrays.js").Tensor} Tensor
 * @typedef {import("./forward.js").Kept} Kept
 * @typedef {import("./program.js").Program} Program
 *
 * @typedef {{scale: Float32Array, shift: Float32Array}} Edit what happens to a layer's maps on their way up
 * @typedef {Map<number, Edit>} Edits by the layer's number from 1; those that are not there are not touched
 *
 * @typedef {object} State what a forward pass leaves behind
 * @property {Float32Array} picture
 * @property {Tensor[]} maps of every layer, before its own edit
 * @property {(Kept | undefined)[]} kept by step
 * @property {Float32Array} scores
 * @property {Edits} edits
 *
 * @typedef {() => unknown} Pause awaited between two steps of long work; may throw to end it
 */

const NOTHING = new Float32Array(0);

export class Network {
  /**
   * @param {Program} program
   * @param {Map<string, Tensor>} tensors
   */
  constructor(program, tensors) {
    this.program = program;
    this.shape = program.shape;
    this.layers = program.layers;
    this.unread = unreadOf(program);
    this.tensors = tensors;
    this.outputsCount = program.scores === null ? 0 : program.nodes[program.scores].shape[0];
    this._plan = planOf(program, tensors);
    this._weights = new Weights();
    /** @type {Map<number, Tensor>} values that depend on no picture */
    this._still = new Map();
    /** @type {(input: number | string) => Tensor} a tensor, or such a value */
    this._fixed = (input) => /** @type {Tensor} */ (typeof input === "string" ? tensors.get(input) : this._still.get(input));
    for (const at of this._plan.still) this._still.set(at, run(program.nodes[at], program.nodes[at].inputs.map(this._fixed)).made);
    /** @type {Map<number, Float32Array>} */
    this._silences = new Map();
  }

  /**
   * Run the network on a picture, and keep what any later projection needs.
   *
   * @param {Float32Array} picture
   * @param {Edits} [edits]
   * @param {Pause} [pause]
   * @returns {Promise<State>}
   */
  async forward(picture, edits = new Map(), pause) {
    if (picture.length !== count(this.shape)) throw new Error(`the network sees pictures of ${this.shape.join(" x ")}, not of ${picture.length} numbers`);
    /** @type {State} */
    const state = { picture, maps: [], kept: [], scores: NOTHING, edits };
    const values = new Map([[0, { data: picture, shape: this.shape }]]);
    await this._run(values, state, 0, pause);
    return state;
  }

  /**
   * Run steps from one on; `values` hold what they read, and lose what nobody reads any more.
   *
   * @param {Map<number, Tensor>} values
   * @param {State} state
   * @param {number} first
   * @param {Pause} [pause]
   * @param {(number: number) => boolean} [wanted] steps that are run
   * @param {Set<number>} [held] values that stay
   */
  async _run(values, state, first, pause, wanted = () => true, held = new Set()) {
    const { nodes, scores } = this.program;
    const { steps, last } = this._plan;
    for (let number = first; number < steps.length; number++) {
      if (!wanted(number)) continue;
      const step = steps[number];
      const inputs = step.inputs.map((input) => (typeof input === "number" && nodes[input].depends ? /** @type {Tensor} */ (values.get(input)) : this._fixed(input)));
      const { made, kept } = runStep(step, nodes, inputs, this._weights);
      state.kept[number] = kept;
      values.set(step.at, this._passed(step.at, made, state));
      for (const input of step.inputs) if (typeof input === "number" && last[input] === number && input !== scores && !held.has(input)) values.delete(input);
      if (pause) await pause();
    }
    if (scores !== null) state.scores = (values.get(scores) ?? this._fixed(scores))?.data ?? state.scores; // not where only some steps are run
  }

  /**
   * Keep a layer's maps, and return what passes up.
   *
   * @param {number} at
   * @param {Tensor} made
   * @param {State} state
   * @returns {Tensor}
   */
  _passed(at, made, state) {
    const layer = this.layers.findIndex(({ node }) => node === at);
    if (layer < 0) return made;
    state.maps[layer] = made;
    const edit = state.edits.get(layer + 1);
    if (!edit) return made;
    const { scale, shift } = edit;
    const features = scale.length;
    return { data: made.data.map((value, n) => value * scale[n % features] + shift[n % features]), shape: made.shape };
  }

  /**
   * A layer's maps, features last.
   *
   * @param {State} state
   * @param {number} layer
   * @returns {Tensor}
   */
  maps(state, layer) {
    this._layer(layer);
    return state.maps[layer - 1];
  }

  /**
   * @param {State} state
   * @param {number} layer
   * @param {number} feature
   */
  featureMap(state, layer, feature) {
    const { data, shape } = this.maps(state, layer);
    this._feature(layer, feature);
    return gathered(data, slab(shape, shape.length - 1, feature));
  }

  /**
   * The scores where each of some features of a layer has an edit of its own, and the others theirs.
   *
   * @param {State} state of a forward pass under `others`
   * @param {number} layer
   * @param {Edit} edit
   * @param {Edits} [others]
   * @param {readonly number[]} [features] all by default
   * @param {Pause} [pause]
   * @returns {Promise<Tensor>} (features, outputs)
   */
  scoresAlone(state, layer, edit, others = new Map(), features = Array.from(edit.scale, (_, k) => k), pause = undefined) {
    this._layer(layer);
    return scoresAlone(this, state, layer, edit, others, features, pause);
  }

  /** @param {State} state */
  outputs(state) {
    return state.scores;
  }

  /**
   * The value of each map of a layer where its feature is silent.
   *
   * @param {number} layer
   */
  off(layer) {
    let found = this._silences.get(layer);
    if (!found) {
      const { node } = this._layer(layer);
      found = silence(this.program, node, this._fixed);
      this._silences.set(layer, found);
    }
    return found;
  }

  /**
   * Why a layer cannot be projected; "" if it can.
   *
   * @param {number} layer
   */
  refused(layer) {
    const { nodes } = this.program;
    for (const at of this._below(layer)) {
      const why = whyNot(nodes, at);
      if (why) return why;
    }
    return "";
  }

  /**
   * The nodes that carry the picture to a layer, the layer's own first.
   *
   * @param {number} layer
   */
  _below(layer) {
    const { nodes } = this.program;
    const { node } = this._layer(layer);
    const wanted = new Set([node]);
    for (let at = node; at > 0; at--) {
      if (!wanted.has(at)) continue;
      for (const input of nodes[at].inputs) if (typeof input === "number" && nodes[input].depends) wanted.add(input);
    }
    wanted.delete(0);
    return wanted;
  }

  /**
   * Bring one feature's map back to the picture under a rule; the result is signed.
   *
   * @param {State} state
   * @param {number} layer from 1
   * @param {{feature: number, map: Float32Array}} seed
   * @param {string} rule
   * @param {Pause} [pause]
   * @returns {Promise<Float32Array>}
   */
  async project(state, layer, { feature, map }, rule, pause) {
    const { node, size } = this._layer(layer);
    this._feature(layer, feature);
    if (map.length !== count(size)) throw new Error(`the seed must have the ${count(size)} cells of a map of layer ${layer}`);
    const why = this.refused(layer);
    if (why) throw new Error(`layer ${layer} cannot be projected: ${why}`);
    const only = { axis: size.length, index: feature };
    const { nodes } = this.program;
    const here = { nodes, value: this._fixed, weights: this._weights, rule: checkRule(rule) };
    return brought(this.program, this._plan.steps, state, node, { data: map, shape: [...size, 1], only }, here, pause);
  }

  /** @param {number} layer */
  _layer(layer) {
    const found = this.layers[layer - 1];
    if (!found) throw new Error(`layer must be 1 to ${this.layers.length}, not ${layer}`);
    return found;
  }

  /**
   * @param {number} layer
   * @param {number} feature
   */
  _feature(layer, feature) {
    const { features } = this._layer(layer);
    if (!Number.isInteger(feature) || feature < 0 || feature >= features) throw new Error(`feature must be 0 to ${features - 1} in layer ${layer}, not ${feature}`);
  }

  /**
   * The same network with other numbers in some of its tensors.
   *
   * @param {Record<string, Tensor>} tensors
   */
  withTensors(tensors) {
    const changed = new Map(this.tensors);
    for (const [name, { data, shape }] of Object.entries(tensors)) {
      const old = changed.get(name);
      if (!old || count(old.shape) !== data.length) throw new Error(`the network has no tensor ${name} of shape (${shape.join(", ")})`);
      changed.set(name, { data, shape: old.shape });
    }
    return new Network(this.program, changed);
  }

  /** @param {State} state */
  free(state) {
    state.maps = [];
    state.kept = [];
  }

  /** Free the weights on the heap. */
  close() {
    this._weights.close();
  }

  /** Bytes of the weights, here and on the heap. */
  get bytes() {
    return [...this.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, this._weights.bytes);
  }
}
