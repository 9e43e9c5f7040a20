/**
 * The panel: what is asked for (layer, feature and how), what is seen (Figure), what is heard
 * (Player), the wall and the keys. `mount(el, store)` puts it into `el`. A store has get(name),
 * set(name, value) and on(name, callback) for what Python knows as traits, and for what follows:
 * current() and sources(), both {pixels, sound, ...} per take, and bank(), the layer as a whole;
 * their events are "current", "sources", "bank" and "progress". Where facts.attributes is, there is
 * also attributes(), the layer's heat map, and its event; where facts.song is, song(), what was
 * heard of the whole song, and its event.
 */

/** @import { Store } from "../types.js" */
/** @import { Scene } from "./scene.js" */

import { make } from "../base/elements.js";
import { buildControls } from "../controls/build.js";
import { openKeys } from "../controls/keys.js";
import { More } from "../controls/more.js";
import { Slider } from "../controls/slider.js";
import { Figures } from "../figures/figures.js";
import { Heat } from "../heat/heat.js";
import { MutedList } from "../mute/list.js";
import { bringBack, partEvents, setGain, showMuted, toggleMute } from "../mute/muting.js";
import { outlineParts, PartMuting } from "../mute/part.js";
import { Marks } from "../marks/marks.js";
import { Boxes } from "../picture/boxes.js";
import { Figure } from "../picture/figure.js";
import { silenceAbsent } from "../sound/context.js";
import { Player } from "../sound/player.js";
import { ASKED } from "../store/asked.js";
import { EDITS } from "../store/edits.js";
import { once } from "../store/listeners.js";
import { TimeLine } from "../timeline/timeline.js";
import { Wall } from "../wall/wall.js";
import { showAttributes, showBank, showCurrent, showFilling, showProgress, showSources } from "./arriving.js";
import { askFeature, askInteresting, askLayer, keepFeature, setFeature, showFeature } from "./asking.js";
import { hearAwaited, leaveControl } from "./control_row.js";
import { arrive, showChosen } from "./facts.js";
import { showSound } from "./hearing.js";
import { keepKeys, onKey } from "./keys.js";
import { listenForLooks, placeWall, toggleWall } from "./looks.js";
import { Running } from "./running.js";
import { listenForFiles } from "./sending.js";
import { dismiss, hush, say, showAsked, showError, showPending, showStatus, soundFailed } from "./showing.js";
import { showSong } from "./song.js";
import { copyAddress, savePicture, saveSound } from "./taking.js";
import { word } from "../words/words.js";

const KEY = Symbol.for("auralise.mounted"); // radio groups and labels need names of their own, even beside panels in another language
const page = /** @type {{[key: symbol]: number}} */ (/** @type {unknown} */ (globalThis));

/**
 * Put a panel into `el`; returns the function that takes it away again.
 * @param {HTMLElement} el
 * @param {Store} store
 */
export function mount(el, store) {
  const scene = makeScene(`auralise-${(page[KEY] = (page[KEY] ?? 0) + 1)}`, store);
  const { root, player, figure, heat } = scene;
  listenToControls(scene);
  listenForLooks(scene);
  listenForFiles(scene);
  scene.more.show();
  const undo = watchStore(scene);
  el.append(root);
  silenceAbsent();
  arrive(scene);
  showError(scene);
  showStatus(scene);
  if (store.get("wall")) toggleWall(scene, true);
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    store.wantBank?.();
    store.wantAttributes?.();
    store.wantSong?.();
  });
  seen.observe(root);
  const wide = new ResizeObserver(() => placeWall(scene));
  wide.observe(root);

  return () => {
    scene.closed = true;
    if (scene.sending) scene.sending.cancelled = true;
    seen.disconnect();
    wide.disconnect();
    undo();
    cancelAnimationFrame(scene.frame);
    clearTimeout(scene.saying);
    scene.running.close();
    player.close();
    figure.close();
    heat.close();
    scene.marks.close();
    root.remove();
  };
}

/**
 * The parts of a panel, in their places.
 * @param {string} id
 * @param {Store} store
 */
function makeScene(id, store) {
  /**
   * @param {string} trait
   * @param {unknown} value
   */
  const choose = (trait, value) => {
    store.set(trait, value);
    showPending(scene);
  };
  const root = make("section", "auralise", { tabindex: "0", role: "group", "data-drop": word("files.over") });
  const figure = new Figure({ seek: (seconds) => scene.player.seek(seconds), select: (region) => scene.player.setRegion(region), point: (place) => boxes.point(place), laid: () => laid(scene) });
  const boxes = new Boxes(figure);
  const ui = buildControls(id, choose);
  /** @type {Scene} */
  const scene = {
    id,
    store,
    root,
    ui,
    more: new More(ui, () => scene),
    figure,
    stand: make("div", "auralise-stand"),
    boxes,
    layer: new Slider(word("layer"), `${id}-layer`, (value) => askLayer(scene, value)),
    feature: new Slider(word("feature"), `${id}-feature`, (value) => askFeature(scene, value)),
    line: new TimeLine(`${id}-start`, {
      changed: (start, clicked) => scene.running.go(start, Boolean(clicked && scene.line.windows)),
      dragged: (start) => scene.running.drag(start),
      hear: (moments) => scene.running.play(moments),
      quiet: () => scene.running.quiet(),
      ask: () => store.wantSong?.(true),
      stop: () => store.stopSong?.(),
    }),
    player: new Player({ changed: () => showSound(scene), ended: () => scene.running.ended(), failed: (deck) => soundFailed(scene, deck), there: () => root.isConnected }),
    running: new Running(() => scene),
    wall: new Wall(id, { show: (value) => setFeature(scene, value), keep: (value) => keepFeature(scene, value) }),
    mutes: new MutedList({ gain: (key, gain) => setGain(scene, key, gain), clear: (key) => bringBack(scene, key) }),
    part: new PartMuting(figure, partEvents(() => scene)),
    marks: new Marks(id, () => scene),
    heat: new Heat(id, { show: (value) => showFeature(scene, value), toggle: (stop) => (stop ? store.stopAttributes?.() : store.wantAttributes?.(true)) }),
    figures: new Figures(),
    facts: null,
    shown: null,
    sources: null,
    choose,
    radios: [],
    filling: null,
    unheard: {},
    refused: [],
    sending: null,
    said: "",
    saying: undefined,
    awaited: "",
    looped: null,
    frame: 0,
    closed: false,
  };
  const { figures, layer, feature, line, player, mutes, part, heat, wall } = scene;
  feature.side.append(ui.previous, ui.next, ui.kernel);
  feature.side.prepend(ui.working); // while it is on, in place of the words
  layer.root.append(ui.about);
  feature.root.append(ui.named);
  feature.input.setAttribute("aria-describedby", ui.named.id);
  layer.input.setAttribute("aria-describedby", ui.about.id);
  figure.stage.append(ui.status, ui.enable, ui.error);
  scene.stand.append(figure.root);
  const rows = [ui.title.root, line.root, layer.root, feature.root, figures.root, scene.stand, ui.transport.root, ui.view.root, mutes.root, part.root, ui.notes, scene.marks.root, heat.root, wall.root, ui.keys];
  root.append(make("div", "auralise-panel", {}, ...rows));
  Object.assign(root, { auralise: Object.freeze({ player, figure, store, heat, more: scene.more, say: (/** @type {string} */ words, lasts = false) => say(scene, words, lasts) }) });
  return scene;
}

/**
 * The axes lie elsewhere now, and with them what is drawn over the pictures.
 * @param {Scene} scene
 */
function laid(scene) {
  const { figure, facts, boxes } = scene;
  outlineParts(figure, facts?.removed ?? []);
  boxes.draw();
  scene.more.look();
}

/** @param {Scene} scene */
function listenToControls(scene) {
  const { root, store, player, ui, boxes, layer } = scene;
  const { transport, view } = ui;
  root.addEventListener("keydown", (event) => onKey(scene, event));
  root.addEventListener("focusin", keepKeys);
  root.addEventListener("pointerdown", () => player.blocked && player.resume());
  for (const name of ["pointerdown", "keydown"]) root.addEventListener(name, ({ target }) => target !== ui.status && hush(scene), true);
  transport.play.addEventListener("click", () => player.toggle());
  transport.leave.addEventListener("click", () => leaveControl(scene));
  for (const name of ["focus", "input"]) layer.input.addEventListener(name, () => boxes.pointMiddle());
  layer.input.addEventListener("blur", () => boxes.point(null));
  ui.enable.addEventListener("click", () => player.resume());
  transport.loop.addEventListener("click", () => player.setLoop(!player.loop));
  transport.volume.addEventListener("input", () => {
    player.setVolume(transport.volume.valueAsNumber);
    transport.volume.style.setProperty("--at", transport.volume.value);
  });
  for (const name of /** @type {const} */ (["rule", "resynthesis", "position"])) {
    const { select } = view.method[name];
    select.addEventListener("change", () => {
      store.set(name, select.value);
      showPending(scene);
    });
  }
  view.order.select.addEventListener("change", () => store.set("order", view.order.select.value));
  view.loudness.select.addEventListener("change", () => {
    player.setRaw(view.loudness.select.value === "raw");
    scene.more.look();
  });
  ui.previous.addEventListener("click", () => askInteresting(scene, -1));
  ui.next.addEventListener("click", () => askInteresting(scene, 1));
  view.mute.addEventListener("click", () => toggleMute(scene));
  view.part.addEventListener("click", () => scene.part.set(!scene.part.on));
  ui.stop.addEventListener("click", () => store.cancel?.());
  view.copy.addEventListener("click", () => copyAddress(scene));
  view.saveSound.addEventListener("click", () => saveSound(scene));
  view.savePicture.addEventListener("click", () => savePicture(scene));
  transport.help.addEventListener("click", () => openKeys(ui.keys));
  ui.dismiss.addEventListener("click", () => dismiss(scene));
}

/**
 * Several changes of one message are answered once, together. Returns what ends that.
 * @param {Scene} scene
 */
function watchStore(scene) {
  const { store } = scene;
  /** @type {(() => void)[]} */
  const undo = [];
  /**
   * @param {string[]} names
   * @param {(scene: Scene) => void} react
   */
  const onChange = (names, react) => {
    const later = once(() => {
      if (!scene.closed) react(scene);
    });
    for (const name of names) undo.push(store.on(name, later));
  };
  onChange(["facts"], arrive);
  onChange(["model", "clip", "start", ...Object.keys(store.get("facts")?.chosen ?? {})], showChosen);
  onChange(["control"], (changed) => {
    hearAwaited(changed);
    showPending(changed);
  });
  onChange(["sources"], showSources);
  onChange(["current"], () => (store.get("facts") === scene.facts ? showCurrent(scene) : arrive(scene)));
  onChange(["bank", "order"], showBank);
  onChange(["filling"], showFilling);
  onChange(["effects"], (changed) => (changed.store.get("order") === "effect" ? showBank : showAsked)(changed));
  onChange(["progress"], showProgress);
  onChange(["attributes", "layer"], showAttributes);
  onChange(["song"], showSong);
  onChange([...ASKED, "status"], showAsked); // where the kernel is lost nothing more is computed
  onChange(["layer", "rule", "resynthesis", "position"], showBank);
  onChange([...EDITS, "layer", "feature", "status"], showMuted);
  onChange(["marks", "student", "marking", ...ASKED], ({ marks }) => marks.show());
  onChange(["error"], showError);
  onChange(["status"], showStatus);
  return () => undo.forEach((one) => one());
}
