/**
 * Front ends whose rows are sums over the bins of an STFT: mel bands, steps of pitch.
 *
 * On the way back a bin keeps the source's fine structure at the levels that the rows say, so that
 * the source's own picture gives back the source's magnitudes.
 */

/** @import { Bank } from "./banks.js" */
/** @import { Scaling } from "./domain.js" */
/** @import { Frontend, Spectrum, Tensor } from "./frontend.js" */

import { onBins, rowsOf } from "./banks.js";
import { compressionOf, heldOf, scalingOf, valueOf } from "./domain.js";
import { framed, lasting } from "./framed.js";
import { stft } from "./transform.js";

const EMPTY = 1e-30; // a row that holds less holds nothing: float32 has no ratio to it

/**
 * @param {Record<string, any>} settings
 * @param {Record<string, Tensor>} arrays
 * @param {Bank[]} banks of each channel of a picture
 * @param {number[]} nFfts
 * @returns {Frontend}
 */
export function bandedKind(settings, arrays, banks, nFfts) {
  const base = framed(settings, settings.kind);
  const { hop, frames, columns } = base;
  const { power, pad_mode: mode } = settings;
  const channel = banks.length > 1 ? nFfts.indexOf(base.nFft) : null;
  const [{ freq }] = banks;
  const bank = banks[channel ?? 0];
  const compression = compressionOf(settings);
  const given = { mean: numbers("mean", settings, arrays), std: numbers("std", settings, arrays) };
  return {
    ...base,
    shape: channel === null ? [freq, frames] : [freq, frames, banks.length],
    channel,
    analyse(samples) {
      const count = columns(samples.length) + 1;
      const spectra = nFfts.map((nFft) => stft(samples, nFft, hop, count, mode));
      const rows = banks.map((one, i) => rowsOf(one, spectra[i].magnitude, count, power));
      return { ...spectra[channel ?? 0], rows, scaling: scalingOf(compression, settings, given, rows, freq, count) };
    },
    picture(spectrum) {
      const { rows, scaling } = known(spectrum);
      const wide = spectrum.frames;
      const picture = new Float32Array(freq * (wide - 1) * rows.length);
      for (let r = 0, to = 0; r < freq; r++) {
        for (let t = 0; t < wide - 1; t++) for (const one of rows) picture[to++] = valueOf(compression, scaling, r, one[r * wide + t]);
      }
      return picture;
    },
    floor: (spectrum) => known(spectrum).scaling.floor,
    toMagnitude(picture, spectrum) {
      const { rows, scaling } = known(spectrum);
      const wide = spectrum.frames;
      const own = rows[channel ?? 0];
      const ratio = lasting(picture, wide);
      for (let r = 0, i = 0; r < freq; r++) {
        for (let t = 0; t < wide; t++, i++) ratio[i] = own[i] < EMPTY ? 0 : heldOf(compression, scaling, r, ratio[i]) / own[i];
      }
      const magnitude = onBins(bank, ratio, wide);
      for (let i = 0; i < magnitude.length; i++) magnitude[i] = spectrum.magnitude[i] * (power === 2 ? Math.sqrt(magnitude[i]) : magnitude[i]);
      return magnitude;
    },
    spread: (rows, spectrum) => onBins(bank, lasting(rows, spectrum.frames), spectrum.frames),
  };
}

/**
 * Numbers by row that are an array of the file, a single setting, or not there.
 * @param {string} name
 * @param {Record<string, any>} settings
 * @param {Record<string, Tensor>} arrays
 * @returns {ArrayLike<number> | null}
 */
function numbers(name, settings, arrays) {
  if (arrays[name]) return arrays[name].data;
  return settings[name] == null ? null : [settings[name]];
}

/**
 * @param {Spectrum} spectrum
 * @returns {{rows: Float32Array[], scaling: Scaling}}
 */
function known({ rows, scaling }) {
  if (!rows || !scaling) throw new Error("the spectrum is of another front end: take the one that analyse returned");
  return { rows, scaling };
}
