/**
 * The words of a panel: one table with a column for each language, en.json, de.json and fr.json.
 * The program brings English; a page in another language brings that column.
 *
 * Python and the worker speak English. Their sentences stand in the table, too, under keys that begin
 * with "from."; a panel in another language finds them there by their English.
 */

import en from "./en.json" with { type: "json" };

/** @typedef {keyof typeof en} Key */

/** @type {Record<string, string>} */
let table = en;
let decimal = ".";
/** @type {[key: string, sentence: RegExp][] | null} what comes in English; null where it stays so */
let foreign = null;

/**
 * From now on speak another language.
 * @param {string} language such as "de"
 * @param {Record<string, string>} words its column of the table
 */
export function speak(language, words) {
  table = words;
  decimal = new Intl.NumberFormat(language).formatToParts(0.5).find(({ type }) => type === "decimal")?.value ?? ".";
  foreign = Object.entries(en).filter(([key]) => key.startsWith("from.")).map(([key, sentence]) => [key, patternOf(sentence)]);
}

/** @param {string} sentence with names in braces */
const patternOf = (sentence) => new RegExp(`^${sentence.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\s/g, "\\s").replace(/\{(\w+)\}/g, "(?<$1>.+?)")}$`);

/**
 * A sentence of Python's or the worker's in the language of the page; as it is if the table does not know it.
 * @param {string} sentence
 * @returns {string}
 */
export function translated(sentence) {
  for (const [key, pattern] of foreign ?? []) {
    const found = pattern.exec(sentence);
    if (!found) continue;
    const values = Object.entries(found.groups ?? {}).map(([name, value]) => [name, inside(name, value)]);
    return word(/** @type {Key} */ (key), Object.fromEntries(values));
  }
  return sentence;
}

/**
 * What stands in a sentence: a number, a list of names, or another sentence.
 * @param {string} name
 * @param {string} value
 */
function inside(name, value) {
  if (name === "names") return value.replace(/ and (?=[^,]*$)/, word("and"));
  return /^\d+\.\d+(\s%)?$/.test(value) ? local(value) : translated(value);
}

/**
 * The words of a key, with values in the places of the names in braces.
 * @param {Key} key
 * @param {Record<string, string | number>} values
 */
export const word = (key, values = {}) => table[key].replace(/\{(\w+)\}/g, (_, name) => `${values[name]}`);

/**
 * A number with the decimal point or comma of the language.
 * @param {string | number} number
 */
export const local = (number) => `${number}`.replace(".", decimal);

/**
 * Likewise, with so many decimals.
 * @param {number} number
 * @param {number} digits
 */
export const fixed = (number, digits) => local(number.toFixed(digits));
