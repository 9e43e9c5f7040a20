/** A convolution's kernel as a picture. */

import { brushOf } from "../base/elements.js";
import { minus } from "../base/words.js";
import { diverging } from "../picture/colours.js";
import { fixed, word } from "../words/words.js";

/**
 * A kernel of any size, low frequency at the bottom, red lets energy in.
 * @param {HTMLCanvasElement} canvas
 * @param {number[][] | null | undefined} kernel
 */
export function showKernel(canvas, kernel) {
  canvas.hidden = !kernel;
  if (!kernel) return;
  Object.assign(canvas, { width: kernel[0].length, height: kernel.length });
  const brush = brushOf(canvas);
  const most = Math.max(...kernel.flat().map(Math.abs)) || 1;
  kernel.forEach((row, freq) =>
    row.forEach((weight, time) => {
      brush.fillStyle = diverging(weight / most);
      brush.fillRect(time, kernel.length - 1 - freq, 1, 1);
    }),
  );
  const spoken = kernel.toReversed().map((row) => row.map((w) => minus(fixed(w, 2))).join(" ")).join("; ");
  canvas.setAttribute("aria-label", word("kernel.spoken", { values: spoken }));
  canvas.title = `${word("kernel.tip")}\n${spoken.replaceAll("; ", "\n")}`;
}
