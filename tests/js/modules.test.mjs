import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const JS = fileURLToPath(new URL("../../js", import.meta.url));

/** From the lowest up: a folder imports from itself and from those before it. */
const FOLDERS = [
  ...["words", "base", "engine/network", "engine/sound", "engine/insight", "engine", "explorer"], // the worker of a page that computes
  ...["sound", "picture", "timeline", "store", "host", "wall", "heat", "mute", "marks", "figures", "controls", "atlas", "panel", "entries"],
].filter((folder) => existsSync(join(JS, folder)) && readdirSync(join(JS, folder)).some((name) => name.endsWith(".js")));

/** @param {string} folder */
const namesIn = (folder) => readdirSync(join(JS, folder)).filter((name) => name.endsWith(".js"));

/** @type {Map<string, string[]>} what each module imports; types do not count */
const imports = new Map(
  FOLDERS.flatMap((folder) =>
    namesIn(folder).map((name) => {
      const path = join(folder, name);
      const found = readFileSync(join(JS, path), "utf8").matchAll(/^(?:import|export) [^;]*?"(\.[^"]+\.js)";$/gm);
      return [path, [...found].map(([, other]) => relative(JS, join(JS, dirname(path), other)))];
    }),
  ),
);

test("every folder has its place", () => {
  const there = readdirSync(JS, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".js") && !path.startsWith("node_modules"));
  assert.deepEqual([...new Set(there.map((path) => dirname(path)))].filter((folder) => folder !== ".").sort(), [...FOLDERS].sort());
});

test("modules import downwards", () => {
  const rank = (/** @type {string} */ path) => FOLDERS.indexOf(dirname(path));
  const upwards = [...imports].flatMap(([path, others]) => others.filter((other) => rank(other) > rank(path)).map((other) => `${path} -> ${other}`));
  assert.deepEqual(upwards, []);
});

test("no module imports itself in the end", () => {
  /**
   * @param {string} path
   * @param {string[]} way
   */
  const walk = (path, way) => {
    assert.ok(!way.includes(path), [...way, path].join(" -> "));
    for (const other of imports.get(path) ?? []) walk(other, [...way, path]);
  };
  for (const path of imports.keys()) walk(path, []);
});

test("every module is used", () => {
  const text = (/** @type {string} */ path) => readFileSync(join(JS, path), "utf8");
  const typed = [...imports.keys()].flatMap((path) => [...text(path).matchAll(/^\/\*\* @import .*"(\.[^"]+\.js)" \*\/$/gm)].map(([, other]) => join(dirname(path), other)));
  const [used, types] = [new Set([...imports.values()].flat()), new Set(typed)];
  const unused = [...imports.keys()].filter((path) => dirname(path) !== "entries" && !(text(path).endsWith("\nexport {};\n") ? types : used).has(path));
  assert.deepEqual(unused, []);
});
