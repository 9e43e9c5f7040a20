/** Projections rectified and standardised, so that products of them are Pearson's correlations; waveforms are not rectified. */

/**
 * @typedef {object} Row a projection, ready for products
 * @property {number} peak its largest magnitude
 * @property {number} high its peak as it is heard: of a picture its largest value
 * @property {number} squares sum of squares, over the peak's
 * @property {number} sparseness Hoyer's, 0 to 1
 * @property {Float32Array | null} unit of mean 0 and length 1; null where nothing is positive
 */

/** A feature is silent whose peak is below this part of the largest in its layer. */
export const SILENT = 1e-6;

/**
 * Give an array the mean 0 and the length 1, in place; a constant one becomes zeros.
 * @param {Float32Array} row with a peak near 1
 */
function standardise(row) {
  let sum = 0;
  for (let n = 0; n < row.length; n++) sum += row[n];
  const mean = Math.fround(sum / row.length);
  let squares = 0;
  for (let n = 0; n < row.length; n++) {
    const value = Math.fround(row[n] - mean);
    row[n] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares) || 1;
  for (let n = 0; n < row.length; n++) row[n] /= length;
}

/**
 * @param {Float32Array} values
 * @returns {{high: number, low: number}}
 */
function ends(values) {
  let high = -Infinity;
  let low = Infinity;
  let sum = 0;
  for (let n = 0; n < values.length; n++) {
    const value = values[n];
    if (value > high) high = value;
    if (value < low) low = value;
    sum += value;
  }
  if (!Number.isFinite(sum)) throw new Error("projections and source must be finite");
  return { high, low };
}

/**
 * @param {Float32Array} projection signed
 * @param {boolean} waveform
 * @returns {Row}
 */
export function rowOf(projection, waveform) {
  const { high: highest, low } = ends(projection);
  const peak = Math.max(highest, -low);
  const high = waveform ? peak : highest;
  if (!(high > 0)) return { peak, high: 0, squares: 0, sparseness: 0, unit: null };
  const least = waveform ? -Infinity : 0;
  const unit = new Float32Array(projection.length);
  let squares = 0;
  let sum = 0;
  for (let n = 0; n < unit.length; n++) {
    const value = Math.fround(Math.max(projection[n], least) / high);
    unit[n] = value;
    squares += value * value;
    sum += Math.abs(value);
  }
  standardise(unit);
  const root = Math.sqrt(unit.length);
  const sparseness = Math.max(0, Math.min((root - sum / Math.sqrt(squares)) / Math.max(root - 1, 1), 1));
  return { peak, high, squares, sparseness, unit };
}

/**
 * The source over its peak, and as `unit` of a row.
 * @param {Float32Array} source
 */
export function sourceOf(source) {
  const { high, low } = ends(source);
  const peak = Math.max(high, -low) || 1;
  const scaled = source.map((value) => value / peak);
  const unit = scaled.slice();
  standardise(unit);
  return { scaled, unit };
}

/** @param {number} r */
const limited = (r) => Math.max(-1, Math.min(r, 1));

/**
 * Pearson's correlation of a row with others; four at once, since each number read serves four products.
 * @param {Float32Array} x
 * @param {Float32Array[]} others
 * @returns {number[]}
 */
export function correlated(x, others) {
  const found = [];
  for (let first = 0; first < others.length; first += 4) {
    const [a, b = a, c = a, d = a] = others.slice(first, first + 4);
    let [p, q, r, s] = [0, 0, 0, 0];
    for (let n = 0; n < x.length; n++) {
      const value = x[n];
      p += value * a[n];
      q += value * b[n];
      r += value * c[n];
      s += value * d[n];
    }
    found.push(...[p, q, r, s].slice(0, others.length - first).map(limited));
  }
  return found;
}

/**
 * Which features are silent.
 * @param {Row[]} rows of a whole layer
 */
export function silences(rows) {
  const largest = rows.reduce((most, { peak }) => Math.max(most, peak), 0);
  return rows.map(({ peak }) => peak === 0 || peak < SILENT * largest);
}

/**
 * Each feature's share of the layer's sum of squares; 0 for silent features.
 * @param {Row[]} rows of a whole layer
 * @param {boolean[]} silent
 */
export function energies(rows, silent) {
  const largest = rows.reduce((most, { peak }) => Math.max(most, peak), 0) || 1;
  const energy = rows.map(({ squares, high }, k) => (silent[k] ? 0 : squares * (high / largest) ** 2));
  const sum = energy.reduce((total, one) => total + one, 0) || 1;
  return energy.map((one) => one / sum);
}
