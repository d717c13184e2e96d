// Software files for scenarios: small, signed by the test key, the same for the same name and seed.

import { Kind } from "../../hal/abi.js";
import { packBlocks } from "../../host/image/blocks.js";
import { packImage, type PackOptions } from "../../host/image/pack.js";
import { seededPayload } from "../../host/image/payload.js";
import { testKey } from "./image-craft.js";

const SEED = 1;

/** A stored or served software file. */
export interface Software {
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

/** A signed software file; by default small, of the test key, for every model. */
export function software(
  name: string, options: Partial<PackOptions> & { readonly bytes?: number; readonly seed?: number } = {},
): Software {
  const { bytes = 40_000, seed = SEED, kind = Kind.Application, ...rest } = options;
  const plan: PackOptions = { kind, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer: testKey, ...rest };
  return { name, kind, bytes: packImage(seededPayload(name, seed, bytes), plan) };
}

/** The block file of a software file, signed by the same key. */
export function blockFile(file: Software, options: Partial<PackOptions> = {}): Uint8Array {
  const plan: PackOptions = { kind: file.kind, version: { major: 1, minor: 0, revision: 0, build: 0 }, counter: 1, signer: testKey };
  return packBlocks(file.bytes, { ...plan, ...options });
}

/** The same file, not signed. */
export function unsignedSoftware(name: string): Software {
  const version = { major: 1, minor: 0, revision: 0, build: 0 };
  return { name, kind: Kind.Application, bytes: packImage(seededPayload(name, SEED, 40_000), { kind: Kind.Application, version }) };
}
