/** Laws of rates, levels, what is taken out, and what is looked over. */

import assert from "node:assert/strict";
import test from "node:test";
import { roundEven } from "../../js/base/numbers.js";
import { busiest, columns, lookOver, overview } from "../../js/engine/sound/looking.js";
import { integrated, match } from "../../js/engine/sound/loudness.js";
import { mixDown } from "../../js/engine/sound/mixing.js";
import { takeOut } from "../../js/engine/sound/removal.js";
import { resample, resampler } from "../../js/engine/sound/resampling.js";
import { fullScale, loudest, pcm16, pixels } from "../../js/engine/sound/shown.js";

/**
 * @param {number} hz
 * @param {number} rate
 * @param {number} length
 */
const tone = (hz, rate, length, peak = 0.5) => Float32Array.from({ length }, (_, i) => peak * Math.sin((2 * Math.PI * hz * i) / rate));

/**
 * The level of a frequency in the middle half of a sound, as the peak of a sine.
 * @param {Float32Array} samples
 * @param {number} rate
 * @param {number} hz
 */
function levelAt(samples, rate, hz) {
  let [re, im, sum] = [0, 0, 0];
  const [first, count] = [samples.length >> 2, samples.length >> 1];
  for (let i = 0; i < count; i++) {
    const window = 1 - Math.cos((2 * Math.PI * i) / count);
    const angle = (2 * Math.PI * hz * (first + i)) / rate;
    re += window * samples[first + i] * Math.cos(angle);
    im += window * samples[first + i] * Math.sin(angle);
    sum += window / 2;
  }
  return Math.hypot(re, im) / sum;
}

/**
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
const apart = (one, other) => loudest(Float32Array.from(one, (x, i) => x - other[i]));

test("a tone keeps its level, its phase and its place at another rate, and none comes through above the band", () => {
  for (const [from, to] of [[44100, 11025], [48000, 11025], [8000, 11025], [11025, 44100], [12345, 6789], [44100, 44100]]) {
    const half = Math.min(from, to) / 2;
    for (const hz of [0.01 * half, 0.3 * half, 0.9 * half]) {
      const made = resample(tone(hz, from, from), from, to);
      assert.equal(made.length, to);
      const [first, last] = [to >> 2, (3 * to) >> 2];
      assert.ok(apart(made.subarray(first, last), tone(hz, to, to).subarray(first, last)) < 1e-6, `${from} to ${to} Hz, ${hz} Hz`);
    }
    if (to < from) for (const hz of [1.001 * half, 0.999 * (from / 2)]) assert.ok(loudest(resample(tone(hz, from, from), from, to).subarray(to >> 2, (3 * to) >> 2)) < 5e-7);
  }
});

test("a sound resampled piece by piece is the sound resampled at once", () => {
  for (const [from, to] of [[44100, 11025], [8000, 48000], [47999, 11025]]) {
    const samples = tone(200, from, 30000);
    const { push, end } = resampler(from, to);
    const pieces = [samples.subarray(0, 1), samples.subarray(1, 1), samples.subarray(1, 17000), samples.subarray(17000)].map(push);
    const joined = Float32Array.from([...pieces, end()].flatMap((piece) => [...piece]));
    assert.deepEqual(joined, resample(samples, from, to));
  }
});

test("resampling is linear, and an impulse keeps its place", () => {
  const [one, other] = [tone(100, 8000, 900), tone(1700, 8000, 900)];
  const made = (/** @type {Float32Array} */ samples) => resample(samples, 8000, 11025);
  const [first, second] = [made(one), made(other)];
  assert.ok(apart(made(one.map((x, i) => x - 2 * other[i])), first.map((x, i) => x - 2 * second[i])) < 1e-6);
  const impulse = new Float32Array(2001);
  impulse[1000] = 1;
  const low = resample(impulse, 22050, 11025);
  for (let i = 1; i < 400; i++) assert.ok(Math.abs(low[500 + i] - low[500 - i]) < 1e-7, "symmetric: its phase is linear");
});

test("at least a sample is left, and a rate that is none is refused", () => {
  assert.equal(resample(new Float32Array(1), 192000, 8000).length, 1);
  for (const rate of [999, 768001, 8000.5, NaN]) assert.throws(() => resample(new Float32Array(9), 8000, rate), /^Error: the rate to resample to is .* Hz; expected 1000 to 768000 Hz$/);
  assert.throws(() => resample(new Float32Array(9), 0, 8000), /^Error: its rate is 0 Hz/);
});

test("a full-scale sine of 997 Hz has -3.01 LUFS, but for what pyloudnorm's shelf differs", () => {
  for (const rate of [4000, 8000, 11025, 48000, 192000]) {
    const found = integrated(tone(997, rate, 2 * rate, 1), rate);
    assert.ok(Math.abs(found + 3.01) < 0.2, `${rate} Hz: ${found}`);
  }
});

test("twice as loud is 6.02 dB more; what is silent or short has no loudness", () => {
  const samples = tone(440, 8000, 8000, 0.1);
  assert.ok(Math.abs(integrated(samples.map((x) => 2 * x), 8000) - integrated(samples, 8000) - 20 * Math.log10(2)) < 1e-6);
  assert.equal(integrated(new Float32Array(8000), 8000), -Infinity);
  assert.equal(integrated(samples.subarray(0, 3199), 8000), NaN);
  assert.ok(Number.isFinite(integrated(samples.subarray(0, 3200), 8000)));
});

test("a matched sound has the loudness that was asked for, unless it would clip", () => {
  const samples = tone(440, 8000, 8000, 0.01);
  const quiet = match(samples, -30, 8000);
  assert.ok(Math.abs(integrated(quiet.samples, 8000) + 30) < 1e-4);
  assert.deepEqual([quiet.limitedDb, quiet.note], [0, ""]);
  const loud = match(samples, 3, 8000);
  assert.ok(Math.abs(loudest(loud.samples) - 0.99) < 1e-6 && loud.limitedDb > 0);
  assert.ok(Math.abs(loud.gainDb + loud.limitedDb - (3 - integrated(samples, 8000))) < 1e-9);
  assert.equal(match(new Float32Array(8000), -30, 8000).note, "the sound is silent: level not matched");
  assert.equal(match(samples, -Infinity, 8000).note, "the source is silent: level not matched");
  assert.deepEqual(match(samples.subarray(0, 9), -30, 8000), {
    samples: samples.slice(0, 9),
    gainDb: 0,
    limitedDb: 0,
    note: "shorter than 0.4 s, too short to measure loudness: level not matched",
  });
});

test("what the gate of -70 LUFS left out counts once a sound is loud enough", () => {
  const samples = new Float32Array(10 * 8000);
  for (let second = 0; second < 10; second++) {
    samples.set(tone(440, 8000, 8000, 10 ** ((-62 - second) / 20)), 8000 * second);
  }
  assert.ok(integrated(samples, 8000) > -70);
  for (const target of [-69.9, -60, -23]) {
    assert.ok(Math.abs(integrated(match(samples, target, 8000).samples, 8000) - target) < 0.02, `${target}`);
  }
});

test("a tone within a band is taken out, one beside it stays; a stretch is silence", () => {
  const [inside, beside] = [tone(500, 11025, 11025), tone(900, 11025, 11025)];
  const left = takeOut(inside.map((x, i) => x + beside[i]), 11025, { band: [400, 700] });
  assert.ok(levelAt(left, 11025, 500) < 1e-4 && Math.abs(levelAt(left, 11025, 900) - 0.5) < 1e-3);
  const cut = takeOut(inside, 11025, { stretch: [0.25, 0.5] });
  assert.ok(cut.subarray(2900, 5380).every((x) => x === 0));
  assert.deepEqual([cut.slice(0, 2756), cut.slice(5513)], [inside.slice(0, 2756), inside.slice(5513)]);
  const both = takeOut(inside, 11025, { band: [400, 700], stretch: [0.25, 0.5] });
  assert.ok(loudest(both.subarray(3300, 4900)) < 1e-3 && apart(both.subarray(6000), inside.subarray(6000)) < 1e-6);
  for (const wrong of [{}, { band: [700, 400] }, { band: [0, 9000] }, { band: [NaN, 1] }, { stretch: [0, 9] }]) {
    assert.throws(() => takeOut(inside, 11025, /** @type {any} */ (wrong)), /^Error: (name a band|band must begin|stretch must begin)/);
  }
});

test("a song opens where most happens, at its beginning if that is nearly as good", () => {
  const rate = 2000;
  const loud = (/** @type {number} */ second) => (second >= 10 && second < 14 ? 1 : 0);
  const samples = Float32Array.from({ length: 20 * rate }, (_, i) => (i % 97 === 0 ? loud(i / rate) : 0));
  assert.ok(Math.abs(busiest(lookOver(samples, rate), 4, 16) - 10) <= 0.5);
  assert.equal(busiest(lookOver(samples.map((_, i) => +(i % 97 === 0)), rate), 4, 16), 0);
  assert.equal(busiest(lookOver(new Float32Array(20 * rate), rate), 4, 16), 0);
  assert.equal(busiest(lookOver(new Float32Array(1), rate), 4, -3), 0);
});

test("an overview has 255 for the largest, and 0 where nothing was looked at", () => {
  const samples = new Float32Array(40000);
  samples[10000] = -0.5;
  samples[30000] = 0.25;
  const look = lookOver(samples, 8000);
  const shown = overview(look, 5);
  assert.deepEqual([shown.length, Math.max(...shown), shown.filter((x) => x === 128).length, shown.filter((x) => x > 0).length], [400, 255, 1, 2]);
  assert.ok(overview(look, 10).slice(201).every((x) => x === 0));
  assert.deepEqual(columns([0.5, 0.1, 1], (i) => [0, 0.4, 0.8][i]), [128, 26, 255]);
  assert.deepEqual(columns([0, 0], (i) => i / 2), [0, 0]);
});

test("bytes: 0 dB is 255, -100 dB and less 0; halves round to the even number, as in NumPy", () => {
  assert.deepEqual([...pixels(Float32Array.of(2, 0.2, 2e-5, 0, 5), 2)], [255, 204, 0, 0, 255]);
  assert.deepEqual([...pixels(Float32Array.of(0, 1), 0)], [0, 255]);
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49, 7].map((x) => roundEven(x) + 0), [0, 2, 2, 0, -2, -2, 0, 7]);
  const pcm = new Int16Array(pcm16(Float32Array.of(1, -1, 0.5, 0)).buffer);
  assert.deepEqual([...pcm], [32767, -32767, 16384, 0]);
  assert.equal(fullScale(Float32Array.of(0.5, -3)), 3);
  assert.deepEqual([...new Int16Array(pcm16(Float32Array.of(0.5, -2)).buffer)], [8192, -32767]);
});

test("channels become their mean", () => {
  assert.deepEqual(mixDown([Float32Array.of(1, 2), Float32Array.of(3, -2), Float32Array.of(-1, 3)]), Float32Array.of(1, 1));
  assert.deepEqual(mixDown([Float32Array.of(1, 2)]), Float32Array.of(1, 2));
});
