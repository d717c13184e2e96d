// The scenarios of the sweep as data: what the chip holds, which start-ups follow one another, and how it must end.
//
// In: a name and a shape of chip. Out: images that fit it, the far end of each start, and what counts as the end. A new scenario
// is a row of SCENARIOS. It runs nothing.

import { Kind } from "../../hal/abi.js";
import { ed25519Key } from "../image/keys.js";
import { demoKey } from "../image/demo.js";
import { packImage } from "../image/pack.js";
import { sha256 } from "../image/digest.js";
import { seededPayload } from "../image/payload.js";
import type { FlashGeometry } from "../peripherals/flash.js";
import type { Scheduler } from "../scheduler.js";
import { demoSite } from "../site/demo.js";
import { MemoryFiles } from "../site/file-server.js";
import type { Site } from "../site/site.js";
import { layoutOf } from "./layout.js";

export interface SweepImage {
  readonly name: string;
  readonly kind: Kind;
  readonly counter: number;
  readonly bytes: Uint8Array;
  /** As the journal keeps it: 16 bytes in hex. */
  readonly digest: string;
}

/** What the file server's upgrade script says; `silent` is a LAN where nobody answers DHCP. */
export interface FarEnd {
  /** The boot file that is wanted first, then the application. */
  readonly boot?: string;
  readonly app?: string;
  readonly silent?: boolean;
}

/** One power-up with the resets that follow, until the login prompt is quiet or a state is entered. */
export interface Start {
  readonly farEnd: FarEnd;
  readonly until?: string;
}

export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** Stored and confirmed before, one after the other. */
  readonly stored: readonly string[];
  /** Start-ups before power is ever cut. */
  readonly before?: readonly Start[];
  /** Slots in which a byte is wrong after that. */
  readonly rotten?: readonly (readonly [kind: Kind, slot: number])[];
  /** Power-ups are added before until the first of `starts` begins a new journal sector. */
  readonly rotates?: boolean;
  /** Start-ups whose operations are cut. */
  readonly starts: readonly Start[];
  /** What the last of `starts` runs when nothing is cut. */
  readonly settles: { readonly boot: string; readonly app?: string };
  /** The far end once cuts have stopped, and what must run at its end. */
  readonly recovery: FarEnd;
  readonly ends: { readonly boot: string; readonly app: string };
}

const BOTH = ["boot1.bin", "app1.bin"] as const;
const OLD: FarEnd = { app: "app1.bin" };
const NEW: FarEnd = { app: "app2.bin" };
const NEW_BOOT: FarEnd = { boot: "boot2.bin", app: "app1.bin" };
const SILENT: FarEnd = { silent: true };
/** The new application is stored and on trial; the telephone is about to restart. */
const APP_ON_TRIAL: readonly Start[] = [{ farEnd: NEW, until: "restart" }];
const BOOT_ON_TRIAL: readonly Start[] = [{ farEnd: NEW_BOOT, until: "restart" }];

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "first-install", what: "a blank telephone fetches a boot file, then an application", stored: [],
    starts: [{ farEnd: { boot: "boot1.bin", app: "app1.bin" } }],
    settles: { boot: "boot1.bin", app: "app1.bin" },
    recovery: { boot: "boot1.bin", app: "app1.bin" }, ends: { boot: "boot1.bin", app: "app1.bin" },
  },
  {
    name: "update", what: "a new application, from the download to its confirmation", stored: BOTH,
    starts: [{ farEnd: NEW }],
    settles: { boot: "boot1.bin", app: "app2.bin" },
    recovery: NEW, ends: { boot: "boot1.bin", app: "app2.bin" },
  },
  {
    name: "confirm", what: "an application on trial starts and reaches the login prompt", stored: BOTH, before: APP_ON_TRIAL,
    starts: [{ farEnd: NEW }],
    settles: { boot: "boot1.bin", app: "app2.bin" },
    recovery: NEW, ends: { boot: "boot1.bin", app: "app2.bin" },
  },
  {
    name: "revert-unconfirmed", what: "an application on trial that never reaches the login prompt gives way", stored: BOTH,
    before: APP_ON_TRIAL, starts: [1, 2, 3, 4].map(() => ({ farEnd: SILENT, until: "dhcp" })),
    settles: { boot: "boot1.bin", app: "app1.bin" }, recovery: OLD, ends: { boot: "boot1.bin", app: "app1.bin" },
  },
  {
    name: "revert-attempts", what: "a boot file on trial that is started three times and never lives gives way", stored: BOTH,
    before: BOOT_ON_TRIAL, starts: [1, 2, 3, 4].map(() => ({ farEnd: SILENT, until: "link" })),
    settles: { boot: "boot1.bin", app: "app1.bin" }, recovery: OLD, ends: { boot: "", app: "app1.bin" },
  },
  {
    name: "rejected", what: "a file with a signature of nobody is refused, and nothing is erased", stored: BOTH,
    starts: [{ farEnd: { app: "bad.bin" } }],
    settles: { boot: "boot1.bin", app: "app1.bin" },
    recovery: { app: "bad.bin" }, ends: { boot: "boot1.bin", app: "app1.bin" },
  },
  {
    name: "rotation", what: "an update during which the journal goes round", stored: BOTH, rotates: true,
    starts: [{ farEnd: NEW }],
    settles: { boot: "boot1.bin", app: "app2.bin" },
    recovery: NEW, ends: { boot: "boot1.bin", app: "app2.bin" },
  },
  {
    name: "counter-raise", what: "a boot file on trial is confirmed and the counter floor rises", stored: BOTH, before: BOOT_ON_TRIAL,
    starts: [{ farEnd: NEW_BOOT }],
    settles: { boot: "boot2.bin", app: "app1.bin" },
    recovery: NEW_BOOT, ends: { boot: "boot2.bin", app: "app1.bin" },
  },
  {
    name: "recovery", what: "both applications are rotten: the boot file's start-up fetches one", stored: [...BOTH, "app2.bin"],
    rotten: [[Kind.Application, 0], [Kind.Application, 1]],
    starts: [{ farEnd: { app: "app3.bin" } }],
    settles: { boot: "boot1.bin", app: "app3.bin" },
    recovery: { app: "app3.bin" }, ends: { boot: "boot1.bin", app: "app3.bin" },
  },
];

/** Not a scenario of the list: an update of the boot file alone, in slots of four sectors of two pages. */
export const FIXPOINT: Scenario = {
  name: "fixpoint", what: "a boot file is replaced; the chip holds nothing else", stored: ["boot1.bin"],
  starts: [{ farEnd: { boot: "boot2.bin" } }],
  settles: { boot: "boot2.bin" },
  recovery: { boot: "boot2.bin" }, ends: { boot: "boot2.bin", app: "" },
};

export function scenarioNamed(name: string): Scenario | undefined {
  return [...SCENARIOS, FIXPOINT].find((scenario) => scenario.name === name);
}

/** A stranger's key: what it signs is refused. */
const STRANGER = ed25519Key(new TextEncoder().encode("offhook sweep: a stranger's key."));
const VERSION = { major: 1, minor: 0, revision: 0, build: 0 };
/** The smallest image has a header, a digest, a key hash and a signature. */
const IMAGE_BYTES_MIN = 300;

interface Plan {
  readonly kind: Kind;
  readonly counter: number;
  /** Size as a share of what the slot takes, so that old and new differ in their erases. */
  readonly share: number;
  readonly stranger?: boolean;
}

const IMAGES: Readonly<Record<string, Plan>> = {
  "boot1.bin": { kind: Kind.Boot, counter: 1, share: 0.7 },
  "boot2.bin": { kind: Kind.Boot, counter: 4, share: 0.9 },
  "app1.bin": { kind: Kind.Application, counter: 1, share: 0.5 },
  "app2.bin": { kind: Kind.Application, counter: 3, share: 0.7 },
  "app3.bin": { kind: Kind.Application, counter: 3, share: 0.3 },
  "bad.bin": { kind: Kind.Application, counter: 9, share: 0.6, stranger: true },
};

/** More is only more of the same pages. */
const IMAGE_BYTES_MAX = 2200;

/** The images of a shape of chip. */
export function imagesFor(geometry: FlashGeometry): SweepImage[] {
  const layout = layoutOf(geometry);
  return Object.entries(IMAGES).map(([name, { kind, counter, share, stranger }]) => {
    const bytes = Math.max(IMAGE_BYTES_MIN, Math.floor(share * Math.min(layout.room(kind), IMAGE_BYTES_MAX)));
    const options = { kind, version: VERSION, counter, signer: stranger === true ? STRANGER : demoKey() };
    const payload = seededPayload(name, counter, bytes - packImage(new Uint8Array(0), options).length);
    const image = packImage(payload, options);
    return { name, kind, counter, bytes: image, digest: digestOf(image) };
  });
}

/** SHA-256 over header, payload and protected TLVs, as much of it as the journal keeps. */
function digestOf(image: Uint8Array): string {
  const view = new DataView(image.buffer, image.byteOffset);
  const signed = view.getUint16(8, true) + view.getUint16(10, true) + view.getUint32(12, true);
  return Array.from(sha256(image.subarray(0, signed)).subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function scriptOf({ boot, app }: FarEnd): string {
  const application = app === undefined ? "" : `SET APPNAME ${app}\n`;
  if (boot === undefined) return application;
  return `IF $BOOTNAME SEQ ${boot} GOTO APP\nSET APPNAME ${boot}\nGOTO END\n# APP\n${application}# END\n`;
}

/** The far end in memory, which answers at once. */
export function siteOf(farEnd: FarEnd, images: readonly SweepImage[], scheduler: Scheduler): Site {
  const files = Object.fromEntries(images.map((image) => [image.name, image.bytes]));
  const source = new MemoryFiles({ ...files, "96xxupgrade.txt": scriptOf(farEnd) });
  return demoSite({ scheduler, source, thinkUs: 0, ...(farEnd.silent === true ? { dhcp: { silentUs: Number.POSITIVE_INFINITY } } : {}) });
}
