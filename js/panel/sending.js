/** A person's own sounds: files that are added by button or dropped on the panel, and what is recorded. */

/** @import { Scene } from "./scene.js" */

import { percent, plainError } from "../base/words.js";
import { say, showError } from "./showing.js";
import { word } from "../words/words.js";

/**
 * Send files one after the other; each is refused or taken by itself.
 * @param {Scene} scene
 * @param {File[]} files
 * @param {string[]} refused what cannot be sent at all
 */
async function sendFiles(scene, files, refused = []) {
  const { store, ui } = scene;
  if (!store.upload) return;
  if (scene.sending) return say(scene, word("files.busy"));
  const mine = (scene.sending = { cancelled: false });
  scene.refused = refused;
  const label = /** @type {Text} */ (ui.title.upload.lastChild);
  label.data = word("cancel");
  showError(scene);
  for (const file of files) {
    const error = await store.upload(file, (share) => {
      if (!mine.cancelled) say(scene, word(store.host ? "files.reading" : "files.sending", { name: file.name, share: percent(share) }));
      return !mine.cancelled;
    });
    if (mine.cancelled) break;
    if (error) scene.refused.push(plainError(error));
    showError(scene);
  }
  scene.sending = null;
  if (scene.closed) return;
  label.data = word("files.add");
  say(scene, "");
}

/**
 * Record until the network has heard enough, or until the button is pressed again.
 * @param {Scene} scene
 */
async function recordSound(scene) {
  const { store, ui, player } = scene;
  const { record } = ui.title;
  if (!store.host) return;
  if (scene.sending) return say(scene, word("files.busy"));
  const mine = (scene.sending = { cancelled: false });
  scene.refused = [];
  showError(scene);
  player.pause(); // or the microphone would hear the panel
  const label = /** @type {Text} */ (record.lastChild);
  label.data = word("record.stop");
  say(scene, word("record.waiting"));
  const error = await store.host.record((share) => {
    if (mine.cancelled) return false;
    const first = !record.classList.contains("auralise-recording");
    record.classList.add("auralise-recording");
    label.data = `${word("record.stop")} ${percent(share)}`;
    if (first) say(scene, word("record.going"));
    return true;
  });
  scene.sending = null;
  if (scene.closed) return;
  label.data = word("record");
  record.classList.remove("auralise-recording");
  say(scene, "");
  if (error) scene.refused = [plainError(error)];
  showError(scene);
}

/**
 * What was dropped: files, and a sentence for each folder, whose files a page does not see.
 * @param {DataTransfer | null} dropped
 * @returns {{files: File[], refused: string[]}}
 */
function filesOf(dropped) {
  const items = [...(dropped?.items ?? [])].filter(({ kind }) => kind === "file");
  const folders = items.map((one) => one.webkitGetAsEntry?.()).filter((one) => one?.isDirectory).map((one) => one?.name);
  const refused = folders.map((name) => word("files.folder", { name: `${name}` }));
  return { files: [...(dropped?.files ?? [])].filter(({ name }) => !folders.includes(name)), refused };
}

/** @param {Scene} scene */
export function listenForFiles(scene) {
  const { ui } = scene;
  const { upload, files, record, own } = ui.title;
  upload.addEventListener("click", () => {
    if (scene.sending) scene.sending.cancelled = true;
    else files.click();
  });
  record.addEventListener("click", () => {
    if (scene.sending) scene.sending.cancelled = true;
    else recordSound(scene);
  });
  files.addEventListener("change", () => {
    sendFiles(scene, [...(files.files ?? [])]);
    files.value = "";
  });
  listenForDrops(scene, own);
}

/**
 * While a file is dragged over a page that computes, each panel shows that it takes files; beside the
 * panels the browser would leave the page for the file, so it is caught there, too.
 * @param {Scene} scene
 * @param {HTMLElement} own the place for a person's own sounds
 */
function listenForDrops(scene, own) {
  const { store, root } = scene;
  const around = store.host ? document : root;
  const takes = () => Boolean(store.upload && scene.facts?.clips && !scene.closed);
  const isHere = (/** @type {Event} */ { target }) => root.contains(/** @type {Node} */ (target));
  const over = (/** @type {boolean} */ on) => {
    own.classList.toggle("auralise-over", on);
    root.classList.toggle("auralise-dropping", on);
  };
  around.addEventListener("dragover", (event) => {
    if (!takes() || !/** @type {DragEvent} */ (event).dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    over(true);
  });
  around.addEventListener("dragleave", (event) => {
    const to = /** @type {Node | null} */ (/** @type {DragEvent} */ (event).relatedTarget);
    if (!to || !around.contains(to)) over(false);
  });
  for (const name of ["drop", "dragend"]) around.addEventListener(name, () => over(false));
  around.addEventListener("drop", (event) => {
    const dropped = /** @type {DragEvent} */ (event).dataTransfer;
    if (!takes() || !dropped?.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    if (isHere(event) || store.get("page")) {
      const { files: all, refused } = filesOf(dropped);
      sendFiles(scene, all, refused);
    } else if (!/** @type {Element} */ (event.target).closest?.(".auralise")) say(scene, word("files.elsewhere"));
  });
}
