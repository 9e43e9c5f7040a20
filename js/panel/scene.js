/** What the parts of a panel share: the store, the parts on the screen, and what is shown and heard. */

/** @import { Bank, Current, Facts, Filling, Item, LayerFacts, ShownFacts, Sound, Source, Store } from "../types.js" */
/** @import { Controls } from "../controls/build.js" */
/** @import { More } from "../controls/more.js" */
/** @import { Slider } from "../controls/slider.js" */
/** @import { Figures } from "../figures/figures.js" */
/** @import { Heat } from "../heat/heat.js" */
/** @import { Marks } from "../marks/marks.js" */
/** @import { MutedList } from "../mute/list.js" */
/** @import { PartMuting } from "../mute/part.js" */
/** @import { Boxes } from "../picture/boxes.js" */
/** @import { Figure } from "../picture/figure.js" */
/** @import { Player } from "../sound/player.js" */
/** @import { TimeLine } from "../timeline/timeline.js" */
/** @import { Wall } from "../wall/wall.js" */
/** @import { Running } from "./running.js" */

import { clamp } from "../base/numbers.js";
import { word } from "../words/words.js";

/**
 * @typedef {object} Scene
 * @property {string} id of this panel, for labels and radio groups: a page may have several panels
 * @property {Store} store
 * @property {HTMLElement} root
 * @property {Controls} ui
 * @property {More} more the controls that are folded away
 * @property {Figure} figure
 * @property {HTMLElement} stand of the figure, and where there is room of the wall
 * @property {Boxes} boxes what a value of a layer sees
 * @property {Slider} layer
 * @property {Slider} feature
 * @property {TimeLine} line
 * @property {Player} player
 * @property {Running} running from window to window
 * @property {MutedList} mutes
 * @property {PartMuting} part
 * @property {Marks} marks
 * @property {Wall} wall
 * @property {Figures} figures
 * @property {Heat} heat
 * @property {Facts | null} facts what is shown; the store's may be newer
 * @property {Current | null} shown the features on the screen and on the decks
 * @property {(Source & {scale: number})[] | null} sources and the sources
 * @property {(trait: string, value: unknown) => void} choose asks for another model, clip or start
 * @property {HTMLInputElement[]} radios which row is heard
 * @property {Filling | null} filling the layer whose tiles come one after another
 * @property {Record<string, string>} unheard what is wrong with the sound of each deck
 * @property {string[]} refused what is wrong with files that were sent
 * @property {{cancelled: boolean} | null} sending while files are on their way
 * @property {string} said what was just done
 * @property {ReturnType<typeof setTimeout> | undefined} saying until it is no longer said
 * @property {string} awaited a row that was asked for, to be heard when it comes
 * @property {import("../sound/region.js").Region | null} looped the region around the strongest place
 * @property {number} frame of the playhead's next move
 * @property {boolean} closed
 */

/**
 * The facts of a layer, or of the nearest that there is.
 * @param {Facts} facts
 * @param {number} number
 * @returns {LayerFacts}
 */
export const layerFacts = (facts, number) => facts.layers[clamp(number, 1, facts.layers.length) - 1];

/**
 * Features of a layer that can be shown.
 * @param {LayerFacts} layer
 */
export const featuresOf = ({ features, available }) => available ?? Array.from({ length: features }, (_, k) => k);

/**
 * What a dissection found of the features of a layer; null where nobody looked, as with random weights.
 * @param {Facts} facts
 * @param {number} number
 */
export const namesOf = (facts, number) => (facts.takes[0].untrained ? null : (layerFacts(facts, number).names ?? null));

/**
 * The bank of the layer, unless what the store has belongs to another sound than is shown.
 * @param {Scene} scene
 * @returns {Bank | null}
 */
export const bankNow = ({ store, facts }) => (store.get("facts") === facts ? store.bank() : null);

/**
 * Likewise, the features of the layer as far as they are here, where they come one after another.
 * @param {Scene} scene
 */
export const fillingNow = ({ store, facts }) => (store.get("facts") === facts ? (store.filling?.() ?? null) : null);

/**
 * Which features come first: the most interesting, or those that speak most for the class predicted.
 * @param {Scene} scene
 * @returns {{order: number[] | null, by: string}} null before it is known; empty by interest
 */
export function ranking(scene) {
  const { store, facts } = scene;
  const effects = store.get("facts") === facts ? store.effects?.() : null;
  if (store.get("order") !== "effect" || !facts?.effect || effects?.why) return { order: bankNow(scene)?.survey.order ?? null, by: "" };
  return { order: effects?.order ?? null, by: word("order.effect", { name: facts.effect.name }) };
}

/**
 * Features in the order of `ranking` that are here and can be heard; none before that is known.
 * @param {Scene} scene
 */
export function interesting(scene) {
  const survey = bankNow(scene)?.survey;
  if (!scene.facts || !survey) return [];
  const { available, features } = layerFacts(scene.facts, scene.store.get("layer"));
  return (ranking(scene).order ?? []).filter((k) => survey.group[k] >= 0 && (available ? available.includes(k) : k < features));
}

/**
 * What stands side by side in a comparison: the takes that are no control of another.
 * @param {Facts} facts
 */
export const ownTakes = ({ takes }) => takes.filter(({ control }) => !control);

/**
 * Choices of model, clip, start or a probe's attributes that were made but are not shown yet.
 * @param {Scene} scene
 * @returns {[string, string | number][]}
 */
export function pending({ facts, store, running }) {
  const chosen = Object.entries((facts?.live && facts.chosen) || {});
  return chosen.filter(([name, value]) => store.get(name) !== value && !(name === "start" && running.smooth)).map(([name]) => [name, store.get(name)]);
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Pick<ShownFacts, "scale"> & Partial<ShownFacts>} shown
 * @param {Facts} facts
 * @returns {Sound}
 */
export const soundOf = (bytes, { scale, gain_db = 0 }, { codec, sample_rate }) => ({ bytes, codec, rate: sample_rate, scale: scale ?? 1, gain_db });

/**
 * The sound of every row, by deck.
 * @param {Facts} facts
 * @param {Source[]} sources
 * @param {Item[]} items
 * @returns {Record<string, Sound>}
 */
export const soundsOf = (facts, sources, items) =>
  Object.fromEntries(
    facts.rows.map(({ deck, kind, take }) => {
      const { sound } = kind === "source" ? sources[take] : items[take];
      return [deck, soundOf(sound, kind === "source" ? { scale: facts.takes[take].source_scale } : items[take].shown, facts)];
    }),
  );
