// DHCP messages as a server meets them (RFC 2131 §2, RFC 2132): a request to a value, an answer to bytes.
//
// In: a datagram for port 67, and the options to answer with. Out: what the client said, and the datagram for it. Options
// that the client's size leaves no room for go on in the `file` and `sname` fields (option 52), in pieces where they must
// (RFC 3396). Nothing is decided here.

import { DhcpMessage } from "../../hal/events.js";

// The fixed part of a message (RFC 2131 §2): where each field begins.
const FLAGS = 10;
const CLIENT_ADDRESS = 12;
const YOUR_ADDRESS = 16;
const NEXT_ADDRESS = 20;
const GATEWAY = 24;
const HARDWARE = 28;
const SERVER_NAME = 44;
const SERVER_NAME_BYTES = 64;
const FILE = 108;
const FILE_BYTES = 128;
const COOKIE = 236;
const OPTIONS = 240;
const MAGIC = 0x63825363;
/** Without option 57 a client takes a datagram of 576 bytes, 28 of them headers (RFC 2131 §2). */
const MESSAGE_BYTES_MIN = 548;
const MESSAGE_BYTES_MAX = 1472;
const HEADER_BYTES = 28;
const OPTION_BYTES_MAX = 255;

/** The codes of RFC 2132 that the server uses, and the site-specific one. */
export const DhcpOption = {
  Mask: 1, Router: 3, Dns: 6, Log: 7, Domain: 15, Mtu: 26, Ntp: 42, Requested: 50, Lease: 51, Overload: 52, Type: 53, Server: 54,
  Parameters: 55, Message: 56, Size: 57, Renew: 58, Rebind: 59, Site: 242, End: 255,
} as const;

export interface DhcpRequest {
  readonly bytes: Uint8Array;
  readonly type: number;
  /** The hardware address, as the key of a table. */
  readonly client: string;
  /** `ciaddr`: the address that the client uses already. */
  readonly clientAddress: number;
  readonly options: ReadonlyMap<number, Uint8Array>;
}

export type DhcpField = readonly [code: number, data: Uint8Array];

export function parseRequest(bytes: Uint8Array): DhcpRequest | undefined {
  if (bytes.length < OPTIONS || addressAt(bytes, COOKIE) !== MAGIC) return undefined;
  // A request (1) from Ethernet (1) with an address of six bytes.
  if (bytes[0] !== 1 || bytes[1] !== 1 || bytes[2] !== 6) return undefined;
  const options = parseOptions(bytes);
  const type = options?.get(DhcpOption.Type);
  if (options === undefined || type?.length !== 1) return undefined;
  const client = bytes.subarray(HARDWARE, HARDWARE + 6).join(":");
  return { bytes, type: type[0]!, client, clientAddress: addressAt(bytes, CLIENT_ADDRESS), options };
}

/** Undefined when an option says that it is longer than what follows it. */
function parseOptions(bytes: Uint8Array): Map<number, Uint8Array> | undefined {
  const options = new Map<number, Uint8Array>();
  let index = OPTIONS;
  while (index < bytes.length && bytes[index] !== DhcpOption.End) {
    const code = bytes[index++]!;
    if (code === 0) continue;
    const length = bytes[index++];
    if (length === undefined || index + length > bytes.length) return undefined;
    if (!options.has(code)) options.set(code, bytes.subarray(index, index + length));
    index += length;
  }
  return options;
}

export function addressOption(request: DhcpRequest, code: number): number | undefined {
  const data = request.options.get(code);
  return data?.length === 4 ? addressAt(data, 0) : undefined;
}

function addressAt(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset);
}

export function addressBytes(addresses: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * addresses.length);
  const view = new DataView(bytes.buffer);
  addresses.forEach((address, index) => view.setUint32(4 * index, address));
  return bytes;
}

export interface DhcpAnswer {
  /** `yiaddr` and `siaddr`; 0 none. */
  readonly address: number;
  readonly nextServer: number;
  readonly fields: readonly DhcpField[];
  /** Uses the `file` and `sname` fields although there is room without them. */
  readonly overload: boolean;
}

export function composeAnswer(request: DhcpRequest, answer: DhcpAnswer): Uint8Array {
  const target = new Uint8Array(OPTIONS);
  // Transaction, flags, relay and hardware address come back as they were sent (RFC 2131 table 3).
  target.set(request.bytes.subarray(0, 8));
  target[0] = 2;
  target[3] = 0;
  target.set(request.bytes.subarray(FLAGS, FLAGS + 2), FLAGS);
  if (request.type === DhcpMessage.Request || request.type === DhcpMessage.Inform) {
    target.set(request.bytes.subarray(CLIENT_ADDRESS, CLIENT_ADDRESS + 4), CLIENT_ADDRESS);
  }
  target.set(addressBytes([answer.address]), YOUR_ADDRESS);
  target.set(addressBytes([answer.nextServer]), NEXT_ADDRESS);
  target.set(request.bytes.subarray(GATEWAY, GATEWAY + 4), GATEWAY);
  target.set(request.bytes.subarray(HARDWARE, HARDWARE + 16), HARDWARE);
  target.set(addressBytes([MAGIC]), COOKIE);
  return placeOptions(target, answer, sizeOf(request));
}

/**
 * Puts the options behind the header, into `file` and into `sname`. One that fits nowhere whole, or is longer than an option can
 * be, comes last and in pieces, in the order in which a client joins them (RFC 3396 §5); what there is no room for is cut off.
 */
function placeOptions(header: Uint8Array, { fields, overload }: DhcpAnswer, messageBytesMax: number): Uint8Array {
  // The end mark and, if it comes to that, the overload option need four bytes.
  const behind: Area = { room: messageBytesMax - OPTIONS - 4, bytes: [] };
  const file: Area = { room: FILE_BYTES - 1, bytes: [] };
  const name: Area = { room: SERVER_NAME_BYTES - 1, bytes: [] };
  const isPlaced = ([code, data]: DhcpField): boolean => {
    const areas = overload && !isFixed(code) ? [name, file, behind] : [behind, file, name];
    return data.length <= OPTION_BYTES_MAX && areas.some((area) => placed(area, code, data));
  };
  for (const [code, data] of fields.filter((field) => !isPlaced(field))) placePieces([behind, file, name], code, data);
  if (file.bytes.length > 0) header.set([...file.bytes, DhcpOption.End], FILE);
  if (name.bytes.length > 0) header.set([...name.bytes, DhcpOption.End], SERVER_NAME);
  // Option 52 (RFC 2132 §9.3): 1 = `file`, 2 = `sname`, 3 = both hold options.
  const used = (file.bytes.length > 0 ? 1 : 0) + (name.bytes.length > 0 ? 2 : 0);
  const tail = used === 0 ? [DhcpOption.End] : [DhcpOption.Overload, 1, used, DhcpOption.End];
  return Uint8Array.from([...header, ...behind.bytes, ...tail]);
}

/** Where options may stand: how many bytes, and what stands there already. */
interface Area {
  readonly room: number;
  readonly bytes: number[];
}

function placed({ room, bytes }: Area, code: number, data: Uint8Array): boolean {
  if (bytes.length + data.length + 2 > room) return false;
  bytes.push(code, data.length, ...data);
  return true;
}

function placePieces(areas: readonly Area[], code: number, data: Uint8Array): void {
  let rest = data;
  for (const area of areas) {
    while (rest.length > 0) {
      const bytes = Math.min(rest.length, OPTION_BYTES_MAX, area.room - area.bytes.length - 2);
      if (bytes <= 0) break;
      placed(area, code, rest.subarray(0, bytes));
      rest = rest.subarray(bytes);
    }
  }
}

/** What a client must find before it knows of the overload. */
function isFixed(code: number): boolean {
  return code === DhcpOption.Type || code === DhcpOption.Server || code === DhcpOption.Lease;
}

function sizeOf(request: DhcpRequest): number {
  const data = request.options.get(DhcpOption.Size);
  if (data?.length !== 2) return MESSAGE_BYTES_MIN;
  const bytes = data[0]! * 256 + data[1]! - HEADER_BYTES;
  return Math.min(Math.max(bytes, MESSAGE_BYTES_MIN), MESSAGE_BYTES_MAX);
}
