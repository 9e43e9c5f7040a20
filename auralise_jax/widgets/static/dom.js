/** Small things every part of the panel uses: elements, icons, numbers as words. */

/** Make an element: class names, then properties or attributes, then children. Text only ever becomes text. */
function make(tag, className = "", attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Icons on a 24 x 24 grid, as paths. */
const ICONS = {
  play: "M8 5.2v13.6a.9.9 0 0 0 1.4.8l10.3-6.8a.9.9 0 0 0 0-1.6L9.4 4.4A.9.9 0 0 0 8 5.2z",
  pause: "M7 5h3.4v14H7zM13.6 5H17v14h-3.4z",
  loop: "M7 7h9.5V4.2L21 8.2l-4.5 4V9.4H9.2A3.2 3.2 0 0 0 6 12.6v.4H3.6v-.6A5.4 5.4 0 0 1 9 7zm10 10H7.5v2.8L3 15.8l4.5-4v2.8h7.3a3.2 3.2 0 0 0 3.2-3.2V11h2.4v.6A5.4 5.4 0 0 1 15 17z",
  volume: "M4 9.4v5.2h3.4l4.8 4V5.4l-4.8 4zM15 8.6a4.6 4.6 0 0 1 0 6.8l1.2 1.4a6.5 6.5 0 0 0 0-9.6z",
  previous: "M15.6 5.2 8.8 12l6.8 6.8 1.5-1.5L11.8 12l5.3-5.3z",
  next: "M8.4 5.2 15.2 12l-6.8 6.8-1.5-1.5L12.2 12 6.9 6.7z",
  wall: "M4 4h4.4v4.4H4zM9.8 4h4.4v4.4H9.8zM15.6 4H20v4.4h-4.4zM4 9.8h4.4v4.4H4zM9.8 9.8h4.4v4.4H9.8zM15.6 9.8H20v4.4h-4.4zM4 15.6h4.4V20H4zM9.8 15.6h4.4V20H9.8zM15.6 15.6H20V20h-4.4z",
  link: "M10.6 13.4a3.5 3.5 0 0 0 5 0l3.2-3.2a3.5 3.5 0 0 0-5-5l-1.5 1.5 1.3 1.3 1.5-1.5a1.7 1.7 0 0 1 2.4 2.4l-3.2 3.2a1.7 1.7 0 0 1-2.4 0zm2.8-2.8a3.5 3.5 0 0 0-5 0l-3.2 3.2a3.5 3.5 0 0 0 5 5l1.5-1.5-1.3-1.3-1.5 1.5a1.7 1.7 0 0 1-2.4-2.4l3.2-3.2a1.7 1.7 0 0 1 2.4 0z",
  save: "M11 4h2v8l2.6-2.6L17 10.8l-5 5-5-5 1.4-1.4L11 12zM5 18h14v2H5z",
  upload: "M11 16V8L8.4 10.6 7 9.2l5-5 5 5-1.4 1.4L13 8v8zM5 18h14v2H5z",
};

/** An SVG drawing of one path, in the colour of the text around it. */
function svg(className, box, path = "") {
  const [root, line] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  if (className) root.setAttribute("class", className);
  root.setAttribute("viewBox", box);
  root.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  root.append(line);
  return root;
}

const icon = (name) => svg("", "0 0 24 24", ICONS[name]);

/** A round or pill button; `label` is what it is called, `text` what it says beside its icon. */
function button(label, { picture, text = "", className = "", ...attributes } = {}) {
  const known = text ? {} : { "aria-label": label };
  const all = { type: "button", title: label, ...known, ...attributes };
  return make("button", `auralise-plain ${className}`.trim(), all, ...(picture ? [icon(picture)] : []), text);
}

/** A labelled select of [[value, text]]; `input(value)` hears a choice. */
function chooser(name, id, options, input, tip = "") {
  const select = make("select", "", { id });
  const label = make("label", "", { for: id }, name);
  const root = make("span", "auralise-choice", tip ? { title: tip } : {}, label, select);
  const fill = (options) => {
    select.replaceChildren(...options.map(([value, text]) => make("option", "", { value }, text)));
    root.hidden = options.length < 2;
  };
  select.addEventListener("change", () => input(select.value));
  fill(options);
  return { root, select, fill };
}

const clamp = (value, low, high) => Math.max(low, Math.min(value, high));
const minus = (text) => text.replace(/-(?=\d)/g, "\u2212");
const hertz = (hz) => (hz < 1000 ? `${Math.round(hz)} Hz` : `${(hz / 1000).toFixed(2)} kHz`);
const signed = (db) => minus(`${db >= 0.05 ? "+" : ""}${db.toFixed(1).replace(/^-0\.0$/, "0.0")}\u00a0dB`);
const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/** 1234 -> "1.23 k" + unit: three figures, the larger unit from a thousand on. */
const amount = (value, small, large) =>
  value < 1000 ? `${+value.toPrecision(value < 10 ? 2 : 3)} ${small}` : `${(value / 1000).toFixed(1)} ${large}`;

const NOTES = ["C", "C\u266f", "D", "D\u266f", "E", "F", "F\u266f", "G", "G\u266f", "A", "A\u266f", "B"];

/** The note nearest to a frequency, A4 = 440 Hz; nothing outside of the piano's and piccolo's reach. */
function nearestNote(hz) {
  const number = Math.round(69 + 12 * Math.log2(hz / 440));
  return hz > 0 && number >= 21 && number <= 120 ? `${NOTES[number % 12]}${Math.floor(number / 12) - 1}` : "";
}

/** Round numbers in [low, high], at least `gap` px apart on an axis `length` px long. */
function ticks(low, high, length, gap) {
  const least = ((high - low) * gap) / Math.max(length, 1);
  const decade = 10 ** Math.floor(Math.log10(least || 1));
  const step = [1, 2, 5, 10].map((m) => m * decade).find((s) => s >= least * 0.999) ?? high - low;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, i) => +((first + i) * step).toPrecision(9));
}

/** Whatever a binary state comes as (DataView, typed array, buffer, nothing) -> Uint8Array over the same memory. */
function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new Uint8Array(value ?? 0);
}
