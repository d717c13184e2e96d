// One file judged by the core's own validator: the core runs in its verifying mode against a file server in memory.
//
// In: the file's bytes and the trusted keys. Out: the core's `image` event. Nothing here looks into the file.

import { Mode } from "../../hal/abi.js";
import { Board, STAGING_BYTES } from "../board.js";
import type { ImageEvent, OffhookEvent } from "../event-types.js";
import { MemoryNetwork } from "../network/memory.js";
import { addressOf } from "../network/address.js";
import { runVirtual } from "../run-loop.js";
import { fileHandler, MemoryFiles } from "../site/file-server.js";
import { HttpServer } from "../site/http-server.js";
import { Site } from "../site/site.js";

export interface VerifyOptions {
  /** DER SubjectPublicKeyInfo of each trusted key. */
  readonly trust: readonly Uint8Array[];
  readonly unsigned?: boolean;
}

/** Where the short modes look for their file. */
const SERVER = "127.0.0.1";
const FILE = "image.bin";

/** Judges a file. Throws only when the core ends without a verdict, which is a defect of ours. */
export function verifyImage(core: WebAssembly.Module, bytes: Uint8Array, options: VerifyOptions): ImageEvent {
  const board = new Board({
    core,
    mode: Mode.VerifyImage,
    identity: {
      model: "9640D01A",
      serial: "",
      mac: new Uint8Array(6),
      firstFile: FILE,
      unsigned: options.unsigned ?? false,
    },
    trust: options.trust,
    stagingBytes: Math.max(STAGING_BYTES, bytes.length),
    network: (scheduler) => {
      const site = new Site();
      const handler = fileHandler(new MemoryFiles({ [FILE]: bytes }));
      site.addStream(addressOf(SERVER), 80, new HttpServer({ scheduler, handler }));
      return new MemoryNetwork({ scheduler, site });
    },
  });
  board.powerOn();
  runVirtual(board, () => board.ended);
  const verdict = board.log.events.find((event: OffhookEvent) => event.event === "image");
  if (verdict?.event !== "image") throw new Error(`the core ended without a verdict: ${JSON.stringify(board.system.panic)}`);
  return verdict;
}
