/**
 * The page of its own: panels whose features were computed beforehand, read from the document,
 * unpacked when asked for. No kernel, no network.
 */

const KEPT = 48; // unpacked features that are remembered

const fromBase64 = (text) => Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

async function gunzip(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new Error("its data are damaged"); // the browser's own words speak of fetching
  }
}

const unpack = async ({ pixels, sound, shown }) => ({ pixels: await gunzip(fromBase64(pixels)), sound: fromBase64(sound), shown });
const unpackAll = (items) => Promise.all(items.map(unpack));

/** A store like the widget's, answered from the page's own features. */
class PageStore {
  #state;
  #document;
  #current = null;
  #sources = null;
  #unpacked = new Map();
  #listeners = new Map();
  #asked = 0;
  #complaint = ""; // about a feature; over when another one arrives

  constructor(document) {
    const { facts, asked } = document;
    this.#document = document;
    this.#state = { facts, ...asked, status: "", error: "" };
    this.#load(document.sources);
    this.#choose();
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    this.#change({ [name]: value });
    if (name === "layer" || name === "feature") this.#choose();
  }

  on(name, callback) {
    const heard = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, heard.add(callback));
    return () => heard.delete(callback);
  }

  current() {
    return this.#current;
  }

  sources() {
    return this.#sources;
  }

  bank() {
    const { layer } = this.#state;
    const survey = this.#document.surveys[layer];
    if (!survey) return null;
    const picture = async (k) => (await this.#fetch(`${layer}/${k}`))[0].pixels;
    return { survey, control: this.#document.controls[layer][0], picture };
  }

  attributes() {
    const { layer, facts } = this.#state;
    const found = facts.attributes?.layers?.[layer];
    return found ? { ...found, values: Float32Array.from(found.values.flat(), (x) => x ?? NaN) } : null;
  }

  #emit(name) {
    for (const callback of this.#listeners.get(name) ?? []) callback();
  }

  #change(values) {
    Object.assign(this.#state, values);
    for (const name of Object.keys(values)) this.#emit(name);
  }

  async #load(sources) {
    try {
      this.#sources = await unpackAll(sources);
      this.#emit("sources");
    } catch (problem) {
      this.#change({ error: `The source in this page cannot be read: ${problem.message}` });
    }
  }

  /** Show the feature that is asked for now; an answer that comes after a newer question is dropped. */
  async #choose() {
    const question = ++this.#asked;
    await null; // layer and feature may both be changing
    const asked = askedOf(this);
    const key = `${asked.layer}/${asked.feature}`;
    if (question !== this.#asked || !(key in this.#document.features)) return;
    try {
      const takes = await this.#fetch(key);
      if (question !== this.#asked) return;
      this.#current = { ...asked, takes };
      if (this.#complaint && this.#state.error === this.#complaint) this.#change({ error: "" });
      this.#emit("current");
    } catch (problem) {
      this.#unpacked.delete(key);
      if (question !== this.#asked) return;
      this.#complaint = `Feature ${key.replace("/", "-")} in this page cannot be read: ${problem.message}`;
      this.#change({ error: this.#complaint });
    }
  }

  #fetch(key) {
    const found = this.#unpacked.get(key) ?? unpackAll(this.#document.features[key]);
    this.#unpacked.delete(key);
    this.#unpacked.set(key, found); // the latest stands last
    if (this.#unpacked.size > KEPT) this.#unpacked.delete(this.#unpacked.keys().next().value);
    return found;
  }
}

const hosts = [...document.querySelectorAll(".auralise-host")];
const documents = JSON.parse(document.getElementById("auralise-page").textContent);
documents.forEach((told, i) => mount(hosts[i], new PageStore(told)));

/* On a page of its own the keys of its one panel, or of the one used last, work before anything has been clicked. */
document.addEventListener("keydown", (event) => {
  if (event.target !== document.body || !hosts.length || /^(Tab|Shift|Control|Alt|Meta)/.test(event.key)) return;
  const panel = hosts[0].querySelector(".auralise");
  if (hosts.length > 1) return;
  panel.focus({ preventScroll: true });
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
  const copy = new KeyboardEvent("keydown", { key, shiftKey, ctrlKey, metaKey, altKey, cancelable: true });
  if (!panel.dispatchEvent(copy)) event.preventDefault();
});
