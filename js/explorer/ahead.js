/** The window that a song which plays on will need next, made ready while this one sounds. */

/** @import { Chosen, Model, Variant } from "./types.js" */
/** @import { Lanes } from "./queue.js" */
/** @import { Song } from "./songs.js" */
/** @import { Windows } from "./windows.js" */
/** @typedef {{queue: Lanes, song: Song, model: Model, chosen: Chosen | null, variants: readonly Variant[], windows: Pick<Windows, "rows" | "hold">}} Panel */

import { stillMuted } from "./muting.js";

/**
 * Let the model listen to a window, and the network with random weights, too, if it is shown. What is
 * wrong with the window is said when it is asked for.
 * @param {Panel} panel
 * @param {number} start of the window, s
 */
export function prepare({ queue, song, model, chosen, variants, windows }, start) {
  if (!chosen) return;
  const { removed, muted } = stillMuted(chosen, { ...chosen, start }, model).asked;
  const control = variants.some((variant) => variant.control);
  const token = {};
  const job = async (/** @type {() => Promise<void>} */ check) => {
    try {
      await windows.rows({ model, song, start, removed, muted, control }, check, token);
    } finally {
      windows.hold(token, []);
    }
  };
  queue.run("ahead", job).catch(() => {});
}
