/** What the network in a page needs of the browser. */

import { whyNoWebAssembly } from "../base/webassembly.js";

/**
 * What the browser lacks, as a sentence; "" if nothing.
 * @param {{Worker?: unknown, WebAssembly?: Pick<typeof WebAssembly, "validate">, DecompressionStream?: unknown}} browser
 */
export function whyNone(browser = globalThis) {
  if (!browser.Worker) return "This browser starts no workers, and the network needs one.";
  if (!browser.DecompressionStream) return "This browser cannot unpack gzip, and the network is packed so.";
  return whyNoWebAssembly(browser.WebAssembly);
}
