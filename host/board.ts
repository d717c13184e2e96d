// The telephone: the only place where peripherals are made and joined to a core.
//
// It is a thing with a plug. With power it makes an instance, polls it, and makes another when the core asks for a reset or
// breaks an assumption. It has no clock: a run loop sets the scheduler's time and calls `poll`.

import { Mode, POLL_ENDED, POLL_WAIT_US_MAX, POLL_ZERO_COUNT_MAX, ResetCause } from "../hal/abi.js";
import type { HalImports } from "../hal/contract.js";
import { instantiateCore, type Core } from "./core-loader.js";
import { EventLog } from "./events.js";
import { HalBinding } from "./hal-binding.js";
import type { Network } from "./network/network.js";
import { Display } from "./peripherals/display.js";
import { EthernetPort } from "./peripherals/ethernet-port.js";
import type { CutModel, Flash } from "./peripherals/flash.js";
import { KeyStore } from "./peripherals/key-store.js";
import { Keypad } from "./peripherals/keypad.js";
import { NorFlash } from "./peripherals/nor-flash.js";
import { W25Q128JV } from "./peripherals/nor-parts.js";
import { SecureElement } from "./peripherals/secure-element.js";
import { SecureScep, type ScepSecrets, type SecureScepOptions } from "./peripherals/secure-element-scep.js";
import { Staging } from "./peripherals/staging.js";
import { SystemBlock, type Identity } from "./peripherals/system.js";
import { Random } from "./random.js";
import { Scheduler } from "./scheduler.js";

/** Two scripts of 4 MiB, or the largest application slot of the default part. */
export const STAGING_BYTES = 8 * 1024 * 1024;

/** The secure element draws from a sequence of its own: a telephone with a certificate is the one without, elsewhere. */
const SECURE_SEED = 0x5ecc;

/** What a network below the HAL needs of the telephone. */
export interface LineContext {
  readonly mac: Uint8Array;
  readonly random: Random;
  /** True while the line port has a link. */
  isUp(): boolean;
  /** True while the PC port has one. */
  isPcUp(): boolean;
  /** PHY1STAT: the speed and duplex that the core chose. */
  setPhy(mode: number): void;
}

export interface BoardOptions {
  /** From `compileCore`. */
  readonly core: WebAssembly.Module;
  /** How an instance is made of it; a `Recorder` and the sweep's snapshots stand in between here. */
  readonly instantiate?: (module: WebAssembly.Module, imports: HalImports, nowUs: () => number) => Core;
  readonly identity: Identity;
  readonly network: (scheduler: Scheduler, line: LineContext) => Network;
  readonly flash?: (clock: Scheduler, random: Random) => Flash;
  /** DER SubjectPublicKeyInfo of each key that may sign images. */
  readonly trust?: readonly Uint8Array[];
  /** What the secure element of a telephone that was here before kept. */
  readonly secrets?: ScepSecrets;
  /** How certificates are asked for; random bytes are the board's. */
  readonly scep?: Omit<SecureScepOptions, "random">;
  /** Default: one that trusts no certificate and keeps nothing. */
  readonly secure?: SecureElement;
  readonly mode?: Mode;
  readonly seed?: number;
  /** Truly random bytes instead of the seed's, for real peers. */
  readonly entropy?: (target: Uint8Array) => void;
  readonly stagingBytes?: number;
  readonly linkSpeed?: number;
  /** What the switch's port can do. */
  readonly linkFullDuplex?: boolean;
  /** Mbit/s of what is plugged into the PC port; default 0, nothing. */
  readonly pcSpeed?: number;
  readonly negotiationUs?: number;
  readonly showSecrets?: boolean;
  /** Of the event log. */
  readonly eventsMax?: number;
  /** Software is started: kind, and where on the chip it stands. */
  readonly onHandover?: (kind: number, offset: number, bytes: number) => void;
}

export class Board {
  readonly scheduler = new Scheduler();
  readonly log: EventLog;
  readonly flash: Flash;
  readonly network: Network;
  readonly keypad = new Keypad();
  readonly display: Display;
  readonly line: EthernetPort;
  readonly pc: EthernetPort;
  readonly system: SystemBlock;
  readonly binding: HalBinding;
  /** When the core wants to be polled next; undefined without power and once it has ended. */
  wakeUs: number | undefined;
  pollCount = 0;
  /** HAL calls of the busiest poll so far. */
  pollCallsMax = 0;
  resetCount = 0;
  readonly #core: WebAssembly.Module;
  readonly #instantiate: NonNullable<BoardOptions["instantiate"]>;
  readonly #mode: Mode;
  readonly #staging: Staging;
  /** What the telephone holds for certificates. */
  readonly scep: SecureScep;
  readonly #secure: SecureElement;
  #instance: Core | undefined;
  #zeroCount = 0;
  #zeroUs = -1;

  constructor(options: BoardOptions) {
    const random = new Random(options.seed ?? 1);
    const secret = new Random((options.seed ?? 1) ^ SECURE_SEED);
    this.#core = options.core;
    this.#instantiate = options.instantiate ?? instantiateCore;
    this.#mode = options.mode ?? Mode.Telephone;
    const { showSecrets = false, eventsMax = Number.POSITIVE_INFINITY } = options;
    this.log = new EventLog(this.scheduler, { showSecrets, eventsMax });
    this.system = new SystemBlock(options.identity);
    this.flash = options.flash?.(this.scheduler, random) ?? new NorFlash({ part: W25Q128JV, clock: this.scheduler, timing: "typical" });
    const negotiation = options.negotiationUs === undefined ? {} : { negotiationUs: options.negotiationUs };
    this.line = new EthernetPort({
      scheduler: this.scheduler, speed: options.linkSpeed ?? 100, fullDuplex: options.linkFullDuplex ?? true, ...negotiation,
    });
    this.pc = new EthernetPort({ scheduler: this.scheduler, speed: options.pcSpeed ?? 0, ...negotiation });
    this.network = options.network(this.scheduler, {
      mac: options.identity.mac,
      random: new Random(random.word()),
      isUp: () => this.line.link() !== 0,
      isPcUp: () => this.pc.link() !== 0,
      setPhy: (mode) => this.line.setPhy(mode),
    });
    this.#staging = new Staging(options.stagingBytes ?? STAGING_BYTES);
    this.scep = new SecureScep({ ...options.scep, random: options.entropy ?? ((target) => secret.fill(target)) });
    if (options.secrets !== undefined) this.scep.restore(options.secrets);
    this.#secure = options.secure ?? new SecureElement();
    this.#secure.join(this.scheduler, this.scep);
    this.display = new Display({
      row: (row, bytes) => this.log.displayRow(row, bytes),
      progress: (permille) => this.log.progress(permille),
      tone: () => this.log.beep(),
    });
    this.binding = new HalBinding({
      system: this.system,
      keypad: this.keypad,
      display: this.display,
      flash: this.flash,
      staging: this.#staging,
      line: this.line,
      pc: this.pc,
      network: this.network,
      keys: new KeyStore(options.trust ?? []),
      secure: this.#secure,
      entropy: (target) => {
        if (options.entropy) options.entropy(target);
        else random.fill(target);
        return true;
      },
      event: (record) => this.log.record(record),
      handover: options.onHandover ?? (() => undefined),
    });
  }

  get powered(): boolean {
    return this.binding.powered;
  }

  /** True once a core in one of the short modes has done what it was started for. */
  get ended(): boolean {
    return this.powered && this.wakeUs === undefined;
  }

  /** Plugs the telephone in. */
  powerOn(): void {
    if (this.powered) return;
    this.binding.powered = true;
    this.flash.powerOn();
    this.#start(ResetCause.PowerUp);
  }

  /** Pulls the plug: what flash was doing is torn as the model says, everything volatile is gone. */
  powerOff(model?: CutModel): void {
    if (!this.powered) return;
    this.flash.powerOff(model);
    this.#stop();
    this.system.powerOff();
    this.binding.powered = false;
    this.log.settle();
  }

  press(key: number): void {
    if (this.powered && this.keypad.press(key)) this.wakeUs = this.scheduler.nowUs;
  }

  /** When something happens next: an event of the scheduler or a poll. */
  nextUs(): number | undefined {
    const eventUs = this.scheduler.nextUs();
    if (eventUs === undefined) return this.wakeUs;
    return this.wakeUs === undefined ? eventUs : Math.min(eventUs, this.wakeUs);
  }

  /** Takes what is due at `nowUs` and polls the core when anything was, or when it asked for this instant. */
  advance(nowUs: number): void {
    this.scheduler.nowUs = nowUs;
    const happened = this.scheduler.runDue() > 0;
    if (this.wakeUs !== undefined && (happened || this.wakeUs <= nowUs)) this.poll();
  }

  /** Polls the core once at the scheduler's time. */
  poll(): void {
    const core = this.#instance;
    if (core === undefined) return;
    this.pollCount += 1;
    const callsBefore = this.binding.callCount;
    const waitUs = this.#callPoll(core);
    this.pollCallsMax = Math.max(this.pollCallsMax, this.binding.callCount - callsBefore);
    this.log.settle();
    if (waitUs === undefined) {
      this.log.reset("panic"); // The core could not say it any more.
      return this.#restart(ResetCause.Panic);
    }
    if (this.system.resetCause !== undefined) return this.#restart(this.system.resetCause);
    this.wakeUs = waitUs === POLL_ENDED ? undefined : this.scheduler.nowUs + Math.min(Math.max(waitUs, 0), POLL_WAIT_US_MAX);
  }

  /** The core's answer, or undefined after a trap. Too many answers of zero at one instant count as one. */
  #callPoll(core: Core): number | undefined {
    let waitUs: number;
    try {
      waitUs = core.poll(this.scheduler.nowUs | 0);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      this.system.panic ??= { code: 0, file: error.message, line: 0 };
      return undefined;
    }
    if (this.scheduler.nowUs !== this.#zeroUs || waitUs !== 0) this.#zeroCount = 0;
    this.#zeroUs = this.scheduler.nowUs;
    this.#zeroCount += 1;
    if (this.#zeroCount <= POLL_ZERO_COUNT_MAX) return waitUs;
    this.system.panic ??= { code: 0, file: "livelock: poll wants to be called again at the same instant for ever", line: 0 };
    return undefined;
  }

  #restart(cause: number): void {
    this.resetCount += 1;
    this.#stop();
    this.flash.reset();
    this.log.restarted();
    this.#start(cause);
  }

  #stop(): void {
    this.#instance = undefined;
    this.wakeUs = undefined;
    this.network.reset();
    this.keypad.reset();
    this.display.reset();
    this.#staging.reset();
    this.#secure.reset();
  }

  #start(cause: number): void {
    this.system.resetCause = undefined;
    this.line.start();
    this.pc.start();
    this.#zeroCount = 0;
    const core = this.#instantiate(this.#core, this.binding.imports, () => this.scheduler.nowUs);
    this.binding.attach(core.memory);
    this.#instance = core;
    try {
      core.init(this.#mode, cause);
    } catch (error) {
      // A module that traps here would do so for ever: it stays without a poll, and the report says why.
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      this.system.panic ??= { code: 0, file: error.message, line: 0 };
      this.log.reset("panic");
      return;
    }
    this.log.settle();
    this.wakeUs = this.scheduler.nowUs;
  }
}
