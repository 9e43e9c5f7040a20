/** Taking along: what is heard as a WAV file, what is seen as a PNG, what is asked for as a line of code. */

/** @import { Asked, Facts } from "../types.js" */
/** @import { Scene } from "./scene.js" */

import { download } from "../base/download.js";
import { mutedCode } from "../mute/words.js";
import { pictureFile } from "../picture/saving.js";
import { soundFile } from "../sound/decoding.js";
import { askedOf } from "../store/asked.js";
import { isControl } from "./control_row.js";
import { soundOf } from "./scene.js";
import { say, soundFailed } from "./showing.js";
import { fileName } from "./words.js";
import { translated, word } from "../words/words.js";

/** @param {Scene} scene */
export async function saveSound(scene) {
  const { facts, shown, sources, player } = scene;
  const row = facts?.rows.find(({ deck }) => deck === player.heard);
  if (!facts || !row || !shown || !sources) return;
  const sound = row.kind === "source" ? soundOf(sources[row.take].sound, sources[row.take], facts) : soundOf(shown.takes[row.take].sound, shown.takes[row.take].shown, facts);
  const gain = player.raw ? 10 ** (-(sound.gain_db ?? 0) / 20) : 1;
  try {
    download(await soundFile(sound, facts.duration, gain), `${fileName(facts, row, shown)}.wav`);
  } catch {
    soundFailed(scene, row.deck);
  }
}

/** @param {Scene} scene */
export async function savePicture({ facts, shown, figure }) {
  const row = facts?.rows.findLast((one) => one.kind === "feature" && !isControl(facts, one));
  if (!facts || !row || !shown) return;
  const captions = figure.rows.map((one) => `${one.deck.toUpperCase()}  ${one.name.textContent}`);
  const title = facts.title ?? `${facts.takes[0].model} / ${facts.takes[0].clip}`;
  const file = await pictureFile(figure, { title, captions, start: facts.start });
  if (file) download(file, `${fileName(facts, row, shown)}.png`);
}

/** @param {Scene} scene */
export async function copyAddress(scene) {
  const { facts, store, wall } = scene;
  if (!facts) return;
  const link = store.host?.link();
  if (!link && !facts.call) return say(scene, translated(facts.no_call ?? ""));
  const { call = "" } = facts;
  const code = link || address(facts, call, askedOf(store), !wall.root.hidden && call.startsWith("aj.explore"));
  try {
    await navigator.clipboard.writeText(code);
    const lacks = link && store.host?.lacks();
    say(scene, lacks ? word("copied.lacks", { lacks, code }) : word("copied", { code }));
  } catch {
    say(scene, code); // no clipboard here: at least it can be read and selected
  }
}

/**
 * The line of code that opens this view again, as it stands.
 * @param {Pick<Facts, "takes" | "start" | "song" | "control" | "muted" | "removed">} facts
 * @param {string} call
 * @param {Asked} asked
 * @param {boolean} wall
 */
export function address(facts, call, { layer, feature, rule, resynthesis, position }, wall) {
  const { takes, control } = facts;
  const own = takes.every((take) => take.rule);
  const parts = [call, `layer=${layer}`, `feature=${feature}`];
  if (!own) parts.push(`rule="${rule}"`);
  if (facts.start > 0 || facts.song) parts.push(`start=${+facts.start.toFixed(6)}`); // where there is a choice, say it
  if (resynthesis !== "phase") parts.push(`resynthesis="${resynthesis}"`);
  if (position !== "all") parts.push(`position="${position}"`);
  if (control?.shown) parts.push("control=True");
  if (wall) parts.push("wall=True");
  parts.push(...mutedCode(facts));
  return `import auralise_jax as aj; ${parts.join(", ")})`;
}
