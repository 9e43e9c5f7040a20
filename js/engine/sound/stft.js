/** The front end of the paper: magnitudes of an STFT, or their logarithm; a row is a bin. */

/** @import { Frontend } from "./frontend.js" */

import { compressionOf } from "./domain.js";
import { framed, lasting, withoutLast } from "./framed.js";
import { stft } from "./transform.js";

/**
 * @param {Record<string, any>} settings
 * @returns {Frontend}
 */
export function stftKind(settings) {
  const base = framed(settings);
  const { nFft, hop, bins, frames, columns } = base;
  const { compress, expand } = compressionOf(settings);
  return {
    ...base,
    shape: [bins, frames],
    channel: null,
    analyse: (samples) => stft(samples, nFft, hop, columns(samples.length) + 1),
    picture: (spectrum) => withoutLast(spectrum.magnitude, spectrum.frames).map(compress),
    floor: () => new Float32Array(bins),
    toMagnitude: (rows, spectrum) => lasting(rows, spectrum.frames).map(expand),
    spread: (rows, spectrum) => lasting(rows, spectrum.frames),
  };
}
