// Builds dist/ from src/ and strings/: marrow-widget.js, with English inside, and a file for each other language.
// With --check it builds in memory, and fails when a committed file differs or the script is over the size budget.
import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const HERE = new URL(".", import.meta.url);
const TARGET_BYTES = 12_000;
const LIMIT_BYTES = 20_000;
/** What of a language has to be there before the window is opened, so that closed it costs no second request. */
const SEED = ["dir", "launcher", "unread"];

const json = async (name) => JSON.parse(await readFile(new URL(name, HERE), "utf8"));
const hash = (name, bytes, encoding) => createHash(name).update(bytes).digest(encoding);

/** The files of the other languages, and what the script knows of each: its first words, and the hash of the rest. */
async function languages() {
  const files = {};
  const known = {};
  for (const name of (await readdir(new URL("strings/", HERE))).sort()) {
    if (name === "en.json") continue;
    const strings = await json(`strings/${name}`);
    const bytes = Buffer.from(JSON.stringify(strings));
    files[name] = bytes;
    known[strings.lang] = {
      ...Object.fromEntries(SEED.map((key) => [key, strings[key]])),
      // Part of the file's name, by the same rule as in marrow/site/documents.py, so that it can be cached for good.
      hash: hash("sha256", bytes, "hex").slice(0, 8),
    };
  }
  return { files, known };
}

/** Imports of *.css give the minified style sheet as a string. */
const cssAsText = {
  name: "css-as-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: true, target: "safari16.4" });
      // esbuild keeps the white space of custom properties.
      return { contents: code.trim().replace(/(--[\w-]+): /g, "$1:"), loader: "text" };
    });
  },
};

const { files, known } = await languages();
const languagesAsModule = {
  name: "languages",
  setup(build) {
    build.onResolve({ filter: /^languages$/ }, () => ({ path: "languages", namespace: "languages" }));
    build.onLoad({ filter: /.*/, namespace: "languages" }, () => ({ contents: JSON.stringify(known), loader: "json" }));
  },
};

const { version } = await json("package.json");
const result = await esbuild.build({
  absWorkingDir: HERE.pathname,
  entryPoints: ["src/main.ts"],
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: ["es2022", "safari16.4"],
  legalComments: "none",
  banner: { js: `/* Marrow widget ${version} */` },
  plugins: [cssAsText, languagesAsModule],
  write: false,
});

const script = Buffer.from(result.outputFiles[0].contents);
const size = gzipSync(script, { level: 9 }).length;
console.log(`marrow-widget.js: ${script.length} bytes, ${size} gzip (target ${TARGET_BYTES}, limit ${LIMIT_BYTES})`);
console.log(`integrity="sha384-${hash("sha384", script, "base64")}"`);
for (const [name, bytes] of Object.entries(files)) console.log(`${name}: ${gzipSync(bytes, { level: 9 }).length} gzip`);
if (size > LIMIT_BYTES) fail(`over the limit of ${LIMIT_BYTES} bytes`);
if (size > TARGET_BYTES) console.warn(`over the target of ${TARGET_BYTES} bytes`);

for (const [name, bytes] of Object.entries({ "marrow-widget.js": script, ...files })) {
  const out = new URL(`dist/${name}`, HERE);
  if (!process.argv.includes("--check")) await writeFile(out, bytes);
  else if (!bytes.equals(await readFile(out).catch(() => Buffer.alloc(0)))) {
    fail(`dist/${name} is not what src/ and strings/ build: run \`npm run build\` and commit it`);
  }
}

function fail(why) {
  console.error(`widget: ${why}`);
  process.exit(1);
}
