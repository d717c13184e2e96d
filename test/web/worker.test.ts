// Goal: the worker keeps one telephone running at the chosen speed, whatever orders come and however fast, and its clock never goes back.
// Method: the worker's own script in this process, with a scope that listens; orders one after another, within one sleep of its run loop.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import type { FileNotes, News, Order, Tick } from "../../host/frontends/browser/messages.js";

const told: News[] = [];
interface Scope {
  onmessage(message: { data: Order }): void;
}
const scope = globalThis as unknown as Scope;
const isTick = (news: News): news is Tick => news.news === "tick";
const ticks = (from = 0): Tick[] => told.slice(from).filter(isTick);
const order = (...orders: Order[]): void => orders.forEach((data) => scope.onmessage({ data }));

const notesOf = (name: string): FileNotes[] =>
  told.flatMap((news) => (news.news === "notes" && news.notes.file === name ? [news.notes] : []));

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

const fetched: string[] = [];
const fetchOutside = globalThis.fetch;
Object.assign(globalThis, {
  postMessage: (news: News) => void told.push(news),
  // The worker asks for what lies beside it; other tests of this process ask servers.
  fetch: async (url: URL | string, options?: RequestInit) => {
    const { protocol, pathname } = new URL(url);
    if (protocol !== "file:") return fetchOutside(url, options);
    fetched.push(pathname.split("/").at(-1)!);
    return new Response(readFileSync(`build/${fetched.at(-1)}`));
  },
});
await import("../../host/frontends/browser/worker.js");
/** Before there is a telephone. */
order({ do: "speed", factor: 16 }, { do: "pause" });
t.teardown(() => order({ do: "pause" }));
await until(() => ticks().some(({ isPaused }) => isPaused));

t.test("orders that came before the telephone are obeyed; it tells what it is, then what its files say", (t) => {
  t.same(told.slice(0, 2).map(({ news }) => news), ["plugged", "tick"]);
  t.same(notesOf("96xxupgrade.txt").length, told.filter(({ news }) => news === "notes").length / 2, "of both files");
  t.same(ticks().map(({ powered }) => powered), ticks().map(() => true));
  t.same(fetched, ["core.simd.wasm"], "the other build only where this one is refused");
  t.end();
});

t.test("paused and run again within one sleep, many times: one loop tells, and not twenty", async (t) => {
  order({ do: "run" });
  await sleep(60);
  for (let count = 0; count < 20; count++) order({ do: "pause" }, { do: "run" });
  const from = told.length;
  await sleep(400);
  const count = ticks(from).length;
  t.ok(count > 0 && count < 60, `${count} ticks in 0.4 s`);
});

t.test("a step while time is being waited for: the clock never goes back, and nothing happens after the pause", async (t) => {
  const from = told.length;
  for (let count = 0; count < 12; count++) {
    order({ do: "run" });
    await sleep(15);
    order({ do: "pause" }, { do: "step" });
    const before = ticks().at(-1)!;
    await sleep(60);
    order({ do: "pause" });
    const after = ticks().at(-1)!;
    t.same([after.ms, after.events], [before.ms, []], "time stands");
  }
  const clock = ticks(from).map(({ ms }) => ms);
  t.same(clock, clock.toSorted((a, b) => a - b));
});

t.test("another LAN: the old telephone says no more; the pause holds", async (t) => {
  order({ do: "run" });
  await sleep(60);
  order({ do: "lan", name: "no-dhcp" });
  const from = told.length;
  await sleep(150);
  t.same(ticks(from).filter(({ frames }) => frames.some(({ n }) => n > 100)), []);
  t.ok(ticks(from).some(({ ms }) => ms > 0), "the new one runs");
  order({ do: "pause" }, { do: "lan", name: "demo" });
  const [{ ms }] = ticks().slice(-1) as [Tick];
  await sleep(80);
  order({ do: "power", on: true });
  t.same([ticks().at(-1)?.ms, ticks().at(-1)?.isPaused], [ms, true]);
});

t.test("the plug, the cable, the VLAN, twice each, are as they are told", (t) => {
  const state = (): unknown => {
    const { powered, cable, portVlan } = ticks().at(-1)!;
    return [powered, cable, portVlan];
  };
  const from = told.length;
  order({ do: "power", on: false }, { do: "power", on: false }, { do: "cable", isIn: false }, { do: "port-vlan", vid: 7 });
  t.same(state(), [false, false, 7]);
  order({ do: "key", code: 49 }, { do: "power", on: true }, { do: "power", on: true }, { do: "cable", isIn: true });
  t.same(state(), [true, true, 7]);
  t.equal(ticks(from).flatMap(({ powerCuts }) => powerCuts).length, 1, "one cut, told once");
  t.throws(() => order({ do: "lan", name: "nowhere" }), RangeError);
  t.throws(() => order({ do: "port-vlan", vid: 0 }), RangeError);
  t.same(state(), [true, true, 7]);
  t.end();
});

t.test("details and files are handed over; what is not there is said so", (t) => {
  const answer = (asked: Order): News => {
    order(asked);
    return told.at(-1)!;
  };
  t.match(answer({ do: "edit", file: "46xxsettings.txt", text: "SET SIPDOMAIN a.example\n" }), { news: "notes", notes: { inForce: 1 } });
  t.same(answer({ do: "frame", n: 100_000 }), { news: "frame", detail: undefined });
  t.match(answer({ do: "download", what: "capture" }), { name: "offhook.pcapng", type: "application/x-pcapng" });
  t.match(answer({ do: "download", what: "transcript" }), { name: "offhook-transcript.txt", type: "text/plain" });
  const { bytes } = answer({ do: "download", what: "events" }) as { bytes: Uint8Array };
  t.match(JSON.parse(Buffer.from(bytes).toString().split("\n")[0]!), { n: 1, event: "state" });
  t.end();
});

t.test("notes are of the software that the telephone has: a script that asks for it is explained anew after an update", async (t) => {
  const lastNotes = (): string => JSON.stringify(notesOf("96xxupgrade.txt").at(-1)?.notes);
  order({ do: "lan", name: "demo" }, { do: "speed", factor: 64 }, { do: "run" });
  await until(() => ticks().at(-1)?.verdict?.bootname === "hb96xxold.bin");
  t.match(lastNotes(), "APPNAME is hb96xxdemo.bin");
  const count = notesOf("96xxupgrade.txt").length;
  await until(() => ticks().at(-1)?.verdict?.appname === "SIP96xxdemo.bin");
  t.match(lastNotes(), "APPNAME is SIP96xxdemo.bin");
  t.ok(notesOf("96xxupgrade.txt").length - count < 4, "and not each time that it says something");
});
