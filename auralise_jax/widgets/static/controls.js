/**
 * Controls: the sliders for layer and feature, the title line, the key list,
 * and every button of the panel, laid out but not yet alive.
 */

/** Keys, what they do, and what that needs of the panel. */
const KEYS = [
  ["Space", "play, pause"],
  ["\u2190  \u2192", "feature"],
  ["P   N", "previous, next interesting feature"],
  ["Shift + \u2190  \u2192", "layer", "layers"],
  ["A   B", "hear this row", "decks"],
  ["L", "loop"],
  ["[   ]   \\", "loop from here, to here, all"],
  ["+   \u2212   0", "zoom time in, out, all"],
  ["S", "from the start of the clip, or where most is going on", "places"],
  ["W", "layer wall"],
  ["Home", "to the start"],
  ["?", "these keys"],
];

const RANGES = [40, 60, 80, 100];

/** A labelled slider whose knob carries its number. `input(value)` hears every move. */
class Chooser {
  constructor(name, id, input) {
    this.input = make("input", "", { type: "range", id, step: "1", min: "0", max: "0" });
    this.knob = make("output", "auralise-knob", { "aria-hidden": "true" });
    this.ticks = make("div", "auralise-ticks", { "aria-hidden": "true" });
    this.facts = make("span", "auralise-fact");
    this.side = make("p", "auralise-quiet auralise-facts", {}, this.facts);
    this.ends = [0, 1].map(() => make("span", "auralise-end", { "aria-hidden": "true" }));
    const track = make("div", "auralise-track", {}, this.ticks, this.input, this.knob);
    const way = make("div", "auralise-way", {}, this.ends[0], track, this.ends[1]);
    this.root = make("div", "auralise-chooser", {}, make("label", "", { for: id }, name), way, this.side);
    this.input.addEventListener("input", () => input(this.input.valueAsNumber));
  }

  /** `marks`: [[value, text, faint]] along the track; an empty text is a dot. `ends`: both limits, beside it. */
  setRange(low, high, marks, ends = ["", ""]) {
    const made = JSON.stringify([low, high, marks, ends]);
    if (made === this.made) return;
    this.made = made;
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

  setValue(value, spoken = `${value}`, silent = false) {
    const { min, max } = this.input;
    this.input.value = value;
    this.input.setAttribute("aria-valuetext", spoken);
    this.knob.textContent = value;
    this.knob.classList.toggle("auralise-dead", silent);
    this.knob.style.setProperty("--at", (value - min) / Math.max(max - min, 1));
  }
}

/** Where the model's window lies in a clip that is longer: a slider over an overview of the whole. */
class StartChooser {
  constructor(id, changed) {
    this.input = make("input", "", { type: "range", id, min: "0", step: "0.1" });
    this.overview = svg("auralise-overview", "0 0 1 1"); // drawn in the theme's colour
    this.pane = make("i", "auralise-pane", { "aria-hidden": "true" });
    this.facts = make("span", "auralise-fact");
    this.other = make("button", "auralise-plain", { type: "button" });
    const side = make("p", "auralise-quiet auralise-facts", {}, this.facts, this.other);
    const track = make("div", "auralise-song", {}, this.overview, this.pane, this.input);
    this.root = make("div", "auralise-chooser", { hidden: true }, make("label", "", { for: id }, "Start"), track, side);
    this.other.addEventListener("click", () => this.jump());
    this.changed = changed;
    this.input.addEventListener("input", () => this.#show(this.input.valueAsNumber));
    this.input.addEventListener("change", () => changed(this.input.valueAsNumber));
  }

  /** `song`: {duration, window, overview: bytes as numbers, busiest}, or null for a clip that fits; `start`: what is heard. */
  set(song, start) {
    this.root.hidden = !song;
    this.song = song;
    this.heard = start;
    if (!song) return;
    Object.assign(this.input, { max: Math.max(song.duration - song.window, 0).toFixed(2), value: start });
    const { length } = song.overview;
    const half = (level) => Math.max(2, level / 2);
    const upper = song.overview.map((level, x) => `${x} ${(128 - half(level)).toFixed(1)}H${x + 1}`);
    const lower = song.overview.map((level, x) => `${x + 1} ${(128 + half(level)).toFixed(1)}H${x}`).toReversed();
    this.overview.setAttribute("viewBox", `0 0 ${length} 256`);
    this.overview.setAttribute("preserveAspectRatio", "none");
    this.overview.firstElementChild.setAttribute("d", `M${upper.join("L")}L${lower.join("L")}Z`);
    this.#show(start);
  }

  /** To the beginning of the clip; from there to where most is going on. */
  jump() {
    const place = this.song ? this.#elsewhere : null;
    if (place === null) return;
    this.input.value = place;
    this.#show(place);
    this.changed(place);
  }

  get #elsewhere() {
    const at = this.input.valueAsNumber;
    return at > 0 ? 0 : (this.song.busiest || null);
  }

  #show(start) {
    const { duration, window, busiest } = this.song;
    this.pane.style.left = `${(100 * start) / duration}%`;
    this.pane.style.width = `${Math.min(100, (100 * window) / duration)}%`;
    const heard = `${this.heard.toFixed(1)} to ${Math.min(this.heard + window, duration).toFixed(1)} of ${duration.toFixed(1)} s`;
    this.facts.textContent = start === this.heard ? heard : `${heard}; next from ${start.toFixed(1)} s`;
    this.other.hidden = start === 0 && !(busiest > 0);
    this.other.textContent = start > 0 ? "from 0 s (S)" : "busiest (S)";
    this.other.title = start > 0 ? "From the beginning of the clip, key S" : `Where most is going on: ${busiest?.toFixed(1)} s, key S`;
    this.input.setAttribute("aria-valuetext", `${start.toFixed(1)} s`);
  }
}

/** Selects for what is heard, where a panel has them: facts.choices, [{trait, label, options, value}]. */
class Choices {
  #made = "";
  #selects = new Map();

  /** `chosen(trait, value)` hears a choice. */
  constructor(id, chosen) {
    this.root = make("span", "auralise-choices", { role: "group", "aria-label": "What is heard", hidden: true });
    this.id = id;
    this.chosen = chosen;
  }

  /** Other choices; those that are there already stay, and keep the focus. */
  set(choices) {
    const made = JSON.stringify(choices.map(({ trait, options }) => [trait, options]));
    if (made === this.#made) return;
    this.#made = made;
    this.#selects.clear();
    const all = choices.map(({ trait, label, options }) => {
      const one = chooser(label, `${this.id}-${trait}`, options.map((name) => [name, name]), (value) => this.chosen(trait, value));
      this.#selects.set(trait, one.select);
      return one.root;
    });
    this.root.replaceChildren(...all);
    this.root.hidden = !choices.length;
  }

  /** Show what is asked for; `asked(trait)` tells. */
  show(asked) {
    for (const [trait, select] of this.#selects) select.value = asked(trait) ?? "";
  }
}

/** Title line: what listens / to what; where there is a choice, selects. */
function showTitle(ui, facts) {
  const several = facts.takes.length > 1;
  const { model, clip } = facts.takes[0];
  const choice = (names) => (facts.live ? (names ?? []) : []).map((name) => [name, name]);
  ui.model.fill(choice(facts.models));
  ui.clip.fill(choice(facts.clips));
  ui.choices.set(facts.live ? (facts.choices ?? []) : []);
  const words = [make("span", "", {}, model), ...(ui.choices.root.hidden ? [" / ", make("strong", "", {}, clip)] : [])];
  ui.titleText.replaceChildren(...(several ? [make("strong", "", {}, facts.title)] : words));
  const choosing = facts.live && (facts.clips?.length > 1 || facts.models?.length > 1);
  ui.titleText.hidden = choosing;
  ui.upload.hidden = !choosing;
  const classes = (several ? [] : (facts.takes[0].classes ?? [])).map(([name, share]) => {
    const fill = make("i");
    fill.style.width = `${100 * share}%`;
    const meter = make("span", "auralise-meter", { "aria-hidden": "true" }, fill);
    return make("li", "", {}, make("span", "", {}, name), meter, make("span", "auralise-percent", {}, `${Math.round(100 * share)} %`));
  });
  const { untrained } = facts.takes[0];
  if (untrained && classes.length) classes.unshift(make("li", "", {}, "untrained, so by chance:"));
  ui.classes.classList.toggle("auralise-untrained", Boolean(untrained));
  ui.classes.setAttribute("aria-label", untrained ? "Class probabilities of random weights" : "Class probabilities");
  ui.classes.title = untrained ? "Random weights have learnt no classes: they say much the same of every sound" : "";
  ui.classes.replaceChildren(...classes);
  ui.classes.hidden = !classes.length;
}

/** A 3 x 3 kernel (or another size), low frequency at the bottom, red lets energy in. */
function showKernel(canvas, kernel) {
  canvas.hidden = !kernel;
  if (!kernel) return;
  Object.assign(canvas, { width: kernel[0].length, height: kernel.length });
  const brush = canvas.getContext("2d");
  const most = Math.max(...kernel.flat().map(Math.abs)) || 1;
  kernel.forEach((row, freq) =>
    row.forEach((weight, time) => {
      brush.fillStyle = diverging(weight / most);
      brush.fillRect(time, kernel.length - 1 - freq, 1, 1);
    }),
  );
  const spoken = kernel.toReversed().map((row) => row.map((w) => minus(w.toFixed(2))).join(" ")).join("; ");
  canvas.setAttribute("aria-label", `Kernel, rows from high to low frequency: ${spoken}`);
  canvas.title = `Kernel: time to the right, frequency up; red lets energy in, blue takes it away.\n${spoken.replaceAll("; ", "\n")}`;
}

/** The key list, a dialog of its own. */
function keyList() {
  const rows = KEYS.map(([keys, what, needs = ""]) => make("div", "", { "data-needs": needs }, make("dt", "", {}, keys), make("dd", "", {}, what)));
  const close = make("button", "auralise-plain", { type: "button" }, "Close");
  const mouse = make("p", "auralise-quiet", {}, "Drag on a picture: seek. Shift + drag, or drag on the time axis: loop region. Ctrl + wheel: zoom time; over the frequency axis: zoom frequency.");
  const dialog = make("dialog", "auralise-keys", { "aria-label": "Keys" }, make("dl", "", {}, ...rows), mouse, close);
  close.addEventListener("click", () => dialog.close());
  return dialog;
}

/** List the keys that do something here: `decks` by their letters, and whether there are other `layers` and `places`. */
function showKeys(dialog, decks, there) {
  for (const [needs, is] of Object.entries(there)) dialog.querySelector(`[data-needs=${needs}]`).hidden = !is;
  dialog.querySelector("[data-needs=decks] dt").textContent = decks.map((deck) => deck.toUpperCase()).join("   ");
}

/** Every control of the panel, laid out but not yet alive. */
function build(id) {
  const ui = {};
  const group = (label, ...nodes) => make("span", "auralise-group", { role: "group", "aria-label": label }, ...nodes);
  const none = () => {};
  /* Title */
  ui.titleText = make("p", "auralise-title");
  ui.model = chooser("Model", `${id}-model`, [], (value) => ui.onModel(value));
  ui.clip = chooser("Clip", `${id}-clip`, [], (value) => ui.onClip(value));
  ui.choices = new Choices(id, (trait, value) => ui.onChoice(trait, value));
  Object.assign(ui, { onModel: none, onClip: none, onChoice: none });
  ui.files = make("input", "", { type: "file", multiple: true, hidden: true, accept: "audio/*,.wav,.flac,.ogg,.mp3,.m4a,.aac,.aif,.aiff", "aria-label": "Sound files", tabindex: "-1" });
  ui.upload = button("Add your own sound files", { picture: "upload", text: "Add", hidden: true });
  ui.classes = make("ul", "auralise-classes", { "aria-label": "Class probabilities" });
  const named = make("div", "auralise-named", {}, ui.titleText, ui.choices.root, ui.model.root, ui.clip.root, ui.upload, ui.files);
  ui.header = make("div", "auralise-header", {}, named, ui.classes);
  /* Over the pictures */
  ui.error = make("div", "auralise-error", { role: "alert", hidden: true });
  ui.errorText = make("p");
  ui.dismiss = make("button", "auralise-plain", { type: "button" }, "Dismiss");
  ui.error.append(ui.errorText, ui.dismiss);
  ui.status = make("p", "auralise-status", { role: "status" });
  ui.enable = make("button", "auralise-enable", { type: "button", hidden: true }, "click to enable sound");
  /* Beside the sliders */
  ui.previous = button("Previous interesting feature (P)", { picture: "previous", className: "auralise-icon" });
  ui.next = button("Next interesting feature (N)", { picture: "next", className: "auralise-icon" });
  ui.kernel = make("canvas", "auralise-kernel", { role: "img", hidden: true, width: 3, height: 3 });
  ui.progress = make("progress", "auralise-progress", { "aria-label": "Computing the layer", max: "1", value: 0 });
  ui.stop = button("Stop computing the layer", { text: "stop", className: "auralise-stop" });
  ui.working = make("span", "auralise-working", {}, ui.progress, ui.stop);
  /* Transport */
  ui.play = make("button", "auralise-play", { type: "button", "aria-label": "Play" }, icon("play"), icon("pause"));
  ui.time = make("span", "auralise-time");
  ui.heard = make("div", "auralise-switch", { role: "radiogroup", "aria-label": "Heard" });
  ui.loop = make("button", "auralise-plain auralise-loop", { type: "button", "aria-pressed": "true" }, icon("loop"), "Loop");
  ui.volume = make("input", "", { type: "range", min: "0", max: "1", step: "0.01", value: "0.5", "aria-label": "Volume" });
  const volume = make("span", "auralise-volume", { title: "Volume" }, icon("volume"), ui.volume);
  ui.loudness = chooser("Level", `${id}-level`, [["match", "matched"], ["raw", "raw"]], none, "matched: every feature is as loud as the source; raw: as loud as it is");
  ui.level = make("span", "auralise-level");
  ui.control = make("span", "auralise-control");
  ui.copy = button("Copy the address of this view", { picture: "link", className: "auralise-icon" });
  ui.saveSound = button("Save what is heard as WAV", { picture: "save", text: "WAV", className: "auralise-save" });
  ui.savePicture = button("Save the pictures as PNG", { picture: "save", text: "PNG", className: "auralise-save" });
  ui.help = button("Keys (?)", { text: "?", className: "auralise-help", "aria-label": "Keys" });
  const rest = make("span", "auralise-rest", {}, make("span", "auralise-said", {}, ui.level, ui.control), group("Take along", ui.saveSound, ui.savePicture, ui.copy, ui.help));
  ui.transport = make("div", "auralise-row", {}, ui.play, ui.time, ui.heard, ui.loop, volume, rest);
  /* View and method */
  ui.scale = chooser("Axis", `${id}-scale`, [["linear", "linear"], ["log", "log"], ["mel", "mel"]], none, "frequency axis");
  ui.range = chooser("Range", `${id}-range`, RANGES.map((db) => [`${db}`, `\u2212${db} dB`]), none, "what the colours span, relative to the peak of the source");
  ui.range.select.value = "80";
  ui.map = chooser("Colours", `${id}-map`, Object.keys(MAPS).map((name) => [name, name]), none);
  ui.zoom = ["time", "frequency"].flatMap((axis) =>
    [["out", "\u2212", -1], ["in", "+", 1]].map(([way, text, step]) => {
      const one = button(`Zoom ${axis} ${way}`, { className: "auralise-icon" });
      one.textContent = text;
      one.dataset.axis = axis;
      one.dataset.step = step;
      return one;
    }),
  );
  ui.whole = button("Show the whole picture", { text: "all", className: "auralise-icon auralise-whole" });
  const zoom = group("Zoom", make("span", "auralise-word", {}, "Time"), ...ui.zoom.slice(0, 2), make("span", "auralise-word", {}, "Freq."), ...ui.zoom.slice(2), ui.whole);
  ui.rule = chooser("Rule", `${id}-rule`, [], none, "what ReLU does on the way back: deconvnet is the paper's");
  ui.resynthesis = chooser("Resynthesis", `${id}-resynthesis`, [], none, "phase: the paper's; mask: the authors' 2015 code");
  ui.position = chooser("Activations", `${id}-position`, [], none, "project the feature's whole map, or its strongest position only");
  ui.wallButton = button("Layer wall: all features of the layer (W)", { picture: "wall", text: "Wall", "aria-pressed": "false" });
  const choices = [ui.rule, ui.resynthesis, ui.position].map(({ root }) => root);
  const looks = [ui.loudness, ui.scale, ui.range, ui.map].map(({ root }) => root);
  ui.view = make("div", "auralise-row auralise-view", {}, ui.wallButton, ...choices, ...looks, zoom);
  ui.notes = make("p", "auralise-quiet");
  ui.keys = keyList();
  return ui;
}
