/** A model's forward passes over all of a song, in steps between which other work goes first. */

/** @import { Muted } from "../types.js" */
/** @import { Sound, SongHeard } from "./song_pass.js" */
/**
 * @typedef {object} SongModel what of a model is needed for a whole song
 * @property {readonly {name: string, features: number}[]} layers
 * @property {readonly string[]} classes
 * @property {number} noneBelow the largest probability below which none of them is said
 * @property {number} seconds
 * @property {any} frontend
 * @property {any} network
 * @property {(scores: Float32Array) => ArrayLike<number>} probabilities
 * @property {(values: Float32Array, where: string, gains?: Muted[]) => unknown} checkFinite throws words
 */

import { editsFor } from "../engine/network/edits.js";
import { resampler } from "../engine/sound/resampling.js";
import { activityOf, countWindows, distances, sliding, Wave } from "./song_pass.js";

const BLOCK = 1 << 16; // samples that are resampled at once

/**
 * A song at a model's rate, block by block, without seams.
 * @param {Sound} song
 * @param {number} rate
 * @returns {Generator<Float32Array>}
 */
function* blocksOf(song, rate) {
  const to = song.rate === rate ? null : resampler(song.rate, rate);
  for (let at = 0; at < song.length; at += BLOCK) {
    const block = song.part(at, Math.min(at + BLOCK, song.length));
    yield to ? to.push(block) : block;
  }
  if (to) yield to.end();
}

/**
 * Run a model over a whole song, a window every `hop` seconds. As in Python a song that is shorter
 * than a window is one window, padded with silence.
 * @param {SongModel} model
 * @param {Sound} song
 * @param {Muted[]} gains of features
 * @param {number} hop
 * @param {{check: () => Promise<void>, each: (done: number, of: number) => void}} steps `check` comes before every window and within, and may throw to end the work
 * @returns {Promise<SongHeard>}
 */
export async function hearSong(model, song, gains, hop, { check, each }) {
  const { frontend, network, layers, classes } = model;
  const rate = frontend.sampleRate;
  const wave = new Wave(rate);
  const edits = gains.length ? editsFor(network, gains) : undefined;
  const offs = layers.map((_, i) => network.off(i + 1));
  const total = countWindows(song.duration * rate, frontend.samples, hop * rate);
  /** @type {number[]} */
  const times = [];
  /** @type {number[]} */
  const probabilities = [];
  /** @type {Float32Array[][]} */
  const activities = layers.map(() => []);
  const passing = (function* () {
    for (const block of blocksOf(song, rate)) {
      wave.add(block);
      yield block;
    }
  })();
  for (const { place, samples } of sliding(passing, frontend.samples, hop * rate)) {
    await check();
    const where = `in the window at ${(place / rate).toFixed(2)} s`;
    const state = await network.forward(frontend.picture(frontend.analyse(frontend.fit(samples))), edits, check);
    try {
      layers.forEach((_, i) => {
        const found = distances(network.maps(state, i + 1).data, offs[i]);
        model.checkFinite(found, `layer ${i + 1}, ${where}`, gains);
        activities[i].push(found);
      });
      if (classes.length) {
        const scores = network.outputs(state);
        model.checkFinite(scores, `its classes, ${where}`, gains);
        probabilities.push(...Array.from(model.probabilities(scores)));
      }
    } finally {
      network.free(state);
    }
    times.push(place / rate);
    each(times.length, total);
  }
  const { seconds } = model;
  return { hop, seconds, duration: song.duration, times, wave: wave.columns(), classes: [...classes], none_below: model.noneBelow, probabilities: Float32Array.from(probabilities), layers: activities.map(activityOf) };
}
