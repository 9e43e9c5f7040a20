/** JAX's random bits: Threefry-2x32 with twenty rounds (Salmon et al. 2011), one block for each place of an array. */

const TURNS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/**
 * Random bits as `jax.random.bits` draws them where `jax_threefry_partitionable` is on, as it is by default: a number depends on its key and its place alone.
 * @param {[number, number]} key two whole numbers of 32 bits
 * @param {number} count
 * @param {number} [first] the place of the first number
 * @returns {Uint32Array<ArrayBuffer>}
 */
export function randomBits([one, two], count, first = 0) {
  const keys = [one | 0, two | 0, one ^ two ^ 0x1bd11bda];
  const bits = new Uint32Array(count);
  for (let place = 0; place < count; place++) {
    let a = keys[0] + Math.floor((first + place) / 2 ** 32);
    let b = keys[1] + (first + place);
    a |= 0;
    b |= 0;
    for (let round = 1; round <= 5; round++) {
      const turns = TURNS[(round - 1) % 2];
      for (let turn = 0; turn < 4; turn++) {
        a = (a + b) | 0;
        b = ((b << turns[turn]) | (b >>> (32 - turns[turn]))) ^ a;
      }
      a = (a + keys[round % 3]) | 0;
      b = (b + keys[(round + 1) % 3] + round) | 0;
    }
    bits[place] = a ^ b;
  }
  return bits;
}

/**
 * The key that a seed stands for, as `jax.random.key` makes it.
 * @param {number} seed 0 to 2 ** 53 - 1
 * @returns {[number, number]}
 */
export const keyOf = (seed) => [Math.floor(seed / 2 ** 32), seed >>> 0];
