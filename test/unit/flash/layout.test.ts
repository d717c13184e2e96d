// Goal: slots never overlap, fill the chip as documented, and a chip that cannot serve is refused.
// Method: every part and a range of small geometries; the slots are laid side by side and compared with the chip's end.

import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { NOR_PARTS, W25Q128JV, type NorPart } from "../../../host/peripherals/nor-parts.js";
import { NorFlash } from "../../../host/peripherals/nor-flash.js";
import { FlashCore, smallPart } from "../../support/flash-core.js";

const KIB = 1024;

function coreOn(part: NorPart): FlashCore {
  const clock = { nowUs: 0 };
  return new FlashCore(new NorFlash({ part, clock, timing: "typical" }), clock);
}

/** A slot from its start to the end of its info area. */
function slot(core: FlashCore, kind: number, index: number): { start: number; info: number } {
  return { start: core.call("layout_slot_offset", kind, index), info: core.call("layout_info_offset", kind, index) };
}

t.test("the default part: boot slots of 31 units, application slots of 96", async (t) => {
  const core = coreOn(W25Q128JV);
  t.equal(core.call("layout_init"), Status.Ok);
  t.equal(core.call("layout_journal_offset", 1), 4 * KIB);
  t.equal(core.call("layout_slot_bytes", Kind.Boot), 30 * 64 * KIB, "the 31st is the info area");
  t.equal(core.call("layout_slot_bytes", Kind.Application), 95 * 64 * KIB);
  t.same(slot(core, Kind.Boot, 0), { start: 2 * 64 * KIB, info: 32 * 64 * KIB });
  t.same(slot(core, Kind.Application, 1), { start: 160 * 64 * KIB, info: 255 * 64 * KIB });
});

const shapes: NorPart[] = [
  ...NOR_PARTS,
  ...[1, 4, 8, 16, 32].map((unitBytes) => smallPart({ totalBytes: 256 * KIB, unitBytes })),
  smallPart({ totalBytes: 2048 * KIB }),
  smallPart({ totalBytes: 4096 * KIB }),
  smallPart({ totalBytes: 1024 * KIB, block32Bytes: 0, block64Bytes: 0 }),
  smallPart({ totalBytes: 8192 * KIB, sectorBytes: 64 * KIB, block32Bytes: 0, block64Bytes: 0 }),
  smallPart({ totalBytes: 18 * KIB, sectorBytes: 512, block32Bytes: 0, block64Bytes: 0 }),
];

for (const part of shapes) {
  t.test(`${part.name} ${part.totalBytes / KIB} KiB, sectors of ${part.sectorBytes}, unit ${part.unitBytes}`, async (t) => {
    const core = coreOn(part);
    t.equal(core.call("layout_init"), Status.Ok);
    const unitBytes = part.totalBytes >= 64 * 64 * KIB && part.block64Bytes > 0 ? 64 * KIB : part.sectorBytes;
    let end = unitBytes === part.sectorBytes ? 4 * unitBytes : 2 * unitBytes;
    t.ok(core.call("layout_journal_offset", 1) + part.sectorBytes <= end);
    for (const kind of [Kind.Boot, Kind.Application]) {
      for (const index of [0, 1]) {
        const { start, info } = slot(core, kind, index);
        t.equal(start, end, "each slot begins where the one before it ends");
        t.equal(info - start, core.call("layout_slot_bytes", kind));
        end = info + unitBytes;
      }
    }
    t.ok(end <= part.totalBytes, "the last slot ends inside the chip");
    t.ok(part.totalBytes - end < 2 * unitBytes, "no more than an odd unit is left over");
  });
}

t.test("refuses what it cannot work with", async (t) => {
  const bad: [string, Partial<NorPart>][] = [
    ["19 sectors", { totalBytes: 19 * 4 * KIB, block32Bytes: 0, block64Bytes: 0 }],
    ["a unit larger than a commit has room for", { totalBytes: 256 * KIB, unitBytes: 128 }],
    ["a unit that is no power of two", { totalBytes: 256 * KIB, unitBytes: 12 }],
    ["a page below a record", { totalBytes: 256 * KIB, pageBytes: 64 }],
    ["a page larger than a sector", { totalBytes: 256 * KIB, pageBytes: 8 * KIB }],
    ["sectors too small for the journal", { totalBytes: 256 * KIB, sectorBytes: 256 }],
    ["a total of broken sectors", { totalBytes: 256 * KIB + 1 }],
    ["a block smaller than a sector", { totalBytes: 256 * KIB, block32Bytes: 2 * KIB }],
    ["no bytes at all", { totalBytes: 0 }],
  ];
  for (const [why, changes] of bad) {
    const geometry = smallPart(changes);
    const chip = new NorFlash({ part: smallPart({ totalBytes: 256 * KIB }), clock: { nowUs: 0 }, timing: "typical" });
    Object.defineProperty(chip, "geometry", { value: geometry });
    t.equal(new FlashCore(chip, { nowUs: 0 }).call("layout_init"), Status.Unsupported, why);
  }
});

t.test("protects a whole slot with its info area, and nothing beside it", async (t) => {
  const core = coreOn(smallPart({ totalBytes: 256 * KIB }));
  core.call("layout_init");
  const { start, info } = slot(core, Kind.Boot, 1);
  t.equal(core.call("layout_protect", Kind.Boot, 1, 1), Status.Ok);
  const tried = (offset: number): number => {
    const status = core.flash.eraseStart(offset, 4 * KIB);
    core.clock.nowUs += 1e6;
    core.flash.poll();
    return status;
  };
  t.same([start - 4 * KIB, start, info, info + 4 * KIB].map(tried), [Status.Ok, Status.Protected, Status.Protected, Status.Ok]);
  core.call("layout_protect", Kind.Boot, 1, 0);
  t.equal(tried(start), Status.Ok);
});
