/** Row C: the same layer and feature in the same network with random weights. */

/** @import { ControlFacts, RowFacts } from "../types.js" */
/** @typedef {{untrained: boolean, doc: {control: {seed?: number, why?: string}}}} AnyModel */

/**
 * Why there is no row C beside a model; empty if there can be such a row.
 * @param {AnyModel} model that is shown
 */
export const whyNoRow = ({ untrained, doc }) =>
  untrained ? "the network shown has random weights itself; choose the trained network" : (doc.control.why ?? "");

/**
 * Throws words if row C is wanted and cannot be.
 * @param {AnyModel} model that is shown
 * @param {boolean} wanted
 */
export function legalControl(model, wanted) {
  const why = wanted ? whyNoRow(model) : "";
  if (why) throw new Error(`no row C: ${why}`);
  return wanted;
}

/**
 * What a page knows of row C: whether it is shown, or why it cannot be.
 * @param {AnyModel} model that is shown
 * @param {boolean} shown
 * @returns {ControlFacts}
 */
export const controlFacts = (model, shown) => ({ shown, why: whyNoRow(model), seed: (shown ? model.doc.control.seed : null) ?? null });

/**
 * The rows: the source, the feature, and the same feature in random weights.
 * @param {boolean} control
 * @returns {RowFacts[]}
 */
export const rowsOf = (control) => [
  { deck: "a", kind: "source", take: 0 },
  { deck: "b", kind: "feature", take: 0 },
  ...(control ? [/** @type {RowFacts} */ ({ deck: "c", kind: "feature", take: 1 })] : []),
];
