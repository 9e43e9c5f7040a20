/**
 * What Python writes into a page that computes. Only types.
 *
 * @typedef {import("../types.js").Asked} Asked
 * @typedef {import("../types.js").Facts} Facts
 * @typedef {import("../types.js").Muted} Muted
 * @typedef {import("../types.js").Part} Part
 * @typedef {import("../store/page.js").PageDocument} PageDocument
 *
 * @typedef {object} Live what a panel opens with
 * @property {string} model key of its model
 * @property {string[]} clips keys of its clips; the first is the one shown
 * @property {Asked} asked
 * @property {number} start s
 * @property {Muted[]} [muted]
 * @property {Part[]} [removed]
 * @property {boolean} [control] whether row C is there
 * @property {string} [order]
 * @property {boolean} [wall]
 * @property {import("../marks/format.js").Mark[]} [marks]
 * @property {string} [student]
 * @property {import("../marks/format.js").Marking} [marking]
 * @property {boolean} [page] the stand-alone explorer: a place to drop a file is in sight
 *
 * @typedef {{live: Live, state: {facts: Facts, shown: object, source: string, answer: string}}} LiveDocument a panel that computes; its pictures and sounds are gzip in base64
 *
 * @typedef {{name: string, seconds: number, weights: string, [more: string]: unknown}} ModelDoc `weights` names the element that holds them; the rest is the worker's
 *
 * @typedef {object} ClipDoc
 * @property {string} title
 * @property {string} data the element that holds its file
 * @property {"ogg" | "flac"} codec
 * @property {number} duration s
 * @property {number} sample_rate Hz
 */

export {};
