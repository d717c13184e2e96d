// Reads a command's arguments with Node's own parser, and turns its complaints into ours: what to type instead.
//
// In: arguments and the options a command knows. Out: values and positionals, or a UsageError. It knows no command.

import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "./usage.js";

export type OptionTable = NonNullable<ParseArgsConfig["options"]>;
export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Arguments {
  readonly values: OptionValues;
  readonly positionals: readonly string[];
}

/** A name may differ in this many letters and still be meant. */
const SUGGEST_DISTANCE_MAX = 3;

/** Parses the arguments of a command. Positionals are its own matter. */
export function readArguments(command: string, args: readonly string[], options: OptionTable): Arguments {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(complaint(command, error instanceof Error ? error.message : String(error), Object.keys(options)));
  }
}

/** The known name nearest to the one that was typed, if any is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best === undefined || best.distance > Math.min(SUGGEST_DISTANCE_MAX, Math.ceil(name.length / 2))) return undefined;
  return best.candidate;
}

function complaint(command: string, message: string, names: readonly string[]): string {
  const option = /'(?:-\w, )?-{1,2}([^' =<]+)/.exec(message)?.[1] ?? "";
  if (message.startsWith("Unknown option")) {
    const near = nearest(option, names);
    const instead = near === undefined ? `\`offhook ${command} --help\` lists the options` : `did you mean --${near}?`;
    return `offhook ${command} has no option ${option.length === 1 ? `-${option}` : `--${option}`}; ${instead}`;
  }
  if (message.includes("ambiguous")) return `--${option} needs a value; one that begins with "-" is written --${option}=VALUE`;
  if (message.includes("argument missing")) return `--${option} needs a value: --${option} VALUE`;
  if (message.includes("does not take an argument")) return `--${option} takes no value; write just --${option}`;
  return message;
}

/** Letters to change, add, drop or swap with a neighbour, to come from one word to the other. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
