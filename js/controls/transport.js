/** The transport: play, the time, which row is heard, loop, volume; the level, the wall, and the door to the other controls. */

import { button, icon, make } from "../base/elements.js";
import { word } from "../words/words.js";

/** @param {string} id of the panel */
export function transport(id) {
  const play = make("button", "auralise-play", { type: "button", "aria-label": word("play"), title: word("play.tip") }, icon("play"), icon("pause"));
  const time = make("span", "auralise-time");
  const heard = make("div", "auralise-switch", { role: "radiogroup", "aria-label": word("heard") });
  const leave = button(word("control.leave.tip"), { text: "\u00d7", className: "auralise-leave", "aria-label": word("control.leave") });
  const loopText = document.createTextNode(word("loop"));
  const loop = make("button", "auralise-plain auralise-loop", { type: "button", "aria-pressed": "true" }, icon("loop"), loopText);
  const volume = make("input", "", { type: "range", min: "0", max: "1", step: "0.01", value: "0.5", "aria-label": word("volume") });
  const volumes = make("span", "auralise-volume", { title: word("volume") }, icon("volume"), volume);
  const level = make("span", "auralise-level");
  const wall = button(word("wall.tip"), { picture: "wall", text: word("wall"), "aria-pressed": "false" });
  const more = button(word("more.tip"), { text: word("more"), className: "auralise-more", "aria-expanded": "false", "aria-controls": `${id}-more` });
  const help = button(word("keys.tip"), { text: "?", className: "auralise-help", "aria-label": word("keys") });
  const doors = make("span", "auralise-doors", {}, wall, more, help);
  const rest = make("span", "auralise-rest", {}, make("span", "auralise-said", {}, level), doors);
  const root = make("div", "auralise-row", {}, play, time, heard, loop, volumes, rest);
  return { root, play, time, heard, leave, loop, loopText, volume, level, wall, more, help };
}
