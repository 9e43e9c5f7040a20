/** What a time line says. Nothing here needs a page. */

/** @import { HeardSong, Song } from "../types.js" */
/** @import { Series } from "./classes.js" */
/** @import { Moment } from "./moments.js" */

import { NONE } from "../base/answer.js";
import { ticks } from "../base/numbers.js";
import { percent } from "../base/words.js";
import { tempiOf } from "./classes.js";
import { activityOf, isNone, windowAt } from "./heard.js";

const LONG = 120; // s, from which on times are minutes and seconds
const CAPTIONS = { classes: "Classes", tags: "Tags", tempo: "Tempo" };

/**
 * @param {string | null | undefined} said
 * @param {boolean} untrained
 */
export const captionOf = (said, untrained) => {
  const caption = CAPTIONS[/** @type {keyof typeof CAPTIONS} */ (said)];
  return caption ? `${caption}${untrained ? ", by\u00a0chance" : ""}` : "";
};

/**
 * A number with three digits.
 * @param {number} value
 */
const short = (value) => (value === 0 ? "0" : value.toPrecision(3));

/**
 * What is under the pointer.
 * @param {HeardSong | null} heard
 * @param {number} time s
 * @param {{said: string | null | undefined, series: Series[], layer: number, feature: number}} what
 */
export function readoutWords(heard, time, { said, series, layer, feature }) {
  const lines = [`${time.toFixed(1)} s`];
  if (!heard?.times.length) return lines.join("\n");
  const i = windowAt(heard, time);
  lines[0] += ` (window ${heard.times[i].toFixed(1)} to ${Math.min(heard.times[i] + heard.seconds, heard.duration).toFixed(1)} s)`;
  if (said === "tempo") lines.push(`tempo ${Math.round(tempiOf(heard)[i])} BPM`);
  if (isNone(heard, i)) lines.push(NONE);
  for (const { name, values } of series) lines.push(`${name} ${percent(values[i])}`);
  const activity = activityOf(heard, layer, feature);
  const most = Math.max(...activity);
  lines.push(`activity of ${layer}-${feature}: ${short(activity[i])}${most > 0 ? `, ${percent(activity[i] / most)} of its peak here` : ""}`);
  return lines.join("\n");
}

/**
 * Beside the ribbon.
 * @param {HeardSong | null} heard
 * @param {Moment[]} moments
 * @param {number} at which of them was gone to; -1 for none
 */
export function strongestWords(heard, moments, at) {
  if (!heard) return "";
  if (!moments.length) return "silent in the whole song";
  return at < 0 ? `${moments.length} places` : `${at + 1} of ${moments.length}, ${moments[at].start.toFixed(1)} s`;
}

/**
 * How far apart the windows stand that are heard, where that is worth saying.
 * @param {Song} song
 */
export const hopWords = ({ hop = 1, window }) => (hop > Math.min(1, window / 2) ? `a window every ${+hop.toPrecision(2)} s` : "");

/**
 * The button that begins to hear the song.
 * @param {Song} song
 */
export const askWords = ({ duration, asks }) => `hear the whole song${asks ? `, ${Math.round(duration / 60)} min` : ""}`;

/**
 * Where the axis has marks, s: at round seconds, or minutes.
 * @param {number} duration
 */
export function marksOf(duration) {
  const unit = duration < LONG ? 1 : 60;
  return ticks(0, duration / unit, 1000, 90).map((mark) => mark * unit);
}

/**
 * A time on the axis, beneath its mark.
 * @param {number} seconds
 * @param {number} duration
 */
export const clock = (seconds, duration) => (duration < LONG ? `${+seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)}:${`${Math.round(seconds % 60)}`.padStart(2, "0")}`);
