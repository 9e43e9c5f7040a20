/** A band, a stretch of time, or the rectangle of the two, taken out of a sound without a click. */

import { fourier } from "./fourier.js";
import { roundEven } from "../../base/numbers.js";

const FADE = 0.01; // s of the fades at the ends of a stretch; both lie within it
const FRAME = 0.05; // s of an STFT frame, about: the nearest power of two
const EDGE = 2; // bins beyond a band over which it fades; as many as the main lobe of a tone is wide

/** @typedef {[number, number]} Range */

/**
 * A sound without a band (Hz), a stretch (s), or the rectangle of the two; of a rectangle those cells of
 * an STFT go whose frames have their middle in the stretch.
 * @param {Float32Array} samples
 * @param {number} rate
 * @param {{band?: Range | null, stretch?: Range | null}} part
 * @returns {Float32Array<ArrayBuffer>}
 */
export function takeOut(samples, rate, { band = null, stretch = null }) {
  if (!band && !stretch) {
    throw new Error("name a band, such as 200 to 800 Hz, or a stretch, such as 1 to 2 s, or both");
  }
  const cut = within("stretch", stretch, samples.length / rate, "s", 1 / rate);
  if (!band) return Float32Array.from(fades(samples.length, rate, cut), (gain, i) => gain * samples[i]);
  return withoutCells(samples, rate, within("band", band, rate / 2, "Hz", 0), cut);
}

/**
 * A range that was given, or the whole.
 * @param {string} name
 * @param {Range | null} given
 * @param {number} most
 * @param {string} unit
 * @param {number} slack
 * @returns {Range}
 */
function within(name, given, most, unit, slack) {
  if (!given) return [0, most];
  const [low, high] = given;
  if (!(low >= 0 && low < high && high <= most + slack)) {
    const short = (/** @type {number} */ x) => +x.toPrecision(6);
    throw new Error(
      `${name} must begin at 0 ${unit} or later, and end after its beginning and by ${short(most)} ${unit}, not be ${short(low)} to ${short(high)} ${unit}`,
    );
  }
  return [low, Math.min(high, most)];
}

/**
 * A gain per sample: 0 within a stretch, 1 without. There is no fade at an end of the sound.
 * @param {number} count
 * @param {number} rate
 * @param {Range} stretch
 */
function fades(count, rate, stretch) {
  const first = Math.min(roundEven(stretch[0] * rate), count - 1);
  const last = Math.max(roundEven(stretch[1] * rate), first + 1);
  const length = Math.max(1, Math.min(FADE * rate, (last - first) / 4));
  const gains = new Float64Array(count).fill(1);
  for (let i = first; i < Math.min(last, count); i++) {
    const before = first === 0 ? Infinity : i - first + 1;
    const after = last === count ? Infinity : last - i;
    gains[i] = raisedCosine(1 - Math.min(before, after) / length);
  }
  return gains;
}

/**
 * What the cells hold is subtracted: frames of the canonical dual window add up to the sound itself.
 * @param {Float32Array} samples
 * @param {number} rate
 * @param {Range} band
 * @param {Range} stretch
 */
function withoutCells(samples, rate, band, stretch) {
  const nFft = Math.max(16, 2 ** roundEven(Math.log2(FRAME * rate)));
  const hop = nFft / 4;
  const window = Float64Array.from({ length: nFft }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / nFft));
  const overlap = Float64Array.from({ length: hop }, (_, i) => [0, 1, 2, 3].reduce((sum, j) => sum + window[i + j * hop] ** 2, 0));
  const loss = Float64Array.from({ length: nFft / 2 + 1 }, (_, k) => {
    const hz = (k * rate) / nFft;
    return 1 - raisedCosine((Math.max(band[0] - hz, hz - band[1]) * nFft) / rate / (EDGE + 1));
  });
  const { forward, inverse } = fourier(nFft);
  const left = Float64Array.from(samples);
  const [frame, re, im] = [new Float64Array(nFft), new Float64Array(loss.length), new Float64Array(loss.length)];
  for (const number of framesIn(samples.length, rate, hop, stretch)) {
    const start = number * hop - nFft / 2;
    const [from, to] = [Math.max(0, -start), Math.min(nFft, samples.length - start)];
    frame.fill(0);
    for (let i = from; i < to; i++) frame[i] = samples[start + i] * window[i];
    forward(frame, re, im);
    for (let k = 0; k < loss.length; k++) {
      re[k] *= loss[k];
      im[k] *= loss[k];
    }
    inverse(re, im, frame);
    for (let i = from; i < to; i++) left[start + i] -= (frame[i] * window[i]) / overlap[i % hop];
  }
  return Float32Array.from(left);
}

/**
 * Numbers of the frames whose middle lies in a stretch: at least that of the nearest. Frames reach
 * beyond the ends of the sound.
 * @param {number} count
 * @param {number} rate
 * @param {number} hop
 * @param {Range} stretch
 */
function framesIn(count, rate, hop, stretch) {
  const second = (/** @type {number} */ number) => hop * (1 / rate) * number;
  const begin = stretch[0] > 0 ? stretch[0] : -Infinity;
  const end = stretch[1] < count / rate ? stretch[1] : Infinity;
  const middle = (stretch[0] + stretch[1]) / 2;
  const nearest = Math.round((middle * rate) / hop - 1e-9); // of two the first
  /** @type {number[]} */
  const numbers = [];
  for (let number = -1; (number - 2) * hop < count; number++) {
    if ((second(number) >= begin && second(number) <= end) || number === nearest) numbers.push(number);
  }
  return numbers;
}

/**
 * 0 up to 0, 1 from 1 on, and half a cosine between.
 * @param {number} x
 */
const raisedCosine = (x) => (1 - Math.cos(Math.PI * Math.max(0, Math.min(x, 1)))) / 2;
