/** What a pointer does to a time line: a click or a drag moves the window, hovering reads numbers. */

/** @import { TimeLine } from "./timeline.js" */

import { clamp } from "../base/numbers.js";

/**
 * @param {TimeLine} line
 * @param {{changed: (start: number, clicked?: boolean) => void, dragged: (start: number) => void}} on
 */
export function listenToPointer(line, on) {
  const { root: box, input } = line.overlay;
  /** @type {number | null} how far the pointer is from the beginning of the frame that it holds, s */
  let held = null;
  let moved = false;
  /**
   * The moment under the pointer, s.
   * @param {PointerEvent} event
   */
  const moment = (event) => {
    const { left, width } = box.getBoundingClientRect();
    return clamp((event.clientX - left) / width, 0, 1) * (line.song?.duration ?? 0);
  };
  /** @param {PointerEvent} event */
  const startAt = (event) => line.legal(Math.round(10 * (moment(event) - (held ?? 0))) / 10);
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !line.song) return;
    const [at, start, { window }] = [moment(event), input.valueAsNumber, line.song];
    const inside = at >= start && at <= start + window;
    held = inside ? at - start : window / 2;
    moved = !inside;
    box.setPointerCapture(event.pointerId);
    event.preventDefault(); // the slider beneath would jump
    input.focus({ preventScroll: true });
    if (!inside) drag(event);
  });
  /** @param {PointerEvent} event */
  const drag = (event) => {
    moved = true;
    line.move(startAt(event));
    on.dragged(startAt(event));
  };
  box.addEventListener("pointermove", (event) => {
    line.point(moment(event));
    if (held !== null && event.movementX) drag(event);
  });
  box.addEventListener("pointerup", (event) => {
    if (held === null) return;
    if (!moved) held = (line.song?.window ?? 0) / 2; // a click: the window's middle comes here
    const to = startAt(event);
    line.move(to);
    on.changed(to, true);
    held = null;
  });
  box.addEventListener("pointercancel", () => {
    if (held !== null) on.changed(line.legal(input.valueAsNumber));
    held = null;
  });
  box.addEventListener("pointerleave", () => line.point(null));
}
