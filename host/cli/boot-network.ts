// What the line port of `offhook boot` is plugged into: a LAN in memory, emulated Ethernet to elsewhere, or the machine's sockets.
//
// In: the options. Out: a factory for the board, and handles for captures, faults and the end of the run. Files, sockets and child
// processes are opened here and nowhere else.

import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { stderr } from "node:process";
import type { Board, LineContext } from "../board.js";
import { LossyLink } from "../faults/lossy-link.js";
import { Capture, type Direction } from "../network/capture.js";
import { buildLan, type BuiltLan } from "../network/lan-network.js";
import type { Link } from "../network/link.js";
import { localDhcp } from "../network/local-dhcp.js";
import type { Network } from "../network/network.js";
import type { NorPart } from "../peripherals/nor-parts.js";
import { EngineQuiet } from "../network/tls-node-quiet.js";
import { TlsService, type TlsServiceOptions } from "../network/tls-node-server.js";
import { TlsNetwork } from "../network/tls-node.js";
import type { TrustStore } from "../peripherals/trust-store.js";
import { SocketsNetwork } from "../network/sockets.js";
import { read48 } from "../network/stack/bytes.js";
import { ExecLink } from "../network/wire-exec.js";
import { UdpLink } from "../network/wire-udp.js";
import { WireNetwork } from "../network/wire.js";
import { FrameLog } from "../network/frame-log.js";
import type { Scheduler } from "../scheduler.js";
import type { LanFaults } from "../site/lan.js";
import { LanConfigError, readLanConfig, type LanConfig } from "../site/lan-config.js";
import { lanSeconds } from "../site/lan-certificates.js";
import { builtInLan } from "../site/lans.js";
import { FolderFiles } from "../site/serve-node.js";
import { SweepNetwork, sweepPartOf, type SweepChoice } from "./boot-sweep.js";
import { option242With, type FaultChoice, type ServerUrl, type WireChoice } from "./option-values.js";
import type { BootOptions } from "./options.js";
import { UsageError } from "./usage.js";

export interface BootNetwork {
  readonly make: (scheduler: Scheduler, line: LineContext) => Network;
  /** Mbit/s of the line. */
  readonly speed: number;
  /** Default: both ends send at once. */
  readonly fullDuplex?: boolean;
  /** Joins what needs the board: the capture's comments, and faults that come with a state. */
  attach(board: Board): void;
  /** Power is back after a loss of it. */
  powered?(): void;
  /** What passed on the cable, where there is one. */
  readonly frames?: FrameLog;
  close(): void;
}

/** Opens what the options name. */
export async function openNetwork(options: BootOptions, trust: TrustStore, wake: () => void): Promise<BootNetwork> {
  const { network } = options;
  if (network.kind === "server") return serverNetwork(network.server, options, trust, wake);
  if (network.kind === "sweep") return sweepNetwork(network.choice, sweepPartOf(options.part));
  const config = network.kind === "wire" ? undefined : lanConfigOf(network);
  const capture = options.pcap === undefined ? undefined : new CaptureFile(options.pcap, dateOf(options, config) * 1000);
  if (network.kind === "wire") return wireNetwork(network.wire, options, capture, trust, wake);
  return lanNetwork(config!, options, capture, trust);
}

/** The telephone's date at power-up: the LAN's where there is one, real where its peers are. */
function dateOf({ dateMs }: BootOptions, config?: LanConfig): number {
  return dateMs ?? (config === undefined ? Date.now() : 1000 * lanSeconds(config));
}

function serverNetwork(server: ServerUrl, options: BootOptions, trust: TrustStore, wake: () => void): BootNetwork {
  const scheme = server.secure ? "TLS" : "HTTP";
  const folder = server.directory === "" ? [] : [`${scheme}DIR=${server.directory}`];
  const items = [`${scheme}SRVR=${server.host}`, `${scheme}PORT=${server.port}`, ...folder];
  const option242 = option242With(items.join(","), options.option242);
  const make = (scheduler: Scheduler) => {
    const below = new SocketsNetwork({ dhcp: localDhcp({ option242 }), wake });
    return new TlsNetwork({ below, scheduler, trusted: () => trust.trusted, dateMs: dateOf(options), wake });
  };
  return { make, speed: 100, attach: () => undefined, close: () => undefined };
}

function sweepNetwork(choice: SweepChoice, part: NorPart): BootNetwork {
  const far = new SweepNetwork(choice, part);
  return {
    make: (scheduler) => far.make(scheduler), speed: 100, attach: () => undefined, powered: () => far.recover(), close: () => undefined,
  };
}

function lanConfigOf(network: { kind: "lan"; name: string } | { kind: "lan-file"; path: string }): LanConfig {
  if (network.kind === "lan") return builtInLan(network.name)!;
  try {
    return readLanConfig(readFileSync(network.path, "utf8"), network.path);
  } catch (error) {
    if (error instanceof LanConfigError) throw new UsageError(error.message);
    throw new UsageError(`--lan ${network.path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function lanNetwork(config: LanConfig, options: BootOptions, capture: CaptureFile | undefined, trust: TrustStore): BootNetwork {
  for (const { dhcp } of config.vlans) option242With(dhcp?.option242 ?? "", options.option242); // Before power-up, not in it.
  const source = options.site === undefined ? undefined : openFolder(options.site);
  // What a LAN file names is beside it, wherever the command runs.
  const base = options.network.kind === "lan-file" ? dirname(options.network.path) : ".";
  const dateMs = dateOf(options, config);
  let built: BuiltLan | undefined;
  const frames = new FrameLog();
  const quiet = new EngineQuiet();
  const make = (scheduler: Scheduler, line: LineContext) => {
    built = buildLan(config, {
      scheduler,
      random: line.random,
      mac: line.mac,
      isUp: line.isUp,
      isPcUp: line.isPcUp,
      setPhy: line.setPhy,
      openFolder: (folder) => openFolder(resolve(base, folder)),
      openText: (path) => openText(resolve(base, path)),
      seal: (service, identity) => sealed({ service, ...identity, scheduler, quiet }),
      startSeconds: Math.floor(dateMs / 1000),
      faults: sharesOf(options.faults),
      ...(options.option242 === undefined ? {} : { option242: options.option242 }),
      ...(source === undefined ? {} : { source }),
      onFrame: (direction, frame) => {
        frames.take(scheduler.nowUs, direction, frame);
        capture?.frame(direction, frame);
      },
    });
    return new TlsNetwork({ below: built.network, scheduler, trusted: () => trust.trusted, dateMs, quiet });
  };
  const attach = (board: Board) => {
    capture?.attach(board);
    onCut(options.faults, board, () => {
      built?.lan.plug(0);
      board.line.plug(0);
    });
  };
  const { speed = 100, duplex } = config.port ?? {};
  return { make, speed, fullDuplex: duplex !== "half", attach, frames, close: () => capture?.close() };
}

async function wireNetwork(
  wire: WireChoice, options: BootOptions, capture: CaptureFile | undefined, trust: TrustStore, wake: () => void,
): Promise<BootNetwork> {
  let board: Board | undefined;
  const frames = new FrameLog();
  const outer = await openLink(wire, () => {
    board?.line.plug(0);
    wake();
  });
  const make = (scheduler: Scheduler, line: LineContext) => {
    const lossy = new LossyLink(outer, { scheduler, seed: line.random.word(), ...sharesOf(options.faults) });
    const link = watchedLink(lossy, (direction, frame) => {
      frames.take(scheduler.nowUs, direction, frame);
      capture?.frame(direction, frame);
    });
    const below = new WireNetwork({
      scheduler, link, mac: read48(line.mac, 0), random: line.random, isUp: line.isUp, setPhy: line.setPhy, isOutside: true, wake,
    });
    return new TlsNetwork({ below, scheduler, trusted: () => trust.trusted, dateMs: dateOf(options), wake });
  };
  const attach = (joined: Board) => {
    board = joined;
    capture?.attach(joined);
    onCut(options.faults, joined, () => joined.line.plug(0));
  };
  const close = () => {
    outer.close();
    capture?.close();
  };
  return { make, speed: 100, attach, frames, close };
}

async function openLink(wire: WireChoice, ended: () => void): Promise<Link & { close(): void }> {
  if (wire.kind === "exec") {
    return new ExecLink(wire.command, (why) => {
      stderr.write(`offhook: --wire exec:${wire.command}: ${why}; the cable is out\n`);
      ended();
    });
  }
  try {
    return await UdpLink.open(wire);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--wire udp:${wire.localPort}:…: ${why}; take another local port`);
  }
}

function openFolder(folder: string): FolderFiles {
  try {
    return new FolderFiles(folder);
  } catch (error) {
    throw new UsageError(`the folder ${folder} cannot be served: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function openText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`the file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function sealed(options: TlsServiceOptions): TlsService {
  try {
    return new TlsService(options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the certificate and key of a file server cannot be used: ${why}; give PEM files that belong together`);
  }
}

function sharesOf(faults: readonly FaultChoice[]): LanFaults {
  return Object.fromEntries(faults.flatMap((fault) => ("share" in fault ? [[fault.kind, fault.share]] : [])));
}

/** Cuts the cable for good on entering a state. */
function onCut(faults: readonly FaultChoice[], board: Board, cut: () => void): void {
  const states = faults.flatMap((fault) => (fault.kind === "cut" ? [fault.state] : []));
  board.log.listen((event) => {
    if (event.event === "state" && states.includes(event.state)) board.scheduler.in(0, cut);
  });
}

function watchedLink(link: Link, seen: (direction: Direction, frame: Uint8Array) => void): Link {
  return {
    send: (frame) => {
      seen("out", frame);
      link.send(frame);
    },
    onReceive: (take) => link.onReceive((frame) => {
      seen("in", frame);
      take(frame);
    }),
  };
}

/** A pcapng file whose comments say which state the telephone was in. */
class CaptureFile {
  readonly #path: string;
  readonly #file: number;
  readonly #capture: Capture;
  #board: Board | undefined;
  #state = "power-up";

  constructor(path: string, epochUs: number) {
    this.#path = path;
    try {
      this.#file = openSync(path, "w");
    } catch (error) {
      throw new UsageError(`--pcap ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
    const write = (bytes: Uint8Array) => void writeSync(this.#file, bytes);
    this.#capture = new Capture({ write, name: "telephone", application: "Offhook", epochUs, resolution: "us" });
  }

  attach(board: Board): void {
    this.#board = board;
    board.log.listen((event) => {
      if (event.event === "state") this.#state = event.state;
    });
  }

  frame(direction: Direction, frame: Uint8Array): void {
    this.#capture.frame(this.#board?.scheduler.nowUs ?? 0, direction, frame, this.#state);
  }

  close(): void {
    closeSync(this.#file);
    stderr.write(`offhook: ${this.#path} is the wire as it was: secrets that were sent stand in it\n`);
  }
}
