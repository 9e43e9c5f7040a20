/** A window that a network has heard: what it says of it, and each feature as picture and sound. */

import { finished } from "./finishing.js";
import { editsFor } from "./network/edits.js";
import { cellOf, seedOf } from "./position.js";
import { Peaks, strengthsOf } from "./silence.js";
import { withoutLast } from "./sound/framed.js";
import { integrated } from "./sound/loudness.js";
import { takeOut } from "./sound/removal.js";
import { resynthesise } from "./sound/resynthesis.js";
import { fullScale, loudest, pcm16, peakOf, pixels } from "./sound/shown.js";
import { windowOf } from "./window.js";

/** @import { Pause, State } from "./network/network.js" */
/** @import { Asked, Part, ShownFacts } from "../types.js" */

/**
 * @typedef {import("./engine.js").PageNetwork} PageNetwork
 * @typedef {import("./network/edits.js").Gain} Gain
 * @typedef {import("./position.js").Position} Position
 * @typedef {import("./window.js").Window} Window
 * @typedef {{picture: Float32Array, shape: number[], silent: boolean, peak: number, layer: number, feature: number, rule: string, cell: number[] | null}} Projection signed; `peak` is its largest magnitude
 * @typedef {import("./finishing.js").Auralised} Auralised
 */

/** Samples, lost in rounding, that are no padding. */
const LOST = 2;

export class Heard {
  /**
   * Made by `hear`.
   *
   * @param {PageNetwork} model
   * @param {Window} window
   * @param {State} state
   * @param {Gain[]} gains
   * @param {Peaks} [peaks] of the same window
   */
  constructor(model, window, state, gains, peaks) {
    const { samples, start, picture, removed } = window;
    this.model = model;
    this.samples = samples;
    this.start = start;
    this.picture = picture;
    this.shape = model.frontend.shape;
    this.removed = removed;
    this.gains = gains;
    const missing = model.samples - samples.length;
    this.padded = missing > LOST ? missing / model.sampleRate : 0;
    this._window = window;
    this._state = state;
    this._peaks = new Peaks(peaks);
    /** @type {number | undefined} */
    this._peak = undefined;
    /** @type {number | undefined} */
    this._loudness = undefined;
  }

  /** Bytes of all that is kept. */
  get bytes() {
    const { maps, kept } = this._state;
    const { re, im, magnitude } = this._window.spectrum;
    const held = [...maps.map(({ data }) => data), ...kept.flatMap((one) => [one?.open, one?.switches])];
    return [...held, this.picture, this.samples, re, im, magnitude].reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  }

  /** What the network says, before it is made probable. */
  get scores() {
    return this.model.network.outputs(this._state);
  }

  /** Probabilities by class; none without classes. */
  predict() {
    const { classes, probabilities } = this.model;
    if (!classes.length) return new Map();
    const odds = probabilities(this.scores, this.gains);
    return new Map(classes.map((name, n) => [name, odds[n]]));
  }

  /**
   * A layer's maps, features last.
   *
   * @param {number} layer
   */
  activations(layer) {
    return this.model.network.maps(this._state, layer);
  }

  /**
   * How strongly each feature of a layer responds: the mean distance of its map from where it is silent.
   *
   * @param {number} layer
   */
  strengths(layer) {
    return strengthsOf(this.activations(layer).data, this.model.network.off(layer));
  }

  /** Magnitudes of the window's STFT, without the frame past the end. */
  get magnitude() {
    const { magnitude, frames } = this._window.spectrum;
    return withoutLast(magnitude, frames);
  }

  /** The largest of them, which is 0 dB in pictures. */
  get peak() {
    this._peak ??= peakOf(this.magnitude);
    return this._peak;
  }

  /** Integrated loudness in LUFS. */
  get loudness() {
    this._loudness ??= integrated(this.samples, this.model.sampleRate);
    return this._loudness;
  }

  /** The source, as a panel shows and plays it. */
  source() {
    return { pixels: pixels(this.magnitude, this.peak), pcm: pcm16(this.samples), scale: fullScale(this.samples) };
  }

  /**
   * Bring a feature back to the picture.
   *
   * @param {number} layer from 1
   * @param {number} feature from 0
   * @param {string} [rule]
   * @param {Position} [position]
   * @param {Pause} [pause]
   * @returns {Promise<Projection>}
   */
  async project(layer, feature, rule = "deconvnet", position = "all", pause) {
    const { network } = this.model;
    const { map, cell } = this._seed(layer, feature, position);
    const picture = await network.project(this._state, layer, { feature, map }, rule, pause);
    const peak = this.model.checkFinite(picture, `the projection of feature ${layer}-${feature}`, this.gains);
    this._peaks.note(layer, rule, position, peak);
    if (this._peaks.doubts(layer, rule, position, peak, loudest(this.picture))) await this._compare(layer, rule, position, pause);
    return { picture, shape: this.shape, silent: this._peaks.isSilent(layer, rule, position, peak), peak, layer, feature, rule, cell };
  }

  /**
   * Project the feature of a layer whose map is strongest, so that a silent one shows beside it.
   *
   * @param {number} layer
   * @param {string} rule
   * @param {Position} position
   * @param {Pause} [pause]
   */
  async _compare(layer, rule, position, pause) {
    const strengths = this.strengths(layer);
    const feature = strengths.indexOf(strengths.reduce((most, one) => Math.max(most, one)));
    const picture = await this.model.network.project(this._state, layer, { feature, map: this._seed(layer, feature, position).map }, rule, pause);
    this._peaks.note(layer, rule, position, loudest(picture), true);
  }

  /**
   * The part of a feature's map that is projected, and the cell if it is but one.
   *
   * @param {number} layer
   * @param {number} feature
   * @param {Position} position
   */
  _seed(layer, feature, position) {
    const { network } = this.model;
    const map = network.featureMap(this._state, layer, feature);
    const { size } = network.layers[layer - 1];
    const cell = cellOf(map, size, network.off(layer)[feature], position);
    return { map: seedOf(map, size, cell), cell };
  }

  /**
   * Note the largest peak of a layer's projections, beside which a feature may be silent.
   *
   * @param {number} layer
   * @param {string} rule
   * @param {Position} position
   * @param {number} peak
   */
  notePeak(layer, rule, position, peak) {
    this._peaks.note(layer, rule, position, peak, true);
  }

  /**
   * Make a projection audible, before any loudness gain.
   *
   * @param {Projection} projection
   * @param {string} how
   */
  _resynthesise({ picture, silent, layer, feature, rule }, how) {
    if (how !== "phase" && how !== "mask") throw new Error(`resynthesis must be one of phase, mask, not ${JSON.stringify(how)}`);
    const { frontend } = this.model;
    const made = resynthesise(silent ? new Float32Array(picture.length) : picture, this.picture, this._window.spectrum, frontend, this.samples.length, how);
    this.model.checkFinite(made.samples, `the sound of feature ${layer}-${feature}, ${rule}`, this.gains);
    return made;
  }

  /**
   * The sound of a feature.
   *
   * @param {number} layer
   * @param {number} feature
   * @param {string} [rule]
   * @param {Position} [position]
   * @param {string} [resynthesis]
   * @param {"match" | "raw"} [loudness] of the source, or as it comes
   * @returns {Promise<Auralised>}
   */
  async auralise(layer, feature, rule, position, resynthesis = "phase", loudness = "match") {
    const projection = await this.project(layer, feature, rule, position);
    return finished(projection, this._resynthesise(projection, resynthesis), loudness, this.loudness, this.model.sampleRate);
  }

  /**
   * A feature as a panel shows and plays it, in dB re the source's peak.
   *
   * Magnitudes by "mask" may be of any size: the picture is brought to the peak of the source.
   *
   * @param {Asked} asked
   * @param {Projection} [known] if it was projected before
   * @param {Pause} [pause]
   * @returns {Promise<{pixels: Uint8Array, pcm: Uint8Array, facts: ShownFacts & {feature: number}}>}
   */
  async show({ layer, feature, rule, position, resynthesis }, known, pause) {
    const projection = known ?? (await this.project(layer, feature, rule, /** @type {Position} */ (position), pause));
    const made = this._resynthesise(projection, resynthesis);
    const sound = finished(projection, made, "match", this.loudness, this.model.sampleRate);
    const own = peakOf(made.magnitude);
    const pictureDb = resynthesis !== "phase" && own > 0 && this.peak > 0 ? 20 * Math.log10(this.peak / own) : 0;
    const { silent, scaleDb, gainDb, limitedDb, note } = sound;
    return {
      pixels: pixels(made.magnitude, this.peak * 10 ** (-pictureDb / 20)),
      pcm: pcm16(sound.samples),
      facts: {
        feature,
        silent,
        note: silent ? "silent for this clip" : note,
        scale: fullScale(sound.samples),
        scale_db: scaleDb,
        gain_db: gainDb,
        limited_db: limitedDb,
        picture_db: pictureDb,
        matched: !(silent || note),
        ...(projection.cell && { cell: projection.cell }),
      },
    };
  }

  /**
   * The same window, heard with other gains of features, and no others: [layer, feature, gain].
   *
   * @param {Gain[]} gains
   * @param {Pause} [pause]
   */
  async mute(gains, pause) {
    // A layer need not be projected whole then to know which of its features are silent beside the others.
    return hear(this.model, this._window, gains, pause, this._peaks);
  }

  /**
   * The same window with parts of its sound taken out.
   *
   * @param {Part[]} parts
   * @param {Pause} [pause]
   */
  async without(parts, pause) {
    const { sampleRate, seconds } = this.model;
    let { samples } = this;
    const duration = samples.length / sampleRate;
    for (const { band, stretch } of parts) {
      // What is padded is silent.
      const beyond = stretch && stretch[0] < duration && duration < stretch[1] && stretch[1] <= seconds;
      samples = takeOut(samples, sampleRate, { band, stretch: beyond ? [stretch[0], duration] : stretch });
    }
    const window = windowOf(this.model, samples, this.start, [...this.removed, ...parts]);
    return hear(this.model, window, this.gains, pause);
  }

  /** Forget the forward pass; nothing can be asked after. */
  free() {
    this.model.network.free(this._state);
  }
}

/**
 * Run a network over a window.
 *
 * @param {PageNetwork} model
 * @param {Window} window
 * @param {Gain[]} [gains]
 * @param {Pause} [pause]
 * @param {Peaks} [peaks]
 * @returns {Promise<Heard>}
 */
export async function hear(model, window, gains = [], pause, peaks) {
  const { network } = model;
  const own = gains.filter(([, , gain]) => gain !== 1);
  const state = await network.forward(window.picture, editsFor(network, own), pause);
  state.maps.forEach(({ data }, n) => model.checkFinite(data, `layer ${n + 1}`, own));
  return new Heard(model, window, state, own, peaks);
}
