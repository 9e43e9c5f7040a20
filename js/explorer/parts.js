/** Parts of the source that are taken out before the network hears it: bands, stretches, rectangles of both. */

/** @import { Part } from "../types.js" */
/** @typedef {{seconds: number, sampleRate: number}} Hearing what of a model parts are checked against */

import { short } from "./door.js";

/** The largest number of parts of the source that are taken out together. */
export const MOST_PARTS = 24;

/**
 * The parts of the source to be taken out, each once; throws words where one is not legal.
 * @param {unknown} given
 * @param {Hearing} model
 * @returns {Part[]}
 */
export function partsOf(given, { seconds, sampleRate }) {
  /** @type {Map<string, Part>} */
  const found = new Map();
  for (const one of listOf("removed", given, MOST_PARTS)) {
    if (typeof one !== "object" || !one || Array.isArray(one) || !Object.keys(one).every((name) => name === "band" || name === "stretch"))
      throw new Error(`a part of the source is named as {"band": [200, 800]}, {"stretch": [1, 2]} or both, not ${short(one)}`);
    const { band, stretch } = /** @type {Record<string, unknown>} */ (one);
    if (band == null && stretch == null)
      throw new Error("name a band, such as band=(200.0, 800.0) in hertz, or a stretch, such as stretch=(1.0, 2.0) in seconds, or both");
    const part = { band: pair("band", band), stretch: pair("stretch", stretch) };
    within("band", part.band, sampleRate / 2, "Hz");
    within("stretch", part.stretch, seconds, "s", 1 / sampleRate);
    found.set(JSON.stringify(part), part);
  }
  return [...found.values()];
}

/**
 * @param {string} name
 * @param {unknown} given
 * @param {number} most
 * @returns {unknown[]}
 */
export function listOf(name, given, most) {
  if (!Array.isArray(given)) throw new Error(`${name} must be a list, not ${short(given)}`);
  if (given.length > most) throw new Error(`${name} must be a list of at most ${most}, not ${given.length}`);
  return given;
}

/**
 * @param {string} name
 * @param {unknown} given
 * @returns {[number, number] | null}
 */
function pair(name, given) {
  if (given == null) return null;
  if (!Array.isArray(given) || given.length !== 2 || !given.every((one) => typeof one === "number"))
    throw new Error(`${name} must be a pair of numbers, such as (1, 2), not ${short(given)}`);
  return [given[0], given[1]];
}

/**
 * @param {string} name
 * @param {[number, number] | null} ends
 * @param {number} most
 * @param {string} unit
 */
function within(name, ends, most, unit, slack = 0) {
  if (!ends) return;
  const [low, high] = ends;
  if (!(low >= 0 && low < high && high <= most + slack)) {
    const legal = `begin at 0 ${unit} or later, and end after its beginning and by ${general(most)} ${unit}`;
    throw new Error(`${name} must ${legal}, not be ${general(low)} to ${general(high)} ${unit}`);
  }
}

/**
 * Whether a model can hear a part.
 * @param {Part} part
 * @param {Hearing} model
 */
export function isHeard(part, model) {
  try {
    return partsOf([part], model).length > 0;
  } catch {
    return false;
  }
}

/**
 * A part in words; `start` is where the window begins, in seconds.
 * @param {Part} part
 */
export function partWords({ band, stretch }, start = 0) {
  const hz = band ? `${band[0].toFixed(0)} to ${band[1].toFixed(0)} Hz` : "";
  const seconds = stretch ? `${(start + stretch[0]).toFixed(1)} to ${(start + stretch[1]).toFixed(1)} s` : "";
  return hz && seconds ? `${hz} from ${seconds}` : hz || seconds;
}

/**
 * A number of at most six digits, as short as it can be.
 * @param {number} value
 */
const general = (value) => (Number.isFinite(value) ? `${Number(value.toPrecision(6))}` : short(value));
