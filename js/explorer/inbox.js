/** Messages from a page: each goes to the handler of its kind, and every request is answered. */

/** @import { Message } from "./door.js" */
/** @typedef {(message: Message) => unknown} Handler */

import { message as asMessage, short, text } from "./door.js";

/**
 * Hand a message to the handler of its `kind`, then answer `done`, whatever happened.
 * @param {unknown} received
 * @param {Record<string, Handler>} handlers
 * @param {{send: (content: object) => void, showError: (error: unknown) => string}} panel
 */
export async function receive(received, handlers, panel) {
  let [kind, problem] = ["", ""];
  /** @type {string | null} */
  let request = null;
  try {
    const message = asMessage(received);
    if ("request" in message) request = text(message, "request");
    const known = message.kind;
    if (typeof known !== "string" || !Object.hasOwn(handlers, known)) throw new Error(`the page asked for ${short(known)}, which is not known here`);
    kind = known;
    await handlers[kind](message);
  } catch (error) {
    problem = panel.showError(error);
  }
  panel.send({ kind: "done", what: kind, ...(request === null ? {} : { request, error: problem }) });
}

/** What to say of an error. @param {unknown} error */
export const wordsOf = (error) => (error instanceof Error ? error.message : `${error}`);
