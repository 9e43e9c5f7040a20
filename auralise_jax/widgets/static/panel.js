/**
 * The panel: what is asked for (layer, feature and how), what is seen (Figure), what is heard
 * (Player), the wall and the keys. `mount(el, store)` puts it into `el`. A store has get(name),
 * set(name, value) and on(name, callback) for what Python knows as traits, and for what follows:
 * current() and sources(), both {pixels, sound, ...} per take, and bank(), the layer as a whole;
 * their events are "current", "sources", "bank" and "progress". Where facts.attributes is, there is
 * also attributes(), the layer's heat map, and its event.
 */

let mounted = 0; // radio groups and labels need names of their own when a page has several panels

const ASKED = ["layer", "feature", "rule", "resynthesis", "position"];

/** What a store is asked for now. */
const askedOf = (store) => Object.fromEntries(ASKED.map((name) => [name, store.get(name)]));

/** Put a panel into `el`; returns the function that takes it away again. */
function mount(el, store) {
  const id = `auralise-${++mounted}`;
  const ui = build(id);
  const root = make("section", "auralise", { tabindex: "0", role: "group", "data-lm-suppress-shortcuts": "true" });
  const figure = new Figure({ seek: (seconds) => player.seek(seconds), select: (region) => player.setRegion(region) });
  const layer = new Chooser("Layer", `${id}-layer`, (value) => askLayer(value));
  const feature = new Chooser("Feature", `${id}-feature`, (value) => askFeature(value));
  const start = new StartChooser(`${id}-start`, (value) => (store.set("start", value), showPending()));
  const player = new Player({ changed: () => showSound(), failed: (deck) => soundFailed(deck), there: () => root.isConnected });
  const wall = new Wall(id, { show: (value) => setFeature(value), keep: (value) => keepFeature(value) });
  const heat = new Heat(id, { show: (value) => showFeature(value), toggle: (stop) => (stop ? store.stopAttributes() : store.wantAttributes(true)) });
  const drop = []; // what to undo at the end
  let facts = null;
  let shown = null; // the features on the screen and on the decks
  let sources = null; // and the sources
  let frame = 0;
  let closed = false;
  const unheard = {}; // what is wrong with the sound of each deck
  const refused = []; // what is wrong with files that were sent
  let sending = null; // {cancelled} while files are on their way
  let radios = [];

  feature.side.append(ui.previous, ui.next, ui.kernel);
  feature.side.prepend(ui.working); // while it is on, in place of the words
  figure.stage.append(ui.status, ui.enable, ui.error);
  const rows = [ui.header, start.root, layer.root, feature.root, figure.root, ui.transport, ui.view, ui.notes, heat.root, wall.root, ui.keys];
  root.append(make("div", "auralise-panel", {}, ...rows));
  root.auralise = Object.freeze({ player, figure, store, heat });
  el.dataset.lmSuppressShortcuts = "true";

  /* What is asked for ----------------------------------------------------- */

  const layerFacts = (number = store.get("layer")) => facts.layers[clamp(number, 1, facts.layers.length) - 1];

  /** The one of `allowed` at or beyond `value` in the direction of movement; the last if there is none beyond. */
  function snap(allowed, value, direction) {
    const ordered = allowed.toSorted((one, other) => direction * (one - other));
    return ordered.find((one) => direction * (one - value) >= 0) ?? ordered.at(-1);
  }

  const legalFeature = ({ features, available }, value, direction) =>
    available ? snap(available, value, direction) : clamp(value, 0, features - 1);

  /** Layers with any feature to show; a page of its own may leave some out. */
  const openLayers = () => facts.layers.flatMap(({ available }, i) => (available?.length === 0 ? [] : [i + 1]));

  function setFeature(value) {
    if (value !== store.get("feature")) store.set("feature", value);
    showAsked();
  }

  /** Go to this very feature, if it is here. */
  function showFeature(value) {
    if (legalFeature(layerFacts(), value, 1) === value) setFeature(value);
  }

  function askFeature(value) {
    const now = store.get("feature");
    setFeature(legalFeature(layerFacts(), value, value < now ? -1 : 1));
  }

  function askLayer(value) {
    const now = { layer: store.get("layer"), feature: store.get("feature") };
    const next = snap(openLayers(), value, value < now.layer ? -1 : 1);
    const legal = legalFeature(layerFacts(next), now.feature, 1);
    if (next !== now.layer) store.set("layer", next);
    if (legal !== now.feature) store.set("feature", legal);
    showAsked();
  }

  /** The bank of the layer, unless what the store has belongs to another sound than is shown. */
  const bankNow = () => (store.get("facts") === facts ? store.bank() : null);

  /** Features in the order of interest that are here and can be heard; none before there is a control. */
  function interesting() {
    const survey = bankNow()?.survey;
    const { available } = layerFacts();
    return (survey?.order ?? []).filter((k) => survey.group[k] >= 0 && (!available || available.includes(k)));
  }

  function askInteresting(step) {
    const order = interesting();
    const at = order.indexOf(store.get("feature"));
    if (order.length) setFeature(order[at < 0 ? 0 : clamp(at + step, 0, order.length - 1)]);
  }

  function keepFeature(value) {
    setFeature(value);
    figure.root.scrollIntoView({ block: "nearest" });
  }

  function showAsked() {
    if (!facts) return;
    const number = clamp(store.get("layer"), 1, facts.layers.length);
    const { name, features, map, sees, reported, available, kernels } = layerFacts(number);
    layer.setValue(number, `${number}, ${name}`);
    const extent = ({ ms, hz }) => `${amount(ms, "ms", "s")} \u00d7 ${amount(hz, "Hz", "kHz")}`;
    const size = extent(sees);
    layer.facts.textContent = `sees ${size}, map ${map[0]} \u00d7 ${map[1]}`;
    layer.facts.title =
      `One value of a map is computed from ${size} of the picture; ` +
      `a map has ${map[0]} rows (frequency) and ${map[1]} columns (time).` +
      (reported ? `\nBy the count that fits the paper's reported figures: ${extent(reported)}.` : "");
    const dots = available && available.length < features ? available.map((value) => [value, ""]) : [];
    feature.setRange(0, features - 1, dots, ["0", `${features - 1}`]);
    const asked = clamp(store.get("feature"), 0, features - 1);
    showRank(asked, dots.length ? `${dots.length} of ${features} here` : `${features} features`);
    showKernel(ui.kernel, kernels?.[asked]);
    for (const name of ["rule", "resynthesis", "position"]) ui[name].select.value = store.get(name);
    wall.mark(asked);
    heat.mark(asked);
    showPending();
  }

  /** What is known of the feature among its layer's. */
  function showRank(asked, count) {
    const { survey, control } = bankNow() ?? {};
    const silent = Boolean(survey) && survey.group[asked] < 0;
    feature.setValue(asked, silent ? `${asked}, silent` : `${asked}`, silent);
    const place = survey?.order ? survey.order.indexOf(asked) + 1 : 0;
    const first = survey?.interest.filter((one) => one > 0).length || "none";
    const standing = `rank ${place} of ${survey?.order?.length},\n${first} stand${first > 1 ? "" : "s"} out`;
    feature.facts.textContent = silent ? "silent here" : place ? standing : count;
    feature.facts.title = survey ? `${featureWords(survey, asked, control)}${place ? `\nLayer: ${survey.verdict}` : ""}` : "";
    const walk = interesting();
    const step = walk.indexOf(asked);
    ui.previous.disabled = !walk.length || step === 0;
    ui.next.disabled = !walk.length || step === walk.length - 1;
    const deck = facts.takes.length > 1 ? `${facts.rows.find(({ kind }) => kind === "feature").deck.toUpperCase()}: ` : ""; // the take that is surveyed
    const own = survey && !silent ? `${deck}like source ${percent(survey.likeness[asked])}` : "";
    const random = control == null ? "" : `control: random net ${percent(control)}`;
    ui.control.textContent = [own, random].filter(Boolean).join("  \u00b7  ");
    ui.control.title =
      "Correlation of the rectified projection with the source's picture: of this feature, and in the mean over the " +
      "features of a network of the same architecture with random weights. What any network gives is no finding.";
  }

  function featureWords(survey, k, control) {
    if (survey.group[k] < 0) return `feature ${k}: silent for this clip`;
    const members = survey.group.filter((group) => group === survey.group[k]).length;
    const against = control == null ? "" : ` (random weights: ${percent(control)})`;
    const why = survey.interest[k] > 0 ? ": strong and beyond its control" : "";
    return (
      `feature ${k}: ${(100 * survey.energy[k]).toFixed(1)}\u00a0% of the layer's energy (mean share ` +
      `${(100 / survey.energy.length).toFixed(1)}\u00a0%), like the source ${percent(survey.likeness[k])}${against}${why}; ` +
      `sparseness ${survey.sparseness[k].toFixed(2)}; group ${survey.group[k] + 1}, with ${members - 1} alike` +
      (survey.twin[k] < 0 ? "" : `; most like ${survey.twin[k]}, r ${survey.redundancy[k].toFixed(2)}`) +
      (survey.copies[k] < 0 ? "" : `: a copy, so its energy counts half in the ranking`)
    );
  }

  /** What is asked for and not heard yet, of model, clip, start or a probe's attributes: [[name, value]]. */
  const pending = () => Object.entries((facts?.live && facts.chosen) || {}).filter(([name, value]) => store.get(name) !== value).map(([name]) => [name, store.get(name)]);

  /** "loading random weights": what is pending, without what both have in common. */
  function pendingWords() {
    const words = ([name, value]) => {
      if (name === "start") return `from ${value.toFixed(1)}\u00a0s`;
      const common = `${facts.chosen[name]}, `;
      return value.startsWith(common) ? value.slice(common.length) : value;
    };
    const all = pending().map(words);
    return all.length ? `loading ${all.join(", ")}\u2026` : "";
  }

  /**
   * B is late while it shows something else than what is asked for. While another sound is on its
   * way everything keeps the name of what is heard, is dimmed, and words say what will come.
   */
  function showPending() {
    if (!facts) return;
    const late = !store.get("error") && ASKED.some((name) => shown?.[name] !== store.get(name));
    const other = pending().length > 0;
    root.classList.toggle("auralise-pending", other);
    root.setAttribute("aria-busy", `${other}`);
    for (const one of figure.rows) one.root.classList.toggle("auralise-late", !other && late && one.kind === "feature");
    const heard = facts.chosen ?? {};
    ui.model.select.value = heard.model ?? "";
    ui.clip.select.value = heard.clip ?? "";
    ui.choices.show((trait) => heard[trait]);
    showStatus();
  }

  /** In the order of haste: what is pending, what was just done, what Python says. */
  function showStatus() {
    const words = pendingWords() || said || (store.get("status") ?? "");
    if (ui.status.textContent !== words) ui.status.textContent = words;
  }

  /* What has arrived ------------------------------------------------------ */

  /**
   * Another sound has come: its facts, sources and features are shown together, when all that is
   * going to be heard is decoded, so that no name ever stands beside a sound that is not its own.
   */
  async function arrive() {
    const given = store.get("facts");
    if (!given?.layers?.length || given === facts) return;
    if (facts && given.edition !== facts.edition) {
      const next = store.current();
      if (next?.edition !== given.edition) return; // its feature is still on the way
      const pieces = [
        ...store.sources().map(({ sound }, i) => soundOf(sound, { scale: given.takes[i].source_scale }, given)),
        ...next.takes.map(({ sound, shown: told }) => soundOf(sound, told, given)),
      ];
      if (player.playing) await player.prepare(pieces);
      if (closed || given !== store.get("facts") || given === facts) return; // a newer one is on its way, or this one is here
    }
    showFacts(given);
  }

  /** Whether the store's sources are those that are on the decks. */
  function sameSources() {
    const [next, { takes }] = [store.sources(), store.get("facts")];
    const same = (one, other) => one.byteLength === other.byteLength && one.every((byte, i) => byte === other[i]);
    if (!next || next.length !== sources?.length) return false;
    return next.every(({ sound }, i) => takes[i].source_scale === sources[i].scale && same(sound, sources[i].sound));
  }

  function showFacts(given) {
    const goesOn = facts && given.duration === facts.duration && (given.edition === facts.edition || given.steady || sameSources());
    facts = given;
    const first = facts.takes[0];
    root.setAttribute("aria-label", `${facts.kind ?? "Explorer"}, ${facts.title ?? `${first.model} / ${first.clip}`}`);
    showTitle(ui, facts);
    showStart();
    const open = openLayers();
    const last = facts.layers.length;
    const marks = facts.layers.map((_, i) => [i + 1, last > 12 ? "" : `${i + 1}`, !open.includes(i + 1)]);
    layer.setRange(1, last, marks);
    const options = (names) => names.map((name) => [name, name]);
    const fixed = facts.takes.every(({ rule }) => rule);
    ui.rule.fill(options(facts.live && !fixed ? facts.rules : []));
    ui.resynthesis.fill(options(facts.live ? facts.resyntheses : []));
    ui.position.fill(options(facts.live ? facts.positions : []));
    ui.notes.textContent = (facts.notes ?? []).join("  \u00b7  ");
    ui.notes.hidden = !ui.notes.textContent;
    ui.copy.hidden = !(facts.call || facts.no_call);
    if (!goesOn) player.reset(facts.duration, facts.rows.map(({ deck }) => deck));
    showDecks();
    figure.setFacts(facts);
    facts.rows.forEach(({ deck, kind }) => (figure.row(deck).kind = kind));
    showSources();
    showCurrent();
    showBank();
    showAttributes();
    showSound();
  }

  const showStart = () => start.set(facts.live ? facts.song : null, facts.chosen?.start ?? 0);

  /** What is asked for changed, of model, clip, start or a probe; it may also have been taken back. */
  function showChosen() {
    if (!facts) return;
    if (store.get("start") === facts.chosen?.start) showStart();
    showPending();
  }

  /** One switch for every row. */
  function showDecks() {
    const sources = facts.rows.filter(({ kind }) => kind === "source").length;
    const named = ({ kind, take }) => {
      const { name, clip } = facts.takes[take];
      if (kind === "source") return sources > 1 ? clip : "source";
      return name && !(sources > 1) ? name : "feature";
    };
    radios = facts.rows.map(({ deck }) => make("input", "", { type: "radio", name: `${id}-heard`, value: deck, id: `${id}-${deck}` }));
    const halves = facts.rows.map((row, i) => {
      const label = make("label", "", { for: radios[i].id }, make("b", "", {}, row.deck.toUpperCase()), ` ${named(row)}`);
      radios[i].addEventListener("change", () => player.hear(row.deck));
      return make("span", "", {}, radios[i], label);
    });
    ui.heard.replaceChildren(...halves);
    showKeys(ui.keys, facts.rows.map(({ deck }) => deck), { layers: openLayers().length > 1, places: !start.root.hidden });
  }

  const soundOf = (bytes, { scale, gain_db = 0 }, { codec, sample_rate } = facts) => ({ bytes, codec, rate: sample_rate, scale: scale ?? 1, gain_db });

  function showSources() {
    const given = store.sources();
    if (!facts || store.get("facts") !== facts || !given) return;
    const same = player.laid.a && sameSources(); // they go on as they are, without a seam
    sources = given.map((one, i) => ({ ...one, scale: facts.takes[i].source_scale }));
    for (const { deck, kind, take } of facts.rows) {
      if (kind !== "source" || !sources[take]) continue;
      const row = figure.row(deck);
      row.show(sources[take].pixels, facts);
      row.name.textContent = facts.rows.filter((one) => one.kind === "source").length > 1 ? `source: ${facts.takes[take].clip}` : "source";
      if (!same) player.load(deck, soundOf(sources[take].sound, { scale: facts.takes[take].source_scale }));
      soundFailed(deck, "");
      figure.draw(row);
    }
  }

  /** The pictures and the sounds of the features, their words and the root's data attributes: all in one frame. */
  function showCurrent() {
    const given = store.current();
    if (!facts || store.get("facts") !== facts || !given || given.takes.length !== facts.takes.length) return;
    shown = given;
    const featureRows = facts.rows.filter(({ kind }) => kind === "feature");
    for (const { deck, take } of featureRows) {
      const row = figure.row(deck);
      const { pixels, sound, shown: told } = shown.takes[take];
      row.show(pixels, facts);
      const { name, rule } = facts.takes[take];
      const how = name && name !== rule ? `, ${name}` : "";
      row.name.textContent = `feature ${shown.layer}-${shown.feature}, ${rule ?? shown.rule}${how}`;
      row.remark.textContent = told.silent ? told.note || "silent for this clip" : "";
      player.load(deck, soundOf(sound, told));
      soundFailed(deck, "");
      figure.draw(row);
    }
    for (const near of store.near?.() ?? []) {
      for (const { take } of featureRows) player.foresee(soundOf(near[take].sound, near[take].shown));
    }
    for (const name of ASKED) root.dataset[name] = shown[name];
    root.dataset.edition = shown.edition ?? "";
    showLevel();
    showPending();
  }

  function showLevel() {
    const row = facts?.rows.find(({ deck }) => deck === player.heard);
    const told = shown?.takes[(row?.kind === "feature" ? row : facts?.rows.findLast(({ kind }) => kind === "feature"))?.take]?.shown;
    if (!told) return;
    const { gain_db, limited_db, silent, matched } = told;
    const held = limited_db >= 0.05 ? ` (${limited_db.toFixed(1)}\u00a0dB held back)` : "";
    const words = silent ? "silent" : !matched ? `level not matched  \u00b7  ${told.note}` : player.raw ? `raw level, ${signed(-gain_db)} to matched` : `level matched, ${signed(gain_db)}${held}`;
    ui.level.textContent = words;
    ui.level.title = levelTip(told);
  }

  function levelTip({ scale_db, gain_db, limited_db, picture_db }) {
    const parts = [
      [scale_db, "peak of the projection matched to the peak of the source"],
      [gain_db, "then brought to the same loudness as the source (ITU-R BS.1770)"],
      [limited_db && -limited_db, "held back: with it the peak would be above 0.99 and clip"],
      [picture_db, "the picture's peak, not the sound, brought to the source's"],
    ];
    return parts.filter(([db]) => Math.abs(db) >= 0.05).map(([db, what]) => `${signed(db)}: ${what}`).join("\n");
  }

  /** What is known of the layer as a whole: ranks, the control, the wall. */
  function showBank() {
    if (!facts) return;
    const found = bankNow();
    const bank = found?.survey?.order ? found : null; // not before it is ranked: no tile jumps
    const { features, available } = layerFacts();
    const numbers = available ?? Array.from({ length: features }, (_, k) => k);
    const source = bank && {
      features: numbers,
      survey: bank.survey,
      picture: bank.picture,
      facts,
      look: () => ({ frequency: figure.frequency, colours: levelColours(figure.look.map, facts.db_range, figure.look.range) }),
      now: () => store.get("feature"),
      words: (k) => featureWords(bank.survey, k, bank.control),
    };
    const alive = bank ? numbers.filter((k) => bank.survey.group[k] >= 0).length : 0;
    const groups = bank ? new Set(numbers.map((k) => bank.survey.group[k]).filter((g) => g >= 0)).size : 0;
    const words = bank ? `layer ${store.get("layer")}: ${alive} of ${numbers.length} answer to this clip, in ${groups} groups that correlate by ${bank.survey.alike} or more. ${bank.survey.verdict}` : "the wall fills when the layer is computed";
    wall.set(source, words);
    showAsked();
  }

  /** The heat map, where there is one. */
  function showAttributes() {
    if (!facts?.attributes) return;
    const { features, available } = layerFacts();
    heat.set({ layer: store.get("layer"), features, available, told: facts.attributes, found: store.attributes() });
    heat.setProgress(store.attributesProgress?.() ?? null, facts.live);
    heat.mark(store.get("feature"));
  }

  function showProgress() {
    const share = store.progress?.() ?? null;
    ui.working.classList.toggle("auralise-on", share !== null);
    if (share !== null) ui.progress.value = share;
  }

  function showError() {
    const python = (store.get("error") ?? "").replace(/^ValueError: /, "");
    const here = python || Object.values(unheard).find(Boolean);
    const message = [...new Set([here, ...refused])].filter(Boolean).join("\n");
    ui.error.hidden = !message;
    ui.errorText.textContent = message;
    showPending();
  }

  function soundFailed(deck, message = cannotDecode(deck)) {
    if ((unheard[deck] ?? "") === message) return;
    unheard[deck] = message;
    showError();
  }

  function cannotDecode(deck) {
    const source = facts.rows.find((row) => row.deck === deck)?.kind === "source";
    const what = source ? "the source" : `feature ${shown?.layer}-${shown?.feature}`;
    return (
      `The sound of ${what} cannot be decoded by this browser. ` +
      "The pictures are not affected; another browser may play it."
    );
  }

  /* What is heard --------------------------------------------------------- */

  function showSound() {
    const { playing, heard, loop, region } = player;
    root.classList.toggle("auralise-playing", playing);
    ui.play.setAttribute("aria-label", playing ? "Pause" : "Play");
    ui.loop.setAttribute("aria-pressed", `${loop}`);
    ui.loop.lastChild.textContent = region ? `Loop ${(region[1] - region[0]).toFixed(2)} s` : "Loop";
    for (const radio of radios) radio.checked = radio.value === heard;
    for (const one of figure.rows) one.root.classList.toggle("auralise-heard", one.root.dataset.deck === heard);
    if (!player.blocked) ui.enable.hidden = true;
    else setTimeout(() => (ui.enable.hidden = !player.blocked), 300); // starting takes a moment even when allowed
    if (facts) figure.setRegion(region);
    showLevel();
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
    figure.setPosition(now, player.playing);
    const text = `${(facts.start + now).toFixed(2)} / ${(facts.start + facts.duration).toFixed(2)} s`;
    if (ui.time.textContent !== text) ui.time.textContent = text;
  }

  /* Taking along ---------------------------------------------------------- */

  function fileName({ kind, take }) {
    const { clip, name, rule } = facts.takes[take];
    const which = kind === "source" ? ["source"] : [`feature-${shown.layer}-${shown.feature}`, rule ?? (name === clip ? "" : name)];
    return [clip, ...which].filter(Boolean).join("-").replace(/[^\p{L}\p{N}-]+/gu, "_");
  }

  async function saveSound() {
    const row = facts.rows.find(({ deck }) => deck === player.heard);
    const told = row.kind === "source" ? { scale: facts.takes[row.take].source_scale } : shown.takes[row.take].shown;
    const bytes = row.kind === "source" ? sources[row.take].sound : shown.takes[row.take].sound;
    const gain = player.raw ? 10 ** (-(told.gain_db ?? 0) / 20) : 1;
    try {
      download(await soundFile(soundOf(bytes, told), facts.duration, gain), `${fileName(row)}.wav`);
    } catch {
      soundFailed(row.deck);
    }
  }

  async function savePicture() {
    const captions = figure.rows.map((row) => `${row.root.dataset.deck.toUpperCase()}  ${row.name.textContent}`);
    const title = facts.title ?? `${facts.takes[0].model} / ${facts.takes[0].clip}`;
    download(await pictureFile(figure, { title, captions, start: facts.start }), `${fileName(facts.rows.findLast(({ kind }) => kind === "feature"))}.png`);
  }

  async function copyAddress() {
    if (!facts.call) return say(facts.no_call);
    const code = address(facts, askedOf(store), !wall.root.hidden && facts.call.startsWith("aj.explore"));
    try {
      await navigator.clipboard.writeText(code);
      say(`copied: ${code}`);
    } catch {
      say(code); // no clipboard here: at least it can be read and selected
    }
  }

  let said = "";
  let saying = 0;
  function say(words) {
    said = words;
    showStatus();
    clearTimeout(saying);
    saying = setTimeout(() => say(""), 4000);
  }

  function toggleWall(open = wall.root.hidden) {
    wall.root.hidden = !open;
    ui.wallButton.setAttribute("aria-pressed", `${open}`);
    if (open) store.wantBank?.(true);
    wall.draw();
  }

  function setLook(look) {
    figure.setLook(look);
    wall.draw();
  }

  /* Keys and buttons ------------------------------------------------------ */

  const here = () => player.position();
  const KEY_ACTIONS = {
    " ": () => player.toggle(),
    ArrowLeft: () => askFeature(store.get("feature") - 1),
    ArrowRight: () => askFeature(store.get("feature") + 1),
    p: () => askInteresting(-1),
    n: () => askInteresting(1),
    l: () => player.setLoop(!player.loop),
    "[": () => player.setRegion([here(), Math.max(player.region?.[1] ?? player.duration, here() + SHORTEST_REGION)]),
    "]": () => player.setRegion([Math.min(player.region?.[0] ?? 0, here() - SHORTEST_REGION), here()]),
    "\\": () => player.setRegion(null),
    "+": () => figure.zoom("time", 1),
    "=": () => figure.zoom("time", 1),
    "-": () => figure.zoom("time", -1),
    0: () => figure.showWhole(),
    w: () => toggleWall(),
    s: () => start.jump(),
    Home: () => player.seek(player.region?.[0] ?? 0),
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
    const letter = key.length === 1 ? key.toLowerCase() : key;
    let action = null;
    if (shiftKey && sideways && !target.closest("select, dialog")) {
      action = () => askLayer(store.get("layer") + (key === "ArrowRight" ? 1 : -1));
    } else if (!controlsOwn(target, key)) {
      action = player.decks.includes(letter) ? () => player.hear(letter) : KEY_ACTIONS[letter];
    }
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** Send files one after the other; each is refused or taken by itself. */
  async function upload(files) {
    if (sending) return say("files are on their way; wait, or cancel");
    const mine = (sending = { cancelled: false });
    refused.length = 0;
    ui.upload.lastChild.textContent = "Cancel";
    for (const file of files) {
      const error = await store.upload(file, (share) => {
        if (!mine.cancelled) say(`sending ${file.name}: ${percent(share)}`);
        return !mine.cancelled;
      });
      if (mine.cancelled) break;
      if (error) refused.push(error.replace(/^ValueError: /, ""));
      showError();
    }
    sending = null;
    if (closed) return;
    ui.upload.lastChild.textContent = "Add";
    say("");
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
  for (const name of ["rule", "resynthesis", "position"]) {
    hear(ui[name].select, "change", () => (store.set(name, ui[name].select.value), showPending()));
  }
  hear(ui.loudness.select, "change", () => player.setRaw(ui.loudness.select.value === "raw"));
  hear(ui.scale.select, "change", () => setLook({ scale: ui.scale.select.value }));
  hear(ui.range.select, "change", () => setLook({ range: [-ui.range.select.value, 0] }));
  hear(ui.map.select, "change", () => setLook({ map: ui.map.select.value }));
  for (const one of ui.zoom) hear(one, "click", () => figure.zoom(one.dataset.axis, +one.dataset.step));
  hear(ui.whole, "click", () => figure.showWhole());
  hear(ui.previous, "click", () => askInteresting(-1));
  hear(ui.next, "click", () => askInteresting(1));
  hear(ui.wallButton, "click", () => toggleWall());
  hear(ui.stop, "click", () => store.cancel?.());
  hear(ui.copy, "click", copyAddress);
  hear(ui.saveSound, "click", saveSound);
  hear(ui.savePicture, "click", savePicture);
  hear(ui.help, "click", () => ui.keys.showModal());
  ui.onModel = (value) => ui.onChoice("model", value);
  ui.onChoice = (trait, value) => (store.set(trait, value), showPending());
  ui.onClip = (value) => ui.onChoice("clip", value);
  hear(ui.upload, "click", () => (sending ? (sending.cancelled = true) : ui.files.click()));
  hear(ui.files, "change", () => (upload([...ui.files.files]), (ui.files.value = "")));
  hear(root, "dragover", (event) => store.upload && facts?.clips && event.preventDefault());
  hear(root, "drop", (event) => {
    if (!store.upload || !facts?.clips || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    upload([...event.dataTransfer.files]);
  });
  hear(ui.dismiss, "click", () => {
    for (const deck of Object.keys(unheard)) unheard[deck] = "";
    refused.length = 0;
    if (store.get("error")) store.set("error", "");
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
    for (const name of names) drop.push(store.on(name, later));
  }
  onChange(["facts"], arrive);
  onChange(["model", "clip", "start", ...Object.keys(store.get("facts")?.chosen ?? {})], showChosen);
  onChange(["sources"], showSources);
  onChange(["current"], () => (store.get("facts") === facts ? showCurrent() : arrive()));
  onChange(["bank"], showBank);
  onChange(["progress"], showProgress);
  onChange(["attributes", "layer"], showAttributes);
  onChange(ASKED, () => (showAsked(), showPending()));
  onChange(["layer", "rule", "resynthesis", "position"], showBank);
  onChange(["error"], showError);
  onChange(["status"], showStatus);

  el.append(root);
  Player.silenceAbsent();
  arrive();
  showError();
  showStatus();
  if (store.get("wall")) toggleWall(true);
  const seen = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && (store.wantBank?.(), store.wantAttributes?.()));
  seen.observe(root);

  return () => {
    closed = true;
    if (sending) sending.cancelled = true;
    seen.disconnect();
    drop.forEach((undo) => undo?.());
    cancelAnimationFrame(frame);
    clearTimeout(saying);
    player.close();
    figure.close();
    heat.close();
    root.remove();
  };
}
