/**
 * The store of a live widget: its model's traits, the feature that Python answered last, and the
 * banks of layers, each fetched once and kept within a budget of bytes. A move within a banked layer
 * is answered here.
 */

/** @import { Asked, Current, Facts, Model } from "../types.js" */
/** @import { LayerBank } from "./bank.js" */

import { ASKED, askedOf, revisionOf, sameAsked } from "./asked.js";
import { LayerAttributes } from "./attributes.js";
import { readBank, splitTakes } from "./bank.js";
import { EDITS, Edits } from "./edits.js";
import { LayerEffects } from "./effects.js";
import { Kept } from "./kept.js";
import { afterPaint, Listeners, once } from "./listeners.js";
import { GONE, Requests } from "./requests.js";
import { Songs } from "./songs.js";
import { upload } from "./upload.js";

const BANK_BYTES = 128e6; // unless the facts say otherwise

export class LiveStore {
  #model;
  #requests;
  #attributes;
  #songs;
  #edits;
  #listeners = new Listeners();
  /** @type {Kept<string, LayerBank>} */
  #banks = new Kept((bank) => bank.bytes);
  #effects = new LayerEffects();
  /** @type {Current | null} */
  #current = null;
  /** @type {{key: string, share: number} | null} */
  #progress = null;
  #asking = false;
  #wanted = false; // a panel is in sight: its layer's bank is worth computing
  #bankAsked = "";
  #rests = false; // windows come and go: no bank of them is worth computing
  /** @type {(() => void)[]} */
  #unwatch = [];
  #save = once(() => this.#model.save_changes(), afterPaint); // it takes 5 ms, and the picture comes first

  /** @param {Model} model */
  constructor(model) {
    this.#model = model;
    this.#requests = new Requests(model);
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
    return name === "status" && this.#requests.gone ? GONE : this.#model.get(name);
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
    const bank = this.#banks.peek(this.#key());
    const feature = this.get("feature");
    const sides = [feature + 1, feature - 1].filter((k) => k >= 0 && k < (bank?.count ?? 0));
    return sides.map((k) => bank?.takes.map((take) => take(k)) ?? []);
  }

  sources() {
    return this.#split("source");
  }

  bank() {
    return this.#banks.peek(this.#key()) ?? null;
  }

  progress() {
    return this.#progress?.key === this.#key() ? this.#progress.share : null;
  }

  /**
   * A panel came into sight: from now on the layer that is looked at is fetched whole. `again`: even if it was stopped.
   * @param {boolean} again
   */
  wantBank(again = false) {
    this.#wanted = true;
    if (again && !this.#progress) this.#bankAsked = "";
    this.#askBank();
  }

  cancel() {
    this.#requests.send({ kind: "cancel" });
    this.#progress = null;
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
    return upload(this.#requests, file, progress);
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

  /** The number of what the features of the layer depend on. */
  get #revision() {
    return revisionOf(this.get("facts") ?? {}, this.get("layer"));
  }

  /** @param {Asked & {revision: number}} named what names a layer's bank */
  #key(named = { ...askedOf(this), revision: this.#revision }) {
    return [named.revision, named.layer, named.rule, named.resynthesis, named.position].join("/");
  }

  /**
   * What is asked for, once.
   * @param {string} kind
   * @param {string} key
   */
  #name(kind, key) {
    return `${kind}${key}/${this.get("facts")?.effect?.of}`;
  }

  /** @param {"source" | "answer"} name */
  #split(name) {
    /** @type {Facts} */
    const { bins, frames, takes } = this.get("facts");
    return splitTakes(this.get(name), bins * frames, takes.length);
  }

  /** Show what is asked for: from a bank, or from Python's last answer, or ask. */
  #look() {
    const { takes, layers } = /** @type {Partial<Facts>} */ (this.get("facts") ?? {});
    if (!takes || !layers?.length) return;
    const asked = askedOf(this);
    if (!(asked.feature >= 0 && asked.feature < layers[asked.layer - 1]?.features)) return; // Python takes it back
    const revision = this.#revision;
    const there = this.#current?.revision === revision && sameAsked(this.#current, asked);
    const bank = this.#banks.get(this.#key());
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
    const key = this.#key();
    const bank = this.#banks.peek(key);
    const kind = bank ? "control" : "bank"; // effects come with a control
    const known = (bank?.control != null || bank?.survey.no_control) && !this.#effects.lacks(this.get("facts"), this.get("layer"));
    const asked = this.#name(kind, key);
    if (!this.#wanted || this.#rests || this.#edits.busy || known || this.#bankAsked === asked) return;
    this.#bankAsked = asked;
    const { layer, rule, resynthesis, position } = askedOf(this);
    this.#requests.send({ kind, revision: this.#revision, layer, rule, resynthesis, position });
  }

  /**
   * @param {any} message
   * @param {DataView<ArrayBuffer>[]} buffers
   */
  #receive(message, buffers) {
    if (message.kind === "done") this.#requests.answer(message.request, message.error);
    else if (message.kind === "progress") {
      this.#progress = { key: this.#key(message), share: message.done / message.of };
      this.#listeners.emit("progress");
    } else if (message.kind === "bank") this.#keep(this.#key(message), readBank(message, buffers));
    else if (message.kind === "control") {
      const bank = this.#banks.peek(this.#key(message));
      const survey = message.surveys?.[0] ?? bank?.survey;
      if (bank) Object.assign(bank, { control: message.takes[0], survey: { ...survey, no_control: message.no_control } });
      this.#listeners.emit("bank");
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

  /**
   * @param {string} key
   * @param {LayerBank} bank
   */
  #keep(key, bank) {
    this.#banks.set(key, bank, this.get("facts")?.bank_bytes ?? BANK_BYTES);
    this.#progress = null;
    this.#bankAsked = this.#name("control", key); // it comes of itself
    this.#listeners.emit("progress");
    this.#listeners.emit("bank");
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
