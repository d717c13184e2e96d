// Which lines a start-up can come to, whatever the telephone: both ways of every IF, and the line behind every GET.

import { tagFinder, type Line } from "./lint-file.js";

/** Lines that no telephone reaches, in runs: a run begins at its first statement and ends at its last. */
export function unreachableRuns(lines: readonly Line[]): { readonly first: number; readonly last: number }[] {
  const reached = reachedLines(lines);
  const runs: { first: number; last: number }[] = [];
  let open: { first: number; last: number } | undefined;
  for (const { line, kind } of lines) {
    if (reached.has(line)) open = undefined;
    else if (isStatement(kind)) {
      if (open === undefined) runs.push((open = { first: line, last: line }));
      else open.last = line;
    }
  }
  return runs;
}

function isStatement(kind: Line["kind"]): boolean {
  return kind === "set" || kind === "get" || kind === "if" || kind === "goto";
}

/** Lines that some telephone may come to. */
export function reachedLines(lines: readonly Line[]): ReadonlySet<number> {
  const find = tagFinder(lines);
  const reached = new Set<number>();
  const waiting = lines.length === 0 ? [] : [1];
  for (let start = waiting.pop(); start !== undefined; start = waiting.pop()) {
    for (let line = start; line <= lines.length && !reached.has(line); line++) {
      reached.add(line);
      const { kind, tag } = lines[line - 1]!;
      if (kind !== "goto" && kind !== "if") continue;
      const target = find(tag);
      if (target !== undefined) waiting.push(target);
      if (kind === "goto") break;
    }
  }
  return reached;
}
