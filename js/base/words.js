/** Numbers as words: frequencies, levels, shares, notes. */

import { fixed, local } from "../words/words.js";

/** @param {string} text with hyphens for minus signs */
export const minus = (text) => text.replace(/-(?=\d)/g, "\u2212");

/** @param {number} hz */
export const hertz = (hz) => (hz < 1000 ? `${Math.round(hz)} Hz` : `${fixed(hz / 1000, 2)} kHz`);

/**
 * A difference of level, with its sign.
 * @param {number} db
 */
export const signed = (db) => minus(`${db >= 0.05 ? "+" : ""}${fixed(Math.abs(db) < 0.05 ? 0 : db, 1)}\u00a0dB`);

/** @param {number} share */
export const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/**
 * 1234 -> "1.2 k" + unit: the larger unit from a thousand on.
 * @param {number} value
 * @param {string} small
 * @param {string} large
 */
export const amount = (value, small, large) =>
  value < 1000 ? `${local(+value.toPrecision(value < 10 ? 2 : 3))} ${small}` : `${fixed(value / 1000, 1)} ${large}`;

const NOTES = ["C", "C\u266f", "D", "D\u266f", "E", "F", "F\u266f", "G", "G\u266f", "A", "A\u266f", "B"];

/**
 * The note nearest to a frequency, A4 = 440 Hz; nothing outside of the piano's and piccolo's reach.
 * @param {number} hz
 */
export function nearestNote(hz) {
  const number = Math.round(69 + 12 * Math.log2(hz / 440));
  return hz > 0 && number >= 21 && number <= 120 ? `${NOTES[number % 12]}${Math.floor(number / 12) - 1}` : "";
}

/**
 * An error of Python's without its commonest name.
 * @param {string} error
 */
export const plainError = (error) => error.replace(/^ValueError: /, "");
