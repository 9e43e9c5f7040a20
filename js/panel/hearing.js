/** What is heard: the transport, the position, the level. */

/** @import { Scene } from "./scene.js" */

import { make } from "../base/elements.js";
import { showKeys } from "../controls/keys.js";
import { bringControl, controlRowTip, hear, isControl } from "./control_row.js";
import { canMute } from "../mute/muting.js";
import { openLayers } from "./legal.js";
import { levelTip, levelWords, rowName } from "./words.js";
import { fixed, word } from "../words/words.js";

/**
 * One switch for every row.
 * @param {Scene} scene
 */
export function showDecks(scene) {
  const { facts, ui, line, player } = scene;
  if (!facts) return;
  const { heard } = ui.transport;
  const focused = heard.querySelector(":focus") !== null;
  const halves = facts.rows.map((row) => half(scene, row.deck, rowName(facts, row), isControl(facts, row) ? controlRowTip(facts.control) : ""));
  const { shown, why } = facts.control ?? { shown: false, why: "no such row" };
  if (facts.live && shown) halves.push(ui.transport.leave);
  else if (facts.live && !why) halves.push(half(scene, "c", word("control.name"), controlRowTip(facts.control)));
  heard.replaceChildren(...halves);
  scene.radios = [...heard.querySelectorAll("input")];
  if (focused) scene.radios.find(({ value }) => value === (scene.awaited || player.heard))?.focus();
  const there = { layers: openLayers(facts).length > 1, places: !line.root.hidden, control: facts.live && !why, mute: canMute(facts), marks: scene.marks.marking !== null };
  showKeys(ui.keys, facts.rows.map(({ deck }) => deck), there);
}

/**
 * One position of the switch; a row that is not there yet is asked for.
 * @param {Scene} scene
 * @param {string} deck
 * @param {string} name
 * @param {string} tip
 */
function half(scene, deck, name, tip) {
  const radio = make("input", "", { type: "radio", name: `${scene.id}-heard`, value: deck, id: `${scene.id}-${deck}` });
  const label = make("label", "", { for: radio.id, ...(tip && { title: tip }) }, make("b", "", {}, deck.toUpperCase()), ` ${name}`);
  radio.addEventListener("change", () => {
    if (scene.player.decks.includes(deck)) return hear(scene, deck);
    bringControl(scene);
    showSound(scene); // until then what is heard stays chosen
  });
  return make("span", "", {}, radio, label);
}

/** @param {Scene} scene */
export function showSound(scene) {
  const { facts, ui, player, figure, root, radios } = scene;
  const { playing, heard, loop, region } = player;
  root.classList.toggle("auralise-playing", playing);
  ui.transport.play.setAttribute("aria-label", playing ? word("pause") : word("play"));
  ui.transport.play.title = playing ? word("pause.tip") : word("play.tip");
  ui.transport.loop.setAttribute("aria-pressed", `${loop}`);
  ui.transport.loopText.data = region ? word("loop.region", { seconds: fixed(region[1] - region[0], 2) }) : word("loop");
  for (const radio of radios) radio.checked = radio.value === heard;
  for (const row of figure.rows) row.root.classList.toggle("auralise-heard", row.deck === heard);
  if (!player.blocked) ui.enable.hidden = true;
  else setTimeout(() => (ui.enable.hidden = !player.blocked), 300); // starting takes a moment even when allowed
  if (facts) figure.setRegion(region);
  showLevel(scene);
  showPosition(scene);
  scene.running.look();
  ui.transport.loop.title = scene.line.song && !region ? word("loop.song") : word("loop.tip");
  if (playing && !scene.frame) scene.frame = requestAnimationFrame(() => follow(scene));
}

/** @param {Scene} scene */
function follow(scene) {
  scene.frame = scene.player.playing ? requestAnimationFrame(() => follow(scene)) : 0;
  showPosition(scene);
}

/** @param {Scene} scene */
function showPosition({ facts, player, figure, line, ui }) {
  if (!facts) return;
  const now = player.position();
  figure.setPosition(now, player.playing);
  line.setPosition(facts.start + now);
  const text = `${fixed(facts.start + now, 2)} / ${fixed(facts.start + facts.duration, 2)} s`;
  if (ui.transport.time.textContent !== text) ui.transport.time.textContent = text;
}

/**
 * The level of the feature that is heard, or else of the last.
 * @param {Scene} scene
 */
export function showLevel({ facts, shown, player, ui }) {
  const features = facts?.rows.filter(({ kind }) => kind === "feature") ?? [];
  const row = features.find(({ deck }) => deck === player.heard) ?? features.findLast((one) => facts && !isControl(facts, one));
  const item = row && shown?.takes[row.take]?.shown;
  if (!item) return;
  ui.transport.level.textContent = levelWords(item, player.raw);
  ui.transport.level.title = levelTip(item);
}
