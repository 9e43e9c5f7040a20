/** A line that goes through a picture along with its sound. */

/**
 * @param {HTMLAudioElement} sound
 * @param {Element | null | undefined} picture
 */
export function follow(sound, picture) {
  const line = picture?.querySelector(".head");
  if (!line) return;
  const step = () => {
    const on = !sound.paused && sound.duration > 0;
    line.setAttribute("visibility", on ? "visible" : "hidden");
    if (!on) return;
    const place = `${(100 * sound.currentTime) / sound.duration}`;
    line.setAttribute("x1", place);
    line.setAttribute("x2", place);
    requestAnimationFrame(step);
  };
  step();
}
