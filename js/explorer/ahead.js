/** The window that a song which plays on will need next, made ready while this one sounds. */

/** @import { Chosen, Model, Variant } from "./types.js" */
/** @import { Lanes } from "./queue.js" */
/**
 * @typedef {object} AheadPanel
 * @property {Lanes} queue
 * @property {any} song
 * @property {Model} model
 * @property {Chosen} chosen
 * @property {readonly Variant[]} variants
 * @property {Windows} windows
 *
 * @typedef {object} Windows keeps what it makes
 * @property {(model: Model, song: any, start: number) => Promise<Variant>} at
 * @property {(window: Variant, removed: Chosen["removed"]) => Promise<Variant>} without
 * @property {(window: Variant, muted: Chosen["muted"]) => Promise<Variant>} edited
 * @property {(window: Variant) => Promise<Variant>} control
 * @property {(token: unknown, variants: Variant[]) => void} hold keep these while they are needed, whatever the budget
 */

import { stillMuted } from "./muting.js";

/**
 * Let the model listen to a window, and the network with random weights, too, if it is shown. What is
 * wrong with the window is said when it is asked for.
 * @param {AheadPanel} panel
 * @param {number} start of the window, s
 */
export function prepare({ queue, song, model, chosen, variants, windows }, start) {
  const { asked } = stillMuted(chosen, { ...chosen, start }, model);
  const job = async (/** @type {() => Promise<void>} */ check) => {
    try {
      await check();
      const whole = await windows.at(model, song, start);
      windows.hold(job, [whole]);
      await check();
      const window = await windows.without(whole, asked.removed);
      windows.hold(job, [whole, window]);
      await check();
      await windows.edited(window, asked.muted);
      await check();
      if (variants.some(({ control }) => control)) await windows.control(window);
    } finally {
      windows.hold(job, []);
    }
  };
  queue.run("ahead", job).catch(() => {});
}
