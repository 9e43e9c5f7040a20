/** A few seconds from the microphone, as they are: nothing is taken out of them. */

/** @import { OwnSound } from "./model.js" */

import { decodeRecorded } from "./decode.js";

const BARE = "audio/webm;codecs=pcm"; // not coded, where the browser can
const BITS = 256_000; // a second, where it cannot
const MORE = 0.3; // s that are recorded beyond what is kept, since a recorder needs time to begin and to end
const LOOK = 50; // ms
const SILENCE = 1e-4; // of full scale: what a coder makes of nothing
const AS_IT_IS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };

/** What a browser's refusal means, and the way on. */
const REFUSED = /** @type {Record<string, string>} */ ({
  NotAllowedError: "The microphone was not allowed: allow it in the browser's settings for this page (often beside the address), then record again",
  NotFoundError: "No microphone was found: connect one, then record again",
  NotReadableError: "The microphone cannot be used now: another program may hold it; close that, then record again",
  OverconstrainedError: "No microphone was found that can record here: connect another, then record again",
});

const UNPLUGGED = "The microphone is gone: connect it again, then record again";
const SILENT = "The microphone gave silence: it may be muted or switched off; switch it on, then record again";

/**
 * Why this page cannot record at all; "" if it may.
 * @param {{isSecureContext: boolean, navigator: {mediaDevices?: Partial<MediaDevices>}}} page
 */
function whyNoRecording({ isSecureContext, navigator } = globalThis) {
  if (navigator.mediaDevices?.getUserMedia) return "";
  if (!isSecureContext) return "This page may not use the microphone, since it came over http: open it from disk, or from an address that begins with https. A sound file can be added instead";
  return "This browser gives a page no microphone: open the page in another browser. A sound file can be added instead";
}

/**
 * Record for so many seconds, or until `progress` says no: what was recorded until then is kept.
 * @param {number} seconds
 * @param {(share: number) => boolean} progress is called all the time, with the share that is recorded
 * @returns {Promise<OwnSound | null>} null if nothing was recorded before it was stopped
 */
export async function record(seconds, progress) {
  const why = whyNoRecording();
  if (why) throw new Error(why);
  const stream = await navigator.mediaDevices.getUserMedia({ audio: AS_IT_IS }).catch((problem) => {
    throw new Error(REFUSED[problem.name] ?? `The microphone cannot be used: ${problem.message}`);
  });
  try {
    const file = await recorded(stream, seconds, progress);
    if (!file.size) return null;
    const { samples, rate } = await decodeRecorded(file, seconds);
    if (!samples.some((one) => Math.abs(one) > SILENCE)) throw new Error(SILENT);
    return { samples, rate, name: "recording", notes: [], again: () => decodeRecorded(file, seconds) };
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/**
 * What the browser recorded, coded: it needs no loudspeaker for that, and drops nothing while the page is busy.
 * @param {MediaStream} stream
 * @param {number} seconds
 * @param {(share: number) => boolean} progress
 * @returns {Promise<Blob>}
 */
function recorded(stream, seconds, progress) {
  const mimeType = [BARE, ""].find((one) => !one || MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: BITS });
  return new Promise((resolve, reject) => {
    /** @type {Blob[] | null} */
    let pieces = [];
    let begun = Infinity; // the person may be asked first
    const look = setInterval(() => {
      const there = (performance.now() - begun) / 1000;
      if (!(there >= 0) || recorder.state !== "recording") return;
      const share = Math.min(there / (seconds + MORE), 1);
      const goesOn = progress(share);
      if (!goesOn && there < MORE) pieces = null; // stopped before it began
      if (!goesOn || share === 1) recorder.stop();
    }, LOOK);
    const fail = (/** @type {string} */ words) => {
      clearInterval(look);
      reject(new Error(words));
    };
    for (const track of stream.getTracks()) track.addEventListener("ended", () => fail(UNPLUGGED));
    recorder.onstart = () => (begun = performance.now());
    recorder.ondataavailable = ({ data }) => pieces?.push(data);
    recorder.onerror = () => fail(UNPLUGGED);
    recorder.onstop = () => {
      clearInterval(look);
      resolve(new Blob(pieces ?? []));
    };
    recorder.start();
  });
}
