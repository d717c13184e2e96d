// Every event a run produces, as JSON objects: what a listener of the library, a line of `--json` and a verdict hold.
//
// A field that was not known at that moment is absent, never null, except where null has a meaning (`progress`).
// Words are the kebab-case names of the members in hal/events.ts. Nothing here does anything.

import type { Code } from "./verdict-codes.js";

export type { Code } from "./verdict-codes.js";

/** What every event carries: its number from 1, and the telephone's time in milliseconds since its first power-up. */
export interface Stamp {
  readonly n: number;
  readonly t: number;
}

/** The start-up entered a state: `power-up`, `dhcp`, … `login`. */
export interface StateEvent extends Stamp {
  readonly event: "state";
  readonly state: string;
}

/** A row of the screen changed. The text is whole, although the screen shows 32 characters of it at a time. */
export interface DisplayEvent extends Stamp {
  readonly event: "display";
  /** `title`, `prompt`, or `0` to `5` for the application rows. */
  readonly row: string;
  readonly text: string;
}

/** The softkeys from the left; one without a label is an empty string, and those after the last label are left out. */
export interface SoftkeysEvent extends Stamp {
  readonly event: "softkeys";
  readonly labels: readonly string[];
}

/** The progress bar: 0 to 1000, or null when it is not shown. */
export interface ProgressEvent extends Stamp {
  readonly event: "progress";
  readonly permille: number | null;
}

export interface BeepEvent extends Stamp {
  readonly event: "beep";
}

export interface DhcpEvent extends Stamp {
  readonly event: "dhcp";
  readonly message?: string;
  readonly vlan?: number;
  readonly address?: string;
  readonly server?: string;
  readonly lease?: number;
  readonly option242?: string;
  /** Of option 242, as it came. */
  readonly bytes?: number;
  readonly mask?: string;
  readonly router?: string;
}

/** One item of DHCP option 242. */
export interface OptionEvent extends Stamp {
  readonly event: "option";
  readonly name?: string;
  readonly value?: string;
  readonly effect?: string;
  /** Bytes from the start of the option's text. */
  readonly offset?: number;
  readonly why?: string;
}

export interface VlanEvent extends Stamp {
  readonly event: "vlan";
  /** Tagging and VLAN that are wanted. */
  readonly tagging?: boolean;
  readonly vid?: number;
  /** The VLAN in use, 0 untagged or priority tagging, and the wanted one. */
  readonly from?: number;
  readonly to?: number;
  readonly changed?: boolean;
  readonly reason?: string;
}

/** One request and how it ended: with a `status`, or with an `error` below HTTP. */
export interface HttpEvent extends Stamp {
  readonly event: "http";
  /** Which request of the start-up it was, from 1: the number on the screen. */
  readonly try?: number;
  readonly server?: string | number;
  readonly method?: string;
  readonly url?: string;
  readonly version?: string | number;
  readonly status?: number;
  readonly etag?: string;
  readonly bytes?: number;
  readonly expected?: number;
  /** The part of the file that was asked for: its first and last byte; without a last one up to the file's end. */
  readonly from?: number;
  readonly to?: number;
  readonly accepted?: boolean;
  readonly why?: string;
  /** With `wrong-block`: its number from 0, and its place in the file. */
  readonly block?: number;
  readonly offset?: number;
  readonly error?: string;
  /** The reason in the words of whoever refused, such as `connect ECONNREFUSED 127.0.0.1:80`. */
  readonly detail?: string;
}

/** What became of a file that TRUSTCERTS names (`taken`, `refused`), or of all of them (`stored`, `cleared`, `kept`). */
export interface TrustEvent extends Stamp {
  readonly event: "trust";
  readonly file?: string;
  readonly effect?: string;
  readonly certificates?: number;
  readonly why?: string;
}

/** One statement of a script or settings file, or its end. */
export interface ScriptEvent extends Stamp {
  readonly event: "script";
  readonly file?: string;
  readonly line?: number;
  readonly statement?: string;
  readonly effect?: string;
  readonly name?: string;
  readonly value?: string;
  readonly why?: string;
  /** The tag of an IF, where the file is only read. */
  readonly detail?: string;
  readonly statements?: number;
}

/** The verdict on a boot or application file. */
export interface ImageEvent extends Stamp {
  readonly event: "image";
  readonly file?: string;
  readonly bytes?: number;
  readonly verdict?: string;
  readonly digest?: string;
  readonly crc32?: string | number;
  readonly version?: string;
  readonly key?: string;
  readonly signature?: string;
  readonly unsigned?: boolean;
  readonly expected?: string | number;
  readonly found?: string | number;
  readonly model?: string;
  readonly kind?: string;
  readonly counter?: number;
  readonly detail?: string;
  /** A block file: the blocks of the file that it is of. */
  readonly blocks?: number;
  /** Header flags, when there are any. */
  readonly flags?: number;
  /** Dependencies on other images: named, not enforced. */
  readonly dependencies?: number;
}

/** A software slot was read, chosen or changed. */
export interface SlotEvent extends Stamp {
  readonly event: "slot";
  readonly kind?: string;
  readonly slot?: string;
  readonly state?: string;
  readonly attempts?: number;
  readonly counter?: number;
  readonly found?: string;
  /** With a block file: the file's blocks, those that the slot held already, and those that the running slot has. */
  readonly blocks?: number;
  readonly held?: number;
  readonly copied?: number;
  readonly why?: string;
}

export interface SelfTestEvent extends Stamp {
  readonly event: "self-test";
  readonly part?: string;
  readonly ok?: boolean;
}

/** What flash went through: in one erase or one write, or (`summary`) since power-up. Milliseconds are the telephone's. */
export interface FlashEvent extends Stamp {
  readonly event: "flash";
  readonly operation: "erase" | "program" | "summary";
  readonly erases?: number;
  readonly erasedBytes?: number;
  readonly programs?: number;
  readonly programmedBytes?: number;
  readonly milliseconds: number;
}

export interface ResetEvent extends Stamp {
  readonly event: "reset";
  readonly reason?: string;
}

export interface SipEvent extends Stamp {
  readonly event: "sip";
  readonly transport?: string;
  readonly method?: string;
  readonly status?: number;
  readonly step?: string;
  readonly result?: string;
  /** As the list of call servers, or a redirect, names it. */
  readonly server?: string | number;
  /** Over UDP: how often the request was sent. */
  readonly sends?: number;
  /** Seconds for which the registration holds. */
  readonly expires?: number;
  /** Seconds after which a server that is busy wants to be asked again. */
  readonly retryAfter?: number;
}

export interface ScepEvent extends Stamp {
  readonly event: "scep";
  readonly step?: string;
  readonly result?: string;
  /** `host:port` that the request goes to instead of MYCERTURL's server. */
  readonly proxy?: string;
  /** The entry of HTTPEXCEPTIONDOMAINS because of which it does not. */
  readonly matchedException?: string;
  readonly status?: number;
  readonly error?: string;
  readonly messageType?: string;
  readonly transaction?: string;
  readonly digest?: string;
  readonly cipher?: string;
  readonly keyBits?: number;
  readonly failInfo?: string;
  /** Digest, cipher or key are of a kind that nobody should use any more. */
  readonly weak?: boolean;
}

/** A thing that supports a verdict: another event, a line of a file, or a parameter and where its value came from. */
export type Evidence =
  | { readonly event: number }
  /** On the telephone's cable, from 1, as in a capture of the run. */
  | { readonly frame: number }
  | { readonly file: string; readonly line: number; readonly text: string }
  | { readonly parameter: string; readonly source: string };

/** Evidence of something that did not stop the start-up, and what it means. */
export type Warning = Evidence & { readonly code: Code | "unsigned-image"; readonly cause: string; readonly advice: string };

/** A parameter's value in use at the end, where it came from, and the line that set it. */
export interface ParameterValue {
  readonly value: string;
  readonly source: string;
  readonly file?: string;
  readonly line?: number;
}

/** The last event of a run: did the start-up get there, and if not, why. */
export interface EndEvent extends Stamp {
  readonly event: "end";
  readonly ok: boolean;
  readonly state: string;
  readonly code: Code;
  readonly cause: string;
  readonly evidence: readonly Evidence[];
  readonly advice: string;
  readonly warnings: readonly Warning[];
  /** 0 script obtained and interpreted, 1 obtained and not interpretable, 2 not obtained; absent: not decided. */
  readonly upgradestat?: number;
  /** 0 stored, 1 obtained and not stored, 2 not obtained; absent: no file was needed yet. */
  readonly appstat?: number;
  readonly bootname: string;
  readonly appname: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

export type OffhookEvent =
  | StateEvent | DisplayEvent | SoftkeysEvent | ProgressEvent | BeepEvent | DhcpEvent | OptionEvent | VlanEvent | HttpEvent
  | ScriptEvent | ImageEvent | SlotEvent | SelfTestEvent | FlashEvent | ResetEvent | SipEvent | ScepEvent | TrustEvent | EndEvent;

/** An event before it has its number and its time. */
export type EventBody = { readonly [Name in OffhookEvent["event"]]: Omit<Extract<OffhookEvent, { event: Name }>, "n" | "t"> }[
  OffhookEvent["event"]];

/** A message that the core stopped at or passed by: not printed, kept for the verdict. */
export interface NoticeFact {
  /** The number of the last event before it. */
  readonly after: number;
  readonly notice: string;
  readonly detail?: string;
  readonly [field: string]: string | number | boolean | undefined;
}

/** What the core said that is not printed as an event: the latest of each. */
export interface Facts {
  readonly upgradestat?: number;
  readonly appstat?: number;
  readonly bootname: string;
  readonly appname: string;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  /** Of this start-up: a power-up empties the list. */
  readonly notices: readonly NoticeFact[];
}
