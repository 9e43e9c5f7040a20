/** What is asked for, what is on its way, and words about both. */

/** @import { Mark } from "../controls/slider.js" */
/** @import { Scene } from "./scene.js" */

import { controlKnown, effectKnown, likenessKnown } from "../figures/words.js";
import { plainError } from "../base/words.js";
import { showKernel } from "../controls/kernel.js";
import { clamp } from "../base/numbers.js";
import { askedOf, revisionOf, sameAsked } from "../store/asked.js";
import { bankNow, interesting, layerFacts, namesOf, ownTakes, pending, ranking } from "./scene.js";
import { showRibbon } from "./song.js";
import { aboutWords, layerTip, layerWords } from "./layer_words.js";
import { cannotDecode, featureWords, nameTip, nameWords, pendingWords, rankWords } from "./words.js";
import { translated, word } from "../words/words.js";

/** @param {Scene} scene */
export function showAsked(scene) {
  const { facts, store, ui, boxes, layer, feature, wall, heat } = scene;
  if (!facts) return;
  const number = clamp(store.get("layer"), 1, facts.layers.length);
  const known = layerFacts(facts, number);
  const { features, available, kernels } = known;
  layer.setValue(number, `${number}, ${known.name}`);
  layer.facts.textContent = layerWords(known);
  layer.facts.title = layerTip(known);
  ui.about.textContent = aboutWords(known, number);
  boxes.setLayer(known, word("box.layer", { layer: number }));
  const some = available && available.length < features ? available : [];
  feature.setRange(0, features - 1, some.map((value) => /** @type {Mark} */ ([value, ""])), ["0", `${features - 1}`]);
  const asked = clamp(store.get("feature"), 0, features - 1);
  showRank(scene, asked, some.length ? word("features.here", { here: some.length, all: features }) : word("features.all", { all: features }));
  const names = namesOf(facts, number);
  const found = names?.find((one) => one.feature === asked);
  ui.named.hidden = !facts.layers.some((one) => one.names);
  ui.named.textContent = names ? nameWords(found, number, asked) : "";
  ui.named.title = names ? nameTip(found) : "";
  showKernel(ui.kernel, kernels?.[asked]);
  for (const name of /** @type {const} */ (["rule", "resynthesis", "position"])) ui.view.method[name].select.value = store.get(name);
  ui.view.order.select.value = store.get("order") ?? "interest";
  scene.more.look();
  wall.mark(asked);
  heat.mark(asked);
  showRibbon(scene);
  showPending(scene);
}

/**
 * What is known of the feature among its layer's.
 * @param {Scene} scene
 * @param {number} asked
 * @param {string} count
 */
function showRank(scene, asked, count) {
  const { facts, feature, figures, store, ui } = scene;
  const bank = bankNow(scene);
  const { survey, control } = bank ?? {};
  const silent = survey !== undefined && survey.group[asked] < 0;
  feature.setValue(asked, silent ? word("feature.spoken.silent", { k: asked }) : `${asked}`, silent);
  feature.facts.textContent = rankWords(survey, asked, count, ranking(scene));
  const verdict = survey?.order?.includes(asked) ? `\n${word("layer.verdict", { verdict: translated(survey.verdict) })}` : "";
  feature.facts.title = survey ? `${featureWords(survey, asked, control)}${verdict}` : "";
  const walk = interesting(scene);
  const step = walk.indexOf(asked);
  ui.previous.disabled = !walk.length || step === 0;
  ui.next.disabled = !walk.length || step === walk.length - 1;
  ui.previous.hidden = ui.next.hidden = figures.root.hidden = Boolean(facts?.still);
  const surveyed = facts && ownTakes(facts).length > 1 ? facts.rows.find(({ kind }) => kind === "feature") : null;
  const effects = (store.get("facts") === facts && store.effects?.()) || null;
  const muted = facts?.muted?.some(([layer, k, gain]) => layer === store.get("layer") && k === asked && gain === 0);
  const lost = Boolean(store.gone?.()); // then nothing more is computed
  figures.show([
    facts?.effect && (effects || facts.live || facts.effect.why) ? effectKnown({ ...facts.effect, none: Boolean(facts.takes[0].none) }, effects, asked, Boolean(facts.live) && !lost, muted) : null,
    likenessKnown(bank ?? {}, asked, surveyed ? surveyed.deck.toUpperCase() : "", !lost),
    controlKnown(bank ?? {}, !lost),
  ]);
}

/**
 * B is late while it does not show the feature asked for. While another clip is on its way
 * everything is dimmed and keeps the name of the clip that plays, and words name the clip to come.
 * @param {Scene} scene
 */
export function showPending(scene) {
  const { facts, store, ui, figure, root, shown } = scene;
  if (!facts) return;
  const asked = askedOf(store);
  const other = facts.live && shown?.revision !== revisionOf(facts, asked.layer);
  const late = !store.get("error") && (other || !sameAsked(shown, asked));
  const waits = pending(scene).length > 0;
  root.classList.toggle("auralise-pending", waits);
  root.setAttribute("aria-busy", `${waits}`);
  for (const row of figure.rows) row.root.classList.toggle("auralise-late", !waits && late && row.kind === "feature");
  const heard = facts.chosen ?? {};
  ui.title.model.select.value = `${heard.model ?? ""}`;
  ui.title.clip.select.value = `${heard.clip ?? ""}`;
  ui.title.choices.show((trait) => heard[trait]);
  showStatus(scene);
}

/**
 * In the order of haste: what is pending, what was just done, what Python says.
 * @param {Scene} scene
 */
export function showStatus(scene) {
  const { store, ui, facts, said } = scene;
  const coming = facts?.control?.shown === false && store.get("control") && word("control.coming");
  const words = pendingWords(pending(scene), facts?.chosen ?? {}) || coming || said || translated(store.get("status") ?? "");
  if (ui.status.textContent !== words) ui.status.textContent = words;
}

/**
 * Say for a while what was just done; what lasts is said until the person does something in the panel.
 * @param {Scene} scene
 * @param {string} words
 */
export function say(scene, words, lasts = false) {
  scene.said = words;
  showStatus(scene);
  clearTimeout(scene.saying);
  scene.saying = words && !lasts ? setTimeout(() => say(scene, ""), 4000) : undefined;
}

/**
 * The person goes on: what was said until then is read.
 * @param {Scene} scene
 */
export function hush(scene) {
  if (scene.said && scene.saying === undefined) say(scene, "");
}

/** @param {Scene} scene */
export function showError(scene) {
  const { store, ui, unheard, refused } = scene;
  const here = plainError(store.get("error") ?? "") || Object.values(unheard).find(Boolean) || "";
  const message = [...new Set([here, ...refused])].filter(Boolean).map(translated).join("\n");
  ui.error.hidden = !message;
  ui.errorText.textContent = message;
  showPending(scene);
}

/**
 * The sound of a deck can be decoded, or it cannot.
 * @param {Scene} scene
 * @param {string} deck
 */
export function soundFailed(scene, deck, failed = true) {
  const message = failed ? cannotDecode(scene.facts?.rows.find((row) => row.deck === deck)?.kind, scene.shown) : "";
  if ((scene.unheard[deck] ?? "") === message) return;
  scene.unheard[deck] = message;
  showError(scene);
}

/**
 * The person has read what is wrong.
 * @param {Scene} scene
 */
export function dismiss(scene) {
  scene.unheard = {};
  scene.refused = [];
  if (scene.store.get("error")) scene.store.set("error", "");
  showError(scene);
}
