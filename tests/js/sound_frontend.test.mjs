/** Laws of pictures and of the way back: what holds for any sound, whatever its numbers. */

import assert from "node:assert/strict";
import test from "node:test";
import { makeFrontend } from "../../js/engine/sound/frontend.js";
import { fourier } from "../../js/engine/sound/fourier.js";
import { resynthesise } from "../../js/engine/sound/resynthesis.js";
import { peakOf } from "../../js/engine/sound/shown.js";

const STFT = { kind: "stft", sample_rate: 8000, n_fft: 64, hop_length: 16, duration: 0.1, compression: "linear", gain: 1 };
const DOMAIN = { power: 2, compression: "linear", gain: 1, amin: 1e-10, ref: 1, top_db: null, normalise: null, mean: null, std: null };
const MEL = { ...STFT, ...DOMAIN, kind: "log-mel", n_mels: 12, frames: null, pad_mode: "constant", fmin: 0, fmax: 4000, htk: false, norm: "slaney" };

/** @type {Record<string, Record<string, any>>} */
const SETTINGS = {
  linear: STFT,
  log1p: { ...STFT, compression: "log1p", gain: 30 },
  "no power of two": { ...STFT, n_fft: 60, hop_length: 25 },
  "two samples a frame": { ...STFT, n_fft: 2, hop_length: 1, duration: 0.01 },
  mel: MEL,
  "mel decibels": { ...MEL, compression: "db", top_db: 60, ref: "max" },
  "mel logarithm": { ...MEL, compression: "log", mean: -3, std: 2.5, htk: true, norm: null },
  "mel of one picture": { ...MEL, power: 1, compression: "log10", gain: 1e4, amin: 1e-5, normalise: "picture", pad_mode: "reflect" },
};

/**
 * Numbers that are the same every time (Park and Miller 1988), from -1 to 1.
 * @param {number} length
 * @param {number} [seed]
 */
function noise(length, seed = 1) {
  let state = seed;
  return Float32Array.from({ length }, () => ((state = (state * 48271) % 2147483647) / 2147483647) * 2 - 1);
}

/**
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
function apart(one, other) {
  assert.equal(one.length, other.length);
  let most = 0;
  for (let i = 0; i < one.length; i++) most = Math.max(most, Math.abs(one[i] - other[i]));
  return most;
}

/** @param {Record<string, any>} settings */
function heardOf(settings, samples = noise(800)) {
  const frontend = makeFrontend({ settings });
  const spectrum = frontend.analyse(frontend.fit(samples));
  return { frontend, spectrum, picture: frontend.picture(spectrum) };
}

test("a Fourier transform of any even length is the sum that defines it, and its inverse undoes it", () => {
  for (const size of [2, 4, 6, 10, 16, 50, 64, 94, 130]) {
    const samples = Float64Array.from(noise(size));
    const bins = size / 2 + 1;
    const [re, im, back] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(size)];
    fourier(size).forward(samples, re, im);
    for (let k = 0; k < bins; k++) {
      const sum = (/** @type {(angle: number) => number} */ wave) => samples.reduce((all, x, n) => all + x * wave((-2 * Math.PI * k * n) / size), 0);
      assert.ok(Math.abs(re[k] - sum(Math.cos)) < 1e-12 && Math.abs(im[k] - sum(Math.sin)) < 1e-12, `${size}, bin ${k}`);
    }
    fourier(size).inverse(re, im, back);
    assert.ok(apart(samples, back) < 1e-14, `${size}`);
  }
});

for (const [name, settings] of Object.entries(SETTINGS)) {
  test(`${name}: the source's own picture gives back the source`, () => {
    const { frontend, spectrum, picture } = heardOf(settings);
    const samples = frontend.fit(noise(800));
    const kept = frontend.spread(new Float32Array(picture.length).fill(1), spectrum).map((x, i) => x * spectrum.magnitude[i]);
    const bins = kept.map((x) => (x > 0 ? 1 : 0)); // what no row holds is lost
    const whole = frontend.synthesise(spectrum.magnitude.map((x, i) => x * bins[i]), spectrum, samples.length);
    const magnitude = frontend.toMagnitude(picture, spectrum);
    const last = spectrum.frames - 1; // past the end, the last column lasts on
    for (let i = last; i < magnitude.length; i += spectrum.frames) magnitude[i] = spectrum.magnitude[i] * bins[i];
    assert.ok(apart(frontend.synthesise(magnitude, spectrum, samples.length), whole) < 3e-5);
    if (bins.every((x) => x === 1)) assert.ok(apart(whole, samples) < 1e-6, "and its STFT the sound itself");
  });

  test(`${name}: nothing in the projection is silence, and so is a mask of zeros; a mask of ones changes nothing`, () => {
    const { frontend, spectrum, picture } = heardOf(settings);
    for (const one of [new Float32Array(picture.length), noise(picture.length).map((x) => -Math.abs(x))]) {
      const made = resynthesise(one, picture, spectrum, frontend, 700, "phase");
      assert.equal(made.samples.length, 700);
      assert.ok([...made.samples, ...made.magnitude].every((x) => x === 0));
      assert.equal(made.scaleDb, 0);
    }
    assert.ok(resynthesise(new Float32Array(picture.length), picture, spectrum, frontend, 700, "mask").samples.every((x) => x === 0));
    if (frontend.shape[0] === frontend.bins) {
      const made = resynthesise(new Float32Array(picture.length).fill(1), picture, spectrum, frontend, 80, "mask");
      assert.ok(apart(made.samples, frontend.fit(noise(800)).subarray(0, 80)) < 1e-6);
    }
  });

  test(`${name}: the strongest cell of a projection gets the picture's peak; twice the projection is the same sound`, () => {
    const { frontend, spectrum, picture } = heardOf(settings);
    const projection = noise(picture.length, 7);
    const made = resynthesise(projection, picture, spectrum, frontend, 800, "phase");
    const twice = resynthesise(projection.map((x) => 2 * x), picture, spectrum, frontend, 800, "phase");
    assert.deepEqual(made.samples, twice.samples);
    assert.ok(Math.abs(made.scaleDb - twice.scaleDb - 20 * Math.log10(2)) < 1e-4);
    const floor = frontend.floor(spectrum)[0];
    assert.ok(Math.abs(10 ** (made.scaleDb / 20) * peakOf(projection) - (peakOf(picture) - floor)) < 1e-3 * (peakOf(picture) - floor));
    assert.ok(peakOf(made.samples.map(Math.abs)) > 0);
  });

  test(`${name}: a mask is linear`, () => {
    const { frontend, spectrum, picture } = heardOf(settings);
    const [one, other] = [noise(picture.length, 3), noise(picture.length, 5)];
    const made = (/** @type {Float32Array} */ mask) => resynthesise(mask, picture, spectrum, frontend, 800, "mask").samples;
    const [first, second] = [made(one), made(other)];
    assert.ok(apart(made(one.map((x, i) => x - 3 * other[i])), first.map((x, i) => x - 3 * second[i])) < 1e-5);
  });

  test(`${name}: a sound of any length has a picture of one size; silence has the floor`, () => {
    const { frontend } = heardOf(settings);
    const size = frontend.shape.reduce((all, x) => all * x, 1);
    for (const length of [1, 2, 63, 799, 800, 801, 5000]) assert.equal(heardOf(settings, noise(length)).picture.length, size);
    const { spectrum, picture } = heardOf(settings, new Float32Array(800));
    const floor = frontend.floor(spectrum);
    const columns = size / floor.length;
    assert.ok(picture.every((x, i) => x === floor[Math.floor(i / columns)]));
  });
}

test("where pictures have channels, one of them is heard", () => {
  const bank = (/** @type {number} */ bins) => ({ data: Float32Array.from({ length: 2 * bins }, (_, i) => +(i % bins < bins / 2 === i < bins)), shape: [2, bins] });
  const settings = { ...DOMAIN, ...STFT, kind: "log-frequency", hz: [100, 2000], frames: 50, duration: 0.1, pad_mode: "constant" };
  const stored = { settings, arrays: { bank0: bank(17), bank1: bank(33) } };
  const frontend = makeFrontend(stored);
  assert.deepEqual([frontend.shape, frontend.channel, frontend.bins], [[2, 50, 2], 1, 33]);
  const spectrum = frontend.analyse(frontend.fit(noise(800)));
  const picture = frontend.picture(spectrum);
  const projection = noise(picture.length, 9);
  const made = resynthesise(projection, picture, spectrum, frontend, 800, "phase").samples;
  const other = projection.map((x, i) => (i % 2 === 0 ? 100 * x : x));
  assert.deepEqual(resynthesise(other, picture, spectrum, frontend, 800, "phase").samples, made);
});

test("a front end that is not known is refused in words", () => {
  assert.throws(() => makeFrontend({ settings: { kind: "cqt" } }), /^Error: a front end of the kind "cqt" cannot be computed in a page/);
});
