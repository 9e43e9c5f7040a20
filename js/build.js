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

const WASM = "node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm";

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
    preserveSymlinks: true, // else the bundle would hold the place that a link to packages leads to
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

/** The worker of a page that computes: a script of its own, without names that anybody reads. */
async function worker() {
  const { outputFiles } = await build({
    absWorkingDir: decodeURIComponent(HERE.pathname),
    preserveSymlinks: true, // else the bundle would hold the place that a link to packages leads to
    entryPoints: ["entries/engine.js"],
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "iife",
    target: "esnext",
    platform: "browser",
    legalComments: "eof",
    write: false,
    banner: { js: BANNER },
  });
  return outputFiles[0].text;
}

/** @param {string} text */
const digest = (text) => createHash("sha256").update(text).digest("hex");

const notebook = await bundle("notebook");
/** @type {Record<string, string | Buffer>} */
const made = {
  "widgets/static/notebook.js": notebook,
  "widgets/static/loader.js": (await bundle("loader", { VERSION: JSON.stringify(digest(notebook)) })).replace("\\\n", ""), // the digest is one word
  "widgets/static/page.js": await bundle("page", { COMPUTES: "false" }),
  "widgets/static/computing.js": await bundle("page", { COMPUTES: "true" }),
  "widgets/static/myst.js": await bundle("myst"),
  "widgets/static/unpack.js": await bundle("unpack"),
  "widgets/static/panel.css": style,
  ...Object.fromEntries(await Promise.all(["en", "de", "fr"].map(async (language) => [`widgets/static/words_${language}.json`, JSON.stringify(JSON.parse(await read(`words/${language}.json`)))]))),
  "widgets/static/engine.js": await worker(),
  "widgets/static/engine.wasm": await readFile(new URL(WASM, HERE)),
  "atlas/static/index.js": await bundle("atlas_index"),
  "atlas/static/feature.js": await bundle("atlas_feature"),
};

const check = process.argv.includes("--check");
for (const [path, content] of Object.entries(made)) {
  const place = new URL(path, PACKAGE);
  const there = await readFile(place).catch(() => null);
  if (there?.equals(Buffer.from(content))) continue;
  if (check) {
    console.error(`auralise_jax/${path} is not what js/build.js makes: run \`npm run build\` in js/`);
    process.exitCode = 1;
  } else {
    await writeFile(place, content);
    console.log(`auralise_jax/${path}: ${Buffer.byteLength(content)} bytes`);
  }
}
