import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { startBackend, whyNot } from "../../js/engine/network/backend.js";

const WASM = new URL("../../js/node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm", import.meta.url);

test("what a browser lacks is said, with a way on", () => {
  assert.equal(whyNot(), "");
  const none = /** @type {any} */ ({ validate: () => false });
  assert.equal(whyNot(none), "this browser's WebAssembly has no SIMD, which the network needs; open this page in a current Chrome, Edge, Firefox or Safari");
  assert.match(whyNot(/** @type {any} */ (null)), /^this browser has no WebAssembly, which the network needs; open this page in/);
});

test("damaged WebAssembly is a sentence; whole, it starts from the bytes alone, without a connection", async () => {
  const bytes = new Uint8Array(readFileSync(WASM));
  await assert.rejects(startBackend({ wasm: bytes.slice(0, 1000) }), /^Error: the network's WebAssembly could not be started here \(.*\); open this page in/);
  const { fetch } = globalThis;
  globalThis.fetch = () => assert.fail("nothing is fetched");
  assert.equal(await startBackend({ wasm: bytes }), "wasm");
  assert.equal(await startBackend(), "wasm");
  globalThis.fetch = fetch;
});
