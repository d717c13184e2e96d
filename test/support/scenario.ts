// Plays a whole start-up in virtual time against a far end in memory, and checks what must hold in every run.
//
// In: a far end, in memory or on the wire (`lan`), a telephone and what goes wrong. Out: transcript, events, verdict, exit code, and what
// was violated: a panic, a wild pointer, a poll that asks for no other, a bar that fell, flash touched too early, a secret that is shown.

import { checkPrimeSync, createHash } from "node:crypto";
import { Board, type LineContext } from "../../host/board.js";
import type { OffhookEvent } from "../../host/event-types.js";
import { half } from "../../host/faults/cut-models.js";
import { Transcript } from "../../host/frontends/transcript.js";
import { demoKey } from "../../host/image/demo.js";
import { Capture } from "../../host/network/capture.js";
import { buildLan, type BuiltLan } from "../../host/network/lan-network.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import type { Network } from "../../host/network/network.js";
import type { Flash } from "../../host/peripherals/flash.js";
import { NorFlash } from "../../host/peripherals/nor-flash.js";
import { W25Q128JV, type NorPart } from "../../host/peripherals/nor-parts.js";
import type { Identity } from "../../host/peripherals/system.js";
import { Random } from "../../host/random.js";
import type { Scheduler } from "../../host/scheduler.js";
import { Session } from "../../host/session.js";
import { DEMO_FILE_PORT, DEMO_FILE_SERVER, demoSite } from "../../host/site/demo.js";
import { provision } from "../../host/site/factory.js";
import { MemoryFiles, type FileSource } from "../../host/site/file-server.js";
import { HttpServer, type HttpAccess } from "../../host/site/http-server.js";
import { lanFindings } from "../../host/site/lan-config.js";
import type { Site } from "../../host/site/site.js";
import { WireTranscript } from "./wire-transcript.js";
import { core } from "./core.js";
import { GuardedFlash } from "./guarded-flash.js";
import { testKey } from "./image-craft.js";
import { Pc } from "./pc.js";
import { leaksOf } from "./planted.js";
import type { Software } from "./scenario-software.js";
import type { Files, Played, Scenario } from "./scenario-types.js";

export type { Files, Played, Pull, Scenario, TlsPlan } from "./scenario-types.js";
export { blockFile, software, unsignedSoftware, type Software } from "./scenario-software.js";

/** 64 units: boot slots of 384 KiB and application slots of 1.5 MiB, so that small files fill a good part of them. */
export const SMALL_PART: NorPart = { ...W25Q128JV, name: "small", totalBytes: 0x400000 };
export const IDENTITY: Identity = { model: "9640D01A", serial: "07N540100001", mac: Uint8Array.of(0, 4, 13, 0x12, 0x34, 0x56) };
const [SEED, SPEED] = [1, 100];
/** The longest pause that a stage may take: DHCP's longest is 64 s and a random second. */
const POLL_WAIT_US_MAX = 70_000_000;
const POWER_OFF_US = 2_000_000;
/** What docs/STARTUP.md promises of a poll. */
const POLL_CALLS_MAX = 64;
/** More polls than the longest scenario takes by a factor of ten. */
const POLL_COUNT_MAX = 2_000_000;

const chips = new Map<string, Uint8Array>();

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What a chip holds after a telephone stored these files, one after the other. */
function chipWith(files: readonly Software[], part: NorPart, dirty: boolean): Uint8Array {
  const key = `${part.name} ${dirty} ${files.map((file) => `${file.name}/${digestOf(file.bytes)}`).join()}`;
  let contents = chips.get(key);
  if (contents !== undefined) return contents;
  for (const file of files) {
    const before = contents;
    const flash = (clock: Scheduler): Flash => {
      const chip = newChip(clock, part, dirty);
      if (before !== undefined) chip.load(before);
      return chip;
    };
    contents = provision({ core, identity: IDENTITY, trust: [testKey.spki, demoKey().spki], flash, file });
  }
  chips.set(key, contents!);
  return contents!;
}

function newChip(clock: Scheduler, part: NorPart, dirty: boolean): NorFlash {
  const random = new Random(SEED);
  return new NorFlash({ part, clock, timing: "typical", random: () => random.unit(), dirty });
}

/** Plays one scenario to its end. */
export function play(scenario: Scenario): Played {
  return new Play(scenario).run();
}

/** The same with TLS: the telephone's time stands while the engines are at work. */
export function playSettled(scenario: Scenario): Promise<Played> {
  return new Play(scenario).runSettled();
}

class Play {
  readonly #scenario: Scenario;
  readonly #board: Board;
  readonly #flash: GuardedFlash;
  readonly #session: Session;
  readonly #transcript: Transcript;
  readonly #accesses: HttpAccess[] = [];
  readonly #sip: string[] = [];
  readonly #violations: string[] = [];
  readonly #captured = createHash("sha256");
  #frameCount = 0;
  #longestIn = 0;
  #built: BuiltLan | undefined;
  #pc: Pc | undefined;
  #permille = -1;
  #pulled = false;
  #cutDone = false;
  #cutting = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    let flash: GuardedFlash | undefined;
    this.#board = new Board({
      core,
      identity: { ...IDENTITY, ...scenario.identity },
      trust: scenario.trust ?? [testKey.spki],
      seed: scenario.seed ?? SEED,
      flash: (clock) => (flash = new GuardedFlash(this.#chip(clock))),
      network: (scheduler, line) => this.#network(scheduler, line),
      ...(scenario.instantiate === undefined ? {} : { instantiate: scenario.instantiate }),
      scep: { isPrime: (candidate) => checkPrimeSync(candidate), ...scenario.scep },
      ...(scenario.secrets === undefined ? {} : { secrets: scenario.secrets }),
      ...(scenario.tls === undefined ? {} : { secure: scenario.tls.secure }),
      ...(scenario.linkSpeed === undefined ? {} : { linkSpeed: scenario.linkSpeed }),
      ...(scenario.pc === undefined ? {} : { pcSpeed: scenario.pc.speed ?? SPEED }),
      ...(scenario.stagingBytes === undefined ? {} : { stagingBytes: scenario.stagingBytes }),
    });
    this.#flash = flash!;
    this.#transcript = new (scenario.lan === undefined ? Transcript : WireTranscript)(scenario.name, scenario.seed ?? SEED);
    this.#board.log.listen((event) => this.#event(event));
    this.#session = new Session({
      board: this.#board,
      until: scenario.until ?? "login",
      timeoutSeconds: scenario.timeoutSeconds ?? 900,
      keys: scenario.keys ?? [],
      strict: scenario.strict ?? true,
      expectations: scenario.expectations ?? [],
      onPress: (name) => this.#transcript.key(this.#nowMs(), name),
    });
  }

  run(): Played {
    this.#board.powerOn();
    while (this.#step());
    return this.#finish();
  }

  async runSettled(): Promise<Played> {
    this.#board.powerOn();
    while (this.#step()) await this.#board.network.settle?.();
    return this.#finish();
  }

  /** False once the run is over. */
  #step(): boolean {
    const board = this.#board;
    const nextUs = board.nextUs();
    if (this.#session.stop || nextUs === undefined) return false;
    board.advance(nextUs);
    this.#check();
    this.#cutPower();
    if (board.pollCount <= POLL_COUNT_MAX) return true;
    this.#violations.push(`still polling after ${POLL_COUNT_MAX} polls`);
    return false;
  }

  #finish(): Played {
    const board = this.#board;
    const { end, exitCode } = this.#session.finish();
    this.#checkEnd();
    this.#violations.push(...leaksOf(this.#scenario, JSON.stringify(board.log.events) + this.#transcript.text));
    return {
      transcript: this.#transcript.text, events: board.log.events, end, exitCode, accesses: this.#accesses, sip: this.#sip, board,
      violations: this.#violations, built: this.#built, pc: this.#pc, flash: this.#flash,
      capture: { digest: this.#captured.digest("hex"), frameCount: this.#frameCount, longestIn: this.#longestIn },
    };
  }

  #network(scheduler: Scheduler, line: LineContext): Network {
    const { lan, tls, files, built, at, onFrame } = this.#scenario;
    const over = (below: Network): Network => tls?.over(below, scheduler) ?? below;
    if (lan === undefined) return over(new MemoryNetwork({ scheduler, site: this.#site(scheduler) }));
    const findings = lanFindings(JSON.parse(JSON.stringify(lan)));
    if (findings.length > 0) throw new Error(JSON.stringify(findings));
    const write = (bytes: Uint8Array): void => void this.#captured.update(bytes);
    const capture = new Capture({ write, name: "telephone", application: "test", epochUs: 0, resolution: "us" });
    this.#built = buildLan(lan, {
      scheduler, random: line.random, mac: line.mac, isUp: line.isUp, isPcUp: line.isPcUp, setPhy: line.setPhy,
      onAccess: (access) => void this.#accesses.push(access),
      onFrame: (direction, frame) => {
        this.#frameCount += 1;
        if (direction === "in") this.#longestIn = Math.max(this.#longestIn, frame.length);
        capture.frame(scheduler.nowUs, direction, frame, "");
        onFrame?.(direction, frame);
      },
      ...(tls === undefined ? {} : { seal: tls.seal(scheduler) }),
      ...(files === undefined ? {} : { source: isSource(files) ? files : new MemoryFiles(files) }),
    });
    const own = this.#built;
    const note = (words: string): void => (this.#transcript as WireTranscript).note(this.#nowMs(), "pc", words);
    if (this.#scenario.pc !== undefined) this.#pc = new Pc(this.#scenario.pc, { built: own, scheduler, lan, note });
    built?.(own, scheduler);
    if (at !== undefined) scheduler.at(at.seconds * 1_000_000, () => at.do(own));
    return over(own.network);
  }

  /** Pulls the cable at both of its ends, or puts it back. */
  #plug(speed: number): void {
    if (this.#transcript instanceof WireTranscript) this.#transcript.note(this.#nowMs(), "cable", speed === 0 ? "out" : "in");
    if (this.#scenario.pull?.isFar === true) return this.#built?.lan.port.setLink(speed !== 0);
    this.#built?.lan.plug(speed);
    this.#board.line.plug(speed);
  }

  #chip(clock: Scheduler): Flash {
    const { part = SMALL_PART, dirty = true, stored = [], contents, wrap } = this.#scenario;
    const chip = newChip(clock, part, dirty);
    const loaded = contents ?? (stored.length === 0 ? undefined : chipWith(stored, part, dirty));
    if (loaded !== undefined) chip.load(loaded);
    return wrap?.(chip) ?? chip;
  }

  #site(scheduler: Scheduler): Site {
    const { files, faults = [], dhcp, callServer, handler, thinkUs } = this.#scenario;
    const onAccess = (access: HttpAccess): void => void this.#accesses.push(access);
    const source = files === undefined || isSource(files) ? files : new MemoryFiles(files);
    const site = demoSite({
      scheduler, faults, onAccess, ...(source === undefined ? {} : { source }), ...(dhcp === undefined ? {} : { dhcp }),
      ...(thinkUs === undefined ? {} : { thinkUs }), ...(callServer === undefined ? {} : { callServer }),
      onSip: (access) => void this.#sip.push(`${access.method} ${access.status}`),
    });
    if (handler !== undefined) site.addStream(DEMO_FILE_SERVER, DEMO_FILE_PORT, new HttpServer({ scheduler, handler, faults, onAccess }));
    this.#scenario.site?.(site, scheduler);
    return site;
  }

  #event(event: OffhookEvent): void {
    this.#transcript.event(event);
    if (event.event === "state") this.#entered(event.state);
    if (event.event === "image" && event.verdict === "accepted") this.#flash.allowed = true;
    if (event.event === "progress") this.#progress(event.permille);
  }

  #entered(state: string): void {
    const { pull } = this.#scenario;
    this.#pc?.entered(state);
    if (state === "power-up") this.#flash.allowed = false;
    // Without staging and block file the header is all that can be judged before.
    if (state === "erase" && this.#scenario.stagingBytes === 0) this.#flash.allowed = true;
    if (pull?.state !== state || this.#pulled) return;
    this.#pulled = true;
    const [{ scheduler }, speed] = [this.#board, this.#scenario.lan?.port?.speed ?? this.#scenario.linkSpeed ?? SPEED];
    scheduler.in(pull.afterMs * 1000, () => {
      this.#plug(0);
      if (pull.forMs !== undefined) scheduler.in(pull.forMs * 1000, () => this.#plug(speed));
    });
  }

  /** The bar rises, and when it goes away without a failure or a cut it was full. */
  #progress(permille: number | null): void {
    const failed = this.#cutting || this.#board.log.facts.notices.some((fact) => fact.notice === "flash-failed");
    const fell = permille !== null && permille < this.#permille;
    const incomplete = permille === null && this.#permille !== 1000 && !failed && this.#scenario.mayGiveUp !== true;
    if (fell || incomplete) this.#violations.push(`the progress bar went from ${this.#permille} to ${permille ?? "off"}`);
    this.#permille = permille ?? -1;
  }

  #check(): void {
    const { wakeUs, scheduler } = this.#board;
    if (wakeUs === undefined || wakeUs - scheduler.nowUs <= POLL_WAIT_US_MAX || this.#waits()) return;
    this.#violations.push(`a poll at ${this.#nowMs()} ms asks for the next after ${Math.floor((wakeUs - scheduler.nowUs) / 1000)} ms`);
  }

  /** The telephone waits for somebody to come. */
  #waits(): boolean {
    return this.#board.log.facts.notices.some((fact) => fact.notice === "no-software");
  }

  #checkEnd(): void {
    const { pollCallsMax, system, binding, log } = this.#board;
    if (system.panic !== undefined) this.#violations.push(`panic at ${system.panic.file}:${system.panic.line}`);
    if (pollCallsMax > POLL_CALLS_MAX) this.#violations.push(`a poll made ${pollCallsMax} HAL calls`);
    if (binding.faulty !== undefined) this.#violations.push(`a range outside memory: ${binding.faulty}`);
    if (log.droppedCount > 0) this.#violations.push(`${log.droppedCount} malformed event records`);
    const [offset] = this.#flash.trespasses;
    if (offset !== undefined) this.#violations.push(`flash touched at ${offset} before a file was accepted`);
  }

  /** A cut lies between two polls, while the chip works on the operation that was asked for. */
  #cutPower(): void {
    const { cut } = this.#scenario;
    if (cut === undefined || this.#cutDone) return;
    const { counts, beganCount } = this.#flash;
    if ((cut.operation === "any" ? beganCount : counts[cut.operation]) <= cut.after) return;
    this.#cutDone = true;
    this.#cutting = true;
    this.#board.powerOff(cut.model ?? half);
    this.#cutting = false;
    this.#transcript.power(this.#nowMs(), false);
    this.#board.scheduler.in(POWER_OFF_US, () => {
      this.#transcript.power(this.#nowMs(), true);
      this.#board.powerOn();
    });
  }

  #nowMs(): number {
    return Math.floor(this.#board.scheduler.nowUs / 1000);
  }
}

function isSource(files: Files | FileSource): files is FileSource {
  return typeof files["read"] === "function";
}
