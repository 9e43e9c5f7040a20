/**
 * Lists of marks as files: JSON of the format auralise-jax-marks/1, which docs/marks.md describes, and a
 * table. Anybody may have written a file, or what the browser kept: every length and number is bounded.
 */

import { word } from "../words/words.js";

/**
 * @typedef {object} Mark a feature that was marked
 * @property {number} layer from 1
 * @property {number} feature from 0
 * @property {string} words
 * @property {string} rule
 * @property {string} resynthesis
 * @property {string} position
 * @property {string} clip
 * @property {number} start of the window in the clip, s
 * @property {[number, number] | null} region s in the clip
 *
 * @typedef {{model: string, weights: string, panel?: number}} Marking whose features they are; which panel of a page
 * @typedef {{model: string, weights: string, student: string, marks: Mark[]}} MarkList
 */

export const FORMAT = "auralise-jax-marks/1";
export const MOST_BYTES = 1_000_000;
export const MOST_MARKS = 500;
export const LONGEST_WORDS = 200;
export const LONGEST_STUDENT = 80;
const LONGEST_NAME = 255;
const MOST_SECONDS = 1e6;
const NAMES = /** @type {const} */ (["rule", "resynthesis", "position", "clip"]);
const FIELDS = ["layer", "feature", "words", ...NAMES, "start", "region"];

/**
 * A text on one line, without control characters, no longer than that.
 * @param {string} text
 * @param {number} longest
 */
export const oneLine = (text, longest) => [...text.replace(/[\s\p{Cc}\p{Cs}]+/gu, " ").trim()].slice(0, longest).join("").trim();

/**
 * @param {unknown} value
 * @param {number} longest
 */
const isText = (value, longest) => typeof value === "string" && [...value].length <= longest && !/[\p{Cc}\p{Cs}]/u.test(value.replace(/\s/g, " "));

/**
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 */
const isWhole = (value, low, high) => Number.isInteger(value) && Number(value) >= low && Number(value) <= high;

/** @param {unknown} value */
const isSeconds = (value) => typeof value === "number" && value >= 0 && value <= MOST_SECONDS;

/** @param {any} value */
const isRegion = (value) => value === null || (Array.isArray(value) && value.length === 2 && value.every(isSeconds) && value[0] < value[1]);

/**
 * What is wrong with a mark: the name of a field, or of what no mark has; empty if nothing is.
 * @param {any} one with every field
 * @param {object} given
 */
function wrongIn(one, given) {
  const strange = Object.keys(given).find((name) => !FIELDS.includes(name));
  if (strange !== undefined) return oneLine(strange, 40);
  if (!isWhole(one.layer, 1, 9_999)) return "layer";
  if (!isWhole(one.feature, 0, 9_999_999)) return "feature";
  if (!isText(one.words, LONGEST_WORDS)) return "words";
  const name = NAMES.find((each) => !isText(one[each], LONGEST_NAME));
  if (name) return name;
  return isSeconds(one.start) ? (isRegion(one.region) ? "" : "region") : "start";
}

/** What a mark is where a file says nothing else. */
const PLAIN = { words: "", rule: "deconvnet", resynthesis: "phase", position: "all", clip: "", start: 0, region: null };

/**
 * Marks of any origin, checked; throws a sentence.
 * @param {unknown} given
 * @param {string} name of the file, for the sentence
 * @returns {Mark[]}
 */
function checkedMarks(given, name) {
  if (!Array.isArray(given)) throw new Error(word("marks.bad", { name }));
  if (given.length > MOST_MARKS) throw new Error(word("marks.bad.many", { name, most: MOST_MARKS }));
  return given.map((one, i) => {
    const isMapping = typeof one === "object" && one !== null && !Array.isArray(one);
    const whole = { ...PLAIN, ...(isMapping ? one : {}) };
    const wrong = isMapping ? wrongIn(whole, one) : "layer";
    if (wrong) throw new Error(word("marks.bad.mark", { name, number: i + 1, field: wrong }));
    const { layer, feature, words, rule, resynthesis, position, clip, start, region } = whole;
    return { layer, feature, words: oneLine(words, LONGEST_WORDS), rule, resynthesis, position, clip, start, region };
  });
}

/**
 * The list in a text; throws a sentence where it is none.
 * @param {string} text
 * @param {string} name of the file
 * @returns {MarkList}
 */
export function readList(text, name) {
  if (text.length > MOST_BYTES) throw new Error(word("marks.bad.large", { name }));
  /** @type {any} */
  let found;
  try {
    found = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    throw new Error(word("marks.bad.json", { name }));
  }
  const { format, model, weights = "", student = "", marks, ...more } = Object(found);
  const isList = format === FORMAT && isText(model, LONGEST_NAME) && isText(weights, 64) && /^[0-9a-f]*$/.test(weights) && isText(student, LONGEST_STUDENT);
  if (!isList || Object.keys(more).length) throw new Error(word("marks.bad", { name }));
  return { model, weights, student: oneLine(student, LONGEST_STUDENT), marks: checkedMarks(marks, name) };
}

/** @param {MarkList} list */
export function textOf({ model, weights, student, marks }) {
  return `${JSON.stringify({ format: FORMAT, model, weights, student, marks }, null, 1)}\n`;
}

/**
 * A cell of a table; a spreadsheet takes it for no formula.
 * @param {string | number} value
 */
function cell(value) {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : `${value}`;
  return /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The list as a table, CSV, that spreadsheets read as UTF-8.
 * @param {MarkList} list
 */
export function tableOf({ model, student, marks }) {
  const head = ["student", "model", "layer", "feature", "words", "clip", "start", "region_start", "region_end", "rule", "resynthesis", "position"];
  const lines = marks.map(({ layer, feature, words, clip, start, region, rule, resynthesis, position }) => [student, model, layer, feature, words, clip, start, region?.[0] ?? "", region?.[1] ?? "", rule, resynthesis, position]);
  return `\ufeff${[head, ...lines].map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

/**
 * What a mark is of: whatever is the same there is marked once.
 * @param {Mark} mark
 */
export const placeOf = ({ words: _, ...place }) => JSON.stringify(Object.entries(place).sort());

/**
 * The name of a file with a list; of a page's later panels it ends with the panel's number.
 * @param {Pick<MarkList, "model" | "student">} list
 * @param {number} [panel]
 */
export const nameOf = ({ model, student }, panel = 1) => ["marks", model, student, panel > 1 ? panel : ""].filter(Boolean).join("-").replace(/[^\p{L}\p{N}-]+/gu, "_").slice(0, 120);

/**
 * The marks of another list that are not there yet.
 * @param {Mark[]} there
 * @param {MarkList} list
 * @param {Marking} own the model of those that are there
 * @param {string} name of the list's file
 */
export function newMarks(there, { model, weights, marks }, own, name) {
  if (model !== own.model) throw new Error(word("marks.bad.model", { name, model, here: own.model }));
  if (weights && own.weights && weights !== own.weights) throw new Error(word("marks.bad.weights", { name, model }));
  const known = new Set(there.map(placeOf));
  const added = marks.filter((mark) => !known.has(placeOf(mark)) && known.add(placeOf(mark)));
  if (there.length + added.length > MOST_MARKS) throw new Error(word("marks.full", { most: MOST_MARKS }));
  return added;
}
