/** The answer of a network that knows a few classes: the most probable of them, or none of these. */

export const NONE = "none of these";

const NAMED = 6; // classes that a sentence names, at most
const WIDEST = 40; // characters of such a name
const DIGITS = 12; // decimals by which two percentages are told apart, at most

/**
 * Why none of the classes is said, as a sentence; "" where one is.
 * @param {Iterable<[name: string, probability: number]>} odds
 * @param {number | undefined} noneBelow the largest probability below which none is; panels saved before there was one do not say
 */
export function whyNone(odds, noneBelow = 0) {
  const named = [...odds];
  const most = named.reduce((best, [, one]) => Math.max(best, one), -Infinity);
  if (!named.length || !(most < noneBelow)) return "";
  const [low, high] = apart(most, noneBelow);
  return `The largest probability, ${low} %, is below ${high} %: the model knows ${listed(named.map(([name]) => name))}, and this sounds like none of them.`;
}

/**
 * The most probable class, or none of these.
 * @param {Iterable<[name: string, probability: number]>} odds
 * @param {number} [noneBelow]
 */
export const answerOf = (odds, noneBelow) => (whyNone(odds, noneBelow) ? NONE : [...odds].reduce((best, one) => (one[1] > best[1] ? one : best))[0]);

/**
 * Two shares in percent, with as many decimals as tell one from the other.
 * @param {number} low
 * @param {number} high
 */
function apart(low, high) {
  for (let digits = 0; ; digits++) {
    const texts = [low, high].map((one) => (Math.floor(100 * one * 10 ** digits + 0.5) / 10 ** digits).toFixed(digits));
    if (texts[0] !== texts[1] || digits === DIGITS - 1) return texts;
  }
}

/**
 * Names as a list in words; of many, the first and the number of the others.
 * @param {string[]} names
 */
function listed(names) {
  const shown = names.slice(0, NAMED).map((name) => ([...name].length > WIDEST ? `${[...name].slice(0, WIDEST - 1).join("")}\u2026` : name));
  if (names.length > NAMED) shown.splice(NAMED - 1, 1, `${names.length - NAMED + 1} others`);
  const last = shown.pop();
  return shown.length ? `${shown.join(", ")} and ${last}` : `${last}`;
}
