/**
 * What a page of its own runs: the panels that stand in the document, each in its host. Those that were
 * computed beforehand need nothing else; those that compute share one worker. A page without such panels
 * is given a bundle without what they need: the build says by COMPUTES which it makes.
 */

/** @import { Store } from "../types.js" */
/** @import { LiveDocument, PageDocument } from "../host/documents.js" */

import { make } from "../base/elements.js";
import { apiOf } from "../host/api.js";
import { NOT_WHOLE, readPage, stateOf } from "../host/data.js";
import { PageModel } from "../host/model.js";
import { showView } from "../host/view.js";
import { Engine } from "../host/worker.js";
import { mount } from "../panel/panel.js";
import { afterPaint } from "../store/listeners.js";
import { LiveStore } from "../store/live.js";
import { PageStore } from "../store/page.js";
import { speak, translated, word } from "../words/words.js";

const { lang } = document.documentElement;
const column = document.getElementById("auralise-words")?.textContent;
if (column) speak(lang, JSON.parse(column));

const hosts = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".auralise-host")]);
const { documents, engine: data, whole } = readPage();
const engine = COMPUTES ? new Engine(data) : null;
/** @type {(Store | null)[]} */
const stores = [];

/**
 * @param {LiveDocument} page
 * @param {number} number
 */
async function liveStore(page, number) {
  if (!engine) throw new Error(word("page.computes"));
  const model = new PageModel(number, await stateOf(page, data?.models?.[page.live.model]?.seconds ?? page.state.facts.duration), engine);
  engine.add(number, model, page.live);
  return new LiveStore(model);
}

/** @param {string} words */
function complain(words) {
  const place = document.querySelector("main") ?? document.body;
  place.prepend(make("p", "auralise-not-whole", { role: "alert" }, words));
}

/**
 * @param {PageDocument | LiveDocument} page
 * @param {number} i
 */
async function show(page, i) {
  if (!hosts[i]) return;
  try {
    const store = COMPUTES && "live" in page ? await liveStore(page, i + 1) : new PageStore(/** @type {PageDocument} */ (page));
    mount(hosts[i], store);
    stores[i] = store;
  } catch (problem) {
    const said = word("page.panel", { why: /** @type {Error} */ (problem).message });
    hosts[i].append(make("p", "auralise-not-whole", { role: "alert" }, "DecompressionStream" in globalThis ? `${said} ${translated(NOT_WHOLE)}` : said));
  }
}

/** Show what the page's address asks for. */
function follow() {
  const clips = Object.values(data?.clips ?? {});
  stores.forEach((store, i) => {
    const named = store && showView(store, hosts[i], location.hash, i + 1, { panels: hosts.length, clips });
    if (named) hosts[i].scrollIntoView({ block: "start" });
  });
}

if (!whole) complain(translated(NOT_WHOLE));
const first = documents.findIndex((one) => "live" in one);
if (COMPUTES && engine && first >= 0) Object.assign(globalThis, { auralise: apiOf(engine, first + 1) });
await Promise.all(documents.map(show));
follow();
addEventListener("hashchange", follow);

/* A page with one panel and no heading to be seen is called what its panel shows. */
const unseen = document.querySelector("main > h1.auralise-unseen");
const [alone] = stores;
if (unseen && alone && stores.length === 1) {
  alone.on("facts", () => {
    unseen.textContent = document.title = alone.get("facts")?.title ?? document.title;
  });
}
if (engine && first >= 0) afterPaint(() => engine.start());

/* Where a page has one panel, that panel's keys work before anything has been clicked. */
document.addEventListener("keydown", (event) => {
  if (event.target !== document.body || hosts.length !== 1 || /^(Tab|Shift|Control|Alt|Meta)/.test(event.key)) return;
  const panel = /** @type {HTMLElement | null} */ (hosts[0].querySelector(".auralise"));
  if (!panel) return;
  panel.focus({ preventScroll: true });
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
  const copy = new KeyboardEvent("keydown", { key, shiftKey, ctrlKey, metaKey, altKey, cancelable: true });
  if (!panel.dispatchEvent(copy)) event.preventDefault();
});
