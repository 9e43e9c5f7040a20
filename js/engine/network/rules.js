/**
 * Backward rules: what a ReLU passes of what comes back, `g`, where it was open or not.
 *
 * gradient   g where it was open          Simonyan et al. 2013, arXiv:1312.6034
 * deconvnet  max(g, 0)                    Zeiler and Fergus 2013, arXiv:1311.2901
 * guided     max(g, 0) where it was open  Springenberg et al. 2014, arXiv:1412.6806
 */

/** @typedef {"deconvnet" | "gradient" | "guided"} Rule */

/** @type {readonly Rule[]} */
export const RULES = ["deconvnet", "gradient", "guided"];

/**
 * @param {string} rule
 * @returns {Rule}
 */
export function checkRule(rule) {
  if (!RULES.includes(/** @type {any} */ (rule))) throw new Error(`rule must be one of ${RULES.join(", ")}, not ${JSON.stringify(rule)}`);
  return /** @type {Rule} */ (rule);
}

/**
 * @param {Rule} rule
 * @param {Float32Array} g
 * @param {Uint8Array} open 1 where the ReLU was open
 */
export function passed(rule, g, open) {
  const result = new Float32Array(g.length);
  if (rule === "deconvnet") {
    for (let n = 0; n < g.length; n++) result[n] = g[n] > 0 ? g[n] : 0;
  } else if (rule === "gradient") {
    for (let n = 0; n < g.length; n++) result[n] = open[n] ? g[n] : 0;
  } else {
    for (let n = 0; n < g.length; n++) result[n] = open[n] && g[n] > 0 ? g[n] : 0;
  }
  return result;
}

/**
 * Where a ReLU that made some values was open: above 0, and below its cap.
 *
 * @param {Float32Array} values
 * @param {number} [cap]
 */
export function openAt(values, cap = Infinity) {
  const open = new Uint8Array(values.length);
  for (let n = 0; n < values.length; n++) open[n] = values[n] > 0 && values[n] < cap ? 1 : 0;
  return open;
}
