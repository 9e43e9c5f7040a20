/** A few seconds from the microphone, as they are: nothing is taken out of them. */

/** @import { OwnSound } from "./model.js" */

const BLOCK = 4096; // samples
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
export function whyNoRecording({ isSecureContext, navigator } = globalThis) {
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
  const context = new AudioContext();
  try {
    const samples = await samplesOf(context, stream, Math.round(seconds * context.sampleRate), progress);
    if (!samples.length) return null;
    if (samples.every((one) => one === 0)) throw new Error(SILENT);
    return { samples, rate: context.sampleRate, name: "recording", notes: [] };
  } finally {
    for (const track of stream.getTracks()) track.stop();
    context.close();
  }
}

/**
 * @param {AudioContext} context
 * @param {MediaStream} stream
 * @param {number} count
 * @param {(share: number) => boolean} progress
 * @returns {Promise<Float32Array<ArrayBuffer>>}
 */
function samplesOf(context, stream, count, progress) {
  const samples = new Float32Array(count);
  const source = context.createMediaStreamSource(stream);
  // A worklet would need a script from an address, which the page's policy forbids.
  const tap = context.createScriptProcessor(BLOCK, 1, 1);
  return new Promise((resolve, reject) => {
    let there = 0;
    for (const track of stream.getTracks()) track.addEventListener("ended", () => reject(new Error(UNPLUGGED)));
    tap.onaudioprocess = ({ inputBuffer }) => {
      const block = inputBuffer.getChannelData(0);
      samples.set(block.subarray(0, count - there), there);
      there = Math.min(there + block.length, count);
      const goesOn = progress(there / count);
      if (goesOn && there < count) return;
      tap.onaudioprocess = null;
      tap.disconnect();
      resolve(samples.slice(0, there));
    };
    source.connect(tap).connect(context.destination); // it is silent: without a way out nothing runs
    context.resume();
  });
}
