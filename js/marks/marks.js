/**
 * The marks of a panel: features that a student marked, in the student's words. The list itself is the
 * trait `marks`, `student` who made it; `marking` says whose features they are, and where it is empty
 * nothing can be marked. A page of its own keeps the list in the browser.
 */

/** @import { Scene } from "../panel/scene.js" */
/** @import { Mark, Marking, MarkList } from "./format.js" */

import { button, make } from "../base/elements.js";
import { download } from "../base/download.js";
import { Entry, markName } from "./entry.js";
import { LONGEST_STUDENT, MOST_BYTES, MOST_MARKS, nameOf, newMarks, oneLine, placeOf, readList, tableOf, textOf } from "./format.js";
import { goTo, has, markOf, regionThere } from "./going.js";
import { Keeping } from "./keeping.js";
import { word } from "../words/words.js";

export class Marks {
  #of;
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** @type {Keeping | null} */
  #keeping = null;
  /** @type {() => void} no longer follow the page's other tabs */
  close = () => {};
  #opened = false;
  /** @type {Mark | null} on its way: its clip or window comes first */
  #going = null;
  /** @type {Mark[]} before the last change that can be undone */
  #before = [];

  /**
   * @param {string} id
   * @param {() => Scene} of
   */
  constructor(id, of) {
    this.#of = of;
    this.mark = button(word("marks.mark.tip"), { text: word("marks.mark"), className: "auralise-mark-this" });
    this.opener = button(word("marks.open.tip"), { text: word("marks.count", { count: 0 }), className: "auralise-marks-opener", "aria-expanded": "false", "aria-controls": `${id}-marks` });
    this.undo = button(word("marks.undo"), { text: word("marks.undo"), hidden: true });
    this.said = make("span", "auralise-quiet auralise-marks-said", { "aria-live": "polite" });
    this.list = make("ol", "auralise-marks-list", { "aria-label": word("marks.label") });
    this.student = make("input", "", { type: "text", id: `${id}-student`, maxlength: `${LONGEST_STUDENT}`, autocomplete: "off" });
    const named = make("span", "auralise-choice", {}, make("label", "", { for: this.student.id }, word("marks.student")), this.student);
    this.json = button(word("marks.json.tip"), { text: word("marks.json") });
    this.csv = button(word("marks.csv.tip"), { text: word("marks.csv") });
    this.load = button(word("marks.load.tip"), { text: word("marks.load") });
    this.file = make("input", "", { type: "file", accept: ".json,application/json" }); // in no document: the button asks it
    this.clear = button(word("marks.clear.tip"), { text: word("marks.clear") });
    this.kept = make("p", "auralise-quiet");
    const files = make("div", "auralise-row auralise-marks-files", {}, named, this.json, this.csv, this.load, this.clear);
    this.body = make("div", "auralise-marks-body", { id: `${id}-marks`, hidden: true }, this.list, files, this.kept);
    const head = make("div", "auralise-row auralise-marks-head", {}, this.mark, this.opener, this.undo, this.said);
    this.root = make("section", "auralise-marks", { "aria-label": word("marks.label"), hidden: true }, head, this.body);
    this.#listen();
  }

  #listen() {
    this.mark.addEventListener("click", () => this.markThis());
    this.opener.addEventListener("click", () => this.#open(this.body.hidden !== false));
    this.undo.addEventListener("click", () => {
      this.#set(this.#before, word("marks.undone"));
      this.mark.focus();
    });
    this.student.addEventListener("input", () => {
      this.#store.set("student", oneLine(this.student.value, LONGEST_STUDENT));
      this.#keep();
    });
    this.json.addEventListener("click", () => this.#save(textOf, "application/json", "json"));
    this.csv.addEventListener("click", () => this.#save(tableOf, "text/csv", "csv"));
    this.load.addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => this.#read());
    this.clear.addEventListener("click", () => {
      this.#set([], word("marks.cleared"), this.#marks);
      this.mark.focus();
    });
    this.root.addEventListener("keydown", (event) => {
      if (/** @type {Element} */ (event.target).closest("input")) event.stopPropagation(); // what is typed is no key of the panel's, nor of a notebook's
    });
  }

  get #store() {
    return this.#of().store;
  }

  /** @returns {Marking | null} null where nothing can be marked */
  get marking() {
    const marking = this.#store.get("marking");
    return marking?.model ? marking : null;
  }

  /** @returns {Mark[]} */
  get #marks() {
    return this.#store.get("marks") ?? [];
  }

  /** @returns {MarkList} */
  get #whole() {
    const { model, weights } = /** @type {Marking} */ (this.marking);
    return { model, weights, student: this.#store.get("student") ?? "", marks: this.#marks };
  }

  /** Whether the network that is shown is the one whose features are marked, not its control. */
  get #isTrained() {
    const model = this.#store.get("model");
    return model === undefined || model === this.marking?.model;
  }

  /** Mark what is shown, and let the student write what it is; where it is marked already, write on. */
  markThis() {
    const here = markOf(this.#of());
    if (!this.marking || !here) return;
    if (!this.#isTrained) return this.#say(word("marks.untrained"));
    const [marks, place] = [this.#marks, placeOf(here)];
    const there = marks.some((one) => placeOf(one) === place);
    if (!there && marks.length >= MOST_MARKS) return this.#say(word("marks.full", { most: MOST_MARKS }));
    this.#open(true);
    if (!there) this.#set([...marks, here], word("marks.marked", { feature: markName(here) }));
    const { words } = /** @type {Entry} */ (this.#entries.get(place));
    words.focus();
    words.select();
  }

  /** @param {boolean} open */
  #open(open) {
    this.body.hidden = !open;
    this.opener.setAttribute("aria-expanded", `${open}`);
  }

  /** @param {string} words */
  #say(words) {
    this.said.textContent = words;
  }

  /**
   * @param {Mark[]} marks
   * @param {string} said
   * @param {Mark[] | null} before what can be had again
   */
  #set(marks, said, before = null) {
    this.undo.hidden = !before;
    this.#before = before ?? [];
    this.#store.set("marks", marks);
    this.show();
    this.#keep();
    this.#say(said);
  }

  /** The panel shows something else, or other marks came. */
  show() {
    const { facts } = this.#of();
    this.root.hidden = !this.marking || !facts;
    if (!this.marking || !facts) return;
    this.#begin();
    const marks = this.#marks;
    const here = markOf(this.#of());
    const now = here && placeOf(here);
    const left = new Map(
      marks.map((mark) => {
        const place = placeOf(mark);
        const entry = this.#entries.get(place) ?? this.#entry(mark);
        entry.show(mark, place === now, !has(this.#of(), mark));
        return [place, entry];
      }),
    );
    this.#entries = left;
    const nodes = [...left.values()].map(({ root }) => root);
    for (const node of [...this.list.children]) if (!nodes.includes(/** @type {HTMLLIElement} */ (node))) node.remove();
    nodes.forEach((node, i) => {
      if (this.list.children[i] !== node) this.list.insertBefore(node, this.list.children[i] ?? null); // what stays keeps the focus
    });
    this.opener.textContent = word("marks.count", { count: left.size });
    this.list.hidden = !left.size;
    for (const one of [this.json, this.csv, this.clear]) one.disabled = !left.size;
    const student = this.#store.get("student") ?? "";
    if (oneLine(this.student.value, LONGEST_STUDENT) !== student) this.student.value = student;
  }

  /** A page finds what it kept; once. */
  #begin() {
    if (this.#opened) return;
    this.#opened = true;
    const [{ facts, store }, marking] = [this.#of(), this.marking];
    if (!marking?.panel || !facts) {
      this.kept.textContent = facts?.live && !store.host ? word("marks.notebook") : word("marks.unkept");
      return;
    }
    this.#keeping = new Keeping(marking, facts.title ?? "");
    const found = this.#keeping.read();
    if (found) this.#take(found);
    this.#keep();
    this.close = this.#keeping.follow((list) => {
      this.undo.hidden = true; // it would undo what was done in another tab, too
      this.#take(list);
    });
  }

  /** @param {MarkList | null} list that is kept; null is none */
  #take(list) {
    this.#store.set("marks", list?.marks ?? []);
    this.#store.set("student", list?.student ?? "");
  }

  #keep() {
    if (this.#keeping) this.kept.textContent = this.#keeping.write(this.#whole) ? word("marks.kept") : word("marks.unkept");
  }

  /** @param {Mark} mark */
  #entry(mark) {
    return new Entry(mark, {
      go: (one) => this.#go(one),
      write: (one, words) => this.#write(one, words),
      remove: (one) => this.#remove(one),
      done: () => this.#of().root.focus({ preventScroll: true }),
    });
  }

  /**
   * @param {Mark} mark
   * @param {string} words
   */
  #write(mark, words) {
    const place = placeOf(mark);
    this.undo.hidden = true;
    this.#store.set("marks", this.#marks.map((one) => (placeOf(one) === place ? { ...one, words } : one)));
    this.#keep();
  }

  /** @param {Mark} mark */
  #remove(mark) {
    const [marks, place] = [this.#marks, placeOf(mark)];
    const at = marks.findIndex((one) => placeOf(one) === place);
    this.#set(marks.filter((_, i) => i !== at), word("marks.removed", { feature: markName(mark) }), marks);
    const left = [...this.#entries.values()];
    (left[Math.min(at, left.length - 1)]?.cross ?? this.mark).focus();
  }

  /** @param {Mark} mark */
  #go(mark) {
    if (!has(this.#of(), mark)) return this.#say(word("marks.absent.feature", { feature: markName(mark) }));
    const { waits, lacks } = goTo(this.#of(), mark, /** @type {Marking} */ (this.marking).model);
    this.#going = waits ? mark : null;
    if (!waits && !lacks) this.#of().player.setRegion(regionThere(mark, this.#of().facts?.start ?? 0));
    this.#say(lacks);
    this.show();
  }

  /** Another clip or window is shown: it may be the one that a mark waits for. */
  arrived() {
    const { facts, player } = this.#of();
    const mark = this.#going;
    if (mark && facts && facts.chosen?.clip === mark.clip) {
      this.#going = null;
      if (Math.abs(facts.start - mark.start) < 1e-3) player.setRegion(regionThere(mark, facts.start));
      else this.#store.set("start", mark.start); // a clip may open elsewhere
    }
    this.show();
  }

  /**
   * @param {(list: MarkList) => string} written
   * @param {string} type
   * @param {string} ending
   */
  #save(written, type, ending) {
    const list = this.#whole;
    const name = `${nameOf(list, this.marking?.panel)}.${ending}`;
    download(new Blob([written(list)], { type }), name);
    this.#say(word("marks.saved", { name }));
  }

  async #read() {
    const [file] = this.file.files ?? [];
    if (!file) return;
    const name = oneLine(file.name, 80);
    try {
      if (file.size > MOST_BYTES) throw new Error(word("marks.bad.large", { name }));
      this.#add(readList(await file.text(), name), name);
    } catch (problem) {
      this.#say(/** @type {Error} */ (problem).message);
    }
    this.file.value = ""; // the same file may be chosen again
  }

  /**
   * Add the marks of a list that are not there.
   * @param {MarkList} list
   * @param {string} name of its file
   */
  #add(list, name) {
    const before = this.#marks;
    const added = newMarks(before, list, /** @type {Marking} */ (this.marking), name);
    const { student, marks } = list;
    if (student && !this.#store.get("student") && !before.length) this.#store.set("student", student);
    const absent = marks.filter((mark) => !has(this.#of(), mark)).length;
    const said = [word("marks.loaded", { name, added: added.length, there: marks.length - added.length })];
    if (absent) said.push(word("marks.loaded.absent", { count: absent }));
    this.#set([...before, ...added], said.join(" "), before);
  }
}
