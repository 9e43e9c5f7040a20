import assert from "node:assert/strict";
import test from "node:test";
import { heldCount, startBackend } from "../../js/engine/network/backend.js";
import { editsFor } from "../../js/engine/network/edits.js";
import { Network } from "../../js/engine/network/network.js";
import { makeProgram } from "../../js/engine/network/program.js";

const PICTURE = [7, 6];
const SAME = [[1, 1], [1, 1]]; // prettier-ignore

let seed = 1;

/** Numbers that nobody chose, from -1 to 1. @param {number[]} shape */
function numbers(shape) {
  const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => {
    seed = (seed * 48271) % 2147483647;
    return (2 * seed) / 2147483647 - 1;
  });
  return { data, shape };
}

/** A network as a list is written: each line names what it makes. */
class Lines {
  /** @type {any[]} */
  nodes = [{ op: "picture", inputs: [] }];
  /** @type {Map<string, any>} */
  tensors = new Map();

  /**
   * @param {string} op
   * @param {(number | string)[]} inputs
   * @param {object} [attributes]
   */
  add(op, inputs, attributes = {}) {
    return this.nodes.push({ op, inputs, ...attributes }) - 1;
  }

  /** @param {number[]} shape */
  tensor(shape) {
    const name = `t${this.tensors.size}`;
    this.tensors.set(name, numbers(shape));
    return name;
  }

  /** Maps (freq, time, features) convolved, with a bias and a ReLU. @param {number} x @param {number} inputs @param {number} outputs */
  convolved(x, inputs, outputs, cap = {}) {
    const batch = this.add("expand", [x], { axes: [0] });
    const conv = this.add("conv", [batch, this.tensor([3, 3, inputs, outputs])], { strides: [1, 1], padding: SAME });
    const maps = this.add("squeeze", [conv], { axes: [0] });
    return this.add("relu", [this.add("add", [maps, this.tensor([outputs])])], cap);
  }

  /** @param {number} x */
  pooled(x) {
    return this.add("max_pool", [x], { window: [2, 2, 1], strides: [2, 2, 1], padding: [[0, 0], [0, 0], [0, 0]] }); // prettier-ignore
  }

  /** @param {number} x @param {string} name */
  layer = (x, name) => this.add("tap", [x], { name });

  /** Scores of what is left. @param {number} x @param {number} inputs */
  network(x, inputs) {
    const flat = this.add("reshape", [x], { shape: [inputs] });
    const outputs = this.add("add", [this.add("dot", [flat, this.tensor([inputs, 3])], { axes: [[0], [0]] }), this.tensor([3])]); // prettier-ignore
    return new Network(makeProgram({ shape: PICTURE, nodes: this.nodes, outputs }, this.tensors), this.tensors);
  }
}

/** The paper's kind: convolution, ReLU and pool, one after the other. */
function stack() {
  const lines = new Lines();
  let x = lines.add("expand", [0], { axes: [2] });
  x = lines.layer(lines.pooled(lines.convolved(x, 1, 3)), "one");
  x = lines.layer(lines.convolved(x, 3, 4, { cap: 6 }), "two");
  x = lines.layer(lines.convolved(x, 4, 2), "three");
  return lines.network(x, 3 * 3 * 2);
}

/** Two branches side by side, and a way past the next convolution. */
function branched() {
  const lines = new Lines();
  const x = lines.add("expand", [0], { axes: [2] });
  const one = lines.layer(lines.convolved(x, 1, 3), "one");
  const two = lines.layer(lines.convolved(x, 1, 2), "two");
  const both = lines.layer(lines.add("concat", [one, two], { axis: 2 }), "both");
  const past = lines.add("add", [lines.convolved(both, 5, 5), both]);
  return lines.network(lines.layer(lines.pooled(past), "past"), 3 * 3 * 5);
}

/** A layer that nothing reads. */
function unread() {
  const lines = new Lines();
  const x = lines.add("expand", [0], { axes: [2] });
  lines.layer(lines.convolved(x, 1, 3), "beside");
  return lines.network(lines.layer(lines.convolved(x, 1, 2), "read"), 7 * 6 * 2);
}

await startBackend();

for (const [name, make] of Object.entries({ stack, branched, unread })) {
  test(`${name}: the scores of one feature edited alone are those of the network under that edit`, async () => {
    const network = make();
    const picture = numbers(PICTURE).data;
    /** @type {import("../../js/engine/network/edits.js").Gain[]} */
    const gains = [[1, 1, 0], [2, 0, 1.5]]; // prettier-ignore
    const heard = gains.filter(([layer]) => !network.unread.includes(network.layers[layer - 1].name));
    for (const others of [new Map(), editsFor(network, heard)]) {
      const state = await network.forward(picture, others);
      for (let layer = 1; layer <= network.layers.length; layer++) {
        const { features } = network.layers[layer - 1];
        const edit = { scale: new Float32Array(features).fill(0.25), shift: numbers([features]).data };
        const alone = await network.scoresAlone(state, layer, edit, others);
        assert.deepEqual(alone.shape, [features, 3]);
        for (let feature = 0; feature < features; feature++) {
          const own = others.get(layer) ?? { scale: new Float32Array(features).fill(1), shift: new Float32Array(features) };
          const both = { scale: own.scale.slice(), shift: own.shift.slice() };
          both.scale[feature] = edit.scale[feature];
          both.shift[feature] = edit.shift[feature];
          const whole = network.outputs(await network.forward(picture, new Map(others).set(layer, both)));
          whole.forEach((score, k) => assert.ok(Math.abs(score - alone.data[3 * feature + k]) < 1e-5, `layer ${layer}, feature ${feature}`));
        }
        const [last] = Array.from(await network.scoresAlone(state, layer, edit, others, [features - 1]).then(({ data }) => data));
        assert.equal(last, alone.data[3 * (features - 1)]);
      }
    }
    network.close();
  });
}

test("nothing is left on the heap", async () => {
  const before = heldCount();
  const network = stack();
  const state = await network.forward(numbers(PICTURE).data);
  await network.scoresAlone(state, 1, { scale: new Float32Array(3), shift: network.off(1) });
  const during = async () => {
    throw new Error("stopped");
  };
  await assert.rejects(network.scoresAlone(state, 2, { scale: new Float32Array(4), shift: network.off(2) }, new Map(), [0, 1], during), /stopped/);
  network.close();
  assert.equal(heldCount(), before);
});

test("what is added to a convolution may change from cell to cell, or from row to row", async () => {
  for (const shape of [[...PICTURE, 2], [PICTURE[0], 1, 1], [2], [1]]) {
    const lines = new Lines();
    const batch = lines.add("expand", [0], { axes: [0, 3] });
    const conv = lines.add("conv", [batch, lines.tensor([1, 1, 1, 2])], { strides: [1, 1], padding: [[0, 0], [0, 0]] }); // prettier-ignore
    const maps = lines.add("squeeze", [conv], { axes: [0] });
    const added = lines.tensor(shape);
    const layer = lines.add("tap", [lines.add("relu", [lines.add("add", [maps, added])])], { name: "a" });
    const network = new Network(makeProgram({ shape: PICTURE, nodes: lines.nodes, outputs: layer }, lines.tensors), lines.tensors);
    const { data } = network.maps(await network.forward(new Float32Array(PICTURE[0] * PICTURE[1])), 1);
    const [rows, columns, features] = [1, 1, 1, ...shape].slice(-3);
    const expected = data.map((_, n) => {
      const [row, column, feature] = [Math.floor(n / 2 / PICTURE[1]) % rows, Math.floor(n / 2) % PICTURE[1] % columns, n % 2 % features];
      return Math.max(0, lines.tensors.get(added).data[(row * columns + column) * features + feature]);
    });
    assert.deepEqual([...data], [...expected], `${shape}`);
    network.close();
  }
});
