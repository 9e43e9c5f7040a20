/** What a page holds: the documents of its panels, and in pages that compute what their worker needs. */

/** @import { LiveDocument, ModelDoc, ClipDoc, PageDocument } from "./documents.js" */

import { gunzip } from "../base/gzip.js";
import { fromBase64 } from "../store/unpacking.js";

export const NOT_WHOLE = "This page is not whole: it was cut off when it was saved, sent or loaded. Load it again, or copy it again from where it came from.";

/**
 * @typedef {object} EngineData
 * @property {string} code id of the element with the worker's script
 * @property {string} wasm likewise with the back end
 * @property {Record<string, ModelDoc>} models
 * @property {Record<string, ClipDoc>} clips
 *
 * @typedef {object} PageData
 * @property {(PageDocument | LiveDocument)[]} documents of the panels, in their order
 * @property {EngineData | null} engine null in pages that do not compute
 * @property {boolean} whole
 */

/**
 * @param {string} id
 * @param {Pick<Document, "getElementById">} root
 * @returns {any} undefined where the element is missing or cut off
 */
function jsonOf(id, root) {
  try {
    return JSON.parse(root.getElementById(id)?.textContent ?? "");
  } catch {
    return undefined;
  }
}

/**
 * What can be read of the page; a page that is cut off may still hold its first panels whole.
 * @param {Pick<Document, "getElementById">} root
 * @returns {PageData}
 */
export function readPage(root = document) {
  const documents = jsonOf("auralise-page", root);
  if (!Array.isArray(documents)) return { documents: [], engine: null, whole: false };
  if (!documents.some((one) => one.live)) return { documents, engine: null, whole: true };
  const engine = jsonOf("auralise-engine", root) ?? null;
  return { documents, engine, whole: engine !== null && root.getElementById("auralise-end") !== null };
}

/**
 * The bytes of one of the page's elements.
 * @param {string} id
 * @param {Pick<Document, "getElementById">} root
 */
export function elementBytes(id, root = document) {
  const text = root.getElementById(id)?.textContent;
  if (!text) throw new Error(NOT_WHOLE);
  try {
    return fromBase64(text);
  } catch {
    throw new Error(NOT_WHOLE);
  }
}

/**
 * The bytes of an element that holds them packed.
 * @param {string} id
 * @param {Pick<Document, "getElementById">} root
 */
export async function unpackedBytes(id, root = document) {
  const bytes = elementBytes(id, root);
  try {
    return await gunzip(bytes);
  } catch {
    throw new Error(NOT_WHOLE);
  }
}

/**
 * The traits of a panel that computes, as the page holds them.
 * @param {LiveDocument} page
 * @param {number} seconds that its network hears at a time
 * @returns {Promise<Record<string, any>>}
 */
export async function stateOf({ live, state: { facts, shown, source, answer } }, seconds) {
  const [pictures, first] = await Promise.all([source, answer].map((text) => gunzip(fromBase64(text))));
  const { asked, start, muted = [], removed = [], control = false, order = "interest", wall = false, page = false, marks = [], student = "", marking } = live;
  return { ...asked, ...facts.chosen, start, muted, removed, control, order, wall, page, marks, student, marking, seconds, facts, shown, source: pictures, answer: first, error: "", status: "" };
}
