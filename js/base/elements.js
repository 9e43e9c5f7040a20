/** Elements: made in one call, and the labelled buttons and selects of a panel. */

import { ICONS } from "./icons.js";

/**
 * Make an element: class names, then properties or attributes, then children. Text only ever becomes text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {Record<string, string | number | boolean>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className = "", attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node && typeof value !== "string") Object.assign(node, { [name]: value });
    else node.setAttribute(name, `${value}`);
  }
  node.append(...children);
  return node;
}

/**
 * An SVG drawing of one path, in the colour of the text around it.
 * @param {string} className
 * @param {string} box
 */
export function svg(className, box, path = "") {
  const [root, line] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  if (className) root.setAttribute("class", className);
  root.setAttribute("viewBox", box);
  root.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  root.append(line);
  return root;
}

/** @param {keyof typeof ICONS} name */
export const icon = (name) => svg("", "0 0 24 24", ICONS[name]);

/**
 * The canvas's two-dimensional context.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export const brushOf = (canvas, settings) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));

/**
 * A round or pill button; `label` is what it is called, `text` what it says beside its icon.
 * @param {string} label
 * @param {{picture?: keyof typeof ICONS, text?: string, className?: string, [attribute: string]: string | boolean | undefined}} [look]
 */
export function button(label, { picture, text = "", className = "", ...attributes } = {}) {
  /** @type {Record<string, string | boolean>} */
  const all = { type: "button", title: label };
  if (!text) all["aria-label"] = label;
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) all[name] = value;
  return make("button", `auralise-plain ${className}`.trim(), all, ...(picture ? [icon(picture)] : []), text);
}

/**
 * A labelled select.
 * @typedef {{root: HTMLElement, select: HTMLSelectElement, fill: (options: [string, string][]) => void}} Select
 */

/**
 * A labelled select of [[value, text]]; `input(value)` is called with a choice.
 * @param {string} name
 * @param {string} id
 * @param {[string, string][]} options
 * @param {(value: string) => void} input
 * @returns {Select}
 */
export function labelledSelect(name, id, options, input, tip = "") {
  const select = make("select", "", { id });
  const label = make("label", "", { for: id }, name);
  const root = make("span", "auralise-choice", tip ? { title: tip } : {}, label, select);
  /** @param {[string, string][]} given */
  const fill = (given) => {
    select.replaceChildren(...given.map(([value, text]) => make("option", "", { value }, text)));
    root.hidden = given.length < 2;
  };
  select.addEventListener("change", () => input(select.value));
  fill(options);
  return { root, select, fill };
}

/**
 * Options whose text is their value.
 * @param {readonly string[] | null | undefined} names
 * @returns {[string, string][]}
 */
export const optionsOf = (names) => (names ?? []).map((name) => [name, name]);
