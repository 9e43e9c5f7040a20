/** What a time line says. Nothing here needs a page. */

/** @import { HeardSong, Song } from "../types.js" */
/** @import { Series } from "./classes.js" */
/** @import { Moment } from "./moments.js" */

import { ticks } from "../base/numbers.js";
import { percent } from "../base/words.js";
import { tempiOf } from "./classes.js";
import { activityOf, isNone, windowAt } from "./heard.js";
import { fixed, local, word } from "../words/words.js";

const LONG = 120; // s, from which on times are minutes and seconds
const CAPTIONS = /** @type {const} */ ({ classes: "song.classes", tags: "song.tags", tempo: "song.tempo" });

/**
 * @param {string | null | undefined} said
 * @param {boolean} untrained
 */
export const captionOf = (said, untrained) => {
  const caption = CAPTIONS[/** @type {keyof typeof CAPTIONS} */ (said)];
  return caption ? `${word(caption)}${untrained ? word("song.chance") : ""}` : "";
};

/**
 * A number with three digits.
 * @param {number} value
 */
const short = (value) => (value === 0 ? "0" : local(value.toPrecision(3)));

/**
 * What is under the pointer.
 * @param {HeardSong | null} heard
 * @param {number} time s
 * @param {{said: string | null | undefined, series: Series[], layer: number, feature: number}} what
 */
export function readoutWords(heard, time, { said, series, layer, feature }) {
  const lines = [`${fixed(time, 1)} s`];
  if (!heard?.times.length) return lines.join("\n");
  const i = windowAt(heard, time);
  lines[0] += word("readout.window", { from: fixed(heard.times[i], 1), to: fixed(Math.min(heard.times[i] + heard.seconds, heard.duration), 1) });
  if (said === "tempo") lines.push(word("readout.tempo", { bpm: Math.round(tempiOf(heard)[i]) }));
  if (isNone(heard, i)) lines.push(word("none"));
  for (const { name, values } of series) lines.push(`${name} ${percent(values[i])}`);
  const activity = activityOf(heard, layer, feature);
  const most = Math.max(...activity);
  lines.push(word("readout.activity", { feature: `${layer}-${feature}`, activity: short(activity[i]) }) + (most > 0 ? word("readout.peak", { share: percent(activity[i] / most) }) : ""));
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
  if (!moments.length) return word("silent.song");
  return at < 0 ? word("places", { count: moments.length }) : word("place.of", { at: at + 1, count: moments.length, seconds: fixed(moments[at].start, 1) });
}

/**
 * How far apart the windows stand that are heard, where that is worth saying.
 * @param {Song} song
 */
export const hopWords = ({ hop = 1, window }) => (hop > Math.min(1, window / 2) ? word("song.hop", { seconds: local(+hop.toPrecision(2)) }) : "");

/**
 * The button that begins to hear the song.
 * @param {Song} song
 */
export const askWords = ({ duration, asks }) => (asks ? word("song.hear.minutes", { minutes: Math.round(duration / 60) }) : word("song.hear.all"));

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
export const clock = (seconds, duration) => (duration < LONG ? `${local(+seconds.toFixed(1))} s` : `${Math.floor(seconds / 60)}:${`${Math.round(seconds % 60)}`.padStart(2, "0")}`);
