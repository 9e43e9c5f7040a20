/** The time line in its panel: what was heard of the song, the ribbon, where the sound is. */

/** @import { Scene } from "./scene.js" */

/**
 * What is known of the whole song.
 * @param {Scene} scene
 */
export function showSong({ store, facts, line }) {
  if (!facts || store.get("facts") !== facts) return;
  line.setState(line.song ? (store.song?.() ?? null) : null);
  showRibbon({ store, line });
}

/**
 * The activity of the feature that is asked for: it need not wait for its picture.
 * @param {Pick<Scene, "store" | "line">} scene
 */
export function showRibbon({ store, line }) {
  line.setFeature(store.get("layer"), store.get("feature"));
}
