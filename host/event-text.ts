// Small wordings that verdicts and frontends share: an event in a few words, times, byte counts, file names of URLs.
//
// In: events and numbers. Out: one line of plain text, no colours, no columns. It judges nothing.

import type { OffhookEvent, SlotEvent } from "./event-types.js";

/** What kept a request from being answered, in words. */
export const ERROR_TEXTS: Readonly<Record<string, string>> = {
  "refused": "refused the connection",
  "reset": "reset the connection",
  "timed-out": "did not answer in time",
  "unreachable": "cannot be reached",
  "no-name": "has no address: the name was not found",
  "tls-certificate": "showed a certificate that cannot be used",
  "tls-failed": "could not agree on TLS",
  "tls-expired": "showed a certificate that has expired",
  "tls-not-yet-valid": "showed a certificate that is not valid yet",
  "tls-name": "showed a certificate for another name",
  "tls-unknown-ca": "showed a certificate that nobody trusted vouches for",
  "tls-plain": "does not speak TLS at this port",
  "closed": "closed the connection before it answered",
  "unsupported": "asks for something that this network does not offer",
};

/** Control characters, and those that turn text around or have no width: what a file says must not steer a terminal. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Text from a wire or a file, safe to print: each character that is none becomes a dot. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "·");
}

/** Telephone time as `0:21`, minutes and seconds. */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Telephone time as `0:21.034`. */
export function stampText(ms: number): string {
  return `${clockText(ms)}.${String(ms % 1000).padStart(3, "0")}`;
}

/** A count of bytes for people: `512 KiB`, `1.9 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${short(bytes / 1024)} KiB`;
  return `${short(bytes / 1024 / 1024)} MiB`;
}

/** `1 sector`, `2 sectors`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What follows a URL's server, without a query. */
export function pathOf(url: string): string {
  return (url.split(/[?#]/, 1)[0] ?? "").replace(/^https?:\/\/[^/]*/i, "");
}

/** The file a URL or path names: what follows its last slash. */
export function fileOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  return path.slice(path.lastIndexOf("/") + 1);
}

/** True where this path, or its end in whole names, is what the URL names; the URL's query counts where the path has one. */
export function isPath(url: string, path: string): boolean {
  const plain = path.includes("?") ? url : url.split(/[?#]/, 1)[0] ?? "";
  return plain === path || plain.endsWith(path.startsWith("/") ? path : `/${path}`);
}

/** True for the block file of a software file: it is done without where it is missing or wrong. */
export function isBlockFile(name: string): boolean {
  return name.endsWith(".blocks");
}

/** An event in a few words, for evidence and for plain lines; its kind is not repeated where the words say it. */
export function describeEvent(event: OffhookEvent): string {
  switch (event.event) {
    case "state": return event.state;
    case "display": return `${event.row.padEnd(6)} ${event.text}`;
    case "softkeys": return event.labels.join(" | ");
    case "progress": return event.permille === null ? "off" : `${Math.floor(event.permille / 10)}%`;
    case "beep": return "error tone";
    case "dhcp": return joined(event.message?.toUpperCase(), event.address, after("from", event.server), after("lease", event.lease));
    case "option": return joined(`${event.name ?? ""}=${event.value ?? ""}`, event.effect, bracket(event.why));
    case "vlan": return joined(`VLAN ${event.from ?? 0}${event.changed === true ? ` to ${event.to ?? 0}` : ""}`, event.reason);
    case "http": return describeHttp(event);
    case "script": return joined(place(event.file, event.line), event.statement, arrow(event.effect, event.why));
    case "image": return joined(event.file, event.verdict, after("version", event.version), event.unsigned ? "(not signed)" : "");
    case "slot": return describeSlot(event);
    case "self-test": return joined(event.part, event.ok === false ? "FAILED" : "passed");
    case "flash": return describeFlash(event);
    case "reset": return event.reason ?? "";
    case "sip": return joined(event.step, event.transport, event.server, event.status, event.result);
    case "trust": return joined(
      event.file ?? "TRUSTCERTS", event.effect, event.certificates === undefined ? "" : countText(event.certificates, "certificate"),
      bracket(event.why),
    );
    case "scep": return describeScep(event);
    case "end": return `${event.code}: ${event.cause}`;
  }
}

type Of<Name extends OffhookEvent["event"]> = Extract<OffhookEvent, { event: Name }>;

function describeHttp(event: Of<"http">): string {
  const outcome = event.status ?? event.error ?? "";
  // A status of 400 and above says it all.
  if ((event.status ?? 0) >= 400) return joined(event.method ?? "GET", event.url, outcome);
  const size = event.bytes === undefined ? "" : bytesText(event.bytes);
  const part = event.from === undefined ? "" : `from ${event.from}`;
  const block = event.block === undefined ? "" : `block ${event.block} at ${event.offset ?? 0}`;
  const tls = event.error?.startsWith("tls-") === true ? bracket(event.detail) : "";
  return joined(event.method ?? "GET", event.url, outcome, size, part, bracket(event.why), block, tls);
}

function describeScep(event: Of<"scep">): string {
  const bits = event.keyBits === undefined ? "" : `${event.keyBits} bits`;
  const algorithms = joined(event.digest, event.cipher, bits, event.weak ? "weak" : "");
  const way = event.proxy === undefined ? after("direct, because of", event.matchedException) : after("through", event.proxy);
  const result = event.result === "none" && event.step === "skipped" ? "" : event.result;
  return joined(event.step, result, event.status, event.error, event.failInfo, event.messageType, bracket(algorithms), bracket(way));
}

function describeSlot(event: SlotEvent): string {
  const attempts = event.state === "trial" ? after("attempts", event.attempts) : "";
  const blocks = event.blocks === undefined ? "" : `${countText(event.blocks, "block")}, ${event.held} held, ${event.copied} copied`;
  return joined(event.kind, event.slot, event.state, attempts, blocks, bracket(event.why));
}

function describeFlash(event: Of<"flash">): string {
  const [erases = 0, programs = 0] = [event.erases, event.programs];
  const erased = erases === 0 ? "" : `erased ${bytesText(event.erasedBytes ?? 0)} in ${countText(erases, "operation")}`;
  const written = programs === 0 ? "" : `programmed ${bytesText(event.programmedBytes ?? 0)} in ${countText(programs, "page")}`;
  return [erased, written, `${event.milliseconds} ms`].filter((part) => part !== "").join(", ");
}

function joined(...parts: readonly (string | number | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}

function after(word: string, value: string | number | undefined): string {
  return value === undefined ? "" : `${word} ${value}`;
}

function bracket(why: string | undefined): string {
  return why === undefined || why === "" ? "" : `(${why})`;
}

function place(file: string | undefined, line: number | undefined): string {
  return line === undefined ? file ?? "" : `${file ?? ""}:${line}`;
}

/** What became of a statement, where the statement itself does not say it. */
function arrow(effect: string | undefined, why: string | undefined): string {
  if (why !== undefined) return `-> ${effect ?? ""} (${why})`;
  return effect === "set" || effect === "get" || effect === undefined ? "" : `-> ${effect}`;
}

function short(value: number): string {
  return value < 10 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value));
}
