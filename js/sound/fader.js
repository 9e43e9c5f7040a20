/** Gains that move in straight lines. */

export const CROSSFADE = 0.015; // s; long enough not to click, short enough to feel instant

/**
 * A gain that moves in straight lines and knows where it stands at any time.
 * @param {BaseAudioContext} context
 * @param {number} value
 */
export function fader(context, value) {
  const node = context.createGain();
  let line = { from: value, to: value, start: 0, end: 0 };
  node.gain.setValueAtTime(value, context.currentTime);
  /** @param {number} time */
  const at = (time) => {
    if (time >= line.end) return line.to;
    if (time <= line.start) return line.from;
    return line.from + ((line.to - line.from) * (time - line.start)) / (line.end - line.start);
  };
  return {
    node,
    /**
     * Go to `target` in `seconds` from `when`, leaving from wherever the gain is then.
     * @param {number} target
     * @param {number} when
     */
    to(target, when, seconds = CROSSFADE) {
      const here = at(when);
      node.gain.cancelScheduledValues(when);
      node.gain.linearRampToValueAtTime(here, when); // finish the part already under way
      node.gain.linearRampToValueAtTime(target, when + seconds);
      line = { from: here, to: target, start: when, end: when + seconds };
    },
  };
}
