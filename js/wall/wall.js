/**
 * The layer wall: every feature of a layer as a small picture. Arrow keys and the pointer audition
 * them, a click or Enter stays there. Sorted by number, by interest, or so that neighbours are alike.
 */

/** @import { Bytes, Facts, NamedFeature, Survey } from "../types.js" */
/** @import { Axis } from "../picture/axis.js" */

import { brushOf, labelledSelect, make } from "../base/elements.js";
import { clamp } from "../base/numbers.js";
import { paintLoudest } from "../picture/levels.js";
import { translated, word } from "../words/words.js";

/** @type {[number, number]} */
const TILE = [72, 54]; // px of a tile's own picture
const DWELL = 90; // ms a pointer rests on a tile before that is heard

/**
 * What the wall shows.
 * @typedef {object} WallSource
 * @property {number[]} features
 * @property {number[]} order the first in the ranking first
 * @property {string} by what they are ranked by, unless by interest
 * @property {Survey | null} survey null while features still come, one after another
 * @property {(feature: number) => Bytes | Promise<Bytes> | null} picture null before it is here
 * @property {Facts} facts
 * @property {() => {frequency: Axis, colours: Uint32Array}} look
 * @property {() => number} now
 * @property {NamedFeature[] | null} names what a dissection found; null where nobody looked
 * @property {(feature: number) => string} words
 */

export class Wall {
  /** @type {Map<number, HTMLElement>} */
  #tiles = new Map();
  /** @type {Set<number>} tiles that have their picture */
  #painted = new Set();
  /** @type {WallSource | null} */
  #source = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {number | null} the feature to go back to */
  #kept = null;
  #on;

  /**
   * @param {string} id
   * @param {{show: (feature: number) => void, keep: (feature: number) => void}} on
   */
  constructor(id, on) {
    this.#on = on;
    this.order = labelledSelect(word("wall.order"), `${id}-order`, [["interest", word("wall.interest")], ["similar", word("wall.similar")], ["number", word("sort.number")]], () => this.#arrange());
    this.only = labelledSelect(word("wall.only"), `${id}-only`, [], () => this.#arrange(), word("wall.only.tip"));
    this.grid = make("div", "auralise-tiles", { role: "listbox", "aria-label": word("features"), tabindex: "0", "aria-orientation": "horizontal" });
    this.note = make("p", "auralise-quiet");
    const scale = make("span", "auralise-quiet", { title: word("wall.scale.tip") }, word("wall.scale"));
    const head = make("div", "auralise-row", {}, this.order.root, this.only.root, scale, this.note);
    this.root = make("section", "auralise-wall", { "aria-label": word("wall.label"), hidden: true }, head, this.grid);
    this.grid.addEventListener("keydown", (event) => this.#onKey(event));
    this.grid.addEventListener("pointerleave", () => this.#leave());
  }

  /**
   * @param {WallSource | null} source null while there is none
   * @param {string} words
   */
  set(source, words) {
    this.note.textContent = words;
    this.#source = source;
    this.#tiles.clear();
    this.#painted.clear();
    if (!source) return this.grid.replaceChildren();
    this.order.select.options[0].text = source.by ? word("wall.by", { by: source.by }) : word("wall.interest");
    this.#offer(source);
    for (const feature of source.features) this.#tiles.set(feature, this.#tile(feature, source.survey));
    this.#arrange();
    this.draw();
  }

  /**
   * What of the layer can be shown: all of it, what has a name, or what has the same name.
   * @param {WallSource} source
   */
  #offer({ names, features }) {
    const { select, fill } = this.only;
    const here = (names ?? []).filter(({ feature }) => features.includes(feature)).map(({ name }) => name);
    const before = select.value;
    /** @type {[string, string][]} */
    const each = [...new Set(here)].map((name) => [`=${name}`, word("wall.only.some", { name: translated(name), count: here.filter((one) => one === name).length })]);
    fill(here.length ? [["", word("wall.only.all", { count: features.length })], ["named", word("wall.only.some", { name: word("wall.only.named"), count: here.length })], ...each] : []);
    if ([...select.options].some(({ value }) => value === before)) select.value = before;
  }

  /** @param {number} feature */
  #has(feature) {
    const wanted = this.only.select.value;
    const name = this.#source?.names?.find((one) => one.feature === feature)?.name;
    return !wanted || (wanted === "named" ? name !== undefined : wanted === `=${name}`);
  }

  /**
   * @param {number} feature
   * @param {Survey | null} survey
   */
  #tile(feature, survey) {
    const canvas = make("canvas", "", { width: TILE[0], height: TILE[1], "aria-hidden": "true" });
    const silent = Boolean(survey && survey.group[feature] < 0);
    const tile = make("div", `auralise-tile${silent ? " auralise-silent" : ""}${survey ? "" : " auralise-coming"}`, { role: "option", id: `${this.order.select.id}-${feature}`, "aria-selected": "false" }, canvas, make("span", "", {}, `${feature}`));
    const copied = survey?.copies[feature] ?? -1;
    const [said, mark] = silent ? [word("feature.spoken.silent", { k: feature }), word("silent")] : copied < 0 ? [`${feature}`, ""] : [word("feature.spoken.copy", { k: feature, copied }), `= ${copied}`];
    tile.setAttribute("aria-label", said);
    if (mark) tile.append(make("em", "", {}, mark));
    tile.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && this.#rest(feature));
    tile.addEventListener("click", () => this.#keep(feature));
    return tile;
  }

  get features() {
    const { features, survey, order: ranked } = this.#source ?? { features: [], survey: null, order: null };
    const order = survey && { interest: ranked, similar: survey.similar, number: null }[this.order.select.value];
    return (order ? order.filter((feature) => features.includes(feature)) : features).filter((feature) => this.#has(feature));
  }

  /** @param {number} feature */
  mark(feature) {
    for (const [one, tile] of this.#tiles) tile.setAttribute("aria-selected", `${one === feature}`);
    const tile = this.#tiles.get(feature);
    if (!tile) return;
    this.grid.setAttribute("aria-activedescendant", tile.id);
    const [one, all] = [tile, this.grid].map((node) => node.getBoundingClientRect()); // it scrolls where it stands beside the pictures
    this.grid.scrollTop += Math.max(0, one.bottom - all.bottom) + Math.min(0, one.top - all.top);
  }

  /** Paint all tiles, in the colours and on the axis that the figure has. */
  draw() {
    this.#painted.clear();
    return this.#paint();
  }

  /**
   * Some more pictures are here.
   * @param {string} words
   */
  fill(words) {
    this.note.textContent = words;
    return this.#paint();
  }

  async #paint() {
    const source = this.#source;
    if (!source || this.root.hidden) return;
    for (const [feature, tile] of this.#tiles) {
      if (this.#painted.has(feature)) continue;
      const found = source.picture(feature);
      const levels = found instanceof Promise ? await found.catch(() => null) : found;
      if (source !== this.#source) return;
      if (!levels) continue;
      drawTile(/** @type {HTMLCanvasElement} */ (tile.firstElementChild), levels, source);
      tile.classList.remove("auralise-coming");
      this.#painted.add(feature);
    }
  }

  #arrange() {
    const source = this.#source;
    if (!source) return;
    const features = this.features;
    const tiles = features.map((feature) => /** @type {HTMLElement} */ (this.#tiles.get(feature)));
    this.grid.replaceChildren(...tiles);
    const group = this.order.select.value === "similar" ? source.survey?.group : null;
    features.forEach((feature, i) => {
      const first = Boolean(group && i > 0 && group[feature] !== group[features[i - 1]]);
      tiles[i].classList.toggle("auralise-first", first);
      tiles[i].title = source.words(feature);
    });
  }

  /** @param {number} feature */
  #rest(feature) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#kept ??= this.#source?.now() ?? null;
      this.#on.show(feature);
    }, DWELL);
  }

  #leave() {
    clearTimeout(this.#timer);
    if (this.#kept !== null) this.#on.show(this.#kept);
    this.#kept = null;
  }

  /** @param {number} feature */
  #keep(feature) {
    clearTimeout(this.#timer);
    this.#kept = null;
    this.#on.keep(feature);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const { key, shiftKey } = event;
    const order = this.features;
    if (shiftKey || !this.#source || !order.length) return;
    const tiles = /** @type {HTMLElement[]} */ ([...this.grid.children]);
    const columns = tiles.findIndex((tile) => tile.offsetTop > tiles[0].offsetTop);
    const line = columns > 0 ? columns : 1;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -line, ArrowDown: line }[key];
    const at = order.indexOf(this.#source.now());
    if (key === "Enter") this.#keep(order[at]);
    else if (step) this.#on.show(order[clamp(at + step, 0, order.length - 1)]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Bytes} levels
 * @param {WallSource} source
 */
function drawTile(canvas, levels, source) {
  const image = new ImageData(...TILE);
  paintLoudest(new Uint32Array(image.data.buffer), levels, source.facts, source.look(), TILE);
  brushOf(canvas).putImageData(image, 0, 0);
}
