/** View and method: the wall's button, how features are projected, how the pictures look, zoom. */

/** @import { Select } from "../base/elements.js" */

import { button, labelledSelect, make, optionsOf } from "../base/elements.js";
import { MAPS } from "../picture/colours.js";

const RANGES = [40, 60, 80, 100];
const none = () => {};

/** @param {string} id */
export function viewRow(id) {
  const wall = button("Layer wall: all features of the layer (W)", { picture: "wall", text: "Wall", "aria-pressed": "false" });
  const part = button("Take a band or a stretch of time out of the source: drag on a picture, or give numbers", { text: "Mute part", "aria-pressed": "false", hidden: true });
  const method = {
    rule: labelledSelect("Rule", `${id}-rule`, [], none, "what ReLU does on the way back: deconvnet is the paper's"),
    resynthesis: labelledSelect("Resynthesis", `${id}-resynthesis`, [], none, "phase: the paper's; mask: the authors' 2015 code"),
    position: labelledSelect("Activations", `${id}-position`, [], none, "project the feature's whole map, or its strongest position only"),
  };
  const order = labelledSelect("Ranking", `${id}-by`, [], none, "which features come first, for P and N, the wall and the ranks: the most interesting, or those that speak most for the class that the network predicts");
  const loudness = labelledSelect("Level", `${id}-level`, [["match", "matched"], ["raw", "raw"]], none, "matched: every feature is as loud as the source; raw: as loud as it is");
  const scale = labelledSelect("Axis", `${id}-scale`, optionsOf(["linear", "log", "mel"]), none, "frequency axis");
  const range = labelledSelect("Range", `${id}-range`, RANGES.map((db) => [`${db}`, `\u2212${db} dB`]), none, "what the colours span, relative to the peak of the source");
  range.select.value = "80";
  const map = labelledSelect("Colours", `${id}-map`, optionsOf(Object.keys(MAPS)), none);
  const zooms = /** @type {const} */ (["time", "frequency"]).flatMap((axis) => [zoom(axis, "out", "\u2212", -1), zoom(axis, "in", "+", 1)]);
  const whole = button("Show the whole picture", { text: "all", className: "auralise-icon auralise-whole" });
  const [outer, inner, lower, upper] = zooms.map((one) => one.node);
  /** @param {string} text */
  const word = (text) => make("span", "auralise-word", {}, text);
  const zoomGroup = make("span", "auralise-group", { role: "group", "aria-label": "Zoom" }, word("Time"), outer, inner, word("Freq."), lower, upper, whole);
  /** @param {Select[]} selects */
  const roots = (...selects) => selects.map(({ root }) => root);
  const root = make("div", "auralise-row auralise-view", {}, wall, part, ...roots(method.rule, method.resynthesis, method.position), ...roots(order, loudness, scale, range, map), zoomGroup);
  return { root, wall, part, method, order, loudness, scale, range, map, zooms, whole };
}

/**
 * @param {"time" | "frequency"} axis
 * @param {string} way
 * @param {string} text
 * @param {number} step
 */
function zoom(axis, way, text, step) {
  const node = button(`Zoom ${axis} ${way}`, { className: "auralise-icon" });
  node.textContent = text;
  Object.assign(node.dataset, { axis, step });
  return { node, axis, step };
}
