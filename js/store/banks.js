/** The banks of a live panel's layers, as they are sent: each asked for once, kept within a budget of bytes. */

/** @import { Asked, Bank, Facts, Model } from "../types.js" */
/** @import { LayerBank } from "./bank.js" */
/** @import { LayerEffects } from "./effects.js" */
/** @import { Requests } from "./requests.js" */

import { askedOf, revisionOf } from "./asked.js";
import { fillingBank, readBank } from "./bank.js";
import { Kept } from "../base/kept.js";

const BANK_BYTES = 128e6; // unless the facts say otherwise

export class LayerBanks {
  /** @type {Kept<string, LayerBank>} */
  #kept = new Kept((bank) => bank.bytes);
  /** @type {{key: string, share: number} | null} */
  #progress = null;
  #asked = "";
  #model;
  #requests;
  #effects;

  /**
   * @param {Pick<Model, "get">} model
   * @param {Requests} requests
   * @param {LayerEffects} effects they come with a bank's control
   */
  constructor(model, requests, effects) {
    this.#model = model;
    this.#requests = requests;
    this.#effects = effects;
  }

  /** The bank of the layer that is looked at, if it is here or fills; from now on it is the latest. */
  get() {
    return this.#kept.get(this.#key());
  }

  /** That bank, if all of it is here. @returns {Bank | null} */
  get whole() {
    const bank = this.#kept.peek(this.#key());
    return bank?.survey ? /** @type {Bank} */ (bank) : null;
  }

  /** That bank, if its features come one after another. */
  get filling() {
    const bank = this.#kept.peek(this.#key());
    return bank?.add ? bank : null;
  }

  /**
   * What is here of the features on either side.
   * @param {number} feature
   */
  near(feature) {
    const bank = this.#kept.peek(this.#key());
    const sides = [feature + 1, feature - 1].filter((k) => bank && k >= 0 && k < bank.count && bank.has(k));
    return sides.map((k) => bank?.takes.map((take) => take(k)) ?? []);
  }

  /** How much of that bank is computed; null while it is not. */
  get progress() {
    return this.#progress?.key === this.#key() ? this.#progress.share : null;
  }

  /** Ask for the layer whole, or for what its bank lacks, once. */
  want() {
    const key = this.#key();
    const bank = this.#kept.peek(key);
    const kind = bank?.survey ? "control" : "bank";
    const known = bank?.survey && (bank.control != null || bank.survey.no_control) && !this.#effects.lacks(this.#facts, this.#model.get("layer"));
    const asked = this.#name(kind, key);
    if (known || this.#asked === asked) return;
    this.#asked = asked;
    const { layer, rule, resynthesis, position, revision } = this.#named;
    const begun = bank?.here && kind === "bank" ? { here: bank.here } : {}; // the rest is enough
    this.#requests.send({ kind, revision, layer, rule, resynthesis, position, ...begun });
  }

  /** What was stopped may be asked for again. */
  retry() {
    if (!this.#progress) this.#asked = "";
  }

  stop() {
    this.#requests.send({ kind: "cancel" });
    this.#progress = null;
  }

  /**
   * @param {any} message
   * @param {DataView<ArrayBuffer>[]} buffers
   */
  receive(message, buffers) {
    const key = this.#key(message);
    if (message.kind === "progress") this.#progress = { key, share: message.done / message.of };
    else if (message.kind === "feature") this.#fill(key, message, buffers);
    else if (message.kind === "bank") {
      if (message.filled) Object.assign(this.#kept.peek(key) ?? {}, { survey: message.takes[0].survey });
      else this.#keep(key, readBank(message, buffers));
      this.#progress = null;
      if (key === this.#key()) this.#asked = this.#name("control", key); // it comes of itself, unless another layer was asked for
    } else {
      const bank = this.#kept.peek(key);
      const survey = message.surveys?.[0] ?? bank?.survey;
      if (bank) Object.assign(bank, { control: message.takes[0], survey: { ...survey, no_control: message.no_control } });
    }
  }

  clear() {
    this.#kept.clear();
  }

  /**
   * A feature of a bank that fills.
   * @param {string} key
   * @param {any} message
   * @param {DataView<ArrayBuffer>[]} buffers
   */
  #fill(key, { layer, feature, takes }, buffers) {
    const { features } = /** @type {Facts} */ (this.#facts).layers[layer - 1];
    const kept = this.#kept.peek(key);
    const bank = kept?.add && kept.takes.length === takes.length ? kept : fillingBank(features, takes.length);
    bank.add?.(feature, takes, buffers);
    this.#keep(key, bank);
  }

  /**
   * @param {string} key
   * @param {LayerBank} bank
   */
  #keep(key, bank) {
    this.#kept.set(key, bank, this.#facts?.bank_bytes ?? BANK_BYTES);
  }

  get #facts() {
    return this.#model.get("facts");
  }

  /** @returns {Asked & {revision: number}} what names the bank of the layer that is looked at */
  get #named() {
    return { ...askedOf(this.#model), revision: revisionOf(this.#facts ?? {}, this.#model.get("layer")) };
  }

  /** @param {Asked & {revision: number}} named */
  #key({ revision, layer, rule, resynthesis, position } = this.#named) {
    return [revision, layer, rule, resynthesis, position].join("/");
  }

  /**
   * What is asked for, once.
   * @param {string} kind
   * @param {string} key
   */
  #name(kind, key) {
    return `${kind}${key}/${this.#facts?.effect?.of}`;
  }
}
