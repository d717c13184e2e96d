// One door to everything a clone can do: install what is missing, build what is stale, then start, test or check.
//
// Node built-ins only: it runs before anything is installed. `node tools/setup.mjs start|test|build|peers|golden|generate|check`.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { argv, chdir, env, execPath, exit, stderr, stdout, versions } from "node:process";
import { fileURLToPath } from "node:url";

chdir(fileURLToPath(new URL("..", import.meta.url)));
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const BUILDERS = ["assemblyscript", "typescript", "@types/node", "@types/node-forge"];

function fail(message) {
  stderr.write(`offhook: ${message}\n`);
  exit(1);
}

/** Runs a program with this terminal. Its failure ends this program with its code. */
function run(program, args, options = {}) {
  const result = spawnSync(program, args, { stdio: ["inherit", "inherit", "inherit"], ...options });
  if (result.error) fail(`cannot start ${program}: ${result.error.message}`);
  if (result.status !== 0) exit(result.status ?? 1);
}

const node = (script, ...args) => run(execPath, [script, ...args]);
const installed = (name) => {
  const path = `node_modules/${name}/package.json`;
  const wanted = manifest.dependencies[name] ?? manifest.devDependencies[name];
  return existsSync(path) && JSON.parse(readFileSync(path, "utf8")).version === wanted;
};

/** Installs what building and running need, or with `everything` the tests' tools too, and says what. */
function install(everything) {
  const wanted = everything
    ? [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]
    : [...Object.keys(manifest.dependencies), ...BUILDERS];
  const missing = wanted.filter((name) => !installed(name));
  if (missing.length === 0) return;
  stderr.write(`offhook: installing ${missing.join(", ")}\n`);
  const flags = ["--no-audit", "--no-fund", "--loglevel=error"];
  const exact = BUILDERS.map((name) => `${name}@${manifest.devDependencies[name]}`);
  const args = everything ? ["ci", ...flags] : ["install", "--no-save", "--omit=dev", ...flags, ...exact];
  // npm's own report goes to stderr: stdout belongs to what the user asked for.
  run("npm", args, { stdio: ["ignore", stderr.fd, "inherit"], shell: process.platform === "win32" });
}

function newestIn(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

/** True when `target` is missing or older than anything in `sources`. */
function stale(target, sources) {
  return !existsSync(target) || statSync(target).mtimeMs < Math.max(...sources.map(newestIn));
}

function buildCore() {
  mkdirSync("build", { recursive: true });
  if (!stale("build/core.wasm", ["core", "hal", "asconfig.json"])) return;
  node("node_modules/assemblyscript/bin/asc.js", "--config", "asconfig.json", "--target", "mvp");
}

/** Each file of test/harness becomes build/harness/NAME.wasm: core modules with their functions exported for tests. */
function buildHarnesses() {
  mkdirSync("build/harness", { recursive: true });
  for (const file of readdirSync("test/harness").filter((name) => name.endsWith(".ts"))) {
    const target = `build/harness/${file.slice(0, -3)}.wasm`;
    const source = `test/harness/${file}`;
    if (!stale(target, ["core", "hal", source, "test/harness/asconfig.json"])) continue;
    node("node_modules/assemblyscript/bin/asc.js", source, "--config", "test/harness/asconfig.json", "--outFile", target);
  }
}

function buildHost() {
  node("node_modules/typescript/bin/tsc", "-p", ".");
}

function build() {
  buildCore();
  buildHost();
  if (existsSync("build/js/tools/abi.js")) node("build/js/tools/abi.js", "--header-only");
}

/** Compiled test files under the given folders of test/. */
function testFiles(folders) {
  const found = [];
  const walk = (path) => {
    if (!existsSync(path)) return;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(path, entry.name));
      else if (entry.name.endsWith(".test.ts")) found.push(`build/js/${join(path, entry.name).slice(0, -3)}.js`);
    }
  };
  folders.forEach((folder) => walk(join("test", folder)));
  return found.sort();
}

function tap(folders, args) {
  const chosen = args.filter((arg) => !arg.startsWith("-"));
  const files = testFiles(folders).filter((file) => chosen.length === 0 || chosen.some((part) => file.includes(part)));
  if (files.length === 0) fail(`no test file matches ${chosen.join(" ")}`);
  node("node_modules/tap/dist/esm/run.mjs", "run", "--disable-coverage", "--allow-empty-coverage", "--reporter=terse", "--jobs=2", "--timeout=240", ...args.filter((arg) => arg.startsWith("-")), ...files);
}

const TEST_FOLDERS = ["meta", "unit", "host", "scenario", "power", "fuzz"];
const GENERATORS = ["texts", "parameters", "abi"];

const commands = {
  start(args) {
    install(false);
    build();
    node("build/js/host/cli/main.js", "boot", ...args);
  },
  test(args) {
    install(true);
    build();
    buildHarnesses();
    tap(TEST_FOLDERS, args);
  },
  build() {
    install(false);
    build();
  },
  harness() {
    buildHarnesses();
  },
  peers(args) {
    install(true);
    build();
    tap(["peers"], args);
  },
  golden(args) {
    install(true);
    build();
    buildHarnesses();
    env.OFFHOOK_GOLDEN = "write";
    tap(["scenario"], args);
  },
  generate() {
    install(false);
    buildHost();
    for (const name of GENERATORS) if (existsSync(`build/js/tools/${name}.js`)) node(`build/js/tools/${name}.js`);
  },
  check() {
    install(true);
    build();
    for (const name of GENERATORS) node(`build/js/tools/${name}.js`, "--check");
    node("build/js/tools/tidy.js");
    node("build/js/tools/size.js");
    stdout.write("types, generated files, tidy and size: ok\n");
  },
};

const [major, minor] = versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node ${versions.node} is too old: 20.19 or newer is needed`);
const command = commands[argv[2]];
if (!command) fail(`node tools/setup.mjs ${Object.keys(commands).join("|")}`);
command(argv.slice(3));
