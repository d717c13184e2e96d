// Goal: the way straight into a slot holds at its edges: a file that grows past its slot after its header was let in, blocks that look
// written because an erase was cut, and an update that failed half-way and is begun again in the same start-up.
// Method: whole start-ups with staging 0 against such files, chips and cables; what a cut left weak goes bad afterwards.

import t from "tap";
import { Kind } from "../../hal/abi.js";
import type { SlotEvent } from "../../host/event-types.js";
import { all } from "../../host/faults/cut-models.js";
import { FailingFlash } from "../../host/faults/failing-flash.js";
import { FlashWrapper } from "../../host/faults/flash-wrapper.js";
import { packImage } from "../../host/image/pack.js";
import { seededPayload } from "../../host/image/payload.js";
import type { CutModel } from "../../host/peripherals/flash.js";
import { fileHandler, MemoryFiles } from "../../host/site/file-server.js";
import type { HttpHandler } from "../../host/site/http-message.js";
import { otherKey, testKey } from "../support/image-craft.js";
import { office } from "../support/lans.js";
import { blockFile, play, software, type Scenario, type Software } from "../support/scenario.js";

const BLOCK_BYTES = 4096;
const SECTOR_BYTES = 4096;
const HEADER_BYTES = 32;
/** On a chip of 64 units: 24 an application slot, the last its info area (core/flash/layout.ts). */
const ROOM_BYTES = 23 * 0x10000;
const running = software("app1.bin", { counter: 1 });
const SCRIPT = "SET APPNAME app2.bin\n";

t.test("a file whose last entries do not fit its slot is refused before they are written", (t) => {
  const around = software("app2.bin", { counter: 1, bytes: 1000 }).bytes.length - 1000;
  for (const over of [0, 1, 64]) {
    const file = software("app2.bin", { counter: 1, bytes: ROOM_BYTES - around + over });
    const files = { "96xxupgrade.txt": SCRIPT, "app2.bin": file.bytes };
    const played = play({ name: "over", stored: [running], stagingBytes: 0, files, mayGiveUp: true });
    t.same(played.violations, [], `${over} bytes too many`);
    t.same([played.end.appname, played.end.appstat ?? 0], over === 0 ? ["app2.bin", 0] : ["app1.bin", 1]);
  }
  t.end();
});

/** Two blocks of noise, three of 0xff, two of noise, two of 0xff, one of noise. */
function gappy(): Software {
  const payload = seededPayload("gappy", 5, 10 * BLOCK_BYTES - HEADER_BYTES);
  for (const block of [2, 3, 4, 7, 8]) payload.fill(0xff, block * BLOCK_BYTES - HEADER_BYTES, (block + 1) * BLOCK_BYTES - HEADER_BYTES);
  const plan = { kind: Kind.Application, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer: testKey, counter: 1 };
  return { name: "app2.bin", kind: Kind.Application, bytes: packImage(payload, plan) };
}

/** A unit whose erase was cut reads as erased today; each of its sectors is weak until it is erased again. */
class WeakErase extends FlashWrapper {
  readonly weak = new Set<number>();
  #last: readonly number[] = [];

  override eraseStart(offset: number, bytes: number): number {
    this.#last = Array.from({ length: bytes / SECTOR_BYTES }, (_, at) => offset + at * SECTOR_BYTES);
    for (const sector of this.#last) this.weak.delete(sector);
    return this.inner.eraseStart(offset, bytes);
  }

  override powerOff(model?: CutModel): void {
    if (model !== undefined) for (const sector of this.#last) this.weak.add(sector);
    this.inner.powerOff(model);
  }
}

t.test("blocks of 0xff that an erase left behind are not taken for written ones", (t) => {
  const file = gappy();
  const files = { "96xxupgrade.txt": SCRIPT, "app2.bin": file.bytes, "app2.bin.blocks": blockFile(file) };
  const scenario: Scenario = { name: "gappy", stored: [running], stagingBytes: 0, files, mayGiveUp: true };
  const erases = play(scenario).flash.counts.erase;
  t.ok(erases > 1);
  for (let after = 0; after < erases; after++) {
    let flash: WeakErase | undefined;
    const cut = { operation: "erase", after, model: all } as const;
    const played = play({ ...scenario, cut, wrap: (inner) => (flash = new WeakErase(inner)) });
    t.same([played.violations, played.end.appname], [[], "app2.bin"]);
    const contents = played.board.flash.contents();
    for (const sector of flash!.weak) contents[sector]! ^= 0x10;
    const later = play({ name: "later", contents, strict: false, handler: () => ({ status: 404, headers: [], body: new Uint8Array(0) }) });
    t.same([later.violations, later.end.appname], [[], "app2.bin"], `erase ${after}: ${flash!.weak.size} sectors are weak`);
  }
  t.end();
});

/** A page that power failed in reads as it was left, until its sector is erased. */
class WeakPage extends FlashWrapper {
  weak: number | undefined;
  #last = 0;

  override programStart(offset: number, source: Uint8Array): number {
    this.#last = offset;
    return this.inner.programStart(offset, source);
  }

  override eraseStart(offset: number, bytes: number): number {
    if (this.weak !== undefined && this.weak >= offset && this.weak < offset + bytes) this.weak = undefined;
    return this.inner.eraseStart(offset, bytes);
  }

  override powerOff(model?: CutModel): void {
    if (model !== undefined) this.weak = this.#last;
    this.inner.powerOff(model);
  }
}

t.test("behind a file that was refused as it came, nothing that stands in the slot counts as whole", (t) => {
  const file = software("app2.bin", { counter: 1, bytes: 12 * BLOCK_BYTES });
  const refused = software("app2.bin", { counter: 1, bytes: 2000, signer: otherKey });
  const bare = (served: Software): HttpHandler => fileHandler(new MemoryFiles({ "96xxupgrade.txt": SCRIPT, "app2.bin": served.bytes }));
  let asked = 0;
  let flash: WeakPage | undefined;
  const first = play({
    name: "refused", stored: [running], stagingBytes: 0, mayGiveUp: true, strict: false,
    handler: (request) => bare(request.target === "/app2.bin" && ++asked > 1 ? refused : file)(request),
    wrap: (inner) => (flash = new WeakPage(inner)), cut: { operation: "program", after: 11 * BLOCK_BYTES / 256 + 15, model: all },
  });
  t.ok(first.events.some((event) => event.event === "slot" && event.state === "rejected"));
  const weak = flash!.weak!;
  const files = { "96xxupgrade.txt": SCRIPT, "app2.bin": file.bytes, "app2.bin.blocks": blockFile(file) };
  const second = play({
    name: "whole", contents: first.board.flash.contents(), stagingBytes: 0, files, mayGiveUp: true,
    wrap: (inner) => Object.assign((flash = new WeakPage(inner)), { weak }),
  });
  t.same([second.violations, second.end.appname, flash!.weak], [[], "app2.bin", undefined], "its last page was erased and written again");
  t.end();
});

t.test("what waited for a copy that failed is not copied in a later try", (t) => {
  const boot = software("app2.bin", { kind: Kind.Boot, counter: 1, bytes: 200_000 });
  const scenario: Scenario = {
    name: "again", lan: office(), stored: [running], stagingBytes: 0, mayGiveUp: true,
    files: { "96xxupgrade.txt": SCRIPT, "app2.bin": boot.bytes },
  };
  let failedCount = 0;
  for (let after = 0; after < 10; after++) {
    const wrap: Scenario["wrap"] = (flash) => new FailingFlash(flash, { kind: "erase", after });
    const played = play({ ...scenario, wrap, strict: false, pull: { state: "call-server", afterMs: 5, forMs: 3000 } });
    const slots = played.events.filter((event): event is SlotEvent => event.event === "slot");
    if (!slots.some(({ kind, state }) => kind === "boot" && state === "failed")) continue;
    failedCount += 1;
    t.same([played.violations, played.end.bootname], [[], "app2.bin"], `erase ${after} failed, the second try did not`);
  }
  t.ok(failedCount > 0, `${failedCount} copies failed`);
  t.end();
});
