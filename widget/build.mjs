// Builds dist/marrow-widget.js from src/. With --check it builds in memory, and fails when the committed file
// differs or is over the size budget.
import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const OUT = new URL("dist/marrow-widget.js", import.meta.url);
const TARGET_BYTES = 12_000;
const LIMIT_BYTES = 20_000;

/** Imports of *.css give the minified style sheet as a string. */
const cssAsText = {
  name: "css-as-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: true, target: "safari16.4" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const { version } = JSON.parse(await readFile(new URL("package.json", import.meta.url), "utf8"));
const result = await esbuild.build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryPoints: ["src/main.ts"],
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: ["es2022", "safari16.4"],
  legalComments: "none",
  banner: { js: `/* Marrow widget ${version}. Built from widget/src; do not edit. */` },
  plugins: [cssAsText],
  write: false,
});

const built = result.outputFiles[0].contents;
const size = gzipSync(built, { level: 9 }).length;
console.log(`marrow-widget.js: ${built.length} bytes, ${size} gzip (target ${TARGET_BYTES}, limit ${LIMIT_BYTES})`);
if (size > LIMIT_BYTES) fail(`over the limit of ${LIMIT_BYTES} bytes`);
if (size > TARGET_BYTES) console.warn(`over the target of ${TARGET_BYTES} bytes`);

if (process.argv.includes("--check")) {
  const committed = await readFile(OUT).catch(() => Buffer.alloc(0));
  if (!committed.equals(built)) fail("dist/marrow-widget.js is not what src/ builds: run `npm run build` and commit it");
} else {
  await writeFile(OUT, built);
}

function fail(why) {
  console.error(`widget: ${why}`);
  process.exit(1);
}
