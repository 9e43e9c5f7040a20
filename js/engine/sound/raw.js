/** The front end of networks that see samples: a picture is the waveform itself. */

/** @import { Frontend } from "./frontend.js" */

import { framed } from "./framed.js";
import { stft } from "./transform.js";

/**
 * @param {Record<string, any>} settings
 * @returns {Frontend}
 */
export function rawKind(settings) {
  const base = framed(settings, "raw");
  const { nFft, hop, columns } = base;
  const spectrumOf = (/** @type {Float32Array} */ samples) => stft(samples, nFft, hop, columns(samples.length) + 1);
  return {
    ...base,
    shape: [base.samples],
    channel: null,
    analyse: (samples) => ({ ...spectrumOf(samples), samples }),
    picture: ({ samples }) => samples ?? new Float32Array(0),
    floor: () => new Float32Array(1),
    toMagnitude: (rows) => spectrumOf(rows).magnitude,
    /** Factors at the centres of the frames. */
    spread: (rows, { bins, frames }) => Float32Array.from({ length: bins * frames }, (_, i) => rows[Math.min((i % frames) * hop, rows.length - 1)]),
  };
}
