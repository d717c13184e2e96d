// What the page and the worker say to each other. Types alone: nothing here does anything.
//
// The page gives orders; the worker, which has the telephone and its far end, tells news. All of it can be copied between the two.

import type { EndBody } from "../../verdict.js";
import type { OffhookEvent } from "../../event-types.js";
import type { Direction } from "../../network/capture.js";
import type { FrameLayer } from "./frame-layer.js";
import type { SectorChange } from "./sector-map.js";

export type Order =
  | { readonly do: "lan"; readonly name: string }
  | { readonly do: "power"; readonly on: boolean }
  | { readonly do: "key"; readonly code: number }
  | { readonly do: "cable"; readonly isIn: boolean }
  | { readonly do: "port-vlan"; readonly vid: number }
  | { readonly do: "speed"; readonly factor: number }
  | { readonly do: "run" }
  | { readonly do: "pause" }
  | { readonly do: "step" }
  | { readonly do: "edit"; readonly file: string; readonly text: string }
  | { readonly do: "frame"; readonly n: number }
  | { readonly do: "download"; readonly what: Download };

export type Download = "capture" | "transcript" | "events";

export interface FrameRow {
  /** From 1, as in the capture. */
  readonly n: number;
  readonly ms: number;
  readonly direction: Direction;
  readonly protocol: string;
  readonly source: string;
  readonly target: string;
  readonly summary: string;
  readonly bytes: number;
}

export interface FrameDetail {
  readonly row: FrameRow;
  readonly bytes: Uint8Array;
  readonly layers: readonly FrameLayer[];
}

export type NoteKind = "set" | "jump" | "skipped" | "ignored" | "warning" | "error" | "quiet";

export interface LineNote {
  readonly line: number;
  readonly kind: NoteKind;
  readonly text: string;
}

export interface FileNotes {
  readonly file: string;
  readonly notes: readonly LineNote[];
  /** Parameters that this file has the last word on. */
  readonly inForce: number;
  /** How reading it ended. */
  readonly ended: string;
}

/** A part of the chip with its name, such as `boot A`. */
export interface Region {
  readonly name: string;
  /** In sectors. */
  readonly first: number;
  readonly count: number;
}

/** A new telephone on a LAN, before power. */
export interface Plugged {
  readonly news: "plugged";
  readonly lan: string;
  readonly summary: string;
  readonly lans: readonly string[];
  readonly model: string;
  readonly part: string;
  readonly portVlan: number;
  readonly regions: readonly Region[];
  readonly sectorBytes: number;
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

export interface Evidence {
  readonly text: string;
  /** A frame that can be looked at. */
  readonly frame?: number;
}

export interface VerdictNews {
  readonly standing: "under way" | "reached" | "stopped" | "going round";
  readonly state: string;
  readonly cause: string;
  readonly advice: string;
  readonly evidence: readonly Evidence[];
  readonly warnings: readonly { readonly cause: string; readonly advice: string }[];
  readonly bootname: EndBody["bootname"];
  readonly appname: EndBody["appname"];
}

/** What happened since the last of these. */
export interface Tick {
  readonly news: "tick";
  readonly ms: number;
  readonly powered: boolean;
  readonly cable: boolean;
  readonly isPaused: boolean;
  readonly portVlan: number;
  readonly events: readonly OffhookEvent[];
  readonly frames: readonly FrameRow[];
  readonly sectors: readonly SectorChange[];
  readonly erasedBytes: number;
  readonly programmedBytes: number;
  /** Power was lost or came back since: the screen went dark in between. */
  readonly powerCuts: readonly number[];
  readonly verdict?: VerdictNews;
}

export type News =
  | Plugged
  | Tick
  | { readonly news: "notes"; readonly notes: FileNotes }
  | { readonly news: "frame"; readonly detail: FrameDetail | undefined }
  | { readonly news: "file"; readonly name: string; readonly type: string; readonly bytes: Uint8Array }
  | { readonly news: "failed"; readonly why: string };
