// One sound at a time, and the arrow keys go from feature to feature.
const sounds = [...document.querySelectorAll("audio")];
for (const sound of sounds) {
  sound.addEventListener("play", () => {
    for (const other of sounds) if (other !== sound) other.pause();
  });
  sound.addEventListener("playing", () => follow(sound, sound.parentElement.querySelector("svg")));
}
addEventListener("pagehide", () => sounds.forEach((sound) => sound.pause()));
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target !== document.body) return; // a player's arrows are its own
  const relation = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  document.querySelector(`a[rel="${relation}"]`)?.click();
});
