/** The line of code that opens a panel again, or why there is none. */

/** @typedef {{code: string, why?: string}} Address how code names a model or a clip, or why it cannot */

/**
 * Two facts: the call, without its closing bracket, and why there is no call.
 * @param {string} name of the function
 * @param {Address[]} parts
 */
export function call(name, parts) {
  const missing = parts.filter(({ code }) => !code).map(({ why }) => why);
  if (missing.length) return { call: "", no_call: `No line of code opens this: ${missing.join("; ")}` };
  return { call: `${name}(${parts.map(({ code }) => code).join(", ")}`, no_call: "" };
}
