/**
 * A network as a list of nodes, checked: each an operation of earlier nodes and of tensors, with the shape it makes.
 *
 * Node 0 is the picture. What `tap` marks are the layers.
 */

import { count } from "./arrays.js";
import { shown } from "./attributes.js";
import { isObject } from "./safetensors.js";
import { checkShape, MOST_WORK, OPERATIONS, PAGE_OPERATIONS } from "./shapes.js";
import { UNARY } from "./pointwise.js";

/**
 * @typedef {import("./safetensors.js").Stored} Stored
 * @typedef {Map<string, Stored>} Tensors
 *
 * @typedef {object} Node
 * @property {string} op
 * @property {(number | string)[]} inputs numbers of earlier nodes, or names of tensors
 * @property {Record<string, any>} attributes
 * @property {number[]} shape
 * @property {boolean} depends on the picture
 *
 * @typedef {{name: string, features: number, size: number[], node: number}} Layer `size` is that of a map, without features
 *
 * @typedef {object} Program
 * @property {number[]} shape of the picture
 * @property {Node[]} nodes
 * @property {Layer[]} layers
 * @property {number | null} scores the node that makes them; null: there are none
 * @property {Set<number>} outputs nodes that something outside reads
 */

const MOST_NODES = 10000;
const MOST_LAYERS = 1000;

/** How deep outputs may be nested. */
const DEEPEST = 8;

/**
 * @param {{shape: number[], nodes: any[], outputs: any}} given from anybody
 * @param {Tensors} tensors
 * @returns {Program}
 */
export function makeProgram({ shape, nodes: given, outputs }, tensors) {
  checkShape("the picture", shape);
  if (!Array.isArray(given) || !given.length || given.length > MOST_NODES) throw new Error(`the network's nodes must be a list of 1 to ${MOST_NODES}`);
  const [first, ...rest] = given;
  if (!isObject(first) || first.op !== "picture" || !Array.isArray(first.inputs) || first.inputs.length || Object.keys(first).length !== 2) {
    throw new Error(`node 0 must be the picture, not ${shown(first)}`);
  }
  /** @type {Node[]} */
  const nodes = [{ op: "picture", inputs: [], attributes: {}, shape, depends: true }];
  const used = new Set();
  let work = 0;
  let cells = 0;
  for (const one of rest) {
    const { node, terms } = checked(one, nodes, tensors);
    nodes.push(node);
    for (const input of node.inputs) if (typeof input === "string") used.add(input);
    cells += count(node.shape);
    work += count(node.shape) * terms;
    if (work > MOST_WORK || cells > MOST_WORK / 64) throw new Error("the network asks for more work than a page can do");
  }
  const ends = new Set(outputsOf(outputs, nodes, tensors, used));
  const left = [...tensors.keys()].filter((name) => !used.has(name));
  if (left.length) throw new Error(`the network has no place for tensor ${left.slice(0, 5).map(shown).join(", ")}`);
  const scores = Number.isInteger(outputs) && nodes[outputs].shape.length === 1 ? outputs : null;
  return { shape, nodes, layers: layersOf(nodes), scores, outputs: ends };
}

/**
 * @param {any} given
 * @param {Node[]} nodes those before it
 * @param {Tensors} tensors
 * @returns {{node: Node, terms: number}}
 */
function checked(given, nodes, tensors) {
  const { op, inputs, ...rest } = isObject(given) ? given : /** @type {any} */ ({});
  if (typeof op !== "string" || !Object.hasOwn(OPERATIONS, op)) {
    throw new Error(`node ${nodes.length} is ${shown(op)}, which is no operation that a page knows: ${PAGE_OPERATIONS.join(", ")}`);
  }
  const operation = OPERATIONS[op];
  const { least = 1, needed = {}, optional = {} } = operation;
  const most = operation.most ?? least;
  const where = `node ${nodes.length} (${op})`;
  if (!Array.isArray(inputs) || inputs.length < least || inputs.length > most) {
    throw new Error(`${where}: inputs must be a list of ${least}${most > least ? " or more" : ""}, not ${shown(inputs)}`);
  }
  for (const input of inputs) checkInput(where, input, nodes.length, tensors);
  const depends = inputs.some((input) => typeof input === "number" && nodes[input].depends);
  if (inputs.every((input) => typeof input === "string") && !operation.elementwise && !Object.hasOwn(UNARY, op)) {
    throw new Error(`${where} has no node among its inputs, so it depends on no picture`);
  }
  /** @type {Record<string, any>} */
  const attributes = {};
  for (const [key, value] of Object.entries(rest)) {
    const kind = Object.hasOwn(needed, key) ? needed[key] : Object.hasOwn(optional, key) ? optional[key] : null;
    if (!kind) throw new Error(`${where} has an attribute that a page does not know: ${shown(key)}`);
    attributes[key] = said(where, key, kind, value);
  }
  const missing = Object.keys(needed).find((key) => !Object.hasOwn(attributes, key));
  if (missing) throw new Error(`${where} says nothing of its ${missing}`);
  checkTypes(where, op, inputs, tensors, attributes, nodes);
  const shapes = inputs.map((input) => (typeof input === "string" ? /** @type {Stored} */ (tensors.get(input)).shape : nodes[input].shape));
  try {
    const shape = [...operation.shape(shapes, attributes)];
    checkShape(where, shape);
    return { node: { op, inputs: [...inputs], attributes, shape, depends }, terms: operation.terms?.(shapes, attributes) ?? 1 };
  } catch (error) {
    throw new Error(`${where} does not fit: ${/** @type {Error} */ (error).message}`, { cause: error });
  }
}

/**
 * @param {string} where
 * @param {any} input
 * @param {number} number of nodes before
 * @param {Tensors} tensors
 */
function checkInput(where, input, number, tensors) {
  if (typeof input === "string") {
    if (!tensors.has(input)) throw new Error(`${where}: there is no tensor ${shown(input)}`);
  } else if (!Number.isInteger(input) || input < 0 || input >= number) {
    throw new Error(`${where}: an input must be the number of an earlier node or the name of a tensor, not ${shown(input)}`);
  }
}

/**
 * Places are whole numbers, choices are booleans, and all else is real.
 *
 * @param {string} where
 * @param {string} op
 * @param {(number | string)[]} inputs
 * @param {Tensors} tensors
 * @param {Record<string, any>} attributes
 * @param {Node[]} nodes
 */
function checkTypes(where, op, inputs, tensors, attributes, nodes) {
  inputs.forEach((input, number) => {
    const tensor = typeof input === "string" ? tensors.get(input) : undefined;
    const plain = tensor && !["I32", "BOOL"].includes(tensor.type);
    const wanted = op === "take" && number === 1 ? "I32" : op === "where" && number === 0 ? "BOOL" : "";
    if (wanted ? tensor?.type !== wanted : tensor && !plain) {
      throw new Error(`${where}: input ${shown(input)} must be ${wanted ? `a tensor of type ${wanted}` : "of real numbers"}`);
    }
    if (wanted === "I32" && tensor) {
      const [source] = inputs;
      const shape = typeof source === "string" ? /** @type {Stored} */ (tensors.get(source)).shape : nodes[source].shape;
      const size = shape[attributes.axis] ?? 0;
      if (tensor.data.some((place) => place < 0 || place >= size)) throw new Error(`${where}: places must be 0 to ${size - 1}`);
    }
  });
}

/**
 * @param {string} where
 * @param {string} key
 * @param {import("./attributes.js").Kind} kind
 * @param {any} value
 */
export function said(where, key, kind, value) {
  try {
    return kind(value);
  } catch (error) {
    throw new Error(`${where}: ${key} ${/** @type {Error} */ (error).message}, not ${shown(value)}`, { cause: error });
  }
}

/**
 * @param {any} outputs numbers of nodes and names of tensors, in lists and mappings
 * @param {Node[]} nodes
 * @param {Tensors} tensors
 * @param {Set<string>} used
 * @returns {number[]}
 */
function outputsOf(outputs, nodes, tensors, used, depth = 0) {
  if (outputs === null && depth) return [];
  if (typeof outputs === "object" && outputs !== null) {
    const parts = Object.values(outputs);
    if (depth === DEEPEST || parts.length > MOST_NODES) throw new Error(`the network's outputs are nested more than ${DEEPEST} deep, or too many`);
    return parts.flatMap((one) => outputsOf(one, nodes, tensors, used, depth + 1));
  }
  checkInput("outputs", outputs, nodes.length, tensors);
  if (typeof outputs !== "string") return [outputs];
  used.add(outputs);
  return [];
}

/**
 * @param {Node[]} nodes
 * @returns {Layer[]}
 */
function layersOf(nodes) {
  /** @type {Layer[]} */
  const layers = [];
  nodes.forEach(({ op, attributes, shape, depends }, node) => {
    if (op !== "tap") return;
    const { name } = attributes;
    if (layers.some((layer) => layer.name === name)) throw new Error(`two layers of the network are called ${shown(name)}`);
    if (!depends) throw new Error(`layer ${shown(name)} does not depend on the picture`);
    if (shape.length < 2 || shape.length > 3) throw new Error(`layer ${shown(name)} has shape (${shape.join(", ")}); maps are (freq, time, features) or (time, features)`);
    layers.push({ name, features: shape[shape.length - 1], size: shape.slice(0, -1), node });
  });
  if (!layers.length || layers.length > MOST_LAYERS) throw new Error(`the network must have 1 to ${MOST_LAYERS} layers, not ${layers.length}`);
  return layers;
}

/**
 * Names of the layers that neither another layer nor an output depends on, so that no edit of theirs does anything.
 *
 * @param {Program} program
 */
export function unreadOf({ nodes, layers, outputs }) {
  const read = new Set(outputs);
  for (let at = nodes.length - 1; at > 0; at--) {
    const { op, inputs } = nodes[at];
    if (read.has(at) || op === "tap") for (const input of inputs) if (typeof input === "number") read.add(input);
  }
  return layers.filter(({ node }) => !read.has(node)).map(({ name }) => name);
}
