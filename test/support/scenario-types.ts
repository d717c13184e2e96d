// What a scenario is made of, and what comes of it (scenario.ts plays it).

import type { Board, BoardOptions } from "../../host/board.js";
import type { Expectation } from "../../host/checks/expectation.js";
import type { EndEvent, OffhookEvent } from "../../host/event-types.js";
import type { KeyScript } from "../../host/key-script.js";
import type { Direction } from "../../host/network/capture.js";
import type { BuiltLan } from "../../host/network/lan-network.js";
import type { Network } from "../../host/network/network.js";
import type { CutModel, Flash } from "../../host/peripherals/flash.js";
import type { NorPart } from "../../host/peripherals/nor-parts.js";
import type { SecureElement } from "../../host/peripherals/secure-element.js";
import type { Identity } from "../../host/peripherals/system.js";
import type { Scheduler } from "../../host/scheduler.js";
import type { CallServerConfig } from "../../host/site/call-server.js";
import type { DhcpConfig } from "../../host/site/dhcp-server.js";
import type { FileSource } from "../../host/site/file-server.js";
import type { HttpFaultRule } from "../../host/site/http-faults.js";
import type { HttpHandler } from "../../host/site/http-message.js";
import type { HttpAccess } from "../../host/site/http-server.js";
import type { LanOptions } from "../../host/site/lan.js";
import type { LanConfig } from "../../host/site/lan-config.js";
import type { Site } from "../../host/site/site.js";
import type { FlashOperation, GuardedFlash } from "./guarded-flash.js";
import type { Pc, PcPlan } from "./pc.js";
import type { Software } from "./scenario-software.js";

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** The cable is pulled a while after a state was entered for the first time, and perhaps put back. */
export interface Pull {
  readonly state: string;
  readonly afterMs: number;
  /** Somewhere behind the switch, so that the telephone still has a link. */
  readonly isFar?: boolean;
  /** Default: never put back. */
  readonly forMs?: number;
}

/** TLS between the telephone and its network, and before servers of the far end (support/tls.ts). */
export interface TlsPlan {
  readonly secure: SecureElement;
  over(below: Network, scheduler: Scheduler): Network;
  seal(scheduler: Scheduler): NonNullable<LanOptions["seal"]>;
}

export interface Scenario extends Pick<BoardOptions, "instantiate" | "scep" | "secrets"> {
  readonly name: string;
  /** The far end on the wire; `files` are then on each of its file servers, and `dhcp`, `site`, `handler`, `faults` are not used. */
  readonly lan?: LanConfig;
  /** Played by `playSettled` alone. */
  readonly tls?: TlsPlan;
  readonly pull?: Pull;
  /** Every frame on the telephone's cable. */
  readonly onFrame?: (direction: Direction, frame: Uint8Array) => void;
  /** Changes the far end on the wire before power-up. */
  readonly built?: (built: BuiltLan, scheduler: Scheduler) => void;
  /** Changes it while the telephone runs. */
  readonly at?: { readonly seconds: number; readonly do: (built: BuiltLan) => void };
  readonly seed?: number;
  readonly files?: Files | FileSource;
  readonly faults?: readonly HttpFaultRule[];
  /** What the file server answers instead of files. */
  readonly handler?: HttpHandler;
  readonly dhcp?: Partial<DhcpConfig>;
  readonly callServer?: Partial<CallServerConfig>;
  /** Changes the far end before power-up. */
  readonly site?: (site: Site, scheduler: Scheduler) => void;
  readonly identity?: Partial<Identity>;
  readonly trust?: readonly Uint8Array[];
  /** Software in the chip, each stored by the telephone itself; default none, on a chip full of noise. */
  readonly stored?: readonly Software[];
  /** Chip contents of an earlier run, instead of `stored`. */
  readonly contents?: Uint8Array;
  readonly part?: NorPart;
  /** The chip starts full of noise; default true. */
  readonly dirty?: boolean;
  readonly wrap?: (flash: Flash) => Flash;
  /** Loses power while this operation in the slots (or any) is under way; it comes back after two seconds. */
  readonly cut?: { readonly operation: FlashOperation | "any"; readonly after: number; readonly model?: CutModel };
  /** What is plugged into the PC port, on the wire. */
  readonly pc?: PcPlan;
  /** The line's speed; 0 = no cable. */
  readonly linkSpeed?: number;
  readonly keys?: readonly KeyScript[];
  readonly until?: string;
  readonly timeoutSeconds?: number;
  /** As with `--server`: what was asked for must have worked. Default true. */
  readonly strict?: boolean;
  readonly expectations?: readonly Expectation[];
  readonly thinkUs?: number;
  readonly stagingBytes?: number;
  /** The bar may go away before it is full: a file that is judged as it is written may be refused, or begun anew. */
  readonly mayGiveUp?: boolean;
}

export interface Played {
  readonly transcript: string;
  readonly events: readonly OffhookEvent[];
  readonly end: EndEvent;
  readonly exitCode: number;
  readonly accesses: readonly HttpAccess[];
  readonly sip: readonly string[]; // What the call server was asked in memory: `REGISTER 401`.
  readonly flash: GuardedFlash;
  readonly board: Board;
  readonly violations: readonly string[];
  /** With `lan`: SHA-256 of the whole capture, its frames, and the longest that the telephone received. */
  readonly capture: { readonly digest: string; readonly frameCount: number; readonly longestIn: number };
  readonly built: BuiltLan | undefined;
  readonly pc: Pc | undefined;
}
