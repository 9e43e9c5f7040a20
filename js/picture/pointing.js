/** What a pointer, a wheel and the arrow keys do to a figure: seek, draw a loop region, zoom, read levels. */

/** @import { Facts } from "../types.js" */
/** @import { Figure, FigureEvents } from "./figure.js" */

import { clamp } from "../base/numbers.js";
import { hertz, minus, nearestNote } from "../base/words.js";
import { SHORTEST_REGION } from "../sound/region.js";
import { fixed } from "../words/words.js";

/**
 * @param {Figure} figure
 * @param {FigureEvents} on
 */
export function listen(figure, on) {
  const draw = listenToDrags(figure, on);
  listenToPictures(figure, on, draw);
  listenToHandles(figure, on);
  for (const axis of /** @type {const} */ (["time", "frequency"])) {
    const node = axis === "time" ? figure.stage : figure.left;
    node.addEventListener("wheel", (event) => wheel(figure, axis, node, event), { passive: false });
  }
}

/**
 * The moment under a pointer, s.
 * @param {Figure} figure
 * @param {MouseEvent} event
 */
function moment({ time, stage }, event, /** @type {HTMLElement} */ node = stage) {
  const box = node.getBoundingClientRect();
  return time.value(clamp((event.clientX - box.left) / box.width, 0, 1));
}

/**
 * Loop regions drawn on the time axis, or with Shift in the pictures.
 * @param {Figure} figure
 * @param {FigureEvents} on
 */
function listenToDrags(figure, on) {
  const { stage, times } = figure;
  /** @type {number | null} where a loop region was begun */
  let drawn = null;
  const drag = {
    get begun() {
      return drawn !== null;
    },
    /**
     * @param {PointerEvent} event
     * @param {HTMLElement} node
     */
    begin(event, node) {
      node.setPointerCapture(event.pointerId);
      drawn = moment(figure, event, node);
    },
    /**
     * @param {PointerEvent} event
     * @param {HTMLElement} node
     */
    move(event, node) {
      const now = moment(figure, event, node);
      const from = drawn ?? now;
      if (Math.abs(figure.time.share(now) - figure.time.share(from)) * node.clientWidth < 4) return;
      on.select([Math.min(from, now), Math.max(from, now)]);
    },
  };
  times.addEventListener("pointerdown", (event) => figure.facts && event.button === 0 && drag.begin(event, times));
  times.addEventListener("pointermove", (event) => times.hasPointerCapture(event.pointerId) && drag.move(event, times));
  times.addEventListener("dblclick", () => on.select(null));
  for (const node of [stage, times]) node.addEventListener("lostpointercapture", () => (drawn = null));
  return drag;
}

/**
 * @param {Figure} figure
 * @param {FigureEvents} on
 * @param {ReturnType<typeof listenToDrags>} drag
 */
function listenToPictures(figure, on, drag) {
  const { stage } = figure;
  stage.addEventListener("pointerdown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.button !== 0 || !figure.facts || target.closest("button, [role=alert], .auralise-handle")) return;
    on.point(point(figure, event));
    if (event.shiftKey) return drag.begin(event, stage);
    stage.setPointerCapture(event.pointerId);
    on.seek(moment(figure, event));
  });
  stage.addEventListener("pointermove", (event) => {
    if (!figure.facts) return;
    on.point(point(figure, event));
    if (!stage.hasPointerCapture(event.pointerId)) return;
    if (drag.begun) drag.move(event, stage);
    else on.seek(moment(figure, event));
  });
  for (const over of ["pointerleave", "pointercancel"]) {
    stage.addEventListener(over, () => {
      delete figure.root.dataset.pointed;
      on.point(null);
    });
  }
}

/**
 * The playhead and both ends of the loop region.
 * @param {Figure} figure
 * @param {FigureEvents} on
 */
function listenToHandles(figure, on) {
  figure.handles.forEach((handle, i) => {
    /** @param {number} to */
    const move = (to) => {
      if (!figure.loop) return; // pulled out to the whole, it is none
      const [start, end] = figure.loop;
      on.select(i ? [start, Math.max(to, start + SHORTEST_REGION)] : [Math.min(to, end - SHORTEST_REGION), end]);
    };
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => handle.hasPointerCapture(event.pointerId) && move(moment(figure, event)));
    arrows(figure, handle, () => figure.loop?.[i] ?? 0, move);
  });
  arrows(figure, figure.playhead, () => figure.position, (to) => on.seek(Math.max(0, to)));
}

/**
 * Arrow keys of a slider on the time axis: a fortieth of what is in sight, a quarter by page.
 * @param {Figure} figure
 * @param {HTMLElement} node
 * @param {() => number} now
 * @param {(to: number) => void} move
 */
function arrows(figure, node, now, move) {
  node.addEventListener("keydown", (event) => {
    if (event.shiftKey || !figure.facts) return;
    const seen = figure.time.high - figure.time.low;
    const step = seen / 40;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step, PageUp: seen / 4, PageDown: -seen / 4 };
    /** @type {Record<string, number>} */
    const ends = { Home: 0, End: figure.facts.duration };
    const to = ends[event.key] ?? now() + steps[event.key];
    if (Number.isNaN(to)) return;
    event.preventDefault();
    move(clamp(to, 0, figure.facts.duration));
  });
}

/**
 * With Ctrl zoom; sideways move what is in sight; else the page scrolls.
 * @param {Figure} figure
 * @param {"time" | "frequency"} name
 * @param {HTMLElement} node
 * @param {WheelEvent} event
 */
function wheel(figure, name, node, event) {
  if (!figure.facts) return;
  const box = node.getBoundingClientRect();
  const across = name === "time";
  const tall = box.height / figure.rows.length;
  const share = across ? (event.clientX - box.left) / box.width : 1 - ((event.clientY - box.top) % tall) / tall;
  const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
  if (event.ctrlKey || event.metaKey) figure[name].zoom(1.003 ** clamp(event.deltaY, -100, 100), clamp(share, 0, 1));
  else if (across && figure.time.zoomed && Math.abs(sideways) > 0) figure.time.pan(sideways / box.width);
  else return;
  event.preventDefault();
  figure.queueLayout();
}

/**
 * Crosshair and readouts at the pointer: the same time and frequency in all pictures. Returns both.
 * @param {Figure} figure
 * @param {PointerEvent} event
 */
function point(figure, event) {
  const { start } = /** @type {Facts} */ (figure.facts);
  const { rows, look: { range: [low, high] } } = figure;
  const under = rows.findLast(({ root }) => event.clientY >= root.getBoundingClientRect().top) ?? rows[0];
  const box = under.root.getBoundingClientRect();
  const height = 1 - clamp((event.clientY - box.top) / box.height, 0, 1);
  const [time, hz] = [moment(figure, event), figure.frequency.value(height)];
  figure.cross.style.left = `${100 * figure.time.share(time)}%`;
  const note = nearestNote(hz);
  for (const one of rows) {
    const found = one.decibels(time, hz);
    const level = found ? `, ${found.value ? "" : "\u2264 "}${minus(fixed(found.db, 1))} dB` : "";
    one.readout.textContent = `${fixed(start + time, 2)} s, ${hertz(hz)}${note && ` (${note})`}${level}`;
    one.level.style.bottom = `${100 * height}%`;
    if (one === under) figure.mark.style.bottom = `${found ? 100 * clamp((found.db - low) / (high - low), 0, 1) : 0}%`;
  }
  figure.root.dataset.pointed = "";
  return { seconds: time, hz };
}
