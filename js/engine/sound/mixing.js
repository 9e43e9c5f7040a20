/** Channels become one. */

/**
 * The mean of all channels.
 * @param {Float32Array[]} channels of one length
 */
export function mixDown(channels) {
  const [first, ...others] = channels;
  if (!others.length) return first;
  const mean = first.slice();
  for (const other of others) for (let i = 0; i < mean.length; i++) mean[i] += other[i];
  for (let i = 0; i < mean.length; i++) mean[i] /= channels.length;
  return mean;
}
