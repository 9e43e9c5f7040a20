/**
 * What a site made by MyST runs: one panel, as its directive {anywidget} wants it. The module's data stand
 * before it in the same file, as AURALISE. MyST's model only holds what the directive's body says.
 */

/** @import { Store } from "../types.js" */
/** @import { EngineData } from "../host/data.js" */
/** @import { LiveDocument, PageDocument } from "../host/documents.js" */

import { make } from "../base/elements.js";
import { stateOf } from "../host/data.js";
import { PageModel } from "../host/model.js";
import { showView } from "../host/view.js";
import { Engine } from "../host/worker.js";
import { dress } from "../panel/dress.js";
import { mount } from "../panel/panel.js";
import { LiveStore } from "../store/live.js";
import { afterPaint } from "../store/listeners.js";
import { PageStore } from "../store/page.js";
import { speak, word } from "../words/words.js";

/** @typedef {{get: (name: string) => unknown}} Asked */

const ASKS = ["layer", "feature", "rule", "resynthesis", "position", "model", "clip", "start", "mute", "removed"];
const { lang, words, page, elements } = AURALISE;
if (words) speak(lang, words);

/** What a page of its own has in its document. */
const root = {
  /** @param {string} id */
  getElementById: (id) => (id in elements ? /** @type {HTMLElement} */ ({ textContent: elements[id] }) : null),
};

/**
 * @param {LiveDocument} live
 * @returns {Promise<{store: Store, clips: import("../host/links.js").ShippedClip[], start: () => void, close: () => void}>}
 */
async function computing(live) {
  /** @type {EngineData} */
  const data = JSON.parse(elements["auralise-engine"]);
  const engine = new Engine(data, undefined, root);
  const model = new PageModel(1, await stateOf(live, data.models[live.live.model].seconds), engine);
  model.host = { ...model.host, link: () => "" }; // the site's addresses name its headings
  engine.add(1, model, live.live);
  const store = new LiveStore(model);
  const close = () => {
    store.close();
    engine.close();
  };
  return { store, clips: Object.values(data.clips), start: () => engine.start(), close };
}

/** @param {PageDocument | LiveDocument} found */
async function opened(found) {
  if ("live" in found) return computing(found);
  return { store: /** @type {Store} */ (new PageStore(found)), clips: [], start: () => {}, close: () => {} };
}

/**
 * What the directive's body asks for, as a link would.
 * @param {Asked} model
 */
function hashOf(model) {
  const asked = ASKS.map((name) => [name, model.get(name)]).filter(([, value]) => value !== undefined && value !== null);
  return `${new URLSearchParams(asked.map(([name, value]) => [`${name}`, `${value}`]))}`;
}

/**
 * Follow the site's own button for light and dark.
 * @param {HTMLElement} panel
 */
function followTheme(panel) {
  const html = document.documentElement;
  const look = () => (panel.style.colorScheme = ["dark", "light"].find((one) => html.classList.contains(one)) ?? "");
  const watching = new MutationObserver(look);
  watching.observe(html, { attributeFilter: ["class"] });
  look();
  return () => watching.disconnect();
}

/** @param {{model: Asked, el: HTMLElement}} props */
async function render({ model, el }) {
  el.lang = lang;
  dress(el);
  try {
    const { store, clips, start, close } = await opened(page);
    const take = mount(el, store);
    const unfollow = followTheme(/** @type {HTMLElement} */ (el.querySelector(".auralise")));
    showView(store, el, hashOf(model), 1, { panels: 1, clips });
    afterPaint(start);
    return () => {
      unfollow();
      take();
      close();
    };
  } catch (problem) {
    el.append(make("p", "auralise-not-whole", { role: "alert" }, word("page.panel", { why: /** @type {Error} */ (problem).message })));
    return () => {};
  }
}

export default { render };
