/** The transport: play, the time, which row is heard, loop, volume; the level, and what can be taken along. */

import { button, icon, make } from "../base/elements.js";

export function transport() {
  const play = make("button", "auralise-play", { type: "button", "aria-label": "Play" }, icon("play"), icon("pause"));
  const time = make("span", "auralise-time");
  const heard = make("div", "auralise-switch", { role: "radiogroup", "aria-label": "Heard" });
  const leave = button("Take row C away (Shift + C)", { text: "\u00d7", className: "auralise-leave", "aria-label": "Take row C away" });
  const loopText = document.createTextNode("Loop");
  const loop = make("button", "auralise-plain auralise-loop", { type: "button", "aria-pressed": "true" }, icon("loop"), loopText);
  const volume = make("input", "", { type: "range", min: "0", max: "1", step: "0.01", value: "0.5", "aria-label": "Volume" });
  const volumes = make("span", "auralise-volume", { title: "Volume" }, icon("volume"), volume);
  const level = make("span", "auralise-level");
  const copy = button("Copy the address of this view", { picture: "link", className: "auralise-icon" });
  const saveSound = button("Save what is heard as WAV", { picture: "save", text: "WAV", className: "auralise-save" });
  const savePicture = button("Save the pictures as PNG", { picture: "save", text: "PNG", className: "auralise-save" });
  const help = button("Keys (?)", { text: "?", className: "auralise-help", "aria-label": "Keys" });
  const taking = make("span", "auralise-group", { role: "group", "aria-label": "Take along" }, saveSound, savePicture, copy, help);
  const rest = make("span", "auralise-rest", {}, make("span", "auralise-said", {}, level), taking);
  const root = make("div", "auralise-row", {}, play, time, heard, loop, volumes, rest);
  return { root, play, time, heard, leave, loop, loopText, volume, level, copy, saveSound, savePicture, help };
}
