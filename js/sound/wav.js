/** WAV files, 16 bits, one channel. */

/**
 * Bare int16 samples with a WAV header in front: a file, and what the browser's decoder resamples well.
 * @param {Uint8Array} bytes
 * @param {number} rate
 */
export function wavFile(bytes, rate) {
  const file = new Uint8Array(44 + bytes.byteLength);
  const view = new DataView(file.buffer);
  /**
   * @param {number} at
   * @param {string} letters
   */
  const text = (at, letters) => file.set([...letters].map((c) => c.charCodeAt(0)), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + bytes.byteLength, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, bytes.byteLength, true);
  file.set(bytes, 44);
  return file;
}

/**
 * Samples times `factor` as int16, quieter where their peak would clip.
 * @param {Float32Array} samples
 * @param {number} factor
 */
export function pcm16(samples, factor) {
  const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0) * factor;
  const fit = peak > 1 ? factor / peak : factor;
  return Int16Array.from(samples, (x) => Math.round(Math.max(-1, Math.min(x * fit, 1)) * 32767));
}
