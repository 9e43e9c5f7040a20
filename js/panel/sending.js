/** A person's own sounds: files that are added by button or dropped on the panel, and what is recorded. */

/** @import { Scene } from "./scene.js" */

import { percent, plainError } from "../base/words.js";
import { say, showError } from "./showing.js";

/**
 * Send files one after the other; each is refused or taken by itself.
 * @param {Scene} scene
 * @param {File[]} files
 * @param {string[]} refused what cannot be sent at all
 */
async function sendFiles(scene, files, refused = []) {
  const { store, ui } = scene;
  if (!store.upload) return;
  if (scene.sending) return say(scene, "files are on their way; wait, or cancel");
  const mine = (scene.sending = { cancelled: false });
  scene.refused = refused;
  const word = /** @type {Text} */ (ui.title.upload.lastChild);
  word.data = "Cancel";
  showError(scene);
  for (const file of files) {
    const error = await store.upload(file, (share) => {
      if (!mine.cancelled) say(scene, `${store.host ? "reading" : "sending"} ${file.name}: ${percent(share)}`);
      return !mine.cancelled;
    });
    if (mine.cancelled) break;
    if (error) scene.refused.push(plainError(error));
    showError(scene);
  }
  scene.sending = null;
  if (scene.closed) return;
  word.data = "Add";
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
  if (scene.sending) return say(scene, "files are on their way; wait, or cancel");
  const mine = (scene.sending = { cancelled: false });
  scene.refused = [];
  showError(scene);
  player.pause(); // or the microphone would hear the panel
  const word = /** @type {Text} */ (record.lastChild);
  word.data = "Stop";
  say(scene, "waiting for the microphone");
  const error = await store.host.record((share) => {
    if (mine.cancelled) return false;
    const first = !record.classList.contains("auralise-recording");
    record.classList.add("auralise-recording");
    word.data = `Stop ${percent(share)}`;
    if (first) say(scene, "recording");
    return true;
  });
  scene.sending = null;
  if (scene.closed) return;
  word.data = "Record";
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
  const refused = folders.map((name) => `${name} is a folder: drop or choose the sound files in it`);
  return { files: [...(dropped?.files ?? [])].filter(({ name }) => !folders.includes(name)), refused };
}

/** @param {Scene} scene */
export function listenForFiles(scene) {
  const { store, ui, root } = scene;
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
  // Beside the panel a browser would leave the page for the file.
  const around = store.get("page") ? document : root;
  const takes = () => Boolean(store.upload && scene.facts?.clips && !scene.closed);
  const over = (/** @type {boolean} */ on) => own.classList.toggle("auralise-over", on);
  around.addEventListener("dragover", (event) => {
    if (!takes()) return;
    event.preventDefault();
    over(true);
  });
  for (const name of ["dragleave", "drop", "dragend"]) around.addEventListener(name, () => over(false));
  around.addEventListener("drop", (event) => {
    const dropped = /** @type {DragEvent} */ (event).dataTransfer;
    if (!takes() || !dropped?.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    const { files: all, refused } = filesOf(dropped);
    sendFiles(scene, all, refused);
  });
}
