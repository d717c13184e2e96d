// Goal: whatever cuts a download short, the next one fetches only the rest, and no block is taken for whole because it reads right once.
// Method: a small file with a block file; power lost at the first and last page of each block, with every page as torn as can be, and a
// chip on which a page that power failed in reads right until the power goes again.

import t from "tap";
import { Kind } from "../../hal/abi.js";
import type { HttpEvent, SlotEvent } from "../../host/event-types.js";
import { all, half } from "../../host/faults/cut-models.js";
import { FlashWrapper } from "../../host/faults/flash-wrapper.js";
import { packImage } from "../../host/image/pack.js";
import type { CutModel } from "../../host/peripherals/flash.js";
import { testKey } from "../support/image-craft.js";
import { blockFile, play, software, type Played, type Scenario, type Software } from "../support/scenario.js";

const BLOCK_BYTES = 4096;
const PAGES = 16;
const APP = "/app3.bin";
const SCRIPT = "SET APPNAME app3.bin\n";
const running = software("app1.bin", { counter: 1, bytes: 5 * BLOCK_BYTES, seed: 11 });
const older = software("app2.bin", { counter: 1, bytes: 9 * BLOCK_BYTES, seed: 12 });
const fresh = software("app3.bin", { counter: 1, bytes: 5 * BLOCK_BYTES, seed: 13 });

/** Like the file in the other slot, but for some blocks. */
function variant(of: Software, changed: readonly number[]): Software {
  const payload = of.bytes.slice(32, 32 + 9 * BLOCK_BYTES);
  for (const block of changed) payload.fill(block + 1, block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES - 32);
  const plan = { kind: Kind.Application, version: { major: 2, minor: 0, revision: 0, build: 0 }, signer: testKey, counter: 1 };
  return { name: "app3.bin", kind: Kind.Application, bytes: packImage(payload, plan) };
}

const served = (file: Software) => ({ "96xxupgrade.txt": SCRIPT, "app3.bin": file.bytes, "app3.bin.blocks": blockFile(file) });
const update = (file: Software, stored: readonly Software[]): Scenario =>
  ({ name: "", stored, stagingBytes: 0, files: served(file), mayGiveUp: true });
const gets = ({ events }: Played): HttpEvent[] =>
  events.filter((event): event is HttpEvent => event.event === "http" && event.url?.endsWith(APP) === true);
const writing = ({ events }: Played): SlotEvent[] =>
  events.filter((event): event is SlotEvent => event.event === "slot" && event.state === "writing" && event.blocks !== undefined);

/** A page that power failed in is weak until its sector is erased: it reads as it was left today, and badly after the next start. */
class WeakFlash extends FlashWrapper {
  weak: { readonly offset: number; readonly bytes: number } | undefined;
  #last: { readonly offset: number; readonly bytes: number } | undefined;

  override programStart(offset: number, source: Uint8Array): number {
    this.#last = { offset, bytes: source.length };
    return this.inner.programStart(offset, source);
  }

  override eraseStart(offset: number, bytes: number): number {
    if (this.weak !== undefined && this.weak.offset >= offset && this.weak.offset < offset + bytes) this.weak = undefined;
    return this.inner.eraseStart(offset, bytes);
  }

  override powerOff(model?: CutModel): void {
    if (model !== undefined) this.weak = this.#last;
    this.inner.powerOff(model);
  }
}

interface Cut {
  readonly played: Played;
  readonly flash: WeakFlash;
}

function cutAt(scenario: Scenario, program: number, model: CutModel): Cut {
  let flash: WeakFlash | undefined;
  const cut = { operation: "program", after: program, model } as const;
  const played = play({ ...scenario, name: `cut ${program}`, cut, wrap: (inner) => (flash = new WeakFlash(inner)) });
  return { played, flash: flash! };
}

/** What the cut left weak goes bad, if it was not written anew; the telephone is started again, without a file server. */
function rots({ played, flash }: Cut): Pick<Played, "violations" | "end"> {
  if (flash.weak === undefined) return played;
  const contents = played.board.flash.contents();
  contents[flash.weak.offset]! ^= 0x10;
  return play({ name: "later", contents, strict: false, handler: () => ({ status: 404, headers: [], body: new Uint8Array(0) }) });
}

t.test("power lost at each end of each block: only the rest is asked for, and what is taken is whole", (t) => {
  const scenario = update(fresh, [running]);
  const blockCount = Math.ceil(fresh.bytes.length / BLOCK_BYTES);
  const whole = play(scenario);
  t.equal(whole.flash.counts.program > 5 * PAGES, true);
  let refreshed = 0;
  for (const model of [half, all]) {
    for (let block = 0; block < blockCount; block++) {
      for (const page of block < 5 ? [0, PAGES - 1] : [0]) {
        const cut = cutAt(scenario, block * PAGES + page, model);
        const { played } = cut;
        t.same(played.violations, []);
        t.same([played.end.code, played.end.appname], ["reached", "app3.bin"]);
        const resumed = writing(played)[1]!;
        const first = gets(played).at(-1);
        const isLast = page === PAGES - 1 || block === 5; // The sixth block has one page.
        const wasTorn = !isLast || model !== all;
        const from = wasTorn ? block : block + 1; // The block in flight is all that may be sent twice.
        const restAt = from * BLOCK_BYTES;
        if (from < blockCount) t.same([first?.from ?? 0, first?.bytes], [restAt, fresh.bytes.length - restAt]);
        t.ok(resumed.held! >= from - 1, `${resumed.held} of ${from} blocks are held, one of them is written once more at most`);
        if (resumed.held! < from) refreshed += 1;
        const later = rots(cut);
        t.same([later.violations, later.end.appname], [[], "app3.bin"], `nothing weak is left (block ${block}, page ${page})`);
      }
    }
  }
  t.ok(refreshed > 5, `${refreshed} blocks were written once more`);
  t.end();
});

t.test("among blocks that the slot held before, the last one written is still known", (t) => {
  const next = variant(older, [2, 3, 6]);
  const scenario = update(next, [older, running]);
  const whole = play(scenario);
  const { held, blocks, copied } = writing(whole)[0]!;
  t.ok(held! >= 4 && held! < blocks!, `${held} of ${blocks} blocks are held`);
  t.equal(copied, 0);
  t.equal(gets(whole).length > 2, true, "several parts are asked for");
  t.equal(gets(whole).reduce((sum, { bytes }) => sum + Math.ceil(bytes! / BLOCK_BYTES), 0), blocks! - held!, "and only what is missing");
  for (let block = 0; block < blocks! - held!; block++) {
    for (const model of [half, all]) {
      const last = Math.min((block + 1) * PAGES, whole.flash.counts.program) - 1;
      const cut = cutAt(scenario, last, model);
      t.same([cut.played.violations, cut.played.end.appname], [[], "app3.bin"]);
      const later = rots(cut);
      t.same([later.violations, later.end.appname], [[], "app3.bin"], `nothing weak is left (block ${block} of those written)`);
    }
  }
  t.end();
});

t.test("what another download left is not trusted", (t) => {
  const other = variant(older, [8]);
  const cut = { operation: "program", after: 70 } as const;
  const first = play({ ...update(variant(older, [0, 8]), [running]), until: "restart", cut, timeoutSeconds: 5 });
  const second = play({ ...update(other, []), contents: first.board.flash.contents() });
  t.same([second.violations, second.end.appname], [[], "app3.bin"]);
  t.equal(writing(second)[0]!.held, 0, "the journal says that it was another file");
  t.end();
});
