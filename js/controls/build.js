/** Every control of a panel but sliders, pictures and walls, laid out but not yet alive. */

import { button, make } from "../base/elements.js";
import { keyList } from "./keys.js";
import { titleLine } from "./title.js";
import { transport } from "./transport.js";
import { viewRow } from "./view.js";
import { word } from "../words/words.js";

/**
 * @param {string} id
 * @param {(trait: string, value: string) => void} chosen
 */
export function buildControls(id, chosen) {
  /* Over the pictures */
  const errorText = make("p");
  const dismiss = make("button", "auralise-plain", { type: "button" }, word("dismiss"));
  const error = make("div", "auralise-error", { role: "alert", hidden: true }, errorText, dismiss);
  const status = make("p", "auralise-status", { role: "status" });
  const enable = make("button", "auralise-enable", { type: "button", hidden: true }, word("sound.enable"));
  /* Beside the sliders */
  const previous = button(word("feature.previous"), { picture: "previous", className: "auralise-icon" });
  const next = button(word("feature.next"), { picture: "next", className: "auralise-icon" });
  const kernel = make("canvas", "auralise-kernel", { role: "img", hidden: true, width: 3, height: 3 });
  const progress = make("progress", "auralise-progress", { "aria-label": word("layer.computing"), max: "1", value: 0 });
  const stop = button(word("layer.stop"), { text: word("stop"), className: "auralise-stop" });
  const working = make("span", "auralise-working", {}, progress, stop);
  return {
    title: titleLine(id, chosen),
    transport: transport(id),
    view: viewRow(id),
    named: make("p", "auralise-quiet auralise-concept", { id: `${id}-named` }),
    about: make("p", "auralise-quiet auralise-about", { id: `${id}-about` }),
    notes: make("p", "auralise-quiet"),
    keys: keyList(),
    ...{ errorText, dismiss, error, status, enable },
    ...{ previous, next, kernel, progress, stop, working },
  };
}

/** @typedef {ReturnType<typeof buildControls>} Controls */
