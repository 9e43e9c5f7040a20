import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { whyNone } from "../../js/base/answer.js";
import { rowName } from "../../js/panel/words.js";
import { fixed, speak, translated, word } from "../../js/words/words.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WORDS = join(ROOT, "js", "words");

/** @type {Record<string, Record<string, string>>} language -> key -> words */
const table = Object.fromEntries(
  readdirSync(WORDS)
    .filter((name) => name.endsWith(".json"))
    .map((name) => [name.slice(0, -5), JSON.parse(readFileSync(join(WORDS, name), "utf8"))]),
);
const { en, ...others } = table;

/** @param {string} folder @param {RegExp} names */
const textsIn = (folder, names) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => names.test(path) && !/(^|\/)(node_modules|static)\//.test(path))
    .map((path) => readFileSync(join(ROOT, folder, path), "utf8"));

/** @param {string} words @returns {string[]} the names in braces */
const places = (words) => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("there are three columns", () => assert.deepEqual(Object.keys(table).sort(), ["de", "en", "fr"]));

for (const [language, words] of Object.entries(others)) {
  test(`${language} has the keys of English, in the same order`, () => assert.deepEqual(Object.keys(words), Object.keys(en)));

  test(`${language} has the places of English for values`, () => {
    for (const [key, text] of Object.entries(words)) assert.deepEqual(places(text), places(en[key]), key);
  });

  test(`${language} begins, ends and breaks lines as English does`, () => {
    for (const [key, text] of Object.entries(words)) {
      for (const edge of [/^[\s:;,(]*/, /\s*$/]) assert.equal(edge.exec(text)?.[0].replace(/^[\s\u00a0](?=[:;])/, ""), edge.exec(en[key])?.[0], key);
      assert.equal(text.split("\n").length, en[key].split("\n").length, key);
    }
  });

  test(`${language} says nothing twice as English does by mistake`, () => {
    const same = Object.keys(en).filter((key) => words[key] === en[key] && /[a-z]{4} [a-z]{4}/.test(en[key]));
    assert.deepEqual(same, []);
  });
}

test("every key is used", () => {
  const program = [...textsIn("js", /\.js$/), ...textsIn("auralise_jax", /\.py$/)].join("\n");
  const unused = Object.keys(en).filter((key) => !key.startsWith("from.") && !program.includes(`"${key}"`));
  assert.deepEqual(unused, []);
});

test("sentences that come in English are those that Python and the worker say", () => {
  const program = [...textsIn("js", /\.js$/), ...textsIn("auralise_jax", /\.py$/)].join("\n").replace(/(["'`])\s*\+?\s*\n\s*f?["'`]/g, "").replaceAll("\\u2026", "\u2026").replace(/\s+/g, " ");
  for (const [key, sentence] of Object.entries(en)) {
    if (!key.startsWith("from.") || /^from\.(verdict|voiced|hearing\.muted)/.test(key)) continue; // those: tests/widgets/test_languages.py
    const parts = sentence.split(/\{\w+\}/).map((part) => part.replace(/^[\s,;:]+|[\s,;:]+$/g, "")).filter((part) => /[a-z]{6}/.test(part));
    for (const part of parts) assert.ok(part.split(/; choose WAV|; expected WAV/).every((one) => program.includes(one) || program.toLowerCase().includes(one.toLowerCase().split(", FLAC")[0])), `${key}: ${part}`);
  }
});

test("a sentence that comes in English is said in the language of the page, with its comma", () => {
  const why = whyNone([["ballad", 0.412], ["dance", 0.388], ["hip-hop", 0.2]], 0.414);
  assert.equal(translated(why), why);
  speak("de", others.de);
  assert.equal(translated(why), "Die größte Wahrscheinlichkeit, 41,2\u00a0%, liegt unter 41,4\u00a0%: Das Modell kennt ballad, dance und hip-hop, und dies klingt wie nichts davon.");
  assert.equal(translated("no control: this network gives a pitch, no class whose score could change"), `keine Kontrolle: ${others.de["from.effects.pitch"]}`);
  assert.equal(translated("nobody has ever said this"), "nobody has ever said this");
  assert.equal(fixed(-0.5, 2), "-0,50");
  assert.equal(word("place.of", { at: 1, count: 3, seconds: fixed(2.5, 1) }), "1 von 3, 2,5 s");
  speak("en", en);
  assert.deepEqual([translated(why), fixed(0.5, 1)], [why, "0.5"]);
});

test("sentences within sentences are said in the language of the page, too", () => {
  speak("de", others.de);
  /** @type {Record<string, string>} */
  const said = {
    "compiling layer 3, deconvnet rule": "Schicht 3 wird kompiliert, Regel deconvnet",
    "genre, random weights": "genre, Zufallsgewichte",
    "playing 192 probes": "192 Testklänge werden gespielt",
    "half.wav is cut off: its header promises 1.000 s, but the sound ends at 0.500 s; download or copy it again":
      "half.wav ist abgeschnitten: laut Kopf der Datei sind es 1,000 s, aber der Ton endet bei 0,500 s; noch einmal herunterladen oder kopieren",
    "a: b.mp3 is cut off or damaged (bad frame): its header promises about 1.000 s, but the sound ends at 0.500 s; download or copy it again":
      "a: b.mp3 ist abgeschnitten oder beschädigt (bad frame): laut Kopf der Datei sind es etwa 1,000 s, aber der Ton endet bei 0,500 s; noch einmal herunterladen oder kopieren",
    "x.ogg is not quite whole: its last page is not marked as the last; the sound ends at 2.500 s":
      "x.ogg ist nicht ganz vollständig: ihre letzte Seite ist nicht als letzte gekennzeichnet; der Ton endet bei 2,500 s",
    "No line of code opens this: song.mp3 was uploaded in the panel, and Python does not know its path: open it by path":
      "Keine Zeile Code öffnet dies: song.mp3 wurde im Panel hinzugefügt, und Python kennt den Pfad nicht; mit dem Pfad öffnen",
    "The network in this page stopped: its worker died. Load the page again; where that does not help, close other tabs, which take memory. What is shown here still plays.":
      "Das Netz auf dieser Seite ist stehen geblieben: sein Worker ist gestorben. Die Seite neu laden; wo das nicht hilft, andere Tabs schließen, die Speicher belegen. Was hier gezeigt wird, spielt weiter.",
  };
  for (const [sentence, german] of Object.entries(said)) assert.equal(translated(sentence), german);
  speak("en", en);
});

test("a row of random weights is called so", () => {
  const takes = [{ name: "", clip: "song" }, { name: "random weights", clip: "song" }];
  const rows = [{ kind: "source", take: 0 }, { kind: "feature", take: 0 }, { kind: "feature", take: 1 }];
  const names = () => rows.map((row) => rowName(/** @type {any} */ ({ rows, takes }), /** @type {any} */ (row)));
  assert.deepEqual(names(), ["source", "feature", "random weights"]);
  speak("fr", others.fr);
  assert.deepEqual(names(), ["original", "carte", "poids aléatoires"]);
  speak("en", en);
});

test("no sentence that comes in English is taken for another", () => {
  speak("fr", others.fr);
  for (const [key, sentence] of Object.entries(en)) {
    if (!key.startsWith("from.")) continue;
    const values = Object.fromEntries(places(sentence).map((name, i) => [name, `x${i}`]));
    const filled = (/** @type {string} */ text) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    assert.equal(translated(filled(sentence)), filled(others.fr[key]), key);
  }
  speak("en", en);
});
