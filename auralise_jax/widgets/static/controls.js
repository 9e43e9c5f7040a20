/**
 * Controls: the sliders for layer and feature, the title line, the key list,
 * and every button of the panel, laid out but not yet alive.
 */

const KEYS = [
  ["Space", "play, pause"],
  ["\u2190  \u2192", "feature"],
  ["Shift + \u2190  \u2192", "layer"],
  ["A   B", "hear the source, the feature"],
  ["L", "loop"],
  ["Home", "to the start"],
  ["?", "these keys"],
];

/** A labelled slider whose knob carries its number. `input(value)` hears every move. */
class Chooser {
  constructor(name, id, input) {
    this.input = make("input", "", { type: "range", id, step: "1", min: "0", max: "0" });
    this.knob = make("output", "auralise-knob", { "aria-hidden": "true" });
    this.ticks = make("div", "auralise-ticks", { "aria-hidden": "true" });
    this.facts = make("p", "auralise-quiet auralise-facts");
    this.ends = [0, 1].map(() => make("span", "auralise-end", { "aria-hidden": "true" }));
    const track = make("div", "auralise-track", {}, this.ticks, this.input, this.knob);
    const way = make("div", "auralise-way", {}, this.ends[0], track, this.ends[1]);
    this.root = make("div", "auralise-chooser", {}, make("label", "", { for: id }, name), way, this.facts);
    this.input.addEventListener("input", () => input(this.input.valueAsNumber));
  }

  /** `marks`: [[value, text, faint]] along the track; an empty text is a dot. `ends`: both limits, beside it. */
  setRange(low, high, marks, ends = ["", ""]) {
    Object.assign(this.input, { min: low, max: high, disabled: high <= low });
    this.ends.forEach((end, i) => (end.textContent = ends[i]));
    this.ticks.replaceChildren(
      ...marks.map(([value, text, faint]) => {
        const tick = make("span", [text ? "" : "auralise-dot", faint ? "auralise-faint" : ""].join(" ").trim(), {}, text);
        tick.style.left = `${(100 * (value - low)) / Math.max(high - low, 1)}%`;
        return tick;
      }),
    );
  }

  setValue(value, spoken = `${value}`) {
    const { min, max } = this.input;
    this.input.value = value;
    this.input.setAttribute("aria-valuetext", spoken);
    this.knob.textContent = value;
    this.knob.style.setProperty("--at", (value - min) / Math.max(max - min, 1));
  }
}

/** Title line: model / clip, and what the model takes the clip for. */
function showTitle(node, facts) {
  const classes = (facts.classes ?? []).map(([name, share]) => {
    const fill = make("i");
    fill.style.width = `${100 * share}%`;
    const percent = make("span", "auralise-percent", {}, `${Math.round(100 * share)} %`);
    const meter = make("span", "auralise-meter", { "aria-hidden": "true" }, fill);
    return make("li", "", {}, make("span", "", {}, name), meter, percent);
  });
  const title = make("p", "auralise-title", {}, make("span", "", {}, facts.model), " / ", make("strong", "", {}, facts.clip));
  const list = make("ul", "auralise-classes", { "aria-label": "Class probabilities" }, ...classes);
  node.replaceChildren(title, ...(classes.length ? [list] : []));
}

/** The key list, a dialog of its own. */
function keyList() {
  const rows = KEYS.map(([keys, what]) => make("div", "", {}, make("dt", "", {}, keys), make("dd", "", {}, what)));
  const close = make("button", "auralise-plain", { type: "button" }, "Close");
  const dialog = make("dialog", "auralise-keys", { "aria-label": "Keys" }, make("dl", "", {}, ...rows), close);
  close.addEventListener("click", () => dialog.close());
  return dialog;
}

/** Every control of the panel, laid out but not yet alive. */
function build(id) {
  const ui = { title: make("div", "auralise-header") };
  ui.error = make("div", "auralise-error", { role: "alert", hidden: true });
  ui.errorText = make("p");
  ui.dismiss = make("button", "auralise-plain", { type: "button" }, "Dismiss");
  ui.status = make("p", "auralise-status", { role: "status" });
  ui.enable = make("button", "auralise-enable", { type: "button", hidden: true }, "click to enable sound");

  ui.play = make("button", "auralise-play", { type: "button", "aria-label": "Play" }, icon("play"), icon("pause"));
  ui.time = make("span", "auralise-time");
  ui.radios = ["a", "b"].map((value) => make("input", "", { type: "radio", name: `${id}-heard`, value, id: `${id}-${value}` }));
  const halves = ["source", "feature"].map((what, i) => {
    const label = make("label", "", { for: ui.radios[i].id }, make("b", "", {}, "AB"[i]), ` ${what}`);
    return make("span", "", {}, ui.radios[i], label);
  });
  const heard = make("div", "auralise-switch", { role: "radiogroup", "aria-label": "Heard" }, ...halves);
  ui.loop = make("button", "auralise-plain auralise-loop", { type: "button", "aria-pressed": "true" }, icon("loop"), "Loop");
  ui.volume = make("input", "", { type: "range", min: "0", max: "1", step: "0.01", value: "0.5", "aria-label": "Volume" });
  const volume = make("span", "auralise-volume", { title: "Volume" }, icon("volume"), ui.volume);
  ui.level = make("span", "auralise-quiet auralise-level");
  ui.rule = make("select", "", { id: `${id}-rule` });
  ui.ruleRow = make("span", "auralise-rule", {}, make("label", "", { for: `${id}-rule` }, "Rule"), ui.rule);
  ui.help = make("button", "auralise-plain auralise-help", { type: "button", "aria-label": "Keys", title: "Keys (?)" }, "?");
  const rest = make("span", "auralise-rest", {}, ui.level, ui.help);
  ui.transport = make("div", "auralise-row", {}, ui.play, ui.time, heard, ui.loop, volume, ui.ruleRow, rest);
  ui.notes = make("p", "auralise-quiet");
  ui.keys = keyList();
  return ui;
}
