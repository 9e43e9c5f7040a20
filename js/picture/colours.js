/**
 * Colours: maps that are even to the eye and safe for the colour-blind, and what a byte of level
 * looks like in them.
 */

import { clamp } from "../base/numbers.js";

/** matplotlib's maps at every 16th of their range. */
export const MAPS = {
  magma:
    "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 cf4070 e55064 f4695c fb8761 fea571 fec287 fde0a1 fcfdbf",
  viridis:
    "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1f9f88 27ad81 3dbc74 5cc863 81d34d aadc32 d5e21a fde725",
  cividis:
    "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8b8778 9a9376 aaa073 bbad6d ccba64 ddc858 efd748 fee838",
  grey:
    "000000 101010 202020 303030 404040 505050 606060 707070 808080 8f8f8f 9f9f9f afafaf bfbfbf cfcfcf dfdfdf efefef ffffff",
};

/** @typedef {keyof typeof MAPS} ColourMap */

/**
 * 256 colours (ABGR words, as canvas memory wants them) between evenly spaced anchors.
 * @param {string} anchors
 */
function colourTable(anchors) {
  const rgb = anchors.split(" ").map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  return Uint32Array.from({ length: 256 }, (_, v) => {
    const x = (v / 255) * (rgb.length - 1);
    const i = Math.min(Math.floor(x), rgb.length - 2);
    const [r, g, b] = rgb[i].map((low, c) => Math.round(low + (rgb[i + 1][c] - low) * (x - i)));
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

export const TABLES = /** @type {Record<ColourMap, Uint32Array>} */ (Object.fromEntries(Object.entries(MAPS).map(([name, anchors]) => [name, colourTable(anchors)])));

/**
 * The colour of every level (a byte over [low, high] dB) when the map spans [floor, ceiling] dB.
 * @param {ColourMap} map
 * @param {[number, number]} range
 * @param {[number, number]} span
 */
export function levelColours(map, [low, high], [floor, ceiling]) {
  const table = TABLES[map];
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const db = low + (level / 255) * (high - low);
    return table[clamp(Math.round((255 * (db - floor)) / (ceiling - floor)), 0, 255)];
  });
}

/**
 * Red for above zero, blue for below, as words.
 * @param {number} share from -1 to 1
 */
export function diverging(share) {
  /**
   * @param {number} from
   * @param {number} to
   */
  const fade = (from, to) => Math.round(from + (to - from) * Math.min(Math.abs(share), 1));
  const [r, g, b] = share > 0 ? [178, 24, 43] : [33, 102, 172];
  return `rgb(${fade(247, r)} ${fade(247, g)} ${fade(247, b)})`;
}
