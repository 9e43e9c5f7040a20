/** Muting features, and parts of the source: what is asked for, and how it is shown. */

/** @import { Facts, Muted, Part } from "../types.js" */
/** @import { Scene } from "../panel/scene.js" */
/** @import { PartEvents } from "./part.js" */

import { clamp } from "../base/numbers.js";
import { outlineParts } from "./part.js";
import { featureName, mutedMark, mutedWords } from "./words.js";

/**
 * Whether the panel can mute: not in a page of its own, where nothing can be computed.
 * @param {Facts | null} facts
 */
export const canMute = (facts) => Boolean(facts?.live && facts.muted);

/**
 * What is asked for; Python may still be busy with what was asked for before.
 * @param {Scene} scene
 * @returns {{muted: Muted[], removed: Part[]}}
 */
const askedOf = ({ store }) => ({ muted: store.get("muted") ?? [], removed: store.get("removed") ?? [] });

/**
 * @param {Scene} scene
 * @param {"muted" | "removed"} name
 * @param {(Muted | Part)[]} value
 */
function ask(scene, name, value) {
  const { store } = scene;
  if (!canMute(scene.facts) || store.gone?.()) return;
  store.set(name, value);
  showMuted(scene);
}

/**
 * Take the feature that is asked for out of the network, or bring it back.
 * @param {Scene} scene
 */
export function toggleMute(scene) {
  const [layer, feature] = [scene.store.get("layer"), scene.store.get("feature")];
  const { muted } = askedOf(scene);
  const others = muted.filter((one) => one[0] !== layer || one[1] !== feature);
  ask(scene, "muted", others.length < muted.length ? others : [...muted, [layer, feature, 0]]);
}

/**
 * @param {Scene} scene
 * @param {string} key of a feature in the list
 * @param {number} gain
 */
export function setGain(scene, key, gain) {
  const { muted } = askedOf(scene);
  ask(scene, "muted", muted.map((one) => (featureName(one) === key ? [one[0], one[1], clamp(gain, 0, 2)] : one)));
}

/**
 * Bring something back, or everything.
 * @param {Scene} scene
 * @param {string | null} key in the list
 */
export function bringBack(scene, key) {
  const { muted, removed } = askedOf(scene);
  const left = muted.filter((one) => key !== null && featureName(one) !== key);
  const heard = removed.filter((part) => key !== null && JSON.stringify(part) !== key);
  if (left.length < muted.length) ask(scene, "muted", left);
  if (heard.length < removed.length) ask(scene, "removed", heard);
  if (!left.length && !heard.length) scene.more.focus(scene.ui.view.mute); // the list is gone, and the cross with it
}

/**
 * What drawing a part of the source does.
 * @param {() => Scene} of
 * @returns {PartEvents}
 */
export const partEvents = (of) => ({
  take: (part) => {
    const { removed } = askedOf(of());
    if (removed.every((one) => JSON.stringify(one) !== JSON.stringify(part))) ask(of(), "removed", [...removed, part]);
  },
  seek: (seconds) => of().player.seek(seconds),
  changed: (on) => {
    const { ui, part, more } = of();
    ui.view.part.setAttribute("aria-pressed", `${on}`);
    if (on) part.fields[0].focus({ preventScroll: true });
    else if (part.root.contains(document.activeElement)) more.focus(ui.view.part);
    more.look();
  },
});

/**
 * The button and the list say what is asked for, at once; in a page of its own the list says what was muted.
 * @param {Scene} scene
 */
export function showMuted(scene) {
  const { facts, store, ui, figure, mutes, part } = scene;
  if (!facts) return;
  const can = canMute(facts);
  ui.view.mute.hidden = ui.view.part.hidden = !can;
  outlineParts(figure, facts.removed ?? []);
  if (!can) return mutes.say(mutedWords(facts));
  const { muted, removed } = askedOf(scene);
  const pressed = mutedMark(muted, store.get("layer"), store.get("feature"));
  ui.view.mute.setAttribute("aria-pressed", `${pressed !== ""}`);
  ui.view.mute.disabled = ui.view.part.disabled = Boolean(store.gone?.());
  if (ui.view.mute.disabled) part.set(false);
  scene.more.look();
  mutes.set(muted, removed, facts.start);
}
