// Makes software files that the packer refuses to make: any TLVs in any order, correctly signed all the same.
//
// In: entries for both areas. Out: a file's bytes. What is wrong with it is only what the test asked for.

import { AREA_PROTECTED, AREA_UNPROTECTED, Tlv } from "../../host/image/container.js";
import { sha256 } from "../../host/image/digest.js";
import { ed25519Key } from "../../host/image/keys.js";
import { imageHeader, tlv, tlvArea } from "../../host/image/pack.js";

export const testKey = ed25519Key(new Uint8Array(32).fill(7));
export const otherKey = ed25519Key(new Uint8Array(32).fill(8));

export interface Auth {
  readonly digest: Uint8Array;
  readonly keyHash: Uint8Array;
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

export type AuthMaker = (auth: Auth) => readonly Uint8Array[];

export interface Craft {
  readonly payload?: Uint8Array;
  readonly headerBytes?: number;
  readonly flags?: number;
  /** The protected area's entries; none = no area. */
  readonly facts?: readonly Uint8Array[];
  /** The unprotected area's entries, made of the right ones. */
  readonly auth?: AuthMaker;
  /** The area heads' magic, in file order. */
  readonly magics?: readonly [number, number];
}

/** One entry that holds a little-endian number of the given bytes. */
export function numberTlv(type: number, value: number, bytes: number): Uint8Array {
  return tlv(type, Uint8Array.from({ length: bytes }, (_, index) => Math.floor(value / 2 ** (8 * index)) & 0xff));
}

export function textTlv(type: number, text: string): Uint8Array {
  return tlv(type, new TextEncoder().encode(text));
}

export function craft(options: Craft = {}): Uint8Array {
  const { payload = new Uint8Array(40).fill(0x5a), facts = [], magics = [AREA_PROTECTED, AREA_UNPROTECTED] } = options;
  const area = facts.length === 0 ? new Uint8Array(0) : tlvArea(magics[0], facts);
  const signed = Uint8Array.of(...imageHeader(payload.length, area.length, options), ...payload, ...area);
  const digest = sha256(signed);
  const auth: Auth = {
    digest: tlv(Tlv.sha256, digest),
    keyHash: tlv(Tlv.keyHash, sha256(testKey.spki)),
    key: tlv(Tlv.key, testKey.spki),
    signature: tlv(Tlv.ed25519, testKey.sign(digest)),
  };
  const entries = options.auth ? options.auth(auth) : [auth.digest, auth.keyHash, auth.signature];
  return Uint8Array.of(...signed, ...tlvArea(magics[1], entries));
}
