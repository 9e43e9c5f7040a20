/** What a feature's page in an atlas runs: one sound at a time; the arrow keys go from feature to feature. */

import { follow } from "../atlas/playhead.js";

const sounds = [...document.querySelectorAll("audio")];
for (const sound of sounds) {
  sound.addEventListener("play", () => {
    for (const other of sounds) if (other !== sound) other.pause();
  });
  sound.addEventListener("playing", () => follow(sound, sound.parentElement?.querySelector("svg")));
}
addEventListener("pagehide", () => sounds.forEach((sound) => sound.pause()));
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target !== document.body) return; // a player's arrows are its own
  const relation = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  /** @type {HTMLElement | null} */ (document.querySelector(`a[rel="${relation}"]`))?.click();
});
