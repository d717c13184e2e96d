// UDP (RFC 768): datagrams to a value and back, and the ports of one stack.
//
// In: packets from below, datagrams from above. Out: calls of the port's owner, in the order of arrival. It keeps no
// queue: whoever owns a port decides what waits. A checksum of zero (none) is accepted, and never sent.

import type { Endpoint } from "../../site/service.js";
import { read16, write16 } from "./bytes.js";
import { IPV4_HEADER_BYTES, Protocol, transportChecksum, type Ipv4Packet, type PacketOut } from "./ipv4.js";

export interface UdpDatagram {
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly data: Uint8Array;
}

export interface UdpOwner {
  receive(data: Uint8Array, from: Endpoint): void;
  /** The other side has nothing on that port, or cannot be reached. */
  failed?(to: Endpoint): void;
}

const SOURCE_PORT = 0;
const TARGET_PORT = 2;
const TOTAL_BYTES = 4;
const CHECKSUM = 6;
const HEADER_BYTES = 8;
/** Ports that one stack may have open: the telephone needs a handful, a far end a dozen. */
const PORT_COUNT_MAX = 256;

export function parseUdp(packet: Ipv4Packet): UdpDatagram | "udp-short" | "udp-checksum" {
  const bytes = packet.payload;
  if (bytes.length < HEADER_BYTES) return "udp-short";
  const totalBytes = read16(bytes, TOTAL_BYTES);
  if (totalBytes < HEADER_BYTES || totalBytes > bytes.length) return "udp-short";
  const payload = bytes.subarray(0, totalBytes);
  if (read16(bytes, CHECKSUM) !== 0 && transportChecksum({ ...packet, payload }) !== 0) return "udp-checksum";
  return { sourcePort: read16(bytes, SOURCE_PORT), targetPort: read16(bytes, TARGET_PORT), data: payload.subarray(HEADER_BYTES) };
}

export function emitUdp(datagram: UdpDatagram, source: number, target: number): Ipv4Packet {
  const payload = new Uint8Array(HEADER_BYTES + datagram.data.length);
  write16(payload, SOURCE_PORT, datagram.sourcePort);
  write16(payload, TARGET_PORT, datagram.targetPort);
  write16(payload, TOTAL_BYTES, payload.length);
  payload.set(datagram.data, HEADER_BYTES);
  const packet = { source, target, protocol: Protocol.Udp, payload };
  // A sum of zero is sent as its other form: zero means that there is none.
  write16(payload, CHECKSUM, transportChecksum(packet) || 0xffff);
  return packet;
}

export class UdpPorts {
  readonly #out: PacketOut;
  readonly #owners = new Map<number, UdpOwner>();

  constructor(out: PacketOut) {
    this.#out = out;
  }

  has(port: number): boolean {
    return this.#owners.has(port);
  }

  /** Takes a port; false when it is taken or there are too many. */
  open(port: number, owner: UdpOwner): boolean {
    if (this.#owners.has(port) || this.#owners.size === PORT_COUNT_MAX) return false;
    this.#owners.set(port, owner);
    return true;
  }

  close(port: number): void {
    this.#owners.delete(port);
  }

  /** False when there is no way to the target, or the datagram would have to be cut. */
  send(sourcePort: number, to: Endpoint, data: Uint8Array): boolean {
    if (IPV4_HEADER_BYTES + HEADER_BYTES + data.length > this.#out.mtu) return false;
    return this.#out.send(emitUdp({ sourcePort, targetPort: to.port, data }, this.#out.address, to.address));
  }

  /** False when nobody has the port. */
  deliver(datagram: UdpDatagram, source: number): boolean {
    const owner = this.#owners.get(datagram.targetPort);
    owner?.receive(datagram.data, { address: source, port: datagram.sourcePort });
    return owner !== undefined;
  }

  failed(sourcePort: number, to: Endpoint): void {
    this.#owners.get(sourcePort)?.failed?.(to);
  }
}
