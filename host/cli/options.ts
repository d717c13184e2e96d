// The options of `offhook boot`: from arguments to one typed object, every value checked before the telephone has power.
//
// In: arguments. Out: `BootOptions`, or a UsageError with what to type instead. An option that is not known is refused, never ignored;
// two options that contradict each other are refused as well. It opens no file.

import type { Expectation } from "../checks/expectation.js";
import type { KeyScript } from "../key-script.js";
import { nearest } from "../nearest.js";
import { readArguments, type OptionTable, type OptionValues } from "./arguments.js";
import { expectGetValue, expectTextValue, expectValue } from "./expect-values.js";
import {
  dateValue, extensionValue, faultValue, fileNameValue, fingerprintValue, identityValue, keyValue, macValue, modelValue, numberValue,
  option242Value, passwordValue, serverValue,
  STATES, userAgentValue, wireValue, type FaultChoice, type ServerUrl, type WireChoice,
} from "./option-values.js";
import { DEMO_EXTENSION, DEMO_PASSWORD } from "../site/demo.js";
import { LAN_NAMES } from "../site/lans.js";
import { sweepChoice, type SweepChoice } from "./boot-sweep.js";
import { presetValue } from "./preset-value.js";
import { UsageError } from "./usage.js";

/** Where the telephone is plugged in. */
export type NetworkChoice =
  | { readonly kind: "lan"; readonly name: string }
  | { readonly kind: "lan-file"; readonly path: string }
  | { readonly kind: "sweep"; readonly name: string; readonly choice: SweepChoice }
  | { readonly kind: "wire"; readonly wire: WireChoice }
  | { readonly kind: "server"; readonly server: ServerUrl };

export interface BootOptions {
  readonly network: NetworkChoice;
  /** `--lan list`: explain the names and end. */
  readonly listLans: boolean;
  readonly model: string;
  readonly mac: Uint8Array;
  readonly serial: string;
  /** Names of software that counts as stored although the chip holds none. */
  readonly bootname?: string;
  readonly appname?: string;
  /** `--appname as-asked`: whatever the script names counts as stored. */
  readonly asAsked: boolean;
  readonly script?: string;
  /** `NAME=VALUE`, as if entered in the local procedures; `--group` is one of them. */
  readonly presets: readonly string[];
  readonly option242?: string;
  /** Who logs in; the demonstration brings its own. */
  readonly extension?: string;
  readonly password?: string;
  /** True where the options themselves name who logs in. */
  readonly logsIn: boolean;
  /** With a LAN: the folder that its file servers serve. */
  readonly site?: string;
  readonly faults: readonly FaultChoice[];
  readonly pcap?: string;
  readonly userAgent?: string;
  /** SHA-1 or SHA-256 of the only CA that is believed. */
  readonly caFingerprint?: Uint8Array;
  /** The folder that gets every message of a certificate request. */
  readonly scepDump?: string;
  /** The flash part's name, in upper case. */
  /** The file that keeps the chip's contents; default: none does. */
  readonly flash?: string;
  readonly part: string;
  /** Key files; empty: the demonstration's key. */
  readonly trust: readonly string[];
  readonly unsigned: boolean;
  /** Only HTTP/1.1 with Content-Length and `Connection: close` is taken. */
  readonly strictHttp: boolean;
  /** A PEM file whose certificates are trusted as if TRUSTCERTS had stored them. */
  readonly ca?: string;
  /** The telephone's date at power-up, in milliseconds since 1970; undefined: the network's own. */
  readonly dateMs?: number;
  /** Telephone seconds a second; "fast" is virtual time. Undefined: real time on a terminal, else virtual time. */
  readonly speed?: number | "fast";
  /** Seconds to wait for the server to accept a connection; 0: power on at once. */
  readonly waitSeconds: number;
  readonly seed: number;
  readonly keys: readonly KeyScript[];
  /** A state, or `none`; undefined: `registered` where the options name who logs in, else `login` or `registered`, whichever is the end. */
  readonly until?: string;
  readonly timeoutSeconds: number;
  readonly lenient: boolean;
  readonly json: boolean;
  readonly transcript?: string;
  readonly showSecrets: boolean;
  /** In the order of the options' kinds; those of `expectFiles` follow. */
  readonly expectations: readonly Expectation[];
  readonly expectFiles: readonly string[];
  readonly junit?: string;
}

/** The MAC and serial number of a telephone that nobody described. */
export const MAC_DEFAULT = "00:04:0d:12:34:56";
export const SERIAL_DEFAULT = "07N540100001";
export const MODEL_DEFAULT = "9640";
const PART_DEFAULT = "W25Q128JV";
const SPEED_MAX = 1000;
/** A day: longer than any start-up, short enough for the telephone's 32-bit microseconds to be widened safely. */
const SECONDS_MAX = 86_400;
const SEED_MAX = 0x7fffffff;

const TEXT = { type: "string" } as const;
const LIST = { type: "string", multiple: true } as const;
const SWITCH = { type: "boolean" } as const;

const OPTIONS: OptionTable = {
  "lan": TEXT, "server": TEXT, "model": TEXT, "mac": TEXT, "serial": TEXT, "group": TEXT, "bootname": TEXT, "appname": TEXT,
  "script": TEXT, "set": LIST, "option242": TEXT, "user-agent": TEXT, "flash": TEXT, "part": TEXT, "trust": LIST, "unsigned": SWITCH,
  "ca": TEXT, "date": TEXT, "ca-fingerprint": TEXT, "scep-dump": TEXT, "strict-http": SWITCH,
  "fast": SWITCH, "speed": TEXT, "wait": TEXT, "seed": TEXT, "key": LIST, "until": TEXT, "timeout": TEXT, "lenient": SWITCH,
  "site": TEXT, "wire": TEXT, "fault": LIST, "pcap": TEXT, "json": SWITCH, "transcript": TEXT, "show-secrets": SWITCH,
  "expect": LIST, "expect-get": LIST, "expect-text": LIST, "expect-file": LIST, "junit": TEXT,
  "extension": TEXT, "password": TEXT,
};

/** Reads the arguments of `offhook boot`. */
export function parseBootOptions(args: readonly string[]): BootOptions {
  const { values, positionals } = readArguments("boot", args, OPTIONS);
  if (positionals[0] !== undefined) {
    const stray = JSON.stringify(positionals[0]);
    throw new UsageError(`offhook boot takes options only; what is ${stray} for? \`offhook boot --help\` has examples`);
  }
  const network = networkOf(values);
  const model = modelValue(text(values, "model") ?? MODEL_DEFAULT);
  const mac = macValue(text(values, "mac") ?? MAC_DEFAULT);
  const serial = identityValue("serial", text(values, "serial") ?? SERIAL_DEFAULT, "a serial number");
  const agent = text(values, "user-agent");
  const speed = speedOf(values);
  const date = text(values, "date");
  const transcript = text(values, "transcript");
  return {
    network,
    listLans: text(values, "lan") === "list",
    model,
    mac,
    serial,
    ...softwareOf(values),
    presets: presetsOf(values, serial),
    ...(agent === undefined ? {} : { userAgent: userAgentValue(agent, model, mac) }),
    ...optional("option242", text(values, "option242"), option242Value),
    ...optional("site", text(values, "site"), (folder) => lanOnly("site", network, folder)),
    faults: list(values, "fault").map((text) => faultOf(text, network)),
    ...optional("pcap", text(values, "pcap"), (path) => lanOrWire("pcap", network, path)),
    ...optional("flash", text(values, "flash"), (path) => path),
    ...optional("caFingerprint", text(values, "ca-fingerprint"), fingerprintValue),
    ...optional("scepDump", text(values, "scep-dump"), (path) => path),
    part: (text(values, "part") ?? PART_DEFAULT).toUpperCase(),
    trust: list(values, "trust"),
    unsigned: values["unsigned"] === true,
    strictHttp: values["strict-http"] === true,
    ...optional("ca", text(values, "ca"), (path) => withFileServer("ca", network, path)),
    ...(date === undefined ? {} : { dateMs: dateValue(withFileServer("date", network, date)) }),
    ...(speed === undefined ? {} : { speed }),
    waitSeconds: waitOf(values, network),
    seed: numberValue("seed", text(values, "seed") ?? "1", 0, SEED_MAX),
    keys: list(values, "key").map(keyValue),
    ...credentialsOf(values, network),
    ...optional("until", text(values, "until"), untilOf),
    timeoutSeconds: numberValue("timeout", text(values, "timeout") ?? "900", 1, SECONDS_MAX, false),
    lenient: values["lenient"] === true,
    json: values["json"] === true,
    ...(transcript === undefined ? {} : { transcript }),
    showSecrets: values["show-secrets"] === true,
    expectations: expectationsOf(values),
    expectFiles: list(values, "expect-file"),
    ...optional("junit", text(values, "junit"), (path) => path),
  };
}

function expectationsOf(values: OptionValues): Expectation[] {
  return [
    ...list(values, "expect").map(expectValue), ...list(values, "expect-get").map(expectGetValue),
    ...list(values, "expect-text").map(expectTextValue),
  ];
}

function networkOf(values: OptionValues): NetworkChoice {
  const [lan, server, wire] = ["lan", "server", "wire"].map((name) => text(values, name));
  const given = Object.entries({ lan, server, wire }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
  if (given.length > 1) throw new UsageError(`${given.join(" and ")} are two networks, and the telephone has one line port; leave one out`);
  if (server !== undefined) return { kind: "server", server: serverValue(server) };
  if (wire !== undefined) return { kind: "wire", wire: wireValue(wire) };
  return lanOf(lan ?? "demo");
}

function lanOf(lan: string): NetworkChoice {
  if (lan === "list") return { kind: "lan", name: "demo" };
  if (LAN_NAMES.includes(lan)) return { kind: "lan", name: lan };
  const choice = sweepChoice(lan);
  if (choice !== undefined) return { kind: "sweep", name: lan, choice };
  if (lan.endsWith(".json")) return { kind: "lan-file", path: lan };
  const near = nearest(lan, LAN_NAMES);
  const instead = near === undefined ? "" : ` did you mean ${near}?`;
  const ways = "--lan list explains the names, and FILE.json describes a LAN of your own";
  throw new UsageError(`--lan ${JSON.stringify(lan)} is not known;${instead} ${ways}`);
}

/** Options that belong to the built-in far end. */
function lanOnly(option: string, network: NetworkChoice, value: string): string {
  if (network.kind === "lan" || network.kind === "lan-file") return value;
  throw new UsageError(`--${option} is for the built-in far end: use it with --lan`);
}

/** Options that a scenario of the sweep would pass by. */
function withFileServer(option: string, network: NetworkChoice, value: string): string {
  if (network.kind !== "sweep") return value;
  throw new UsageError(`--${option} judges certificates, and a scenario of the sweep shows none: leave it out`);
}

/** A fault of the cable needs a cable. */
function faultOf(text: string, network: NetworkChoice): FaultChoice {
  const fault = faultValue(text);
  if (fault.kind !== "power" && fault.kind !== "flash") lanOrWire("fault", network, text);
  return fault;
}

/** Options that need frames. */
function lanOrWire(option: string, network: NetworkChoice, value: string): string {
  if (network.kind === "sweep") throw new UsageError(`--${option} needs frames, and a scenario of the sweep has none`);
  if (network.kind !== "server") return value;
  throw new UsageError(`--${option} needs frames, and --server uses this machine's own sockets: use --lan or --wire`);
}

type Software = Pick<BootOptions, "bootname" | "appname" | "asAsked" | "script">;

function softwareOf(values: OptionValues): Software {
  const appname = text(values, "appname");
  const asAsked = appname === "as-asked";
  return {
    ...optional("bootname", text(values, "bootname"), (name) => fileNameValue("bootname", name)),
    ...optional("appname", asAsked ? undefined : appname, (name) => fileNameValue("appname", name)),
    asAsked,
    ...optional("script", text(values, "script"), (name) => fileNameValue("script", name)),
  };
}

function presetsOf(values: OptionValues, serial: string): string[] {
  const presets = list(values, "set").map((preset) => presetValue(preset, serial));
  const names = presets.map((preset) => preset.slice(0, preset.indexOf("=")));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`--set ${twice}=… is given twice; leave one out`);
  const group = text(values, "group");
  if (group === undefined) return presets;
  if (names.includes("GROUP")) throw new UsageError("--group and --set GROUP=… say the same; leave one out");
  return [...presets, `GROUP=${numberValue("group", group, 0, 999)}`];
}

function speedOf(values: OptionValues): number | "fast" | undefined {
  const speed = text(values, "speed");
  if (values["fast"] === true) {
    if (speed !== undefined) throw new UsageError("--fast and --speed contradict each other; leave one out");
    return "fast";
  }
  if (speed === undefined) return undefined;
  const value = numberValue("speed", speed, 0, SPEED_MAX, false);
  if (value === 0) throw new UsageError("--speed 0 would never end; use a number such as 0.5, or --fast");
  return value;
}

function waitOf(values: OptionValues, network: NetworkChoice): number {
  const wait = text(values, "wait");
  if (wait === undefined) return 0;
  if (network.kind !== "server") throw new UsageError("--wait waits for a server: use it with --server URL");
  return numberValue("wait", wait, 1, SECONDS_MAX, false);
}

/** Extension and password belong together; `--lan demo` with its own files has some. */
function credentialsOf(values: OptionValues, network: NetworkChoice): Pick<BootOptions, "extension" | "password" | "logsIn"> {
  const [extension, password] = [text(values, "extension"), text(values, "password")];
  if ((extension === undefined) !== (password === undefined)) {
    throw new UsageError(extension === undefined ? "--password needs --extension N" : "--extension needs --password P");
  }
  if (extension !== undefined && password !== undefined) {
    return { extension: extensionValue(extension), password: passwordValue(password), logsIn: true };
  }
  const isDemo = network.kind === "lan" && network.name === "demo" && text(values, "site") === undefined;
  return isDemo ? { extension: DEMO_EXTENSION, password: DEMO_PASSWORD, logsIn: false } : { logsIn: false };
}

function untilOf(until: string): string {
  if (until === "none" || STATES.includes(until)) return until;
  const near = nearest(until, STATES);
  const instead = near === undefined ? `one of ${STATES.join(" ")} or none` : `did you mean ${near}?`;
  throw new UsageError(`--until ${JSON.stringify(until)} is no state; ${instead}`);
}

function text(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

function list(values: OptionValues, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function optional<Name extends string, Value>(
  name: Name, value: string | undefined, read: (text: string) => Value,
): { [K in Name]?: Value } {
  return (value === undefined ? {} : { [name]: read(value) }) as { [K in Name]?: Value };
}
