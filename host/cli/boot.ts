// `offhook boot`: puts a telephone together from the options, runs it, shows it, and ends with its verdict.
//
// Files, the terminal and signals are touched here; what the telephone does is decided below. Results go to stdout.

import { randomFillSync } from "node:crypto";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { env, stderr, stdin, stdout } from "node:process";
import { Board, type BoardOptions } from "../board.js";
import type { Expectation } from "../checks/expectation.js";
import type { EndEvent, OffhookEvent } from "../event-types.js";
import { HeadlessFrontend } from "../frontends/headless.js";
import { junitOf } from "../frontends/junit.js";
import { LiveKeys, type LiveKey } from "../frontends/live-keys.js";
import { PlainFrontend } from "../frontends/plain.js";
import { TerminalFrontend } from "../frontends/terminal.js";
import { Transcript } from "../frontends/transcript.js";
import { DEMO_MODEL, demoKey, demoOldBoot } from "../image/demo.js";
import { keyCodeOf, keyName } from "../key-press.js";
import { softkeyLabels } from "../key-script.js";
import { NorFlash } from "../peripherals/nor-flash.js";
import { SecureElement } from "../peripherals/secure-element.js";
import { TrustStore } from "../peripherals/trust-store.js";
import { NOR_PARTS, norPart, type NorPart } from "../peripherals/nor-parts.js";
import type { Identity } from "../peripherals/system.js";
import type { FrameLog } from "../network/frame-log.js";
import { RunLoop } from "../run-loop.js";
import type { Scheduler } from "../scheduler.js";
import { Session } from "../session.js";
import { provision } from "../site/factory.js";
import { lanList } from "../site/lans.js";
import { ChipFile } from "../storage/chip-file.js";
import type { SecureFile } from "../storage/secure-file.js";
import { commandsToTry, renderVerdict } from "../verdict-text.js";
import { certificatesOfPem } from "../x509/pem.js";
import { certificateOptions, secureFile } from "./boot-certificates.js";
import { BootFaults } from "./boot-faults.js";
import { openNetwork, type BootNetwork } from "./boot-network.js";
import { sweepCells, sweepPartOf, sweepSetUp } from "./boot-sweep.js";
import { readCore } from "./core-file.js";
import { expectFileValue } from "./expect-values.js";
import { trustFromPem } from "./image-keys.js";
import type { ServerUrl } from "./option-values.js";
import { parseBootOptions, type BootOptions } from "./options.js";
import { UsageError } from "./usage.js";

const KNOCK_MS = 250;
const DEFECT = "this is a defect of Offhook, please report it\n";

/** What shows a run, whatever it is. */
interface Frontend {
  event(event: OffhookEvent): void;
  start?(): void;
  tick?(wallMs: number, telephoneMs: number): void;
  power?(on: boolean): void;
  finish?(): void;
}

/** Runs `offhook boot ARGS`. Returns the exit code; throws UsageError. */
export async function bootCommand(args: readonly string[]): Promise<number> {
  const options = parseBootOptions(args);
  if (options.listLans) {
    stdout.write(lanList());
    return 0;
  }
  const part = options.network.kind === "sweep" ? sweepPartOf(options.part) : partOf(options.part);
  const faults = new BootFaults(options.faults);
  const expectations = [...options.expectations, ...options.expectFiles.flatMap(expectationsIn)];
  const transcript = options.transcript === undefined ? undefined : openOutput("transcript", options.transcript);
  const junit = options.junit === undefined ? undefined : openOutput("junit", options.junit);
  const chip = options.flash === undefined ? undefined : openChip(options.flash, part);
  const secure = secureFile(options);
  const trust = trustStore(options, secure);
  let wake = (): void => undefined;
  const network = await openNetwork(options, trust, () => wake());
  try {
    const board: Board = new Board({
      ...boardOptions(options, part, network, { faults, file: chip }),
      secure: new SecureElement(trust),
      ...(secure === undefined ? {} : { secrets: secure.own }),
      scep: { ...certificateOptions(options), onChange: () => secure?.saveOwn(board.scep.secrets()) },
    });
    network.attach(board);
    const loop = new RunLoop(board);
    wake = () => loop.wake();
    const run = new Run(options, board, loop, { transcript, junit, expectations, frames: network.frames });
    faults.attach(board, { power: (on) => run.power(on, network) });
    if (options.network.kind === "server" && options.waitSeconds > 0) await awaitServer(options.network.server, options.waitSeconds);
    const code = await run.run();
    faults.finish();
    chip?.save();
    return code;
  } finally {
    network.close();
    for (const file of [transcript, junit]) if (file !== undefined) closeSync(file);
  }
}

/** What else a run is asked for: files that are open, and what it must have shown. */
interface Asked {
  readonly transcript: number | undefined;
  readonly junit: number | undefined;
  readonly expectations: readonly Expectation[];
  readonly frames: FrameLog | undefined;
}

/** One run with its frontends, keys and signals. */
class Run {
  readonly #options: BootOptions;
  readonly #board: Board;
  readonly #loop: RunLoop;
  readonly #session: Session;
  readonly #frontend: Frontend;
  readonly #transcript: Transcript | undefined;
  readonly #asked: Asked;
  readonly #keys = new LiveKeys();

  constructor(options: BootOptions, board: Board, loop: RunLoop, asked: Asked) {
    this.#options = options;
    this.#board = board;
    this.#loop = loop;
    this.#asked = asked;
    this.#transcript = asked.transcript === undefined ? undefined : new Transcript(networkName(options), options.seed, options);
    this.#session = new Session({
      board,
      until: options.until ?? (options.logsIn ? "registered" : "login"),
      mayGoOn: options.until === undefined,
      timeoutSeconds: options.timeoutSeconds,
      keys: options.keys,
      strict: options.network.kind !== "lan" || options.site !== undefined || options.logsIn,
      lenient: options.lenient,
      expectations: asked.expectations,
      frames: asked.frames,
      onPress: (name) => this.#transcript?.key(this.#nowMs(), name),
    });
    this.#frontend = frontendOf(options, board);
    board.log.listen((event) => {
      this.#transcript?.event(event);
      this.#frontend.event(event);
    });
  }

  async run(): Promise<number> {
    const interrupt = () => this.#interrupt();
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);
    const release = this.#takeKeys();
    this.#frontend.start?.();
    try {
      this.#board.powerOn();
      await this.#loop.run({
        speed: speedOf(this.#options),
        stop: () => this.#session.stop,
        tick: () => this.#frontend.tick?.(performance.now(), this.#nowMs()),
      });
    } finally {
      this.#frontend.tick?.(Number.POSITIVE_INFINITY, this.#nowMs());
      this.#frontend.finish?.();
      release();
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    }
    return this.#finish();
  }

  #finish(): number {
    const { end, checks, exitCode } = this.#session.finish();
    const { transcript, junit } = this.#asked;
    if (this.#transcript && transcript !== undefined) writeFileSync(transcript, this.#transcript.text);
    if (junit !== undefined) writeFileSync(junit, junitOf(this.#board.log.events, end, checks));
    if (!this.#options.json) printVerdict(end, this.#board.log.events, this.#frontend instanceof TerminalFrontend);
    for (const { script, why } of this.#session.missedKeys) stderr.write(`offhook: --key ${script.text} was not pressed: ${why}\n`);
    const [{ panic }, { faulty }] = [this.#board.system, this.#board.binding];
    if (panic) stderr.write(`offhook: the core stopped at ${panic.file}:${panic.line}; ${DEFECT}`);
    if (faulty) stderr.write(`offhook: the core passed a range outside its memory: ${faulty}; ${DEFECT}`);
    this.#board.network.reset(); // Sockets that are still open would keep the program alive.
    return exitCode;
  }

  #nowMs(): number {
    return Math.floor(this.#board.scheduler.nowUs / 1000);
  }

  #interrupt(): void {
    this.#session.interrupt();
    this.#loop.wake();
  }

  /** The terminal's keys, while a telephone is on it. Returns how to give them back. */
  #takeKeys(): () => void {
    if (!(this.#frontend instanceof TerminalFrontend) || !stdin.isTTY) return () => undefined;
    const take = (data: Buffer) => this.#keys.push(data.toString("utf8")).forEach((key) => this.#press(key));
    stdin.setRawMode(true);
    stdin.on("data", take);
    stdin.resume();
    return () => {
      stdin.off("data", take);
      stdin.setRawMode(false);
      stdin.pause();
    };
  }

  #press(key: LiveKey): void {
    if ("action" in key) return key.action === "quit" ? this.#interrupt() : this.#plug();
    const code = keyCodeOf(key, softkeyLabels(this.#board));
    if (code === undefined) return;
    this.#transcript?.key(this.#nowMs(), keyName(code));
    this.#board.press(code);
    this.#loop.wake();
  }

  /** The supply went or came back by itself. */
  power(on: boolean, network: BootNetwork): void {
    if (on) network.powered?.();
    this.#frontend.power?.(on);
    this.#transcript?.power(this.#nowMs(), on);
  }

  #plug(): void {
    if (this.#board.powered) this.#board.powerOff();
    else this.#board.powerOn();
    this.#frontend.power?.(this.#board.powered);
    this.#transcript?.power(this.#nowMs(), this.#board.powered);
    this.#loop.wake();
  }
}

function frontendOf(options: BootOptions, board: Board): Frontend {
  const write = (text: string) => void stdout.write(text);
  if (options.json) return new HeadlessFrontend(write);
  if (!stdout.isTTY || env["TERM"] === "dumb") return new PlainFrontend(write);
  const screen = { write, columns: () => stdout.columns, rows: () => stdout.rows };
  return new TerminalFrontend(screen, { model: options.model, colour: colours(), flash: () => board.flash.counters });
}

function colours(): boolean {
  return stdout.isTTY && (env["NO_COLOR"] ?? "") === "";
}

/** The verdict, and for somebody at a terminal whose telephone came up, what to try next. */
function printVerdict(end: EndEvent, events: readonly OffhookEvent[], watched: boolean): void {
  const next = watched && end.ok ? ["", ...commandsToTry(colours())] : [];
  stdout.write(`${[...renderVerdict(end, events, colours()), ...next].join("\n")}\n`);
}

/** Real time for somebody who watches, no waiting for a program. */
function speedOf(options: BootOptions): number | "fast" {
  return options.speed ?? (stdout.isTTY && !options.json ? 1 : "fast");
}

function networkName(options: BootOptions): string {
  if (options.network.kind === "lan-file") return options.network.path;
  return options.network.kind === "lan" || options.network.kind === "sweep" ? options.network.name : options.network.kind;
}

function partOf(name: string): NorPart {
  const part = norPart(name);
  if (part) return part;
  throw new UsageError(`--part ${name} is not known; these are: ${NOR_PARTS.map((known) => known.name).join(" ")}`);
}

/** What stands around the chip. */
interface ChipKeepers {
  readonly faults: BootFaults;
  readonly file: ChipFile | undefined;
}

function boardOptions(options: BootOptions, part: NorPart, network: BootNetwork, { faults, file }: ChipKeepers): BoardOptions {
  const core = readCore();
  const trust = options.trust.length === 0 ? [demoKey().spki] : options.trust.map(readTrust);
  const setUp = options.network.kind === "sweep" ? sweepSetUp(options.network.choice) : { presets: [] };
  const identity: Identity = {
    model: options.model,
    serial: options.serial,
    mac: options.mac,
    asAsked: options.asAsked,
    unsigned: options.unsigned,
    strictHttp: options.strictHttp,
    presets: [...setUp.presets, ...options.presets],
    ...(options.bootname === undefined ? {} : { bootName: options.bootname }),
    ...(options.appname === undefined ? {} : { appName: options.appname }),
    ...(options.script === undefined ? {} : { firstFile: options.script }),
    ...(options.extension === undefined ? {} : { extension: options.extension }),
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
  };
  const flash = (clock: Scheduler) => new NorFlash({ part, clock, timing: "typical" });
  const stored = storedFlash(options, core, part, identity, flash);
  return {
    core,
    identity,
    trust,
    seed: options.seed,
    ...(setUp.stagingBytes === undefined ? {} : { stagingBytes: setUp.stagingBytes }),
    showSecrets: options.showSecrets,
    flash: (clock) => faults.wrap(file === undefined ? stored(clock) : file.fill(stored(clock))),
    network: network.make,
    linkSpeed: network.speed,
    linkFullDuplex: network.fullDuplex ?? true,
    ...(isVirtual(options) ? {} : { entropy: (target: Uint8Array) => void randomFillSync(target) }),
  };
}

/** Against real peers chance is real, and so is the date. */
function isVirtual(options: BootOptions): boolean {
  return ["lan", "lan-file", "sweep"].includes(options.network.kind);
}

/** The demonstration begins with an old boot file in the chip, unless the options say what is stored. */
function hasOldBoot(options: BootOptions): boolean {
  const named = options.asAsked || options.bootname !== undefined || options.appname !== undefined;
  return options.network.kind === "lan" && options.site === undefined && !named;
}

/** A chip with what it holds before power comes. */
function storedFlash(
  options: BootOptions, core: WebAssembly.Module, part: NorPart, identity: Identity, flash: (clock: Scheduler) => NorFlash,
): (clock: Scheduler) => NorFlash {
  const { network } = options;
  if (network.kind === "sweep") {
    const cells = sweepCells(core, part, network.choice);
    return (clock) => new NorFlash({ part, clock, timing: "typical", cells });
  }
  return hasOldBoot(options) ? (clock) => demoFlash(core, identity, flash, clock) : flash;
}

/** The file is stored by a telephone that it is for: what one of another model makes of it is for the run to show. */
function demoFlash(core: WebAssembly.Module, identity: Identity, flash: (clock: Scheduler) => NorFlash, clock: Scheduler): NorFlash {
  const chip = flash(clock);
  const maker: Identity = { model: DEMO_MODEL, serial: identity.serial, mac: identity.mac };
  chip.load(provision({ core, identity: maker, trust: [demoKey().spki], flash, file: demoOldBoot() }));
  return chip;
}

/** Opened before the run, so that a path that cannot be written costs none. */
function openOutput(option: string, path: string): number {
  try {
    return openSync(path, "w");
  } catch (error) {
    throw new UsageError(`--${option} ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function openChip(path: string, part: NorPart): ChipFile {
  try {
    return new ChipFile(path, part);
  } catch (error) {
    throw new UsageError(`--flash ${path} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function expectationsIn(path: string): Expectation[] {
  return expectFileValue(path, (name) => readInput("expect-file", name).toString("utf8"));
}

/** What TLS trusts: what `--ca` names and, beside a chip's file, what earlier runs stored. */
function trustStore({ ca }: BootOptions, file: SecureFile | undefined): TrustStore {
  const given = ca === undefined ? [] : readCertificates(ca);
  if (file === undefined) return new TrustStore({ given });
  return new TrustStore({ given, stored: file.trusted, save: (set) => file.saveTrusted(set) });
}

function readCertificates(path: string): Uint8Array[] {
  const bytes = readInput("ca", path);
  try {
    return certificatesOfPem(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--ca ${path}: ${why}; a PEM file of certificates is needed`);
  }
}

function readTrust(path: string): Uint8Array {
  return trustFromPem(readInput("trust", path).toString("latin1"), path);
}

function readInput(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`--${option} ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Knocks until the server accepts a connection. Without an answer in time the telephone starts anyway and says what it finds. */
async function awaitServer(server: ServerUrl, seconds: number): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs && !(await accepts(server))) await new Promise((resolve) => setTimeout(resolve, KNOCK_MS));
}

function accepts(server: ServerUrl): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: server.host, port: server.port, timeout: 1000 });
    const done = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false)).once("timeout", () => done(false));
  });
}
