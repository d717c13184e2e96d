// `offhook diff`: where two runs part.
//
// In: two files of `offhook boot --json`. Out: the first difference of each kind on stdout, or all of them with --all or --json; exit 1
// when there are any.

import { readFileSync, statSync } from "node:fs";
import process from "node:process";
import { runDifferences, type Difference, type Kind } from "../diff/runs.js";
import { readEvents, RUN_FILE_BYTES_MAX, RunFileError } from "../diff/read-events.js";
import { printable, stampText } from "../event-text.js";
import type { OffhookEvent } from "../event-types.js";
import { readArguments } from "./arguments.js";
import type { Output } from "./image.js";
import { UsageError } from "./usage.js";

const HELP = `Says where two runs part: the first state, request, header, parameter and verdict that differ.
Times and the servers' addresses are not compared.

usage: offhook diff A.ndjson B.ndjson [OPTIONS]

  --all     every difference, not the first of each kind
  --json    {"differences":[{"kind","what","a","b","eventA","eventB"}]}, always all

A and B come from offhook boot --json > FILE.

exit: 0 no difference, 1 differences, 2 usage

examples
  offhook boot --server http://192.0.2.1/ --json > old.ndjson
  offhook boot --server http://192.0.2.2/ --json > new.ndjson
  offhook diff old.ndjson new.ndjson
`;

const LABEL_COLUMNS = 10;
const KINDS: readonly Kind[] = ["state", "request", "header", "parameter", "verdict"];

/** Runs `offhook diff ARGS`. Returns the exit code; throws UsageError. */
export async function diffCommand(args: readonly string[], output: Output = process): Promise<number> {
  const { values, positionals } = readArguments("diff", args, {
    "all": { type: "boolean" }, "json": { type: "boolean" }, "help": { type: "boolean", short: "h" },
  });
  if (values["help"] === true) {
    output.stdout.write(HELP);
    return 0;
  }
  const [a, b, extra] = positionals;
  if (a === undefined || b === undefined || extra !== undefined) {
    throw new UsageError("diff compares two files: offhook diff A.ndjson B.ndjson, each written by offhook boot --json > FILE");
  }
  const [left, right] = [eventsIn(a), eventsIn(b)];
  const differences = runDifferences(left, right);
  if (values["json"] === true) output.stdout.write(`${JSON.stringify({ differences })}\n`);
  else output.stdout.write(`${textOf(differences, right, values["all"] === true).join("\n")}\n`);
  return differences.length === 0 ? 0 : 1;
}

function eventsIn(path: string): OffhookEvent[] {
  try {
    const { size } = statSync(path);
    if (size > RUN_FILE_BYTES_MAX) throw new RunFileError(`${path} has ${size} bytes; at most ${RUN_FILE_BYTES_MAX} are read`);
    return readEvents(textIn(readFileSync(path)), path);
  } catch (error) {
    if (error instanceof RunFileError) throw new UsageError(error.message);
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** PowerShell's `>` writes UTF-16, other programs a byte order mark. */
function textIn(bytes: Uint8Array): string {
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8").decode(bytes);
}

function textOf(differences: readonly Difference[], right: readonly OffhookEvent[], all: boolean): string[] {
  if (differences.length === 0) return ["no difference in states, requests, headers, parameters and verdict"];
  return KINDS.flatMap((kind) => {
    const own = differences.filter((difference) => difference.kind === kind);
    const shown = all ? own : own.slice(0, 1);
    const more = own.length - shown.length;
    const rest = more === 0 ? [] : [`${"".padEnd(LABEL_COLUMNS)}and ${more} more; --all lists them`];
    return [...shown.map((difference) => lineOf(difference, right)), ...rest];
  });
}

function lineOf({ kind, what, a, b, eventB }: Difference, right: readonly OffhookEvent[]): string {
  const at = right.find(({ n }) => n === eventB);
  const where = at === undefined ? "" : `    (B, event ${at.n} at ${stampText(at.t)})`;
  return `${kind.padEnd(LABEL_COLUMNS)}${printable(what)}: ${printable(a ?? "none")} → ${printable(b ?? "none")}${where}`;
}
