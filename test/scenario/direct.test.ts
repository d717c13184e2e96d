// Goal: a telephone without staging loads software as one with it does, and with a block file nothing of a wrong block is ever
// written, nothing that is here is sent again, and after a cut only the rest is fetched.
// Method: start-ups with staging 0 or BLOCKHASH 1 against far ends that drop, change or spoil the file; bytes on the wire and pages
// on the chip are counted.

import t, { type Test } from "tap";
import { Kind } from "../../hal/abi.js";
import type { HttpEvent, SlotEvent } from "../../host/event-types.js";
import { FlashWrapper } from "../../host/faults/flash-wrapper.js";
import { fileHandler, MemoryFiles } from "../../host/site/file-server.js";
import type { HttpHandler, HttpResponse } from "../../host/site/http-message.js";
import { packImage } from "../../host/image/pack.js";
import { otherKey, testKey } from "../support/image-craft.js";
import { playTable, type Row } from "../support/scenario-table.js";
import {
  blockFile, play, SMALL_PART, software, unsignedSoftware, type Files, type Played, type Scenario, type Software,
} from "../support/scenario.js";

const BLOCK_BYTES = 4096;
const APP = "/app2.bin";
const BLOCKS = "/app2.bin.blocks";
const SCRIPT = "SET APPNAME app2.bin\n";
const one = software("app1.bin", { counter: 1, bytes: 200_000 });
const two = software("app2.bin", { counter: 1, bytes: 200_000, seed: 2 });
const three = software("app2.bin", { counter: 1, bytes: 200_000, seed: 3 });
const bareFiles: Files = { "96xxupgrade.txt": SCRIPT, "app2.bin": two.bytes };
const blockCount = Math.ceil(two.bytes.length / BLOCK_BYTES);
const files = { "96xxupgrade.txt": SCRIPT, "app2.bin": two.bytes, "app2.bin.blocks": blockFile(two) };

const bare: Scenario = { name: "", stored: [one], stagingBytes: 0, files: bareFiles };
const tabled: Scenario = { name: "", stored: [one], stagingBytes: 0, files };

const gets = ({ events }: Played): HttpEvent[] =>
  events.filter((event): event is HttpEvent => event.event === "http" && event.url?.endsWith(APP) === true);
const sent = (played: Played): number => gets(played).reduce((sum, event) => sum + (event.bytes ?? 0), 0);
const slots = ({ events }: Played) => events.filter((event): event is SlotEvent => event.event === "slot");
const parts = (played: Played) => gets(played).map(({ status, from, to }) => [status, from, to]);

/** The same file with each byte of one block changed to this. */
const MARK = 0x5a;
function spoilt(file: Software, block: number): Uint8Array {
  const bytes = file.bytes.slice();
  bytes.fill(MARK, block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
  return bytes;
}

const PLAN = { kind: Kind.Application, version: { major: 1, minor: 0, revision: 0, build: 0 }, signer: testKey };
/** 2 MiB in sectors of 4 KiB alone: an info area is one sector, with room for 116 blocks. */
const SECTORS = { ...SMALL_PART, name: "sectors", totalBytes: 0x200000, block32Bytes: 0, block64Bytes: 0 };
const LONG = software("app2.bin", { counter: 1, bytes: 500_000 });
const FOREIGN = software("app2.bin", { counter: 1, bytes: 200_000, seed: 4, signer: otherKey });

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  bytes[at]! ^= 1;
  return bytes;
}

/** A chip that keeps what was programmed with the mark in it. */
class WatchingFlash extends FlashWrapper {
  readonly marked: number[] = [];

  override programStart(offset: number, source: Uint8Array): number {
    if (source.length >= 64 && source.every((byte) => byte === MARK)) this.marked.push(offset);
    return this.inner.programStart(offset, source);
  }
}

const serve = (served: Files): HttpHandler => fileHandler(new MemoryFiles(served));
const edited = (handler: HttpHandler, path: string, edit: (response: HttpResponse) => HttpResponse): HttpHandler =>
  (request) => (request.target === path ? edit(handler(request)) : handler(request));
/** On a chip of 64 units: two reserved, seven a boot slot, 24 an application slot (core/flash/layout.ts). */
const APP_B_OFFSET = (2 + 2 * 7 + 24) * 0x10000;

/** A bit in the middle of the file is lost once all of it was compared. */
class RottingFlash extends FlashWrapper {
  #programCount = 0;

  override programStart(offset: number, source: Uint8Array): number {
    if (offset >= APP_B_OFFSET) this.#programCount += 1;
    return this.inner.programStart(offset, source);
  }

  override read(offset: number, target: Uint8Array): number {
    const status = this.inner.read(offset, target);
    const at = APP_B_OFFSET + 100_000 - offset;
    if (this.#programCount >= Math.ceil(two.bytes.length / 256) && at >= 0 && at < target.length) target[at]! ^= 1;
    return status;
  }
}

/** What the server has until the file was asked for once, and from then on. */
function changing(before: Files, after: Files): HttpHandler {
  let asked = false;
  const [old, fresh] = [serve(before), serve(after)];
  return (request) => {
    const handler = asked ? fresh : old;
    asked ||= request.target === APP;
    return handler(request);
  };
}
const without = (name: string) => (response: HttpResponse): HttpResponse =>
  ({ ...response, headers: response.headers.filter(([header]) => header.toLowerCase() !== name) });
const cutAt = (bytes: number) => ({ path: APP, times: 1, fault: { kind: "reset", bytes } }) as const;

const stored = (t: Test, played: Played): void => {
  t.same([played.end.appname, played.end.appstat ?? 0], ["app2.bin", 0], "the new file runs");
  t.notOk(slots(played).some((event) => event.why === "not-valid"));
};
/** The old file runs, and the slot of the new one never became bootable. */
const kept = (appstat: number) => (t: Test, played: Played): void => {
  t.same([played.end.appname, played.end.appstat], ["app1.bin", appstat]);
  t.notOk(slots(played).some((event) => event.slot === "B" && ["trial", "updated"].includes(event.state ?? "")));
};

const plain: Row[] = [
  {
    ...bare, name: "without-block-file", ends: ["login", "reached", 0],
    texts: ["app2.bin", "File Obtained;please wait...", "Saving to flash", "Restarting...", "Enter username"],
    requests: ["200 /96xxupgrade.txt", `404 ${BLOCKS}`, `200 ${APP}`, "200 /96xxupgrade.txt"], check: stored,
  },
  {
    ...bare, name: "boot-file-waits-in-an-application-slot", files: {
      "96xxupgrade.txt": SCRIPT, "app2.bin": software("app2.bin", { kind: Kind.Boot, counter: 1, bytes: 200_000 }).bytes,
    },
    ends: ["login", "reached", 0],
    check: (t, played) => {
      t.same([played.end.bootname, played.end.appname], ["app2.bin", "app1.bin"]);
      t.match(slots(played).filter((event) => event.state === "candidate"), [{ kind: "application", slot: "B" }]);
    },
  },
  {
    ...bare, name: "padded",
    files: { "96xxupgrade.txt": SCRIPT, "app2.bin": Buffer.concat([two.bytes, new Uint8Array(300_000).fill(0xff)]) },
    ends: ["login", "reached", 0], check: stored,
  },
  {
    ...bare, name: "reset-then-range", faults: [cutAt(100_000)], ends: ["login", "reached", 0], mayGiveUp: true,
    check: (t, played) => {
      stored(t, played);
      const [first, second] = gets(played);
      t.ok(first!.bytes! > 0 && first!.bytes! <= 100_000, "some of it came");
      t.match(second, { status: 206, from: first!.bytes, accepted: true }, "and is not sent again");
      t.equal(sent(played), two.bytes.length);
    },
  },
  {
    ...bare, name: "reset-without-etag", handler: edited(serve(bareFiles), APP, without("etag")),
    faults: [cutAt(100_000)], ends: ["login", "reached", 0], mayGiveUp: true,
    check: (t, played) => {
      stored(t, played);
      t.notOk(gets(played).some((event) => event.from !== undefined), "without an ETag nothing is known to be the same");
    },
  },
  {
    ...bare, name: "changed-while-it-came", mayGiveUp: true, ends: ["login", "reached", 0], faults: [cutAt(100_000)],
    handler: changing({ ...bareFiles, "app2.bin": three.bytes }, bareFiles),
    check: (t, played) => {
      stored(t, played);
      t.match(gets(played)[1], { status: 200, why: "file-changed", accepted: false }, "If-Range: another ETag, the whole file");
    },
  },
  {
    ...bare, name: "server-without-ranges", faults: [cutAt(100_000)], mayGiveUp: true, ends: ["login", "reached", 0],
    handler: (request) => serve(bareFiles)({ ...request, headers: new Map() }),
    check: (t, played) => {
      stored(t, played);
      t.match(gets(played)[1], { status: 200, accepted: true }, "the same ETag: what was received is passed by");
    },
  },
  ...([
    ["flipped-bit", () => { const bytes = two.bytes.slice(); bytes[150_000]! ^= 1; return bytes; }, "Checksum error", "digest-mismatch"],
    ["unknown-key", () => software("app2.bin", { counter: 1, signer: otherKey }).bytes, "File rejected: signature", "unknown-key"],
    ["hash-only", () => unsignedSoftware("app2.bin").bytes, "File rejected: signature", "no-signature"],
    ["older-counter", () => software("app2.bin", { counter: 0 }).bytes, "File rejected: counter", "old-counter"],
    ["another-model", () => software("app2.bin", { counter: 1, models: ["9630"] }).bytes, "File rejected: model", "wrong-model"],
    ["truncated", () => two.bytes.subarray(0, 150_000), "File rejected: format", "truncated"],
    ["not-bootable", () => software("app2.bin", { counter: 1, flags: 0x10 }).bytes, "File rejected: format", "not-bootable"],
  ] as const).map(([name, bytes, prompt, verdict]): Row => ({
    ...bare, name: `refused-${name}`, files: { "96xxupgrade.txt": SCRIPT, "app2.bin": bytes() }, mayGiveUp: true,
    ends: ["login", "image-rejected", 1], texts: ["Saving to flash", prompt, "Enter username"],
    check: (t, played) => {
      kept(1)(t, played);
      t.match(played.events.filter((event) => event.event === "image"), [{ file: "app2.bin", verdict }]);
      t.ok(slots(played).some((event) => event.slot === "B" && event.state === "rejected"));
    },
  })),
  ...([
    ["larger-than-the-slot", software("app2.bin", { counter: 1, bytes: 1_600_000 }).bytes, "File rejected: size", "image-rejected"],
    ["no-container", new Uint8Array(200_000).fill(7), "File rejected: format", "not-a-container"],
    ["only-a-header", two.bytes.subarray(0, 32), "File rejected: format", "image-rejected"],
  ] as const).map(([name, bytes, prompt, code]): Row => ({
    ...bare, name: `gate-${name}`, files: { "96xxupgrade.txt": SCRIPT, "app2.bin": bytes }, ends: ["login", code, 1],
    texts: [prompt, "Enter username"],
    check: (t, played) => {
      kept(1)(t, played);
      t.same(played.flash.counts, { erase: 0, program: 0 }, "refused by its header: nothing was erased");
    },
  })),
  {
    ...bare, name: "script-of-32-kib", files: { ...bareFiles, "96xxupgrade.txt": SCRIPT + "# \n".repeat(10_900) },
    ends: ["login", "reached", 0], check: stored,
  },
  {
    ...bare, name: "script-larger-than-32-kib", files: { ...bareFiles, "96xxupgrade.txt": SCRIPT + "# \n".repeat(10_930) },
    ends: ["login", "http-refused", 1], check: (t, { end }) => t.equal(end.upgradestat, 1),
  },
];

/** The running file with three blocks changed: it differs in header, changed blocks, and what was signed anew. */
function alike(): Software {
  const payload = one.bytes.slice(32, 32 + 200_000);
  for (const block of [3, 4, 20]) payload.fill(block, block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
  const plan = { kind: Kind.Application, version: { major: 1, minor: 0, revision: 1, build: 0 }, signer: testKey, counter: 1 };
  return { name: "app2.bin", kind: Kind.Application, bytes: packImage(payload, plan) };
}
const like = alike();

const blocks: Row[] = [
  {
    ...tabled, name: "with-block-file", ends: ["login", "reached", 0],
    texts: ["File Obtained;please wait...", "Saving to flash", "100%, 0 secs", "Restarting...", "Enter username"],
    requests: ["200 /96xxupgrade.txt", `200 ${BLOCKS}`, `200 ${APP}`, "200 /96xxupgrade.txt"],
    check: (t, played) => {
      stored(t, played);
      t.match(slots(played).find((event) => event.state === "writing"), { blocks: blockCount, held: 0, copied: 0 });
      t.match(played.events.filter((event) => event.event === "image"), [
        { file: "app2.bin.blocks", verdict: "accepted", blocks: blockCount }, { file: "app2.bin", verdict: "accepted" },
      ]);
    },
  },
  {
    ...tabled, name: "blockhash-1-with-staging", files: { ...files, "96xxupgrade.txt": `SET BLOCKHASH 1\n${SCRIPT}` },
    ends: ["login", "reached", 0], requests: ["200 /96xxupgrade.txt", `200 ${BLOCKS}`, `200 ${APP}`, "200 /96xxupgrade.txt"], check: stored,
  },
  {
    ...tabled, name: "reset-in-the-middle", faults: [cutAt(100_000)], ends: ["login", "reached", 0],
    check: (t, played) => {
      stored(t, played);
      const [first, second] = gets(played);
      t.match(second, { status: 206, accepted: true });
      t.equal(second!.from! % BLOCK_BYTES, 0, "from a block's start");
      t.ok(first!.bytes! - second!.from! < BLOCK_BYTES, "less than a block is sent twice");
      t.ok(sent(played) < two.bytes.length + BLOCK_BYTES);
    },
  },
  {
    ...tabled, name: "power-lost-in-the-middle", cut: { operation: "program", after: 400 }, ends: ["login", "reached", 0], mayGiveUp: true,
    check: (t, played) => {
      stored(t, played);
      const resumed = slots(played).filter((event) => event.state === "writing" && event.blocks !== undefined)[1]!;
      t.equal(resumed.held, 24, "400 pages are 25 blocks; the last one is written once more");
      t.same(parts(played).at(-1), [206, 25 * BLOCK_BYTES, undefined], "and after power-up only the rest is asked for");
      t.equal(gets(played).at(-1)!.bytes, two.bytes.length - 25 * BLOCK_BYTES);
    },
  },
  {
    ...tabled, name: "power-lost-inside-a-block", cut: { operation: "program", after: 407 }, ends: ["login", "reached", 0], mayGiveUp: true,
    check: (t, played) => {
      stored(t, played);
      t.same(parts(played).at(-1), [206, 25 * BLOCK_BYTES, undefined], "the block in flight, and what follows it");
    },
  },
  {
    ...tabled, name: "blocks-of-the-running-slot", files: { ...files, "app2.bin": like.bytes, "app2.bin.blocks": blockFile(like) },
    ends: ["login", "reached", 0],
    check: (t, played) => {
      stored(t, played);
      const { copied, held, blocks: all } = slots(played).find((event) => event.state === "writing")!;
      t.same([all, held], [blockCount, 0]);
      t.ok(copied! > blockCount - 12, `${copied} of ${all} blocks are copied`);
      const sentCount = gets(played).reduce((sum, { bytes }) => sum + Math.ceil(bytes! / BLOCK_BYTES), 0);
      t.equal(sentCount, blockCount - copied!, "only the others are sent");
    },
  },
  {
    ...tabled, name: "changed-file-and-blocks", faults: [cutAt(100_000)], ends: ["login", "reached", 0], mayGiveUp: true,
    handler: changing({ ...files, "app2.bin": three.bytes, "app2.bin.blocks": blockFile(three) }, files),
    requests: [
      "200 /96xxupgrade.txt", `200 ${BLOCKS}`, `200 ${APP}`, `200 ${APP}`, `200 ${BLOCKS}`, `200 ${APP}`, "200 /96xxupgrade.txt",
    ],
    check: (t, played) => {
      stored(t, played);
      t.match(gets(played)[1], { why: "file-changed" }, "another ETag: block file and file are begun anew");
    },
  },
  {
    ...tabled, name: "server-without-ranges-and-blocks", faults: [cutAt(100_000)], ends: ["login", "reached", 0],
    handler: (request) => serve(files)({ ...request, headers: new Map() }),
    check: (t, played) => {
      stored(t, played);
      t.match(gets(played)[1], { status: 200, accepted: true });
    },
  },
  {
    ...tabled, name: "wrong-block", files: { ...files, "app2.bin": spoilt(two, 20) }, mayGiveUp: true, ends: ["login", "http-refused", 1],
    check: (t, played) => {
      kept(2)(t, played);
      t.equal(gets(played).length, 3, "three GETs");
      for (const event of gets(played)) t.match(event, { why: "wrong-block", block: 20, offset: 20 * BLOCK_BYTES });
      t.same(gets(played).map(({ from }) => from), [undefined, 20 * BLOCK_BYTES, 20 * BLOCK_BYTES], "what was right is kept");
    },
  },
  {
    ...tabled, name: "first-block-wrong", files: { ...files, "app2.bin": spoilt(two, 0) }, ends: ["login", "http-refused", 1],
    check: (t, played) => {
      kept(2)(t, played);
      t.same(played.flash.counts, { erase: 0, program: 0 }, "nothing was erased for it");
    },
  },
  {
    ...tabled, name: "block-file-of-another-file", files: { ...files, "app2.bin.blocks": blockFile(three) },
    ends: ["login", "http-refused", 1],
    check: (t, played) => {
      kept(2)(t, played);
      t.match(gets(played)[0], { why: "wrong-block", block: 0 });
      t.same(played.flash.counts, { erase: 0, program: 0 });
    },
  },
  {
    ...tabled, name: "block-file-of-a-longer-file", ends: ["login", "http-refused", 1],
    files: { ...files, "app2.bin.blocks": blockFile(software("app2.bin", { bytes: 250_000, seed: 2 })) },
    check: (t, played) => {
      kept(2)(t, played);
      t.match(gets(played)[0], { why: "file-changed" });
      t.same(played.flash.counts, { erase: 0, program: 0 });
    },
  },
  ...([
    ["flipped", flipped(blockFile(two), 200), "digest-mismatch"],
    ["bootable", blockFile(two, { flags: 0 }), "not-a-block-file"],
    ["of-another-key", blockFile(two, { signer: otherKey }), "unknown-key"],
    ["of-another-model", blockFile(two, { models: ["9630"] }), "wrong-model"],
    ["older", blockFile(two, { counter: 0 }), "old-counter"],
    ["no-image", new Uint8Array(5000).fill(1), "not-a-container"],
    ["no-table", packImage(new Uint8Array(99), { ...PLAN, counter: 1, flags: 0x10 }), "not-a-block-file"],
  ] as const).map(([name, bytes, verdict]): Row => ({
    ...tabled, name: `block-file-${name}`, files: { ...files, "app2.bin.blocks": bytes }, ends: ["login", "reached", 0],
    check: (t, played) => {
      stored(t, played);
      t.match(played.events.find((event) => event.event === "image"), { file: "app2.bin.blocks", verdict }, "said, and done without");
    },
  })),
  {
    ...tabled, name: "block-file-without-room", part: SECTORS, ends: ["login", "reached", 0], stored: [],
    files: {
      ...files, "app2.bin": LONG.bytes, "app2.bin.blocks": blockFile(LONG),
    },
    check: (t, played) => {
      stored(t, played);
      t.match(played.events.find((event) => event.event === "image"), { file: "app2.bin.blocks", verdict: "no-room" });
    },
  },
  {
    ...tabled, name: "block-rots-before-the-verdict", wrap: (flash) => new RottingFlash(flash), ends: ["login", "flash-failed", 1],
    texts: ["100%, 0 secs", "Flash failed"],
    check: (t, played) => {
      kept(1)(t, played);
      t.ok(slots(played).some((event) => event.why === "digest-differs"), "it is the chip's fault, not the file's");
    },
  },
  {
    ...tabled, name: "blocks-right-and-file-wrong", mayGiveUp: true, ends: ["login", "image-rejected", 1],
    files: { ...files, "app2.bin": FOREIGN.bytes, "app2.bin.blocks": blockFile(FOREIGN) },
    texts: ["100%, 0 secs", "File rejected: signature", "Enter username"], check: kept(1),
  },
];

playTable("direct", [...plain, ...blocks]);

t.test("no byte of a wrong block is ever programmed, whichever it is", (t) => {
  for (const block of [0, 1, 7, 20, blockCount - 1]) {
    let watching: WatchingFlash | undefined;
    const played = play({
      ...tabled, name: `wrong ${block}`, files: { ...files, "app2.bin": spoilt(two, block) }, mayGiveUp: true,
      wrap: (flash) => (watching = new WatchingFlash(flash)),
    });
    t.same(played.violations, []);
    t.same(watching!.marked, [], `block ${block}`);
    t.match(gets(played)[0], { why: "wrong-block", block });
  }
  t.end();
});

t.test("the mark would be seen: without a block file it is programmed, and refused afterwards", (t) => {
  let watching: WatchingFlash | undefined;
  const played = play({
    ...bare, name: "marked", files: { ...bareFiles, "app2.bin": spoilt(two, 20) }, mayGiveUp: true,
    wrap: (flash) => (watching = new WatchingFlash(flash)),
  });
  t.equal(watching!.marked.length, BLOCK_BYTES / 256);
  t.match(played.events.find((event) => event.event === "image"), { verdict: "digest-mismatch" });
  t.end();
});
