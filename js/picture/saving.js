/** The figure as a PNG file. */

/** @import { Figure } from "./figure.js" */

import { brushOf, make } from "../base/elements.js";
import { clamp, ticks } from "../base/numbers.js";
import { minus } from "../base/words.js";
import { local } from "../words/words.js";

/**
 * The figure as it is on the screen, with axes, captions and colour bar, on a white page.
 * @param {Figure} figure
 * @param {{title: string, captions: string[], start: number}} words
 * @returns {Promise<Blob | null>}
 */
export function pictureFile(figure, { title, captions, start }) {
  const { rows, time, frequency, look } = figure;
  const [wide, tall] = [rows[0].canvas.width, rows[0].canvas.height];
  const unit = Math.max(12, Math.round(tall / 14));
  const [left, right, top, gap] = [5 * unit, 6 * unit, 2.2 * unit, 2.3 * unit];
  const canvas = make("canvas", "", { width: wide + left + right, height: Math.round(top + rows.length * (tall + gap) + 2.5 * unit) });
  const brush = brushOf(canvas);
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {CanvasTextAlign} align
   */
  const write = (text, x, y, align = "left", size = 1) => {
    brush.fillStyle = "#1d1b22";
    brush.font = `${size * unit}px sans-serif`;
    brush.textAlign = align;
    brush.textBaseline = "middle";
    brush.fillText(text, x, y);
  };
  write(title, left, unit, "left", 1.1);
  rows.forEach((row, i) => {
    const y = Math.round(top + gap + i * (tall + gap)); // on whole pixels, or it blurs
    write(captions[i], left, y - 0.8 * unit);
    brush.drawImage(row.canvas, left, y);
    for (const hz of frequency.ticks(tall, 2 * unit)) {
      write(local(+(hz / 1000).toPrecision(4)), left - 0.5 * unit, y + tall * (1 - frequency.share(hz)), "right", 0.9);
    }
    write("kHz", left - 0.5 * unit, y - 0.8 * unit, "right", 0.9);
  });
  const bottom = top + rows.length * (tall + gap);
  for (const s of ticks(start + time.low, start + time.high, wide, 6 * unit)) {
    write(`${local(s)} s`, left + wide * time.share(s - start), bottom + unit, "center", 0.9);
  }
  const [from, to] = [top + gap, bottom];
  brush.drawImage(figure.bar, left + wide + unit, from, unit, to - from);
  const [low, high] = look.range;
  for (const db of ticks(low, high, to - from, 4 * unit)) {
    const y = to - ((to - from) * (db - low)) / (high - low);
    write(minus(`${db} dB`), left + wide + 2.4 * unit, clamp(y, from + 0.5 * unit, to - 0.5 * unit), "left", 0.9);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
