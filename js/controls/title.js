/** The title line: what listens / to what; where there is a choice, selects; and the classes. */

/** @import { Facts, TakeFacts } from "../types.js" */

import { button, labelledSelect, make, optionsOf } from "../base/elements.js";
import { Choices } from "./choices.js";
import { translated, word } from "../words/words.js";

/** What the list holds, by the network's task. */
const SAID = /** @type {const} */ ({ classes: "task.classes", tags: "task.tags", tempo: "task.tempo", pitch: "task.pitch" });

const FILES = "audio/*,.wav,.flac,.ogg,.mp3,.m4a,.aac,.aif,.aiff";

/**
 * @param {string} id
 * @param {(trait: string, value: string) => void} chosen is called with a choice of model, clip or a probe's attribute
 */
export function titleLine(id, chosen) {
  const text = make("p", "auralise-title");
  const model = labelledSelect(word("model"), `${id}-model`, [], (value) => chosen("model", value));
  const clip = labelledSelect(word("clip"), `${id}-clip`, [], (value) => chosen("clip", value));
  const choices = new Choices(id, chosen);
  const files = make("input", "", { type: "file", multiple: true, hidden: true, accept: FILES, "aria-label": word("files"), tabindex: "-1" });
  const upload = button(word("files.add.tip"), { picture: "upload", text: word("files.add"), hidden: true });
  const record = button(word("record.tip"), { picture: "record", text: word("record"), className: "auralise-record", hidden: true });
  const place = make("span", "auralise-place", { hidden: true }, word("files.drop"));
  const own = make("span", "auralise-own", {}, place, upload, record, files);
  const classes = make("ul", "auralise-classes", { "aria-label": word("task.classes") });
  const named = make("div", "auralise-named", {}, text, choices.root, model.root, clip.root, own);
  const root = make("div", "auralise-header", {}, named, classes);
  return { root, text, model, clip, choices, files, upload, record, place, own, classes };
}

/** @typedef {ReturnType<typeof titleLine>} Title */

/**
 * @param {Title} line
 * @param {Facts} facts
 * @param {{records?: boolean, page?: boolean}} [where] whether sound can be recorded; whether the page is there for a person's own sounds
 */
export function showTitle(line, facts, { records = false, page = false } = {}) {
  const several = facts.takes.filter(({ control }) => !control).length > 1;
  const { model, clip } = facts.takes[0];
  /** @param {string[] | undefined} names */
  const choice = (names) => optionsOf(facts.live ? names : []);
  line.model.fill(choice(facts.models).map(([name]) => [name, translated(name)]));
  line.clip.fill(choice(facts.clips));
  line.choices.set((facts.live && facts.choices) || []);
  const words = [make("span", "", {}, translated(model)), ...(line.choices.root.hidden ? [" / ", make("strong", "", {}, clip)] : [])];
  line.text.replaceChildren(...(several ? [make("strong", "", {}, facts.title ?? "")] : words));
  const choosing = facts.live && ((facts.clips?.length ?? 0) > 1 || (facts.models?.length ?? 0) > 1);
  line.text.hidden = choosing;
  line.upload.hidden = !(choosing || page);
  line.record.hidden = !records || !facts.clips;
  line.place.hidden = !page;
  line.own.classList.toggle("auralise-open", page);
  showClasses(line.classes, several ? null : facts.takes[0]);
}

/**
 * @param {[said: string, share: number]} one
 * @param {[name: string, share: number] | undefined} before where nothing is muted; its outline stays behind
 * @param {boolean} isPitch which Python says in words; names of classes are whose network it is
 */
function classBar([said, share], before, isPitch) {
  const name = isPitch ? translated(said) : said;
  const fill = make("i");
  fill.style.width = `${100 * share}%`;
  const meter = make("span", "auralise-meter", { "aria-hidden": "true" }, fill);
  const bar = make("li", "", {}, make("span", "", {}, name), meter, make("span", "auralise-percent", {}, `${Math.round(100 * share)} %`));
  bar.title = word("class.tip", { name, share: `${Math.round(100 * share)} %` });
  if (!before) return bar;
  const ghost = make("b");
  ghost.style.width = `${100 * before[1]}%`;
  meter.append(ghost);
  const was = word("class.was", { before: `${before[0] === said ? "" : `${isPitch ? translated(before[0]) : before[0]}, `}${Math.round(100 * before[1])} %` });
  bar.title = word("class.was.tip", { was });
  bar.append(make("span", "auralise-unseen", {}, `, ${was}`));
  return bar;
}

/**
 * @param {HTMLElement} list
 * @param {TakeFacts | null} take
 */
function showClasses(list, take) {
  const classes = (take?.classes ?? []).map((one, i) => classBar(one, take?.unmuted?.[i], take?.task === "pitch"));
  const untrained = take?.untrained;
  const none = translated(take?.none ?? "");
  if (none) classes.unshift(make("li", "auralise-answer", { title: none }, word("none"), make("span", "auralise-unseen", {}, `. ${none}`)));
  if (untrained && classes.length) classes.unshift(make("li", "", {}, word("untrained")));
  list.classList.toggle("auralise-untrained", Boolean(untrained));
  list.classList.toggle("auralise-none", Boolean(none));
  const said = word(SAID[take?.task ?? "classes"]);
  list.setAttribute("aria-label", untrained ? word("task.untrained", { said }) : said);
  list.title = untrained ? word("untrained.tip") : "";
  list.replaceChildren(...classes);
  list.hidden = !classes.length;
}
