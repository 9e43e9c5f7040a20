/** What the network in a page needs of the browser. */

/** The smallest program in WebAssembly with an instruction for several numbers at once. */
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/**
 * What the browser lacks, as a sentence; "" if nothing.
 * @param {{Worker?: unknown, WebAssembly?: Pick<typeof WebAssembly, "validate">, DecompressionStream?: unknown}} browser
 */
export function whyNone(browser = globalThis) {
  if (!browser.WebAssembly) return "This browser runs no WebAssembly, or was set to run none, and the network needs it.";
  if (!browser.WebAssembly.validate(SIMD)) return "This browser's WebAssembly has no SIMD instructions, and the network needs them.";
  if (!browser.Worker) return "This browser starts no workers, and the network needs one.";
  if (!browser.DecompressionStream) return "This browser cannot unpack gzip, and the network is packed so.";
  return "";
}
