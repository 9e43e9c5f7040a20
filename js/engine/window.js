/** A window of a sound, as a network sees it. */

/**
 * @typedef {import("./engine.js").PageNetwork} PageNetwork
 * @typedef {import("./sound/frontend.js").Spectrum} Spectrum
 * @typedef {import("../types.js").Part} Part
 *
 * @typedef {object} Window of a sound
 * @property {Float32Array} samples at the model's rate, not padded
 * @property {number} start s
 * @property {Float32Array} picture
 * @property {Spectrum} spectrum
 * @property {Part[]} removed
 */

/**
 * Look at the first window of a sound.
 *
 * @param {PageNetwork} model
 * @param {Float32Array} samples at the model's rate
 * @param {number} start
 * @param {Part[]} [removed]
 * @returns {Window}
 */
export function windowOf(model, samples, start, removed = []) {
  const { frontend } = model;
  const own = samples.length > frontend.samples ? samples.subarray(0, frontend.samples) : samples;
  const spectrum = frontend.analyse(frontend.fit(own));
  const picture = frontend.picture(spectrum);
  model.checkFinite(picture, "its front end");
  return { samples: own, start, picture, spectrum, removed };
}
