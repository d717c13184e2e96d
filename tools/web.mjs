// Bundles the page into a folder that any web server can serve: markup, style, two scripts, and the module in both builds.
//
// `node tools/web.mjs [FOLDER]`, when host and core are built; default build/web. It prints what each file weighs, as it is and through
// gzip. node-forge is taken in parts: its whole is two fifths of everything, and the host uses digests, ciphers and Ed25519.

import { build } from "esbuild";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { argv, stderr } from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const SOURCE = "host/frontends/browser";
const FORGE_PARTS = ["md5", "sha1", "sha256", "sha512", "aes", "des", "cipher", "ed25519", "util"];

const forgeInParts = {
  name: "forge-in-parts",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node-forge$/ }, () => ({ path: "forge", namespace: "parts" }));
    onLoad({ filter: /.*/, namespace: "parts" }, () => ({
      contents: [
        'import forge from "node-forge/lib/forge.js";',
        ...FORGE_PARTS.map((name) => `import "node-forge/lib/${name}.js";`),
        "export default forge;",
      ].join("\n"),
      resolveDir: ".",
    }));
  },
};

/** Writes the page into `folder`, which is emptied before. */
export async function bundlePage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: {
      page: `build/js/${SOURCE}/page.js`, worker: `build/js/${SOURCE}/worker.js`, style: `${SOURCE}/style.css`,
    },
    bundle: true, minify: true, format: "esm", target: "es2022", outdir: folder, legalComments: "none", logLevel: "warning",
    plugins: [forgeInParts],
  });
  for (const name of ["index.html", "icon.svg"]) copyFileSync(`${SOURCE}/${name}`, `${folder}/${name}`);
  for (const name of ["core.wasm", "core.simd.wasm"]) copyFileSync(`build/${name}`, `${folder}/${name}`);
}

/** What each file of the folder weighs. */
export function weights(folder) {
  return readdirSync(folder).map((name) => {
    const bytes = readFileSync(`${folder}/${name}`);
    return { name, bytes: bytes.length, packed: gzipSync(bytes, { level: 9 }).length };
  });
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const folder = argv[2] ?? "build/web";
  await bundlePage(folder);
  const rows = weights(folder);
  const sum = (field) => rows.reduce((total, row) => total + row[field], 0);
  for (const { name, bytes, packed } of [...rows, { name: `all of ${folder}`, bytes: sum("bytes"), packed: sum("packed") }]) {
    stderr.write(`${name.padEnd(18)}${String(bytes).padStart(9)} bytes${String(packed).padStart(9)} with gzip\n`);
  }
}
