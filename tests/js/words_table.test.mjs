import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

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
