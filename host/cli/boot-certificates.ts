// What the command line says of certificates: which CA is believed, where the messages are kept, and this machine's test for primes.
//
// In: options. Out: the board's part for certificates. With `--scep-dump DIR` each message is a file `NN-NAME.der` in the order in which
// they passed; the folder is made where there is none, and files of an earlier run are written over. None of them holds the private key.

import { checkPrimeSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardOptions } from "../board.js";
import { SecureFile } from "../storage/secure-file.js";
import type { BootOptions } from "./options.js";
import { UsageError } from "./usage.js";

export function certificateOptions({ caFingerprint, scepDump }: BootOptions): NonNullable<BoardOptions["scep"]> {
  return {
    isPrime: (candidate) => checkPrimeSync(candidate),
    ...(caFingerprint === undefined ? {} : { fingerprint: caFingerprint }),
    ...(scepDump === undefined ? {} : { onMessage: dumpInto(scepDump) }),
  };
}

/** What the secure element kept beside the chip's file; undefined without one. */
export function secureFile({ flash }: BootOptions): SecureFile | undefined {
  if (flash === undefined) return undefined;
  const path = `${flash}.secure`;
  try {
    return new SecureFile(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path}, where the secure element keeps what belongs to the chip's file, cannot be used: ${why}`);
  }
}

function dumpInto(folder: string): (name: string, bytes: Uint8Array) => void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`--scep-dump ${folder} cannot be made: ${error instanceof Error ? error.message : String(error)}`);
  }
  let count = 0;
  return (name, bytes) => {
    count += 1;
    writeFileSync(join(folder, `${String(count).padStart(2, "0")}-${name}.der`), bytes);
  };
}
