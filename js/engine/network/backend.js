/** TensorFlow.js' WebAssembly back end: started from bytes at hand, and arrays on its heap. */

import { backend, engine, env, memory, ready, setBackend } from "@tensorflow/tfjs-core";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { ELSEWHERE, whyNoWebAssembly } from "../../base/webassembly.js";

/** @typedef {import("@tensorflow/tfjs-core").Tensor} Held an array on the heap */

const NAMES = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"];

/** @type {Promise<string> | null} */
let started = null;

/**
 * Start the back end; once it runs, this does nothing.
 *
 * @param {{wasm?: Uint8Array}} [given] WebAssembly with SIMD; in Node the library finds its own
 * @returns {Promise<string>} "wasm"
 */
export function startBackend({ wasm } = {}) {
  started ??= start(wasm).catch((error) => {
    started = null;
    throw error;
  });
  return started;
}

/** @param {Uint8Array} [wasm] */
async function start(wasm) {
  const why = whyNoWebAssembly(globalThis.WebAssembly);
  if (why) throw new Error(`${why} ${ELSEWHERE}`);
  setThreadsCount(1);
  const environment = env();
  const { platform } = environment;
  try {
    if (wasm) {
      const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (wasm);
      await WebAssembly.compile(bytes); // what fails later on, the library waits for in vain
      // It fetches what it is here given: a page's policy then needs to allow no connection, not even to a blob.
      setWasmPaths(Object.fromEntries(NAMES.map((name) => [name, name])), true);
      environment.platform = Object.create(platform, { fetch: { value: async () => new Response(bytes) } });
    }
    if (!(await setBackend("wasm"))) throw new Error("");
    await ready();
  } catch (error) {
    const more = error instanceof Error && error.message ? ` (${error.message})` : "";
    throw new Error(`The network's WebAssembly could not be started here${more}. ${ELSEWHERE}`, { cause: error });
  } finally {
    environment.platform = platform;
  }
  return "wasm";
}

/**
 * The numbers of an array on the heap, as long as nothing else is made there.
 *
 * @param {import("@tensorflow/tfjs-core").TensorInfo} held
 * @returns {Float32Array}
 */
export const numbersOf = (held) => /** @type {any} */ (backend()).typedArrayFromHeap(held);

/**
 * Make an array on the heap; `fill` writes all of its numbers.
 *
 * @param {number[]} shape
 * @param {(numbers: Float32Array) => void} fill
 * @returns {Held}
 */
export function place(shape, fill) {
  const info = /** @type {any} */ (backend()).makeOutput(shape, "float32");
  const held = engine().makeTensorFromTensorInfo(info);
  fill(numbersOf(held));
  return held;
}

/**
 * Run one of the back end's functions; what it is given stays.
 *
 * @param {string} name
 * @param {Record<string, Held>} inputs
 * @param {Record<string, any>} attributes
 * @returns {Held}
 */
export const call = (name, inputs, attributes) => /** @type {any} */ (engine()).runKernel(name, inputs, attributes);

/** How many arrays there are on the heap. */
export const heldCount = () => memory().numTensors;
