// One start of a telephone on a small chip: the board and core of `offhook boot`, watched.
//
// In: cells and a far end. Out: what it did to the chip and what became of it. The start is a function of the pages that it looked
// at before it changed them (`needs`) and of nothing else: same pages, same run. It judges nothing.

import { Kind, Status } from "../../hal/abi.js";
import { SlotState } from "../../hal/events.js";
import { Board, type BoardOptions } from "../board.js";
import { WatchedFlash } from "../faults/watched-flash.js";
import { demoKey } from "../image/demo.js";
import { MemoryNetwork } from "../network/memory.js";
import type { Flash } from "../peripherals/flash.js";
import type { CellOperation, NorCells } from "../peripherals/nor-cells.js";
import { NorFlash } from "../peripherals/nor-flash.js";
import type { NorPart } from "../peripherals/nor-parts.js";
import { LOCAL_NAMES, siteOf, type FarEnd, type Start, type SweepImage, type Wares } from "./scenarios.js";
import { readSettings, settingsLabel } from "./settings-reader.js";
import { isInside, layoutOf, slotsOf, type Layout } from "./layout.js";
import type { Stable } from "./stable.js";
import { readJournal, type JournalSays } from "./journal-reader.js";

export const SWEEP_IDENTITY = { model: "9640D01A", serial: "07N540100001", mac: Uint8Array.of(0, 4, 13, 0x12, 0x34, 0x56) };

/** An erase or program with where in the start-up it was. */
export interface Operation extends CellOperation {
  readonly state: string;
  /** 0 until the first reset, then 1, … */
  readonly instance: number;
}

/** The core chose what runs, or said so by handing over. */
export interface Choice {
  readonly instance: number;
  readonly kind: Kind;
  readonly slot: number;
  /** Name of the image that stands there; empty where the bytes are none that was ever signed for this telephone. */
  readonly image: string;
  /** Operations before it. */
  readonly after: number;
}

export interface Run {
  readonly operations: readonly Operation[];
  readonly choices: readonly Choice[];
  /** Handed over to bytes that are no signed image. */
  readonly unverified: string | undefined;
  /** Tried where it must not: protected by the chip, outside the journal on units that are not erased, in the slot that runs. */
  readonly trespasses: readonly string[];
  /** What the journal says at the end of each instance. */
  readonly journals: readonly JournalSays[];
  /** The most erases of one sector of a slot in one instance. */
  readonly erasesMax: number;
  /** Kinds of which a slot was erased, and the sectors. */
  readonly erased: readonly Kind[];
  readonly sectors: readonly number[];
  /** What each instance had of settings before it asked anybody, and what the chip holds of them in the end. */
  readonly restored: readonly string[];
  readonly kept: string;
  readonly ended: "quiet" | "state" | "stuck";
  readonly panic: string | undefined;
  readonly bootname: string;
  readonly appname: string;
  /** Pages that decide the run, in the order in which it came to them. */
  readonly needs: readonly number[];
}

/** The login prompt is quiet when nothing is wanted for this long: as a session of `boot` ends. */
const QUIET_US = 500_000;
/** More than the longest start-up of the sweep by a factor of three. */
const LIMIT_US = 300_000_000;
const POLLS_MAX = 20_000;
const INSTANCES_MAX = 8;
const STAGING_BYTES = 16 * 1024;

export interface Bench extends Wares {
  readonly core: WebAssembly.Module;
  /** Snapshots of that core; without them every start is played from its beginning. */
  readonly stable?: Stable | undefined;
  /** Makes the core in its place: of a run that is recorded. */
  readonly instantiate?: BoardOptions["instantiate"];
  readonly part: NorPart;
}

/** Goes wrong without a word: around the chip, or between two operations. */
export interface Interference {
  wrap?(chip: Flash): Flash;
  /** An operation has begun. */
  begun?(operation: Operation, number: number, cells: NorCells): void;
}

/** Runs a start on these cells, which it changes. */
export function runStart(bench: Bench, cells: NorCells, { farEnd, until }: Start, interference: Interference = {}): Run {
  return new Telephone(bench, cells, farEnd, until, interference).run();
}

class Telephone {
  readonly #bench: Bench;
  readonly #cells: NorCells;
  readonly #layout: Layout;
  readonly #board: Board;
  readonly #until: string | undefined;
  readonly #operations: Operation[] = [];
  readonly #choices: Choice[] = [];
  readonly #trespasses: string[] = [];
  readonly #journals: JournalSays[] = [];
  readonly #needs: number[] = [];
  /** Per page: 1 its first contents count already, 2 they are gone. */
  readonly #pages: Uint8Array;
  readonly #erases = new Map<number, number>();
  readonly #erased = new Set<Kind>();
  readonly #sectors = new Set<number>();
  readonly #restored: string[] = [];
  readonly #interference: Interference;
  #chip: NorFlash | undefined;
  #running: { offset: number; bytes: number }[] = [];
  #erasesMax = 0;
  #state = "power-up";
  #ended: Run["ended"] | undefined;
  #unverified: string | undefined;
  #instance = 0;

  constructor(bench: Bench, cells: NorCells, farEnd: FarEnd, until: string | undefined, interference: Interference) {
    const { part } = bench;
    const { stable, instantiate = stable && ((_core, imports, nowUs) => stable.instantiate(imports, nowUs)) } = bench;
    this.#bench = bench;
    this.#interference = interference;
    this.#cells = cells;
    this.#until = until;
    this.#layout = layoutOf(part);
    this.#pages = new Uint8Array(part.totalBytes / part.pageBytes);
    const watcher = {
      begun: (operation: CellOperation) => this.#begun(operation),
      refused: (operation: CellOperation, status: Status) => this.#refused(operation, status),
      read: (offset: number, bytes: number) => this.#need(offset, bytes),
    };
    this.#board = new Board({
      core: bench.core,
      ...(instantiate === undefined ? {} : { instantiate }),
      identity: { ...SWEEP_IDENTITY, presets: farEnd.presets ?? [] },
      trust: [demoKey().spki],
      stagingBytes: farEnd.direct === true ? 0 : STAGING_BYTES,
      flash: (clock) => {
        this.#chip = new NorFlash({ part, clock, timing: "typical", cells });
        return new WatchedFlash(interference.wrap?.(this.#chip) ?? this.#chip, watcher);
      },
      network: (scheduler) => new MemoryNetwork({ scheduler, site: siteOf(farEnd, bench, scheduler) }),
      onHandover: (_kind, offset, bytes) => this.#handover(offset, bytes),
    });
    this.#board.log.listen((event) => {
      if (event.event === "state") this.#entered(event.state);
      if (event.event !== "slot") return;
      const kind = event.kind === "boot" ? Kind.Boot : Kind.Application;
      const slot = event.slot === "A" ? 0 : 1;
      if (event.why === "chosen" || event.why === "name-unknown") this.#chosen(kind, slot);
      if (event.why === "confirmed") this.#confirmed(kind, slot);
    });
  }

  run(): Run {
    const board = this.#board;
    board.powerOn();
    while (this.#ended === undefined) {
      const nextUs = board.nextUs();
      if (nextUs === undefined || nextUs > LIMIT_US || board.pollCount > POLLS_MAX || this.#instance > INSTANCES_MAX) this.#ended = "stuck";
      else board.advance(nextUs);
      if (board.resetCount !== this.#instance) this.#reset();
      const { wakeUs, scheduler } = board;
      if (this.#state === "login" && (wakeUs === undefined || wakeUs - scheduler.nowUs >= QUIET_US)) this.#ended ??= "quiet";
    }
    this.#journals.push(readJournal(this.#cells, this.#bench.part));
    const { panic } = board.system;
    const { bootname, appname } = board.log.facts;
    return {
      operations: this.#operations, choices: this.#choices, unverified: this.#unverified, trespasses: this.#trespasses,
      journals: this.#journals, erasesMax: this.#erasesMax, erased: [...this.#erased], ended: this.#ended, bootname,
      appname, needs: this.#needs, sectors: [...this.#sectors], restored: this.#restored,
      kept: settingsLabel(readSettings(this.#cells, this.#bench.part).newest, this.#bench.settings, LOCAL_NAMES.all),
      panic: panic === undefined ? undefined : `${panic.file}:${panic.line}`,
    };
  }

  #entered(state: string): void {
    this.#state = state;
    if (state === "link") this.#restored.push(this.#settings());
    if (state === this.#until) this.#ended = "state";
  }

  /** What the chip gave, by what the core says of it. */
  #settings(): string {
    const sources: Readonly<Record<string, boolean>> = { "stored": false, "command-line": true };
    const found = [...this.#board.log.facts.parameters].flatMap(([name, { value, source }]) =>
      (sources[source] === undefined ? [] : [[name, { value, isLocal: sources[source] }] as const]));
    return settingsLabel(new Map(found), this.#bench.settings, LOCAL_NAMES.stays);
  }

  #reset(): void {
    this.#instance = this.#board.resetCount;
    const journal = readJournal(this.#cells, this.#bench.part);
    this.#journals.push(journal);
    this.#activated(journal);
    this.#running = [];
    this.#erases.clear();
  }

  /** What is on trial when the telephone restarts must be on the chip. */
  #activated(journal: JournalSays): void {
    for (const { kind, slot, span } of slotsOf(this.#layout)) {
      const says = journal[kind]?.slots[slot];
      if (says?.state !== SlotState.Trial || imageAt(this.#cells, span.offset, this.#bench.images)?.digest === says.digest) continue;
      this.#trespasses.push(`the slot at ${span.offset} was activated and does not hold its image`);
    }
  }

  /** Whoever says so must have written it. */
  #confirmed(kind: Kind, slot: number): void {
    const says = readJournal(this.#cells, this.#bench.part)[kind];
    if (says?.slots[slot]?.state === SlotState.Updated && says.confirmed === slot) return;
    this.#trespasses.push("a confirmation was acknowledged that the journal does not hold");
  }

  #chosen(kind: Kind, slot: number): void {
    const span = this.#layout.slot(kind, slot);
    const image = imageAt(this.#cells, span.offset, this.#bench.images)?.name ?? "";
    this.#choices.push({ instance: this.#instance, kind, slot, image, after: this.#operations.length });
    this.#running.push(span);
  }

  #handover(offset: number, bytes: number): void {
    const image = imageAt(this.#cells, offset, this.#bench.images);
    if (image?.bytes.length !== bytes) this.#unverified ??= `${bytes} bytes at ${offset}`;
    const open = this.#running.find((span) => this.#chip?.isProtected(span.offset, span.bytes) === false);
    if (open !== undefined) this.#trespasses.push(`the slot at ${open.offset} runs and is not protected`);
  }

  #begun(operation: CellOperation): void {
    const { kind, offset, bytes } = operation;
    if (this.#running.some((span) => isInside(span, offset))) this.#trespasses.push(`${kind} at ${offset} in the slot that runs`);
    if (kind === "program") this.#need(offset, bytes);
    else this.#erase(offset, bytes);
    const source = operation.source?.slice();
    const begun = { kind, offset, bytes, source, state: this.#state, instance: this.#instance };
    this.#operations.push(begun);
    this.#interference.begun?.(begun, this.#operations.length - 1, this.#cells);
  }

  #refused({ kind, offset, bytes }: CellOperation, status: Status): void {
    if (kind === "program") this.#need(offset, bytes);
    const isLog = [...this.#layout.journal, this.#layout.settings].some((span) => isInside(span, offset));
    if (status === Status.NotErased && isLog) return; // How it looks for a place that takes a record.
    this.#trespasses.push(`${kind} at ${offset} refused: ${Status[status]}`);
  }

  #erase(offset: number, bytes: number): void {
    const { sectorBytes, pageBytes } = this.#bench.part;
    this.#pages.fill(2, offset / pageBytes, (offset + bytes) / pageBytes);
    const slot = slotsOf(this.#layout).find(({ span }) => isInside(span, offset));
    if (slot === undefined) return;
    this.#erased.add(slot.kind);
    for (let at = offset; at < offset + bytes; at += sectorBytes) {
      const erases = (this.#erases.get(at) ?? 0) + 1;
      this.#erases.set(at, erases);
      this.#sectors.add(at);
      this.#erasesMax = Math.max(this.#erasesMax, erases);
    }
  }

  #need(offset: number, bytes: number): void {
    const { pageBytes, totalBytes } = this.#bench.part;
    const last = Math.min(totalBytes, offset + Math.max(1, bytes)) - 1;
    for (let page = Math.floor(offset / pageBytes); page <= Math.floor(last / pageBytes); page++) {
      if (this.#pages[page] !== 0) continue;
      this.#pages[page] = 1;
      this.#needs.push(page);
    }
  }
}

/** The image whose bytes stand at an offset. */
export function imageAt(cells: NorCells, offset: number, images: readonly SweepImage[]): SweepImage | undefined {
  return images.find(({ bytes }) => {
    const found = new Uint8Array(bytes.length);
    cells.peek(offset, found);
    return found.every((byte, at) => byte === bytes[at]);
  });
}
