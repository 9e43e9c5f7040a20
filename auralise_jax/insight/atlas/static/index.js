// Search and sort the features that are there.
const list = document.getElementById("features");
const cards = [...list.children];
const [words, layer, order] = ["words", "layer", "order"].map((id) => document.getElementById(id));
const found = document.getElementById("found");

function show() {
  const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const card of cards) {
    const { words: text, layer: number } = card.dataset;
    const name = text.split(" ", 1)[0];
    // A number such as 3-1 means that feature, not 3-10 to 3-19 as well.
    const fits = asked.every((one) => (/^\d+-\d+$/.test(one) ? name === one : text.includes(one)));
    card.hidden = !fits || (layer.value !== "" && layer.value !== number);
    count += !card.hidden;
  }
  found.textContent = `${count} ${count === 1 ? "feature" : "features"}`;
  if (playing?.hidden) stop();
}

function sort() {
  const by = order.value;
  const sign = by === "place" ? 1 : -1;
  cards.sort((a, b) => sign * (a.dataset[by] - b.dataset[by]) || a.dataset.place - b.dataset.place);
  list.append(...cards);
}

// What the pointer or the keyboard is at plays: one sound, one player.
const player = new Audio();
const sound = document.getElementById("sound");
const said = document.getElementById("said");
const REST = 90; // ms: a pointer on its way elsewhere starts nothing
let playing = null;
let waiting = 0;

function stop() {
  clearTimeout(waiting);
  player.pause();
  playing?.classList.remove("playing");
  playing = null;
}

async function play(card) {
  stop();
  if (!sound.checked || !card.dataset.sound) return;
  playing = card;
  player.src = `data:audio/ogg;base64,${card.dataset.sound}`;
  try {
    await player.play();
  } catch (error) {
    if (error.name === "AbortError" || playing !== card) return; // another one was asked for
    said.textContent =
      error.name === "NotAllowedError"
        ? "Browsers play no sound before a first click or key: click anywhere on this page."
        : "This browser cannot play Ogg Vorbis sound.";
    return;
  }
  said.textContent = "";
  if (playing !== card) return;
  card.classList.add("playing");
  follow(player, card);
}

for (const card of cards) {
  card.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "touch") return; // a tap opens the feature
    clearTimeout(waiting);
    waiting = setTimeout(() => play(card), REST);
  });
  card.addEventListener("pointerleave", stop);
  card.addEventListener("focusin", () => play(card));
  card.addEventListener("focusout", stop);
}
player.addEventListener("ended", stop);
sound.addEventListener("change", stop);
addEventListener("pagehide", stop);
document.addEventListener("visibilitychange", stop);
document.addEventListener("keydown", (event) => event.key === "Escape" && stop());
// The first click or key lets sound through: what was asked for is played then.
for (const kind of ["pointerup", "keyup"]) {
  addEventListener(kind, () => said.textContent && playing && play(playing));
}

words.addEventListener("input", show);
layer.addEventListener("change", show);
order.addEventListener("change", sort);
// The browser may bring back what was asked before.
sort();
show();
