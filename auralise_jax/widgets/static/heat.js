/**
 * The heat map: a layer's features by attributes of the music. A cell's colour is the mean of
 * Pearson's r between what the feature makes of two probes that differ in that attribute alone.
 * Arrow keys and clicks go to a feature, the pointer reads a cell.
 */

const HEAT_CELL = 16; // px of a cell's width at least: its number must fit
const HEAT_COLOURS = "viridis"; // from 0 to 1 in every layer, so that layers compare
const HEAT_EDGE = 3; // px above the first row, for the frame around a cell
const SCORES = 4; // of a cell: mean, low and high end of its 95 % interval, pairs

class Heat {
  #watch = new ResizeObserver(() => this.#layout());
  #source = null;
  #made = "";
  #order = [];
  #now = 0; // the feature that is shown
  #row = 0; // the attribute that the keys are at
  #hovered = null; // [feature, attribute]
  #place = null; // where cells stand, px
  #on;

  /** `on`: {show(feature), toggle(stop)}. */
  constructor(id, on) {
    this.#on = on;
    this.id = `${id}-heat`;
    this.sort = chooser("Sort by", `${id}-sort`, [], () => this.#arrange());
    this.words = make("p", "auralise-quiet auralise-heat-words");
    this.progress = make("progress", "auralise-progress", { "aria-label": "Computing the heat map", max: "1", value: 0 });
    this.stop = button("Stop computing the heat map", { text: "stop", className: "auralise-stop" });
    this.working = make("span", "auralise-heat-working", {}, this.progress, this.stop);
    this.bar = make("canvas", "", { width: 256, height: 1, "aria-hidden": "true" });
    this.legend = make("span", "auralise-heat-legend auralise-quiet", { title: "mean of Pearson's r; below 0 as 0" }, "r\u2009=\u20090", this.bar, "1", make("i", "auralise-heat-dead", { "aria-hidden": "true" }), "no answer");
    const head = make("div", "auralise-row auralise-heat-head", {}, make("strong", "", {}, "Attributes"), this.sort.root, this.legend, this.working);
    this.canvas = make("canvas", "", { "aria-hidden": "true" });
    this.labels = make("div", "auralise-heat-labels", { "aria-hidden": "true" });
    this.cells = make("div", "auralise-unseen");
    this.grid = make("div", "auralise-heat-grid", { role: "grid", tabindex: "0" }, this.canvas, this.labels, this.cells);
    this.readout = make("p", "auralise-heat-readout");
    this.means = make("p", "auralise-quiet auralise-heat-means");
    this.root = make("section", "auralise-heat", { "aria-label": "Attributes", hidden: true }, head, this.grid, this.readout, this.means, this.words);
    this.stop.addEventListener("click", () => on.toggle(this.running));
    this.grid.addEventListener("keydown", (event) => this.#onKey(event));
    for (const type of ["focus", "blur"]) this.grid.addEventListener(type, () => this.#draw());
    this.canvas.addEventListener("pointermove", (event) => this.#hover(this.#cell(event)));
    this.canvas.addEventListener("pointerleave", () => this.#hover(null));
    this.canvas.addEventListener("click", (event) => this.#choose(this.#cell(event)));
    this.#watch.observe(this.grid);
  }

  /**
   * `source`: {layer, features, available, told: {names, probes, engine}, found}; found is null or
   * {names, values, own, control, probes}: for each feature and attribute `SCORES` numbers, then means.
   */
  set(source) {
    this.#source = source;
    const { told, found, features, layer } = source;
    this.root.hidden = false;
    if (this.sort.select.options.length !== this.names.length + 1) {
      this.sort.fill([["number", "number"], ...this.names.map((name) => [name, name])]);
    }
    const image = new ImageData(256, 1);
    new Uint32Array(image.data.buffer).set(TABLES[HEAT_COLOURS]);
    this.bar.getContext("2d").putImageData(image, 0, 0);
    this.grid.setAttribute("aria-label", `Pearson's r of ${features} maps under ${this.names.join(", ")}`);
    const mean = (what, means) => make("span", "", {}, make("b", "", {}, what), ` ${this.names.map((name, a) => `${name} ${this.#score(means?.[a])}`).join(", ")}`);
    const means = [mean(`mean of layer ${layer}:`, found?.own), mean("random weights:", found?.control), mean("the probes' own pictures:", found?.probes)];
    means[1].title = "the same network with random weights: what any network gives is no finding";
    this.means.replaceChildren(...means);
    this.words.textContent =
      `Pearson's r, by activation: ${told.probes} probes (${told.engine}), two at a time that differ in one attribute alone; mean over such pairs, ` +
      "in brackets its 95 % interval. Near 1, the feature's map stays the same when the attribute changes; near 0, it becomes quite another.";
    const made = `${layer}/${features}/${this.names}/${Boolean(found)}`;
    if (made === this.#made) return;
    this.#made = made;
    this.#row = Math.min(this.#row, this.names.length - 1);
    this.#arrange();
  }

  get names() {
    return this.#source?.found?.names ?? this.#source?.told.names ?? [];
  }

  /** `progress`: {share, words} or null; `live`: there is somebody who can compute. */
  setProgress(progress, live) {
    const missing = live && !(this.#source.found && this.#source.found.control);
    this.running = Boolean(progress);
    this.working.hidden = !live;
    this.working.classList.toggle("auralise-on", this.running || missing);
    this.progress.classList.toggle("auralise-on", this.running);
    this.progress.value = progress?.share ?? 0;
    this.stop.textContent = this.running ? "stop" : "compute";
    this.stop.title = this.running ? "Stop computing the heat map" : "Compute the heat map";
    this.#waiting = progress?.words ?? "";
    this.#read();
  }

  #waiting = "";

  /** The feature that is shown. */
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

  /** [mean, low, high, pairs] of a cell; null while there is none. */
  #scores(feature, row) {
    const { found } = this.#source;
    if (!found) return null;
    const at = SCORES * (feature * this.names.length + row);
    return [...found.values.subarray(at, at + SCORES)];
  }

  #score(value) {
    return value == null || Number.isNaN(value) ? "\u2013" : minus(value.toFixed(2).replace(/^-(?=0\.00$)/, ""));
  }

  /** A cell in words. */
  #words(feature, row, short = false) {
    const scores = this.#scores(feature, row);
    if (!scores) return "";
    const [mean, low, high, pairs] = scores;
    if (Number.isNaN(mean)) return short ? `${this.names[row]} \u2013` : `feature ${feature}, ${this.names[row]}: no answer to compare`;
    const interval = `${this.#score(low)} to ${this.#score(high)}`;
    if (short) return `${this.names[row]} ${this.#score(mean)} (${interval})`;
    return `feature ${feature}, ${this.names[row]}: r = ${this.#score(mean)}, 95 % interval ${interval}, ${pairs} pairs`;
  }

  /** What is pointed at, or else the feature that is shown. */
  #read() {
    if (!this.#source) return;
    const [feature, row] = this.#hovered ?? [this.#now];
    const all = () => `feature ${feature}:  ${this.names.map((_, a) => this.#words(feature, a, true)).join("  \u00b7  ")}`;
    const absent = row !== undefined && this.#source.available && !this.#source.available.includes(feature) ? " (its picture is not in this page)" : "";
    const words = !this.#source.found ? this.#waiting || "not computed" : row === undefined ? all() : this.#words(feature, row) + absent;
    if (this.readout.textContent !== words) this.readout.textContent = words;
  }

  /** Features in their order, cells for screen readers, then everything that depends on the size. */
  #arrange() {
    const { features, found } = this.#source;
    const row = this.names.indexOf(this.sort.select.value);
    const height = (feature) => {
      const mean = this.#scores(feature, row)[0];
      return Number.isNaN(mean) ? -Infinity : mean;
    };
    this.#order = Array.from({ length: features }, (_, k) => k);
    if (found && row >= 0) this.#order.sort((one, other) => height(other) - height(one) || one - other);
    const rows = this.names.map((name, a) => {
      const cells = this.#order.map((k) => {
        const cell = make("span", "", { role: "gridcell", id: `${this.id}-${a}-${k}`, "data-feature": `${k}`, "aria-selected": `${k === this.#now}` });
        cell.textContent = this.#words(k, a) || `feature ${k}, ${name}`;
        return cell;
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
    const [names, count] = [this.names, this.#order.length];
    const left = Math.ceil(5.2 * em);
    const width = this.grid.clientWidth - left;
    const bands = Math.max(1, Math.ceil((count * HEAT_CELL) / width));
    const columns = Math.ceil(count / bands);
    const [cell, tall, foot] = [width / columns, Math.round(1.55 * em), Math.round(1.7 * em)];
    const band = names.length * tall + foot;
    this.#place = { left, columns, cell, tall, band, bands };
    this.grid.style.height = `${HEAT_EDGE + bands * band}px`;
    const at = (node, x, y) => {
      Object.assign(node.style, { left: `${x}px`, top: `${y}px` });
      return node;
    };
    const labels = [];
    for (let b = 0; b < bands; b++) {
      names.forEach((name, a) => labels.push(at(make("span", "auralise-heat-name", {}, name), 0, HEAT_EDGE + b * band + (a + 0.5) * tall)));
    }
    this.#order.forEach((k, i) => {
      labels.push(at(make("span", "auralise-heat-number", { "data-feature": `${k}` }, `${k}`), left + ((i % columns) + 0.5) * cell, HEAT_EDGE + Math.floor(i / columns) * band + names.length * tall));
    });
    this.labels.replaceChildren(...labels);
    this.#draw();
  }

  /** Every cell, the feature that is shown, the cell under the pointer or the keys. */
  #draw() {
    if (!this.#place) return;
    const { left, columns, cell, tall, band, bands } = this.#place;
    const scale = globalThis.devicePixelRatio || 1;
    const [wide, high] = [this.grid.clientWidth, HEAT_EDGE + bands * band];
    Object.assign(this.canvas, { width: Math.round(wide * scale), height: Math.round(high * scale) });
    const brush = this.canvas.getContext("2d");
    const table = TABLES[HEAT_COLOURS];
    const box = (i, a, rows = 1) => {
      const [x, y] = [left + (i % columns) * cell, HEAT_EDGE + Math.floor(i / columns) * band + a * tall];
      const [from, to] = [Math.round(x * scale), Math.round((x + cell) * scale)];
      const [top, bottom] = [Math.round(y * scale), Math.round((y + rows * tall) * scale)];
      return [from, top, to - from, bottom - top];
    };
    this.#order.forEach((k, i) =>
      this.names.forEach((_, a) => {
        const mean = this.#scores(k, a)?.[0];
        const [x, y, w, h] = box(i, a);
        if (mean === undefined) brush.fillStyle = "rgb(128 128 128 / 18%)";
        else if (Number.isNaN(mean)) brush.fillStyle = "#8c8c8c";
        else {
          const colour = table[Math.round(255 * clamp(mean, 0, 1))];
          brush.fillStyle = `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
        }
        brush.fillRect(x, y, w - 1, h - 1);
        if (!Number.isNaN(mean)) return;
        brush.strokeStyle = "#3c3c3c";
        brush.lineWidth = scale;
        brush.beginPath();
        brush.moveTo(x, y + h - 1);
        brush.lineTo(x + w - 1, y);
        brush.stroke();
      }),
    );
    const frame = ([x, y, w, h], inner, outer) => {
      for (const [colour, out] of [["#000", outer], ["#fff", inner]]) {
        brush.strokeStyle = colour;
        brush.lineWidth = (out === outer ? 4 : 2) * scale;
        brush.strokeRect(x - 0.5, y - 0.5, w, h);
      }
    };
    const shown = this.#order.indexOf(this.#now);
    if (shown >= 0) frame(box(shown, 0, this.names.length), 0, 1);
    const keyed = document.activeElement === this.grid || this.grid.getRootNode().activeElement === this.grid;
    const [feature, row] = this.#hovered ?? (keyed ? [this.#now, this.#row] : []);
    if (row !== undefined) frame(box(this.#order.indexOf(feature), row), 0, 1);
    for (const one of this.labels.querySelectorAll("[data-feature]")) one.classList.toggle("auralise-heat-shown", one.dataset.feature === `${this.#now}`);
    this.grid.setAttribute("aria-activedescendant", `${this.id}-${this.#row}-${this.#now}`);
  }

  /** [feature, attribute] under the pointer, or null. */
  #cell(event) {
    if (!this.#place) return null;
    const { left, columns, cell, tall, band } = this.#place;
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - left, event.clientY - box.top - HEAT_EDGE];
    const [column, row] = [Math.floor(x / cell), Math.floor((y % band) / tall)];
    const feature = this.#order[Math.floor(y / band) * columns + column];
    return x < 0 || y < 0 || column >= columns || row >= this.names.length || feature === undefined ? null : [feature, row];
  }

  #hover(cell) {
    if (`${cell}` === `${this.#hovered}`) return;
    this.#hovered = cell;
    this.canvas.style.cursor = cell ? "pointer" : "";
    this.#draw();
    this.#read();
  }

  #choose(cell) {
    if (!cell) return;
    this.#row = cell[1];
    this.#on.show(cell[0]);
  }

  #onKey(event) {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (shiftKey || ctrlKey || metaKey || altKey || !this.#order.length) return;
    const { available } = this.#source;
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
