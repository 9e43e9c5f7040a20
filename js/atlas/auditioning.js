/** What the pointer or the keyboard is at plays: one sound, one player. */

import { follow } from "./playhead.js";

const REST = 90; // ms: a pointer on its way elsewhere starts nothing

export class Auditioning {
  #player = new Audio();
  /** @type {HTMLElement | null} */
  #playing = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;
  #sound;
  #said;

  /**
   * @param {HTMLElement[]} cards
   * @param {HTMLInputElement} sound whether any is wanted
   * @param {HTMLElement} said where to say why there is no sound
   */
  constructor(cards, sound, said) {
    this.#sound = sound;
    this.#said = said;
    const stop = () => this.stop();
    for (const card of cards) {
      card.addEventListener("pointerenter", (event) => {
        if (event.pointerType === "touch") return; // a tap opens the feature
        clearTimeout(this.#waiting);
        this.#waiting = setTimeout(() => this.#play(card), REST);
      });
      card.addEventListener("pointerleave", stop);
      card.addEventListener("focusin", () => this.#play(card));
      card.addEventListener("focusout", stop);
    }
    this.#player.addEventListener("ended", stop);
    sound.addEventListener("change", stop);
    addEventListener("pagehide", stop);
    document.addEventListener("visibilitychange", stop);
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.stop());
    // The first click or key lets sound through: what was asked for is played then.
    for (const kind of ["pointerup", "keyup"]) {
      addEventListener(kind, () => said.textContent && this.#playing && this.#play(this.#playing));
    }
  }

  /** A card that is hidden is not heard. */
  stopHidden() {
    if (this.#playing?.hidden) this.stop();
  }

  stop() {
    clearTimeout(this.#waiting);
    this.#player.pause();
    this.#playing?.classList.remove("playing");
    this.#playing = null;
  }

  /** @param {HTMLElement} card */
  async #play(card) {
    this.stop();
    if (!this.#sound.checked || !card.dataset.sound) return;
    this.#playing = card;
    this.#player.src = `data:audio/ogg;base64,${card.dataset.sound}`;
    try {
      await this.#player.play();
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      if (name === "AbortError" || this.#playing !== card) return; // another card was asked for
      this.#said.textContent =
        name === "NotAllowedError"
          ? "Browsers play no sound before a first click or key: click anywhere on this page."
          : "This browser cannot play Ogg Vorbis sound.";
      return;
    }
    this.#said.textContent = "";
    if (this.#playing !== card) return;
    card.classList.add("playing");
    follow(this.#player, card);
  }
}
