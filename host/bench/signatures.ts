// Rows 7 and 8: verifying a signature of a 32-byte message, key and signature copied in each time.
//
// In: nothing. Out: verifications per second of each candidate in this process. Every candidate verifies the same signature.

import { createHash, generateKeyPairSync, sign, verify, type KeyObject } from "node:crypto";
import { benchModule } from "./bench-module.js";
import { measure, type Candidate } from "./method.js";
import { nobleEd25519, nobleP256 } from "./peers.js";
import type { Rates } from "./digests.js";

/** Verifications in one turn: some milliseconds for the fastest, a quarter of a second for the slowest. */
const COUNT = 100;
const MESSAGE = createHash("sha256").update("offhook bench").digest();

const spkiOf = (key: KeyObject): Buffer => key.export({ format: "der", type: "spki" });

function rates(verifiers: Readonly<Record<string, () => boolean>>): Rates {
  const candidates = Object.entries(verifiers).map(([name, check]): Candidate => ({
    name,
    run: () => {
      for (let turn = 0; turn < COUNT; turn++) if (!check()) throw new Error(`${name} refuses a good signature`);
    },
  }));
  return Object.fromEntries([...measure(candidates)].map(([name, us]) => [name, (COUNT / us) * 1e6]));
}

export async function ed25519Rates(): Promise<Rates> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const signature = sign(null, MESSAGE, privateKey);
  const key = spkiOf(publicKey).subarray(-32);
  const verifiers: Record<string, () => boolean> = { node: () => verify(null, MESSAGE, publicKey, signature) };
  for (const build of ["simd", "mvp"] as const) {
    const { memory, freePtr, calls } = benchModule(build);
    verifiers[build] = () => {
      memory.set(key, freePtr);
      memory.set(signature, freePtr + 32);
      memory.set(MESSAGE, freePtr + 96);
      return calls["ed25519_verify"]!(freePtr, freePtr + 32, freePtr + 96, MESSAGE.length) === 1;
    };
  }
  const noble = await nobleEd25519();
  if (noble) verifiers["noble"] = () => noble.ed25519.verify(signature, MESSAGE, key, { zip215: false });
  return rates(verifiers);
}

export async function p256Rates(): Promise<Rates> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const signature = sign("sha256", MESSAGE, privateKey);
  const compact = sign("sha256", MESSAGE, { key: privateKey, dsaEncoding: "ieee-p1363" });
  const point = spkiOf(publicKey).subarray(-65);
  const verifiers: Record<string, () => boolean> = { node: () => verify("sha256", MESSAGE, publicKey, signature) };
  for (const build of ["simd", "mvp"] as const) {
    const { memory, freePtr, calls } = benchModule(build);
    verifiers[build] = () => {
      memory.set(point.subarray(1), freePtr);
      memory.set(MESSAGE, freePtr + 64);
      memory.set(signature, freePtr + 96);
      calls["sha256_init"]!();
      calls["sha256_push"]!(freePtr + 64, MESSAGE.length);
      calls["sha256_finish"]!(freePtr + 64);
      return calls["ecdsa_verify"]!(freePtr, freePtr + 96, signature.length, freePtr + 64) === 1;
    };
  }
  const noble = await nobleP256();
  if (noble) verifiers["noble"] = () => noble.p256.verify(compact, MESSAGE, point, { lowS: false });
  return rates(verifiers);
}
