/**
 * The panel: what is asked for (layer, feature, rule), what is seen (Figure),
 * what is heard (Player), and the keys. `mount(el, src)` puts it into `el`;
 * `src` is any store with get(name), set(name, value) and on(name, callback).
 */

let mounted = 0; // radio groups and labels need names of their own when a page has several panels

const clamp = (value, low, high) => Math.max(low, Math.min(value, high));
const amount = (value, small, large) =>
  value < 1000 ? `${+value.toPrecision(value < 10 ? 2 : 3)} ${small}` : `${(value / 1000).toFixed(1)} ${large}`;

/** Whatever a binary state comes as (DataView, typed array, buffer, nothing) -> Uint8Array over the same memory. */
function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new Uint8Array(value ?? 0);
}

/** Put an explorer into `el`; returns the function that takes it away again. */
function mount(el, src) {
  const id = `auralise-${++mounted}`;
  const ui = build(id);
  const root = make("section", "auralise", { tabindex: "0", role: "group", "data-lm-suppress-shortcuts": "true" });
  const figure = new Figure((seconds) => player.seek(seconds));
  const layer = new Chooser("Layer", `${id}-layer`, (value) => askLayer(value));
  const feature = new Chooser("Feature", `${id}-feature`, (value) => askFeature(value));
  const player = new Player({ changed: () => showSound(), failed: (deck) => soundFailed(deck) });
  const drop = []; // what to undo at the end
  let facts = null;
  let frame = 0;
  const unheard = { a: "", b: "" }; // what is wrong with the sound of each deck
  let closed = false;

  ui.error.append(ui.errorText, ui.dismiss);
  figure.stage.append(ui.status, ui.enable, ui.error);
  const rows = [ui.title, layer.root, feature.root, figure.root, ui.transport, ui.notes, ui.keys];
  root.append(make("div", "auralise-panel", {}, ...rows));
  root.auralise = Object.freeze({ player });
  el.dataset.lmSuppressShortcuts = "true";

  /* What is asked for ----------------------------------------------------- */

  const layerFacts = (number = src.get("layer")) => facts.layers[clamp(number, 1, facts.layers.length) - 1];

  /** The one of `allowed` at or beyond `value` in the direction of movement; the last if there is none beyond. */
  function snap(allowed, value, direction) {
    const ordered = allowed.toSorted((one, other) => direction * (one - other));
    return ordered.find((one) => direction * (one - value) >= 0) ?? ordered.at(-1);
  }

  const legalFeature = ({ features, available }, value, direction) =>
    available ? snap(available, value, direction) : clamp(value, 0, features - 1);

  /** Layers with any feature to show; a page of its own may leave some out. */
  const openLayers = () => facts.layers.flatMap(({ available }, i) => (available?.length === 0 ? [] : [i + 1]));

  function askFeature(value) {
    const now = src.get("feature");
    const legal = legalFeature(layerFacts(), value, value < now ? -1 : 1);
    if (legal !== now) src.set("feature", legal);
    showAsked();
  }

  function askLayer(value) {
    const now = { layer: src.get("layer"), feature: src.get("feature") };
    const next = snap(openLayers(), value, value < now.layer ? -1 : 1);
    const legal = legalFeature(layerFacts(next), now.feature, 1);
    if (next !== now.layer) src.set("layer", next);
    if (legal !== now.feature) src.set("feature", legal);
    showAsked();
  }

  function showAsked() {
    if (!facts) return;
    const number = clamp(src.get("layer"), 1, facts.layers.length);
    const { name, features, map, sees, reported, available } = layerFacts(number);
    layer.setValue(number, `${number}, ${name}`);
    const extent = ({ ms, hz }) => `${amount(ms, "ms", "s")} \u00d7 ${amount(hz, "Hz", "kHz")}`;
    const size = extent(sees);
    layer.facts.textContent = `sees ${size}, map ${map[0]} \u00d7 ${map[1]}`;
    layer.facts.title =
      `One value of a map is computed from ${size} of the picture; ` +
      `a map has ${map[0]} rows (frequency) and ${map[1]} columns (time).` +
      (reported ? `\nBy the count that fits the paper's figures: ${extent(reported)}.` : "");
    const dots = available && available.length < features ? available.map((value) => [value, ""]) : [];
    feature.setRange(0, features - 1, dots, ["0", `${features - 1}`]);
    feature.setValue(clamp(src.get("feature"), 0, features - 1));
    feature.facts.textContent = dots.length ? `${dots.length} of ${features} features are in this page` : `${features} features`;
    ui.rule.value = src.get("rule");
    showPending();
  }

  /** B is late while it shows something else than what is asked for. */
  function showPending() {
    const shown = src.get("shown") ?? {};
    const late = !src.get("error") && ["layer", "feature", "rule"].some((name) => shown[name] !== src.get(name));
    figure.b.root.classList.toggle("auralise-late", late);
  }

  /* What has arrived ------------------------------------------------------ */

  function showFacts() {
    const given = src.get("facts");
    if (!given?.layers?.length) return;
    const sameSound = facts && facts.clip === given.clip && facts.start === given.start && facts.duration === given.duration;
    facts = given;
    root.setAttribute("aria-label", `Explorer, ${facts.model} / ${facts.clip}`);
    showTitle(ui.title, facts);
    const open = openLayers();
    const last = facts.layers.length;
    const marks = facts.layers.map((_, i) => [i + 1, last > 12 ? "" : `${i + 1}`, !open.includes(i + 1)]);
    layer.setRange(1, last, marks);
    ui.rule.replaceChildren(...facts.rules.map((rule) => make("option", "", { value: rule }, rule)));
    ui.ruleRow.hidden = facts.rules.length < 2;
    ui.notes.textContent = (facts.notes ?? []).join("  \u00b7  ");
    ui.notes.hidden = !ui.notes.textContent;
    figure.setFacts(facts);
    figure.a.name.textContent = "source";
    if (!sameSound) player.reset(facts.duration);
    showSource();
    showShown();
    showAsked();
    showSound();
  }

  const sound = (name, scale) => ({ bytes: bytesOf(src.get(name)), codec: facts.codec, rate: facts.sample_rate, scale: scale ?? 1 });

  function showSource() {
    if (!facts) return;
    figure.a.show(bytesOf(src.get("source_pixels")), facts);
    player.load("a", sound("source_sound", facts.source_scale));
    soundFailed("a", "");
  }

  /** The picture and the sound of B, its words and the root's data attributes: all in one frame. */
  function showShown() {
    const shown = src.get("shown");
    if (!facts || !shown?.rule) return;
    figure.b.show(bytesOf(src.get("feature_pixels")), facts);
    figure.b.name.textContent = `feature ${shown.layer}-${shown.feature}, ${shown.rule}`;
    figure.b.remark.textContent = shown.silent ? shown.note || "silent for this clip" : "";
    player.load("b", sound("feature_sound", shown.scale));
    soundFailed("b", "");
    const level = [shown.loudness, !shown.silent && shown.note].filter(Boolean).join("  \u00b7  ");
    ui.level.textContent = level.replace(/-(?=\d)/g, "\u2212").replaceAll(" dB", "\u00a0dB");
    ui.level.title = levelTip(shown);
    for (const name of ["layer", "feature", "rule"]) root.dataset[name] = shown[name];
    showPending();
  }

  function levelTip({ scale_db, gain_db, limited_db }) {
    const signed = (db) => minus(`${db > 0 ? "+" : ""}${db.toFixed(1)} dB`);
    const parts = [
      [scale_db, "peak of the projection matched to the peak of the source"],
      [gain_db, "then brought to the same loudness as the source"],
      [limited_db && -limited_db, "taken back to keep the peak below 0.99"],
    ];
    return parts.filter(([db]) => db).map(([db, what]) => `${signed(db)}: ${what}`).join("\n");
  }

  function showError() {
    const message = src.get("error") || unheard.a || unheard.b;
    ui.error.hidden = !message;
    ui.errorText.textContent = message;
    showPending();
  }

  function soundFailed(deck, message = cannotDecode(deck)) {
    if (unheard[deck] === message) return;
    unheard[deck] = message;
    showError();
  }

  function cannotDecode(deck) {
    const shown = src.get("shown") ?? {};
    const what = deck === "a" ? "the source" : `feature ${shown.layer}-${shown.feature}`;
    return (
      `The sound of ${what} cannot be decoded by this browser. ` +
      "The pictures are not affected; another browser may play it."
    );
  }

  /* What is heard --------------------------------------------------------- */

  function showSound() {
    const { playing, heard } = player;
    root.classList.toggle("auralise-playing", playing);
    ui.play.setAttribute("aria-label", playing ? "Pause" : "Play");
    ui.loop.setAttribute("aria-pressed", `${player.loop}`);
    for (const radio of ui.radios) radio.checked = radio.value === heard;
    for (const one of [figure.a, figure.b]) one.root.classList.toggle("auralise-heard", one.root.dataset.deck === heard);
    if (!player.blocked) ui.enable.hidden = true;
    else setTimeout(() => (ui.enable.hidden = !player.blocked), 300); // starting takes a moment even when allowed
    showPosition();
    if (playing && !frame) frame = requestAnimationFrame(follow);
  }

  function follow() {
    frame = player.playing ? requestAnimationFrame(follow) : 0;
    showPosition();
  }

  function showPosition() {
    if (!facts) return;
    const now = player.position();
    figure.setPosition(now);
    const text = `${(facts.start + now).toFixed(2)} / ${(facts.start + facts.duration).toFixed(2)} s`;
    if (ui.time.textContent !== text) ui.time.textContent = text;
  }

  /* Hands ----------------------------------------------------------------- */

  const KEY_ACTIONS = {
    " ": () => player.toggle(),
    ArrowLeft: () => askFeature(src.get("feature") - 1),
    ArrowRight: () => askFeature(src.get("feature") + 1),
    a: () => player.hear("a"),
    b: () => player.hear("b"),
    l: () => player.setLoop(!player.loop),
    Home: () => player.seek(0),
    "?": () => ui.keys.showModal(),
  };

  /** Keys that the focused control needs for itself. */
  function controlsOwn(target, key) {
    if (target.closest("select, dialog")) return true;
    if (target.closest("button")) return key === " " || key === "Enter";
    if (target.closest("input[type=radio]")) return key.startsWith("Arrow");
    return target.closest("input[type=range], [role=slider]") !== null && /^(Arrow|Page|Home|End)/.test(key);
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation(); // a notebook would take these keys for itself
    if (!facts || event.defaultPrevented) return;
    const { key, target, shiftKey } = event;
    const sideways = key === "ArrowLeft" || key === "ArrowRight";
    let action = null;
    if (shiftKey && sideways && !target.closest("select, dialog")) {
      action = () => askLayer(src.get("layer") + (key === "ArrowRight" ? 1 : -1));
    } else if (!controlsOwn(target, key)) {
      action = KEY_ACTIONS[key.length === 1 ? key.toLowerCase() : key];
    }
    if (!action) return;
    event.preventDefault();
    action();
  }

  const hear = (node, type, action) => node.addEventListener(type, action);
  hear(root, "keydown", onKey);
  hear(root, "pointerdown", () => player.blocked && player.resume());
  hear(ui.play, "click", () => player.toggle());
  hear(ui.enable, "click", () => player.resume());
  hear(ui.loop, "click", () => player.setLoop(!player.loop));
  hear(ui.volume, "input", () => {
    player.setVolume(ui.volume.valueAsNumber);
    ui.volume.style.setProperty("--at", ui.volume.value);
  });
  for (const radio of ui.radios) hear(radio, "change", () => player.hear(radio.value));
  hear(ui.rule, "change", () => (src.set("rule", ui.rule.value), showPending()));
  hear(ui.help, "click", () => ui.keys.showModal());
  hear(ui.dismiss, "click", () => {
    unheard.a = unheard.b = "";
    if (src.get("error")) src.set("error", "");
    showError();
  });

  /* Life ------------------------------------------------------------------ */

  /** Several changes of one message are answered once, together. */
  function onChange(names, react) {
    let due = false;
    const later = () => {
      if (due) return;
      due = true;
      queueMicrotask(() => ((due = false), closed || react()));
    };
    for (const name of names) drop.push(src.on(name, later));
  }
  onChange(["facts"], showFacts);
  onChange(["source_pixels", "source_sound"], showSource);
  onChange(["shown"], showShown);
  onChange(["layer", "feature", "rule"], showAsked);
  onChange(["error"], showError);
  onChange(["status"], () => (ui.status.textContent = src.get("status") ?? ""));

  el.append(root);
  showFacts();
  showError();
  ui.status.textContent = src.get("status") ?? "";

  return () => {
    closed = true;
    drop.forEach((undo) => undo?.());
    cancelAnimationFrame(frame);
    player.close();
    figure.close();
    root.remove();
  };
}

/** anywidget: its model as a store. Changes made in one go travel in one message. */
function render({ model, el }) {
  let due = false;
  return mount(el, {
    get: (name) => model.get(name),
    set(name, value) {
      model.set(name, value);
      if (due) return;
      due = true;
      queueMicrotask(() => ((due = false), model.save_changes()));
    },
    on(name, callback) {
      model.on(`change:${name}`, callback);
      return () => model.off(`change:${name}`, callback);
    },
  });
}

export { mount };
export default { render };
