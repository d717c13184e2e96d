// A telephone's DHCP messages for tests, composed and read by a few lines that the server does not share.

import { addressOf, addressText } from "../../host/network/address.js";

/** Option 55 with what a telephone asks for, as raw bytes. */
export const ALL_OPTIONS = [55, 7, 1, 3, 6, 7, 15, 26, 242];

/** The four bytes of an address. */
export function addressField(text: string): number[] {
  return addressText(addressOf(text)).split(".").map(Number);
}

/** A request of the telephone with the last byte of its hardware address given, and options as raw bytes. */
export function dhcpRequest(type: number, options: readonly number[] = ALL_OPTIONS, mac = 1, client = "0.0.0.0"): Uint8Array {
  const head = new Uint8Array(240);
  head.set([1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef, 0, 3, 0x80, 0]);
  head.set(addressField(client), 12);
  head.set([0, 4, 0x0d, 1, 2, mac], 28);
  head.set([0x63, 0x82, 0x53, 0x63], 236);
  return Uint8Array.from([...head, 53, 1, type, ...options, 255]);
}

export interface DhcpReply {
  readonly type: number;
  readonly address: string;
  readonly options: Map<number, Uint8Array>;
  readonly bytes: Uint8Array;
}

/** Pieces of one option are joined (RFC 3396). */
export function readOptions(field: Uint8Array, options: Map<number, Uint8Array>): void {
  for (let index = 0; index < field.length && field[index] !== 255;) {
    const [code, length] = [field[index]!, field[index + 1]!];
    options.set(code, Uint8Array.of(...(options.get(code) ?? []), ...field.subarray(index + 2, index + 2 + length)));
    index += 2 + length;
  }
}

/** Reads an answer; options in the `file` and `sname` fields are among the others (option 52). */
export function readAnswer(bytes: Uint8Array): DhcpReply {
  const options = new Map<number, Uint8Array>();
  readOptions(bytes.subarray(240), options);
  const overload = options.get(52)?.[0] ?? 0;
  if ((overload & 1) !== 0) readOptions(bytes.subarray(108, 236), options);
  if ((overload & 2) !== 0) readOptions(bytes.subarray(44, 108), options);
  return { type: options.get(53)![0]!, address: [...bytes.subarray(16, 20)].join("."), options, bytes };
}
