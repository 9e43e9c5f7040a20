/** How far the song was heard, what went wrong, and a button to stop or to begin. */

/** @import { Song, SongState } from "../types.js" */

import { button, make } from "../base/elements.js";
import { askWords } from "./words.js";
import { translated, word } from "../words/words.js";

export class Working {
  /** @param {{ask: () => void, stop: () => void}} on */
  constructor(on) {
    this.words = make("span", "auralise-song-words");
    this.bar = make("progress", "auralise-progress", { "aria-label": word("song.hearing"), max: "1", value: 0 });
    this.toggle = button(word("song.hear.tip"), { text: word("song.hear"), className: "auralise-stop" });
    this.root = make("p", "auralise-song-working", { hidden: true }, this.words, this.bar, this.toggle);
    this.toggle.addEventListener("click", () => (this.bar.hidden ? on.ask() : on.stop()));
  }

  /**
   * @param {Song | null} song
   * @param {SongState | null} state
   */
  set(song, state) {
    const { heard = null, progress = null, error = "" } = state ?? {};
    this.root.hidden = !song || !state || Boolean(heard && !progress && !error);
    this.root.classList.toggle("auralise-song-error", Boolean(error));
    this.words.textContent = translated(error || (progress?.words ?? ""));
    this.words.title = translated(error);
    this.bar.hidden = !progress;
    this.bar.value = progress?.share ?? 0;
    this.toggle.textContent = progress ? word("stop") : error ? word("again") : song ? askWords(song) : "";
    this.toggle.title = progress ? word("song.stop.tip") : word("song.hear.long.tip");
  }
}
