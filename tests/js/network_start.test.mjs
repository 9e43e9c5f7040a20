import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { ELSEWHERE, whyNoWebAssembly } from "../../js/base/webassembly.js";
import { startBackend } from "../../js/engine/network/backend.js";

const WASM = new URL("../../js/node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm", import.meta.url);

test("what a browser lacks is said, with a way on", async () => {
  assert.equal(whyNoWebAssembly(WebAssembly), "");
  assert.equal(whyNoWebAssembly({ validate: () => false }), "This browser's WebAssembly has no SIMD instructions, and the network needs them.");
  const { validate } = WebAssembly;
  WebAssembly.validate = () => false;
  await assert.rejects(startBackend(), new Error(`${whyNoWebAssembly(WebAssembly)} ${ELSEWHERE}`));
  WebAssembly.validate = validate;
});

test("damaged WebAssembly is a sentence; whole, it starts from the bytes alone, without a connection", async () => {
  const bytes = new Uint8Array(readFileSync(WASM));
  await assert.rejects(startBackend({ wasm: bytes.slice(0, 1000) }), /^Error: The network's WebAssembly could not be started here \(.*\)\. A current Chrome/);
  const { fetch } = globalThis;
  globalThis.fetch = () => assert.fail("nothing is fetched");
  assert.equal(await startBackend({ wasm: bytes }), "wasm");
  assert.equal(await startBackend(), "wasm");
  globalThis.fetch = fetch;
});
