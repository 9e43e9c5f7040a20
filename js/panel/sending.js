/** Sound files that a person adds, by button or dropped on the panel. */

/** @import { Scene } from "./scene.js" */

import { percent, plainError } from "../base/words.js";
import { say, showError } from "./showing.js";

/**
 * Send files one after the other; each is refused or taken by itself.
 * @param {Scene} scene
 * @param {File[]} files
 */
async function sendFiles(scene, files) {
  const { store, ui } = scene;
  if (!store.upload) return;
  if (scene.sending) return say(scene, "files are on their way; wait, or cancel");
  const mine = (scene.sending = { cancelled: false });
  scene.refused = [];
  const word = /** @type {Text} */ (ui.title.upload.lastChild);
  word.data = "Cancel";
  for (const file of files) {
    const error = await store.upload(file, (share) => {
      if (!mine.cancelled) say(scene, `sending ${file.name}: ${percent(share)}`);
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

/** @param {Scene} scene */
export function listenForFiles(scene) {
  const { store, ui, root } = scene;
  const { upload, files } = ui.title;
  upload.addEventListener("click", () => {
    if (scene.sending) scene.sending.cancelled = true;
    else files.click();
  });
  files.addEventListener("change", () => {
    sendFiles(scene, [...(files.files ?? [])]);
    files.value = "";
  });
  root.addEventListener("dragover", (event) => {
    if (store.upload && scene.facts?.clips) event.preventDefault();
  });
  root.addEventListener("drop", (event) => {
    const dropped = event.dataTransfer?.files;
    if (!store.upload || !scene.facts?.clips || !dropped?.length) return;
    event.preventDefault();
    event.stopPropagation();
    sendFiles(scene, [...dropped]);
  });
}
