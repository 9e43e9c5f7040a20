/** What a panel says of a layer: how much of the sound each of its values sees, and what that is enough for. */

/** @import { Extent, LayerFacts } from "../types.js" */

import { amount } from "../base/words.js";
import { stepsOf } from "../picture/field.js";
import { word } from "../words/words.js";

/** @param {Extent} extent */
const extentWords = ({ ms, hz }) => `${amount(ms, "ms", "s")} \u00d7 ${amount(hz, "Hz", "kHz")}`;

/** @param {LayerFacts} layer */
export function layerWords(layer) {
  const sees = word("layer.facts", { sees: layer.sees ? extentWords(layer.sees) : word("sees.whole") });
  const { seconds = null, hz = null } = stepsOf(layer) ?? {};
  const steps = [seconds === null ? "" : amount(1000 * seconds, "ms", "s"), hz === null ? "" : amount(hz, "Hz", "kHz")].filter(Boolean);
  return steps.length ? `${sees},\n${word("layer.steps", { steps: steps.join(" \u00d7 ") })}` : sees;
}

const CELLS = /** @type {const} */ ({ freq: "layer.rows", time: "layer.columns" });

/** @param {LayerFacts} layer */
export const layerTip = ({ sees, axes = ["freq", "time"], map, reported }) =>
  [
    word("layer.tip", { sees: sees ? word("sees.part", { extent: extentWords(sees) }) : word("sees.all"), map: axes.map((axis, i) => word(CELLS[axis], { count: map[i] })).join(word("and")) }),
    ...(reported ? [word("layer.reported", { extent: extentWords(reported) })] : []),
  ].join("\n");

/* From which extent on a value can tell what: its words are true of music in general, for whatever network. */
const TIMES = /** @type {const} */ ([
  [2000, "about.time.phrase"],
  [600, "about.time.notes"],
  [150, "about.time.note"],
  [0, "about.time.moment"],
]);
const BANDS = /** @type {const} */ ([
  [2500, "about.band.most"],
  [600, "about.band.chord"],
  [150, "about.band.few"],
  [0, "about.band.one"],
]);

/**
 * One sentence on what a layer can see, and so what it can tell.
 * @param {LayerFacts} layer
 * @param {number} number
 */
export function aboutWords({ sees, axes = ["freq", "time"] }, number) {
  if (!sees) return word("about.whole", { layer: number });
  const [, time] = TIMES.find(([least]) => sees.ms >= least) ?? TIMES[3];
  const [, band] = BANDS.find(([least]) => sees.hz >= least) ?? BANDS[3];
  return word("about.layer", { layer: number, time: word(time), band: word(axes.includes("freq") ? band : "about.band.all") });
}
