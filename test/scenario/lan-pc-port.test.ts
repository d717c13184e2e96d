// Goal: a PC behind the telephone hears and reaches what VLANSEP, PHY2VLAN, PHY2PRIO and PHY2STAT say (startup.md 3.1), and no more,
// from the moment that the start-up knows them.
// Method: whole start-ups on a trunk port. Frames of every VLAN, untagged and priority-tagged, both ways; each frame's fate in the golden.

import t from "tap";
import { addressOf } from "../../host/network/address.js";
import type { ArpProbe } from "../../host/network/stack/arp.js";
import type { LanPort, LanVlan } from "../../host/site/lan-config.js";
import { telephone, trunk, vlan } from "../support/lans.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, type Played, type Scenario } from "../support/scenario.js";
import { makeStack } from "../support/wire.js";

const OTHERS = [vlan(232), vlan(10), vlan(77)];
const VOICE = "L2Q=1,L2QVLAN=232";
const LOGIN: Row["ends"] = ["login", "reached", 0];

/** The start-up, and half a minute at the prompt. */
function row(
  option242: string, settings: string, more: Partial<Scenario> & { port?: LanPort; others?: readonly LanVlan[] } = {},
): Omit<Scenario, "name"> {
  const { port = {}, others = OTHERS, ...scenario } = more;
  return {
    ...telephone, lan: trunk(option242, others, port), until: "none", timeoutSeconds: 30, pc: { states: ["login"] },
    files: { ...telephone.files, "46xxsettings.txt": settings } as Record<string, string>, ...scenario,
  };
}

/** Frames and their fates. */
const tried = ({ transcript }: Played): [string, string][] => transcript.split("\n").flatMap((line): [string, string][] => {
  const [, what, fate] = /^@\d+ +pc +(.*?): (.*)$/.exec(line) ?? [];
  return what === undefined || fate === undefined ? [] : [[what, fate]];
});
const fates = (played: Played): Record<string, string> => Object.fromEntries(tried(played));
const heard = (played: Played): string[] => Object.keys(played.pc!.telephone);

const rows: Row[] = [
  {
    ...row(VOICE, "SET PHY2VLAN 10\nSET PHY2PRIO 2\n"), name: "separated", ends: LOGIN,
    check: (t, played) => {
      t.same(fates(played), {
        "far, VLAN 1": "at the PC untagged", "far, VLAN 232": "nowhere", "far, VLAN 10": "at the PC 10/1, kept from the telephone",
        "far, VLAN 77": "nowhere, kept from the telephone", "far, priority tag": "at the PC 0/5",
        "PC, untagged": "at the far end 1/0", "PC, 0/5": "at the far end 10/2", "PC, 1/1": "at the far end 10/2, kept from the telephone",
        "PC, 232/1": "at the far end 10/2", "PC, 10/1": "at the far end 10/2, kept from the telephone",
        "PC, 77/1": "at the far end 10/2, kept from the telephone",
      });
    },
  },
  {
    ...row(VOICE, "SET VLANSEP 0\nSET PHY2VLAN 10\nSET PHY2PRIO 2\n"), name: "separation-off", ends: LOGIN,
    check: (t, played) => {
      for (const vid of [10, 77, 232]) {
        t.equal(fates(played)[`far, VLAN ${vid}`], `at the PC ${vid}/1`, "the PC hears every VLAN");
        t.equal(fates(played)[`PC, ${vid}/1`], `at the far end ${vid}/1`, "and sends into every one");
      }
      t.same(heard(played).includes("232/6"), true, "and hears the telephone");
    },
  },
  {
    ...row(VOICE, "SET PROCSTAT 0\n"), name: "no-vlan-of-its-own", ends: LOGIN,
    check: (t, played) => {
      t.equal(fates(played)["far, VLAN 77"], "at the PC 77/1, kept from the telephone", "PHY2VLAN 0: the PC port takes every VLAN");
      t.equal(fates(played)["PC, 77/1"], "at the far end 77/1, kept from the telephone");
      t.equal(fates(played)["PC, 0/5"], "at the far end 1/5", "the switch's port has its VLAN, the priority stays");
    },
  },
  {
    ...row("", "SET PHY2VLAN 10\nSET PHY2PRIO 2\n"), name: "telephone-untagged", ends: LOGIN,
    check: (t, played) => t.same([fates(played)["far, VLAN 77"], fates(played)["PC, 77/1"], heard(played)],
      ["at the PC 77/1", "at the far end 77/1", ["untagged"]], "nothing is separated from a telephone without a VLAN"),
  },
  {
    ...row("L2Q=1", "SET PHY2VLAN 10\nSET PHY2PRIO 2\n"), name: "telephone-priority-tagged", ends: LOGIN,
    check: (t, played) => t.same([fates(played)["far, VLAN 77"], fates(played)["PC, 77/1"]], ["at the PC 77/1", "at the far end 77/1"]),
  },
  {
    ...row(VOICE, "SET PROCSTAT 0\n", {
      others: [vlan(232, { option242: "HTTPSRVR=10.0.232.2,PHY2STAT=0" }), ...OTHERS.slice(1)],
      pc: { states: ["conflict", "login"], afterMs: 1 },
    }),
    name: "port-off-by-option-242", ends: LOGIN,
    check: (t, played) => {
      t.equal(tried(played).length, 22, "from the ACK on, and at the prompt");
      for (const [what, fate] of tried(played)) t.match(fate, /^nowhere/, what);
      t.equal(played.board.binding.imports.eth_link(1), 0);
    },
  },
  {
    ...row(VOICE, "SET VLANSEP 1\n", {
      port: { lldp: { policy: { vlan: 232, tagged: true } } }, identity: { presets: ["LLDP_ENABLED=2"] },
    }),
    name: "port-vlan-by-lldp", ends: LOGIN,
    check: (t, played) => {
      t.equal(played.end.parameters["PHY2VLAN"]?.source, "lldp");
      t.same([fates(played)["far, VLAN 1"], fates(played)["far, VLAN 10"], fates(played)["PC, 77/1"]],
        ["at the PC untagged", "nowhere, kept from the telephone", "at the far end 1/0, kept from the telephone"]);
    },
  },
  {
    ...row(VOICE, "SET PROCSTAT 0\n", {
      port: { lldp: { sends: "after-hearing" } }, identity: { presets: ["LLDP_ENABLED=1"] }, pc: { states: ["login"] },
    }),
    name: "port-vlan-by-lldp-heard-late", ends: LOGIN, timeoutSeconds: 60,
    check: (t, played) => {
      const reasons = played.events.flatMap((event) => (event.event === "vlan" ? [event.reason] : []));
      t.same(reasons.slice(-2), ["recheck", "lldp"], "no other look at the VLAN follows");
      t.same([fates(played)["far, VLAN 10"], fates(played)["PC, 77/1"]],
        ["nowhere, kept from the telephone", "at the far end 1/0, kept from the telephone"], "and in force at once");
    },
  },
  {
    ...row(VOICE, "SET PHY2VLAN 10\nSET PHY2PRIO 2\n", { pc: { states: ["dhcp", "script"], afterMs: 1 }, until: "login" }),
    name: "rules-come-with-the-settings-file", ends: LOGIN,
    check: (t, played) => {
      t.same(tried(played).flatMap(([what, fate]) => (what === "PC, 77/1" ? [fate] : [])), [
        "at the far end 77/1", "at the far end 77/1, kept from the telephone", "at the far end 10/2, kept from the telephone",
      ], "one network before the voice VLAN, separated on it, its own VLAN once the file was read");
      t.same(heard(played), ["untagged", "232/6"], "the PC hears what the telephone sends to all, until the file is read");
    },
  },
];

playTable("lan-pc-port", rows);

t.test("a PC's own stack reaches the data VLAN through the telephone and not the voice VLAN", (t) => {
  const probes: ArpProbe[] = [];
  const played = play({
    ...row(VOICE, "SET PHY2VLAN 10\n"), name: "pc-stack",
    pc: {
      states: [],
      attach: (built, scheduler) => {
        const stack = makeStack({ link: built.pc, scheduler, mac: 0x020000000abc, address: addressOf("10.0.8.77") });
        for (const [seconds, address] of [[20, "10.0.8.2"], [25, "10.0.232.2"]] as const) {
          scheduler.at(seconds * 1_000_000, () => probes.push(stack.probe(addressOf(address))));
        }
      },
    },
  });
  t.same([played.violations, played.end.state], [[], "login"]);
  t.same(probes.map(({ answered }) => answered), [true, false]);
  t.end();
});

t.test("nothing is plugged into the PC port, or at a speed that PHY2STAT does not force: no link, no frame", (t) => {
  const run = (speed: number, settings: string): [number, string | undefined] => {
    const played = play({ ...row("", settings), name: "pc-link", pc: { states: ["login"], speed, afterMs: 5000 } });
    return [played.board.binding.imports.eth_link(1), fates(played)["far, VLAN 77"]];
  };
  t.same(run(0, ""), [0, "nowhere"]);
  t.same(run(1000, ""), [1000 | 0x10000, "at the PC 77/1"]);
  t.same(run(100, "SET PHY2STAT 4\n"), [100, "at the PC 77/1"], "100 Mbit/s, half duplex");
  t.same(run(100, "SET PHY2STAT 3\n"), [0, "nowhere"], "10 Mbit/s is forced, and the PC has 100");
  t.end();
});
