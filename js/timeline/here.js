/** The windows of a song that a page of its own holds: a time line goes to these and to no others. */

/** @import { HeardSong, Place } from "../types.js" */
/** @import { Moment } from "./moments.js" */

import { windowAt } from "./heard.js";
import { strongest } from "./moments.js";
import { fixed, translated } from "../words/words.js";

const PLACES = 5; // that are looked for where all windows are here
const TOUCH = 0.02; // s by which windows may miss each other and still follow on each other
const REASONS = /, (?=most |\d+-\d+ strong)/; // between several
const MUCH = 0.5; // share of the largest value, from which on a window has much of something

/**
 * Where the window begins that begins nearest to a moment.
 * @param {Place[]} places
 * @param {number} start
 */
export const nearest = (places, start) => places.reduce((best, one) => (Math.abs(one.start - start) < Math.abs(best - start) ? one.start : best), places[0].start);

/**
 * Where the next window begins from `value` on, in the direction of movement; the last if there is no next.
 * @param {Place[]} places
 * @param {number} value
 * @param {number} direction above 0: later
 */
export function next(places, value, direction) {
  const starts = places.map(({ start }) => start).sort((one, other) => direction * (one - other));
  return starts.find((start) => direction * (start - value) >= 0) ?? starts[starts.length - 1];
}

/**
 * Where the window begins in which the song goes on, of those the one that begins last; null if none does.
 * @param {Place[]} places
 * @param {number} start of the window that plays
 * @param {number} duration of both
 */
export function following(places, start, duration) {
  const later = places.map((one) => one.start - start).filter((shift) => shift > TOUCH && shift <= duration + TOUCH);
  return later.length ? nearest(places, start + Math.max(...later)) : null;
}

/**
 * The windows by a value that each has, the largest first; none with 0.
 * @param {ArrayLike<number>} values of all the windows of the song
 * @param {HeardSong} song
 * @param {Place[]} places
 * @returns {Moment[]}
 */
export function strongestHere(values, song, places) {
  const found = places.map(({ start }) => ({ start, end: Math.min(start + song.seconds, song.duration), value: values[windowAt(song, start + song.seconds / 2)] }));
  return found.filter(({ value }) => value > 0).sort((one, other) => other.value - one.value);
}

/**
 * Where something is strongest: of the windows that are here, or of all.
 * @param {ArrayLike<number>} values of all the windows of the song
 * @param {HeardSong} song
 * @param {Place[] | null} places null: all are here
 */
export const strongestOf = (values, song, places) => (places ? strongestHere(values, song, places) : strongest(values, song, PLACES));

/**
 * Of such windows those that have much of it.
 * @param {Moment[]} moments
 */
export const muchOf = (moments) => moments.filter(({ value }) => value >= MUCH * moments[0].value);

/**
 * Why a window is here, beside where it begins.
 * @param {Place[]} places
 * @param {number} start
 */
export function hereWords(places, start) {
  const why = places.find((one) => one.start === start)?.why;
  return `${fixed(start, 1)} s${why ? `: ${why.split(REASONS).map(translated).join(", ")}` : ""}`;
}
