// Goal: a table stands in the info area behind the file's own record on every chip that has room for it, and can be read from there.
// Method: counts around pages on every write unit, beside a written record; cells compared; the room of each part that can be emulated.

import t from "tap";
import { Kind, Status } from "../../../hal/abi.js";
import { NOR_PARTS } from "../../../host/peripherals/nor-parts.js";
import { dirtyChip, FlashCore, smallPart } from "../../support/flash-core.js";
import { seededBytes } from "../../support/seeded.js";

const INFO_BYTES = 320;
const HEAD_BYTES = 32;
const SLOT = 1;

t.test("what was written is read back, on every write unit, and the record before it stays", (t) => {
  for (const unitBytes of [1, 4, 8, 16, 32, 64]) {
    for (const count of [1, 2, 5, 6, 7, 8, 100, 116]) {
      const clock = { nowUs: 0 };
      const chip = dirtyChip(smallPart({ totalBytes: 80 * 1024, block32Bytes: 0, block64Bytes: 0, unitBytes }), clock);
      const core = new FlashCore(chip, clock);
      core.open();
      const bytes = core.call("block_table_bytes", count);
      core.call("patch_start", Kind.Boot, SLOT, 1);
      core.call("patch_erase", core.call("layout_slot_bytes", Kind.Boot), bytes);
      t.equal(core.finish("patch_poll"), Status.Ok);
      const table = seededBytes("table", count * 32);
      const ptr = core.give(Buffer.concat([new Uint8Array(HEAD_BYTES), table, new Uint8Array(64).fill(0xff)]));
      core.harness.write(ptr, core.harness.read(core.call("block_table_head", count), HEAD_BYTES));
      core.call("block_table_write", Kind.Boot, SLOT, ptr, count);
      t.equal(core.finish("block_table_poll"), Status.Ok);
      const name = core.give(Buffer.from("app.bin"), 8192);
      core.call("info_write_start", Kind.Boot, SLOT, name, 7, 1, core.give(new Uint8Array(32), 9000), 1, name, 0);
      t.equal(core.finish("info_poll"), Status.Ok, "no unit is programmed twice");
      t.equal(core.call("info_read", Kind.Boot, SLOT), 1);
      for (const [first, some] of [[0, Math.min(4, count)], [count - 1, 1], [Math.max(0, count - 4), Math.min(4, count)]] as const) {
        t.equal(core.call("block_table_read", Kind.Boot, SLOT, first, ptr, some), Status.Ok);
        t.same(core.harness.read(ptr, some * 32), table.subarray(first * 32, (first + some) * 32));
      }
      t.equal(chip.counters.refusals, 0);
      t.ok(core.callsMax <= 64);
    }
  }
  t.end();
});

t.test("on every part the largest application has room for its table, or it is known that it has none", (t) => {
  const rooms = NOR_PARTS.map((part) => {
    const clock = { nowUs: 0 };
    const core = new FlashCore(dirtyChip(part, clock), clock);
    core.call("layout_init");
    const count = Math.ceil(core.call("layout_slot_bytes", Kind.Application) / 4096);
    const [room, needed] = [core.call("block_table_room", Kind.Application), core.call("block_table_bytes", count)];
    const end = core.call("layout_info_offset", Kind.Application, 1) + room;
    t.ok(end <= part.totalBytes, "the area ends with its slot");
    return `${part.name} ${count} blocks ${room - INFO_BYTES >= needed - INFO_BYTES ? "fit" : "do not fit"}`;
  });
  t.matchOnly(rooms.find((room) => room.startsWith("W25Q128JV")), "W25Q128JV 1520 blocks fit");
  t.ok(rooms.length >= 5);
  t.comment(rooms.join(", "));
  t.end();
});
