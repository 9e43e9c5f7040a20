import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { Songs } from "../../js/store/songs.js";
import { drawClasses, seriesOf } from "../../js/timeline/classes.js";
import { activityOf, isNone, probabilityOf, readSong, sizeOf, topClasses, windowAt } from "../../js/timeline/heard.js";
import { strongest } from "../../js/timeline/moments.js";
import { areaPath, linePath, placesOf, stack, stretchPath, TALL, wavePath, WIDE } from "../../js/timeline/paths.js";
import { askWords, captionOf, clock, hopWords, marksOf, readoutWords, strongestWords } from "../../js/timeline/words.js";

/** What Python finds; tests/widgets/test_timeline.py has the same table. */
const SHARED = JSON.parse(await readFile(new URL("./moments.json", import.meta.url), "utf8"));

/** @param {ArrayBufferView<ArrayBuffer>} array */
const sent = (array) => new DataView(array.buffer, array.byteOffset, array.byteLength);

/**
 * A song of windows of 4 s, one every 2 s.
 * @param {string[]} classes
 * @param {number[][]} rows probabilities, by window
 * @param {number[][]} bits float16 of a layer's activities, by window
 */
function songOf(classes, rows, bits = rows.map(() => [0x3c00]), duration = 2 * rows.length + 2) {
  const message = { hop: 2, seconds: 4, duration, times: rows.map((_, i) => 2 * i), classes, layers: [{ features: bits[0].length, scale: 0.5 }] };
  return readSong(message, [sent(Float32Array.from(rows.flat())), sent(Uint16Array.from(bits.flat()))]);
}

const PAIR = songOf(["a", "b"], [[0.25, 0.75], [0.5, 0.5], [1, 0]], [[0x3c00, 0], [0x4000, 0], [0x3800, 0]]);

test("moments are Python's", () => {
  for (const { values, times, seconds, duration, found } of SHARED.strongest) {
    const here = strongest(values, { times, seconds, duration }, 5);
    assert.deepEqual(here.map(({ start, end, value }) => [start, end, value]), found);
  }
});

test("float16 is read as Python writes it", () => {
  const { values, bits } = SHARED.halves;
  const song = songOf([], values.map(() => []), bits.map((/** @type {number} */ one) => [one]));
  assert.deepEqual([...activityOf(song, 1, 0)], values.map((/** @type {number} */ x) => x / 2));
});

test("a feature's activity and a class's probability, window by window", () => {
  assert.deepEqual([...activityOf(PAIR, 1, 0)], [0.5, 1, 0.25]);
  assert.deepEqual([...activityOf(PAIR, 1, 7)], [0, 0, 0]); // no such feature
  assert.deepEqual([...activityOf(PAIR, 3, 0)], [0, 0, 0]); // no such layer
  assert.deepEqual([...probabilityOf(PAIR, 1)], [0.75, 0.5, 0]);
  assert.deepEqual(topClasses(PAIR, 1), [0]);
  assert.equal(sizeOf(PAIR), 6 * 4 + 6 * 2);
  assert.deepEqual([0, 2.9, 3.1, 5, 99].map((time) => windowAt(PAIR, time)), [0, 0, 1, 2, 2]);
});

test("values stand in the middle of their windows, level to the ends of the song", () => {
  assert.deepEqual(placesOf(PAIR), [0, 250, 500, 750, WIDE]);
  assert.equal(linePath(placesOf(PAIR), [0, 1, 0.5]), "M0 100L250 100L500 0L750 50L1000 50");
  assert.equal(linePath([0, WIDE], [], 1), "");
  assert.equal(areaPath([0, 500, WIDE], [0], [2], 4), `M0 50L500 50L1000 50L1000 ${TALL}L500 ${TALL}L0 ${TALL}Z`);
  // A last window that ends after the song does not leave the picture.
  assert.ok(Math.max(...placesOf({ ...PAIR, duration: 5 })) <= WIDE);
});

test("a stack is as high as its sum, the first on top", () => {
  const [[low, high], [under, over]] = stack([Float32Array.of(0.25, 0.5), Float32Array.of(0.75, 0.5)]);
  assert.deepEqual([[...low], [...high], [...under], [...over]], [[0.75, 0.5], [1, 1], [0, 0], [0.75, 0.5]]);
  assert.deepEqual(stack([]), []);
});

test("the wave is symmetric and never thinner than a line", () => {
  assert.equal(wavePath([0, 255]), "M0 126.0H1L1 0.5H2L2 255.5H1L1 130.0H0Z");
});

test("colours differ, and many classes are put together", () => {
  const many = songOf([..."abcdefghij"], [Array(10).fill(0.1)]);
  const series = seriesOf(many, "classes");
  assert.equal(series.length, 7);
  assert.equal(series[6].name, "4 others");
  assert.ok(Math.abs(series.reduce((sum, { values }) => sum + values[0], 0) - 1) < 1e-6);
  assert.equal(new Set(series.map(({ colour }) => colour)).size, 7);
  assert.equal(seriesOf(many, "tags").length, 6);
  const few = seriesOf(PAIR, "classes");
  assert.deepEqual(few.map(({ name }) => name), ["a", "b"]); // in their own order
  assert.deepEqual(seriesOf(songOf(["60 BPM"], [[1]]), "tempo"), []);
});

test("what is drawn of classes, tags, one alone, a tempo, and without what is muted", () => {
  const series = seriesOf(PAIR, "classes");
  const draw = (/** @type {string} */ said, /** @type {string | null} */ alone = null, before = /** @type {any} */ (null)) => drawClasses(PAIR, before, said, series, alone);
  assert.deepEqual(draw("classes").shapes.map(({ fill }) => fill), series.map(({ colour }) => colour));
  assert.equal(draw("classes").top, "100\u00a0%");
  assert.equal(draw("tags").shapes.length, 2);
  assert.equal(draw("classes", "b").shapes.length, 1);
  const other = songOf(["a", "b"], [[1, 0], [1, 0], [1, 0]]);
  for (const alone of [null, "a"]) {
    const dashed = draw("classes", alone, other).shapes.filter((shape) => shape.dashed);
    assert.equal(dashed.length, 1);
    assert.ok(dashed[0].d.startsWith("M0 "));
  }
  const tempo = songOf(["60 BPM", "120 BPM"], [[0.9, 0.1], [0.2, 0.8]]);
  assert.deepEqual(drawClasses(tempo, null, "tempo", [], null).top, "140 BPM");
  assert.deepEqual(drawClasses(songOf(["a"], [[0.02]]), null, "tags", seriesOf(songOf(["a"], [[0.02]]), "tags"), null).top, "10\u00a0%");
});

test("windows without an answer are pale, and say so", () => {
  const song = { ...songOf(["a", "b"], [[0.25, 0.75], [0.5, 0.5], [0.4, 0.6]]), none_below: 0.7 };
  assert.deepEqual([0, 1, 2].map((i) => isNone(song, i)), [false, true, true]);
  assert.deepEqual([0, 1, 2].map((i) => isNone(PAIR, i)), [false, false, false]); // saved before there was a threshold
  assert.equal(isNone({ ...songOf([], [[]]), none_below: 0 }, 0), false);
  const series = seriesOf(song, "classes");
  for (const alone of [null, "a"]) {
    const [pale, ...others] = drawClasses(song, null, "classes", series, alone).shapes.filter(({ fill }) => fill?.startsWith("color-mix"));
    assert.equal(pale.d, `M375 0H625V${TALL}H375ZM625 0H1000V${TALL}H625Z`);
    assert.deepEqual(others, []);
  }
  assert.equal(stretchPath(placesOf(PAIR), () => false), "");
  assert.equal(stretchPath(placesOf(songOf(["a"], [[1]])), () => true), `M0 0H${WIDE}V${TALL}H0Z`);
  const what = { said: "classes", series, layer: 1, feature: 0 };
  assert.ok(readoutWords(song, 4, what).includes(" s)\nnone of these\na 50\u00a0%\nb 50"));
  assert.ok(!readoutWords(song, 2, what).includes("none"));
});

test("words", () => {
  const what = { said: "classes", series: seriesOf(PAIR, "classes"), layer: 1, feature: 0 };
  assert.equal(readoutWords(PAIR, 2, what), "2.0 s (window 0.0 to 4.0 s)\na 25\u00a0%\nb 75\u00a0%\nactivity of 1-0: 0.500, 50\u00a0% of its peak here");
  assert.equal(readoutWords(null, 2, what), "2.0 s");
  assert.equal(readoutWords(PAIR, 2, { ...what, series: [], feature: 1 }), "2.0 s (window 0.0 to 4.0 s)\nactivity of 1-1: 0");
  const moments = [{ start: 3, end: 7, value: 1 }, { start: 63, end: 67, value: 0.5 }];
  assert.equal(strongestWords(PAIR, moments, 1), "2 of 2, 63.0 s");
  assert.equal(strongestWords(PAIR, moments, -1), "2 places");
  assert.equal(strongestWords(PAIR, [], -1), "silent in the whole song");
  assert.equal(strongestWords(null, [], -1), "");
  const song = { duration: 3600, window: 4, overview: [], busiest: 0, hop: 3 };
  assert.equal(hopWords(song), "a window every 3 s");
  assert.equal(hopWords({ ...song, hop: 1 }), "");
  assert.equal(hopWords({ ...song, hop: 0.25, window: 0.5 }), "");
  assert.deepEqual([captionOf("tags", false), captionOf("classes", true), captionOf(null, true)], ["Tags", "Classes, by\u00a0chance", ""]);
  assert.equal(askWords({ ...song, asks: true }), "hear the whole song, 60 min");
  assert.deepEqual(marksOf(62), [0, 10, 20, 30, 40, 50, 60]);
  assert.deepEqual(marksOf(1400).map((mark) => clock(mark, 1400)), ["0:00", "5:00", "10:00", "15:00", "20:00"]);
  assert.deepEqual([clock(63, 100), clock(63, 1000), clock(600, 1000)], ["63 s", "1:03", "10:00"]);
});

test("a song is asked for once, again after an error, and kept under its number", () => {
  /** @type {any[]} */
  const asked = [];
  const songs = new Songs(/** @type {any} */ ({ send: (/** @type {any} */ content) => asked.push(content) }));
  const facts = /** @type {any} */ ({ song: { number: 3, unmuted: null } });
  assert.equal(songs.of(null), null);
  assert.equal(songs.of(/** @type {any} */ ({ song: { duration: 9 } })), null); // saved before there were time lines
  songs.want(facts);
  songs.want(facts);
  assert.deepEqual(asked, [{ kind: "song", song: 3 }]);
  songs.receive({ kind: "song-progress", song: 3, share: 0.5, words: "half", error: "" }, [], facts);
  assert.deepEqual(songs.of(facts)?.progress, { share: 0.5, words: "half" });
  songs.receive({ kind: "song-progress", song: 3, share: null, words: "", error: "broken at 63 s" }, [], facts);
  assert.equal(songs.of(facts)?.error, "broken at 63 s");
  songs.want(facts);
  assert.equal(asked.length, 1);
  songs.want(facts, true);
  assert.equal(asked.length, 2);
  assert.equal(songs.of(facts)?.error, "");
  const message = { kind: "song", song: 3, hop: 1, seconds: 4, duration: 4, times: [0], classes: [], layers: [] };
  songs.receive(message, [sent(new Float32Array())], facts);
  assert.deepEqual(songs.of(facts)?.heard?.times, [0]);
  songs.want(facts, true);
  assert.equal(asked.length, 2); // it is here
  assert.equal(songs.of(/** @type {any} */ ({ song: { number: 4, unmuted: 3 } }))?.before?.duration, 4);
  // A song that was left before it was heard is asked for when it is back.
  const other = /** @type {any} */ ({ song: { number: 5 } });
  songs.want(other);
  songs.receive({ kind: "song-progress", song: 5, share: null, words: "", error: "" }, [], facts);
  songs.want(other);
  assert.equal(asked.filter(({ song }) => song === 5).length, 2);
  // One that was stopped is not, nor one that is very long.
  songs.receive({ kind: "song-progress", song: 5, share: null, words: "", error: "" }, [], other);
  songs.want(other);
  songs.want(/** @type {any} */ ({ song: { number: 6, asks: true } }));
  assert.equal(asked.filter(({ song }) => song > 4).length, 2);
});
