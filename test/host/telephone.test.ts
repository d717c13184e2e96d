// Goal: a program boots a telephone, waits for what it wants, pulls plug and cable, and gets the same telephone back from a snapshot.
// Method: whole start-ups on built-in LANs; transcripts of a run and of its restored twin compared to the last event.

import t from "tap";
import type { BoardOptions } from "../../host/board.js";
import { FailingFlash } from "../../host/faults/failing-flash.js";
import { demoKey, demoOldBoot } from "../../host/image/demo.js";
import { MemoryNetwork } from "../../host/network/memory.js";
import { NorFlash } from "../../host/peripherals/nor-flash.js";
import { W25Q128JV } from "../../host/peripherals/nor-parts.js";
import type { Scheduler } from "../../host/scheduler.js";
import { provision } from "../../host/site/factory.js";
import { demoSite } from "../../host/site/demo.js";
import { MemoryFiles } from "../../host/site/file-server.js";
import { type Snapshot, Telephone, type TelephoneOptions } from "../../host/telephone.js";
import { core } from "../support/core.js";

const identity = { model: "9640D01A", serial: "1", mac: Uint8Array.of(0, 4, 13, 1, 2, 3) };
const named = { ...identity, bootName: "boot.bin", appName: "app.bin" };
const script = (text: string): MemoryFiles => new MemoryFiles({ "96xxupgrade.txt": text });
const plain: TelephoneOptions = { core, identity: named, lan: "demo", source: script("SET SIPDOMAIN example.com\n") };
const all = ({ board }: Telephone): string => JSON.stringify(board.log.events);

t.test("a state, a text, time that passes; the verdict", async (t) => {
  const telephone = new Telephone(plain);
  t.equal(telephone.state, "off");
  t.equal(await telephone.run({ state: "dhcp", seconds: 5 }), false, "without power nothing happens");
  t.equal(telephone.ms, 5000, "but time passes");
  telephone.powerOn();
  t.ok(await telephone.run({ state: "file-server" }));
  t.notOk(await telephone.run({ state: "file-server", seconds: 0 }), "what was looked at is past");
  t.ok(await telephone.run({ text: "HTTP:1" }), "also when it was shown in the same step");
  t.ok(await telephone.run({ state: "login" }));
  t.match(telephone.verdict(), { ok: true, code: "reached", state: "login", parameters: { SIPDOMAIN: { value: "example.com" } } });
  t.equal(await telephone.run({ text: "never", seconds: 3 }), false);
  t.match(telephone.verdict(), { ok: false, code: "timeout", cause: /state login; "never" was wanted/ }, "in vain");
  t.equal(await telephone.run({ seconds: 1 }), false);
  t.match(telephone.verdict(), { ok: true }, "time that passes is nothing in vain");
  const first = new Telephone(plain);
  first.powerOn();
  await first.run({ state: "link" });
  const exact = new Telephone(plain);
  exact.powerOn();
  t.ok(await exact.run({ state: "link", seconds: first.snapshot().us / 1e6 }), "the last instant belongs to it");
  const early = new Telephone(plain);
  early.powerOn();
  t.equal(await early.run({ state: "login", seconds: 1 }), false);
  t.match(early.verdict(), { ok: false, code: "timeout", cause: /; login was wanted\.$/ });
  t.match(early.verdict({ ended: "reached" }), { ok: true }, "unless the caller knows better");
  t.ok(await early.run({ state: "login" }));
  t.match(early.verdict(), { ok: true, code: "reached" });
  const wrong = new Telephone({ ...plain, source: script("GOTO NOWHERE\n") } as TelephoneOptions);
  wrong.powerOn();
  t.ok(await wrong.run({ state: "login" }));
  t.match(wrong.verdict(), { ok: false, code: "goto-missing" });
  t.throws(() => new Telephone({ ...plain, lan: "nowhere" } as TelephoneOptions), RangeError);
});

t.test("events as they come, and no further than they are taken", async (t) => {
  const telephone = new Telephone(plain);
  telephone.powerOn();
  const states: string[] = [];
  for await (const event of telephone.events()) {
    if (event.event === "state") states.push(event.state);
    if (event.event === "dhcp" && event.message === "ack") break;
  }
  t.same(states, ["power-up", "hardware", "link", "dhcp"]);
  const ms = telephone.ms;
  const again: number[] = [];
  for await (const { n } of telephone.events(0)) again.push(n);
  t.equal(again[0], 1, "from the first on");
  t.equal(telephone.ms, ms);
  const counts = await Promise.all([0, 1].map(async () => {
    let count = 0;
    for await (const _event of telephone.events(5)) count += 1;
    return count;
  }));
  t.equal(counts[0], counts[1], "two may look at once");
});

t.test("time never goes back", async (t) => {
  const telephone = new Telephone(plain);
  telephone.powerOn();
  for await (const event of telephone.events(10)) {
    if (event.event === "state" && event.state === "dhcp") await telephone.run({ seconds: 60 });
  }
  t.ok(telephone.ms > 60_000, "not by a loop whose time was over meanwhile");
  const times = telephone.board.log.events.map((event) => event.t);
  t.same(times, times.toSorted((one, other) => one - other));
  const ms = telephone.ms;
  for (const seconds of [-1, NaN, Infinity]) {
    await t.rejects(telephone.run({ seconds }), RangeError, `${seconds}`);
    t.throws(() => telephone.events(seconds), RangeError, `${seconds}`);
  }
  t.equal(telephone.ms, ms);
});

t.test("without power nothing is entered or pressed, and what was before counts no more", async (t) => {
  const telephone = new Telephone(plain);
  t.equal(await telephone.press("1"), false);
  telephone.powerOn();
  for await (const event of telephone.events()) if (event.event === "state" && event.state === "login") break;
  telephone.powerOff();
  t.equal(telephone.state, "off");
  t.equal(telephone.verdict().state, "login", "the verdict is of the last start-up");
  const ms = telephone.ms;
  telephone.powerOn();
  t.ok(await telephone.run({ state: "login" }));
  t.ok(telephone.ms > ms + 1000, "this start-up's login, not the last one's");
  const other = new Telephone(plain);
  other.powerOn();
  for await (const event of other.events()) if (event.event === "state" && event.state === "login") break;
  other.powerOn();
  t.ok(await other.run({ state: "login", seconds: 0 }), "a plug that is in stays in");
});

t.test("keys, and the cable", async (t) => {
  const telephone = new Telephone({ ...plain, source: script("SET PROCSTAT 0\nSET SIPPROXYSRVR 10.0.8.3\n") } as TelephoneOptions);
  telephone.powerOn();
  t.equal(await telephone.press("Program"), false, "it is not on the screen yet");
  t.ok(await telephone.run({ text: "Enter username" }));
  t.ok(await telephone.press("Mute", ..."27238#"));
  t.ok(await telephone.run({ text: "Admin Procedures", seconds: 10 }));
  const other = new Telephone(plain);
  other.powerOn();
  await other.run({ state: "dhcp" });
  other.plug(false);
  t.ok(await other.run({ state: "link", seconds: 60 }), "it notices");
  other.plug(true);
  t.ok(await other.run({ state: "login", seconds: 120 }));
});

t.test("a slow cable is as slow when it is plugged in again; a network that settles is waited for", async (t) => {
  const slow = new Telephone({ ...plain, linkSpeed: 10 });
  slow.powerOn();
  t.ok(await slow.run({ text: "10Mbps Ethernet", seconds: 10 }));
  await slow.run({ state: "dhcp" });
  slow.plug(false);
  await slow.run({ seconds: 5 });
  slow.plug(true);
  t.ok(await slow.run({ text: "10Mbps Ethernet", seconds: 60 }));
  let settled = 0;
  const network: BoardOptions["network"] = (scheduler) => Object.assign(new MemoryNetwork({ scheduler, site: demoSite({ scheduler }) }), {
    settle: async () => {
      await Promise.resolve();
      settled += 1;
    },
  });
  const telephone = new Telephone({ core, identity: named, network });
  telephone.powerOn();
  await telephone.run({ state: "dhcp" });
  t.equal(settled, telephone.snapshot().steps);
});

const blank = (clock: Scheduler): NorFlash => new NorFlash({ part: W25Q128JV, clock, timing: "typical" });
let contents: Uint8Array | undefined;

/** An old boot file in the chip, as the demonstration begins. */
function updating(): TelephoneOptions {
  const old = (contents ??= provision({ core, identity, trust: [demoKey().spki], flash: blank, file: demoOldBoot() }));
  return {
    core, identity, trust: [demoKey().spki], lan: "demo",
    flash: (clock) => {
      const chip = blank(clock);
      chip.load(old);
      return chip;
    },
  };
}

t.test("the plug is pulled in the middle of an erase; a snapshot from there goes the same way", async (t) => {
  const options = updating();
  const telephone = new Telephone(options);
  telephone.powerOn();
  t.ok(await telephone.run({ state: "erase" }));
  await telephone.run({ seconds: 0.4 });
  const inErase = telephone.snapshot();
  telephone.powerOff();
  await telephone.run({ seconds: 2 });
  telephone.powerOn();
  t.ok(await telephone.run({ state: "login" }), "the update is finished");
  t.match(telephone.verdict(), { code: "reached", appstat: 0 });

  const twin = await Telephone.restore(updating(), JSON.parse(JSON.stringify(inErase)) as typeof inErase);
  t.equal(twin.state, "erase");
  twin.powerOff();
  await twin.run({ seconds: 2 });
  twin.powerOn();
  await twin.run({ state: "login" });
  t.equal(all(twin), all(telephone), "to the last event");
  t.same(twin.board.flash.counters, telephone.board.flash.counters);

  const other = await Telephone.restore(updating(), inErase);
  t.ok(await other.run({ state: "login" }), "and without a cut it goes its own way");
  t.not(all(other), all(telephone));
  await t.rejects(Telephone.restore({ ...updating(), lan: "lossy" } as TelephoneOptions, inErase), /went another way/);
});

t.test("a snapshot is of these options only, and all of it comes back", async (t) => {
  const telephone = new Telephone(plain);
  telephone.powerOn();
  await telephone.run({ state: "link" });
  const early = telephone.snapshot();
  t.equal(await telephone.run({ state: "login", seconds: 1 }), false);
  const late = telephone.snapshot();
  const [first, second] = await Promise.all([early, late].map((snapshot) => Telephone.restore(plain, snapshot)));
  t.same([first!.snapshot(), second!.snapshot()], [early, late], "to the last number");
  t.match(second!.verdict(), { code: "timeout", cause: /login was wanted/ }, "what was waited for in vain too");
  t.ok(early.seen < early.events, "more happened in the step than was looked at");
  const login = new Telephone(plain);
  login.powerOn();
  await login.run({ state: "login" });
  const there = login.snapshot();
  const others: readonly TelephoneOptions[] = [
    { ...plain, source: script("SET SIPDOMAIN example.org\n") }, { ...plain, source: script("SET SIPDOMAIN example.com\n# longer\n") },
    { ...plain, identity }, { ...plain, lan: "voice-vlan" }, { ...plain, linkSpeed: 10 }, { ...plain, seed: 2 },
  ];
  for (const other of others) await t.rejects(Telephone.restore(other, there), /the run went another way/);
  const changed = (change: object): Snapshot => ({ ...there, ...change });
  for (const change of [{ steps: 1e12 }, { steps: there.steps - 1 }, { crc: 0 }, { us: 1e15 }, { actions: [] }]) {
    await t.rejects(Telephone.restore(plain, changed(change)), /the run went another way/, JSON.stringify(change));
  }
  for (const wrong of [null, {}, changed({ steps: "1" }), changed({ actions: {} }), changed({ us: null })]) {
    await t.rejects(Telephone.restore(plain, wrong as Snapshot), { message: /no snapshot/, constructor: RangeError });
  }
});

t.test("a cut as a model says, a chip that fails, and keys: the twin has them too", async (t) => {
  const erasing = async (): Promise<Telephone> => {
    const telephone = new Telephone(updating());
    telephone.powerOn();
    await telephone.run({ state: "erase" });
    await telephone.run({ seconds: 0.1 });
    return telephone;
  };
  const [zero, some, other] = await Promise.all([erasing(), erasing(), erasing()]);
  const { actions } = zero!.snapshot();
  t.throws(() => zero!.powerOff({ model: "nowhere" }), { message: /no model "nowhere".*weak-ecc/, constructor: RangeError });
  t.equal(zero!.state, "erase", "and the plug is in");
  t.same(zero!.snapshot().actions, actions);
  zero!.powerOff({ model: "zero" });
  some!.powerOff({ model: "zeros-from-end", seed: 1 });
  other!.powerOff({ model: "zeros-from-end", seed: 2 });
  const [first, second, third] = [zero!, some!, other!].map(({ board }) => Buffer.from(board.flash.contents()));
  t.notOk(first!.equals(second!) || second!.equals(third!) || third!.equals(first!));
  const twin = await Telephone.restore(updating(), JSON.parse(JSON.stringify(some!.snapshot())) as Snapshot);
  t.ok(second!.equals(twin.board.flash.contents()), "byte for byte");

  const failing = (): TelephoneOptions => {
    const failure = { kind: "erase", after: 0, lasting: true } as const;
    return { ...plain, flash: (clock) => new FailingFlash(blank(clock), failure) };
  };
  const telephone = new Telephone(failing());
  telephone.powerOn();
  t.ok(await telephone.run({ text: "Enter username" }));
  t.ok(await telephone.press("1", "2", "*"));
  const again = await Telephone.restore(failing(), telephone.snapshot());
  t.equal(all(again), all(telephone));
  for (const each of [telephone, again]) await each.press("3");
  t.equal(all(again), all(telephone), "and goes on the same way");
  await t.rejects(Telephone.restore(plain, telephone.snapshot()), /went another way/);
});
