/** What the worker of a page that computes runs. */

import "@tensorflow/tfjs-backend-wasm";

postMessage({ kind: "here" });
