/** The key list, a dialog of its own. */

import { make } from "../base/elements.js";
import { word } from "../words/words.js";

const EDGE = 12; // px that stay free above the list

/** [keys, what they do, what has to be there]; brackets need AltGr or Option on many keyboards, the letters beside them nothing. */
const keys = () => [
  [word("key.space"), word("keys.play")],
  ["\u2190  \u2192", word("keys.feature")],
  ["P   N", word("keys.interesting")],
  [`${word("key.shift")} + \u2190  \u2192`, word("keys.layer"), "layers"],
  ["M", word("keys.mute"), "mute"],
  ["K", word("keys.mark"), "marks"],
  ["A   B", word("keys.decks"), "decks"],
  [`C   ${word("key.shift")} + C`, word("keys.control"), "control"],
  ["L", word("keys.loop")],
  [`I   O   X   ${word("or")}   [   ]   \\`, word("keys.region")],
  ["+   \u2212   0", word("keys.zoom")],
  ["S", word("keys.start"), "places"],
  ["T", word("keys.strongest"), "places"],
  ["W", word("keys.wall")],
  [word("key.home"), word("keys.home")],
  ["?", word("keys.help")],
];

export function keyList() {
  const rows = keys().map(([names, what, needs = ""]) => make("div", "", { "data-needs": needs }, make("dt", "", {}, names), make("dd", "", {}, what)));
  const close = make("button", "auralise-plain", { type: "button" }, word("close"));
  const mouse = make("p", "auralise-quiet", {}, word("keys.mouse"));
  const dialog = make("dialog", "auralise-keys", { "aria-label": word("keys") }, make("dl", "", {}, ...rows), mouse, close);
  close.addEventListener("click", () => dialog.close());
  return dialog;
}

/**
 * Show the list where the reader is. In a frame as high as what is in it, the middle may be far out of sight.
 * @param {HTMLDialogElement} dialog
 */
export function openKeys(dialog) {
  dialog.style.removeProperty("margin-top");
  dialog.showModal();
  if (innerHeight <= screen.height) return;
  new IntersectionObserver(([{ intersectionRect: seen }], observer) => {
    observer.disconnect();
    dialog.style.marginTop = `${seen.top + Math.max(EDGE, (seen.height - dialog.offsetHeight) / 2)}px`;
  }).observe(document.documentElement);
}

/**
 * List the keys that do something here.
 * @param {HTMLDialogElement} dialog
 * @param {string[]} decks
 * @param {{layers: boolean, places: boolean, control: boolean, mute: boolean, marks: boolean}} there whether there are other layers to go to, other places in the clip, a row C, muting and marks
 */
export function showKeys(dialog, decks, there) {
  /** @param {string} needs */
  const rows = (needs) => /** @type {HTMLElement[]} */ ([...dialog.querySelectorAll(`[data-needs=${needs}]`)]);
  for (const needs of /** @type {const} */ (["layers", "places", "control", "mute", "marks"])) for (const row of rows(needs)) row.hidden = !there[needs];
  rows("decks")[0].children[0].textContent = decks.map((deck) => deck.toUpperCase()).join("   ");
}
