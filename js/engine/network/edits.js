/** Features taken out, turned down or turned up: what passes up from a layer, map by map. */

/**
 * @typedef {Map<number, {scale: Float32Array, shift: Float32Array}>} Edits by layer from 1; layers that are not there are untouched
 * @typedef {[layer: number, feature: number, gain: number]} Gain layers from 1, features from 0; a gain of 0 mutes, 1 changes nothing
 *
 * @typedef {object} Editable what edits need to know of a network
 * @property {readonly {name: string, features: number}[]} layers
 * @property {(layer: number) => Float32Array} off the value of each map where its feature is silent
 * @property {readonly string[]} [unread] layers that nothing reads
 */

/**
 * The edits that give features their gains: a map passes up as `off + gain * (map - off)`.
 *
 * @param {Editable} network
 * @param {readonly Gain[]} gains of features that are there
 * @returns {Edits}
 */
export function editsFor(network, gains) {
  /** @type {Edits} */
  const edits = new Map();
  for (const [layer, feature, gain] of gains) {
    const { name, features } = network.layers[layer - 1];
    if (network.unread?.includes(name)) {
      throw new Error(
        `no other layer and no output reads '${name}', so that muting a feature of it would do nothing; if aj.tap marks it, go on with what aj.tap returns`,
      );
    }
    const edit = edits.get(layer) ?? { scale: new Float32Array(features).fill(1), shift: new Float32Array(features) };
    edits.set(layer, edit);
    edit.scale[feature] = gain;
    edit.shift[feature] = gain === 1 ? 0 : (1 - Math.fround(gain)) * network.off(layer)[feature];
  }
  return edits;
}
