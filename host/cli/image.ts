// `offhook image`: makes keys, packs and inspects software files, and asks the core's validator about them.
//
// In: arguments and files. Out: files, a report on stdout, an exit code. It judges nothing itself: `inspect` only reads, and
// `verify` prints what the core said. Wrong arguments and unreadable files are usage errors, so exit 1 always means "rejected".

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { Kind } from "../../hal/abi.js";
import type { ImageEvent } from "../event-types.js";
import { packBlocks } from "../image/blocks.js";
import { inspectImage, inspectionText } from "../image/inspect.js";
import { packImage, parseVersion, type PackOptions, type Version } from "../image/pack.js";
import { verifyImage } from "../image/verify.js";
import { imageWording, type Wording } from "../verdict-image.js";
import { readArguments, type Arguments, type OptionTable, type OptionValues } from "./arguments.js";
import { readCore } from "./core-file.js";
import { newKey, signerFromPem, trustFromPem } from "./image-keys.js";
import { UsageError } from "./usage.js";

/** Where a command writes; `process` is one. */
export interface Output {
  readonly stdout: { write(text: string): unknown };
}

const HELP = `Usage: offhook image keygen KEY.pem [--type ed25519|p256|rsa2048]
       offhook image pack PAYLOAD OUT --kind app|boot --version 1.2.3+4 --key KEY.pem
                     [--model LIST] [--security-counter N] [--block-hashes]
       offhook image inspect FILE [--json]
       offhook image verify FILE --trust KEY.pem… [--json]

  keygen   writes KEY.pem (private) and KEY.pub.pem; never over an existing file
  pack     makes a software file; --model names prefixes of MODEL (9640,9630), --block-hashes writes OUT.blocks too
  inspect  prints what stands in a file; it checks no signature
  verify   asks the telephone's own validator; exit 0 accepted, 1 rejected

Examples:
  offhook image keygen lab.pem
  offhook image pack firmware.bin SIP96xx_test.bin --kind app --version 2.6.17 --key lab.pem --model 9640,9630
  offhook image verify SIP96xx_test.bin --trust lab.pub.pem
  offhook image verify SIP96xx_test.bin --trust lab.pub.pem --json
`;

type Command = (parsed: Arguments, output: Output) => number;

const JSON_OPTION: OptionTable = { json: { type: "boolean" } };
const COMMANDS: Readonly<Record<string, readonly [OptionTable, Command]>> = {
  keygen: [{ type: { type: "string" } }, keygen],
  pack: [
    {
      "kind": { type: "string" }, "version": { type: "string" }, "key": { type: "string" }, "model": { type: "string" },
      "security-counter": { type: "string" }, "block-hashes": { type: "boolean" },
    },
    pack,
  ],
  inspect: [JSON_OPTION, inspect],
  verify: [{ ...JSON_OPTION, trust: { type: "string", multiple: true } }, verify],
};

/** Of a file that is judged here, the other advice (ask `image verify`) is no advice. */
const COPY_AGAIN = "copy the file again from where it was packed, and compare sizes and SHA-256";
const DAMAGED = ["truncated", "digest-mismatch", "bad-signature"];
const NOT_A_CONTAINER: Wording = {
  cause: "its first bytes are not an MCUboot header (software of a real telephone looks like this)",
  advice: "pack a payload: offhook image pack PAYLOAD OUT --kind app --version 1.0.0 --key KEY.pem",
};

/** Runs `offhook image ARGS`. Returns the exit code; throws UsageError for what the user must type differently. */
export async function imageCommand(args: readonly string[], output: Output = process): Promise<number> {
  const [name = "", ...rest] = args;
  if (args.includes("--help") || args.includes("-h")) {
    output.stdout.write(HELP);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const said = name === "" ? "image needs a command" : `image has no command "${name}"`;
    throw new UsageError(`${said}: type \`offhook image ${Object.keys(COMMANDS).join("|")} …\``);
  }
  return command[1](readArguments(`image ${name}`, rest, command[0]), output);
}

function keygen({ values, positionals }: Arguments, output: Output): number {
  const [path] = exactFiles("keygen", positionals, ["KEY.pem"]);
  const type = (values["type"] as string | undefined) ?? "ed25519";
  const key = newKey(type);
  if (!key) throw new UsageError(`image keygen: --type ${type} does not exist; type ed25519, p256 or rsa2048`);
  const publicPath = `${path!.replace(/\.pem$/, "")}.pub.pem`;
  const taken = [path!, publicPath].find((file) => existsSync(file)); // A key that is overwritten is gone for good.
  if (taken !== undefined) throw new UsageError(`${taken} exists; choose another name or remove it first`);
  writeOutput(path!, key.privatePem, 0o600);
  writeOutput(publicPath, key.publicPem);
  output.stdout.write(`${path}  private, ${type}: keep it to yourself\n${publicPath}  public: for --trust\n`);
  return 0;
}

function pack({ values, positionals }: Arguments, output: Output): number {
  const [payloadPath, outPath] = exactFiles("pack", positionals, ["PAYLOAD", "OUT"]);
  const keyPath = required("pack", values, "key", "KEY.pem");
  refuseOverwrite(values["block-hashes"] === true ? [outPath!, `${outPath}.blocks`] : [outPath!], [payloadPath!, keyPath]);
  const models = values["model"] === undefined ? [] : packModels(values["model"] as string);
  const counter = values["security-counter"] === undefined ? undefined : packCounter(values["security-counter"] as string);
  const options: PackOptions = {
    kind: packKind(required("pack", values, "kind", "app|boot")),
    version: packVersion(required("pack", values, "version", "1.2.3+4")),
    signer: signerFromPem(readInput(keyPath).toString("latin1"), keyPath),
    models,
    ...(counter === undefined ? {} : { counter }),
  };
  const file = packImage(readInput(payloadPath!), options);
  writeOutput(outPath!, file);
  output.stdout.write(`${outPath}  ${file.length} bytes\n`);
  if (values["block-hashes"]) {
    const blocks = packBlocks(file, options);
    writeOutput(`${outPath}.blocks`, blocks);
    output.stdout.write(`${outPath}.blocks  ${blocks.length} bytes\n`);
  }
  return 0;
}

function inspect({ values, positionals }: Arguments, output: Output): number {
  const [path] = exactFiles("inspect", positionals, ["FILE"]);
  const inspection = inspectImage(readInput(path!));
  output.stdout.write(values["json"] ? `${JSON.stringify(inspection)}\n` : inspectionText(inspection));
  return 0;
}

function verify({ values, positionals }: Arguments, output: Output): number {
  const [path, ...moreTrust] = positionals;
  const trustPaths = (values["trust"] as string[] | undefined) ?? [];
  if (path === undefined) throw new UsageError("image verify needs a file: type `offhook image verify FILE --trust KEY.pem`");
  if (trustPaths.length === 0) throw new UsageError(`image verify needs a key: type \`offhook image verify ${path} --trust KEY.pem\``);
  const trust = [...trustPaths, ...moreTrust].map((file) => trustFromPem(readInput(file).toString("latin1"), file));
  const image = verifyImage(readCore(), readInput(path), { trust });
  const { verdict, digest = null, signature = null, key = null, version = null } = image;
  if (values["json"]) output.stdout.write(`${JSON.stringify({ verdict, digest, signature, key, version })}\n`);
  else output.stdout.write(verifyText(path, image));
  return verdict === "accepted" ? 0 : 1;
}

/** One fact a line; a refusal says why and what to do. */
function verifyText(path: string, image: ImageEvent): string {
  const wording = image.verdict === "not-a-container" ? NOT_A_CONTAINER : imageWording(image.verdict ?? "");
  const facts: [string, string | undefined][] = [
    [image.verdict === "accepted" ? "accepted" : "rejected", path],
    ["verdict", image.verdict],
    ["why", wording?.cause],
    ["do", DAMAGED.includes(image.verdict ?? "") ? COPY_AGAIN : wording?.advice],
    ["digest", image.digest],
    ["signature", image.signature],
    ["key", image.key],
    ["version", image.version],
  ];
  return facts.filter(([, value]) => value !== undefined).map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join("");
}

/** No output may be an input under another name, nor two outputs one file. */
function refuseOverwrite(outputs: readonly string[], inputs: readonly string[]): void {
  for (const [index, output] of outputs.entries()) {
    const taken = [...inputs, ...outputs.slice(0, index)].find((path) => isSameFile(path, output));
    if (taken !== undefined) throw new UsageError(`image pack: ${output} would overwrite ${taken}; choose another name for OUT`);
  }
}

function isSameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  return first !== undefined && second !== undefined && first.ino === second.ino && first.dev === second.dev;
}

function packKind(text: string): Kind {
  if (text === "app") return Kind.Application;
  if (text === "boot") return Kind.Boot;
  throw new UsageError(`image pack: --kind ${text} does not exist; type --kind app or --kind boot`);
}

function packVersion(text: string): Version {
  const version = parseVersion(text);
  if (version) return version;
  throw new UsageError(`image pack: --version ${text} is no version; type it as 1.2.3+4 (at most 255.255.65535+4294967295)`);
}

function packModels(text: string): string[] {
  const models = text.split(",");
  if (models.every((model) => /^[A-Za-z0-9]{1,32}$/.test(model))) return models;
  throw new UsageError(`image pack: --model ${text} is no list of models; type prefixes of MODEL with commas, such as 9640,9630`);
}

function packCounter(text: string): number {
  const counter = Number(text);
  if (/^\d{1,10}$/.test(text) && counter <= 0xffffffff) return counter;
  throw new UsageError(`image pack: --security-counter ${text} is no number from 0 to 4294967295`);
}

function required(command: string, values: OptionValues, name: string, example: string): string {
  const value = values[name];
  if (typeof value === "string" && value !== "") return value;
  throw new UsageError(`image ${command} needs --${name}: add --${name} ${example}`);
}

function exactFiles(command: string, files: readonly string[], names: readonly string[]): readonly string[] {
  if (files.length === names.length) return files;
  throw new UsageError(`image ${command} takes ${names.length} file name${names.length > 1 ? "s" : ""}, not ${files.length}: `
    + `type \`offhook image ${command} ${names.join(" ")}\``);
}

function readInput(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reason(error)}`);
  }
}

function writeOutput(path: string, content: Uint8Array | string, mode = 0o666): void {
  try {
    writeFileSync(path, content, { mode });
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? "no such file or folder" : code === "EISDIR" ? "it is a folder" : code === "EACCES" ? "not allowed" : message;
}
