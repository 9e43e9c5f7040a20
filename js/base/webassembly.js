/** Whether a browser runs the network's WebAssembly. */

/** The smallest program with an instruction for several numbers at once. */
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

/** What to do where a page cannot compute. */
export const ELSEWHERE = "A current Chrome, Edge, Firefox or Safari can compute in this page.";

/**
 * Why the network cannot run, as a sentence; "" if it can.
 * @param {Pick<typeof WebAssembly, "validate"> | undefined} assembly
 */
export function whyNoWebAssembly(assembly) {
  if (!assembly) return "This browser runs no WebAssembly, or was set to run none, and the network needs it.";
  return assembly.validate(SIMD) ? "" : "This browser's WebAssembly has no SIMD instructions, and the network needs them.";
}
