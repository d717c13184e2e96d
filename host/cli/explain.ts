// `offhook explain`: what a settings file or an upgrade script makes of a telephone, before one sees it.
//
// In: arguments, files. Out: text or one JSON object on stdout; exit 0 when the file was read. The core's own interpreter runs the file.

import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { differencesOf, groupResults } from "../explain/compare.js";
import { explainFile, type Explained, type Reader } from "../explain/explain.js";
import type { ScriptInput } from "../explain/script-run.js";
import { statementsOn } from "../explain/statements.js";
import { differencesText, explanationText, phonesText, shown, statementsText, type Stored } from "../explain/text.js";
import type { Identity } from "../peripherals/system.js";
import { FolderFiles } from "../site/serve-node.js";
import { readArguments, type OptionTable, type OptionValues } from "./arguments.js";
import { readCore } from "./core-file.js";
import { EXPLAIN_HELP } from "./help.js";
import type { Output } from "./image.js";
import { fileNameValue, identityValue, macValue, modelValue, numberValue, option242Value } from "./option-values.js";
import { MAC_DEFAULT, MODEL_DEFAULT, SERIAL_DEFAULT } from "./options.js";
import { readPhones } from "./phones-csv.js";
import { UsageError } from "./usage.js";

const TEXT = { type: "string" } as const;
const OPTIONS: OptionTable = {
  "model": TEXT, "group": TEXT, "mac": TEXT, "serial": TEXT, "bootname": TEXT, "appname": TEXT, "sig": TEXT, "option242": TEXT,
  "why": TEXT, "against": TEXT, "phones": TEXT, "json": { type: "boolean" }, "help": { type: "boolean", short: "h" },
};

/** Runs `offhook explain ARGS`. Returns the exit code; throws UsageError. */
export async function explainCommand(args: readonly string[], output: Output = process): Promise<number> {
  const { values, positionals } = readArguments("explain", args, OPTIONS);
  if (values["help"] === true) output.stdout.write(EXPLAIN_HELP);
  else output.stdout.write(report(values, positionals));
  return 0;
}

function report(values: OptionValues, files: readonly string[]): string {
  const [path, ...more] = files;
  if (path === undefined && values["option242"] === undefined) {
    throw new UsageError("explain needs a file: offhook explain 46xxsettings.txt, or --option242 STRING");
  }
  if (more.length > 0) throw new UsageError(`explain takes one file, not ${files.length}; --against OLD compares two versions of one`);
  refuseTogether(values);
  const file = path === undefined ? undefined : fileInput(path);
  if (values["phones"] !== undefined) return reportPhones(values, file);
  const reader = readerOf(values);
  const core = readCore();
  const explained = explainFile(core, file, reader);
  const why = text(values, "why");
  const statements = why === undefined ? undefined : statementsOn(core, why, explained.run);
  const old = text(values, "against");
  const differences = old === undefined ? undefined
    : differencesOf(explainFile(core, fileInput(old), reader).explanation, explained.explanation);
  if (values["json"] === true) {
    return `${JSON.stringify({ ...explained.explanation, ...given("why", statements), ...given("against", differences) })}\n`;
  }
  if (statements !== undefined) return statementsText(why!, statements);
  return differences === undefined ? wholeText(explained, reader, file) : differencesText(differences);
}

function wholeText({ explanation }: Explained, reader: Reader, file: ScriptInput | undefined): string {
  const { model, presets = [] } = reader.identity;
  const group = presets.find((preset) => preset.startsWith("GROUP="))?.slice("GROUP=".length) ?? "0";
  const whole = explanationText(explanation, storedOf(reader.identity));
  return `${shown(file?.name ?? "option 242")} for a ${model}, group ${group}\n\n${whole}`;
}

function reportPhones(values: OptionValues, file: ScriptInput | undefined): string {
  const path = text(values, "phones")!;
  const phones = readPhones(readInput(path), path);
  const core = readCore();
  const reader = readerOf(values);
  const results = groupResults(phones, ({ mac, model, group }) => {
    const presets = [...(reader.identity.presets ?? []), `GROUP=${group}`];
    return explainFile(core, file, { ...reader, identity: { ...reader.identity, mac, model, presets } }).explanation;
  });
  if (values["json"] !== true) return phonesText(results, storedOf(reader.identity));
  return `${JSON.stringify({ results: results.map(({ phones: who, explanation }) => ({ phones: who, ...explanation })) })}\n`;
}

/** One question at a time: the answers have shapes of their own. */
function refuseTogether(values: OptionValues): void {
  const phones = ["why", "against", "mac", "model", "group"].find((name) => values[name] !== undefined);
  if (values["phones"] !== undefined && phones !== undefined) {
    throw new UsageError(`--phones and --${phones} do not go together: each line of the list is a telephone of its own; leave one out`);
  }
}

function readerOf(values: OptionValues): Reader {
  const group = text(values, "group");
  const sig = text(values, "sig");
  const presets = [
    ...(group === undefined ? [] : [`GROUP=${numberValue("group", group, 0, 999)}`]),
    ...(sig === undefined ? [] : [`SIG=${numberValue("sig", sig, 0, 2)}`]),
  ];
  const name = (option: string): string | undefined => {
    const value = text(values, option);
    return value === undefined || value === "" ? undefined : fileNameValue(option, value);
  };
  const option242 = text(values, "option242");
  return {
    identity: {
      model: modelValue(text(values, "model") ?? MODEL_DEFAULT),
      mac: macValue(text(values, "mac") ?? MAC_DEFAULT),
      serial: identityValue("serial", text(values, "serial") ?? SERIAL_DEFAULT, "a serial number"),
      ...given("bootName", name("bootname")),
      ...given("appName", name("appname")),
      presets,
    },
    ...given("option242", option242 === undefined ? undefined : option242Value(option242)),
  };
}

function storedOf({ bootName = "", appName = "" }: Identity): Stored {
  return { bootname: bootName, appname: appName };
}

/** A property, where there is something to say. */
function given<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> {
  return value === undefined ? {} : { [name]: value } as Record<Name, T>;
}

function text(values: OptionValues, name: string): string | undefined {
  return values[name] as string | undefined;
}

/** A file with the folder that its GETs read from. */
export function fileInput(path: string): ScriptInput {
  const bytes = readInput(path);
  return { name: basename(path), bytes, source: new FolderFiles(dirname(path)) };
}

function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot read ${path}: ${code === "ENOENT" ? "no such file" : code === "EISDIR" ? "it is a folder" : message}`);
  }
}
