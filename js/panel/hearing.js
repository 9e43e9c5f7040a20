/** What is heard: the transport, the position, the level. */

/** @import { Scene } from "./scene.js" */

import { make } from "../base/elements.js";
import { showKeys } from "../controls/keys.js";
import { openLayers } from "./legal.js";
import { levelTip, levelWords, rowName } from "./words.js";

/**
 * One switch for every row.
 * @param {Scene} scene
 */
export function showDecks(scene) {
  const { facts, ui, id, player, start } = scene;
  if (!facts) return;
  scene.radios = facts.rows.map(({ deck }) => make("input", "", { type: "radio", name: `${id}-heard`, value: deck, id: `${id}-${deck}` }));
  const halves = facts.rows.map((row, i) => {
    const radio = scene.radios[i];
    const label = make("label", "", { for: radio.id }, make("b", "", {}, row.deck.toUpperCase()), ` ${rowName(facts, row)}`);
    radio.addEventListener("change", () => player.hear(row.deck));
    return make("span", "", {}, radio, label);
  });
  ui.transport.heard.replaceChildren(...halves);
  const there = { layers: openLayers(facts).length > 1, places: !start.root.hidden };
  showKeys(ui.keys, facts.rows.map(({ deck }) => deck), there);
}

/** @param {Scene} scene */
export function showSound(scene) {
  const { facts, ui, player, figure, root, radios } = scene;
  const { playing, heard, loop, region } = player;
  root.classList.toggle("auralise-playing", playing);
  ui.transport.play.setAttribute("aria-label", playing ? "Pause" : "Play");
  ui.transport.loop.setAttribute("aria-pressed", `${loop}`);
  ui.transport.loopText.data = region ? `Loop ${(region[1] - region[0]).toFixed(2)} s` : "Loop";
  for (const radio of radios) radio.checked = radio.value === heard;
  for (const row of figure.rows) row.root.classList.toggle("auralise-heard", row.deck === heard);
  if (!player.blocked) ui.enable.hidden = true;
  else setTimeout(() => (ui.enable.hidden = !player.blocked), 300); // starting takes a moment even when allowed
  if (facts) figure.setRegion(region);
  showLevel(scene);
  showPosition(scene);
  if (playing && !scene.frame) scene.frame = requestAnimationFrame(() => follow(scene));
}

/** @param {Scene} scene */
function follow(scene) {
  scene.frame = scene.player.playing ? requestAnimationFrame(() => follow(scene)) : 0;
  showPosition(scene);
}

/** @param {Scene} scene */
function showPosition({ facts, player, figure, ui }) {
  if (!facts) return;
  const now = player.position();
  figure.setPosition(now, player.playing);
  const text = `${(facts.start + now).toFixed(2)} / ${(facts.start + facts.duration).toFixed(2)} s`;
  if (ui.transport.time.textContent !== text) ui.transport.time.textContent = text;
}

/**
 * The level of the feature that is heard, or else of the last.
 * @param {Scene} scene
 */
export function showLevel({ facts, shown, player, ui }) {
  const features = facts?.rows.filter(({ kind }) => kind === "feature") ?? [];
  const row = features.find(({ deck }) => deck === player.heard) ?? features.at(-1);
  const item = row && shown?.takes[row.take]?.shown;
  if (!item) return;
  ui.transport.level.textContent = levelWords(item, player.raw);
  ui.transport.level.title = levelTip(item);
}
