// The smallest host that takes a telephone through one download: for timing the shipped module, not the emulation around it.
//
// It implements the contract directly: DHCP, a file server that always has bytes, staging and a flash chip without delays.
// Nothing is checked here; the emulator's own tests do that.

import { GEOMETRY_BYTES, Info, Mode, ResetCause, Status } from "../../hal/abi.js";
import type { HalImports } from "../../hal/contract.js";
import { instantiateCore, type Core } from "../core-loader.js";
import { addressOf } from "../network/address.js";
import { DHCP_SERVER_PORT } from "../network/network.js";
import { DhcpServer } from "../site/dhcp-server.js";
import { DEMO_DHCP } from "../site/demo.js";
import { CHUNK_BITS, CHUNK_BYTES, PAGE_BITS, PAGE_BYTES } from "./method.js";
import { Windows } from "./windows.js";

const SCRIPT = "SET APPNAME bench.bin\n";
const FLASH_BYTES = 128 * 1024 * 1024;
/** With bytes and a chip that are always ready there is nothing to wait for: 4 KiB take about so long. */
const READY_US = 10;
/** Two scripts of 4 MiB. */
const STAGING_BYTES_MIN = 8 * 1024 * 1024;
/** The core's buffers begin at multiples of eight. */
const MEMORY_STEP_BITS = 3;
/** Erasing is by the sector or more. */
const SECTOR_BYTES = 4096;
const LATIN1 = new TextDecoder("latin1");

type NetworkCall = "arp_probe" | "dns_resolve" | Extract<keyof HalImports, `${"net" | "udp" | "tcp"}_${string}`>;

export class LeanHost {
  readonly imports: HalImports;
  /** CPU time is counted from the file's first byte to its last programmed page. */
  startedUs = 0;
  finishedUs = 0;
  readonly #image: Uint8Array;
  readonly #imageChunks: Windows;
  readonly #spki: Uint8Array;
  readonly #cpuUs: () => number;
  readonly #flash: Uint8Array;
  readonly #flashPages: Windows;
  readonly #staging: Uint8Array;
  readonly #stagingChunks: Windows;
  readonly #dhcp = new DhcpServer(DEMO_DHCP);
  #memory = new Uint8Array(0);
  #memoryPlaces = new Windows(this.#memory, MEMORY_STEP_BITS);
  #datagram: Uint8Array | undefined;
  #answer = new Uint8Array(0);
  #answerAt = 0;
  #body: Uint8Array = new Uint8Array(0);
  #bodyChunks = new Windows(this.#body, CHUNK_BITS);
  #bodyAt = 0;
  #programmedBytes = 0;
  /** Behind this the chip is blank. */
  #programmedEnd = 0;

  /** Without staging the core writes the file while it comes; with it, when all of it was found good. */
  constructor(image: Uint8Array, spki: Uint8Array, cpuUs: () => number, staging: boolean) {
    this.#image = image;
    this.#spki = spki;
    this.#cpuUs = cpuUs;
    this.#flash = new Uint8Array(FLASH_BYTES).fill(0xff);
    this.#flashPages = new Windows(this.#flash, PAGE_BITS);
    this.#staging = new Uint8Array(staging ? Math.max(STAGING_BYTES_MIN, image.length) : 0);
    this.#stagingChunks = new Windows(this.#staging, CHUNK_BITS);
    this.#imageChunks = new Windows(image, CHUNK_BITS);
    this.imports = this.#calls();
  }

  /** A chip as it is bought: what an earlier run programmed is blank again, so that erasing in this one changes nothing. */
  #chipIsNew(): void {
    this.#flash.fill(0xff, 0, this.#programmedEnd);
    this.#programmedEnd = 0;
  }

  /** Runs one start-up until the file is in flash. Returns CPU microseconds from its first byte to its last page. */
  run(module: WebAssembly.Module): number {
    const core: Core = instantiateCore(module, this.imports);
    this.#memory = new Uint8Array(core.memory.buffer);
    this.#memoryPlaces = new Windows(this.#memory, MEMORY_STEP_BITS);
    core.init(Mode.Telephone, ResetCause.PowerUp);
    this.#programmedBytes = 0;
    this.#chipIsNew();
    this.startedUs = 0;
    this.finishedUs = 0;
    let nowUs = 0;
    for (let count = 0; this.finishedUs === 0; count++) {
      if (count > 10_000_000) throw new Error("the telephone did not store the file");
      const waitUs = Math.max(0, core.poll(nowUs | 0));
      nowUs += this.startedUs === 0 ? waitUs : Math.min(waitUs, READY_US);
    }
    return this.finishedUs - this.startedUs;
  }

  #bytes(ptr: number, bytes: number): Uint8Array {
    return this.#memoryPlaces.at(ptr, bytes);
  }

  #calls(): HalImports {
    const ok = () => Status.Ok;
    return {
      sys_info: (item, ptr) => this.#info(item, ptr),
      sys_retained: (write, ptr, bytes) => (write === 0 ? (this.#bytes(ptr, bytes).fill(0), 0) : 0),
      sys_event: ok, sys_reset: ok, sys_handover: ok, sys_panic: ok,
      entropy_fill: (ptr, bytes) => (this.#bytes(ptr, bytes).fill(7), 0),
      keypad_read: ok, display_row: ok, display_set: ok,
      eth_link: () => 100, eth_configure: ok, eth_send: (_ptr, bytes) => bytes, eth_receive: ok,
      se_start: ok, se_poll: ok, se_write: ok, se_read: ok,
      trust_key: (index, ptr) => (index === 0 ? (this.#memory.set(this.#spki, ptr), this.#spki.length) : Status.NotFound),
      stage_size: () => this.#staging.length,
      stage_write: (offset, ptr, bytes) => (this.#staging.set(this.#bytes(ptr, bytes), offset), 0),
      stage_read: (offset, ptr, bytes) => (this.#memory.set(this.#stagingChunks.at(offset, bytes), ptr), 0),
      ...this.#flashCalls(),
      ...this.#networkCalls(),
    };
  }

  #info(item: number, ptr: number): number {
    const text = { [Info.Model]: "9640D01A", [Info.Mac]: "\0\u0004\r\u0001\u0002\u0003", [Info.Serial]: "1" }[item];
    if (text === undefined) return Status.NotFound;
    for (let index = 0; index < text.length; index++) this.#memory[ptr + index] = text.charCodeAt(index);
    return text.length;
  }

  #flashCalls(): Pick<HalImports, Extract<keyof HalImports, `flash_${string}`>> {
    return {
      flash_geometry: (ptr) => {
        new Uint32Array(this.#memory.buffer, ptr, 7).set([FLASH_BYTES, SECTOR_BYTES, 32768, 65536, 256, 1, 0]);
        return GEOMETRY_BYTES;
      },
      flash_read: (offset, ptr, bytes) => (this.#memory.set(this.#flashPages.at(offset, bytes), ptr), 0),
      flash_erase_start: (offset, bytes) => this.#erase(offset, bytes),
      flash_program_start: (offset, ptr, bytes) => {
        this.#flash.set(this.#bytes(ptr, bytes), offset);
        if (offset + bytes > this.#programmedEnd) this.#programmedEnd = offset + bytes;
        if (this.startedUs > 0 && bytes === PAGE_BYTES) this.#programmedBytes += bytes;
        if (this.#programmedBytes >= this.#image.length - 256 && this.finishedUs === 0) this.finishedUs = this.#cpuUs();
        return Status.Ok;
      },
      flash_poll: () => 0,
      flash_protect: () => Status.Ok,
    };
  }

  #erase(offset: number, bytes: number): number {
    if (offset < this.#programmedEnd) this.#flash.fill(0xff, offset, Math.min(offset + bytes, this.#programmedEnd));
    return Status.Ok;
  }

  #networkCalls(): Pick<HalImports, NetworkCall> {
    const ok = () => Status.Ok;
    return {
      net_configure: ok, net_close: ok, tcp_open: ok, tcp_state: ok, udp_open: ok,
      dns_resolve: () => Status.NoName,
      arp_probe: (address) => (address >>> 0 === addressOf("10.0.8.1") ? 1 : 0),
      udp_send: (_handle, _address, _port, ptr, bytes) => {
        const from = { address: 0, port: DHCP_SERVER_PORT + 1 };
        this.#dhcp.receive(this.#bytes(ptr, bytes).slice(), from, (reply) => (this.#datagram = reply));
        return bytes;
      },
      udp_receive: (_handle, ptr, _capacity, fromPtr) => {
        const datagram = this.#datagram;
        if (datagram === undefined) return 0;
        this.#datagram = undefined;
        this.#memory.set(datagram, ptr);
        new Uint32Array(this.#memory.buffer, fromPtr, 2).set([addressOf("10.0.8.1"), DHCP_SERVER_PORT]);
        return datagram.length;
      },
      tcp_send: (_handle, ptr, bytes) => (this.#request(LATIN1.decode(this.#bytes(ptr, bytes).slice())), bytes),
      tcp_receive: (_handle, ptr, capacity) => this.#receive(ptr, Math.min(capacity, CHUNK_BYTES)),
    };
  }

  #request(head: string): void {
    const script = head.startsWith("GET /96");
    this.#body = script ? new TextEncoder().encode(SCRIPT) : this.#image;
    this.#bodyChunks = script ? new Windows(this.#body, CHUNK_BITS) : this.#imageChunks;
    this.#answer = new TextEncoder().encode(`HTTP/1.1 200 OK\r\nContent-Length: ${this.#body.length}\r\n\r\n`);
    this.#answerAt = 0;
    this.#bodyAt = 0;
    if (!script) this.startedUs = this.#cpuUs();
  }

  #receive(ptr: number, capacity: number): number {
    if (this.#answerAt < this.#answer.length) {
      const piece = this.#answer.subarray(this.#answerAt, this.#answerAt + capacity);
      this.#memory.set(piece, ptr);
      this.#answerAt += piece.length;
      return piece.length;
    }
    const bytes = Math.min(capacity, this.#body.length - this.#bodyAt);
    const piece = this.#bodyChunks.at(this.#bodyAt, bytes);
    if (piece.length === 0) return Status.Closed;
    this.#memory.set(piece, ptr);
    this.#bodyAt += piece.length;
    return piece.length;
  }
}
