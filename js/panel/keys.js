/** The panel's keys. */

/** @import { Scene } from "./scene.js" */

import { openKeys } from "../controls/keys.js";
import { toggleMute } from "../mute/muting.js";
import { SHORTEST_REGION } from "../sound/region.js";
import { askFeature, askInteresting, askLayer } from "./asking.js";
import { bringControl, hear, leaveControl } from "./control_row.js";
import { toggleWall } from "./looks.js";

/** @param {Scene} scene */
const loopFrom = ({ player }) => player.setRegion([player.position(), Math.max(player.region?.[1] ?? player.duration, player.position() + SHORTEST_REGION)]);

/** @param {Scene} scene */
const loopTo = ({ player }) => player.setRegion([Math.min(player.region?.[0] ?? 0, player.position() - SHORTEST_REGION), player.position()]);

/** @param {Scene} scene */
const loopAll = ({ player }) => player.setRegion(null);

/** @type {Record<string, (scene: Scene) => void>} */
const ACTIONS = {
  " ": ({ player }) => player.toggle(),
  ArrowLeft: (scene) => askFeature(scene, scene.store.get("feature") - 1),
  ArrowRight: (scene) => askFeature(scene, scene.store.get("feature") + 1),
  p: (scene) => askInteresting(scene, -1),
  n: (scene) => askInteresting(scene, 1),
  m: (scene) => toggleMute(scene),
  k: ({ marks }) => marks.markThis(),
  l: ({ player }) => player.setLoop(!player.loop),
  i: loopFrom,
  o: loopTo,
  x: loopAll,
  "[": loopFrom,
  "]": loopTo,
  "\\": loopAll,
  "+": ({ figure }) => figure.zoom("time", 1),
  "=": ({ figure }) => figure.zoom("time", 1),
  "-": ({ figure }) => figure.zoom("time", -1),
  0: ({ figure }) => figure.showWhole(),
  c: bringControl,
  w: (scene) => scene.facts?.still || toggleWall(scene),
  s: ({ line }) => line.jump(),
  t: ({ line }) => line.goToStrongest(),
  Escape: ({ part, line, running }) => (part.on ? part.set(false) : (running.quiet(), line.showAll())),
  Home: ({ player }) => player.seek(player.region?.[0] ?? 0),
  "?": ({ ui }) => openKeys(ui.keys),
};

/**
 * Whether a key is pressed together with one that belongs to the browser or the system. On German and
 * French keyboards brackets and the backslash take AltGr or Option, which are there to write them.
 * @param {KeyboardEvent} event
 */
function isTheirs({ key, ctrlKey, metaKey, altKey }) {
  if (altKey && !metaKey && /^[[\]\\]$/.test(key)) return false;
  return ctrlKey || metaKey || altKey;
}

/**
 * Keys that the focused control needs for itself.
 * @param {Element} target
 * @param {string} key
 */
function controlsOwn(target, key) {
  if (target.closest("select, dialog, input[type=number]")) return true;
  if (target.closest("button")) return key === " " || key === "Enter";
  if (target.closest("input[type=radio]")) return key.startsWith("Arrow");
  return target.closest("input[type=range], [role=slider]") !== null && /^(Arrow|Page|Home|End)/.test(key);
}

/**
 * @param {Scene} scene
 * @param {KeyboardEvent} event
 */
export function onKey(scene, event) {
  if (isTheirs(event)) return;
  event.stopPropagation(); // a notebook would take these keys for itself
  if (!scene.facts || event.defaultPrevented || scene.ui.keys.open) return;
  const { player, store } = scene;
  const { key, shiftKey } = event;
  const target = /** @type {Element} */ (event.target);
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const letter = key.length === 1 ? key.toLowerCase() : key;
  let action = null;
  if (shiftKey && sideways && !target.closest("select, dialog")) {
    action = () => askLayer(scene, store.get("layer") + (key === "ArrowRight" ? 1 : -1));
  } else if (!controlsOwn(target, key)) {
    action = player.decks.includes(letter) ? () => hear(scene, letter) : ACTIONS[letter];
    if (shiftKey && letter === "c" && scene.facts.control) action = leaveControl;
  }
  if (!action) return;
  event.preventDefault();
  action(scene);
}

/**
 * Keep a key that is about to be pressed from Notebook 7, which looks at keys before the page does: it cuts
 * a cell at X. It leaves alone what has this attribute; on the panel alone that is not enough, since a
 * selector that ends in ":focus" meets the control in it first.
 * @param {FocusEvent} event
 */
export function keepKeys({ target }) {
  /** @type {Element} */ (target).setAttribute("data-lm-suppress-shortcuts", "true");
}
