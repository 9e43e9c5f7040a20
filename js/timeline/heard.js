/** What was heard of a whole song: probabilities and activities, window by window. */

/** @import { HeardSong } from "../types.js" */

import { bytesOf, clamp } from "../base/numbers.js";

/**
 * A song as Python sends it.
 * @param {any} message
 * @param {DataView<ArrayBuffer>[]} buffers probabilities as float32, then each layer's activities as float16
 * @returns {HeardSong}
 */
export function readSong({ hop, seconds, duration, times, wave, classes, none_below, layers }, [probabilities, ...halves]) {
  const words = (/** @type {DataView<ArrayBuffer>} */ buffer) => bytesOf(buffer).slice().buffer; // aligned
  return {
    ...{ hop, seconds, duration, times, wave, classes, none_below },
    probabilities: new Float32Array(words(probabilities)),
    layers: layers.map((/** @type {{features: number, scale: number}} */ layer, /** @type {number} */ i) => ({ ...layer, halves: new Uint16Array(words(halves[i])) })),
  };
}

/** @param {HeardSong} song */
export const sizeOf = ({ probabilities, layers }) => layers.reduce((sum, { halves }) => sum + halves.byteLength, probabilities.byteLength);

/**
 * The value of a float16 that is not negative.
 * @param {number} bits
 */
const half = (bits) => (bits >> 10 ? 2 ** ((bits >> 10) - 25) * (1024 + (bits & 1023)) : 2 ** -24 * bits);

/**
 * How much a feature responds to each window.
 * @param {HeardSong} song
 * @param {number} layer from 1
 * @param {number} feature
 */
export function activityOf({ layers, times }, layer, feature) {
  const { features, scale, halves } = layers[layer - 1] ?? { features: 0, scale: 0, halves: [] };
  return Float32Array.from(times, (_, i) => (feature < features ? scale * half(halves[i * features + feature]) : 0));
}

/**
 * How probable a class is in each window.
 * @param {HeardSong} song
 * @param {number} number of the class
 */
export const probabilityOf = ({ probabilities, classes, times }, number) => Float32Array.from(times, (_, i) => probabilities[i * classes.length + number]);

/**
 * The classes that are most probable over the song, `most` at most, the most probable first.
 * @param {HeardSong} song
 * @param {number} most
 */
export function topClasses(song, most) {
  const means = song.classes.map((_, k) => probabilityOf(song, k).reduce((sum, p) => sum + p, 0));
  return song.classes.map((_, k) => k).sort((one, other) => means[other] - means[one]).slice(0, most);
}

/**
 * The likeliest class of each window.
 * @param {HeardSong} song
 */
export const likeliestClass = (song) =>
  song.times.map((_, i) => {
    const row = rowOf(song, i);
    return row.indexOf(Math.max(...row));
  });

/**
 * Whether none of the classes is said of a window.
 * @param {HeardSong} song
 * @param {number} i
 */
export const isNone = (song, i) => Boolean(song.none_below && song.classes.length) && Math.max(...rowOf(song, i)) < Number(song.none_below);

/**
 * The probabilities of a window.
 * @param {HeardSong} song
 * @param {number} i
 */
const rowOf = ({ probabilities, classes }, i) => probabilities.subarray(i * classes.length, (i + 1) * classes.length);

/**
 * The window whose middle is nearest to a moment.
 * @param {HeardSong} song
 * @param {number} time s
 */
export const windowAt = ({ times, hop, seconds }, time) => clamp(Math.round((time - seconds / 2) / hop), 0, times.length - 1);
