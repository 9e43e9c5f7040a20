/**
 * The page of its own: features computed beforehand, read from the document,
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

const unpack = async ({ pixels, sound }) => ({ pixels: await gunzip(fromBase64(pixels)), sound: fromBase64(sound) });

/** A store like the widget's, answered from the page's own features. */
class Bank {
  #state;
  #features;
  #unpacked = new Map();
  #listeners = new Map();
  #asked = 0;
  #complaint = ""; // about a feature; over when another one arrives

  constructor({ facts, layer, feature, rule, source, features }) {
    this.#features = features;
    this.#state = { facts: { ...facts, rules: [rule] }, layer, feature, rule, shown: {}, status: "", error: "" };
    this.#load(source);
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

  #change(values) {
    Object.assign(this.#state, values);
    for (const name of Object.keys(values)) for (const callback of this.#listeners.get(name) ?? []) callback();
  }

  async #load(source) {
    try {
      const { pixels, sound } = await unpack(source);
      this.#change({ source_pixels: pixels, source_sound: sound });
    } catch (problem) {
      this.#change({ error: `The source in this page cannot be read: ${problem.message}` });
    }
  }

  /** Show the feature that is asked for now; an answer that comes after a newer question is dropped. */
  async #choose() {
    const question = ++this.#asked;
    await null; // layer and feature may both be changing
    const key = `${this.#state.layer}/${this.#state.feature}`;
    if (question !== this.#asked || !(key in this.#features)) return;
    try {
      const { pixels, sound } = await this.#fetch(key);
      if (question !== this.#asked) return;
      const error = this.#state.error === this.#complaint ? "" : this.#state.error;
      this.#change({ feature_pixels: pixels, feature_sound: sound, shown: this.#features[key].shown, error });
    } catch (problem) {
      this.#unpacked.delete(key);
      if (question !== this.#asked) return;
      this.#complaint = `Feature ${key.replace("/", "-")} in this page cannot be read: ${problem.message}`;
      this.#change({ error: this.#complaint });
    }
  }

  #fetch(key) {
    const found = this.#unpacked.get(key) ?? unpack(this.#features[key]);
    this.#unpacked.delete(key);
    this.#unpacked.set(key, found); // the latest stands last
    if (this.#unpacked.size > KEPT) this.#unpacked.delete(this.#unpacked.keys().next().value);
    return found;
  }
}

const host = document.getElementById("auralise-explorer");
const bank = new Bank(JSON.parse(document.getElementById("auralise-page").textContent));
mount(host, bank);

/* On a page of its own the panel's keys work before anything has been clicked. */
document.addEventListener("keydown", (event) => {
  if (event.target !== document.body) return;
  const panel = host.querySelector(".auralise");
  panel.focus({ preventScroll: true });
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
  const copy = new KeyboardEvent("keydown", { key, shiftKey, ctrlKey, metaKey, altKey, cancelable: true });
  if (!panel.dispatchEvent(copy)) event.preventDefault();
});
