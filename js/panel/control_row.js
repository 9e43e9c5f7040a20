/** Row C: the same layer and feature in the same network with random weights, asked for, heard and taken away. */

/** @import { Facts, RowFacts } from "../types.js" */
/** @import { Scene } from "./scene.js" */

import { say, showPending } from "./showing.js";

/**
 * Bring row C, and hear it when it is there; or say why it cannot come.
 * @param {Scene} scene
 */
export function bringControl(scene) {
  const { facts, store } = scene;
  if (!facts?.control || facts.control.shown) return;
  if (!facts.live) return say(scene, "this page was written without row C, the network with random weights");
  if (facts.control.why) return say(scene, `no row C: ${facts.control.why}`);
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
  `The same layer and the feature of the same number, in the same network with random weights${control?.seed == null ? "" : ` (seed ${control.seed})`}. ` +
  "In random weights a number means nothing: this feature has nothing to do with that of row B. It is one draw of many. Key C brings it and hears it, Shift + C takes it away.";
