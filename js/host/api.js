/**
 * `window.auralise`: what the first panel that computes can be asked for by a page's own script, by a
 * teacher's page or from the browser's console. See docs/page_api.md.
 */

/** @import { OwnSound } from "./model.js" */
/** @import { Engine } from "./worker.js" */

import { decodeFile } from "./decode.js";

/**
 * @typedef {object} Api
 * @property {Promise<void>} ready resolves when the network is there; rejects with a sentence where it cannot be
 * @property {(blob: Blob) => Promise<{name: string, seconds: number}>} open shows a sound file in the panel, under that name
 * @property {() => Promise<Record<string, number>>} predict what the network says of the window shown, and how probable that is
 * @property {() => Promise<string>} answer the most probable class, or "none of these"
 * @property {() => Promise<{picture: Float32Array, shape: [freq: number, time: number], samples: Float32Array, rate: number}>} source what the network hears
 * @property {(layer: number | string, feature: number, rule?: string, position?: "all" | "strongest") => Promise<{picture: Float32Array, shape: [freq: number, time: number]}>} project row 0 is the lowest frequency
 * @property {(layer: number | string, feature: number, rule?: string, position?: "all" | "strongest", resynthesis?: "phase" | "mask") => Promise<{samples: Float32Array, rate: number, scaleDb: number, gainDb: number, limitedDb: number, silent: boolean, note: string}>} auralise
 */

/**
 * @param {Pick<Engine, "ready" | "call" | "keep">} engine
 * @param {number} id of the panel
 * @returns {Api}
 */
export function apiOf(engine, id) {
  return Object.freeze({
    get ready() {
      return engine.ready;
    },
    async open(blob) {
      await engine.ready;
      const file = blob instanceof File ? blob : new File([blob], "sound");
      const sound = engine.keep(/** @type {OwnSound} */ (await decodeFile(file)));
      return engine.call(id, "open", [sound], [sound.samples.buffer]);
    },
    predict: () => engine.call(id, "predict", []),
    answer: () => engine.call(id, "answer", []),
    source: () => engine.call(id, "source", []),
    project: (...args) => engine.call(id, "project", args),
    auralise: (...args) => engine.call(id, "auralise", args),
  });
}
