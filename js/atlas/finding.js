/** Searching and sorting the features of an atlas. Nothing here needs a page. */

/**
 * What of a card is searched and sorted by: strings, as in its data attributes.
 * @typedef {{words?: string, layer?: string, place?: string, [order: string]: string | undefined}} CardData
 */

/**
 * Whether a card has every word that is asked for, and the layer. A number such as 3-1 means that
 * feature, not 3-10 to 3-19 as well.
 * @param {CardData} card
 * @param {string} asked
 * @param {string} layer "" for all
 */
export function fits({ words = "", layer: own }, asked, layer) {
  const name = words.split(" ", 1)[0];
  const found = asked.toLowerCase().split(/\s+/).filter(Boolean);
  return (layer === "" || layer === own) && found.every((one) => (/^\d+-\d+$/.test(one) ? name === one : words.includes(one)));
}

/**
 * Compare two cards: by place upwards, by anything else downwards and then by place.
 * @param {string} order
 */
export const comparedBy = (order) => (/** @type {CardData} */ one, /** @type {CardData} */ other) =>
  (order === "place" ? 1 : -1) * (Number(one[order]) - Number(other[order])) || Number(one.place) - Number(other.place);
