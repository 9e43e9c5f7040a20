/** What a beginner can do without: muting, how features are projected, how the pictures look, zoom, saving. */

/** @import { Select } from "../base/elements.js" */

import { button, labelledSelect, make } from "../base/elements.js";
import { MAPS } from "../picture/colours.js";
import { translated, word } from "../words/words.js";

const RANGES = [40, 60, 80, 100];
const none = () => {};

/** @param {string} id */
export function viewRow(id) {
  const mute = button(word("mute.tip"), { text: word("mute"), className: "auralise-mute", "aria-pressed": "false", hidden: true });
  const part = button(word("part.tip"), { text: word("part"), "aria-pressed": "false", hidden: true });
  const method = {
    rule: labelledSelect(word("rule"), `${id}-rule`, [], none, word("rule.tip")),
    resynthesis: labelledSelect(word("resynthesis"), `${id}-resynthesis`, [], none, word("resynthesis.tip")),
    position: labelledSelect(word("position"), `${id}-position`, [], none, word("position.tip")),
  };
  const order = labelledSelect(word("order"), `${id}-by`, [], none, word("order.tip"));
  const loudness = labelledSelect(word("level"), `${id}-level`, [["match", word("level.matched")], ["raw", word("level.raw")]], none, word("level.tip"));
  const scale = labelledSelect(word("scale"), `${id}-scale`, [["linear", word("scale.linear")], ["log", word("scale.log")], ["mel", word("scale.mel")]], none, word("scale.tip"));
  const range = labelledSelect(word("range"), `${id}-range`, RANGES.map((db) => [`${db}`, `\u2212${db} dB`]), none, word("range.tip"));
  range.select.value = "80";
  const map = labelledSelect(word("colours"), `${id}-map`, Object.keys(MAPS).map((name) => [name, translated(name)]), none);
  const zooms = [
    zoom("time", word("zoom.time.out"), "\u2212", -1),
    zoom("time", word("zoom.time.in"), "+", 1),
    zoom("frequency", word("zoom.frequency.out"), "\u2212", -1),
    zoom("frequency", word("zoom.frequency.in"), "+", 1),
  ];
  const whole = button(word("zoom.all.tip"), { text: word("zoom.all"), className: "auralise-icon auralise-whole" });
  const [outer, inner, lower, upper] = zooms.map((one) => one.node);
  /** @param {string} text */
  const caption = (text) => make("span", "auralise-word", {}, text);
  const zoomGroup = make("span", "auralise-group", { role: "group", "aria-label": word("zoom") }, caption(word("zoom.time")), outer, inner, caption(word("zoom.frequency")), lower, upper, whole);
  const copy = button(word("copy"), { picture: "link", className: "auralise-icon" });
  const saveSound = button(word("save.sound"), { picture: "save", text: "WAV", className: "auralise-save" });
  const savePicture = button(word("save.picture"), { picture: "save", text: "PNG", className: "auralise-save" });
  const taking = make("span", "auralise-group", { role: "group", "aria-label": word("take") }, saveSound, savePicture, copy);
  /** @param {Select[]} selects */
  const roots = (...selects) => selects.map(({ root }) => root);
  const all = [mute, part, ...roots(method.rule, method.resynthesis, method.position), ...roots(order, loudness, scale, range, map), zoomGroup, taking];
  const root = make("div", "auralise-row auralise-view", { id: `${id}-more`, role: "group", "aria-label": word("more.label") }, ...all);
  return { root, mute, part, method, order, loudness, scale, range, map, zooms, whole, zoomGroup, copy, saveSound, savePicture };
}

/**
 * @param {"time" | "frequency"} axis
 * @param {string} label
 * @param {string} text
 * @param {number} step
 */
function zoom(axis, label, text, step) {
  const node = button(label, { className: "auralise-icon" });
  node.textContent = text;
  Object.assign(node.dataset, { axis, step });
  return { node, axis, step };
}
