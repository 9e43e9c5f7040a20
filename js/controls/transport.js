/** The transport: play, the time, which row is heard, loop, volume; the level, and what can be taken along. */

import { button, icon, make } from "../base/elements.js";
import { word } from "../words/words.js";

export function transport() {
  const play = make("button", "auralise-play", { type: "button", "aria-label": word("play"), title: word("play.tip") }, icon("play"), icon("pause"));
  const time = make("span", "auralise-time");
  const heard = make("div", "auralise-switch", { role: "radiogroup", "aria-label": word("heard") });
  const leave = button(word("control.leave.tip"), { text: "\u00d7", className: "auralise-leave", "aria-label": word("control.leave") });
  const loopText = document.createTextNode(word("loop"));
  const loop = make("button", "auralise-plain auralise-loop", { type: "button", "aria-pressed": "true" }, icon("loop"), loopText);
  const volume = make("input", "", { type: "range", min: "0", max: "1", step: "0.01", value: "0.5", "aria-label": word("volume") });
  const volumes = make("span", "auralise-volume", { title: word("volume") }, icon("volume"), volume);
  const level = make("span", "auralise-level");
  const copy = button(word("copy"), { picture: "link", className: "auralise-icon" });
  const saveSound = button(word("save.sound"), { picture: "save", text: "WAV", className: "auralise-save" });
  const savePicture = button(word("save.picture"), { picture: "save", text: "PNG", className: "auralise-save" });
  const help = button(word("keys.tip"), { text: "?", className: "auralise-help", "aria-label": word("keys") });
  const taking = make("span", "auralise-group", { role: "group", "aria-label": word("take") }, saveSound, savePicture, copy, help);
  const rest = make("span", "auralise-rest", {}, make("span", "auralise-said", {}, level), taking);
  const root = make("div", "auralise-row", {}, play, time, heard, loop, volumes, rest);
  return { root, play, time, heard, leave, loop, loopText, volume, level, copy, saveSound, savePicture, help };
}
