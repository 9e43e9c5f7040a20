/** The heat map's picture: where cells stand, their colours and frames. */

import { clamp } from "../base/numbers.js";
import { TABLES } from "../picture/colours.js";

const CELL = 16; // px of a cell's width at least: its number must fit
const EDGE = 3; // px above the first row, for the frame around a cell
export const HEAT_COLOURS = TABLES.viridis; // from 0 to 1 in every layer, so that layers compare

/** @typedef {{left: number, columns: number, cell: number, tall: number, band: number, height: number}} Place where cells stand, px */
/** @typedef {[x: number, y: number, width: number, height: number]} Box */

/**
 * Cells side by side, in as many bands as they need.
 * @param {number} count of features
 * @param {number} rows
 * @param {number} width px
 * @param {number} em px
 * @returns {Place}
 */
export function placeCells(count, rows, width, em) {
  const left = Math.ceil(5.2 * em);
  const bands = Math.max(1, Math.ceil((count * CELL) / (width - left)));
  const columns = Math.ceil(count / bands);
  const [tall, foot] = [Math.round(1.55 * em), Math.round(1.7 * em)];
  const band = rows * tall + foot;
  return { left, columns, cell: (width - left) / columns, tall, band, height: EDGE + bands * band };
}

/**
 * Where names of rows and numbers of features stand.
 * @param {Place} place
 * @param {number} rows
 * @param {number} count
 */
export function placeLabels({ left, columns, cell, tall, band }, rows, count) {
  const bands = Math.max(1, Math.ceil(count / columns));
  const names = Array.from({ length: bands * rows }, (_, i) => ({ row: i % rows, x: 0, y: EDGE + Math.floor(i / rows) * band + ((i % rows) + 0.5) * tall }));
  const numbers = Array.from({ length: count }, (_, i) => ({ x: left + ((i % columns) + 0.5) * cell, y: EDGE + Math.floor(i / columns) * band + rows * tall }));
  return { names, numbers };
}

/**
 * [place in the order, row] of a point, or null.
 * @param {Place} place
 * @param {number} count
 * @param {number} rows
 * @param {number} x px from the left
 * @param {number} y px from the top
 */
export function cellAt({ left, columns, cell, tall, band }, count, rows, x, y) {
  const [across, down] = [x - left, y - EDGE];
  const [column, row] = [Math.floor(across / cell), Math.floor((down % band) / tall)];
  const at = Math.floor(down / band) * columns + column;
  return across < 0 || down < 0 || column >= columns || row >= rows || at >= count ? null : [at, row];
}

/**
 * The pixels of a cell, or of several below each other, on a screen of `scale` pixels per px.
 * @param {Place} place
 * @param {number} scale
 * @param {number} at in the order
 * @param {number} row
 * @returns {Box}
 */
export function boxOf({ left, columns, cell, tall, band }, scale, at, row, rows = 1) {
  const [x, y] = [left + (at % columns) * cell, EDGE + Math.floor(at / columns) * band + row * tall];
  const [from, to] = [Math.round(x * scale), Math.round((x + cell) * scale)];
  const [top, bottom] = [Math.round(y * scale), Math.round((y + rows * tall) * scale)];
  return [from, top, to - from, bottom - top];
}

/**
 * @param {CanvasRenderingContext2D} brush
 * @param {Box} box
 * @param {number} scale
 * @param {number | undefined} mean undefined: not computed; NaN: no answer
 */
export function drawCell(brush, [x, y, w, h], scale, mean) {
  if (mean === undefined) brush.fillStyle = "rgb(128 128 128 / 18%)";
  else if (Number.isNaN(mean)) brush.fillStyle = "#8c8c8c";
  else {
    const colour = HEAT_COLOURS[Math.round(255 * clamp(mean, 0, 1))];
    brush.fillStyle = `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
  }
  brush.fillRect(x, y, w - 1, h - 1);
  if (!Number.isNaN(mean)) return;
  brush.strokeStyle = "#3c3c3c";
  brush.lineWidth = scale;
  brush.beginPath();
  brush.moveTo(x, y + h - 1);
  brush.lineTo(x + w - 1, y);
  brush.stroke();
}

/**
 * A white frame within a black frame.
 * @param {CanvasRenderingContext2D} brush
 * @param {Box} box
 * @param {number} scale
 */
export function drawFrame(brush, [x, y, w, h], scale) {
  for (const [colour, width] of /** @type {const} */ ([["#000", 4], ["#fff", 2]])) {
    brush.strokeStyle = colour;
    brush.lineWidth = width * scale;
    brush.strokeRect(x - 0.5, y - 0.5, w, h);
  }
}
