/** The window that a song which plays on will need next, made ready while this one sounds. */

/** @import { PageExplorer } from "./explorer.js" */

/**
 * @param {PageExplorer} _panel
 * @param {number} _start s
 */
export function prepare(_panel, _start) {}
