// A DHCP server (RFC 2131): DISCOVER to OFFER, REQUEST to ACK or NAK, DECLINE, RELEASE and INFORM.
//
// In: datagrams for port 67. Out: datagrams for the client, or silence. Everything it hands out is in its config.
// It sends what the client asked for in option 55 and no more, as real servers do; a longer answer than the client
// allows goes on in the `file` field (option 52). It has no clock: an address stays with its client.

import { DhcpMessage } from "../../hal/events.js";
import type { DatagramService, Endpoint } from "./service.js";

/** What a scope hands out. Absent or empty: the option is not sent. */
export interface DhcpConfig {
  /** The server's own address, option 54. */
  readonly server: number;
  /** The first address, and how many follow from it. */
  readonly first: number;
  readonly count: number;
  readonly mask: number;
  readonly routers: readonly number[];
  readonly dns: readonly number[];
  readonly domain: string;
  /** Option 51; undefined: an offer without a lease time, which a telephone must refuse. */
  readonly leaseSeconds: number | undefined;
  /** The site-specific option, ASCII, at most 255 bytes. */
  readonly option242: string;
  /** The address of the next server in start-up; 0 none. */
  readonly nextServer?: number;
}

// The fixed part of a message (RFC 2131 §2): where each field begins.
const FLAGS = 10;
const CLIENT_ADDRESS = 12;
const YOUR_ADDRESS = 16;
const NEXT_ADDRESS = 20;
const GATEWAY = 24;
const HARDWARE = 28;
const FILE = 108;
const FILE_BYTES = 128;
const COOKIE = 236;
const OPTIONS = 240;
const MAGIC = 0x63825363;
/** Without option 57 a client takes a datagram of 576 bytes, 28 of them headers (RFC 2131 §2). */
const MESSAGE_BYTES_MIN = 548;
const MESSAGE_BYTES_MAX = 1472;
const HEADER_BYTES = 28;

const OPTION_MASK = 1;
const OPTION_ROUTER = 3;
const OPTION_DNS = 6;
const OPTION_DOMAIN = 15;
const OPTION_REQUESTED = 50;
const OPTION_LEASE = 51;
const OPTION_OVERLOAD = 52;
const OPTION_TYPE = 53;
const OPTION_SERVER = 54;
const OPTION_PARAMETERS = 55;
const OPTION_MESSAGE = 56;
const OPTION_SIZE = 57;
const OPTION_RENEW = 58;
const OPTION_REBIND = 59;
const OPTION_SITE = 242;
const OPTION_END = 255;

interface Message {
  readonly bytes: Uint8Array;
  readonly type: number;
  readonly client: string;
  readonly options: ReadonlyMap<number, Uint8Array>;
}

type OptionField = readonly [code: number, data: Uint8Array];

export class DhcpServer implements DatagramService {
  readonly #config: DhcpConfig;
  readonly #offered: readonly OptionField[];
  /** Client to address, and the addresses that somebody else turned out to use. */
  readonly #leases = new Map<string, number>();
  readonly #declined = new Set<number>();

  constructor(config: DhcpConfig) {
    if (config.count < 1 || config.count > 65536) throw new RangeError(`a scope has 1 to 65536 addresses, not ${config.count}`);
    this.#config = config;
    this.#offered = configOptions(config);
  }

  receive(data: Uint8Array, _from: Endpoint, reply: (data: Uint8Array) => void): void {
    const message = parseMessage(data);
    if (message === undefined) return;
    const answer = this.#answer(message);
    if (answer !== undefined) reply(answer);
  }

  #answer(message: Message): Uint8Array | undefined {
    switch (message.type) {
      case DhcpMessage.Discover: {
        const address = this.#addressFor(message);
        return address === undefined ? undefined : this.#compose(message, DhcpMessage.Offer, address);
      }
      case DhcpMessage.Request:
        return this.#request(message);
      case DhcpMessage.Decline:
        this.#free(message, OPTION_REQUESTED);
        return undefined;
      case DhcpMessage.Release:
        this.#leases.delete(message.client);
        return undefined;
      case DhcpMessage.Inform:
        return this.#compose(message, DhcpMessage.Ack, 0);
      default:
        return undefined;
    }
  }

  /** A client chooses an offer, asks for its old address again, or renews (RFC 2131 §4.3.2). */
  #request(message: Message): Uint8Array | undefined {
    const chosen = addressOption(message, OPTION_SERVER);
    if (chosen !== undefined && chosen !== this.#config.server) {
      this.#leases.delete(message.client);
      return undefined;
    }
    const wanted = addressOption(message, OPTION_REQUESTED) ?? addressAt(message.bytes, CLIENT_ADDRESS);
    // Without a record of this client and without its choice, another server may be meant: stay silent.
    const leased = this.#leases.get(message.client);
    if (leased === undefined && chosen === undefined) return undefined;
    if (leased !== wanted) return this.#compose(message, DhcpMessage.Nak, 0);
    return this.#compose(message, DhcpMessage.Ack, leased);
  }

  #free(message: Message, option: number): void {
    const address = addressOption(message, option);
    if (address !== undefined && address === this.#leases.get(message.client)) {
      this.#leases.delete(message.client);
      this.#declined.add(address);
    }
  }

  /** The client's own address, else the one it asks for if that is free, else the first free one. */
  #addressFor(message: Message): number | undefined {
    const before = this.#leases.get(message.client);
    if (before !== undefined) return before;
    const { first, count } = this.#config;
    const used = new Set(this.#leases.values());
    const free = (address: number): boolean => !used.has(address) && !this.#declined.has(address);
    const wanted = addressOption(message, OPTION_REQUESTED) ?? 0;
    let address = wanted >= first && wanted < first + count && free(wanted) ? wanted : first;
    while (address < first + count && !free(address)) address += 1;
    if (address === first + count) return undefined;
    this.#leases.set(message.client, address);
    return address;
  }

  #compose(message: Message, type: DhcpMessage, address: number): Uint8Array {
    const fixed: OptionField[] = [[OPTION_TYPE, Uint8Array.of(type)], [OPTION_SERVER, addressBytes([this.#config.server])]];
    let fields = fixed;
    if (type === DhcpMessage.Nak) {
      fields = [...fixed, [OPTION_MESSAGE, new TextEncoder().encode("address not available")]];
    } else {
      const asked = message.options.get(OPTION_PARAMETERS);
      const timed = address !== 0;
      const wanted = this.#offered.filter(([code]) => (isTime(code) ? timed : asked === undefined || asked.includes(code)));
      fields = [...fixed, ...wanted];
    }
    const target = composeHeader(message, address, type === DhcpMessage.Nak ? 0 : (this.#config.nextServer ?? 0));
    return placeOptions(target, fields, sizeOption(message));
  }
}

/** Lease times are not asked for; they come with every address. */
function isTime(code: number): boolean {
  return code === OPTION_LEASE || code === OPTION_RENEW || code === OPTION_REBIND;
}

function configOptions(config: DhcpConfig): OptionField[] {
  const lease = config.leaseSeconds;
  const encoder = new TextEncoder();
  const fields: OptionField[] = [[OPTION_MASK, addressBytes([config.mask])]];
  if (lease !== undefined) {
    // Half and seven eighths of the lease (RFC 2131 §4.4.5).
    fields.push([OPTION_LEASE, addressBytes([lease])]);
    fields.push([OPTION_RENEW, addressBytes([Math.floor(lease / 2)])], [OPTION_REBIND, addressBytes([Math.floor((lease * 7) / 8)])]);
  }
  fields.push([OPTION_SITE, encoder.encode(config.option242)], [OPTION_ROUTER, addressBytes(config.routers)]);
  fields.push([OPTION_DNS, addressBytes(config.dns)], [OPTION_DOMAIN, encoder.encode(config.domain)]);
  for (const [code, data] of fields) {
    if (data.length > 255) throw new RangeError(`DHCP option ${code} has ${data.length} bytes; an option carries at most 255`);
  }
  return fields.filter(([, data]) => data.length > 0);
}

// ---- The format.

function parseMessage(bytes: Uint8Array): Message | undefined {
  if (bytes.length < OPTIONS || addressAt(bytes, COOKIE) !== MAGIC) return undefined;
  // A request (1) from Ethernet (1) with an address of six bytes.
  if (bytes[0] !== 1 || bytes[1] !== 1 || bytes[2] !== 6) return undefined;
  const options = parseOptions(bytes);
  const type = options?.get(OPTION_TYPE);
  if (options === undefined || type?.length !== 1) return undefined;
  return { bytes, type: type[0]!, client: bytes.subarray(HARDWARE, HARDWARE + 6).join(":"), options };
}

/** Undefined when an option says that it is longer than what follows it. */
function parseOptions(bytes: Uint8Array): Map<number, Uint8Array> | undefined {
  const options = new Map<number, Uint8Array>();
  let index = OPTIONS;
  while (index < bytes.length && bytes[index] !== OPTION_END) {
    const code = bytes[index++]!;
    if (code === 0) continue;
    const length = bytes[index++];
    if (length === undefined || index + length > bytes.length) return undefined;
    if (!options.has(code)) options.set(code, bytes.subarray(index, index + length));
    index += length;
  }
  return options;
}

function composeHeader(message: Message, address: number, nextServer: number): Uint8Array {
  const target = new Uint8Array(OPTIONS);
  // Transaction, flags, relay and hardware address come back as they were sent (RFC 2131 table 3).
  target.set(message.bytes.subarray(0, 8));
  target[0] = 2;
  target[3] = 0;
  target.set(message.bytes.subarray(FLAGS, FLAGS + 2), FLAGS);
  if (message.type === DhcpMessage.Request || message.type === DhcpMessage.Inform) {
    target.set(message.bytes.subarray(CLIENT_ADDRESS, CLIENT_ADDRESS + 4), CLIENT_ADDRESS);
  }
  target.set(addressBytes([address]), YOUR_ADDRESS);
  target.set(addressBytes([nextServer]), NEXT_ADDRESS);
  target.set(message.bytes.subarray(GATEWAY, GATEWAY + 4), GATEWAY);
  target.set(message.bytes.subarray(HARDWARE, HARDWARE + 16), HARDWARE);
  target.set(addressBytes([MAGIC]), COOKIE);
  return target;
}

/** Puts the options behind the header, and those that the client's size leaves no room for into `file`. */
function placeOptions(header: Uint8Array, fields: readonly OptionField[], messageBytesMax: number): Uint8Array {
  // The end mark and, if it comes to that, the overload option need four bytes.
  const room = messageBytesMax - OPTIONS - 4;
  const placed: number[] = [];
  const overflow: number[] = [];
  for (const [code, data] of fields) {
    const piece = [code, data.length, ...data];
    if (placed.length + piece.length <= room) placed.push(...piece);
    else if (overflow.length + piece.length < FILE_BYTES) overflow.push(...piece);
  }
  if (overflow.length > 0) {
    header.set([...overflow, OPTION_END], FILE);
    placed.push(OPTION_OVERLOAD, 1, 1);
  }
  placed.push(OPTION_END);
  const target = new Uint8Array(OPTIONS + placed.length);
  target.set(header);
  target.set(placed, OPTIONS);
  return target;
}

function sizeOption(message: Message): number {
  const data = message.options.get(OPTION_SIZE);
  if (data?.length !== 2) return MESSAGE_BYTES_MIN;
  const bytes = data[0]! * 256 + data[1]! - HEADER_BYTES;
  return Math.min(Math.max(bytes, MESSAGE_BYTES_MIN), MESSAGE_BYTES_MAX);
}

function addressOption(message: Message, code: number): number | undefined {
  const data = message.options.get(code);
  return data?.length === 4 ? addressAt(data, 0) : undefined;
}

function addressAt(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset);
}

function addressBytes(addresses: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * addresses.length);
  const view = new DataView(bytes.buffer);
  addresses.forEach((address, index) => view.setUint32(4 * index, address));
  return bytes;
}
