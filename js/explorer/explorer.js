/**
 * The explorer of a page that computes: what `Explorer` is in Python. It has the same traits, takes the
 * same messages and answers each of them; `auralise_jax/widgets/panel.py` and `timeline.py` list them.
 *
 * What the page asks for is in the traits, what is shown in `chosen`. A page may ask faster than a
 * network hears: the latest wish counts.
 */

/** @import { Message } from "./door.js" */
/** @import { Room } from "./room.js" */
/** @import { Song } from "./songs.js" */
/** @import { Chosen, LiveDoc, Model, ModelDoc, Settings, Variant } from "./types.js" */

import { LayerWork } from "./bank.js";
import { CHOSEN, checkChanges } from "./checks.js";
import { whyNoRow } from "./control_row.js";
import { Effects } from "./effects.js";
import { handlersOf } from "./handlers.js";
import { receive, wordsOf } from "./inbox.js";
import { gainsOf, LayerNumbers, stillMuted } from "./muting.js";
import { mutingFacts, panelFacts, songFacts } from "./panel_facts.js";
import { shownOf, sourceOf, strongest } from "./showing.js";
import { freeName } from "./songs.js";
import { Timeline } from "./timeline.js";
import { Traits } from "./traits.js";

/** @param {Chosen} chosen */
const windowOf = ({ model, clip, start, removed }) => JSON.stringify([model, clip, start, removed]);

export class PageExplorer {
  /** @type {Chosen | null} shown now; the traits may ask for another */
  chosen = null;
  /** @type {Variant[]} under what is muted; then row C, if it is shown */
  variants = [];
  /** @type {string[]} what was muted, and is not there under another model or clip */
  lost = [];
  revision = 0;
  /** @type {Promise<void>} */
  #opening;
  #handlers = handlersOf(this);
  #wish = 0;
  /** @type {WeakMap<Variant, number>} */
  #numbers = new WeakMap();
  #next = 0;
  #first; // what is asked for before anything is shown
  #layers = new LayerNumbers(() => (this.#next += 1));

  /**
   * @param {Room} room what the panels of a page share
   * @param {number | string} id
   * @param {LiveDoc} live
   * @param {{doc: ModelDoc, network: Model}} model
   * @param {Map<string, Song>} clips by name, the one shown first comes first
   */
  constructor(room, id, live, { doc, network }, clips) {
    this.room = room;
    this.id = id;
    this.windows = room.windows;
    this.queue = room.queue.lanes(this);
    this.doc = doc;
    this.network = network;
    this.clips = clips;
    const [[clip, song]] = clips;
    this.song = song;
    this.names = [doc.name, ...(doc.control.why ? [] : [doc.random])];
    const start = live.start ?? song.opens ?? NaN; // of a clip that nobody looked over yet
    const { muted = [], removed = [], control = false, order = "interest", wall = false } = live;
    this.#first = { model: live.random ? doc.random : doc.name, clip, start, muted, removed, control };
    this.traits = new Traits({ ...live.asked, ...this.#first, order, wall, facts: {}, source: null, shown: {}, answer: null, error: "", status: "" }, (state, buffers) =>
      room.post({ kind: "state", id, state }, buffers),
    );
    this.timeline = new Timeline(this);
    this.effects = new Effects(this);
    this.work = new LayerWork(this);
    this.#opening = this.#open();
  }

  /** Show the first window, whatever is said of it on the page. */
  async #open() {
    await this.change();
    this.traits.restate(["status", "error"]);
  }

  /** Wait until something is shown, or cannot be: another window may be asked for before the first is there. */
  async opened() {
    let opening;
    do await (opening = this.#opening);
    while (opening !== this.#opening);
  }

  /** The model shown, or the trained one. @returns {Model} */
  get model() {
    return this.variants[0]?.heard.model ?? this.network;
  }

  get hasRow() {
    return this.variants.length > 1;
  }

  /** @returns {Settings} how the layer in sight is projected and made audible */
  get settings() {
    const [layer, rule, resynthesis, position] = ["layer", "rule", "resynthesis", "position"].map((name) => this.traits.get(name));
    return { layer, rule, resynthesis, position };
  }

  get songKey() {
    const { model, clip, muted } = /** @type {Chosen} */ (this.chosen);
    return { model, clip, gains: gainsOf(muted) };
  }

  /** The number of what a layer's features depend on. @param {number} layer */
  layerRevision(layer) {
    return this.#layers.of(this.revision, this.chosen?.muted ?? [], layer);
  }

  /**
   * @param {object} content
   * @param {ArrayBuffer[]} [buffers] go to the page
   */
  send(content, buffers = []) {
    this.traits.flush();
    this.room.post({ kind: "custom", id: this.id, content, buffers }, buffers);
  }

  /** Show an error in the panel; returns its words. @param {unknown} error */
  showError(error) {
    const words = wordsOf(error);
    this.traits.set({ error: words });
    return words;
  }

  /** Apply changes from the page, or show there why they are not legal and undo them. @param {unknown} changes */
  setState(changes) {
    try {
      const { traits, clips, names: models, model } = this;
      const legal = checkChanges(changes, { get: (name) => traits.get(name), clips, models, model });
      traits.take(/** @type {Message} */ (changes));
      traits.set(legal); // what the page wrote otherwise goes back
      this.#keepInLayer();
    } catch (error) {
      this.showError(error);
      this.traits.restate(Object.keys(Object(changes)));
      return;
    }
    if (![...CHOSEN, "control"].some((name) => name in Object(changes))) return;
    if (this.chosen) this.change();
    else this.#opening = this.#open();
  }

  /** A layer may have fewer features than the one before it. */
  #keepInLayer() {
    const { traits, doc } = this;
    traits.set({ feature: Math.min(traits.get("feature"), doc.layers[traits.get("layer") - 1].features - 1) });
  }

  /** @param {unknown} message */
  receive(message) {
    return receive(message, this.#handlers, this);
  }

  // What is shown --------------------------------------------------------------------------------

  /** Show what the traits ask for; resolves to what is wrong with it. @returns {Promise<string>} */
  async change() {
    const mine = (this.#wish += 1);
    const { traits, chosen } = this;
    const asked = /** @type {Chosen} */ (Object.fromEntries(CHOSEN.map((name) => [name, traits.get(name)])));
    this.queue.cancel("change");
    traits.set({ status: "" });
    const sameRow = traits.get("control") === this.hasRow;
    if (chosen && JSON.stringify(asked) === JSON.stringify(this.chosen) && sameRow) return "";
    const song = /** @type {Song} */ (this.clips.get(asked.clip));
    if (!chosen || asked.clip !== chosen.clip) traits.set({ status: `listening to ${asked.clip}` });
    else if (traits.get("control") && !sameRow) traits.set({ status: "listening with random weights" });
    const { loaded } = this.room;
    const token = {};
    try {
      await loaded.load(token, song); // the page's own decoder does that: nothing has to wait for it
      if (mine !== this.#wish) return "";
      const muteOnly = chosen && windowOf(asked) === windowOf(chosen) && sameRow;
      await this.queue.run("change", (check) => (muteOnly ? this.#mute(asked, check) : this.#show(asked, song, check)));
      return "";
    } catch (error) {
      if (mine !== this.#wish) return "";
      traits.set(this.chosen ? { ...this.chosen, control: this.hasRow } : this.#first);
      return this.showError(error);
    } finally {
      loaded.hold(token, null);
      if (mine === this.#wish) traits.set({ status: "" });
    }
  }

  /**
   * Show another window, or row C.
   * @param {Chosen} wanted
   * @param {Song} song
   * @param {() => Promise<void>} check
   */
  async #show(wanted, song, check) {
    const { windows, traits } = this;
    const before = this.chosen ?? this.#first;
    const model = await this.#modelOf(wanted.model);
    await check();
    const moved = wanted.clip !== before.clip && wanted.start === before.start;
    const start = moved || Number.isNaN(wanted.start) ? song.opening(model.seconds) : wanted.start;
    const { asked, lost } = stillMuted(before, { ...wanted, start }, model);
    const token = {};
    try {
      const control = traits.get("control") && !whyNoRow(model);
      const rows = await windows.rows({ ...asked, model, song, control }, check, token);
      this.#keepInLayer();
      const shown = await shownOf(rows.variants, { ...this.settings, feature: traits.get("feature") }, 0);
      await check();
      this.work.cancel();
      this.queue.cancel("ahead");
      Object.assign(this, { chosen: asked, lost, song, ...rows });
      windows.hold(this, [rows.plain, rows.window, ...rows.variants]);
      this.revision = this.#numberAll();
      shown.shown.revision = this.layerRevision(shown.shown.layer); // the sliders may have moved on
      const order = this.doc.no_effects ? { order: "interest" } : {};
      traits.set({ ...asked, ...order, control: this.hasRow, facts: panelFacts(this), source: sourceOf(this.variants), ...shown, error: "" });
      this.timeline.leave(this.songKey);
      this.room.loaded.hold(this, song);
    } finally {
      windows.hold(token, []);
    }
  }

  /**
   * Show what the network says now; the page then asks for the pictures that it lacks.
   * @param {Chosen} asked
   * @param {() => Promise<void>} check
   */
  async #mute(asked, check) {
    const { plain, window, variants, work, traits } = this;
    const first = await this.windows.edited(window, asked.muted);
    await check();
    Object.assign(this, { chosen: asked, lost: [], variants: [first, ...variants.slice(1)] });
    this.windows.hold(this, [plain, window, ...this.variants]);
    work.cancelStale();
    traits.set({ facts: { ...traits.get("facts"), ...mutingFacts(this), song: songFacts(this) }, error: "" });
    this.timeline.leave(this.songKey);
  }

  /** @param {string} name @returns {Promise<Model>} */
  async #modelOf(name) {
    return name === this.doc.name ? this.network : this.network.random();
  }

  /** Give what is shown numbers; returns that of the last, which names these rows. */
  #numberAll() {
    for (const variant of this.numbered) if (!this.#numbers.has(variant)) this.#numbers.set(variant, (this.#next += 1));
    return /** @type {number} */ (this.#numbers.get(/** @type {Variant} */ (this.numbered.at(-1))));
  }

  /** What has numbers of its own: the window without what is muted, and row C. */
  get numbered() {
    return [this.window, ...this.variants.slice(1)];
  }

  /** @type {Variant} the whole window, and the network as it was trained */
  plain = /** @type {any} */ (null);
  /** @type {Variant} without the parts that are taken out */
  window = /** @type {any} */ (null);

  /**
   * A person's own sound: it joins the clips and is shown.
   * @param {string} title
   * @param {Song} song
   * @returns {Promise<{name: string, error: string}>}
   */
  async take(title, song) {
    await this.opened();
    const name = freeName(title, (one) => this.clips.has(one));
    this.clips.set(name, song);
    this.traits.set({ clip: name });
    const error = await this.change();
    if (error && this.chosen?.clip !== name) this.clips.delete(name); // the model cannot listen to it
    else if (this.traits.get("shown").takes?.[0].silent) this.traits.set({ feature: strongest(this.variants[0].heard, this.traits.get("layer")) });
    return { name, error };
  }

  close() {
    this.timeline.close();
    this.work.cancel();
    this.room.queue.leave(this);
    this.windows.hold(this, []);
    this.room.loaded.hold(this, null);
  }
}
