/** A model's own domain: from what the rows of a filter bank hold to the values that a network sees, and back. */

/**
 * @typedef {object} Scaling where the domain lies for one sound: a value is (compressed - shift) / scale
 * @property {number} low what counts as nothing, compressed
 * @property {Float32Array} shift by row, as the others
 * @property {Float32Array} scale
 * @property {Float32Array} floor the value of silence
 *
 * @typedef {object} Compression
 * @property {(row: number) => number} compress
 * @property {(compressed: number) => number} expand
 */

const { fround } = Math; // what is compared is compared as float32, as in the package

/**
 * A front end's compression, by its settings.
 * @param {Record<string, any>} settings
 * @returns {Compression}
 */
export function compressionOf({ compression, gain, amin, power }) {
  const by = fround(gain);
  const least = fround(amin ?? 1e-5);
  const decibels = decibelsOf(power);
  switch (compression) {
    case "linear":
      return { compress: (row) => fround(by * row), expand: (x) => x / by };
    case "log1p":
      return { compress: (row) => fround(Math.log1p(by * row)), expand: (x) => Math.expm1(x) / by };
    case "log10":
      return { compress: (row) => fround(Math.log1p(by * row) / Math.LN10), expand: (x) => Math.expm1(x * Math.LN10) / by };
    case "log":
      return { compress: (row) => fround(Math.log(fround(fround(by * row) + least))), expand: (x) => (Math.exp(x) - least) / by };
    case "db":
      return { compress: (row) => fround(decibels * Math.log10(Math.max(by * row, least))), expand: (x) => 10 ** (x / decibels) / by };
    default:
      throw new Error(`the compression ${compression} is not known here: open this model with Python`);
  }
}

/**
 * Decibels of a factor of ten.
 * @param {number} power
 */
const decibelsOf = (power) => 20 / power;

/**
 * Where the domain lies for a picture of these rows.
 * @param {Compression} compression
 * @param {Record<string, any>} settings
 * @param {{mean: ArrayLike<number> | null, std: ArrayLike<number> | null}} given by row, or one for all rows
 * @param {Float32Array[]} channels each of `freq` rows and `frames` columns, the last of which is past the end
 * @param {number} freq
 * @param {number} frames
 * @returns {Scaling}
 */
export function scalingOf({ compress }, { compression, power, ref, amin, top_db, normalise }, { mean, std }, channels, freq, frames) {
  const nothing = compress(0);
  /** @param {(compressed: number) => void} see */
  const each = (see) => {
    for (const rows of channels) for (let i = 0; i < rows.length; i++) if ((i + 1) % frames) see(compress(rows[i]));
  };
  let [low, peak] = [nothing, nothing];
  if (top_db != null || ref === "max") each((x) => (peak = Math.max(peak, x)));
  if (top_db != null) low = Math.max(low, fround(peak - top_db));
  let [shift, scale] = [0, 1];
  if (ref === "max") shift = peak;
  else if (compression === "db") shift = decibelsOf(power) * Math.log10(Math.max(ref, amin));
  if (normalise === "picture") [shift, scale] = spreadOf(each, low);
  const shifts = Float32Array.from({ length: freq }, (_, r) => fround(shift) + at(mean, r, 0));
  const scales = Float32Array.from({ length: freq }, (_, r) => at(std, r, scale));
  const floor = shifts.map((one, r) => fround(low - one) / scales[r]);
  return { low, shift: shifts, scale: scales, floor };
}

/**
 * Mean and deviation of what lies above `low`.
 * @param {(see: (compressed: number) => void) => void} each
 * @param {number} low
 */
function spreadOf(each, low) {
  let [count, sum, squares] = [0, 0, 0];
  each((x) => {
    count++;
    sum += Math.max(x, low);
  });
  const mean = sum / count;
  each((x) => (squares += (Math.max(x, low) - mean) ** 2));
  return [mean, Math.sqrt(squares / count) || 1];
}

/**
 * @param {ArrayLike<number> | null} given
 * @param {number} row
 * @param {number} otherwise
 */
const at = (given, row, otherwise) => (given ? given[given.length > 1 ? row : 0] : otherwise);

/**
 * What the network sees of a row.
 * @param {Compression} compression
 * @param {Scaling} scaling
 * @param {number} r
 * @param {number} held
 */
export function valueOf({ compress }, { low, shift, scale, floor }, r, held) {
  const compressed = compress(held);
  return compressed > low ? fround(compressed - shift[r]) / scale[r] : floor[r];
}

/**
 * What a row holds that the network sees so: nothing at the floor and below it.
 * @param {Compression} compression
 * @param {Scaling} scaling
 * @param {number} r
 * @param {number} value as float32
 */
export function heldOf({ expand }, { shift, scale, floor }, r, value) {
  return value > floor[r] ? Math.max(expand(fround(fround(value * scale[r]) + shift[r])), 0) : 0;
}
