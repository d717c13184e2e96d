// The contract on one side, the peripherals on the other: the only file that reads or writes the core's memory.
//
// A range outside memory is answered with Invalid and marks the machine as faulty. Nothing here throws. While the power is
// off every call answers PowerLost.

import {
  DisplayItem, ENTROPY_BYTES_MAX, EVENT_BYTES_MAX, GEOMETRY_BYTES, RETAINED_BYTES, ROW_BYTES_MAX, Status,
} from "../hal/abi.js";
import type { HalImports } from "../hal/contract.js";
import type { Display } from "./peripherals/display.js";
import type { EthernetPort } from "./peripherals/ethernet-port.js";
import type { Flash } from "./peripherals/flash.js";
import type { KeyStore } from "./peripherals/key-store.js";
import type { Keypad } from "./peripherals/keypad.js";
import type { SecureElement } from "./peripherals/secure-element.js";
import type { Staging } from "./peripherals/staging.js";
import type { SystemBlock } from "./peripherals/system.js";
import type { Datagram, Network } from "./network/network.js";

export interface Peripherals {
  readonly system: SystemBlock;
  readonly keypad: Keypad;
  readonly display: Display;
  readonly flash: Flash;
  readonly staging: Staging;
  readonly line: EthernetPort;
  readonly pc: EthernetPort;
  readonly network: Network;
  readonly keys: KeyStore;
  readonly secure: SecureElement;
  /** Fills with random bytes; false when there are none. */
  readonly entropy: (target: Uint8Array) => boolean;
  /** Takes one event record. */
  readonly event: (record: Uint8Array) => void;
  /** Software was verified and is started: kind, and where on the chip it stands. */
  readonly handover: (kind: number, offset: number, bytes: number) => void;
}

/** The contract's calls of one peripheral. */
type CallsOf<Prefix extends string> = Extract<keyof HalImports, `${Prefix}_${string}`>;

/** No call has more arguments; a fixed count spares an array per call. */
type Call = (a: number, b: number, c: number, d: number, e: number, f: number) => number;

/** Without tag and check sequence. */
const FRAME_BYTES_MAX = 1514;
const DNS_SERVER_COUNT_MAX = 8;
const DNS_NAME_BYTES_MAX = 255;
const PORT_MAX = 65535;

export class HalBinding {
  powered = false;
  /** The first call with a range outside memory, for the report. */
  faulty: string | undefined;
  /** Calls so far, for the goldens. */
  callCount = 0;
  readonly imports: HalImports;
  readonly #peripherals: Peripherals;
  #memory = new Uint8Array(0);
  #view = new DataView(this.#memory.buffer);

  constructor(peripherals: Peripherals) {
    this.#peripherals = peripherals;
    this.imports = this.#guarded({
      ...this.#system(), ...this.#front(), ...this.#flash(), ...this.#staging(), ...this.#network(), ...this.#secure(),
    });
  }

  /** The memory of the instance that runs from now on; its size is fixed, so the view stays good. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /** Every call is counted, and refused without power. */
  #guarded(calls: HalImports): HalImports {
    const guarded: Record<string, Call> = {};
    for (const [name, call] of Object.entries(calls) as [string, Call][]) {
      guarded[name] = (a, b, c, d, e, f) => {
        this.callCount += 1;
        return this.powered ? call(a, b, c, d, e, f) : Status.PowerLost;
      };
    }
    return guarded as unknown as HalImports;
  }

  /** A view of a range, or null when it is not inside memory. */
  #span(call: string, ptr: number, bytes: number, bytesMax = Number.POSITIVE_INFINITY): Uint8Array | null {
    const start = ptr >>> 0;
    if (bytes >= 0 && bytes <= bytesMax && start + bytes <= this.#memory.length) return this.#memory.subarray(start, start + bytes);
    this.faulty ??= `${call}(ptr ${start}, ${bytes} bytes)`;
    return null;
  }

  #system(): Pick<HalImports, CallsOf<"sys"> | "entropy_fill"> {
    const { system, entropy, event, handover } = this.#peripherals;
    return {
      sys_info: (item, ptr, capacity) => this.#with("sys_info", ptr, capacity, (target) => system.info(item, target)),
      sys_retained: (write, ptr, bytes) => this.#with("sys_retained", ptr, bytes, (span) =>
        write === 0 ? system.retainedRead(span) : system.retainedWrite(span), RETAINED_BYTES),
      sys_event: (ptr, bytes) => this.#with("sys_event", ptr, bytes, (record) => {
        event(record);
        return Status.Ok;
      }, EVENT_BYTES_MAX),
      sys_reset: (cause) => {
        system.resetCause = cause;
        return Status.Ok;
      },
      sys_handover: (kind, offset, bytes) => {
        handover(kind, offset >>> 0, bytes >>> 0);
        return Status.Ok;
      },
      sys_panic: (code, line, filePtr, fileBytes) => this.#with("sys_panic", filePtr, fileBytes, (name) => {
        const units = new Uint16Array(name.slice(0, name.length & ~1).buffer);
        system.panic = { code, line, file: String.fromCharCode(...units.subarray(0, 200)) };
        return Status.Ok;
      }),
      entropy_fill: (ptr, bytes) => this.#with("entropy_fill", ptr, bytes, (target) =>
        entropy(target) ? Status.Ok : Status.Failed, ENTROPY_BYTES_MAX),
    };
  }

  #front(): Pick<HalImports, CallsOf<"display" | "eth"> | "keypad_read"> {
    const { keypad, display, line, pc, network } = this.#peripherals;
    return {
      keypad_read: () => keypad.read(),
      display_row: (row, ptr, bytes) => this.#with("display_row", ptr, bytes, (text) => display.setRow(row, text), ROW_BYTES_MAX),
      display_set: (item: DisplayItem, value) => display.setItem(item, value),
      eth_link: (port) => (port === 0 ? line.link() : port === 1 ? pc.link() : 0),
      eth_configure: (port, phy, tagging, tag) => {
        if ((port !== 0 && port !== 1) || tag < 0 || tag > 0x7fff) return Status.Invalid;
        const status = network.portConfigure(port, phy, tagging, tag);
        if (port === 1 && status >= 0) pc.setPhy(phy);
        return status;
      },
      eth_send: (ptr, bytes) => this.#with("eth_send", ptr, bytes, (frame) => network.frameSend(frame.slice()), FRAME_BYTES_MAX),
      eth_receive: (ptr, capacity) => this.#with("eth_receive", ptr, capacity, (target) => network.frameReceive(target)),
    };
  }

  #flash(): Pick<HalImports, CallsOf<"flash">> {
    const { flash } = this.#peripherals;
    return {
      flash_geometry: (ptr, capacity) => this.#with("flash_geometry", ptr, capacity, () => {
        if (capacity < GEOMETRY_BYTES) return Status.OutOfRange;
        const { totalBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes, unitBytes, flags } = flash.geometry;
        [totalBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes, unitBytes, flags]
          .forEach((value, index) => this.#view.setUint32((ptr >>> 0) + 4 * index, value, true));
        return GEOMETRY_BYTES;
      }),
      flash_read: (offset, ptr, bytes) => this.#with("flash_read", ptr, bytes, (target) => flash.read(offset >>> 0, target)),
      flash_erase_start: (offset, bytes) => flash.eraseStart(offset >>> 0, bytes >>> 0),
      flash_program_start: (offset, ptr, bytes) => this.#with("flash_program_start", ptr, bytes, (source) =>
        flash.programStart(offset >>> 0, source)),
      flash_poll: () => flash.poll(),
      flash_protect: (offset, bytes, on) => flash.protect(offset >>> 0, bytes >>> 0, on !== 0),
    };
  }

  #staging(): Pick<HalImports, "stage_size" | "stage_write" | "stage_read"> {
    const { staging } = this.#peripherals;
    return {
      stage_size: () => staging.bytes,
      stage_write: (offset, ptr, bytes) => this.#with("stage_write", ptr, bytes, (source) => staging.write(offset >>> 0, source)),
      stage_read: (offset, ptr, bytes) => this.#with("stage_read", ptr, bytes, (target) => staging.read(offset >>> 0, target)),
    };
  }

  #network(): Pick<HalImports, CallsOf<"net" | "udp" | "tcp"> | "arp_probe" | "dns_resolve"> {
    const { network } = this.#peripherals;
    return {
      net_configure: (address, mask, router, mtu) => network.configure(address >>> 0, mask >>> 0, router >>> 0, mtu),
      arp_probe: (address) => network.arpProbe(address >>> 0),
      dns_resolve: (...args) => this.#resolve(...args),
      udp_open: (port) => (port < 0 || port > PORT_MAX ? Status.Invalid : network.udpOpen(port)),
      udp_send: (handle, address, port, ptr, bytes) => this.#with("udp_send", ptr, bytes, (data) =>
        network.udpSend(handle, address >>> 0, port, data.slice())),
      udp_receive: (handle, ptr, capacity, fromPtr) => this.#receiveDatagram(handle, ptr, capacity, fromPtr),
      tcp_open: (address, port, flags, namePtr, nameBytes) => this.#with("tcp_open", namePtr, nameBytes, (name) =>
        port < 1 || port > PORT_MAX ? Status.Invalid : network.tcpOpen(address >>> 0, port, flags, text(name)), DNS_NAME_BYTES_MAX),
      tcp_state: (handle, reasonPtr, capacity) => this.#with("tcp_state", reasonPtr, capacity, (target) => {
        const { status, reason } = network.tcpState(handle);
        if (status >= 0 || status === Status.Pending) return status;
        const bytes = new TextEncoder().encode(reason).subarray(0, capacity);
        target.set(bytes);
        if (bytes.length < capacity) target[bytes.length] = 0;
        return status;
      }),
      tcp_send: (handle, ptr, bytes) => this.#with("tcp_send", ptr, bytes, (data) => network.tcpSend(handle, data.slice())),
      tcp_receive: (handle, ptr, capacity) => this.#with("tcp_receive", ptr, capacity, (target) => network.tcpReceive(handle, target)),
      net_close: (handle, abort) => network.close(handle, abort !== 0),
    };
  }

  #secure(): Pick<HalImports, CallsOf<"se"> | "trust_key"> {
    const { keys, secure } = this.#peripherals;
    return {
      trust_key: (index, ptr, capacity) => this.#with("trust_key", ptr, capacity, (target) => keys.key(index, target)),
      se_start: (operation, ptr, bytes) => this.#with("se_start", ptr, bytes, (parameters) => secure.start(operation, parameters.slice())),
      se_poll: () => secure.poll(),
      se_write: (offset, ptr, bytes) => this.#with("se_write", ptr, bytes, (source) => secure.write(offset >>> 0, source)),
      se_read: (offset, ptr, capacity) => this.#with("se_read", ptr, capacity, (target) => secure.read(offset >>> 0, target)),
    };
  }

  #resolve(namePtr: number, nameBytes: number, serversPtr: number, serverCount: number, outPtr: number, outCapacity: number): number {
    const name = this.#span("dns_resolve", namePtr, nameBytes, DNS_NAME_BYTES_MAX);
    const servers = this.#span("dns_resolve", serversPtr, 4 * serverCount, 4 * DNS_SERVER_COUNT_MAX);
    const out = this.#span("dns_resolve", outPtr, 4 * outCapacity);
    if (!name || !servers || !out) return Status.Invalid;
    const list = Array.from({ length: serverCount }, (_, index) => this.#view.getUint32((serversPtr >>> 0) + 4 * index, true));
    const answer = this.#peripherals.network.dnsResolve(text(name), list);
    if (typeof answer === "number") return answer;
    const count = Math.min(answer.length, outCapacity);
    for (let index = 0; index < count; index++) this.#view.setUint32((outPtr >>> 0) + 4 * index, answer[index]!, true);
    return count === 0 ? Status.NoName : count;
  }

  #receiveDatagram(handle: number, ptr: number, capacity: number, fromPtr: number): number {
    const target = this.#span("udp_receive", ptr, capacity);
    if (!target || !this.#span("udp_receive", fromPtr, 8)) return Status.Invalid;
    let datagram: Datagram | null;
    do datagram = this.#peripherals.network.udpReceive(handle);
    while (datagram !== null && (datagram.data.length === 0 || datagram.data.length > capacity)); // Whole or dropped.
    if (datagram === null) return 0;
    target.set(datagram.data);
    this.#view.setUint32(fromPtr >>> 0, datagram.address, true);
    this.#view.setUint32((fromPtr >>> 0) + 4, datagram.port, true);
    return datagram.data.length;
  }

  #with(call: string, ptr: number, bytes: number, use: (span: Uint8Array) => number, bytesMax?: number): number {
    const span = this.#span(call, ptr, bytes, bytesMax);
    return span === null ? Status.Invalid : use(span);
  }
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
