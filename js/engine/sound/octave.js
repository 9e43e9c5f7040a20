/** A sound at half or twice its rate by a filter of hundreds of taps, in blocks of Fourier transforms. */

/** @import { Stage } from "./polyphase.js" */

import { fourier } from "./fourier.js";
import { lowpass, reachOf } from "./lowpass.js";
import { joined } from "./polyphase.js";

const BLOCK = 4096; // samples at the higher rate
const BAND = 0.9136; // share of the lower rate's half that passes: soxr's at high quality

const REACH = 2 * Math.ceil(reachOf((1 - BAND) / 4) / 2);
const FRESH = BLOCK - 2 * REACH; // samples of a block that the filter has seen whole

/** @type {Float64Array | null} */
let response = null;

/** The filter's spectrum: real, since its middle stands at 0. */
function filter() {
  if (response) return response;
  const taps = new Float64Array(BLOCK);
  for (let i = -REACH; i <= REACH; i++) taps[(i + BLOCK) % BLOCK] = lowpass(i, (1 + BAND) / 8, REACH);
  const sum = taps.reduce((all, x) => all + x, 0);
  const [re, im] = bins(BLOCK);
  fourier(BLOCK).forward(taps.map((x) => x / sum), re, im);
  return (response = re);
}

/** @param {number} size */
const bins = (size) => [new Float64Array(size / 2 + 1), new Float64Array(size / 2 + 1)];

/**
 * Blocks that overlap by the filter's length (overlap-save).
 * @param {number} size samples that a block takes
 * @param {number} made samples that it makes
 * @param {(block: Float64Array, out: Float64Array) => void} run
 * @returns {Stage}
 */
function inBlocks(size, made, run) {
  const before = (REACH * size) / BLOCK;
  const [step, first, count] = [(FRESH * size) / BLOCK, (REACH * made) / BLOCK, (FRESH * made) / BLOCK];
  const out = new Float64Array(made);
  let held = new Float64Array(before);
  return (input) => {
    held = joined(held, input);
    const blocks = Math.max(0, Math.floor((held.length - size) / step) + 1);
    const all = new Float64Array(blocks * count);
    for (let i = 0; i < blocks; i++) {
      run(held.subarray(i * step, i * step + size), out);
      all.set(out.subarray(first, first + count), i * count);
    }
    held = held.slice(blocks * step);
    return all;
  };
}

/** @returns {Stage} to half the rate */
export function halving() {
  const gain = filter();
  const [whole, half] = [fourier(BLOCK), fourier(BLOCK / 2)];
  const [re, im] = bins(BLOCK);
  const [foldedRe, foldedIm] = bins(BLOCK / 2);
  return inBlocks(BLOCK, BLOCK / 2, (block, out) => {
    whole.forward(block, re, im);
    for (let k = 0; k <= BLOCK / 4; k++) {
      const mirrored = BLOCK / 2 - k;
      foldedRe[k] = (re[k] * gain[k] + re[mirrored] * gain[mirrored]) / 2;
      foldedIm[k] = (im[k] * gain[k] - im[mirrored] * gain[mirrored]) / 2;
    }
    half.inverse(foldedRe, foldedIm, out);
  });
}

/** @returns {Stage} to twice the rate */
export function doubling() {
  const gain = filter();
  const [whole, half] = [fourier(BLOCK), fourier(BLOCK / 2)];
  const [re, im] = bins(BLOCK);
  return inBlocks(BLOCK / 2, BLOCK, (block, out) => {
    half.forward(block, re, im);
    for (let k = BLOCK / 4 + 1; k <= BLOCK / 2; k++) {
      re[k] = re[BLOCK / 2 - k];
      im[k] = -im[BLOCK / 2 - k];
    }
    for (let k = 0; k <= BLOCK / 2; k++) {
      re[k] *= 2 * gain[k];
      im[k] *= 2 * gain[k];
    }
    whole.inverse(re, im, out);
  });
}
