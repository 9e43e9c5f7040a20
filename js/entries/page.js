/** What a page of its own runs: the panels that stand in the document, each in its host. */

import { mount } from "../panel/panel.js";
import { PageStore } from "../store/page.js";

const hosts = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".auralise-host")]);
/** @type {import("../store/page.js").PageDocument[]} */
const documents = JSON.parse(document.getElementById("auralise-page")?.textContent ?? "[]");
documents.forEach((page, i) => mount(hosts[i], new PageStore(page)));

/* Where a page has one panel, that panel's keys work before anything has been clicked. */
document.addEventListener("keydown", (event) => {
  if (event.target !== document.body || hosts.length !== 1 || /^(Tab|Shift|Control|Alt|Meta)/.test(event.key)) return;
  const panel = /** @type {HTMLElement} */ (hosts[0].querySelector(".auralise"));
  panel.focus({ preventScroll: true });
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
  const copy = new KeyboardEvent("keydown", { key, shiftKey, ctrlKey, metaKey, altKey, cancelable: true });
  if (!panel.dispatchEvent(copy)) event.preventDefault();
});
