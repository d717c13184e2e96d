// Goal: what was written of a file is read back, and anything else reads as nothing known. Method: the largest and smallest
// texts on several write units; every single flipped bit; power cut at each of its operations.

import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { all, half, nothing, prefix } from "../../../host/faults/cut-models.js";
import { PowerCut } from "../../../host/faults/power-cut.js";
import type { NorPart } from "../../../host/peripherals/nor-parts.js";
import { dirtyChip, FlashCore, PowerGone, smallPart } from "../../support/flash-core.js";

const PART = smallPart({ totalBytes: 80 * 1024, block32Bytes: 0, block64Bytes: 0 });

interface Info {
  readonly name: string;
  readonly etag: string;
  readonly bytes: number;
  readonly digest: Uint8Array;
  readonly crc32: number;
}

const SAMPLE: Info = {
  name: "SIP96xxdemo.bin", etag: '"5f-61a"', bytes: 70000, digest: Uint8Array.from({ length: 32 }, (_, index) => index), crc32: 0x1234567,
};

function write(core: FlashCore, info: Info): number {
  const name = core.give(Buffer.from(info.name, "latin1"));
  const etag = core.give(Buffer.from(info.etag, "latin1"), 512);
  const digest = core.give(info.digest, 1024);
  core.call("info_write_start", Kind.Boot, 1, name, info.name.length, info.bytes, digest, info.crc32, etag, info.etag.length);
  return core.finish("info_poll");
}

function read(core: FlashCore): Info | undefined {
  if (core.call("info_read", Kind.Boot, 1) === 0) return undefined;
  const text = (what: string): string =>
    Buffer.from(core.harness.read(core.call(`info_${what}_ptr`), core.call(`info_${what}_bytes`))).toString("latin1");
  return {
    name: text("name"), etag: text("etag"), bytes: core.call("info_file_bytes"),
    digest: core.harness.read(core.call("info_digest_ptr"), 32), crc32: core.call("info_crc32"),
  };
}

/** A chip whose slot is erased, as the writer leaves it. */
function erased(changes: Partial<NorPart>, seed = 1): { core: FlashCore; chip: ReturnType<typeof dirtyChip> } {
  const clock = { nowUs: 0 };
  const chip = dirtyChip({ ...PART, ...changes }, clock, seed);
  const core = new FlashCore(chip, clock);
  core.open();
  core.call("writer_start", Kind.Boot, 1, 1);
  core.finish("writer_erase_poll");
  return { core, chip };
}

t.test("a round trip on every write unit, texts at their limits", async (t) => {
  for (const unitBytes of [1, 4, 8, 16, 32, 64]) {
    for (const length of [0, 1, 127, 200]) {
      const { core, chip } = erased({ unitBytes });
      t.equal(read(core), undefined, "blank");
      const info = { ...SAMPLE, name: "n".repeat(length), etag: "e".repeat(length) };
      t.equal(write(core, info), Status.Ok);
      t.same(read(core), { ...info, name: info.name.slice(0, 127), etag: info.etag.slice(0, 127) });
      t.equal(chip.counters.refusals, 0);
    }
  }
});

t.test("noise and every flipped bit read as nothing known", async (t) => {
  for (let seed = 1; seed <= 50; seed++) {
    const clock = { nowUs: 0 };
    const core = new FlashCore(dirtyChip(PART, clock, seed), clock);
    core.call("layout_init");
    t.equal(read(core), undefined);
  }
  const { core, chip } = erased({ unitBytes: 1 });
  write(core, SAMPLE);
  const cells = chip.contents();
  const offset = core.call("layout_info_offset", Kind.Boot, 1);
  for (let bit = 0; bit < 308 * 8; bit++) {
    const flipped = cells.slice();
    flipped[offset + (bit >> 3)]! ^= 1 << (bit & 7);
    chip.load(flipped);
    if (read(core) !== undefined) throw new Error(`bit ${bit}`);
  }
});

t.test("lengths beyond the texts are refused although the CRC fits", async (t) => {
  const { core, chip } = erased({ unitBytes: 1 });
  write(core, SAMPLE);
  const offset = core.call("layout_info_offset", Kind.Boot, 1);
  const { crc32 } = await import("node:zlib");
  for (const at of [12, 13]) {
    const cells = chip.contents();
    const record = cells.subarray(offset, offset + 308);
    record[at] = 128;
    new DataView(record.buffer, record.byteOffset).setUint32(304, crc32(record.subarray(0, 304)), true);
    const other = dirtyChip(PART, { nowUs: 0 });
    other.load(cells);
    t.equal(read(core.reset(other, { nowUs: 0 })), undefined);
    core.reset(chip, core.clock);
  }
});

t.test("power cut at each operation, on every page and write unit: all of it or nothing", async (t) => {
  let cuts = 0;
  const shapes = [[1, 256], [4, 128], [8, 256], [16, 512], [32, 256], [64, 128]] as const;
  for (const [unitBytes, pageBytes] of shapes) for (const model of [nothing, all, half, prefix(1), prefix(3)]) {
    for (let operation = 0; ; operation++) {
      const { core, chip } = erased({ unitBytes, pageBytes });
      const cut = new PowerCut(chip, operation, model);
      try {
        write(core.reset(cut, core.clock), SAMPLE);
      } catch (error) {
        if (!(error instanceof PowerGone)) throw error;
      }
      if (!cut.isCut) break;
      cuts += 1;
      chip.powerOn();
      const found = read(core.reset(chip, core.clock));
      if (found !== undefined && JSON.stringify(found) !== JSON.stringify(SAMPLE)) throw new Error(`${model.name} at ${operation}`);
      if (chip.counters.refusals > 0) throw new Error(`${chip.counters.refusals} refusals`);
    }
  }
  t.equal(cuts, 5 * (4 * 2 + 2 * 3), "two spans, in pages of 128 bytes three; five models");
});
