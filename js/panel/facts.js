/** Another sound: its facts, sources and features are shown together. */

/** @import { Facts } from "../types.js" */
/** @import { Mark } from "../controls/slider.js" */
/** @import { Scene } from "./scene.js" */

import { optionsOf } from "../base/elements.js";
import { showTitle } from "../controls/title.js";
import { sameSources, showAttributes, showBank, showCaptions, showCurrent, showSources } from "./arriving.js";
import { hearAwaited } from "./control_row.js";
import { showDecks, showSound } from "./hearing.js";
import { showMuted } from "../mute/muting.js";
import { revisionOf } from "../store/asked.js";
import { openLayers } from "./legal.js";
import { soundsOf } from "./scene.js";
import { showPending } from "./showing.js";
import { showSong } from "./song.js";
import { translated, word } from "../words/words.js";

/**
 * Show a new clip only when all its sounds are decoded, so that no name ever stands beside another
 * clip's sound.
 * @param {Scene} scene
 */
export async function arrive(scene) {
  const { store, facts, player } = scene;
  /** @type {Facts | null} */
  const given = store.get("facts");
  if (!given?.layers?.length || given === facts) return;
  if (facts && given.revision === facts.revision) return showEdited(scene, given);
  if (facts) {
    const next = store.current();
    if (!next || next.revision !== revisionOf(given, next.layer)) return; // its feature is still on the way
    if (player.playing) await player.prepare(Object.values(soundsOf(given, store.sources() ?? [], next.takes)));
    if (scene.closed || given !== store.get("facts") || given === scene.facts) return; // newer facts are on their way, or these are shown
  }
  showFacts(scene, given);
}

/**
 * @param {Scene} scene
 * @param {Facts} facts
 */
function showFacts(scene, facts) {
  const { ui, root, layer, player, figure, facts: before } = scene;
  const place = scene.running.arrived(facts);
  const goesOn = before && facts.duration === before.duration && (sameWindow(facts, before) || facts.steady || sameSources(scene));
  scene.facts = facts;
  const first = facts.takes[0];
  root.setAttribute("aria-label", `${translated(facts.kind ?? "") || word("explorer")}, ${facts.title ?? `${first.model} / ${first.clip}`}`);
  showTitle(ui.title, facts, { records: Boolean(scene.store.host), page: Boolean(scene.store.get("page")) });
  showStart(scene);
  const open = openLayers(facts);
  const last = facts.layers.length;
  layer.setRange(1, last, facts.layers.map((_, i) => /** @type {Mark} */ ([i + 1, last > 12 ? "" : `${i + 1}`, !open.includes(i + 1)])));
  const { rule, resynthesis, position } = ui.view.method;
  rule.fill(optionsOf(facts.live && !facts.takes.every((take) => take.rule) ? facts.rules : []));
  resynthesis.fill(facts.live ? facts.resyntheses.map((name) => [name, translated(name)]) : []);
  position.fill(facts.live ? facts.positions.map((name) => [name, translated(name)]) : []);
  ui.transport.wall.hidden = Boolean(facts.still);
  showOrders(scene);
  showNotes(scene);
  ui.view.copy.hidden = !(scene.store.host?.link() || facts.call || facts.no_call);
  const decks = facts.rows.map(({ deck }) => deck);
  const moves = !goesOn && movesOn(scene, before, place);
  if (goesOn) player.setDecks(decks);
  else if (!moves) player.reset(facts.duration, decks);
  showDecks(scene);
  if (!before && facts.scale) {
    ui.view.scale.select.value = facts.scale;
    figure.setLook({ scale: facts.scale });
  }
  figure.setFacts(facts);
  showSources(scene);
  showCurrent(scene);
  showBank(scene);
  showAttributes(scene);
  showMuted(scene);
  showSong(scene);
  hearAwaited(scene);
  showSound(scene);
  scene.marks.arrived();
  if (facts.start !== before?.start) scene.running.shown(Boolean(moves || goesOn));
}

/**
 * Another window of the same clip: what plays goes on in it.
 * @param {Scene} scene
 * @param {Facts | null} before
 * @param {(position: number) => number} place
 */
function movesOn(scene, before, place) {
  const { facts, store, player } = scene;
  const [sources, shown] = [store.sources(), store.current()];
  if (!facts?.song || before?.chosen?.clip !== facts.chosen?.clip || before?.rows.length !== facts.rows.length || !sources || !shown) return false;
  if (Math.abs(facts.duration - before.duration) > 0.01 || !player.move(soundsOf(facts, sources, shown.takes), place)) return false;
  scene.sources = sources.map((one, i) => ({ ...one, scale: facts.takes[i].source_scale }));
  return true;
}

/**
 * Whether the same window of the same clip is heard, be it all of it or a part.
 * @param {Facts} one
 * @param {Facts} other
 */
const sameWindow = (one, other) => one.revision === other.revision || (one.chosen !== undefined && JSON.stringify(one.chosen) === JSON.stringify(other.chosen));

/**
 * The same window, of which something else is muted: what the network says of it changes at once.
 * The pictures that change with it are still on the way.
 * @param {Scene} scene
 * @param {Facts} facts
 */
function showEdited(scene, facts) {
  scene.facts = scene.figure.facts = facts;
  showTitle(scene.ui.title, facts, { records: Boolean(scene.store.host), page: Boolean(scene.store.get("page")) });
  showStart(scene);
  showOrders(scene);
  showNotes(scene);
  showCaptions(scene);
  showBank(scene);
  showMuted(scene);
  showSong(scene);
}

/**
 * What features can be ordered by.
 * @param {Scene} scene
 */
function showOrders({ facts, ui }) {
  const { live, effect } = facts ?? {};
  ui.view.order.fill(live && effect && !effect.why ? [["interest", word("order.interest")], ["effect", word("order.effect", { name: effect.name })]] : []);
}

/** @param {Scene} scene */
function showNotes({ facts, ui }) {
  ui.notes.textContent = (facts?.notes ?? []).map(translated).join("  \u00b7  ");
  ui.notes.hidden = !ui.notes.textContent;
}

/** @param {Scene} scene */
function showStart({ facts, line }) {
  const song = facts?.live || facts?.song?.windows ? facts.song : null;
  line.set(song, Number(facts?.chosen?.start ?? 0), Boolean(facts?.takes[0].untrained));
}

/**
 * What is asked for changed, of model, clip, start or a probe; it may also have been taken back.
 * @param {Scene} scene
 */
export function showChosen(scene) {
  if (!scene.facts) return;
  if (scene.store.get("start") === scene.facts.chosen?.start) {
    scene.running.refused();
    showStart(scene);
  }
  showPending(scene);
}
