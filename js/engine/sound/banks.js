/** Filter banks over the bins of an STFT: librosa's mel triangles, or given ones. */

/**
 * @typedef {object} Bank how much of each bin a row holds
 * @property {number} freq rows
 * @property {number} bins
 * @property {Float32Array} weights row by row
 * @property {[number, number][]} spans of each row: its first bin, and the one after its last
 */

/**
 * @param {Float32Array} weights
 * @param {number} freq
 * @returns {Bank}
 */
export function bankOf(weights, freq) {
  const bins = weights.length / freq;
  const spans = Array.from({ length: freq }, (_, r) => {
    const row = weights.subarray(r * bins, (r + 1) * bins);
    const first = row.findIndex((x) => x !== 0);
    return /** @type {[number, number]} */ (first < 0 ? [0, 0] : [first, row.findLastIndex((x) => x !== 0) + 1]);
  });
  return { freq, bins, weights, spans };
}

/**
 * librosa.filters.mel.
 * @param {Record<string, any>} settings
 */
export function melBank({ sample_rate: rate, n_fft: nFft, n_mels: count, fmin, fmax, htk, norm }) {
  const edges = melEdges(count, fmin, fmax ?? rate / 2, htk);
  const bins = nFft / 2 + 1;
  const weights = new Float32Array(count * bins);
  for (let r = 0; r < count; r++) {
    const [low, middle, high] = edges.subarray(r, r + 3);
    const area = norm === "slaney" ? 2 / (high - low) : 1;
    for (let k = 0; k < bins; k++) {
      const hz = (k * rate) / nFft;
      weights[r * bins + k] = area * Math.fround(Math.max(0, Math.min((hz - low) / (middle - low), (high - hz) / (high - middle))));
    }
  }
  return bankOf(weights, count);
}

/**
 * Where the triangles begin, peak and end, in hertz: librosa.mel_frequencies of two more than there are rows.
 * @param {number} count
 * @param {number} fmin
 * @param {number} fmax
 * @param {boolean} htk
 */
function melEdges(count, fmin, fmax, htk) {
  const { toMel, toHertz } = htk ? HTK : SLANEY;
  const [low, high] = [toMel(fmin), toMel(fmax)];
  const step = (high - low) / (count + 1); // by multiples of a step, as NumPy: of the last bin nothing but rounding may be left
  return Float64Array.from({ length: count + 2 }, (_, i) => toHertz(i > count ? high : i * step + low));
}

/** @typedef {{toMel: (hz: number) => number, toHertz: (mel: number) => number}} Scale */

/** @type {Scale} */
const HTK = { toMel: (hz) => 2595 * Math.log10(1 + hz / 700), toHertz: (mel) => 700 * (10 ** (mel / 2595) - 1) };

const KNEE = 1000; // Hz; below it Slaney's scale is linear
const WIDTH = 200 / 3; // Hz of a mel there
const STEP = Math.log(6.4) / 27;

/** @type {Scale} */
const SLANEY = {
  toMel: (hz) => (hz >= KNEE ? KNEE / WIDTH + Math.log(hz / KNEE) / STEP : hz / WIDTH),
  toHertz: (mel) => (mel >= KNEE / WIDTH ? KNEE * Math.exp(STEP * (mel - KNEE / WIDTH)) : WIDTH * mel),
};

/**
 * What rows hold of the bins' levels, by frame.
 * @param {Bank} bank
 * @param {Float32Array} magnitude bins by frames
 * @param {number} frames
 * @param {1 | 2} power
 */
export function rowsOf({ freq, spans, weights, bins }, magnitude, frames, power) {
  const rows = new Float32Array(freq * frames);
  const levels = power === 2 ? magnitude.map((x) => x * x) : magnitude;
  const sum = new Float64Array(frames);
  for (let r = 0; r < freq; r++) {
    sum.fill(0);
    for (let k = spans[r][0]; k < spans[r][1]; k++) {
      const weight = weights[r * bins + k];
      for (let t = 0, at = k * frames; t < frames; t++, at++) sum[t] += weight * levels[at];
    }
    rows.set(sum, r * frames);
  }
  return rows;
}

/**
 * Factors on rows as factors on bins: the mean of the rows that hold a bin.
 * @param {Bank} bank
 * @param {Float32Array} rows
 * @param {number} frames
 */
export function onBins({ freq, spans, weights, bins }, rows, frames) {
  const shared = new Float64Array(bins * frames);
  const weight = new Float64Array(bins);
  for (let r = 0; r < freq; r++) {
    for (let k = spans[r][0]; k < spans[r][1]; k++) {
      const share = weights[r * bins + k];
      weight[k] += share;
      for (let t = 0, from = r * frames, to = k * frames; t < frames; t++) shared[to++] += share * rows[from++];
    }
  }
  const factors = new Float32Array(bins * frames);
  for (let k = 0, i = 0; k < bins; k++) for (let t = 0; t < frames; t++, i++) factors[i] = shared[i] / (weight[k] || 1);
  return factors;
}
