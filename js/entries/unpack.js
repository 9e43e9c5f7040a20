/**
 * What a packed page runs: its style sheet, its program and the words of its language stand in it packed
 * by gzip, and are put where other pages have them. The page's policy knows both by their digests.
 */

import { make } from "../base/elements.js";
import { unpackedBytes } from "../host/data.js";

/** @param {string} id */
const textOf = async (id) => new TextDecoder().decode(await unpackedBytes(id));

try {
  const [style, program] = await Promise.all(["auralise-style", "auralise-program"].map(textOf));
  const words = document.getElementById("auralise-words");
  if (words) words.textContent = await textOf(words.id);
  document.head.append(make("style", "", {}, style), make("script", "", { type: "module" }, program));
} catch (problem) {
  document.body.prepend(make("p", "", { role: "alert" }, `${/** @type {Error} */ (problem).message}`));
}
