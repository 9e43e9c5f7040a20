/** What a panel does with each kind of message. */

/** @import { Message } from "./door.js" */
/** @import { PageExplorer } from "./explorer.js" */
/** @import { Handler } from "./inbox.js" */
/** @import { Chosen } from "./types.js" */

import { prepare } from "./ahead.js";
import { checkChoices } from "./checks.js";
import * as door from "./door.js";
import { checkFeature, findLayer } from "./layers.js";
import { shownOf } from "./showing.js";
import { checkStart } from "./songs.js";

/** What is said where no window could be heard. */
export const NOTHING = "nothing was heard: choose another clip";

/**
 * @param {PageExplorer} panel
 * @returns {Record<string, Handler>}
 */
export const handlersOf = (panel) => ({
  ask: (message) => ask(panel, message),
  bank: (message) => computeLayer(panel, message),
  control: (message) => computeLayer(panel, message),
  cancel: async () => {
    await panel.opened(); // in turn
    panel.work.cancel();
  },
  song: (message) => hearSong(panel, message),
  "song-stop": (message) => hearSong(panel, message),
  ahead: (message) => lookAhead(panel, message),
});

/**
 * The view that a message asks for; null if it is about variants no longer shown. Throws where there are none.
 * @param {PageExplorer} panel
 * @param {Message} message
 */
function viewOf(panel, message) {
  const [rule, resynthesis, position] = ["rule", "resynthesis", "position"].map((name) => door.text(message, name));
  const asked = { layer: door.whole(message, "layer"), rule, resynthesis, position };
  if (!panel.chosen) throw new Error(panel.traits.get("error") || NOTHING); // or the page would ask again, and again
  if (door.whole(message, "revision") !== panel.layerRevision(asked.layer)) return null;
  findLayer(panel.doc.layers, asked.layer);
  checkChoices(asked);
  return asked;
}

/**
 * @param {PageExplorer} panel
 * @param {Message} message
 */
async function ask(panel, message) {
  await panel.opened(); // there is nothing to project before
  const view = viewOf(panel, message);
  const feature = door.whole(message, "feature");
  if (!view) return;
  checkFeature(panel.doc.layers[view.layer - 1], feature);
  await panel.queue.run("ask", async () => {
    const revision = panel.layerRevision(view.layer);
    if (revision !== message.revision) return; // another window came first
    panel.traits.set({ ...(await shownOf(panel.variants, { ...view, feature }, revision)), error: "" });
  });
}

/**
 * @param {PageExplorer} panel
 * @param {Message} message
 */
async function computeLayer(panel, message) {
  await panel.opened();
  const view = viewOf(panel, message);
  const here = "here" in message ? door.whole(message, "here") : 0;
  if (view) panel.work.begin(view, message.kind === "bank", here);
}

/**
 * @param {PageExplorer} panel
 * @param {Message} message
 */
function hearSong(panel, message) {
  const number = door.whole(message, "song");
  if (!panel.chosen || !panel.timeline.isNumber(panel.songKey, number)) return;
  if (message.kind === "song") panel.timeline.hear(panel.songKey, panel.song, panel.model);
  else panel.timeline.leave();
}

/**
 * @param {PageExplorer} panel
 * @param {Message} message
 */
function lookAhead(panel, message) {
  const start = door.number(message, "start");
  checkStart(start, panel.song.duration);
  const shown = door.whole(message, "revision") === panel.revision;
  if (panel.chosen && shown) prepare(/** @type {PageExplorer & {chosen: Chosen}} */ (panel), start);
}
