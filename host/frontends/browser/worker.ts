// The worker of the page: compiles the core, keeps the telephone running at the chosen speed, obeys orders and tells news.
//
// In: `Order`s. Out: `News`. The module is fetched from beside this file, the build with vectors first; no other file is asked for.

import { compileCore } from "../../core-loader.js";
import { RunLoop } from "../../run-loop.js";
import { EDITABLE, factoryChip, Machine, SiteFiles } from "./machine.js";
import type { Download, News, Order } from "./messages.js";

/** What a dedicated worker has; the page's types know windows only. */
interface Scope {
  postMessage(news: News, options?: { transfer: Transferable[] }): void;
  onmessage: ((message: { readonly data: Order }) => void) | null;
}

const LAN_FIRST = "demo";

class Driver {
  readonly #scope: Scope;
  readonly #core: WebAssembly.Module;
  readonly #chip: Uint8Array;
  readonly #files = new SiteFiles();
  #machine: Machine;
  #speed = 1;
  #isPaused = false;
  /** The software that the notes are of: a script may ask for it. */
  #noted = "";
  /** Of the run loop that may go on. */
  #loop = 0;

  constructor(scope: Scope, core: WebAssembly.Module) {
    this.#scope = scope;
    this.#core = core;
    this.#chip = factoryChip(core);
    this.#machine = this.#made(LAN_FIRST);
  }

  /** A telephone that is plugged in. */
  start(): void {
    this.#machine.power(true);
    this.#tell();
    this.#note();
    this.#run();
  }

  obey(order: Order): void {
    const machine = this.#machine;
    switch (order.do) {
      case "lan": return this.#replace(order.name);
      case "power": machine.power(order.on); break;
      case "key": machine.press(order.code); break;
      case "cable": machine.cable(order.isIn); break;
      case "port-vlan": machine.portVlan(order.vid); break;
      case "speed": this.#speed = order.factor; break;
      case "pause": this.#isPaused = true; break;
      case "run": return this.#resume();
      case "step": machine.step(); break;
      case "edit": return this.#post({ news: "notes", notes: machine.edit(order.file, order.text) });
      case "frame": return this.#post({ news: "frame", detail: machine.frame(order.n) });
      case "download": return this.#download(order.what);
    }
    this.#tell();
  }

  #made(lan: string): Machine {
    const machine = new Machine({ core: this.#core, lan, files: this.#files, chip: this.#chip });
    this.#post(machine.plugged());
    return machine;
  }

  #replace(lan: string): void {
    this.#machine = this.#made(lan);
    this.#machine.power(true);
    this.#tell();
    this.#run();
  }

  #resume(): void {
    this.#isPaused = false;
    this.#tell();
    this.#run();
  }

  /** Until the telephone is paused or another takes its place. Each run has a loop of its own: time that stood still is not made up for. */
  #run(): void {
    const own = ++this.#loop;
    const speed = (): number => this.#speed;
    const loop = new RunLoop(this.#machine.board).run({
      get speed() {
        return speed();
      },
      stop: () => this.#isPaused || own !== this.#loop,
      tick: () => this.#tell(),
    });
    // Nobody waits for it, so nobody else would tell.
    loop.catch((error: unknown) => this.#post(failure(error)));
  }

  #tell(): void {
    this.#post(this.#machine.tick(this.#isPaused));
    const { bootname, appname } = this.#machine.board.log.facts;
    if (bootname === "" || this.#noted === `${bootname} ${appname}`) return;
    this.#noted = `${bootname} ${appname}`;
    this.#note();
  }

  #note(): void {
    for (const file of EDITABLE) this.#post({ news: "notes", notes: this.#machine.notes(file) });
  }

  #download(what: Download): void {
    const machine = this.#machine;
    const text = (content: string): Uint8Array => new TextEncoder().encode(content);
    const [name, type, bytes] = what === "capture"
      ? ["offhook.pcapng", "application/x-pcapng", machine.capture()] as const
      : what === "transcript"
        ? ["offhook-transcript.txt", "text/plain", text(machine.transcript)] as const
        : ["offhook-events.ndjson", "application/x-ndjson", text(machine.events)] as const;
    this.#scope.postMessage({ news: "file", name, type, bytes }, { transfer: [bytes.buffer as ArrayBuffer] });
  }

  #post(news: News): void {
    this.#scope.postMessage(news);
  }
}

function failure(error: unknown): News {
  return { news: "failed", why: error instanceof Error ? error.message : String(error) };
}

async function bytesOf(name: string): Promise<ArrayBuffer> {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.arrayBuffer();
}

/** The build for any engine is fetched only where the other is refused. */
async function loadCore(): Promise<WebAssembly.Module> {
  const simd = await bytesOf("core.simd.wasm");
  return compileCore(WebAssembly.validate(simd) ? simd : await bytesOf("core.wasm"));
}

async function main(scope: Scope): Promise<void> {
  const early: Order[] = [];
  scope.onmessage = ({ data }) => void early.push(data);
  try {
    const driver = new Driver(scope, await loadCore());
    scope.onmessage = ({ data }) => driver.obey(data);
    driver.start();
    for (const order of early) driver.obey(order);
  } catch (error) {
    scope.postMessage(failure(error));
  }
}

void main(globalThis as unknown as Scope);
