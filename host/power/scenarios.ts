// The scenarios of the sweep as data: what the chip holds, which start-ups follow one another, and how it must end.
//
// In: a name and a shape of chip. Out: images that fit it, the far end of each start, and what counts as the end. A new scenario
// is a row of SCENARIOS. It runs nothing.

import { Kind } from "../../hal/abi.js";
import { ed25519Key } from "../image/keys.js";
import { demoKey } from "../image/demo.js";
import { packBlocks } from "../image/blocks.js";
import { packImage } from "../image/pack.js";
import { sha256 } from "../image/digest.js";
import { seededPayload } from "../image/payload.js";
import type { FlashGeometry } from "../peripherals/flash.js";
import type { Scheduler } from "../scheduler.js";
import { demoSite } from "../site/demo.js";
import { MemoryFiles } from "../site/file-server.js";
import type { Site } from "../site/site.js";
import { layoutOf } from "./layout.js";
import type { SettingsSets } from "./settings-reader.js";

export interface SweepImage {
  readonly name: string;
  readonly kind: Kind;
  readonly counter: number;
  readonly bytes: Uint8Array;
  /** As the journal keeps it: 16 bytes in hex. */
  readonly digest: string;
}

/** What is around the chip at a start: what the file server's upgrade script says, and what is set up at the telephone. */
export interface FarEnd {
  /** The boot file that is wanted first, then the application. */
  readonly boot?: string;
  readonly app?: string;
  /** A LAN where nobody answers DHCP. */
  readonly silent?: boolean;
  /** The set that the settings file has; without one there is no such file. */
  readonly settings?: "A" | "B";
  /** Entered locally at this start, `NAME=VALUE`. */
  readonly presets?: readonly string[];
  /** Files have block files, and the telephone has no staging: blocks go straight into the slot. */
  readonly direct?: boolean;
  /** The application's first answer ends after so many bytes, with a reset. */
  readonly breaksAt?: number;
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
  /** The settings are judged: which set is stored at the end, and what is entered locally beside it. */
  readonly keeps?: string;
  /** Blocks that were whole before the cut are not erased again. */
  readonly resumes?: boolean;
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
/** One local entry changes, one stays; the file's set changes with the first. */
const ENTERED: FarEnd = { app: "app1.bin", settings: "A", presets: ["GROUP=1", "LOGSRVR=10.0.8.9"] };
const CHANGED: FarEnd = { app: "app1.bin", settings: "B", presets: ["GROUP=2"] };
/** In the second block. */
const BROKEN_AT = 4300;
const DIRECT: FarEnd = { app: "app4.bin", direct: true };
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
  {
    name: "settings", what: "the settings file and a local entry change, and are stored", stored: BOTH,
    before: [{ farEnd: ENTERED }], starts: [{ farEnd: CHANGED }],
    keeps: "B, LOGSRVR=10.0.8.9, GROUP=2",
    settles: { boot: "boot1.bin", app: "app1.bin" },
    recovery: CHANGED, ends: { boot: "boot1.bin", app: "app1.bin" },
  },
  {
    name: "resume", what: "a telephone without staging writes block by block, and the server breaks off once", stored: BOTH,
    starts: [{ farEnd: { ...DIRECT, breaksAt: BROKEN_AT } }], resumes: true,
    settles: { boot: "boot1.bin", app: "app4.bin" },
    recovery: DIRECT, ends: { boot: "boot1.bin", app: "app4.bin" },
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
  /** Of several blocks, where the slot takes them. */
  readonly bytesMax?: number;
}

const IMAGES: Readonly<Record<string, Plan>> = {
  "boot1.bin": { kind: Kind.Boot, counter: 1, share: 0.7 },
  "boot2.bin": { kind: Kind.Boot, counter: 4, share: 0.9 },
  "app1.bin": { kind: Kind.Application, counter: 1, share: 0.5 },
  "app2.bin": { kind: Kind.Application, counter: 3, share: 0.7 },
  "app3.bin": { kind: Kind.Application, counter: 3, share: 0.3 },
  "app4.bin": { kind: Kind.Application, counter: 3, share: 0.9, bytesMax: 10_000 },
  "bad.bin": { kind: Kind.Application, counter: 9, share: 0.6, stranger: true },
};

/** More is only more of the same pages. */
const IMAGE_BYTES_MAX = 2200;

/** The images of a shape of chip. */
export function imagesFor(geometry: FlashGeometry): SweepImage[] {
  const layout = layoutOf(geometry);
  return Object.entries(IMAGES).map(([name, { kind, counter, share, stranger, bytesMax = IMAGE_BYTES_MAX }]) => {
    const bytes = Math.max(IMAGE_BYTES_MIN, Math.floor(share * Math.min(layout.room(kind), bytesMax)));
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

/** What the settings of the sweep are called; entered locally: LOGSRVR stays, GROUP is entered anew. */
export const LOCAL_NAMES = { stays: ["LOGSRVR"], all: ["LOGSRVR", "GROUP"] } as const;
/** A list of more than a page where the shape has room for it: a head, a list, and 100 bytes for the other entries. */
const DOMAIN_BYTES_MAX = 200;
const OTHERS_BYTES = 228;

/** The two sets of a settings file. They differ in every value. */
export function settingsFor(geometry: FlashGeometry): SettingsSets {
  const room = layoutOf(geometry).settings.bytes / 4 - OTHERS_BYTES;
  const domain = (letter: string): string => `${letter.repeat(Math.max(4, Math.min(DOMAIN_BYTES_MAX, room)))}.example`;
  return {
    A: { SIPDOMAIN: domain("a"), DSCPSIG: "11", DSCPAUD: "12", L2QSIG: "1" },
    B: { SIPDOMAIN: domain("b"), DSCPSIG: "21", DSCPAUD: "22", L2QSIG: "2" },
  };
}

function scriptOf({ boot, app, settings }: FarEnd): string {
  const application = (app === undefined ? "" : `SET APPNAME ${app}\n`) + (settings === undefined ? "" : "GET 46xxsettings.txt\n");
  if (boot === undefined) return application;
  return `IF $BOOTNAME SEQ ${boot} GOTO APP\nSET APPNAME ${boot}\nGOTO END\n# APP\n${application}# END\n`;
}

/** What of a shape the far end hands out. */
export interface Wares {
  readonly images: readonly SweepImage[];
  readonly settings: SettingsSets;
}

/** The far end in memory, which answers at once. */
export function siteOf(farEnd: FarEnd, { images, settings }: Wares, scheduler: Scheduler): Site {
  const files: Record<string, string | Uint8Array> = Object.fromEntries(images.map((image) => [image.name, image.bytes]));
  if (farEnd.direct === true) for (const image of images) files[`${image.name}.blocks`] = blocksOf(image);
  if (farEnd.settings !== undefined) {
    files["46xxsettings.txt"] = Object.entries(settings[farEnd.settings]!).map(([name, value]) => `SET ${name} ${value}\n`).join("");
  }
  const source = new MemoryFiles({ ...files, "96xxupgrade.txt": scriptOf(farEnd) });
  const { silent, breaksAt, app } = farEnd;
  return demoSite({
    scheduler, source, thinkUs: 0, ...(silent === true ? { dhcp: { silentUs: Number.POSITIVE_INFINITY } } : {}),
    ...(breaksAt === undefined ? {} : { faults: [{ path: `/${app}`, times: 1, fault: { kind: "reset", bytes: breaksAt } }] }),
  });
}

const blockFiles = new WeakMap<SweepImage, Uint8Array>();

function blocksOf(image: SweepImage): Uint8Array {
  const { kind, counter, bytes } = image;
  const known = blockFiles.get(image) ?? packBlocks(bytes, { kind, version: VERSION, counter, signer: demoKey() });
  blockFiles.set(image, known);
  return known;
}
