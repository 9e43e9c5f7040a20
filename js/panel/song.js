/** The time line in its panel: what was heard of the song, the ribbon, where the sound is. */

/** @import { SongState } from "../types.js" */
/** @import { Scene } from "./scene.js" */

import { translated, word } from "../words/words.js";

/**
 * What is known of the whole song.
 * @param {Scene} scene
 */
export function showSong({ store, facts, line }) {
  if (!facts || store.get("facts") !== facts) return;
  const state = line.song ? (store.song?.() ?? null) : null;
  line.setState(state && store.host ? withReason(state) : state);
  showRibbon({ store, line });
}

/**
 * In a page that computes all is done by one worker, and the layer comes first.
 * @param {SongState} state
 * @returns {SongState}
 */
export function withReason({ progress, ...state }) {
  return { ...state, progress: progress?.words && !progress.share ? { ...progress, words: word("song.after", { words: translated(progress.words) }) } : progress };
}

/**
 * The activity of the feature that is asked for: it need not wait for its picture.
 * @param {Pick<Scene, "store" | "line">} scene
 */
export function showRibbon({ store, line }) {
  line.setFeature(store.get("layer"), store.get("feature"));
}
