/**
 * The layer wall: every feature of a layer as a small picture. Arrow keys and the pointer audition
 * them, a click or Enter stays there. Sorted by number, by interest, or so that neighbours are alike.
 */

const TILE = [72, 54]; // px of a tile's own picture
const DWELL = 90; // ms a pointer rests on a tile before that is heard

class Wall {
  #tiles = new Map();
  #source = null;
  #timer = 0;
  #kept = null;
  #on;

  /** `on`: {show(feature), keep(feature)}. */
  constructor(id, on) {
    this.#on = on;
    this.order = chooser("Order", `${id}-order`, [["interest", "interesting first"], ["similar", "alike together"], ["number", "number"]], () => this.#arrange());
    this.grid = make("div", "auralise-tiles", { role: "listbox", "aria-label": "Features", tabindex: "0", "aria-orientation": "horizontal" });
    this.note = make("p", "auralise-quiet");
    const head = make("div", "auralise-row", {}, this.order.root, this.note);
    this.root = make("section", "auralise-wall", { "aria-label": "Layer wall", hidden: true }, head, this.grid);
    this.grid.addEventListener("keydown", (event) => this.#onKey(event));
    this.grid.addEventListener("pointerleave", () => this.#leave());
  }

  /** `source`: {features, survey, picture(feature) -> levels or promise, look, facts}; null while there is none. */
  set(source, words) {
    this.note.textContent = words;
    this.#source = source;
    this.#tiles.clear();
    if (!source) return this.grid.replaceChildren();
    for (const feature of source.features) {
      const canvas = make("canvas", "", { width: TILE[0], height: TILE[1], "aria-hidden": "true" });
      const silent = source.survey && source.survey.group[feature] < 0;
      const tile = make("div", silent ? "auralise-tile auralise-silent" : "auralise-tile", { role: "option", id: `${this.order.select.id}-${feature}`, "aria-selected": "false" }, canvas, make("span", "", {}, `${feature}`));
      const copied = source.survey?.copies[feature] ?? -1;
      const [said, mark] = silent ? [", silent", "silent"] : copied < 0 ? ["", ""] : [`, a copy of ${copied}`, `= ${copied}`];
      tile.setAttribute("aria-label", `${feature}${said}`);
      if (mark) tile.append(make("em", "", {}, mark));
      tile.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && this.#rest(feature));
      tile.addEventListener("click", () => this.#keep(feature));
      this.#tiles.set(feature, tile);
    }
    this.#arrange();
    this.draw();
  }

  get features() {
    const { features, survey } = this.#source ?? { features: [] };
    const order = survey && { interest: survey.order, similar: survey.similar }[this.order.select.value];
    return order ? order.filter((feature) => features.includes(feature)) : features;
  }

  mark(feature) {
    for (const [one, tile] of this.#tiles) tile.setAttribute("aria-selected", `${one === feature}`);
    const tile = this.#tiles.get(feature);
    if (tile) this.grid.setAttribute("aria-activedescendant", tile.id);
  }

  /** Paint all tiles, in the colours and on the axis that the figure has. */
  async draw() {
    const source = this.#source;
    if (!source || this.root.hidden) return;
    for (const [feature, tile] of this.#tiles) {
      const found = source.picture(feature);
      const levels = found instanceof Promise ? await found.catch(() => null) : found;
      if (source !== this.#source) return;
      if (levels) drawTile(tile.firstElementChild, levels, source.facts, source.look());
    }
  }

  #arrange() {
    this.grid.replaceChildren(...this.features.map((feature) => this.#tiles.get(feature)));
    const group = this.#source?.survey?.group;
    let last = null;
    const grouped = this.order.select.value === "similar" && group;
    for (const feature of this.features) {
      const tile = this.#tiles.get(feature);
      tile.classList.toggle("auralise-first", Boolean(grouped) && last !== null && group[feature] !== last);
      tile.title = this.#source.words(feature);
      last = grouped ? group[feature] : null;
    }
  }

  #rest(feature) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#kept ??= this.#source.now();
      this.#on.show(feature);
    }, DWELL);
  }

  #leave() {
    clearTimeout(this.#timer);
    if (this.#kept !== null) this.#on.show(this.#kept);
    this.#kept = null;
  }

  #keep(feature) {
    clearTimeout(this.#timer);
    this.#kept = null;
    this.#on.keep(feature);
  }

  #onKey(event) {
    const { key, shiftKey } = event;
    const order = this.features;
    if (shiftKey || !order.length) return;
    const first = this.grid.firstElementChild;
    const columns = [...this.grid.children].findIndex((tile) => tile.offsetTop > first.offsetTop);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -(columns > 0 ? columns : 1), ArrowDown: columns > 0 ? columns : 1 }[key];
    const at = order.indexOf(this.#source.now());
    if (key === "Enter") this.#keep(order[at]);
    else if (step) this.#on.show(order[clamp(at + step, 0, order.length - 1)]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** A small picture: of every block of bins and frames its loudest, so that thin lines stay. */
function drawTile(canvas, levels, { bins, frames, n_fft, sample_rate }, { frequency, colours }) {
  const [width, height] = TILE;
  const image = new ImageData(width, height);
  const out = new Uint32Array(image.data.buffer);
  const binAt = (y) => clamp(Math.round((frequency.value(1 - y / height) * n_fft) / sample_rate), 0, bins - 1);
  for (let y = 0; y < height; y++) {
    const [high, low] = [binAt(y), Math.min(binAt(y + 1) + 1, binAt(y))];
    for (let x = 0; x < width; x++) {
      const from = Math.floor((x * frames) / width);
      const to = Math.max(from + 1, Math.floor(((x + 1) * frames) / width));
      let most = 0;
      for (let bin = low; bin <= high; bin++) {
        for (let frame = from; frame < to; frame++) most = Math.max(most, levels[bin * frames + frame]);
      }
      out[y * width + x] = colours[most];
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
