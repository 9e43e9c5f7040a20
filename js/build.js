/**
 * Bundle the page's code into the package: `node build.js`. With `--check` nothing is written; the
 * exit code says whether what is there is what would be written.
 *
 * White space and syntax are shortened, names are kept: what goes wrong in a page can be read.
 */

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { build, transform } from "esbuild";

const HERE = new URL("./", import.meta.url);
const PACKAGE = new URL("../auralise_jax/", HERE);
const BANNER = "/* Made by js/build.js from js/: change that. */";
const SHORT = { minifySyntax: true, minifyWhitespace: true, charset: /** @type {const} */ ("utf8"), lineLimit: 160 };

/** @param {string} path */
const read = (path) => readFile(new URL(path, HERE), "utf8");

/** @param {string} path */
async function styleSheet(path) {
  const { code } = await transform(await read(path), { ...SHORT, minifySyntax: false, loader: "css" });
  return `${BANNER}\n${code}`;
}

const style = await styleSheet("panel.css");

/** @type {import("esbuild").Plugin} style sheets as text, as they stand in a page */
const styles = {
  name: "styles",
  setup(made) {
    made.onLoad({ filter: /panel\.css$/ }, () => ({ contents: style, loader: "text" }));
  },
};

/**
 * @param {string} entry
 * @param {Record<string, string>} define
 */
async function bundle(entry, define = {}) {
  const { outputFiles } = await build({
    ...SHORT,
    absWorkingDir: decodeURIComponent(HERE.pathname),
    entryPoints: [`entries/${entry}.js`],
    bundle: true,
    format: "esm",
    target: "esnext",
    write: false,
    define,
    plugins: [styles],
    banner: { js: BANNER },
  });
  return outputFiles[0].text;
}

/** @param {string} text */
const digest = (text) => createHash("sha256").update(text).digest("hex");

const notebook = await bundle("notebook");
const made = {
  "widgets/static/notebook.js": notebook,
  "widgets/static/loader.js": await bundle("loader", { VERSION: JSON.stringify(digest(notebook)) }),
  "widgets/static/page.js": await bundle("page"),
  "widgets/static/panel.css": style,
  "atlas/static/index.js": await bundle("atlas_index"),
  "atlas/static/feature.js": await bundle("atlas_feature"),
};

const check = process.argv.includes("--check");
for (const [path, text] of Object.entries(made)) {
  const place = new URL(path, PACKAGE);
  const there = await readFile(place, "utf8").catch(() => null);
  if (there === text) continue;
  if (check) {
    console.error(`auralise_jax/${path} is not what js/build.js makes: run \`npm run build\` in js/`);
    process.exitCode = 1;
  } else {
    await writeFile(place, text);
    console.log(`auralise_jax/${path}: ${Buffer.byteLength(text)} bytes`);
  }
}
