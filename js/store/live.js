/**
 * The store of a live widget: its model's traits, the feature that Python answered last, and what
 * else Python sent. A move within a layer whose bank is here is answered here.
 */

/** @import { Current, Facts, Model } from "../types.js" */

import { ASKED, askedOf, revisionOf, sameAsked } from "./asked.js";
import { LayerAttributes } from "./attributes.js";
import { splitTakes } from "./bank.js";
import { LayerBanks } from "./banks.js";
import { EDITS, Edits } from "./edits.js";
import { LayerEffects } from "./effects.js";
import { afterPaint, Listeners, once } from "./listeners.js";
import { Requests } from "./requests.js";
import { Songs } from "./songs.js";
import { upload } from "./upload.js";

export class LiveStore {
  #model;
  #requests;
  #banks;
  #attributes;
  #songs;
  #edits;
  #listeners = new Listeners();
  #effects = new LayerEffects();
  /** @type {Current | null} */
  #current = null;
  #asking = false;
  #wanted = false; // a panel is in sight: its layer's bank is worth computing
  #rests = false; // windows come and go: no bank of them is worth computing
  /** @type {(() => void)[]} */
  #unwatch = [];
  #save = once(() => this.#model.save_changes(), afterPaint); // it takes 5 ms, and the picture comes first

  /** @param {Model} model */
  constructor(model) {
    this.#model = model;
    this.#requests = new Requests(model);
    this.#banks = new LayerBanks(model, this.#requests, this.#effects);
    this.#attributes = new LayerAttributes(this.#requests);
    this.#songs = new Songs(this.#requests);
    this.#edits = new Edits(model, () => {
      this.#askBank();
      if (this.#wanted) this.wantSong();
    });
    /**
     * @param {string} name
     * @param {(...args: any[]) => void} callback
     */
    const watch = (name, callback) => {
      model.on(name, callback);
      this.#unwatch.push(() => model.off(name, callback));
    };
    watch("msg:custom", (message, buffers) => this.#receive(message, buffers ?? []));
    const later = once(() => this.#look());
    for (const name of [...ASKED, "shown", "facts"]) watch(`change:${name}`, later);
    watch("change:facts", () => this.#wanted && !this.#edits.busy && this.wantSong());
    for (const name of ["facts", ...EDITS]) watch(`change:${name}`, once(() => this.#requests.gone || this.#edits.look()));
    watch("change:source", () => this.#listeners.emit("sources"));
    watch("comm_live_update", () => this.#lost());
    this.#look();
  }

  /** @param {string} name */
  get(name) {
    return name === "status" && this.#requests.gone ? this.#requests.words : this.#model.get(name);
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    this.#model.set(name, value);
    if (!EDITS.includes(name)) this.#save();
  }

  /**
   * @param {string} name
   * @param {() => void} callback
   */
  on(name, callback) {
    const undo = this.#listeners.add(name, callback);
    this.#model.on(`change:${name}`, callback);
    return () => {
      undo();
      this.#model.off(`change:${name}`, callback);
    };
  }

  current() {
    return this.#current;
  }

  /** The features on either side, if they are here: they may be wanted next. */
  near() {
    return this.#banks.near(this.get("feature"));
  }

  sources() {
    return this.#split("source");
  }

  bank() {
    return this.#banks.whole;
  }

  filling() {
    return this.#banks.filling;
  }

  progress() {
    return this.#banks.progress;
  }

  /**
   * A panel came into sight: from now on the layer that is looked at is fetched whole. `again`: even if it was stopped.
   * @param {boolean} again
   */
  wantBank(again = false) {
    this.#wanted = true;
    if (again) this.#banks.retry();
    this.#askBank();
  }

  cancel() {
    this.#banks.stop();
    this.#listeners.emit("progress");
  }

  effects() {
    return this.#effects.of(this.get("facts"), this.get("layer"));
  }

  attributes() {
    return this.#attributes.of(this.get("layer"));
  }

  attributesProgress() {
    return this.#attributes.progress;
  }

  /** @param {boolean} again */
  wantAttributes(again = false) {
    if (this.get("facts")?.attributes) this.#attributes.want(again);
  }

  stopAttributes() {
    this.#attributes.stop();
  }

  song() {
    return this.#songs.of(this.get("facts"));
  }

  /** @param {boolean} again */
  wantSong(again = false) {
    this.#wanted = true;
    this.#songs.want(this.get("facts"), again);
    this.#listeners.emit("song");
  }

  stopSong() {
    this.#songs.stop(this.get("facts"));
  }

  /** @param {number} start */
  ahead(start) {
    return this.#requests.send({ kind: "ahead", revision: this.get("facts").revision, start });
  }

  /** @param {boolean} rests */
  rest(rests) {
    this.#rests = rests;
    if (!rests) this.#askBank();
  }

  /**
   * @param {File} file
   * @param {(share: number) => boolean} progress
   */
  upload(file, progress) {
    return this.host?.upload(file, progress) ?? upload(this.#requests, file, progress);
  }

  /** Where the page itself computes: what it can do that a kernel's page cannot. */
  get host() {
    return this.#model.host;
  }

  gone() {
    return this.#requests.gone;
  }

  /** How many requests have no answer yet. */
  get waiting() {
    return this.#requests.waiting;
  }

  close() {
    this.#requests.answerAll("");
    this.#edits.lose();
    this.#unwatch.forEach((undo) => undo());
    this.#banks.clear();
    this.#attributes.clear();
    this.#songs.clear();
  }

  /** @param {"source" | "answer"} name */
  #split(name) {
    /** @type {Facts} */
    const { bins, frames, takes } = this.get("facts");
    return splitTakes(this.get(name), bins * frames, takes.length);
  }

  /** Show what is asked for: from a bank, or from Python's last answer, or ask. */
  #look() {
    /** @type {Partial<Facts>} */
    const facts = this.get("facts") ?? {};
    const { takes, layers } = facts;
    if (!takes || !layers?.length) return;
    const asked = askedOf(this);
    if (!(asked.feature >= 0 && asked.feature < layers[asked.layer - 1]?.features)) return; // Python takes it back
    const revision = revisionOf(facts, asked.layer);
    const there = this.#current?.revision === revision && sameAsked(this.#current, asked);
    const found = this.#banks.get();
    const bank = found?.has(asked.feature) ? found : null;
    const shown = this.get("shown");
    const answered = shown?.revision === revision && sameAsked(shown, asked);
    if (bank || answered) {
      if (!there) {
        const items = () => this.#split("answer").map((part, i) => ({ ...part, shown: shown.takes[i] }));
        this.#current = { ...asked, revision, takes: bank ? bank.takes.map((take) => take(asked.feature)) : items() };
        this.#listeners.emit("current");
      }
      this.#askBank();
    } else if (!this.#asking) {
      this.#asking = true; // one at a time: when it is answered, the latest wish is looked at
      this.#requests.send({ kind: "ask", revision, ...asked }).then((error) => {
        this.#asking = false;
        if (!error) this.#look();
      });
    }
  }

  #askBank() {
    if (this.#wanted && !this.#rests && !this.#edits.busy) this.#banks.want();
  }

  /**
   * @param {any} message
   * @param {DataView<ArrayBuffer>[]} buffers
   */
  #receive(message, buffers) {
    if (message.kind === "done") this.#requests.answer(message.request, message.error);
    else if (message.kind === "feature") {
      this.#banks.receive(message, buffers);
      this.#listeners.emit("filling"); // it may be what is asked for
      this.#look();
    } else if (["progress", "bank", "control"].includes(message.kind)) {
      this.#banks.receive(message, buffers);
      if (message.kind !== "control") this.#listeners.emit("progress");
      if (message.kind !== "progress") this.#listeners.emit("bank");
    } else if (message.kind === "effects") {
      this.#effects.receive(message);
      this.#listeners.emit("effects");
    } else if (message.kind?.startsWith("attributes")) {
      this.#attributes.receive(message, buffers);
      this.#listeners.emit("attributes");
    } else if (message.kind?.startsWith("song")) {
      this.#songs.receive(message, buffers, this.get("facts"));
      this.#listeners.emit("song");
    }
  }

  /** The kernel is gone or new: what is here still plays, and nothing new comes. */
  #lost() {
    this.#requests.lose();
    this.#edits.lose();
    this.#asking = false;
    this.#attributes.lose();
    this.#songs.lose();
    for (const name of ["attributes", "song"]) this.#listeners.emit(name);
    const { chosen, muted, removed } = this.get("facts") ?? {};
    for (const [name, value] of Object.entries({ ...chosen, muted, removed })) if (value !== undefined) this.#model.set(name, value); // nothing else will come
    this.#listeners.emit("status");
  }
}
