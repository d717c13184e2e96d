// Goal: each rule of the lint finds what it is for, with the right line, and leaves good code alone; and the tree is tidy.
// Method: a good and a bad little tree for every rule, compared whole; then the rules over the project's own files.
// A rule without a case here fails the last test.

import t from "tap";
import { codeOnly, functionsOf, importsOf } from "../../tools/source.js";
import { findingLines, readTree, rules } from "../../tools/tidy.js";
import type { SourceFile } from "../../tools/tidy-rules.js";

type Tree = Readonly<Record<string, string>>;

interface Case {
  readonly rule: string;
  readonly good: readonly Tree[];
  /** A tree and the `path:line` of each finding in it. */
  readonly bad: readonly (readonly [Tree, ...string[]])[];
}

const FOLDER_OF_A_MACHINE = ["", "tmp", "x"].join("/");
const HOST_OF_A_REGISTRY = ["registry", "npm" + "js", "org"].join(".");
const UNFINISHED = "TO" + "DO";
const longFunction = (lines: number): string => `function f() {\n${"  g();\n".repeat(lines - 2)}}\n`;
const everyTopLevel = Object.fromEntries(
  ["package.json", "package-lock.json", "asconfig.json", "tsconfig.json", "README.md", "LICENSE"]
    .concat(["core", "hal", "host", "test", "tools", "docs", "examples"].map((folder) => `${folder}/a.ts`))
    .map((path) => [path, ""]),
);

const cases: readonly Case[] = [
  {
    rule: "ranks",
    good: [
      { "core/net/a.ts": 'import { b } from "./b";', "core/net/b.ts": 'import { c } from "../base/c";', "core/base/c.ts": "" },
      { "core/main.ts": 'import { a } from "./boot/a";', "core/boot/a.ts": 'import { M } from "../config";', "core/config.ts": "" },
      { "core/boot/a.ts": 'import { b } from "./stages/b";', "core/boot/stages/b.ts": 'import { c } from "../../ui/c";' },
    ],
    bad: [
      [{ "core/net/a.ts": '\nimport { b } from "../http/b";', "core/http/b.ts": "" }, "core/net/a.ts:2"],
      [{ "core/base/a.ts": 'import { b } from "../wire/b";', "core/wire/b.ts": "" }, "core/base/a.ts:1"],
      [{ "core/new-folder/a.ts": "" }, "core/new-folder/a.ts:1"],
    ],
  },
  {
    rule: "circles",
    good: [{ "host/a.ts": 'import "./b.js";\nimport "./c.js";', "host/b.ts": 'import "./c.js";', "host/c.ts": "" }],
    bad: [
      [{ "host/a.ts": 'import "./b.js";', "host/b.ts": 'import "./a.js";' }, "host/a.ts:1"],
      [{ "core/net/a.ts": '\nimport "./b";', "core/net/b.ts": 'import "./c";', "core/net/c.ts": 'import "./a";' }, "core/net/a.ts:2"],
      [{ "host/a.ts": 'import "./a.js";' }, "host/a.ts:1"],
    ],
  },
  {
    rule: "branches",
    good: [
      { "host/a.ts": 'import { Status } from "../hal/abi.js";', "hal/abi.ts": "" },
      { "test/harness/a.ts": 'export { b } from "../../core/base/b";', "core/base/b.ts": "" },
      { "examples/a.mjs": 'import { Status } from "../build/js/hal/abi.js";', "hal/abi.ts": "" },
      { "host/a.ts": 'new URL("../core.wasm", import.meta.url);' },
    ],
    bad: [
      [{ "host/a.ts": 'import { b } from "../core/b.js";', "core/b.ts": "" }, "host/a.ts:1"],
      [{ "core/base/a.ts": 'import { b } from "../../host/b";', "host/b.ts": "" }, "core/base/a.ts:1"],
      [{ "host/a.ts": '\nconst b = await import("../hal/flash.js");', "hal/flash.ts": "" }, "host/a.ts:2"],
      [{ "hal/flash.ts": 'import { b } from "../core/b";', "core/b.ts": "" }, "hal/flash.ts:1"],
      [{ "test/unit/a.test.ts": 'import { b } from "../../core/b.js";', "core/b.ts": "" }, "test/unit/a.test.ts:1"],
      [{ "examples/a.mjs": 'import { b } from "../build/js/host/b.js";', "host/b.ts": "" }, "examples/a.mjs:1"],
    ],
  },
  {
    rule: "hal-users",
    good: [
      { "core/flash/device.ts": 'import { halFlashRead } from "../../hal/flash";', "hal/flash.ts": "" },
      { "core/flash/writer.ts": 'import { Status } from "../../hal/abi";', "hal/abi.ts": "" },
    ],
    bad: [[{ "core/flash/writer.ts": 'import { halFlashRead } from "../../hal/flash";', "hal/flash.ts": "" }, "core/flash/writer.ts:1"]],
  },
  {
    rule: "node-modules",
    good: [
      { "host/cli/a.ts": 'import "node:fs";' },
      { "host/network/wire-udp.ts": 'import "node:dgram";', "host/network/sockets-stream.ts": 'import "node:net";' },
      { "tools/a.ts": 'import "node:fs";' },
    ],
    bad: [
      [{ "host/board.ts": '\nimport { readFileSync } from "node:fs";' }, "host/board.ts:2"],
      [{ "host/network/memory.ts": 'import "node:net";' }, "host/network/memory.ts:1"],
    ],
  },
  {
    rule: "dead-files",
    good: [
      { "host/index.ts": 'export { a } from "./a.js";', "host/a.ts": "", "test/a.test.ts": 'import "./b.js";', "test/b.ts": "" },
      { "tools/abi.ts": 'import "./b.js";', "tools/b.ts": "", "tools/setup.mjs": 'const GENERATORS = ["abi"];' },
      { "host/faults/a.ts": "", "test/a.test.ts": 'import "../host/faults/a.js";' },
    ],
    bad: [
      [{ "host/index.ts": "", "host/a.ts": "" }, "host/a.ts:1"],
      [{ "host/index.ts": "", "host/faults/a.ts": "" }, "host/faults/a.ts:1"],
      [{ "host/a.ts": "", "test/a.test.ts": 'import "../host/a.js";' }, "host/a.ts:1"],
      [{ "tools/abi.ts": "", "tools/setup.mjs": "" }, "tools/abi.ts:1"],
    ],
  },
  {
    rule: "line-length",
    good: [{ "host/a.ts": "x".repeat(140), "docs/TESTING.md": "x".repeat(300), "host/b.ts": `// GENERATED\n${"x".repeat(200)}` }],
    bad: [[{ "host/a.ts": `\n${"x".repeat(141)}` }, "host/a.ts:2"]],
  },
  {
    rule: "function-length",
    good: [{ "host/a.ts": `${longFunction(70)}\nconst a = {\n${"  b: 1,\n".repeat(100)}};\n` }],
    bad: [
      [{ "host/a.ts": `// A header.\n${longFunction(71)}` }, "host/a.ts:2"],
      [{ "host/a.ts": `class A {\n  b(): { c: number } {\n${"    d();\n".repeat(70)}  }\n}\n` }, "host/a.ts:2"],
      [{ "host/a.ts": `t.test("name", () => {\n${"  d();\n".repeat(70)}});\n` }, "host/a.ts:1"],
    ],
  },
  {
    rule: "file-length",
    good: [{ "host/a.ts": "\n".repeat(400), "docs/a.md": "\n".repeat(900), "core/table.ts": `// GENERATED\n${"\n".repeat(900)}` }],
    bad: [[{ "host/a.ts": "\n".repeat(401) }, "host/a.ts:401"]],
  },
  {
    rule: "header",
    good: [{ "host/a.ts": "// What goes in and what comes out.\n", "tools/b.mjs": "#!/usr/bin/env node\n// What this program does.\n" }],
    bad: [[{ "host/a.ts": 'import "./b.js";\n' }, "host/a.ts:1"], [{ "host/a.ts": "//\n" }, "host/a.ts:1"]],
  },
  {
    rule: "names",
    good: [{ "host/tcp-client.ts": "", "docs/ABI.md": "", "LICENSE": "", ".gitignore": "", "test/unit/a.test.ts": "", "hal/abi.d.ts": "" }],
    bad: [
      [{ "host/tcpClient.ts": "" }, "host/tcpClient.ts:1"],
      [{ "host/Site/a.ts": "" }, "host/Site/a.ts:1"],
      [{ "core/a_b.ts": "" }, "core/a_b.ts:1"],
    ],
  },
  {
    rule: "left-overs",
    good: [{ "host/a.ts": `// ${UNFINISHED} #12: the other ending.` }],
    bad: [[{ "host/a.ts": `\n// ${UNFINISHED}: the other ending.` }, "host/a.ts:2"]],
  },
  {
    rule: "blanks",
    good: [{ "host/a.ts": "a\n\nb\n", "core/a.tsv": "a\tb\n" }],
    bad: [
      [{ "host/a.ts": "a\n\tb\n" }, "host/a.ts:2"],
      [{ "host/a.ts": "a \n" }, "host/a.ts:1"],
      [{ "docs/a.md": "a\r\n" }, "docs/a.md:1"],
      [{ "host/a.ts": "a\n\n" }, "host/a.ts:3"],
      [{ "host/a.ts": "a" }, "host/a.ts:1"],
    ],
  },
  {
    rule: "blobs",
    good: [{ "test/a.bin": "x".repeat(262144) }],
    bad: [[{ "test/a.bin": "x".repeat(262145) }, "test/a.bin:1"]],
  },
  {
    rule: "top-level",
    good: [{ ...everyTopLevel, ".ci/run": "" }],
    bad: [
      [{ ...everyTopLevel, "notes.txt": "", "src/a.ts": "" }, "notes.txt:1", "src/a.ts:1"],
      [Object.fromEntries(Object.entries(everyTopLevel).filter(([path]) => path !== "LICENSE")), "LICENSE:1"],
    ],
  },
  {
    rule: "machine-paths",
    good: [{ "host/a.ts": '"/usr/bin/env" "../shared/samples" "http://host/work.txt" "a/tmp/b"' }],
    bad: [[{ "docs/a.md": `\nsee ${FOLDER_OF_A_MACHINE}` }, "docs/a.md:2"], [{ "a.json": `"${HOST_OF_A_REGISTRY}/x"` }, "a.json:1"]],
  },
  {
    rule: "clocks",
    good: [{ "host/a.ts": '// Date.now() is banned.\nconst a = "Math.random()";' }, { "host/run-loop.ts": "setTimeout(f, 1);" }],
    bad: [
      [{ "host/a.ts": "\nconst a = Date.now();" }, "host/a.ts:2"],
      [{ "host/a.ts": "new Date();" }, "host/a.ts:1"],
      [{ "host/a.ts": "const a = Math.random();" }, "host/a.ts:1"],
      [{ "host/frontends/a.ts": "setTimeout(f, 1);" }, "host/frontends/a.ts:1"],
      [{ "host/a.ts": "`${performance.now()} ms`;" }, "host/a.ts:1"],
    ],
  },
  {
    rule: "core-memory",
    good: [{ "core/base/a.ts": '// "new" things\nimport { b } from "./b";\nmemory.data(4);', "host/a.ts": "new Map(); `${a}`;" }],
    bad: [
      [{ "core/base/a.ts": "\nmemory.copy(a, b, c);" }, "core/base/a.ts:2"],
      [{ "core/base/a.ts": "const a = new Array<i32>(4);" }, "core/base/a.ts:1"],
      [{ "core/base/a.ts": 'const a = "x" + b;' }, "core/base/a.ts:1"],
      [{ "core/base/a.ts": "memory.grow(1);" }, "core/base/a.ts:1"],
    ],
  },
];

const filesOf = (tree: Tree): SourceFile[] => Object.entries(tree).map(([path, text]) => ({ path, text, bytes: text.length }));

for (const { rule, good, bad } of cases) {
  t.test(rule, (t) => {
    const chosen = rules.filter((each) => each.name === rule);
    t.equal(chosen.length, 1, "the rule exists once");
    for (const tree of good) t.strictSame(findingLines(filesOf(tree), chosen), [], JSON.stringify(tree).slice(0, 100));
    for (const [tree, ...expected] of bad) {
      const lines = findingLines(filesOf(tree), chosen);
      t.strictSame(lines.map((line) => line.split(": ")[0]), expected, JSON.stringify(tree).slice(0, 100));
      for (const line of lines) t.ok(line.includes(`: ${rule}: `) && line.includes(chosen[0]!.reason), line);
    }
    t.end();
  });
}

t.test("every rule has its cases", (t) => {
  t.strictSame(rules.map((rule) => rule.name).sort(), cases.map((each) => each.rule).sort());
  t.end();
});

t.test("code is told from comments, strings, templates and regular expressions", (t) => {
  t.equal(codeOnly('a = "b\\"c"; // d\ne'), 'a = "    ";     \ne');
  t.equal(codeOnly("/* a\nb */ c"), "    \n     c");
  t.equal(codeOnly("x = `a${b + `c${d}`}e`;"), "x = `  {b + `  {d}`} `;");
  t.equal(codeOnly("a / b / c; x.replace(/[/'\"]/g, y);"), "a / b / c; x.replace(/     /g, y);");
  t.strictSame(importsOf('import { a }\n  from "./a.js";\n// import "./b.js";\nawait import("./c.js"); new URL("..", x)'), [
    { specifier: "./a.js", line: 2 },
    { specifier: "./c.js", line: 4 },
  ]);
  t.end();
});

t.test("functions are found with their lines", (t) => {
  const text = "const a = {\n  b() {\n    if (c) {\n    }\n  },\n  d: (e) => {\n  },\n};\nfunction f(\n  g: number,\n): void {\n}\n";
  t.strictSame(functionsOf(text), [
    { name: "b", line: 2, lines: 4 },
    { name: "arrow function", line: 6, lines: 2 },
    { name: "f", line: 9, lines: 4 },
  ]);
  t.end();
});

t.test("the tree is tidy", (t) => {
  const lines = findingLines(readTree("."));
  t.strictSame(lines, [], lines.join("\n"));
  t.end();
});
