/** Through which operations something comes back. */

/** @typedef {import("./program.js").Node} Node */

/** Operations of one array, or of two, that are linear in what depends on the picture. */
const LINEAR = ["add", "broadcast", "cast", "concat", "conv", "div", "dot", "expand", "max", "max_pool", "mul", "neg", "pad", "relu", "reshape"];
LINEAR.push("reverse", "slice", "squeeze", "sub", "sum", "sum_pool", "take", "tap", "transpose", "where");

/**
 * Why nothing comes back through a node; "" if something does.
 *
 * @param {Node[]} nodes
 * @param {number} at
 */
export function whyNot(nodes, at) {
  const { op, inputs } = nodes[at];
  const where = `node ${at} (${op})`;
  if (!LINEAR.includes(op)) return `${where} is neither linear nor a ReLU or max-pool, so that no rule says what comes back`;
  const flowing = inputs.map((input) => typeof input === "number" && nodes[input].depends);
  if (["mul", "dot", "conv"].includes(op) && flowing.every(Boolean)) return `${where} multiplies two values that both depend on the picture, so that no rule says what comes back`;
  if ((op === "div" || op === "conv") && flowing[1]) return `${where} has a divisor or a kernel that depends on the picture, so that no rule says what comes back`;
  return "";
}
