/** The facts of an explorer: those of its rows, its lists, what is muted, the song. */

/** @import { PageExplorer } from "./explorer.js" */
/** @import { Chosen } from "./types.js" */

import { LOOKED } from "../engine/sound/looking.js";
import { call } from "./address.js";
import { controlFacts } from "./control_row.js";
import { facts, paddedNotes, takeOf } from "./facts.js";
import { mutedNotes, takeFacts } from "./muting.js";

const BANK_BYTES = 64e6; // of banks that the page keeps

/**
 * All facts of what is shown now.
 * @param {PageExplorer} panel with something to show
 */
export function panelFacts(panel) {
  const { doc, song, clips, names, variants, revision } = panel;
  const { model, clip, start } = /** @type {Chosen} */ (panel.chosen);
  return {
    ...facts(variants, clip),
    title: `${panel.model.name} / ${clip}`,
    models: names,
    clips: [...clips.keys()],
    chosen: { model, clip, start },
    ...mutingFacts(panel),
    ...call("aj.explore", [{ code: doc.code[model === doc.name ? "model" : "random"], why: doc.code.why }, song.address]),
    song: songFacts(panel),
    control: controlFacts(panel.model, panel.hasRow),
    live: true,
    revision,
    bank_bytes: BANK_BYTES,
  };
}

/**
 * The facts that change with what is muted.
 * @param {PageExplorer} panel
 */
export function mutingFacts(panel) {
  const { variants, plain, doc, lost, song, effects } = panel;
  const { clip, start, muted, removed } = /** @type {Chosen} */ (panel.chosen);
  const [first, ...others] = variants.map((variant) => takeOf(variant, clip));
  const { why } = doc.control;
  return {
    takes: [takeFacts(first, variants[0].heard, plain.heard), ...others],
    muted,
    removed,
    revisions: doc.layers.map((_, at) => panel.layerRevision(at + 1)),
    effect: effects.facts(),
    notes: [...paddedNotes(variants[0]), ...song.notes, ...startNotes(panel, start), ...(why ? [`no control: ${why}`] : []), ...mutedNotes(doc, muted), ...lost],
  };
}

/**
 * What the start slider and the time line show; null if the window holds the whole clip.
 * @param {PageExplorer} panel
 */
export function songFacts({ song, model, timeline, songKey }) {
  if (!song.exceeds(model.seconds)) return null;
  return {
    duration: song.duration,
    window: model.seconds,
    overview: song.overview,
    busiest: song.opening(model.seconds),
    ...timeline.facts(songKey, song, model),
  };
}

/**
 * Why the window does not begin at 0, if the panel chose its start.
 * @param {PageExplorer} panel
 * @param {number} start
 */
function startNotes({ song, model }, start) {
  if (!(start > 0 && start === song.opening(model.seconds))) return [];
  const within = song.duration > LOOKED ? ` in the first ${LOOKED / 60} minutes` : "";
  return [`opened at ${+start.toPrecision(6)} s, where most is going on${within}`];
}
