/** Sound files on their way to Python. */

/** @import { Requests } from "./requests.js" */

import { word } from "../words/words.js";

const CHUNK = 2 ** 20; // bytes; Jupyter's websocket takes 10 MB at once

/**
 * Send a sound file in pieces, each when the one before was taken. `progress(share)` is called
 * before each and says whether to go on. Returns what is wrong with the file, or nothing.
 * @param {Pick<Requests, "name" | "send">} requests
 * @param {Pick<File, "name" | "size" | "slice">} file
 * @param {(share: number) => boolean} progress
 * @returns {Promise<string>}
 */
export async function upload(requests, file, progress) {
  const id = requests.name();
  const { name, size } = file;
  for (let at = 0; at < Math.max(size, 1); at += CHUNK) {
    const wanted = progress(at / Math.max(size, 1));
    const piece = wanted && (await file.slice(at, at + CHUNK).arrayBuffer().catch(() => null));
    if (!piece) {
      requests.send({ kind: "upload-cancel", id });
      return wanted ? word("file.gone", { name }) : "";
    }
    const error = await requests.send({ kind: "upload", id, name, size, at }, [piece]);
    if (error) return error;
  }
  return "";
}
