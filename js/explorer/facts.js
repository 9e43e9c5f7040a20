/** The facts of a panel: clips and models, rows, axes and layers. */

/** @import { TakeFacts, Variant } from "./types.js" */

import { fullScale } from "../engine/sound/shown.js";
import { rowsOf } from "./control_row.js";
import { noneOf, saidOf } from "./said.js";

const RULES = ["deconvnet", "gradient", "guided"];
const RESYNTHESES = ["phase", "mask"];
const POSITIONS = ["all", "strongest"];

/** The traits that are a choice among a few words, and these words. */
export const CHOICES = { rule: RULES, resynthesis: RESYNTHESES, position: POSITIONS };

const DB_RANGE = [-100, 0];

/**
 * The facts that stay while layer, feature, rule, resynthesis and position change.
 * @param {Variant[]} variants
 * @param {string} clip
 */
export function facts(variants, clip) {
  const { heard } = variants[0];
  const { doc } = heard.model;
  return {
    takes: variants.map((variant) => takeOf(variant, clip)),
    rows: rowsOf(variants.length > 1),
    layers: doc.layers,
    rules: RULES,
    resyntheses: RESYNTHESES,
    positions: POSITIONS,
    sample_rate: doc.sample_rate,
    axes: doc.axes,
    scale: doc.scale,
    bins: doc.bins,
    frames: doc.frames,
    start: heard.start,
    duration: heard.samples.length / doc.sample_rate,
    db_range: DB_RANGE,
    codec: "pcm16",
    notes: paddedNotes(variants[0]),
  };
}

/**
 * The facts about a variant.
 * @param {Variant} variant
 * @param {string} clip
 * @returns {TakeFacts}
 */
export function takeOf({ heard, name, control }, clip) {
  const { model } = heard;
  return {
    name,
    model: model.name,
    clip,
    rule: null,
    task: model.doc.task,
    classes: saidOf(heard),
    untrained: model.untrained,
    control,
    source_scale: fullScale(heard.samples),
    ...noneOf(heard),
  };
}

/**
 * What stands below the rows of a window that is longer than its sound.
 * @param {Variant} variant
 */
export function paddedNotes({ heard }) {
  const { model, samples, padded } = heard;
  if (!padded) return [];
  return [`the clip has ${(samples.length / model.sampleRate).toFixed(2)} s here; padded with silence to ${+model.seconds.toPrecision(6)} s`];
}
