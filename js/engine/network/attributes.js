/** Attributes of a node, which may be anybody's: each kind returns what it is given, or throws what it must be. */

export const MOST_AXES = 8;

/** Magnitude of a whole number in a node, at most. */
export const LARGEST = 2 ** 31 - 1;

/** @typedef {(value: any) => any} Kind */

/** @param {any} value */
export const shown = (value) => (JSON.stringify(value) ?? "nothing").slice(0, 80);

/**
 * @param {any} value
 * @param {number} least
 */
export function whole(value, least = -LARGEST) {
  if (!Number.isInteger(value) || value < least || value > LARGEST) throw new Error(`must be a whole number from ${least} to ${LARGEST}`);
  return value;
}

/**
 * @param {number} least
 * @returns {Kind}
 */
export const wholes = (least) => (value) => {
  if (!Array.isArray(value) || value.length > MOST_AXES) throw new Error(`must be a list of at most ${MOST_AXES} whole numbers`);
  return value.map((one) => whole(one, least));
};

/**
 * @param {Kind} kind
 * @param {number} [many]
 * @returns {Kind}
 */
export const several = (kind, many) => (value) => {
  if (!Array.isArray(value) || value.length > MOST_AXES) throw new Error(`must be a list of at most ${MOST_AXES} lists`);
  if (many !== undefined && value.length !== many) throw new Error(`must have ${many} lists`);
  return value.map(kind);
};

/** @type {Kind} */
export function margins(value) {
  const pairs = several(wholes(-LARGEST))(value);
  if (pairs.some((/** @type {number[]} */ pair) => pair.length !== 2)) throw new Error("must be a list of pairs");
  return pairs;
}

/** @type {Kind} */
export function above0(value) {
  if (typeof value !== "number" || !(value > 0 && value < Infinity)) throw new Error("must be a number above 0");
  return value;
}

/** @type {Kind} */
export function name(value) {
  if (typeof value !== "string" || !value.trim() || value.length > 1000) throw new Error("must be a text of 1 to 1000 characters");
  return value;
}

/** @type {Kind} */
export function names(value) {
  if (!Array.isArray(value) || value.length > MOST_AXES) throw new Error(`must be a list of at most ${MOST_AXES} texts`);
  return value.map(name);
}

/** The page computes in single precision, and in no other. */
const FLOAT = "float32";

/** @type {Kind} */
export function float(value) {
  if (value !== FLOAT) throw new Error(`must be ${FLOAT}, in which a page computes`);
  return value;
}

export const AXES = wholes(0);
export const SIZES = wholes(1);
