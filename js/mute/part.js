/** Parts of the source that are taken out: drawn on a picture, or given in numbers, while the mode is on. */

/** @import { Facts, Part } from "../types.js" */
/** @import { Figure } from "../picture/figure.js" */
/** @import { Spectrogram } from "../picture/spectrogram.js" */
/** @typedef {{take: (part: Part) => void, seek: (seconds: number) => void, changed: (on: boolean) => void}} PartEvents */

import { make } from "../base/elements.js";
import { clamp } from "../base/numbers.js";
import { partFrom, partOf } from "./shape.js";
import { partName } from "./words.js";
import { word } from "../words/words.js";

const LEAST = 4; // px that a pointer moves before it draws

export class PartMuting {
  /** @type {{x: number, y: number, row: Spectrogram, part: Part | null, drawn: boolean} | null} */
  #drag = null;
  #figure;
  #on;
  on = false;

  /**
   * @param {Figure} figure
   * @param {PartEvents} on
   */
  constructor(figure, on) {
    this.#figure = figure;
    this.#on = on;
    this.label = make("span");
    this.box = make("div", "auralise-part-box", { hidden: true }, this.label);
    figure.stage.append(this.box);
    const names = [word("part.low"), word("part.high"), word("part.from"), word("part.to")];
    this.fields = names.map((name) => make("input", "", { type: "number", "aria-label": name, title: name, step: "any", min: "0" }));
    const [low, high, from, to] = this.fields;
    this.said = make("output", "auralise-quiet");
    const submit = make("button", "auralise-plain", { type: "submit" }, word("part.mute"));
    const pairs = [make("span", "", {}, low, word("part.between"), high, " Hz"), make("span", "", {}, from, word("part.between"), to, " s")];
    this.root = make("form", "auralise-row auralise-part", { "aria-label": word("part"), hidden: true }, ...pairs, submit, this.said);
    this.root.addEventListener("submit", (event) => this.#submit(event));
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.set(false));
    for (const type of /** @type {const} */ (["pointerdown", "pointermove", "pointerup"])) {
      figure.root.addEventListener(type, (event) => this.#point(type, event), true); // before the figure seeks
    }
    figure.stage.addEventListener("lostpointercapture", () => this.#end());
  }

  /** @param {boolean} on */
  set(on) {
    if (on === this.on) return;
    this.on = on;
    this.root.hidden = !on;
    this.said.textContent = on ? word("part.drag") : "";
    this.#figure.stage.classList.toggle("auralise-parting", on);
    this.#end();
    this.#on.changed(on);
  }

  /**
   * @param {"pointerdown" | "pointermove" | "pointerup"} type
   * @param {PointerEvent} event
   */
  #point(type, event) {
    const { stage, rows, facts } = this.#figure;
    const target = /** @type {Element} */ (event.target);
    if (!this.on || !facts || !stage.contains(target)) return;
    if (type === "pointerdown") {
      if (event.button !== 0 || target.closest("button, [role=alert], .auralise-handle")) return;
      const row = rows.findLast(({ root }) => event.clientY >= root.getBoundingClientRect().top) ?? rows[0];
      this.#drag = { x: event.clientX, y: event.clientY, row, part: null, drawn: false };
      stage.setPointerCapture(event.pointerId);
    } else if (!this.#drag) return;
    else if (type === "pointermove") this.#draw(event, facts);
    else this.#finish(event);
    event.stopPropagation();
    event.preventDefault();
  }

  /**
   * @param {PointerEvent} event
   * @param {Facts} facts
   */
  #draw({ clientX, clientY }, facts) {
    const drag = this.#drag;
    if (!drag) return;
    const { x, y, row } = drag;
    drag.drawn ||= Math.hypot(clientX - x, clientY - y) >= LEAST;
    if (!drag.drawn) return;
    const frame = row.root.getBoundingClientRect();
    /** @param {number} value */
    const across = (value) => clamp((value - frame.left) / frame.width, 0, 1);
    /** @param {number} value */
    const up = (value) => clamp(1 - (value - frame.top) / frame.height, 0, 1);
    const [left, right] = [across(Math.min(x, clientX)), across(Math.max(x, clientX))];
    const [bottom, top] = [up(Math.max(y, clientY)), up(Math.min(y, clientY))];
    const { time, frequency } = this.#figure;
    const part = (drag.part = partOf({ left, right, bottom, top }, time, frequency, facts));
    row.root.append(this.box);
    this.box.hidden = false;
    this.box.classList.toggle("auralise-part-none", !part);
    place(this.box, part ?? { band: null, stretch: null }, this.#figure);
    if (!part) Object.assign(this.box.style, { left: `${100 * left}%`, right: `${100 * (1 - right)}%`, bottom: `${100 * bottom}%`, top: `${100 * (1 - top)}%` });
    this.label.textContent = part ? partName(part, facts.start) : word("part.draw");
    this.#fill(part, facts.start);
  }

  /** @param {PointerEvent} event */
  #finish({ clientX }) {
    const { part = null, drawn = false } = this.#drag ?? {};
    this.#end();
    if (part) this.#on.take(part);
    if (drawn) return;
    const box = this.#figure.stage.getBoundingClientRect(); // a click seeks, as ever
    this.#on.seek(this.#figure.time.value(clamp((clientX - box.left) / box.width, 0, 1)));
  }

  #end() {
    this.#drag = null;
    this.box.hidden = true;
  }

  /**
   * @param {Part | null} part
   * @param {number} start
   */
  #fill(part, start) {
    const values = [...(part?.band ?? ["", ""]), ...(part?.stretch?.map((s) => (start + s).toFixed(2)) ?? ["", ""])];
    this.fields.forEach((field, i) => (field.value = `${values[i]}`));
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const part = partFrom(this.fields.map((field) => field.valueAsNumber), this.#figure.facts?.start ?? 0);
    this.said.textContent = typeof part === "string" ? part : "";
    if (typeof part !== "string") this.#on.take(part);
  }
}

/**
 * Put an outline where a part lies in a picture.
 * @param {HTMLElement} node
 * @param {Part} part
 * @param {Figure} figure
 */
function place(node, { band, stretch }, { time, frequency }) {
  /** @param {number} share */
  const percent = (share) => `${100 * clamp(share, 0, 1)}%`;
  const [from, to] = stretch ? stretch.map((s) => time.share(s)) : [0, 1];
  const [low, high] = band ? band.map((hz) => frequency.share(hz)) : [0, 1];
  Object.assign(node.style, { left: percent(from), right: percent(1 - to), bottom: percent(low), top: percent(1 - high) });
  return from < 1 && to > 0 && low < 1 && high > 0;
}

/**
 * Outlines of what is taken out, in the pictures of the source.
 * @param {Figure} figure
 * @param {Part[]} parts
 */
export function outlineParts(figure, parts) {
  for (const row of figure.rows) {
    for (const one of row.root.querySelectorAll(".auralise-part-out")) one.remove();
    if (row.kind !== "source") continue;
    for (const part of parts) {
      const node = make("i", "auralise-part-out", { "aria-hidden": "true" });
      if (place(node, part, figure)) row.root.append(node);
    }
  }
}
