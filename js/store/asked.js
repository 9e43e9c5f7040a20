/** What is asked for: five traits that Python and a page both know. */

/** @import { Asked, Choice, Facts, Store } from "../types.js" */

/** @type {readonly Choice[]} */
export const ASKED = ["layer", "feature", "rule", "resynthesis", "position"];

/**
 * What a store is asked for now.
 * @param {Pick<Store, "get">} store
 */
export const askedOf = (store) => /** @type {Asked} */ (Object.fromEntries(ASKED.map((name) => [name, store.get(name)])));

/**
 * Whether two questions are the same.
 * @param {Partial<Asked> | null | undefined} one
 * @param {Asked} other
 */
export const sameAsked = (one, other) => ASKED.every((name) => one?.[name] === other[name]);

/**
 * The number of what the features of a layer depend on; layers above a muted feature have their own.
 * @param {Pick<Facts, "revision" | "revisions">} facts
 * @param {number} layer
 */
export const revisionOf = ({ revision, revisions }, layer) => revisions?.[layer - 1] ?? revision ?? 0;
