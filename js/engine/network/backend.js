/** TensorFlow.js' WebAssembly back end: started from bytes at hand, and arrays on its heap. */

import { backend, engine, env, memory, ready, setBackend } from "@tensorflow/tfjs-core";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

/** @typedef {import("@tensorflow/tfjs-core").Tensor} Held an array on the heap */

const NAMES = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"];

/** A module whose only function returns a vector: valid just where there is SIMD. */
const VECTOR = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];

const WAY_ON = "open this page in a current Chrome, Edge, Firefox or Safari";

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
  const why = whyNot();
  if (why) throw new Error(why);
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
    throw new Error(`the network's WebAssembly could not be started here${more}; ${WAY_ON}`, { cause: error });
  } finally {
    environment.platform = platform;
  }
  return "wasm";
}

/**
 * Why nothing can be computed here; "" if it can.
 *
 * @param {typeof WebAssembly | undefined} assembly
 */
export function whyNot(assembly = globalThis.WebAssembly) {
  if (!assembly?.validate) return `this browser has no WebAssembly, which the network needs; ${WAY_ON}`;
  if (!assembly.validate(Uint8Array.from(VECTOR))) {
    return `this browser's WebAssembly has no SIMD, which the network needs; ${WAY_ON}`;
  }
  return "";
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
