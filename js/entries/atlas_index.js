/** What the first page of an atlas runs: search and sort the features that are there, and hear them. */

import { Auditioning } from "../atlas/auditioning.js";
import { comparedBy, fits } from "../atlas/finding.js";

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const list = byId("features");
const cards = /** @type {HTMLElement[]} */ ([...list.children]);
const words = /** @type {HTMLInputElement} */ (byId("words"));
const [layer, order] = ["layer", "order"].map((id) => /** @type {HTMLSelectElement} */ (byId(id)));
const auditioning = new Auditioning(cards, /** @type {HTMLInputElement} */ (byId("sound")), byId("said"));

function show() {
  let count = 0;
  for (const card of cards) {
    card.hidden = !fits(card.dataset, words.value, layer.value);
    if (!card.hidden) count += 1;
  }
  byId("found").textContent = `${count} ${count === 1 ? "feature" : "features"}`;
  auditioning.stopHidden();
}

function sort() {
  const compare = comparedBy(order.value);
  cards.sort((one, other) => compare(one.dataset, other.dataset));
  list.append(...cards);
}

words.addEventListener("input", show);
layer.addEventListener("change", show);
order.addEventListener("change", sort);
// The browser may bring back what was asked before.
sort();
show();
