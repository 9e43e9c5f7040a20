/**
 * A layer as a whole, in the background: its features one after another, the nearest to the slider first,
 * each sent when it is there; then the survey, then the ranking against random weights, then the effects.
 */

/** @import { Found } from "../engine/insight/ranking.js" */
/** @import { PageExplorer } from "./explorer.js" */
/** @import { Check } from "./queue.js" */
/** @import { Projection, Settings, Variant } from "./types.js" */

import { Kept } from "../base/kept.js";
import { likening } from "../engine/insight/control.js";
import { facts } from "../engine/insight/ranking.js";
import { SILENT } from "../engine/insight/rows.js";
import { surveying } from "../engine/insight/survey.js";

/** @typedef {{mean: number, among: [number, number]}} Likeness of a layer of random weights */
/** @typedef {{settings: Settings, revision: number, variants: Variant[], window: Variant}} Layer that is computed */
/**
 * @typedef {object} Filling a layer as far as it is computed
 * @property {ReturnType<typeof surveying>} survey
 * @property {ReturnType<typeof likening> | undefined} control of row C, if it is shown
 * @property {Float64Array[]} peaks of each variant
 * @property {Set<number>} sounding features that were sent as sounds
 * @property {Set<number>} left
 * @property {number} bytes
 */

const SURVEYS = 60; // that are remembered: a page may ask for the ranking alone
const FILLINGS = 48e6; // bytes of layers that were left before they were whole
const STEPS = 16; // messages about the progress

/** @param {Settings} settings */
const viewOf = ({ layer, rule, position }) => `${layer}/${rule}/${position}`;

export class LayerWork {
  #panel;
  /** @type {Kept<string, Found>} by revision and view */
  #surveys = new Kept();
  /** @type {Kept<string, Filling>} by revision, view and resynthesis */
  #fillings = new Kept(({ bytes }) => bytes);
  /** @type {WeakMap<Variant, Map<string, Likeness>>} by window and view */
  #likenesses = new WeakMap();
  /** @type {{layer: number, revision: number} | null} what is worked on */
  #on = null;

  /** @param {PageExplorer} panel */
  constructor(panel) {
    this.#panel = panel;
  }

  /**
   * Compute a layer; `whole`: send its features even if it was computed before.
   * @param {Settings} settings
   * @param {boolean} whole
   * @param {number} here how many of its features the page has already
   */
  begin(settings, whole, here = 0) {
    this.cancel();
    const { variants, window, queue, effects } = this.#panel;
    const layer = { settings, revision: this.#panel.layerRevision(settings.layer), variants, window };
    this.#on = { layer: settings.layer, revision: layer.revision };
    this.#panel.windows.hold(this, [window, ...variants]); // the panel may show others before this is done
    const run = (/** @type {"bank" | "control" | "effects"} */ lane, /** @type {(check: Check) => Promise<void>} */ job) =>
      queue.run(lane, job).catch((error) => this.#panel.showError(error));
    if (whole || !this.#surveys.get(this.#key(layer))) run("bank", (check) => this.#fill(layer, here, check));
    run("control", (check) => this.#rank(layer, check));
    run("effects", async (check) => {
      const message = await effects.more(settings.layer, check);
      await check();
      if (message) this.#panel.send(message);
    });
  }

  /** Nobody wants the layer any more. */
  cancel() {
    for (const lane of /** @type {const} */ (["bank", "control", "effects"])) this.#panel.queue.cancel(lane);
    this.#on = null;
    this.#panel.windows.hold(this, []);
  }

  /** What is muted has changed: the layer may look and sound otherwise. */
  cancelStale() {
    if (this.#on && this.#on.revision !== this.#panel.layerRevision(this.#on.layer)) this.cancel();
  }

  /**
   * Where a layer was left, if the page has all that was sent of it; otherwise its beginning.
   * @param {Layer} layer
   * @param {number} here
   * @returns {Filling}
   */
  #begun(layer, here) {
    const { settings, variants } = layer;
    const { model, picture, shape } = variants[0].heard;
    const { features } = model.layers[settings.layer - 1];
    const found = this.#fillings.get(this.#fillingKey(layer));
    if (found && features - found.left.size === here) return found;
    const row = variants[1]?.heard;
    const begun = {
      survey: surveying({ source: picture, shape, features }),
      control: row && likening({ source: row.picture, shape: row.shape }),
      peaks: variants.map(() => new Float64Array(features)),
      sounding: new Set(),
      left: new Set(Array(features).keys()),
      bytes: features * picture.byteLength,
    };
    this.#fillings.set(this.#fillingKey(layer), begun, FILLINGS);
    return begun;
  }

  /**
   * Compute and send the features of a layer, then what is known of them as a whole.
   * @param {Layer} layer
   * @param {number} here how many of them the page has
   * @param {Check} check
   */
  async #fill(layer, here, check) {
    const { settings, revision, variants, window } = layer;
    const name = { revision, ...settings };
    const { survey, control, peaks, sounding, left } = this.#begun(layer, here);
    const features = peaks[0].length;
    while (left.size) {
      const feature = this.#nearest(left);
      const projections = [];
      for (const { heard: one } of variants) {
        projections.push(await one.project(settings.layer, feature, settings.rule, settings.position));
        await check();
      }
      const silent = await this.#sendFeature(layer, feature, projections, check);
      projections.forEach(({ peak }, take) => (peaks[take][feature] = peak));
      survey.add(feature, projections[0].picture);
      control?.add(projections[1].picture);
      if (!silent) sounding.add(feature);
      left.delete(feature);
      const done = features - left.size;
      if (done % Math.max(1, Math.floor(features / STEPS)) === 0) this.#panel.send({ kind: "progress", ...name, done, of: features });
    }
    const largest = peaks.map((all) => all.reduce((most, one) => Math.max(most, one), 0));
    variants.forEach(({ heard: one }, take) => one.notePeak(settings.layer, settings.rule, settings.position, largest[take]));
    for (const feature of sounding) {
      if (peaks.some((all, take) => all[feature] > 0 && all[feature] < SILENT * largest[take])) await this.#sendFeature(layer, feature, null, check); // beside the others it is silent
    }
    if (control) this.#keepLikeness(window, settings, control.found());
    const found = await survey.found(check);
    await check();
    this.#surveys.set(this.#key(layer), found, SURVEYS);
    this.#fillings.delete(this.#fillingKey(layer));
    const surveys = variants.map((_, take) => ({ survey: take ? null : facts(found) }));
    this.#panel.send({ kind: "bank", ...name, filled: true, takes: surveys });
  }

  /**
   * Send a feature of every variant; returns whether all of them are silent.
   * @param {Layer} layer
   * @param {number} feature
   * @param {Projection[] | null} projections null: they are no longer there
   * @param {Check} check
   */
  async #sendFeature({ settings, revision, variants }, feature, projections, check) {
    const items = [];
    for (const [take, { heard }] of variants.entries()) {
      items.push(await heard.show({ ...settings, feature }, projections?.[take]));
      await check();
    }
    const buffers = items.flatMap(({ pixels, pcm }) => /** @type {ArrayBuffer[]} */ ([pixels.buffer, pcm.buffer]));
    this.#panel.send({ kind: "feature", revision, ...settings, feature, takes: items.map((item) => item.facts) }, buffers);
    return items.every((item) => item.facts.silent);
  }

  /**
   * Send how much random weights are like the source, and the ranking that waited for it.
   * @param {Layer} layer
   * @param {Check} check
   */
  async #rank(layer, check) {
    const { settings, revision, variants, window } = layer;
    const { why = "" } = window.heard.model.doc.control ?? {};
    const likeness = why ? null : await this.#likeness(window, settings, check);
    const against = { control: likeness?.mean ?? null, why, among: likeness?.among ?? null };
    const found = this.#surveys.get(this.#key(layer));
    const takes = variants.map((_, take) => (take ? null : against.control));
    const surveys = found && { surveys: variants.map((_, take) => (take ? null : facts(found, against))) };
    await check();
    this.#panel.send({ kind: "control", revision, ...settings, takes, no_control: why, ...surveys });
  }

  /**
   * How much a layer of the same network with random weights is like the source, computed once.
   * @param {Variant} window
   * @param {Settings} settings
   * @param {Check} check
   */
  async #likeness(window, settings, check) {
    const known = this.#likenesses.get(window)?.get(viewOf(settings));
    if (known) return known;
    const { windows } = this.#panel;
    const control = await windows.control(window);
    const token = {};
    windows.hold(token, [window, control]);
    try {
      const { heard } = control;
      const layer = likening({ source: heard.picture, shape: heard.shape });
      const { features } = heard.model.layers[settings.layer - 1];
      for (let feature = 0; feature < features; feature += 1) {
        await check();
        layer.add((await heard.project(settings.layer, feature, settings.rule, settings.position)).picture);
      }
      return this.#keepLikeness(window, settings, layer.found());
    } finally {
      windows.hold(token, []);
    }
  }

  /**
   * @param {Variant} window
   * @param {Settings} settings
   * @param {Likeness} likeness
   */
  #keepLikeness(window, settings, likeness) {
    this.#likenesses.set(window, (this.#likenesses.get(window) ?? new Map()).set(viewOf(settings), likeness));
    return likeness;
  }

  /** The feature that is nearest to the one looked at now. @param {Set<number>} left */
  #nearest(left) {
    const now = this.#panel.traits.get("feature");
    return [...left].reduce((best, one) => (Math.abs(one - now) < Math.abs(best - now) ? one : best));
  }

  /** @param {Layer} layer */
  #fillingKey(layer) {
    return `${this.#key(layer)}/${layer.settings.resynthesis}`;
  }

  /** @param {Layer} layer */
  #key({ settings, revision }) {
    return `${revision}/${viewOf(settings)}`;
  }
}
