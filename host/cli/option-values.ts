// Readers for the values of boot's options: text in, one typed value out, or a UsageError that says what to type instead.
//
// A reader checks everything that can be known before power-up, so that nothing asked for on the command line is dropped silently
// by the telephone. It opens no file and asks no server.

import { macText } from "../explain/mac-text.js";
import { MODEL_NAMES } from "../faults/cut-catalogue.js";
import { SILENT_KINDS, type SilentKind } from "../faults/silent-flash.js";
import { keyOfName, type KeyPress } from "../key-press.js";
import type { KeyMoment, KeyScript } from "../key-script.js";
import { nearest } from "../nearest.js";
import { hexBytes } from "../scep/der-values.js";
import { maskOption, maskUrl } from "../secrets.js";
import { UsageError } from "./usage.js";

/** A file server as `--server` names it. */
export interface ServerUrl {
  /** https. */
  readonly secure: boolean;
  /** As it was given, with a trailing slash. */
  readonly text: string;
  readonly host: string;
  readonly port: number;
  /** Folder below the root, without slashes at its ends; empty for the root. */
  readonly directory: string;
}

/** States of the contract. */
export const STATES: readonly string[] = [
  "power-up", "hardware", "link", "dhcp", "conflict", "router", "file-server", "script", "download", "erase", "write", "restart",
  "call-server", "scep", "login", "registered", "craft",
];


/** HTTPDIR holds this much (core/settings/parameters.tsv). */
const DIRECTORY_BYTES_MAX = 127;
/** A file name in the telephone's info area. */
const FILE_NAME_BYTES_MAX = 127;
/** MODEL and SERIALNO as the telephone reports them. */
const IDENTITY_BYTES_MAX = 32;
/** A DHCP option, and a User-Agent. */
const VALUE_BYTES_MAX = 255;
const KEYS_EXAMPLE = '--key file-server:Program, --key 12.5:5 or --key "\\"Enter command\\":Mute 27238#"';
const KEYS_WANTED = `keys are softkeys by label, 0-9 * #, Mute, Up and Down: ${KEYS_EXAMPLE}`;

/** A number within bounds. */
export function numberValue(option: string, text: string, minimum: number, maximum: number, whole = true): number {
  const value = Number(text);
  const form = whole ? /^\d+$/ : /^\d+(\.\d+)?$/;
  if (!form.test(text) || value < minimum || value > maximum) {
    throw new UsageError(`--${option} ${quoted(text)}: a ${whole ? "whole number" : "number"} from ${minimum} to ${maximum} is needed`);
  }
  return value;
}

/** `9640` stands for MODEL 9640D01A; a full MODEL is taken as it is. */
export function modelValue(text: string): string {
  const model = /^\d{4}$/.test(text) ? `${text}D01A` : text;
  return identityValue("model", model, "four digits such as 9640, or a MODEL such as 9640D01A");
}

/** MODEL or SERIALNO: visible ASCII without blanks. */
export function identityValue(option: string, text: string, wanted: string): string {
  if (!/^[!-~]+$/.test(text) || text.length > IDENTITY_BYTES_MAX) {
    throw new UsageError(`--${option} ${quoted(text)}: ${wanted} is needed, at most ${IDENTITY_BYTES_MAX} characters without blanks`);
  }
  return text;
}

/** The user part of a SIP address that needs no escapes. */
export function extensionValue(text: string): string {
  if (/^[0-9A-Za-z+*._-]{1,64}$/.test(text)) return text;
  throw new UsageError(`--extension ${quoted(text)}: 1 to 64 letters, digits and + * . _ - are possible, such as --extension 4001`);
}

/** It is not repeated in the message. */
export function passwordValue(text: string): string {
  if (/^[ -~]{1,64}$/.test(text)) return text;
  throw new UsageError("--password: 1 to 64 ASCII characters are possible");
}

/** A certificate's fingerprint: 40 hex digits of SHA-1 or 64 of SHA-256, with or without colons. */
export function fingerprintValue(text: string): Uint8Array {
  const hex = text.replaceAll(":", "");
  if (/^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(hex)) return hexBytes(hex);
  throw new UsageError(`--ca-fingerprint ${quoted(text)}: 40 hex digits (SHA-1) or 64 (SHA-256) are needed; openssl x509 -fingerprint`);
}

/** `2026-11-26`, or with a time as `2026-11-26T08:00:00Z`; milliseconds since 1970. Without a zone it is UTC. */
export function dateValue(text: string): number {
  const match = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const ms = match === null ? Number.NaN : Date.parse(match[1] === undefined || match[3] !== undefined ? text : `${text}Z`);
  if (Number.isNaN(ms)) throw new UsageError(`--date ${quoted(text)}: a day is needed, such as 2026-11-26, or 2026-11-26T08:00:00Z`);
  return ms;
}

/** A MAC address: `00:04:0d:12:34:56`, with hyphens, with dots, or bare. */
export function macValue(text: string): Uint8Array {
  const forms = [
    /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, /^([0-9a-f]{2}-){5}[0-9a-f]{2}$/i, /^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/i, /^[0-9a-f]{12}$/i,
  ];
  if (!forms.some((form) => form.test(text))) {
    throw new UsageError(`--mac ${quoted(text)}: six bytes in hex are needed, such as 00:04:0d:12:34:56`);
  }
  const bytes = Uint8Array.from(text.replace(/[^0-9a-f]/gi, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (((bytes[0] ?? 0) & 1) === 1 || bytes.every((byte) => byte === 0)) {
    throw new UsageError(`--mac ${quoted(text)}: this is no address of one device; its first byte must be even, such as 00:04:0d:12:34:56`);
  }
  return bytes;
}

/** A file's name as a script would give it: no folder, no blanks. */
export function fileNameValue(option: string, text: string): string {
  if (!/^[!-~]+$/.test(text) || text.includes("/") || text.length > FILE_NAME_BYTES_MAX) {
    const wanted = `a file name without folders and blanks is needed, at most ${FILE_NAME_BYTES_MAX} characters`;
    throw new UsageError(`--${option} ${quoted(text)}: ${wanted}`);
  }
  return text;
}

/** The string of DHCP option 242. What it says is the telephone's to judge; that it fits one option is ours. */
export function option242Value(text: string): string {
  if (/[^ -~]/.test(text) || text.length > VALUE_BYTES_MAX) {
    const shown = quoted(maskOption(text));
    throw new UsageError(`--option242 ${shown}: at most ${VALUE_BYTES_MAX} printable ASCII characters fit into the option`);
  }
  return text;
}

/** Option 242 as a DHCP server sends it: its own items, then those of `--option242`. Both must fit into the one option. */
export function option242With(own: string, added: string | undefined): string {
  const whole = [own, added].filter(Boolean).join(",");
  if (whole.length <= VALUE_BYTES_MAX) return whole;
  const room = Math.max(0, VALUE_BYTES_MAX - own.length - 1);
  const given = `--option242 has ${added?.length ?? 0} characters`;
  throw new UsageError(`${given}, and beside ${quoted(own)} there is room for ${room} in the option`);
}

/** A User-Agent with its macros replaced. */
export function userAgentValue(text: string, model: string, mac: Uint8Array): string {
  const agent = text.replaceAll("$MODEL4", model.slice(0, 4)).replaceAll("$MACADDR", macText(mac));
  if (!/^[ -~]+$/.test(agent) || agent.length > VALUE_BYTES_MAX) {
    throw new UsageError(`--user-agent ${quoted(text)}: 1 to ${VALUE_BYTES_MAX} printable ASCII characters are needed`);
  }
  return agent;
}

/** The URL of a file server. */
export function serverValue(text: string): ServerUrl {
  const refused = (wanted: string): UsageError => new UsageError(`--server ${quoted(maskUrl(text))}: ${wanted}`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused("a URL is needed, such as --server http://192.0.2.1:8080/phones/");
  }
  const secure = url.protocol === "https:";
  if (!secure && url.protocol !== "http:") throw refused("the URL must begin with http:// or https://");
  if (url.username !== "" || url.password !== "") throw refused("the telephone sends no user name; leave it out");
  if (url.search !== "" || url.hash !== "") throw refused('leave out what follows "?" or "#"; the telephone adds file names');
  if (url.hostname.startsWith("[")) throw refused("the telephone knows IPv4 only; give an IPv4 address or a name");
  const directory = url.pathname.replace(/^\/+|\/+$/g, "");
  if (/\.txt$/i.test(directory)) {
    throw refused(`give the folder here, and the file with --script ${directory.slice(directory.lastIndexOf("/") + 1)}`);
  }
  if (/[,"]/.test(directory) || directory.length > DIRECTORY_BYTES_MAX) {
    throw refused(`a folder of at most ${DIRECTORY_BYTES_MAX} characters without comma and quote is needed`);
  }
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  if (port === 0) throw refused("port 0 cannot be connected to");
  return { secure, text: `${url.protocol}//${url.host}/${directory === "" ? "" : `${directory}/`}`, host: url.hostname, port, directory };
}

/** `WHEN:KEYS`. WHEN is seconds, a state or a "text"; KEYS are softkey labels, digits, `*`, `#`, Mute, Up, Down, blanks between. */
export function keyValue(text: string): KeyScript {
  const [, onScreen, plain, keys] = /^(?:"([^"]+)"|([^":]+)):(.+)$/s.exec(text) ?? [];
  if (keys === undefined) throw new UsageError(`--key ${quoted(text)}: WHEN:KEYS is needed, such as ${KEYS_EXAMPLE}`);
  return { when: onScreen === undefined ? momentValue(text, plain ?? "") : { text: onScreen }, keys: keysValue(text, keys), text };
}

function momentValue(whole: string, text: string): KeyMoment {
  if (/^\d+(\.\d+)?$/.test(text)) return { seconds: Number(text) };
  if (STATES.includes(text)) return { state: text };
  const wanted = `neither seconds nor a state (${STATES.join(" ")}); a text on the screen stands in quotes: ${KEYS_EXAMPLE}`;
  throw new UsageError(`--key ${quoted(whole)}: ${quoted(text)} is ${wanted}`);
}

function keysValue(whole: string, text: string): KeyPress[] {
  const presses: KeyPress[] = [];
  for (const token of text.match(/"[^"]+"|[A-Za-z][A-Za-z-]*|[0-9*#]|[\s,]+|./gs) ?? []) {
    if (/^[\s,]+$/.test(token)) continue;
    if (/^[0-9*#]$/.test(token)) presses.push({ key: token.charCodeAt(0) });
    else if (keyOfName(token) !== undefined) presses.push({ key: keyOfName(token)! });
    else if (/^["A-Za-z]/.test(token) && token !== '"') presses.push({ softkey: token.replaceAll('"', "") });
    else throw new UsageError(`--key ${quoted(whole)}: ${quoted(token)} is no key; ${KEYS_WANTED}`);
  }
  if (presses.length === 0) throw new UsageError(`--key ${quoted(whole)}: no key follows the colon, such as ${KEYS_EXAMPLE}`);
  return presses;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Emulated Ethernet that leaves this process. */
export type WireChoice =
  | { readonly kind: "udp"; readonly localPort: number; readonly host: string; readonly port: number }
  | { readonly kind: "exec"; readonly command: string };

/** Reads `udp:LPORT:HOST:RPORT` or `exec:COMMAND`. */
export function wireValue(value: string): WireChoice {
  if (value.startsWith("exec:") && value.length > "exec:".length) return { kind: "exec", command: value.slice("exec:".length) };
  const [, localPort, host, port] = /^udp:(\d{1,5}):([^:]+):(\d{1,5})$/.exec(value) ?? [];
  if (localPort === undefined || host === undefined || port === undefined || !isPort(localPort) || !isPort(port)) {
    throw new UsageError(`--wire ${quoted(value)}: udp:LPORT:HOST:RPORT or exec:COMMAND is needed, such as udp:5001:127.0.0.1:5000`);
  }
  return { kind: "udp", localPort: Number(localPort), host, port: Number(port) };
}

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65535;
}

/** A fault of the cable (a share of the frames, or a cut on entering a state), of the supply, or of the flash chip. */
export type FaultChoice =
  | { readonly kind: "loss" | "duplicate" | "reorder" | "flip"; readonly share: number }
  | { readonly kind: "cut"; readonly state: string }
  | { readonly kind: "power"; readonly operation: number; readonly model: string; readonly seed: number }
  | { readonly kind: "flash"; readonly fault: SilentKind; readonly seed: number };

/** Reads `loss=5%`, `duplicate=…`, `reorder=…`, `flip=…`, `cut@STATE`, `power@OPERATION:MODEL:SEED` or `flash=KIND:SEED`. */
export function faultValue(value: string): FaultChoice {
  if (value.startsWith("power@")) return powerFault(value);
  if (value.startsWith("flash=")) return flashFault(value);
  const [, kind, percent] = /^(loss|duplicate|reorder|flip)=(\d{1,3}(?:\.\d+)?)%$/.exec(value) ?? [];
  if (kind !== undefined && Number(percent) <= 100) {
    return { kind: kind as "loss" | "duplicate" | "reorder" | "flip", share: Number(percent) / 100 };
  }
  const [, state] = /^cut@(.+)$/.exec(value) ?? [];
  if (state !== undefined && STATES.includes(state)) return { kind: "cut", state };
  if (state !== undefined) throw new UsageError(`--fault ${quoted(value)}: ${quoted(state)} is no state; one of ${STATES.join(" ")}`);
  const chip = "power@OPERATION:MODEL:SEED or flash=KIND:SEED";
  throw new UsageError(`--fault ${quoted(value)}: loss=5%, duplicate=2%, reorder=5%, flip=0.1%, cut@STATE, ${chip} is needed`);
}

function powerFault(value: string): FaultChoice {
  const [, operation, model, seed] = /^power@(\d{1,9}):([a-z-]+):(\d{1,9})$/.exec(value) ?? [];
  if (operation === undefined || model === undefined) {
    const wanted = "power@OPERATION:MODEL:SEED is needed, three parts, OPERATION and SEED whole numbers, such as power@41:bits:1";
    throw new UsageError(`--fault ${quoted(value)}: ${wanted}`);
  }
  if (MODEL_NAMES.includes(model)) return { kind: "power", operation: Number(operation), model, seed: Number(seed) };
  throw new UsageError(`--fault ${quoted(value)}: ${quoted(model)} is no model; ${meant(model, MODEL_NAMES)}`);
}

function flashFault(value: string): FaultChoice {
  const [, fault, seed] = /^flash=([a-z-]+):(\d{1,9})$/.exec(value) ?? [];
  if (fault === undefined) throw new UsageError(`--fault ${quoted(value)}: flash=KIND:SEED is needed, such as flash=lie:1`);
  const kind = SILENT_KINDS.find((known) => known === fault);
  if (kind !== undefined) return { kind: "flash", fault: kind, seed: Number(seed) };
  throw new UsageError(`--fault ${quoted(value)}: ${quoted(fault)} is no kind of fault; ${meant(fault, SILENT_KINDS)}`);
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `${near === undefined ? "" : `did you mean ${near}? `}these are: ${known.join(" ")}`;
}
