/** What the explorer of a page says of changes that a page asks for: `node explorer_answers.mjs FOLDER` reads cases.json; it prints a list of answers. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkChanges } from "../../js/explorer/checks.js";

const cases = JSON.parse(readFileSync(join(process.argv[2], "cases.json"), "utf8"));

/** @param {any} of */
function answer({ changes, doc, state, models, clips }) {
  const durations = new Map(Object.entries(clips).map(([name, duration]) => [name, { duration }]));
  const panel = { get: (/** @type {string} */ name) => state[name], model: { untrained: doc.untrained, doc }, models, clips: durations };
  try {
    return { legal: checkChanges(changes, /** @type {any} */ (panel)) };
  } catch (error) {
    return { refused: /** @type {Error} */ (error).message };
  }
}

process.stdout.write(JSON.stringify(cases.map(answer)));
