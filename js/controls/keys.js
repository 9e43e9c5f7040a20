/** The key list, a dialog of its own. */

import { make } from "../base/elements.js";

/** Keys, what they do, and what that needs of the panel. */
const KEYS = [
  ["Space", "play, pause"],
  ["\u2190  \u2192", "feature"],
  ["P   N", "previous, next interesting feature"],
  ["Shift + \u2190  \u2192", "layer", "layers"],
  ["M", "mute this feature, bring it back", "mute"],
  ["A   B", "hear this row", "decks"],
  ["C   Shift + C", "row C, the same with random weights; away again", "control"],
  ["L", "loop"],
  ["[   ]   \\", "loop from here, to here, all"],
  ["+   \u2212   0", "zoom time in, out, all"],
  ["S", "from the start of the clip, or where most is going on", "places"],
  ["T", "the next place in the song where the feature is strongest", "places"],
  ["W", "layer wall"],
  ["Home", "to the start"],
  ["?", "these keys"],
];
const MOUSE =
  "Drag on a picture: seek. Shift + drag, or drag on the time axis: loop region. " +
  "Ctrl + wheel: zoom time; over the frequency axis: zoom frequency.";

export function keyList() {
  const rows = KEYS.map(([keys, what, needs = ""]) => make("div", "", { "data-needs": needs }, make("dt", "", {}, keys), make("dd", "", {}, what)));
  const close = make("button", "auralise-plain", { type: "button" }, "Close");
  const mouse = make("p", "auralise-quiet", {}, MOUSE);
  const dialog = make("dialog", "auralise-keys", { "aria-label": "Keys" }, make("dl", "", {}, ...rows), mouse, close);
  close.addEventListener("click", () => dialog.close());
  return dialog;
}

/**
 * List the keys that do something here.
 * @param {HTMLDialogElement} dialog
 * @param {string[]} decks
 * @param {{layers: boolean, places: boolean, control: boolean, mute: boolean}} there whether there are other layers to go to, other places in the clip, a row C, and muting
 */
export function showKeys(dialog, decks, there) {
  /** @param {string} needs */
  const rows = (needs) => /** @type {HTMLElement[]} */ ([...dialog.querySelectorAll(`[data-needs=${needs}]`)]);
  for (const needs of /** @type {const} */ (["layers", "places", "control", "mute"])) for (const row of rows(needs)) row.hidden = !there[needs];
  rows("decks")[0].children[0].textContent = decks.map((deck) => deck.toUpperCase()).join("   ");
}
