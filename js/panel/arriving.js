/** What has arrived: sources, features, a layer as a whole, its heat map. */

/** @import { Facts, Source } from "../types.js" */
/** @import { Scene } from "./scene.js" */

import { sameBytes } from "../base/numbers.js";
import { mutedMark } from "../mute/words.js";
import { levelColours } from "../picture/colours.js";
import { ASKED } from "../store/asked.js";
import { showLevel } from "./hearing.js";
import { bankNow, featuresOf, fillingNow, layerFacts, namesOf, soundOf, ranking } from "./scene.js";
import { showAsked, showPending, soundFailed } from "./showing.js";
import { showStrongest } from "./strongest.js";
import { featureWords, fillingWords, wallWords } from "./words.js";
import { translated, word } from "../words/words.js";

/**
 * Whether the store's sources are those that are on the decks.
 * @param {Scene} scene
 */
export function sameSources({ store, sources }) {
  /** @type {[Source[] | null, Facts]} */
  const [next, { takes, rows }] = [store.sources(), store.get("facts")];
  return rows.filter(({ kind }) => kind === "source").every(({ take }) => {
    const [one, other] = [next?.[take], sources?.[take]];
    return one && other && takes[take].source_scale === other.scale && sameBytes(one.sound, other.sound);
  });
}

/** @param {Scene} scene */
export function showSources(scene) {
  const { store, facts, figure, player } = scene;
  const given = store.sources();
  if (!facts || store.get("facts") !== facts || !given) return;
  const same = player.laid.a && sameSources(scene); // they go on as they are, without a seam
  scene.sources = given.map((one, i) => ({ ...one, scale: facts.takes[i].source_scale }));
  const several = facts.rows.filter(({ kind }) => kind === "source").length > 1;
  for (const { deck, kind, take } of facts.rows) {
    const source = scene.sources[take];
    if (kind !== "source" || !source) continue;
    const row = figure.row(deck);
    row.show(source.pixels, facts);
    row.name.textContent = several ? word("source.of", { clip: facts.takes[take].clip }) : word("source");
    if (!same) player.load(deck, soundOf(source.sound, source, facts));
    soundFailed(scene, deck, false);
    figure.draw(row);
  }
}

/**
 * The pictures and the sounds of the features, their words and the root's data attributes: all in one frame.
 * @param {Scene} scene
 */
export function showCurrent(scene) {
  const { store, facts, figure, player, root } = scene;
  const shown = store.current();
  if (!facts || store.get("facts") !== facts || shown?.takes.length !== facts.takes.length) return;
  scene.shown = shown;
  const rows = facts.rows.filter(({ kind }) => kind === "feature");
  for (const { deck, take } of rows) {
    const row = figure.row(deck);
    const { pixels, sound, shown: item } = shown.takes[take];
    row.show(pixels, facts);
    row.remark.textContent = item.silent ? translated(item.note) || word("silent.clip") : "";
    player.load(deck, soundOf(sound, item, facts));
    soundFailed(scene, deck, false);
    figure.draw(row);
  }
  showCaptions(scene);
  showStrongest(scene);
  for (const near of store.near?.() ?? []) player.prepare(rows.map(({ take }) => soundOf(near[take].sound, near[take].shown, facts)));
  for (const name of ASKED) root.dataset[name] = `${shown[name]}`;
  root.dataset.revision = `${shown.revision ?? ""}`;
  showLevel(scene);
  showPending(scene);
}

/**
 * What the features on the screen are called.
 * @param {Scene} scene
 */
export function showCaptions({ facts, figure, shown }) {
  if (!facts || !shown) return;
  for (const { deck, kind, take } of facts.rows) {
    if (kind !== "feature") continue;
    const { name, rule } = facts.takes[take];
    const how = name && name !== rule ? `, ${translated(name)}` : "";
    const mark = take ? "" : mutedMark(facts.muted, shown.layer, shown.feature);
    figure.row(deck).name.textContent = word("feature.caption", { feature: `${shown.layer}-${shown.feature}`, rule: `${rule ?? shown.rule}${how}${mark}` });
  }
}

/**
 * What is known of the layer as a whole: ranks, the control, the wall.
 * @param {Scene} scene
 */
export function showBank(scene) {
  const { store, facts, figure, wall } = scene;
  if (!facts) return;
  const found = bankNow(scene);
  const { order, by } = ranking(scene);
  const bank = order ? found : null; // not before it is ranked: no tile jumps
  const coming = bank ? null : fillingNow(scene); // where features come one after another, tiles come as they do
  const layer = store.get("layer");
  const features = featuresOf(layerFacts(facts, layer));
  const source = (bank || coming) && {
    features,
    order: order ?? features,
    by,
    survey: bank?.survey ?? null,
    picture: bank?.picture ?? ((/** @type {number} */ k) => (coming?.has(k) ? coming.picture(k) : null)),
    facts,
    look: () => ({ frequency: figure.frequency, colours: levelColours(figure.look.map, facts.db_range, figure.look.range) }),
    now: () => store.get("feature"),
    names: namesOf(facts, layer),
    words: (/** @type {number} */ k) => (bank ? featureWords(bank.survey, k, bank.control) : word("feature.number", { k })),
  };
  wall.set(source, coming ? fillingWords(coming, features, layer) : wallWords(bank, features, layer));
  scene.filling = coming;
  showAsked(scene);
}

/**
 * Another feature of a layer whose features come one after another.
 * @param {Scene} scene
 */
export function showFilling(scene) {
  const { store, facts, wall } = scene;
  const coming = fillingNow(scene);
  if (!facts || !coming || (bankNow(scene) && ranking(scene).order)) return;
  if (scene.filling !== coming) return showBank(scene);
  const layer = store.get("layer");
  wall.fill(fillingWords(coming, featuresOf(layerFacts(facts, layer)), layer));
}

/**
 * The heat map, where there is one.
 * @param {Scene} scene
 */
export function showAttributes({ store, facts, heat }) {
  if (!facts?.attributes) return;
  const layer = store.get("layer");
  const { features, available } = layerFacts(facts, layer);
  heat.set({ layer, features, available, facts: facts.attributes, found: store.attributes() });
  heat.setProgress(store.attributesProgress?.() ?? null, facts.live);
  heat.mark(store.get("feature"));
}

/** @param {Scene} scene */
export function showProgress({ store, ui }) {
  const share = store.progress?.() ?? null;
  ui.working.classList.toggle("auralise-on", share !== null);
  if (share !== null) ui.progress.value = share;
}
