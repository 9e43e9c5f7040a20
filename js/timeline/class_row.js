/** The row of a time line for what the network says: its classes over the song, and their legend. */

/** @import { HeardSong } from "../types.js" */
/** @import { Series } from "./classes.js" */

import { make } from "../base/elements.js";
import { drawClasses, seriesOf } from "./classes.js";
import { Drawing } from "./drawing.js";
import { isNone } from "./heard.js";
import { Legend } from "./legend.js";
import { captionOf } from "./words.js";
import { word } from "../words/words.js";

export class ClassRow {
  /** @type {Series[]} */
  series = [];
  /** @type {string | null | undefined} */
  #said = null;
  /** @type {HeardSong | null} */
  #heard = null;
  /** @type {HeardSong | null} */
  #before = null;

  /** @param {{hear: (series: Series) => void, quiet: () => void}} on `hear`: play where a class is likeliest */
  constructor(on) {
    this.classes = new Drawing();
    this.top = make("span", "auralise-song-top", { "aria-hidden": "true" });
    this.legend = new Legend({ alone: () => this.#draw(), hear: (series) => on.hear(series), quiet: () => on.quiet() });
    this.caption = make("span", "auralise-song-caption");
    const row = make("div", "auralise-song-row auralise-song-said", {}, this.classes.root, this.top);
    const side = make("div", "auralise-quiet auralise-facts", {}, this.legend.root);
    this.parts = [this.caption, row, side];
  }

  /**
   * @param {string | null | undefined} said "classes", "tags" or "tempo"; without, there is no row
   * @param {boolean} untrained they are said by chance
   */
  set(said, untrained) {
    this.#said = said;
    for (const node of this.parts) node.hidden = !said;
    this.caption.textContent = captionOf(said, untrained);
    this.caption.title = untrained ? word("untrained.tip") : "";
  }

  /**
   * @param {HeardSong | null} heard
   * @param {HeardSong | null} before without what is muted: drawn as outlines
   */
  setHeard(heard, before) {
    [this.#heard, this.#before] = [heard, before];
    this.series = heard && this.#said ? seriesOf(heard, this.#said) : [];
    this.legend.set(this.series, heard && this.#said === "tempo" ? heard : null, Boolean(heard?.times.some((_, i) => isNone(heard, i))));
    this.#draw();
  }

  #draw() {
    const [heard, said] = [this.#heard, this.#said];
    const { shapes, top } = heard && said ? drawClasses(heard, this.#before, said, this.series, this.legend.alone) : { shapes: [], top: "" };
    this.classes.set(shapes);
    this.top.textContent = top;
  }
}
