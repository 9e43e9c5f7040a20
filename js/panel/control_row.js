/** Row C: the same layer and feature in the same network with random weights, asked for, heard and taken away. */

/** @import { Facts, RowFacts } from "../types.js" */
/** @import { Scene } from "./scene.js" */

import { say, showPending } from "./showing.js";
import { translated, word } from "../words/words.js";

/**
 * Bring row C, and hear it when it is there; or say why it cannot come.
 * @param {Scene} scene
 */
export function bringControl(scene) {
  const { facts, store } = scene;
  if (!facts?.control || facts.control.shown) return;
  if (!facts.live) return say(scene, word("control.absent"));
  if (facts.control.why) return say(scene, word("control.refused", { why: translated(facts.control.why) }));
  scene.awaited = "c";
  store.set("control", true);
  showPending(scene);
}

/** @param {Scene} scene */
export function leaveControl({ facts, store }) {
  if (facts?.live && facts.control?.shown) store.set("control", false);
}

/**
 * Hear a row now; one that was asked for and is still on its way is no longer waited for.
 * @param {Scene} scene
 * @param {string} deck
 */
export function hear(scene, deck) {
  scene.awaited = "";
  scene.player.hear(deck);
}

/**
 * Hear the row that was waited for, if it has come.
 * @param {Scene} scene
 */
export function hearAwaited(scene) {
  const { awaited, player, store } = scene;
  if (player.decks.includes(awaited)) hear(scene, awaited);
  else if (!store.get("control")) scene.awaited = ""; // it was refused
}

/**
 * Whether a row is of the network with random weights.
 * @param {Facts} facts
 * @param {RowFacts} row
 */
export const isControl = ({ takes }, { take }) => Boolean(takes[take].control);

/**
 * @param {Facts["control"]} control
 */
export const controlRowTip = (control) =>
  word("control.tip", { seed: control?.seed == null ? "" : word("control.seed", { seed: control.seed }) });
