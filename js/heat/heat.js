/**
 * The heat map: a layer's features by attributes of the music. A cell's colour is the mean of
 * Pearson's r between what the feature makes of two probes that differ in that attribute alone.
 * Arrow keys and clicks go to a feature, the pointer reads a cell.
 */

/** @import { Progress } from "../types.js" */
/** @import { Place } from "./drawing.js" */
/** @import { HeatSource } from "./words.js" */

import { brushOf, button, labelledSelect, make, optionsOf } from "../base/elements.js";
import { clamp } from "../base/numbers.js";
import { boxOf, cellAt, drawCell, drawFrame, HEAT_COLOURS, placeCells, placeLabels } from "./drawing.js";
import { cellWords, explain, namesOf, orderBy, readCells, score, scoresOf } from "./words.js";
import { translated, word } from "../words/words.js";

export class Heat {
  #watch = new ResizeObserver(() => this.#layout());
  /** @type {HeatSource | null} */
  #source = null;
  #made = "";
  /** @type {number[]} */
  #order = [];
  #now = 0; // the feature that is shown
  #row = 0; // the attribute that the keys are at
  /** @type {[feature: number, row: number] | null} */
  #hovered = null;
  /** @type {Place | null} */
  #place = null;
  #waiting = "";
  #on;
  running = false;

  /**
   * @param {string} id
   * @param {{show: (feature: number) => void, toggle: (stop: boolean) => void}} on
   */
  constructor(id, on) {
    this.#on = on;
    this.id = `${id}-heat`;
    this.sort = labelledSelect(word("sort"), `${id}-sort`, [], () => this.#arrange());
    this.words = make("p", "auralise-quiet auralise-heat-words");
    this.progress = make("progress", "auralise-progress", { "aria-label": word("heat.computing"), max: "1", value: 0 });
    this.stop = button(word("heat.stop"), { text: word("stop"), className: "auralise-stop" });
    this.working = make("span", "auralise-heat-working", {}, this.progress, this.stop);
    this.bar = make("canvas", "", { width: 256, height: 1, "aria-hidden": "true" });
    const legend = make("span", "auralise-heat-legend auralise-quiet", { title: word("heat.legend") }, "r\u2009=\u20090", this.bar, "1", make("i", "auralise-heat-dead", { "aria-hidden": "true" }), word("heat.none"));
    const head = make("div", "auralise-row auralise-heat-head", {}, make("strong", "", {}, word("attributes")), this.sort.root, legend, this.working);
    this.canvas = make("canvas", "", { "aria-hidden": "true" });
    this.labels = make("div", "auralise-heat-labels", { "aria-hidden": "true" });
    this.cells = make("div", "auralise-unseen");
    this.grid = make("div", "auralise-heat-grid", { role: "grid", tabindex: "0" }, this.canvas, this.labels, this.cells);
    this.readout = make("p", "auralise-heat-readout");
    this.means = make("p", "auralise-quiet auralise-heat-means");
    this.root = make("section", "auralise-heat", { "aria-label": word("attributes"), hidden: true }, head, this.grid, this.readout, this.means, this.words);
    this.stop.addEventListener("click", () => on.toggle(this.running));
    this.grid.addEventListener("keydown", (event) => this.#onKey(event));
    for (const type of ["focus", "blur"]) this.grid.addEventListener(type, () => this.#draw());
    this.canvas.addEventListener("pointermove", (event) => this.#hover(this.#cell(event)));
    this.canvas.addEventListener("pointerleave", () => this.#hover(null));
    this.canvas.addEventListener("click", (event) => this.#choose(this.#cell(event)));
    this.#watch.observe(this.grid);
  }

  get names() {
    return namesOf(this.#source);
  }

  /** @param {HeatSource} source */
  set(source) {
    this.#source = source;
    const { facts, found, features, layer } = source;
    const { names } = this;
    this.root.hidden = false;
    if (this.sort.select.options.length !== names.length + 1) this.sort.fill([["number", word("sort.number")], ...optionsOf(names)]);
    const image = new ImageData(256, 1);
    new Uint32Array(image.data.buffer).set(HEAT_COLOURS);
    brushOf(this.bar).putImageData(image, 0, 0);
    this.grid.setAttribute("aria-label", word("heat.label", { features, names: names.join(", ") }));
    /**
     * @param {string} what
     * @param {(number | null)[] | null | undefined} means
     */
    const mean = (what, means) => make("span", "", {}, make("b", "", {}, what), ` ${names.map((name, a) => `${name} ${score(means?.[a])}`).join(", ")}`);
    const control = found?.no_control ? make("span", "", {}, word("control.none.tip", { why: translated(found.no_control) })) : mean(word("heat.control"), found?.control);
    control.title = word("heat.control.tip");
    this.means.replaceChildren(mean(word("heat.mean", { layer }), found?.own), control, mean(word("heat.probes"), found?.probes));
    this.words.textContent = explain(facts);
    const made = `${layer}/${features}/${names}/${Boolean(found)}`;
    if (made === this.#made) return;
    this.#made = made;
    this.#row = Math.min(this.#row, names.length - 1);
    this.#arrange();
  }

  /**
   * @param {Progress | null} progress
   * @param {boolean} live there is somebody who can compute
   */
  setProgress(progress, live) {
    const missing = live && !this.#source?.found?.control;
    this.running = Boolean(progress);
    this.working.hidden = !live;
    this.working.classList.toggle("auralise-on", this.running || missing);
    this.progress.classList.toggle("auralise-on", this.running);
    this.progress.value = progress?.share ?? 0;
    this.stop.textContent = this.running ? word("stop") : word("heat.ask");
    this.stop.title = this.running ? word("heat.stop") : word("heat.ask.tip");
    this.#waiting = translated(progress?.words ?? "");
    this.#read();
  }

  /**
   * The feature that is shown.
   * @param {number} feature
   */
  mark(feature) {
    if (!this.#source) return;
    this.#now = feature;
    for (const cell of this.cells.querySelectorAll("[aria-selected=true]")) cell.setAttribute("aria-selected", "false");
    for (const cell of this.cells.querySelectorAll(`[data-feature="${feature}"]`)) cell.setAttribute("aria-selected", "true");
    this.#draw();
    this.#read();
  }

  close() {
    this.#watch.disconnect();
  }

  /** What is pointed at, or else the feature that is shown. */
  #read() {
    if (!this.#source) return;
    const [feature, row] = this.#hovered ?? [this.#now];
    const words = this.#source.found ? readCells(this.#source, feature, row) : this.#waiting || word("heat.missing");
    if (this.readout.textContent !== words) this.readout.textContent = words;
  }

  /** Features in their order, cells for screen readers, then everything that depends on the size. */
  #arrange() {
    const source = this.#source;
    if (!source) return;
    this.#order = orderBy(source, this.names.indexOf(this.sort.select.value));
    const rows = this.names.map((name, a) => {
      const cells = this.#order.map((k) => {
        const look = { role: "gridcell", id: `${this.id}-${a}-${k}`, "data-feature": `${k}`, "aria-selected": `${k === this.#now}` };
        return make("span", "", look, cellWords(source, k, a) || word("heat.cell", { k, name }));
      });
      return make("div", "", { role: "row" }, make("span", "", { role: "rowheader" }, name), ...cells);
    });
    this.cells.replaceChildren(...rows);
    this.#layout();
    this.#read();
  }

  #layout() {
    if (!this.#source || !this.grid.clientWidth) return;
    const em = parseFloat(getComputedStyle(this.grid).fontSize);
    const { names } = this;
    const place = (this.#place = placeCells(this.#order.length, names.length, this.grid.clientWidth, em));
    this.grid.style.height = `${place.height}px`;
    /**
     * @param {HTMLElement} node
     * @param {{x: number, y: number}} spot
     */
    const at = (node, { x, y }) => Object.assign(node.style, { left: `${x}px`, top: `${y}px` }) && node;
    const spots = placeLabels(place, names.length, this.#order.length);
    this.labels.replaceChildren(
      ...spots.names.map((spot) => at(make("span", "auralise-heat-name", {}, names[spot.row]), spot)),
      ...spots.numbers.map((spot, i) => at(make("span", "auralise-heat-number", { "data-feature": `${this.#order[i]}` }, `${this.#order[i]}`), spot)),
    );
    this.#draw();
  }

  /** Every cell, the feature that is shown, the cell under the pointer or the keys. */
  #draw() {
    const [place, source] = [this.#place, this.#source];
    if (!place || !source) return;
    const scale = globalThis.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: Math.round(this.grid.clientWidth * scale), height: Math.round(place.height * scale) });
    const brush = brushOf(this.canvas);
    this.#order.forEach((k, i) => this.names.forEach((_, a) => drawCell(brush, boxOf(place, scale, i, a), scale, scoresOf(source, k, a)?.[0])));
    const shown = this.#order.indexOf(this.#now);
    if (shown >= 0) drawFrame(brush, boxOf(place, scale, shown, 0, this.names.length), scale);
    const root = /** @type {Document | ShadowRoot} */ (this.grid.getRootNode());
    const keyed = document.activeElement === this.grid || root.activeElement === this.grid;
    const [feature, row] = this.#hovered ?? (keyed ? [this.#now, this.#row] : []);
    if (feature !== undefined && row !== undefined) drawFrame(brush, boxOf(place, scale, this.#order.indexOf(feature), row), scale);
    for (const one of this.labels.querySelectorAll("[data-feature]")) one.classList.toggle("auralise-heat-shown", one.getAttribute("data-feature") === `${this.#now}`);
    this.grid.setAttribute("aria-activedescendant", `${this.id}-${this.#row}-${this.#now}`);
  }

  /**
   * [feature, attribute] under the pointer, or null.
   * @param {MouseEvent} event
   * @returns {[number, number] | null}
   */
  #cell(event) {
    if (!this.#place) return null;
    const box = this.canvas.getBoundingClientRect();
    const found = cellAt(this.#place, this.#order.length, this.names.length, event.clientX - box.left, event.clientY - box.top);
    return found && [this.#order[found[0]], found[1]];
  }

  /** @param {[number, number] | null} cell */
  #hover(cell) {
    if (`${cell}` === `${this.#hovered}`) return;
    this.#hovered = cell;
    this.canvas.style.cursor = cell ? "pointer" : "";
    this.#draw();
    this.#read();
  }

  /** @param {[number, number] | null} cell */
  #choose(cell) {
    if (!cell) return;
    this.#row = cell[1];
    this.#on.show(cell[0]);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (shiftKey || ctrlKey || metaKey || altKey || !this.#order.length) return;
    const available = this.#source?.available;
    const here = this.#order.filter((k) => !available || available.includes(k));
    const at = here.indexOf(this.#now);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: here.length - 1 }[key];
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (to !== undefined) this.#on.show(here[clamp(to, 0, here.length - 1)]);
    else if (step) this.#row = clamp(this.#row + step, 0, this.names.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.mark(this.#now);
  }
}
