/**
 * The door for what comes from a page: every value is checked before any of them is applied. Types are
 * exact, texts and numbers bounded; the sentences are those that Python says.
 */

/** @typedef {Record<string, unknown>} Message */

const LONGEST_TEXT = 255; // characters of a name: no file system has longer ones

/**
 * A message, if it is an object.
 * @param {unknown} received
 * @returns {Message}
 */
export function message(received) {
  const known = typeof received === "object" && received !== null && !Array.isArray(received) && !ArrayBuffer.isView(received);
  if (!known) throw new Error(`a message must be a JSON object; this one is not known here: ${short(received)}`);
  return /** @type {Message} */ (received);
}

/**
 * A whole number of a message.
 * @param {Message} sent
 * @param {string} name
 */
export function whole(sent, name) {
  const value = sent[name];
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number, not ${short(value)}`);
  return /** @type {number} */ (value);
}

/**
 * A number of a message; NaN and infinity are numbers here.
 * @param {Message} sent
 * @param {string} name
 */
export function number(sent, name) {
  const value = sent[name];
  return typeof value === "number" ? value : whole(sent, name);
}

/**
 * A yes or no of a message.
 * @param {Message} sent
 * @param {string} name
 */
export function truth(sent, name) {
  const value = sent[name];
  if (typeof value !== "boolean") throw new Error(`${name} must be true or false, not ${short(value)}`);
  return value;
}

/**
 * A text of a message.
 * @param {Message} sent
 * @param {string} name
 */
export function text(sent, name, longest = LONGEST_TEXT) {
  const value = sent[name];
  if (typeof value !== "string") throw new Error(`${name} must be a text, not ${short(value)}`);
  if (value.length > longest) throw new Error(`${name} must have at most ${longest} characters, not ${value.length}`);
  return value;
}

/**
 * A word that is one of a few.
 * @param {string} name
 * @param {string} value
 * @param {readonly string[]} legal
 */
export function oneOf(name, value, legal) {
  if (!legal.includes(value)) throw new Error(`${name} must be one of ${legal.join(", ")}, not ${short(value)}`);
  return value;
}

const [FIRST, LAST, ITEMS] = [13, 14, 6]; // characters and items that are shown of what is long

/**
 * A value for a sentence, as Python writes it: what is long is cut.
 * @param {unknown} value
 * @returns {string}
 */
export function short(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value) ? "a number of more than 53 bits" : written(value);
  if (typeof value === "string") return cut(quoted(value));
  if (Array.isArray(value)) return `[${listed(value, short)}]`;
  if (typeof value === "object") return `{${listed(Object.entries(value), ([name, one]) => `${short(name)}: ${short(one)}`)}}`;
  return typeof value;
}

/** @param {number} value */
const written = (value) => (Number.isFinite(value) ? `${value}` : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");

/** @param {string} value */
function quoted(value) {
  const mark = value.includes("'") && !value.includes('"') ? '"' : "'";
  return `${mark}${value.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t").replaceAll(mark, mark === "'" ? "\\'" : mark)}${mark}`;
}

/** @param {string} value */
const cut = (value) => (value.length > FIRST + LAST + 3 ? `${value.slice(0, FIRST)}...${value.slice(-LAST)}` : value);

/**
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => string} words
 */
const listed = (items, words) => [...items.slice(0, ITEMS).map(words), ...(items.length > ITEMS ? ["..."] : [])].join(", ");
