// The demonstration's software: a key, an old boot file, a newer boot file and an application.
//
// Nothing in, files out, the same bytes on every machine. The seed of the key is public on purpose: whoever trusts this key
// trusts everybody, and only the demonstration does.

import { Kind } from "../../hal/abi.js";
import { ed25519Key, type Ed25519Key } from "./keys.js";
import { packImage, packOverheadBytes, type PackOptions } from "./pack.js";
import { seededPayload } from "./payload.js";

export interface DemoFile {
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

interface DemoPlan {
  readonly name: string;
  readonly title: string;
  readonly kind: Kind;
  readonly fileBytes: number;
  readonly revision: number;
  readonly counter: number;
  readonly seed: number;
}

/** A telephone that the files are for. */
export const DEMO_MODEL = "9640D01A";
const MODELS = ["9640", "9630", "9620", "9650"];
const KIB = 1024;

const OLD_BOOT: DemoPlan = {
  name: "hb96xxold.bin", title: "Offhook demonstration: old boot file", kind: Kind.Boot, fileBytes: 256 * KIB,
  revision: 0, counter: 1, seed: 1,
};
const BOOT: DemoPlan = {
  name: "hb96xxdemo.bin", title: "Offhook demonstration: boot file", kind: Kind.Boot, fileBytes: 512 * KIB,
  revision: 1, counter: 2, seed: 2,
};
const APPLICATION: DemoPlan = {
  name: "SIP96xxdemo.bin", title: "Offhook demonstration: application", kind: Kind.Application, fileBytes: 2048 * KIB,
  revision: 1, counter: 1, seed: 3,
};

let key: Ed25519Key | undefined;

/** The key that signs the demonstration's files, and that a telephone trusts when it is told nothing else. */
export function demoKey(): Ed25519Key {
  key ??= ed25519Key(new TextEncoder().encode("offhook demonstration key seed 1"));
  return key;
}

/** What the chip holds before the demonstration starts. */
export function demoOldBoot(): DemoFile {
  return demoFile(OLD_BOOT);
}

/** What the demonstration's file server offers. */
export function demoFiles(): readonly DemoFile[] {
  return [demoFile(BOOT), demoFile(APPLICATION)];
}

function demoFile(plan: DemoPlan): DemoFile {
  const options: PackOptions = {
    kind: plan.kind,
    version: { major: 1, minor: 0, revision: plan.revision, build: 0 },
    models: MODELS,
    counter: plan.counter,
    signer: demoKey(),
  };
  const payload = seededPayload(plan.title, plan.seed, plan.fileBytes - packOverheadBytes(options));
  return { name: plan.name, kind: plan.kind, bytes: packImage(payload, options) };
}
