/**
 * An engine that hears nothing and takes no time: pictures of two rows and three columns, whose values
 * say what they are of. It notes what it is asked for.
 */

/** @import { Asked, ModelDoc, Projection } from "../../js/explorer/types.js" */

export const RATE = 1000;

/** A value of samples that no network bears. */
export const LOUD = 99;

/** @type {ModelDoc} */
export const MODEL = {
  name: "net",
  random: "net, random weights",
  task: "classes",
  classes: ["calm", "loud"],
  untrained: false,
  none_below: 0,
  seconds: 2,
  samples: 2 * RATE,
  sample_rate: RATE,
  layers: /** @type {any[]} */ ([
    { name: "low", features: 8, axes: ["freq", "time"], map: [2, 3], sees: null, kernels: null, available: null },
    { name: "high", features: 4, axes: ["freq", "time"], map: [1, 1], sees: null, kernels: null, available: null },
  ]),
  axes: /** @type {any} */ ({ kind: "linear", hz: 100, hop: 0.5 }),
  scale: "linear",
  bins: 2,
  frames: 3,
  code: { model: '"net"', random: 'aj.untrained(aj.load_model("net"))' },
  control: { seed: 1 },
  no_effects: "",
};

export class FakeModel {
  /** @type {FakeHeard[]} all windows that were heard */
  heard = [];
  /** @type {string[]} what was asked for, in order */
  asked = [];
  /** @type {FakeModel | null} */
  #random = null;
  frontend = { sampleRate: RATE, samples: 2 * RATE };
  network = null;

  constructor(doc = MODEL, untrained = false) {
    this.doc = doc;
    this.untrained = untrained;
    this.name = untrained ? doc.random : doc.name;
    this.task = doc.task;
    this.classes = doc.classes;
    this.noneBelow = untrained ? 0 : doc.none_below;
    this.seconds = doc.seconds;
    this.samples = doc.samples;
    this.sampleRate = doc.sample_rate;
    this.layers = doc.layers;
    this.seed = 1;
  }

  probabilities() {
    return [0.25, 0.75];
  }

  checkFinite() {}

  async random() {
    if (this.untrained) return this;
    this.#random ??= new FakeModel(this.doc, true);
    return this.#random;
  }

  /** @param {Float32Array} samples */
  async open(samples, start = 0) {
    this.asked.push(`open ${samples[0]} at ${start}`);
    if (samples[0] === LOUD) throw new Error("the network overflows");
    const heard = new FakeHeard(this, samples, start);
    this.heard.push(heard);
    return heard;
  }
}

export class FakeHeard {
  freed = false;
  bytes = 1000;
  shape = [2, 3];

  /**
   * @param {FakeModel} model
   * @param {Float32Array} samples
   * @param {number} start
   * @param {any[]} gains
   * @param {any[]} removed
   */
  constructor(model, samples, start, gains = [], removed = []) {
    this.model = model;
    this.samples = samples;
    this.start = start;
    this.gains = gains;
    this.removed = removed;
    this.picture = Float32Array.of(samples[0], 1, 2, 3, 5, 8);
    this.padded = Math.max(0, model.seconds - samples.length / RATE);
  }

  predict() {
    return new Map([["calm", 0.25 + 0.1 * this.gains.length], ["loud", 0.75 - 0.1 * this.gains.length]]);
  }

  source() {
    return { pixels: new Uint8Array(6).fill(this.samples[0]), pcm: new Uint8Array(2).fill(this.samples[0]), scale: 1 };
  }

  /**
   * @param {number} layer
   * @param {number} feature
   * @param {string} rule
   * @param {string} position
   */
  async project(layer, feature, rule, position) {
    this.#living();
    this.model.asked.push(`project ${layer}-${feature} ${rule} ${position}`);
    const picture = Float32Array.from({ length: 6 }, (_, i) => (feature === 3 ? 0 : Math.sin(1 + feature + layer * i)));
    const peak = picture.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    return { picture, shape: this.shape, silent: peak === 0, peak, layer, feature, rule };
  }

  /**
   * @param {Asked} asked
   * @param {Projection} [projection]
   */
  async show(asked, projection) {
    const { silent } = projection ?? (await this.project(asked.layer, asked.feature, asked.rule, asked.position));
    this.#living();
    const facts = { feature: asked.feature, silent, note: silent ? "silent for this clip" : "", scale: 1, scale_db: 0, gain_db: 0, limited_db: 0, picture_db: 0, matched: !silent };
    const value = 10 * asked.layer + asked.feature + 100 * Number(this.model.untrained);
    return { pixels: new Uint8Array(6).fill(value), pcm: new Uint8Array(2).fill(value), facts };
  }

  /**
   * @param {number} layer
   * @param {number} feature
   */
  async auralise(layer, feature) {
    return { samples: Float32Array.of(layer, feature), rate: RATE, scaleDb: 0, gainDb: 0, limitedDb: 0, silent: false, note: "" };
  }

  notePeak() {}

  /** @param {number} layer */
  strengths(layer) {
    return new Float32Array(this.model.layers[layer - 1].features);
  }

  /** @param {any[]} gains */
  async mute(gains) {
    this.#living();
    this.model.asked.push(`mute ${JSON.stringify(gains)}`);
    const found = new FakeHeard(this.model, this.samples, this.start, gains, this.removed);
    this.model.heard.push(found);
    return found;
  }

  /** @param {any[]} parts */
  async without(parts) {
    this.#living();
    const found = new FakeHeard(this.model, this.samples, this.start, this.gains, parts);
    this.model.heard.push(found);
    return found;
  }

  free() {
    this.freed = true;
  }

  #living() {
    if (this.freed) throw new Error("a window was used after it was freed");
  }
}
