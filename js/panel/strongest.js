/**
 * Where only the strongest place of a feature is projected: it is framed, and played round and round,
 * or it would be a speck on black and a click in silence.
 */

/** @import { ShownFacts } from "../types.js" */
/** @import { Region } from "../sound/region.js" */
/** @import { Scene } from "./scene.js" */

import { clamp } from "../base/numbers.js";
import { fieldOf } from "../picture/field.js";
import { layerFacts } from "./scene.js";
import { word } from "../words/words.js";

const LEAST = 0.6; // s of a loop: less is a buzz
const AROUND = 0.05; // s before and after what is seen

/** @param {Scene} scene */
export function showStrongest(scene) {
  const { facts, shown, figure, boxes, player } = scene;
  if (!facts || !shown) return;
  const layer = layerFacts(facts, shown.layer);
  /** @param {ShownFacts} item */
  const boxOf = ({ cell, silent }) => (cell && !silent ? fieldOf(layer, cell) : null);
  const found = new Map();
  for (const { deck, take, kind } of facts.rows) {
    const box = boxOf(shown.takes[take].shown);
    if (box) found.set(figure.row(deck), { box, words: word(kind === "source" ? "box.source" : "box.strongest", { feature: `${shown.layer}-${shown.feature}` }) });
  }
  boxes.setStrongest(found);
  const own = facts.rows.find(({ kind }) => kind === "feature");
  const stretch = own && boxOf(shown.takes[own.take].shown)?.stretch;
  const region = stretch ? around(stretch, facts.duration) : null;
  const before = scene.looped;
  scene.looped = region;
  if (!same(player.region, before)) return; // the person has chosen another, or none
  if (region && !before && !player.loop) player.setLoop(true);
  if (!same(region, before)) player.setRegion(region);
  scene.looped = player.region;
}

/**
 * @param {Region} stretch
 * @param {number} duration
 * @returns {Region}
 */
function around([from, to], duration) {
  const half = Math.max(LEAST, to - from + 2 * AROUND) / 2;
  const middle = clamp((from + to) / 2, Math.min(half, duration / 2), Math.max(duration - half, duration / 2));
  return [Math.max(0, middle - half), Math.min(duration, middle + half)];
}

/**
 * @param {Region | null} one
 * @param {Region | null} other
 */
const same = (one, other) => one?.[0] === other?.[0] && one?.[1] === other?.[1];
