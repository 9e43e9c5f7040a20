/** What the network says over a song: classes as a stack, tags as lines, tempo as a line; and the legend. */

/** @import { HeardSong } from "../types.js" */
/** @import { Shape } from "./drawing.js" */

import { isNone, likeliestClass, probabilityOf, topClasses } from "./heard.js";
import { areaPath, linePath, placesOf, stack, stretchPath } from "./paths.js";
import { word } from "../words/words.js";

const MOST = 6; // classes with a colour of their own, at most one more if that leaves none over
const DENSE = 300; // windows, from which on lines between areas would cover them
const OTHERS = "#8c8c8c";
const VEIL = "color-mix(in srgb, var(--paper) 72%, transparent)"; // over windows of which none of the classes is said

/** Okabe and Ito's colours, told apart by the colour-blind; neighbours differ in lightness, too. */
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"];

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {number | null} number of the class; null: all others together
 * @property {string} colour
 * @property {Float32Array} values
 */

/**
 * What is drawn, in the legend's order: all classes in their own, tags the most probable first.
 * @param {HeardSong} song
 * @param {string} said "classes", "tags" or "tempo"
 * @returns {Series[]}
 */
export function seriesOf(song, said) {
  if (said === "tempo") return [];
  const all = song.classes.map((_, k) => k);
  const few = said === "classes" && all.length <= COLOURS.length;
  const shown = few ? all : topClasses(song, MOST);
  /** @type {Series[]} */
  const found = shown.map((number, i) => ({ name: song.classes[number], number, colour: COLOURS[i], values: probabilityOf(song, number) }));
  if (few || said === "tags") return found;
  const rest = all.filter((k) => !shown.includes(k)).map((k) => probabilityOf(song, k));
  return [...found, { name: word("classes.others", { count: rest.length }), number: null, colour: OTHERS, values: song.times.length ? Float32Array.from(song.times, (_, i) => rest.reduce((sum, values) => sum + values[i], 0)) : new Float32Array() }];
}

/**
 * The same classes of another hearing of the song.
 * @param {Series[]} series
 * @param {HeardSong} song
 */
const valuesIn = (series, song) =>
  series.map(({ number }) => {
    if (number !== null) return probabilityOf(song, number);
    const own = series.flatMap((one) => (one.number === null ? [] : [probabilityOf(song, one.number)]));
    return Float32Array.from(song.times, (_, i) => Math.max(0, 1 - own.reduce((sum, values) => sum + values[i], 0)));
  });

/** @typedef {{shapes: Shape[], top: string}} ClassPicture what is drawn, and what its upper edge stands for */

/**
 * @param {HeardSong} song
 * @param {HeardSong | null} before without what is muted: drawn as outlines
 * @param {string} said
 * @param {Series[]} series
 * @param {string | null} alone the one class that is shown
 * @returns {ClassPicture}
 */
export function drawClasses(song, before, said, series, alone) {
  if (!song.times.length) return { shapes: [], top: "" };
  if (said === "tempo") return drawTempo(song, before);
  const places = placesOf(song);
  const old = before && valuesIn(series, before);
  const [oldPlaces, one] = [before ? placesOf(before) : [], series.findIndex(({ name }) => name === alone)];
  const nothing = new Float32Array(song.times.length);
  const none = stretchPath(places, (i) => isNone(song, i));
  const veil = none ? [{ d: none, fill: VEIL }] : [];
  if (one >= 0 && series[one].number !== null) {
    const { values, colour } = series[one];
    const top = said === "tags" ? roundTop([values, ...(old ? [old[one]] : [])]) : 1;
    const shapes = [{ d: areaPath(places, nothing, values, top), fill: colour }];
    return { shapes: [...shapes, ...veil, ...(old ? [outline(oldPlaces, old[one], top)] : [])], top: percent(top) };
  }
  if (said === "tags") {
    const top = roundTop([...series.map(({ values }) => values), ...(old ?? [])]);
    const lines = series.map(({ values, colour }) => ({ d: linePath(places, values, top), line: colour })).reverse();
    return { shapes: [...lines, ...(old ?? []).map((values, i) => ({ ...outline(oldPlaces, values, top), line: series[i].colour }))], top: percent(top) };
  }
  const areas = stack(series.map(({ values }) => values)).map(([low, high], i) => ({ d: areaPath(places, low, high), fill: series[i].colour, line: song.times.length > DENSE ? "none" : "var(--paper)" }));
  const edges = old ? stack(old).slice(1).map(([, high]) => outline(oldPlaces, high, 1)) : [];
  return { shapes: [...areas, ...veil, ...edges], top: "100\u00a0%" };
}

/**
 * @param {number[]} places
 * @param {ArrayLike<number>} values
 * @param {number} top
 * @returns {Shape}
 */
const outline = (places, values, top) => ({ d: linePath(places, values, top), line: "var(--ink)", dashed: true });

/** @param {ArrayLike<number>[]} all */
const roundTop = (all) => Math.min(1, Math.max(0.1, Math.ceil(10 * Math.max(...all.map((values) => Math.max(...Array.from(values))))) / 10));

/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/**
 * The likeliest tempo of each window, beats per minute.
 * @param {HeardSong} song
 */
export const tempiOf = (song) => likeliestClass(song).map((k) => parseFloat(song.classes[k]));

/**
 * @param {HeardSong} song
 * @param {HeardSong | null} before
 * @returns {ClassPicture}
 */
function drawTempo(song, before) {
  const tempi = tempiOf(song);
  const old = before ? tempiOf(before) : [];
  const top = 20 * Math.ceil((1.1 * Math.max(...tempi, ...old)) / 20);
  const now = { d: linePath(placesOf(song), tempi, top), line: "var(--accent)" };
  return { shapes: before ? [now, outline(placesOf(before), old, top)] : [now], top: `${top} BPM` };
}
