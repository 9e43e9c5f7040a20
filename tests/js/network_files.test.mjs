import assert from "node:assert/strict";
import test from "node:test";
import { heldCount, startBackend } from "../../js/engine/network/backend.js";
import { editsFor } from "../../js/engine/network/edits.js";
import { readNetwork } from "../../js/engine/network/reading.js";

await startBackend();

/** @typedef {{dtype: string, shape: number[], bytes: Uint8Array}} Raw */

/** @param {number[]} shape @param {(n: number) => number} [value] @returns {Raw} */
const floats = (shape, value = (n) => Math.sin(n + 1)) => {
  const size = shape.reduce((product, one) => product * one, 1);
  return { dtype: "F32", shape, bytes: new Uint8Array(Float32Array.from({ length: size }, (_, n) => value(n)).buffer) };
};

/** @param {Record<string, Raw>} tensors @param {Record<string, any>} metadata */
function packed(tensors, metadata) {
  let at = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
      const start = at;
      at += bytes.length;
      return [name, { dtype, shape, data_offsets: [start, at] }];
    }),
  );
  const texts = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]));
  return file({ ...header, __metadata__: texts }, Buffer.concat(Object.values(tensors).map(({ bytes }) => bytes)));
}

/** @param {any} header @param {Uint8Array} body */
function file(header, body) {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, body]));
}

const FRONTEND = { sample_rate: 2000, n_fft: 16, hop_length: 8, duration: 0.04 }; // pictures of 9 x 11
const STACK = { architecture: { features: [2], kernel_size: [3, 3], pool: [2, 2], dense: [2] }, frontend: FRONTEND, format: "auralise-jax/1", classes: ["a", "b"] };
const TENSORS = { "conv1.kernel": floats([3, 3, 1, 2]), "conv1.bias": floats([2]), "dense1.kernel": floats([40, 2]), "dense1.bias": floats([2]) };

/** @type {any[]} */
const NODES = [
  { op: "picture", inputs: [] },
  { op: "expand", inputs: [0], axes: [0, 3] },
  { op: "conv", inputs: [1, "weights.kernel"], strides: [1, 1], padding: [[1, 1], [1, 1]] }, // prettier-ignore
  { op: "squeeze", inputs: [2], axes: [0] },
  { op: "relu", inputs: [3] },
  { op: "tap", inputs: [4], name: "only" },
  { op: "sum", inputs: [5], axes: [0, 1] },
];
const KERNEL = { "weights.kernel": floats([3, 3, 1, 2]) };

/** @param {any[]} nodes @param {Record<string, Raw>} tensors @param {Record<string, any>} [more] */
const graph = (nodes, tensors = KERNEL, more = {}) =>
  packed(tensors, { format: "auralise-jax/2", frontend: { kind: "stft", ...FRONTEND }, network: { kind: "graph", picture: { shape: [9, 11], dtype: "float32" }, nodes, outputs: nodes.length - 1, ...more }, classes: [] });

/** @param {number} at @param {any} change */
const changed = (at, change) => NODES.map((node, n) => (n === at ? { ...node, ...change } : node));

/** @param {Uint8Array} bytes @returns {string} */
function wordsOf(bytes) {
  try {
    readNetwork(bytes);
  } catch (error) {
    assert.ok(error instanceof Error && error.constructor === Error, String(error));
    return error.message;
  }
  return "";
}

test("whole files of both formats are read", async () => {
  for (const bytes of [packed(TENSORS, STACK), graph(NODES)]) {
    const { network, frontend, facts } = readNetwork(bytes);
    assert.deepEqual([network.shape, network.outputsCount, frontend.settings.n_fft, Object.keys(facts)], [[9, 11], 2, 16, ["classes"]]);
    const state = await network.forward(new Float32Array(99).fill(1));
    assert.equal((await network.project(state, 1, { feature: 1, map: network.featureMap(state, 1, 1) }, "guided")).length, 99);
    await assert.rejects(network.forward(new Float32Array(98)), { message: "the network sees pictures of 9 x 11, not of 98 numbers" });
    network.close();
  }
});

test("a file that is cut anywhere, or has a byte more, is a sentence", () => {
  const bytes = packed(TENSORS, STACK);
  for (let length = 0; length < bytes.length; length += 7) assert.match(wordsOf(bytes.subarray(0, length)), /cut off|damaged|not JSON|no text/);
  assert.match(wordsOf(Buffer.concat([bytes, Buffer.of(0)])), /bytes that belong to no tensor/);
});

test("whatever a byte of the header becomes, the file is read or a sentence", () => {
  const bytes = graph(NODES);
  const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  for (let at = 0; at < end; at++) {
    const other = bytes.slice();
    other[at] ^= 1 + (at % 7);
    wordsOf(other);
  }
});

test("headers that lie are refused", () => {
  const one = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  /** @type {[any, number, RegExp][]} */
  const cases = [
    ["[]", 0, /no JSON object/],
    [{ a: { ...one, shape: [2 ** 30, 2 ** 30] } }, 8, /8 bytes, not what shape/],
    [{ a: { ...one, shape: [-2] } }, 8, /no shape/],
    [{ a: { ...one, shape: new Array(9).fill(1), data_offsets: [0, 4] } }, 4, /no shape of at most 8 axes/],
    [{ a: { ...one, data_offsets: [0, 8.5] } }, 8, /does not say where/],
    [{ a: { ...one, data_offsets: [8, 16] } }, 8, /beyond the end/],
    [{ a: { ...one, data_offsets: [8, 0] } }, 8, /beyond the end/],
    [{ a: one, b: one }, 8, /does not begin where/],
    [{ a: one, b: { ...one, data_offsets: [12, 20] } }, 20, /does not begin where/],
    [{ a: { ...one, dtype: "F64" } }, 8, /of type "F64"; expected F32, F16, BF16, I32, BOOL/],
    [{ a: { ...one, dtype: "constructor" } }, 8, /of type "constructor"/],
    [{ a: 1 }, 8, /is of type nothing/],
    [{ a: one, __metadata__: { format: 1 } }, 8, /must be texts/],
    [`{"a":${"[".repeat(9000)}${"]".repeat(9000)}}`, 0, /nested more than 700 deep/],
    [{ a: one, __metadata__: { format: "auralise-jax/3" } }, 8, /says format "auralise-jax\/3", not/],
  ];
  for (const [header, size, words] of cases) assert.match(wordsOf(file(header, new Uint8Array(size))), words);
});

test("numbers that are not finite are refused, but for a single one to pad with", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const tensors = { ...TENSORS, "conv1.bias": floats([2], (n) => (n ? value : 0)) };
    assert.match(wordsOf(packed(tensors, STACK)), /tensor "conv1.bias" holds numbers that are not finite/);
  }
  const halves = { dtype: "F16", shape: [2], bytes: Uint8Array.of(0, 0x7c, 0, 0) };
  assert.match(wordsOf(packed({ ...TENSORS, "conv1.bias": halves }, STACK)), /not finite/);
  const pads = [...NODES.slice(0, 4), { op: "pad", inputs: [3, "low"], padding: [[1, 1], [0, 0], [0, 0]] }, ...changed(4, { inputs: [4] }).slice(4).map((node) => ({ ...node, inputs: node.inputs.map((/** @type {number} */ n) => n + 1) }))]; // prettier-ignore
  pads[5].inputs = [4];
  assert.equal(wordsOf(graph(pads, { ...KERNEL, low: floats([], () => -Infinity) })), "");
  assert.match(wordsOf(graph(pads, { ...KERNEL, low: floats([], () => NaN) })), /not finite/);
});

test("an architecture out of bounds, or tensors that are not its own, are refused", () => {
  const { architecture } = STACK;
  /** @type {[any, Record<string, Raw>, RegExp][]} */
  const cases = [
    [{ features: [] }, TENSORS, /features must list 1 to 32 blocks, not 0/],
    [{ features: [1e9] }, TENSORS, /features must be a list of whole numbers, 1 to 65536/],
    [{ kernel_size: [2, 3] }, TENSORS, /kernel_size must be two odd numbers up to 99/],
    [{ pool: [100, 100] }, TENSORS, /pool must be two numbers whose product is at most 256/],
    [{ pool: [10, 1] }, TENSORS, /leave nothing of a picture of \(9, 11\)/],
    [{ features: [3] }, TENSORS, /tensor conv1.kernel has shape \(3, 3, 1, 2\); the architecture and front end ask for \(3, 3, 1, 3\)/],
    [{ dense: [] }, TENSORS, /no place for tensor "dense1.kernel", "dense1.bias"/],
    [{}, { ...TENSORS, more: floats([1]) }, /no place for tensor "more"/],
    [{}, { "conv1.kernel": TENSORS["conv1.kernel"] }, /tensor conv1.bias is missing/],
  ];
  for (const [change, tensors, words] of cases) assert.match(wordsOf(packed(tensors, { ...STACK, architecture: { ...architecture, ...change } })), words);
  assert.match(wordsOf(packed(TENSORS, { ...STACK, frontend: { ...FRONTEND, n_fft: 2 ** 30 } })), /front end are out of range/);
});

test("nodes that do not fit are refused by number and operation", () => {
  /** @type {[any[], RegExp][]} */
  const cases = [
    [changed(4, { op: "sort" }), /^node 4 is "sort", which is no operation that a page knows: abs, add/],
    [changed(4, { op: "constructor" }), /^node 4 is "constructor", which is no operation/],
    [changed(4, { inputs: [4] }), /^node 4 \(relu\): an input must be the number of an earlier node/],
    [changed(4, { inputs: ["none"] }), /^node 4 \(relu\): there is no tensor "none"/],
    [changed(4, { inputs: [3, 3] }), /^node 4 \(relu\): inputs must be a list of 1, not/],
    [changed(4, { smooth: 1 }), /^node 4 \(relu\) has an attribute that a page does not know: "smooth"/],
    [changed(4, { cap: -1 }), /^node 4 \(relu\): cap must be a number above 0, not -1/],
    [changed(2, { strides: [1] }), /^node 2 \(conv\) does not fit: strides must have an entry for each of 2 axes/],
    [changed(2, { strides: [0, 1] }), /^node 2 \(conv\): strides must be a whole number from 1 to/],
    [changed(2, { groups: 3 }), /^node 2 \(conv\) does not fit: the kernel's inputs and groups/],
    [changed(2, { padding: [[-9, -9], [0, 0]] }), /^node 2 \(conv\) does not fit: its padding leaves nothing/],
    [changed(2, { input_dilation: [2 ** 31 - 1, 2 ** 31 - 1] }), /more than there is room for/],
    [changed(1, { axes: [0, 0] }), /^node 1 \(expand\) does not fit: axes must be different/],
    [changed(1, { axes: [0, 1, 2, 3, 4, 5, 6, 7, 8] }), /at most 8 whole numbers/],
    [changed(6, { axes: [3] }), /^node 6 \(sum\) does not fit/],
    [changed(5, { name: " " }), /^node 5 \(tap\): name must be a text/],
    [[...NODES, { op: "tap", inputs: [4], name: "only" }], /two layers of the network are called "only"/],
    [[...NODES, { op: "broadcast", inputs: [6], shape: [2 ** 31 - 1] }], /the shape does not fit/],
    [[...NODES, { op: "expand", inputs: [6], axes: [0] }, { op: "broadcast", inputs: [7], shape: [2 ** 30, 2] }], /has shape \(1073741824, 2\); a page has room for/],
    [[...NODES, { op: "pad", inputs: [6, "weights.kernel"], padding: [[0, 0]] }], /it pads with a single number/],
    [[...NODES, { op: "take", inputs: [6, "weights.kernel"], axis: 0 }], /must be a tensor of type I32/],
    [[...NODES, { op: "reshape", inputs: [6], shape: [3] }], /has not as many cells/],
    [[{ op: "picture", inputs: [], shape: [9] }], /node 0 must be the picture/],
    [[], /must be a list of 1 to 10000/],
    [NODES.slice(0, 5), /must have 1 to 1000 layers, not 0/],
  ]; // prettier-ignore
  for (const [nodes, words] of cases) assert.match(wordsOf(graph(nodes)), words);
  const wide = [...NODES.slice(0, 6), { op: "max_pool", inputs: [5], window: [2 ** 20, 2 ** 20, 1], strides: [1, 1, 1], padding: [[2 ** 20, 2 ** 20], [2 ** 20, 2 ** 20], [0, 0]] }]; // prettier-ignore
  assert.match(wordsOf(graph(wide)), /a page has room for|more work/);
  const slow = [...NODES.slice(0, 6), { op: "max_pool", inputs: [5], window: [2 ** 12, 2 ** 12, 1], strides: [1, 1, 1], padding: [[2 ** 12, 100], [2 ** 12, 100], [0, 0]] }]; // prettier-ignore
  assert.match(wordsOf(graph(slow)), /more work than a page can do/);
});

test("a page computes in single precision, and says so", () => {
  assert.match(wordsOf(graph(NODES, KERNEL, { picture: { shape: [9, 11], dtype: "float16" } })), /picture: dtype must be float32, in which a page computes/);
  assert.match(wordsOf(graph(NODES, KERNEL, { dtypes: { "weights.kernel": "bfloat16" } })), /dtype must be float32/);
  assert.match(wordsOf(graph(NODES, KERNEL, { kind: "loop" })), /of the kind "loop"; a page reads "graph"/);
  assert.match(wordsOf(graph(NODES, KERNEL, { outputs: [[[[[[[[[[6]]]]]]]]]] })), /nested more than 8 deep/);
});

test("what has no way back is refused when it is projected, by its node", async () => {
  const nodes = [...NODES.slice(0, 4), { op: "tanh", inputs: [3] }, ...NODES.slice(5)];
  const { network } = readNetwork(graph(nodes));
  const state = await network.forward(new Float32Array(99));
  const words = "layer 1 cannot be projected: node 4 (tanh) is neither linear nor a ReLU or max-pool, so that no rule says what comes back";
  await assert.rejects(network.project(state, 1, { feature: 0, map: new Float32Array(99) }, "gradient"), { message: words });
  await assert.rejects(network.project(state, 2, { feature: 0, map: new Float32Array(99) }, "gradient"), { message: "layer must be 1 to 1, not 2" });
  network.close();
});

test("many passes leave nothing on the heap but the weights, and those go when the network is closed", async () => {
  const before = heldCount();
  const { network } = readNetwork(packed(TENSORS, STACK));
  const pass = async () => {
    const state = await network.forward(Float32Array.from({ length: 99 }, (_, n) => n % 5));
    for (const rule of ["deconvnet", "gradient", "guided"]) await network.project(state, 1, { feature: 0, map: network.featureMap(state, 1, 0) }, rule);
    network.free(state);
  };
  await pass();
  const held = heldCount();
  for (let n = 0; n < 20; n++) await pass();
  assert.equal(heldCount(), held);
  network.close();
  assert.equal(heldCount(), before);
});

test("other weights make another network of the same program", async () => {
  const { network } = readNetwork(packed(TENSORS, STACK));
  const picture = new Float32Array(99).fill(1);
  const zeros = network.withTensors({ "dense1.kernel": { shape: [40, 2], data: new Float32Array(80) } });
  assert.deepEqual([...(await zeros.forward(picture)).scores], [...(/** @type {any} */ (network.tensors.get("dense1.bias")).data)]);
  assert.notDeepEqual([...(await network.forward(picture)).scores], [...(await zeros.forward(picture)).scores]);
  assert.throws(() => network.withTensors({ none: { shape: [1], data: new Float32Array(1) } }), { message: "the network has no tensor none of shape (1)" });
  for (const one of [network, zeros]) one.close();
});

test("a layer that nothing reads is named, and is not muted in vain", async () => {
  const aside = [...NODES.slice(0, 5), { op: "tap", inputs: [4], name: "aside" }, { op: "sum", inputs: [4], axes: [0, 1] }];
  const { network } = readNetwork(graph(aside));
  assert.deepEqual(network.unread, ["aside"]);
  assert.throws(() => editsFor(network, [[1, 0, 0]]), /^Error: no other layer and no output reads 'aside'/);
  assert.deepEqual(readNetwork(graph(NODES)).network.unread, []);
});
