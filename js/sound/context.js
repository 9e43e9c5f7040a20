/** The page's one audio context, shared by all panels; and what becomes of one whose clock stands. */

/** @typedef {{pause: () => void, there?: () => boolean}} Playing a panel's player */
/** @typedef {{context: AudioContext | null, active: Playing | null, replaced?: AudioContext}} PageAudio */

const STALL = 500; // ms after which the clock of a context that was set going has moved
const KEY = Symbol.for("auralise.audio");

/**
 * What all panels of a page share, those of other versions too.
 * @returns {PageAudio}
 */
export function pageAudio() {
  const page = /** @type {{[key: symbol]: PageAudio}} */ (/** @type {unknown} */ (globalThis));
  return (page[KEY] ??= { context: null, active: null });
}

export const newContext = () => new AudioContext({ latencyHint: "interactive" });

/**
 * One panel of the page plays; another that did pauses.
 * @param {Playing} player
 */
export function playAlone(player) {
  const page = pageAudio();
  if (page.active !== player) page.active?.pause();
  page.active = player;
}

/**
 * The page forgets a panel's player.
 * @param {Playing} player
 */
export function leavePage(player) {
  const page = pageAudio();
  if (page.active === player) page.active = null;
}

/** Silence a panel that plays and is no longer in the document, as when its cell was run again. */
export function silenceAbsent() {
  const { active } = pageAudio();
  if (active?.there?.() === false) active.pause();
}

/**
 * What becomes of a context that was set going `STALL` ms ago: it stays ("keep"), it waits for the
 * reader's click ("wait": the browser's autoplay rule), or another takes its place ("replace": after
 * a pause of the tab, Safari may leave a clock standing whatever its state says).
 * @param {string} state
 * @param {boolean} moved
 */
export function contextFate(state, moved) {
  if (moved) return "keep";
  return state === "suspended" ? "wait" : "replace";
}

/** Looks whether the clock of a context that was set going moves. */
export class ClockWatch {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * If it stands for good, another context takes its place in the page, once, or a machine without
   * sound would get one after another; `replaced` is called then.
   * @param {AudioContext} context
   * @param {() => boolean} wanted whether anybody still wants it to move
   * @param {() => void} replaced
   */
  start(context, wanted, replaced) {
    const before = context.currentTime;
    this.stop();
    this.#timer = setTimeout(() => {
      const page = pageAudio();
      if (!wanted() || page.replaced === context || contextFate(context.state, context.currentTime > before) !== "replace") return;
      context.close().catch(() => {}); // it may be closed already
      page.replaced = page.context = newContext();
      replaced();
    }, STALL);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
