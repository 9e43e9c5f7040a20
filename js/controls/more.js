/**
 * More: the controls that a beginner can do without. They are folded away, except for those in use:
 * what is not as it was when the panel opened stays in sight, and so does what brings it back.
 */

/** @import { Facts } from "../types.js" */
/** @import { Figure } from "../picture/figure.js" */
/** @import { Controls } from "./build.js" */

const KEY = "auralise-more"; // for as long as the window is open: the next student begins with few

export class More {
  #ui;
  #find;
  open = false;

  /**
   * @param {Pick<Controls, "transport" | "view">} ui
   * @param {() => {figure: Figure, facts: Facts | null}} find what is shown
   */
  constructor(ui, find) {
    this.#ui = ui;
    this.#find = find;
    ui.transport.more.addEventListener("click", () => {
      this.show(!this.open);
      keep(this.open);
    });
  }

  /**
   * Show all controls, or those for a beginner.
   * @param {boolean} open by default as when the page was last loaded in this window
   */
  show(open = kept()) {
    const { transport, view } = this.#ui;
    this.open = open;
    transport.more.setAttribute("aria-expanded", `${open}`);
    view.root.classList.toggle("auralise-open", open);
    this.look();
  }

  /** Something may be in use now, or no longer. */
  look() {
    const { view } = this.#ui;
    const { figure, facts } = this.#find();
    const { rule, resynthesis, position } = view.method;
    /** @type {[HTMLElement, boolean][]} */
    const items = [
      [view.mute, pressed(view.mute)],
      [view.part, pressed(view.part)],
      ...[rule, resynthesis, position, view.order, view.loudness, view.map].map(({ root, select }) => /** @type {[HTMLElement, boolean]} */ ([root, select.selectedIndex > 0])),
      [view.scale.root, view.scale.select.value !== (facts?.scale ?? "linear")],
      [view.range.root, view.range.select.value !== "80"],
      [view.zoomGroup, figure.time.zoomed || figure.frequency.zoomed],
    ];
    const focused = /** @type {Document | ShadowRoot} */ (view.root.getRootNode()).activeElement;
    for (const [node, used] of items) node.classList.toggle("auralise-used", used);
    view.root.classList.toggle("auralise-none-used", !items.some(([node, used]) => used && !node.hidden));
    if (!this.open && focused instanceof HTMLElement && view.root.contains(focused)) this.focus(focused);
  }

  /**
   * Focus a control, or where it is folded away the button that unfolds it.
   * @param {HTMLElement} node
   */
  focus(node) {
    const folded = node.offsetParent === null;
    (folded ? this.#ui.transport.more : node).focus({ preventScroll: true });
  }
}

/** @param {HTMLElement} button */
const pressed = (button) => button.getAttribute("aria-pressed") === "true";

function kept() {
  try {
    return sessionStorage.getItem(KEY) === "true";
  } catch {
    return false; // a frame without an origin keeps nothing
  }
}

/** @param {boolean} open */
function keep(open) {
  try {
    sessionStorage.setItem(KEY, `${open}`);
  } catch {
    // then it is forgotten
  }
}
