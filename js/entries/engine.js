/** What the worker of a page that computes runs. */

import { readModel, startBackend } from "../engine/engine.js";
import { Room } from "../explorer/room.js";

const room = new Room({ startBackend, readModel }, (message, transfer = []) => postMessage(message, { transfer }));

addEventListener("message", ({ data }) => room.receive(data));
