// The rules about who may know whom: ranks of the core, the two branches, HAL users, `node:` modules, dead files.
//
// In: all source files with their text. Out: findings. The layout that they enforce is drawn in docs/ARCHITECTURE.md.

import { posix } from "node:path";
import { importsOf } from "./source.js";
import type { Finding, Rule, SourceFile } from "./tidy-rules.js";

/** A core file may import its own folder, lower ranks, `config` and hal/. */
const RANKS: Readonly<Record<string, number>> = {
  base: 0, crypto: 1, wire: 1, settings: 1, net: 2, http: 2, image: 2, flash: 2, script: 2, ui: 2, boot: 3,
};

/** The only core files that call the HAL; all others go through them. */
const HAL_USERS = new RegExp(
  "^core/(?:base/(?:panic|trace|events|entropy|system)|net/(?:link|arp|dns|udp|tcp-stream)|flash/device|" +
    "image/(?:staging|trust(?:-set)?)|ui/display|boot/inputs|boot/secure|boot/stages/hand-off)\\.ts$",
);

/** Numbers, event codes and the generated interface: no calls. */
const HAL_NUMBERS = /^hal\/(?:abi|events)\.ts$/;
const HAL_FOR_HOST = /^hal\/(?:abi|events|contract)\.ts$/;

/** The parts of host/ that need Node; all the rest runs in a browser too. */
const NODE_USERS = /^host\/(?:(?:cli|bench|power|storage)\/|network\/(?:sockets|wire-|tls-node)[a-z-]*\.ts$|site\/serve-node\.ts$)/;

const SOURCE = /^(?:core|hal|host|tools|test|examples)\/.*\.(?:ts|mjs)$/;

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

/** Resolved imports of code of this project; `node:`, packages and data are left out. */
export function edgesOf(files: readonly SourceFile[]): Edge[] {
  const paths = new Set(files.map((file) => file.path));
  return files.filter((file) => SOURCE.test(file.path)).flatMap((file) =>
    importsOf(file.text).flatMap(({ specifier, line }) => {
      if (!specifier.startsWith(".") || /\.(?:wasm|json|html|css)$/.test(specifier)) return [];
      const base = posix.join(posix.dirname(file.path), specifier);
      const candidates = [base, `${base}.ts`, base.replace(/\.js$/, ".ts"), base.replace(/^build\/js\/(.*)\.js$/, "$1.ts")];
      const to = candidates.find((candidate) => paths.has(candidate)) ?? base;
      return [{ from: file.path, to, line }];
    }),
  );
}

const folderOf = (path: string): string => path.split("/")[1]!;
const UNKNOWN_RANK = -2;
const OWN_RANKS: Readonly<Record<string, number>> = { "core/main.ts": 4, "core/config.ts": -1 };
const rankOf = (path: string): number => OWN_RANKS[path] ?? RANKS[folderOf(path)] ?? UNKNOWN_RANK;

const ranks: Rule = {
  name: "ranks",
  reason: "a core file imports its own folder, lower ranks and hal/, so that each layer can be read and tested alone",
  check(files) {
    const unknown = files.filter((file) => /^core\/.*\.ts$/.test(file.path) && rankOf(file.path) === UNKNOWN_RANK);
    const wrong = edgesOf(files).filter(({ from, to }) => from.startsWith("core/") && to.startsWith("core/") && !mayImport(from, to));
    return [
      ...unknown.map(({ path }) => ({ path, line: 1, message: `folder core/${folderOf(path)} has no rank: add it to RANKS` })),
      ...wrong.map(({ from, to, line }) => ({ path: from, line, message: `rank ${rankOf(from)} imports ${to} of rank ${rankOf(to)}` })),
    ];
  },
};

function mayImport(from: string, to: string): boolean {
  return to === "core/config.ts" || rankOf(to) < rankOf(from) || (folderOf(from) === folderOf(to) && from !== "core/config.ts");
}

const circles: Rule = {
  name: "circles",
  reason: "two files that import each other are one file in two places",
  check(files) {
    const edges = edgesOf(files);
    const targets = new Map<string, Edge[]>();
    for (const edge of edges) targets.set(edge.from, [...(targets.get(edge.from) ?? []), edge]);
    return edges.flatMap(({ from, to, line }): Finding[] => {
      const path = from === to ? [from] : wayBetween(targets, to, from);
      // One finding a circle: at its first file by name.
      if (!path || [...path].sort()[0] !== from) return [];
      return [{ path: from, line, message: `circle: ${[from, ...path].join(" → ")}` }];
    });
  },
};

/** The files passed on the shortest way from one file to another, both included. */
function wayBetween(targets: ReadonlyMap<string, readonly Edge[]>, start: string, goal: string): string[] | undefined {
  const before = new Map<string, string>([[start, ""]]);
  const queue = [start];
  for (const path of queue) {
    if (path === goal) {
      const way = [path];
      while (before.get(way[0]!) !== "") way.unshift(before.get(way[0]!)!);
      return way;
    }
    for (const { to } of targets.get(path) ?? []) {
      if (before.has(to)) continue;
      before.set(to, path);
      queue.push(to);
    }
  }
  return undefined;
}

const branches: Rule = {
  name: "branches",
  reason: "core and host meet only in hal/; that is what lets the core run elsewhere and the host be checked against it",
  check(files) {
    return edgesOf(files)
      .filter(({ from, to }) => !branchMayImport(from, to))
      .map(({ from, to, line }) => ({ path: from, line, message: `may not import ${to}` }));
  },
};

function branchMayImport(from: string, to: string): boolean {
  const target = to.split("/")[0]!;
  if (from.startsWith("core/")) return target === "core" || (target === "hal" && to !== "hal/contract.ts");
  if (from.startsWith("hal/")) return target === "hal" && HAL_NUMBERS.test(to);
  if (from.startsWith("host/")) return target === "host" || HAL_FOR_HOST.test(to);
  if (from.startsWith("tools/")) return target === "tools" || target === "host" || HAL_FOR_HOST.test(to);
  if (from.startsWith("test/harness/")) return target === "core" || target === "hal" || to.startsWith("test/harness/");
  if (from.startsWith("examples/")) return target === "examples" || HAL_FOR_HOST.test(to);
  return target !== "core";
}

const halUsers: Rule = {
  name: "hal-users",
  reason: "one file per peripheral calls the HAL, so a call's bad day is handled in one place (list in tools/tidy-layers.ts)",
  check(files) {
    return edgesOf(files)
      .filter(({ from, to }) => from.startsWith("core/") && to.startsWith("hal/") && !HAL_NUMBERS.test(to) && !HAL_USERS.test(from))
      .map(({ from, to, line }) => ({ path: from, line, message: `imports the calls of ${to}` }));
  },
};

const nodeModules: Rule = {
  name: "node-modules",
  reason: "all of host/ but a few named parts runs in a browser",
  check(files) {
    return files
      .filter(({ path }) => /^(?:host|core|hal)\/.*\.ts$/.test(path) && !NODE_USERS.test(path))
      .flatMap(({ path, text }) => {
        const found = importsOf(text).filter(({ specifier }) => specifier.startsWith("node:"));
        return found.map(({ specifier, line }) => ({ path, line, message: `imports ${specifier}` }));
      });
  },
};

/** What is run by name or published, and so needs nobody to import it; `offhook bench` times a harness. */
const PRODUCT_ENTRIES = [
  "core/main.ts", "host/index.ts", "host/cli/main.ts", "host/frontends/browser/page.ts", "host/frontends/browser/worker.ts",
  "hal/abi.ts", "hal/events.ts", "hal/contract.ts", "test/harness/bench.ts",
];
/** Wrappers that tests put around a peripheral: a HAL call comes with its fault, also before a command offers it. */
const PRODUCT_FOR_TESTS = /^host\/faults\//;
const OTHER_ENTRIES = /\.test\.ts$|^test\/harness\/|^examples\/|^tools\/setup\.mjs$/;

const deadFiles: Rule = {
  name: "dead-files",
  reason: "a file that nothing reaches is not tested by use and misleads readers; product files must be reached by the product",
  check(files) {
    const edges = edgesOf(files);
    const callers = files.filter(({ path }) => /^package\.json$|^\.ci\/run$|^tools\/setup\.mjs$/.test(path));
    const scripts = callers.map((file) => file.text).join("\n");
    const isTool = (path: string): boolean => {
      const [, name, ending] = /^tools\/([a-z-]+)\.(ts|mjs)$/.exec(path) ?? [];
      return name !== undefined && new RegExp(`tools/${name}\\.${ending === "ts" ? "js" : "mjs"}|"${name}"`).test(scripts);
    };
    const product = reach(edges, PRODUCT_ENTRIES);
    const others = files.map((file) => file.path).filter((path) => OTHER_ENTRIES.test(path) || isTool(path));
    const reached = reach(edges, [...PRODUCT_ENTRIES, ...others]);
    const isProduct = (path: string): boolean => /^(?:core|hal|host)\//.test(path) && !PRODUCT_FOR_TESTS.test(path);
    return files
      .filter(({ path }) => SOURCE.test(path) && !(isProduct(path) ? product : reached).has(path))
      .map(({ path }) => ({ path, line: 1, message: reached.has(path) ? "only tests reach it" : "nothing imports it" }));
  },
};

function reach(edges: readonly Edge[], entries: readonly string[]): Set<string> {
  const reached = new Set(entries);
  for (const path of reached) for (const edge of edges) if (edge.from === path) reached.add(edge.to);
  return reached;
}

export const layerRules: readonly Rule[] = [ranks, circles, branches, halUsers, nodeModules, deadFiles];
