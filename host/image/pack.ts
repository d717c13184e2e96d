// Packs a payload into a software file: header, payload, protected TLVs, digest, key hash, signature.
//
// In: the payload, what the file shall say of itself, and a signer. Out: the file's bytes, the same for the same input wherever
// the signature's algorithm is deterministic. It does not decide whether a telephone will take the file.

import { Kind } from "../../hal/abi.js";
import { AREA_PROTECTED, AREA_UNPROTECTED, HEADER_BYTES, HEADER_MAGIC, TLV_HEAD_BYTES, Tlv } from "./container.js";
import { sha256 } from "./digest.js";

export type Algorithm = "ed25519" | "p256" | "rsa2048";

export interface Signer {
  readonly algorithm: Algorithm;
  /** The public key, DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** What a file's key hash is of, where that is not the SPKI: RSA is named by its PKCS #1 key, as MCUboot's imgtool does. */
  readonly named?: Uint8Array;
  /** Signs a message. Ed25519 is given the 32-byte digest, the others hash what they are given with SHA-256 themselves. */
  sign(message: Uint8Array): Uint8Array;
}

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
  readonly build: number;
}

export interface PackOptions {
  readonly kind: Kind;
  readonly version: Version;
  /** Prefixes of MODEL that the file is for; none = any. */
  readonly models?: readonly string[];
  readonly counter?: number;
  /** Without a signer the file carries a digest only. */
  readonly signer?: Signer;
  /** Ed25519 only: the signature is over the image itself. */
  readonly pure?: boolean;
  readonly flags?: number;
  /** Bytes from the file's start to the payload; what the fixed header leaves is zero. */
  readonly headerBytes?: number;
}

const SIGNATURE_TYPES: Readonly<Record<Algorithm, number>> = { ed25519: Tlv.ed25519, p256: Tlv.ecdsa, rsa2048: Tlv.rsa2048 };

const NO_VERSION: Version = { major: 0, minor: 0, revision: 0, build: 0 };

/** Reads `MAJOR.MINOR.REVISION+BUILD`; the last two may be missing. Returns undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:\+(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [major, minor, revision, build] = match.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number];
  return major > 0xff || minor > 0xff || revision > 0xffff || build > 0xffffffff ? undefined : { major, minor, revision, build };
}

/** One entry: type, length, data. */
export function tlv(type: number, data: Uint8Array): Uint8Array {
  const entry = new Uint8Array(TLV_HEAD_BYTES + data.length);
  const view = new DataView(entry.buffer);
  view.setUint16(0, type, true);
  view.setUint16(2, data.length, true);
  entry.set(data, TLV_HEAD_BYTES);
  return entry;
}

/** A TLV area: head and entries. */
export function tlvArea(magic: number, entries: readonly Uint8Array[]): Uint8Array {
  const area = tlv(magic, joined(entries));
  if (area.length > 0xffff) throw new RangeError("a TLV area holds at most 65,535 bytes");
  new DataView(area.buffer).setUint16(2, area.length, true); // Its own head included, unlike an entry's length.
  return area;
}

export function packImage(payload: Uint8Array, options: PackOptions): Uint8Array {
  const area = tlvArea(AREA_PROTECTED, protectedEntries(options));
  const signed = joined([imageHeader(payload.length, area.length, options), payload, area]);
  return joined([signed, tlvArea(AREA_UNPROTECTED, authEntries(signed, options))]);
}

/** Bytes that packing adds to a payload, so that a file can be given a size. Ed25519 or unsigned: other signatures vary. */
export function packOverheadBytes(options: PackOptions): number {
  return packImage(new Uint8Array(0), options).length;
}

/** The header of a file with these sizes; without a version it says 0.0.0+0. */
export function imageHeader(
  payloadBytes: number, protectedBytes: number, options: Partial<Pick<PackOptions, "headerBytes" | "flags" | "version">>,
): Uint8Array {
  const { headerBytes = HEADER_BYTES, flags = 0, version = NO_VERSION } = options;
  const view = new DataView(new ArrayBuffer(headerBytes));
  view.setUint32(0, HEADER_MAGIC, true);
  view.setUint16(8, headerBytes, true);
  view.setUint16(10, protectedBytes, true);
  view.setUint32(12, payloadBytes, true);
  view.setUint32(16, flags, true);
  view.setUint8(20, version.major);
  view.setUint8(21, version.minor);
  view.setUint16(22, version.revision, true);
  view.setUint32(24, version.build, true);
  return new Uint8Array(view.buffer);
}

function protectedEntries(options: PackOptions): Uint8Array[] {
  const entries: Uint8Array[] = [];
  if (options.counter !== undefined) {
    const counter = new Uint8Array(4);
    new DataView(counter.buffer).setUint32(0, options.counter, true);
    entries.push(tlv(Tlv.counter, counter));
  }
  entries.push(tlv(Tlv.kind, Uint8Array.of(options.kind)));
  if (options.models && options.models.length > 0) entries.push(tlv(Tlv.models, new TextEncoder().encode(options.models.join(","))));
  return entries;
}

function authEntries(signed: Uint8Array, options: PackOptions): Uint8Array[] {
  const digest = sha256(signed);
  const entries = [tlv(Tlv.sha256, digest)];
  const signer = options.signer;
  if (!signer) return entries;
  if (options.pure && signer.algorithm !== "ed25519") throw new TypeError("only an Ed25519 signature can be pure");
  entries.push(tlv(Tlv.keyHash, sha256(signer.named ?? signer.spki)));
  const ofDigest = signer.algorithm === "ed25519" && !options.pure;
  entries.push(tlv(SIGNATURE_TYPES[signer.algorithm], signer.sign(ofDigest ? digest : signed)));
  if (options.pure) entries.push(tlv(Tlv.pure, Uint8Array.of(1)));
  return entries;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
