/**
 * The words of a panel: one table with a column for each language, en.json, de.json and fr.json.
 * The program brings English; a page in another language brings that column.
 */

import en from "./en.json" with { type: "json" };

/** @typedef {keyof typeof en} Key */

/** @type {Record<string, string>} */
let table = en;
let decimal = ".";

/**
 * From now on speak another language.
 * @param {string} language such as "de"
 * @param {Record<string, string>} words its column of the table
 */
export function speak(language, words) {
  table = words;
  decimal = new Intl.NumberFormat(language).formatToParts(0.5).find(({ type }) => type === "decimal")?.value ?? ".";
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
