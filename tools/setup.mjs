// One door to everything a clone can do: install what is missing, build what is stale, then start, test or check.
//
// `node tools/setup.mjs start|test|build|bench|web|pack|harness|peers|golden|generate|check`, from any folder.
// Node built-ins only: it runs before anything is installed. What it says itself goes to stderr; stdout and the exit code
// belong to the program that it runs last.

import { fork, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, constants } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const { argv, env, execPath, exit, stderr, stdin, versions } = process;
const folder = fileURLToPath(new URL("..", import.meta.url));
/** Where the user stands: npm changes into the project's folder and keeps the user's in INIT_CWD. */
const userFolder = env.npm_lifecycle_event && env.INIT_CWD ? env.INIT_CWD : process.cwd();
process.chdir(folder);

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
/** Of the development packages, those that building needs; the others serve the tests. */
const BUILDERS = ["assemblyscript", "typescript", "@types/node", "@types/node-forge"];
/** What bundles the page, and what else a package is made with. */
const BUNDLERS = ["esbuild"];
const TAP = "node_modules/tap/dist/esm/run.mjs";

function fail(message) {
  stderr.write(`offhook: ${message}\n`);
  exit(1);
}

const codeOf = (status, signal) => status ?? 128 + (constants.signals[signal] ?? 0);

/** Steps on the way say what they have to say on stderr. */
const QUIET = ["ignore", stderr.fd, "inherit"];

/** Runs a step and waits. Its failure ends this program with its code. */
function node(...args) {
  const result = spawnSync(execPath, args, { stdio: QUIET });
  if (result.error) fail(`cannot start ${args[0]}: ${result.error.message}`);
  if (result.status !== 0) exit(codeOf(result.status, result.signal));
}

/** Compiles modules, as many at a time as there are processors. The first failure ends this program. */
async function compile(jobs) {
  const waiting = [...jobs];
  const worker = async () => {
    const child = fork("tools/asc.mjs", { stdio: [...QUIET, "ipc"] });
    for (let args = waiting.shift(); args; args = waiting.shift()) {
      child.send(args);
      const code = await new Promise((done) => child.once("message", done).once("exit", (...how) => done(codeOf(...how) || 1)));
      if (code !== 0) exit(code);
      child.removeAllListeners("exit");
    }
    child.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(waiting.length, availableParallelism()) }, worker));
}

/** Hands terminal, signals and exit code over to the program that the user asked for. */
function hand(args, options = {}) {
  const child = spawn(execPath, args, { stdio: "inherit", ...options });
  // Ctrl-C on a terminal reaches the child by itself; it tidies up and says how it ended.
  process.on("SIGINT", () => stdin.isTTY || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`cannot start ${args[0]}: ${error.message}`));
  child.on("exit", (status, signal) => exit(codeOf(status, signal)));
}

const wantedVersion = (name) => manifest.dependencies[name] ?? manifest.devDependencies[name];
const installed = (name) => {
  const path = `node_modules/${name}/package.json`;
  return existsSync(path) && JSON.parse(readFileSync(path, "utf8")).version === wantedVersion(name);
};

/** Installs what building and running need and `more`, or with `everything` the tests' tools too, and says what. */
function install(everything, more = []) {
  const all = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
  const builders = [...BUILDERS, ...more];
  const wanted = all.filter((name) => everything || name in manifest.dependencies || builders.includes(name));
  const missing = wanted.filter((name) => !installed(name));
  if (missing.length === 0) return;
  const names = missing.map((name) => `${name} ${wantedVersion(name)}`).join(", ");
  stderr.write(`offhook: installing from npm, into node_modules here: ${names}\n`);
  // Whoever has the tests' tools keeps them.
  if (everything || existsSync("node_modules/tap")) npm(".", "ci");
  else installBuilders(builders.concat(BUNDLERS.filter((name) => installed(name) && !more.includes(name))));
}

/**
 * npm can leave out all development packages or none, so the few that build are installed from a manifest without
 * the others, beside the whole lock file: versions and checksums are the lock's.
 */
function installBuilders(names) {
  const place = "build/install";
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const devDependencies = Object.fromEntries(names.map((name) => [name, wantedVersion(name)]));
  writeFileSync(`${place}/package.json`, JSON.stringify({ ...manifest, devDependencies }));
  writeFileSync(`${place}/package-lock.json`, readFileSync("package-lock.json"));
  npm(place, "install");
  rmSync("node_modules", { recursive: true, force: true });
  renameSync(`${place}/node_modules`, "node_modules");
  rmSync(place, { recursive: true, force: true });
}

/** No package's own scripts are run: none of ours needs one. */
function npm(cwd, command) {
  const windows = process.platform === "win32";
  const args = [command, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = spawnSync("npm", args, { cwd, stdio: QUIET, shell: windows });
  if (result.error) fail(`cannot start npm: ${result.error.message}. It comes with Node; is it in PATH?`);
  if (result.status === 0) return;
  stderr.write("offhook: npm could not install; its message is above. The first run needs the npm registry, later ones no network.\n");
  exit(codeOf(result.status, result.signal));
}

function newestIn(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

/** True when `target` is missing or older than anything in `sources`, or than the tools that build it. */
function stale(target, ...sources) {
  if (!existsSync(target)) return true;
  return statSync(target).mtimeMs < Math.max(...[...sources, "hal", "package-lock.json"].map(newestIn));
}

/** The two builds that ship; `names` is the first with function names, to be weighed. */
const CORES = { mvp: "build/core.wasm", simd: "build/core.simd.wasm", names: "build/core.names.wasm" };

function coreJobs(...targets) {
  return targets.flatMap((target) => (stale(CORES[target], "core", "asconfig.json") ? [["--target", target]] : []));
}

const FEATURES = { "": [], ".simd": ["--enable", "simd"] };

/** Core modules with their functions exported, in both builds: NAME becomes TARGET.wasm and TARGET.simd.wasm. */
function harnessJob(name, target) {
  const config = "test/harness/asconfig.json";
  const source = `test/harness/${name}.ts`;
  return Object.entries(FEATURES).flatMap(([ending, features]) => {
    const file = `${target}${ending}.wasm`;
    return stale(file, "core", source, config) ? [[source, "--config", config, ...features, "--outFile", file]] : [];
  });
}

/** What tests load. */
function harnessJobs() {
  const names = readdirSync("test/harness").filter((file) => file.endsWith(".ts")).map((file) => file.slice(0, -3));
  return names.flatMap((name) => harnessJob(name, `build/harness/${name}`));
}

/** What `offhook bench` times; no part of the package. */
const benchJobs = () => harnessJob("bench", "build/bench");

/** `host` compiles what ships and the tools; `.` the tests too, which needs the tests' tools. */
function buildScripts(project) {
  node("node_modules/typescript/bin/tsc", "-p", project);
}

async function build(project, ...moreJobs) {
  mkdirSync("build/harness", { recursive: true });
  buildScripts(project);
  node("build/js/tools/abi.js", "--header-only");
  await compile([...coreJobs("mvp", "simd"), ...moreJobs]);
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
  folders.forEach((name) => walk(join("test", name)));
  return found.sort();
}

/** True when a compiled test loads the core or a harness, itself or through what it imports. */
function reachesCore(file, seen = new Set()) {
  if (seen.has(file) || !existsSync(file)) return false;
  seen.add(file);
  if (/test\/support\/(core|harness)\.js$/.test(file)) return true;
  const text = readFileSync(file, "utf8");
  if (text.includes("cli/main.js")) return true;
  return [...text.matchAll(/(?:from|import\() ?"(\.{1,2}\/[^"]+)"/g)].some(([, path]) => reachesCore(join(file, "..", path), seen));
}

/**
 * A file in build/js/test/batch that runs the given tests in one process, on one build of the core. The first test ends when all files are
 * loaded: tap takes a process whose tests so far have ended for done.
 */
function batch(name, buildName, files) {
  const path = `build/js/test/batch/${name}.test.js`;
  const imports = files.map((file) => `await import("../../../../${file}");`);
  const start = [
    'import t from "tap";', `process.env.OFFHOOK_BUILD = "${buildName}";`, "let loaded;",
    "const all = new Promise((resolve) => (loaded = resolve));", 't.test("all files are loaded", () => all);',
  ];
  writeFileSync(path, [...start, ...imports, "loaded();", ""].join("\n"));
  return path;
}

/** Starting tap takes a process about as long as an average test file takes; with more in a batch one processor ends up idle. */
const BATCH_FILES_MAX = 8;

/** meta looks at both builds itself; the sweep of power cuts runs here on one, and as `offhook power` in .ci/run on the other. */
const ONE_BUILD = new Set(["meta", "power"]);

/**
 * Tests by folder, several to a process: everything on the build that runs anywhere, those that reach the core also on the
 * one with vectors.
 */
function batches(files, twins) {
  const folder = "build/js/test/batch";
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const placeOf = (file) => file.split("/")[3];
  return [...new Set(files.map(placeOf))].flatMap((place) => {
    const own = files.filter((file) => placeOf(file) === place);
    const twin = twins && !ONE_BUILD.has(place) ? own.filter((file) => reachesCore(file)) : [];
    return Object.entries({ mvp: own, simd: twin }).flatMap(([buildName, all]) =>
      Array.from({ length: Math.ceil(all.length / BATCH_FILES_MAX) }, (_, index) =>
        batch(`${place}-${index + 1}.${buildName}`, buildName, all.slice(index * BATCH_FILES_MAX, (index + 1) * BATCH_FILES_MAX))));
  });
}

/**
 * tap as it is shipped loads a TypeScript plugin that crashes with TypeScript 7. package.json switches it off, and tap then
 * builds itself anew, but too late for its first run: so it is done before.
 */
function buildTap() {
  const built = "node_modules/@tapjs/test/test-built/dist/esm/index.js";
  if (!existsSync(built) || readFileSync(built, "utf8").includes("@tapjs/typescript")) node(TAP, "build");
}

/** Runs tests: words choose files by a part of their name, options go to tap. `plan` makes of the files those that tap runs. */
function tap(folders, args, plan) {
  const options = args.filter((arg) => arg.startsWith("-"));
  const parts = args.filter((arg) => !arg.startsWith("-"));
  const files = testFiles(folders).filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
  if (files.length === 0) fail(`no test file in test/{${folders.join(",")}} ${parts.length === 0 ? "" : `matches ${parts.join(" ")}`}`);
  const fixed = ["--disable-coverage", "--allow-empty-coverage", "--reporter=terse", "--jobs=2", "--timeout=240"];
  buildTap();
  hand([TAP, "run", ...fixed, ...options, ...plan(files)]);
}

/** The longest first, so that no processor is left alone with it at the end. */
const TEST_FOLDERS = ["power", "meta", "unit", "host", "scenario", "web", "conformance", "fuzz"];
const GENERATORS = ["texts", "parameters", "known-names", "abi", "lan-schema", "expect-schema", "verdicts"];
/** Those that run what was built. */
const LATE_GENERATORS = ["picture", "conformance"];

const commands = {
  async start(args) {
    install(false);
    await build("host");
    hand([resolve("build/js/host/cli/main.js"), "boot", ...args], { cwd: userFolder });
  },
  async test(args) {
    install(true);
    await build(".", ...coreJobs("names"), ...harnessJobs(), ...benchJobs());
    tap(TEST_FOLDERS, args, (files) => batches(files, true));
  },
  async build() {
    install(false);
    await build("host", ...benchJobs());
  },
  async bench(args) {
    install(true);
    await build("host", ...benchJobs());
    hand([resolve("build/js/host/cli/main.js"), "bench", ...args], { cwd: userFolder });
  },
  async web(args) {
    install(false, BUNDLERS);
    await build("host");
    node("tools/web.mjs");
    if (!args.includes("--build")) hand([resolve("build/js/host/cli/main.js"), "serve", ...args], { cwd: userFolder });
  },
  async pack() {
    rmSync("build/js", { recursive: true, force: true }); // Output of files that are gone must not be shipped.
    install(false, BUNDLERS);
    await build("host");
    node("tools/web.mjs");
  },
  async harness() {
    mkdirSync("build/harness", { recursive: true });
    await compile(harnessJobs());
  },
  async peers(args) {
    install(true);
    await build(".");
    const ofEngines = (file) => file.startsWith("build/js/test/engines/");
    tap(["peers", "engines"], args, (files) => [...files.filter((file) => !ofEngines(file)), ...batches(files.filter(ofEngines), true)]);
  },
  async golden(args) {
    install(true);
    await build(".", ...harnessJobs());
    env.OFFHOOK_GOLDEN = "write";
    tap(["scenario", "conformance"], args, (files) => batches(files, false));
  },
  async generate() {
    install(false);
    buildScripts("host");
    for (const name of GENERATORS) node(`build/js/tools/${name}.js`);
    await build("host"); // What was generated is compiled.
    for (const name of LATE_GENERATORS) node(`build/js/tools/${name}.js`);
  },
  async check() {
    install(true);
    await build(".", ...coreJobs("names"));
    for (const name of [...GENERATORS, ...LATE_GENERATORS]) node(`build/js/tools/${name}.js`, "--check");
    node("build/js/tools/tidy.js");
    node("build/js/tools/size.js");
    stderr.write("types, generated files, tidy and size: ok\n");
  },
};

const [major, minor] = versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`Node ${versions.node} is too old: 20.19 or newer is needed`);
const command = commands[argv[2]];
if (!command) fail(`node tools/setup.mjs ${Object.keys(commands).join("|")}`);
await command(argv.slice(3));
