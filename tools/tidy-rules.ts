// The rules about a file by itself: lengths, names, headers, banned calls, left-overs.
//
// In: files with their text. Out: findings with path and line. A generated file (it says so in its first line) is exempt
// from lengths only.

import { codeOnly, functionsOf, lineAt } from "./source.js";

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly bytes: number;
}

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export interface Rule {
  readonly name: string;
  readonly reason: string;
  check(files: readonly SourceFile[]): Finding[];
}

const LINE_CHARACTERS_MAX = 140;
const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 400;
/** Larger data belongs to a generator; the lock file is npm's own and has about half of this. */
const FILE_BYTES_MAX = 256 * 1024;

const CODE = /\.(?:ts|mjs)$/;
const PROSE_OR_DATA = /^(?:package-lock\.json|LICENSE|docs\/.*\.md|README\.md|test\/vectors\/.*)$|\.tsv$/;
const isCode = (file: SourceFile): boolean => CODE.test(file.path);
const isGenerated = (file: SourceFile): boolean => /^.*\bGENERATED\b/.test(file.text);

/** A rule that looks at each line of some files. */
function eachLine(chosen: (file: SourceFile) => boolean, complaint: (line: string) => string | undefined): Rule["check"] {
  return (files) =>
    files.filter(chosen).flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, index) => {
        const message = complaint(line);
        return message === undefined ? [] : [{ path, line: index + 1, message }];
      }),
    );
}

/** A rule that looks for patterns in code, not in comments or strings. */
function eachMatch(chosen: (path: string) => boolean, patterns: readonly (readonly [RegExp, string])[]): Rule["check"] {
  return (files) =>
    files.filter((file) => isCode(file) && chosen(file.path)).flatMap(({ path, text }) => {
      const code = codeOnly(text);
      return patterns.flatMap(([pattern, message]) =>
        [...code.matchAll(pattern)].map((match) => ({ path, line: lineAt(text, match.index), message })),
      );
    });
}

/** What tests wrote down, to compare with. */
const RECORDED = /^test\/(?:golden\/|conformance\/.*\.json$)/;

const lineLength: Rule = {
  name: "line-length",
  reason: "two files fit side by side",
  check: eachLine(
    (file) => !isGenerated(file) && !PROSE_OR_DATA.test(file.path) && !RECORDED.test(file.path),
    (line) => (line.length > LINE_CHARACTERS_MAX ? `${line.length} characters, at most ${LINE_CHARACTERS_MAX}` : undefined),
  ),
};

const functionLength: Rule = {
  name: "function-length",
  reason: "a function is read on one screen",
  check: (files) =>
    files.filter((file) => isCode(file) && !isGenerated(file)).flatMap(({ path, text }) =>
      functionsOf(text)
        .filter((span) => span.lines > FUNCTION_LINES_MAX)
        .map(({ name, line, lines }) => ({ path, line, message: `${name} has ${lines} lines, at most ${FUNCTION_LINES_MAX}` })),
    ),
};

/** The contract's numbers, a line each: they are looked up, not read. */
const TABLE_OF_NUMBERS = /^hal\/(?:abi|events)\.ts$/;

const fileLength: Rule = {
  name: "file-length",
  reason: "a file holds one thing",
  check: (files) =>
    files.filter((file) => isCode(file) && !isGenerated(file) && !TABLE_OF_NUMBERS.test(file.path)).flatMap(({ path, text }) => {
      const lines = text.split("\n").length - 1;
      return lines > FILE_LINES_MAX ? [{ path, line: lines, message: `${lines} lines, at most ${FILE_LINES_MAX}` }] : [];
    }),
};

const header: Rule = {
  name: "header",
  reason: "a file begins with what goes in, what comes out and what it does not do",
  check: (files) =>
    files.filter(isCode).flatMap(({ path, text }) => {
      const first = text.replace(/^#!.*\n/, "").split("\n")[0]!;
      return /^\/\/ \S.{10,}/.test(first) ? [] : [{ path, line: 1, message: "no header comment in the first line" }];
    }),
};

const NAME = /^(?:\.?[a-z0-9]+(?:[-.][a-z0-9]+)*|README\.md|LICENSE|[A-Z]+\.md)$/;

const names: Rule = {
  name: "names",
  reason: "file names are kebab-case, so they are the same on every file system",
  check: (files) =>
    files.filter(({ path }) => !path.startsWith("test/vectors/")).flatMap(({ path }) => {
      const wrong = path.split("/").find((part) => !NAME.test(part));
      return wrong === undefined ? [] : [{ path, line: 1, message: `"${wrong}" is not kebab-case` }];
    }),
};

const MARKS = new RegExp(`\\b(?:TO${"DO"}|FIX${"ME"}|XX${"X"})\\b(?!.*#\\d)`);

const leftOvers: Rule = {
  name: "left-overs",
  reason: "unfinished work is an issue with a number or it is forgotten",
  check: eachLine(() => true, (line) => (MARKS.test(line) ? "a mark of unfinished work without an issue number (#12)" : undefined)),
};

const blanks: Rule = {
  name: "blanks",
  reason: "differences in blanks hide real ones in a review",
  check: (files) => [
    ...eachLine(
      ({ path }) => !path.startsWith("test/vectors/") && path !== "LICENSE",
      (line) => (line.includes("\t") ? "a tab" : /\s$/.test(line) ? "a trailing blank or CR" : undefined),
    )(files.filter(({ path }) => !path.endsWith(".tsv") && !path.startsWith("test/golden/"))),
    ...files
      .filter(({ path, text }) => isCode({ path, text, bytes: 0 }) && !/[^\n]\n$/.test(text))
      .map(({ path, text }) => ({ path, line: text.split("\n").length, message: "the file does not end with one newline" })),
  ],
};

const blobs: Rule = {
  name: "blobs",
  reason: "everybody downloads every byte for ever",
  check: (files) =>
    files
      .filter((file) => file.bytes > FILE_BYTES_MAX)
      .map(({ path, bytes }) => ({ path, line: 1, message: `${bytes} bytes, at most ${FILE_BYTES_MAX}` })),
};

const TOP_LEVEL = [
  "package.json", "package-lock.json", "asconfig.json", "tsconfig.json", "README.md", "LICENSE",
  "core", "hal", "host", "test", "tools", "docs", "examples",
];

const topLevel: Rule = {
  name: "top-level",
  reason: "the top level is the map of the project",
  check(files) {
    const entries = new Set(files.map(({ path }) => path.split("/")[0]!));
    const strangers = files.filter(({ path }) => !path.startsWith(".") && !TOP_LEVEL.includes(path.split("/")[0]!));
    return [
      ...strangers.map(({ path }) => ({ path, line: 1, message: "not part of the layout" })),
      ...TOP_LEVEL.filter((name) => !entries.has(name)).map((name) => ({ path: name, line: 1, message: "is missing" })),
    ];
  },
};

/** Folders of one machine, and hosts that a build may not name. Split so that this file does not find itself. */
const FOLDERS = ["wo" + "rk", "ro" + "ot", "ho" + "me", "tm" + "p"].join("|");
const MACHINE = new RegExp(`(?:^|[^\\w.*$}/-])(?:/(?:${FOLDERS})/[\\w.]|[A-Z]:\\\\)|regis${"try"}\\.npm|npm${"js"}\\.`);

const machinePaths: Rule = {
  name: "machine-paths",
  reason: "the project builds anywhere and names no machine and no registry",
  check: eachLine(() => true, (line) => (MACHINE.test(line) ? "a path or host of one machine" : undefined)),
};

/** The clock and chance come from the run loop's time and the seed; these parts meet the real world. */
const REAL_TIME = /^host\/(?:(?:cli|bench|power)\/|run-loop\.ts$|network\/(?:sockets(?:-[a-z]+)?|tls-node-quiet)\.ts$)/;

const clocks: Rule = {
  name: "clocks",
  reason: "a start-up is a function of its inputs: time comes from the run loop and chance from the seed",
  check: eachMatch(
    (path) => path.startsWith("host/") && !REAL_TIME.test(path),
    [
      [/\bDate\s*[.(]|\bnew Date\b/g, "reads the date: take the time as an argument"],
      [/\bMath\.random\b/g, "Math.random: take a seeded generator"],
      [/\bperformance\.now\b/g, "performance.now: take the time as an argument"],
      [/\bset(?:Timeout|Interval|Immediate)\b/g, "a timer: use the scheduler"],
    ],
  ),
};

const coreMemory: Rule = {
  name: "core-memory",
  reason: "the core's memory is fixed and no string is built at run time (base/bytes copies and fills, core/texts.txt has the texts)",
  check: (files) => [
    ...eachMatch(
      (path) => path.startsWith("core/") || path.startsWith("test/harness/"),
      [
        [/\bmemory\.(?:copy|fill|grow)\b/g, "memory.copy, fill or grow: use base/bytes"],
        [/\bnew\s+[A-Z]/g, "`new` pulls in the allocator: use memory.data"],
        [/`/g, "a template string"],
        [/\b(?:heap|__new|__alloc|__renew)\b/g, "the allocator"],
      ],
    )(files),
    ...files.filter(({ path }) => /^core\/.*\.ts$/.test(path)).flatMap(stringLiterals),
  ],
};

/** Every string that is not an import's: a literal costs about 86 bytes of module, a packed text about 30. */
function stringLiterals({ path, text }: SourceFile): Finding[] {
  const lines = codeOnly(text).split("\n");
  return lines.flatMap((line, index) =>
    /["']/.test(line) && !/\b(?:from|import)\s*"/.test(line) ? [{ path, line: index + 1, message: "a string literal" }] : [],
  );
}

export const textRules: readonly Rule[] = [
  lineLength, functionLength, fileLength, header, names, leftOvers, blanks, blobs, topLevel, machinePaths, clocks, coreMemory,
];
