// Reads a command's arguments with Node's own parser, and turns its complaints into ours: what to type instead.
//
// In: arguments and the options a command knows. Out: values and positionals, or a UsageError. It knows no command.

import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearest } from "../nearest.js";
import { UsageError } from "./usage.js";

export type OptionTable = NonNullable<ParseArgsConfig["options"]>;
export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Arguments {
  readonly values: OptionValues;
  readonly positionals: readonly string[];
}

/** Parses the arguments of a command. Positionals are its own matter. */
export function readArguments(command: string, args: readonly string[], options: OptionTable): Arguments {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(complaint(command, error instanceof Error ? error.message : String(error), Object.keys(options)));
  }
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
