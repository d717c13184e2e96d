// Goal: the telephone ends up on the VLAN that option 242, the settings file and VLANTEST say, by the way that the manuals describe.
// Method: whole start-ups on the wire against a switch with two VLANs; screen, `vlan`, `dhcp` and `option` events against goldens.

import process from "node:process";
import t from "tap";
import { builtInLan } from "../../host/site/lans.js";
import { office, telephone, trunk, vlan } from "../support/lans.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, type Played, type Scenario } from "../support/scenario.js";

const voice = vlan(232);
/** `from -> to reason`, with `!` where it led to another VLAN. */
const moves = ({ events }: Played): string[] => events.flatMap((event) =>
  (event.event === "vlan"
    ? [`${event.from} -> ${event.tagging === true ? event.vid : "untagged"} ${event.reason}${event.changed === true ? "!" : ""}`] : []));
const messages = ({ events }: Played): string[] => events.flatMap((event) => (event.event === "dhcp" ? [`${event.vlan} ${event.message}`]
  : []));
const withSettings = (settings: string): Partial<Scenario> => ({ files: { ...telephone.files,
  "46xxsettings.txt": settings } as Record<string, string> });
/** How long VLAN 240 was tried. */
const triedMs = ({ events }: Played): number => events.find((event) => event.event === "vlan" && event.reason === "vlantest")!.t
  - events.find((event) => event.event === "dhcp" && event.vlan === 240)!.t;
const priorities: number[] = [];
const LOGIN: Row["ends"] = ["login", "reached", 0];

const rows: Row[] = [
  {
    ...telephone, name: "untagged", lan: office(), ends: LOGIN,
    texts: ["100Mbps Ethernet", "DHCP: 0 secs", "Finding router...", "Enter username"],
    check: (t, played) => t.same(moves(played), [
      "0 -> untagged stored", "0 -> untagged option242", "0 -> untagged settings", "0 -> untagged recheck",
    ]),
  },
  {
    ...telephone, name: "voice-vlan", lan: trunk("L2Q=1,L2QVLAN=232", [voice]), ends: LOGIN,
    texts: ["DHCP: 0 secs", "Restarting...", "100Mbps Ethernet", "DHCP: 0 secs", "VLAN ID = 232", "Finding router..."],
    check: (t, played) => {
      t.same(moves(played), [
        "0 -> untagged stored", "0 -> 232 option242!", "232 -> 232 stored", "232 -> 232 option242", "232 -> 232 settings",
        "232 -> 232 recheck",
      ]);
      t.same(messages(played), [
        "0 discover", "0 offer", "0 request", "0 ack", "0 release", "232 discover", "232 offer", "232 request", "232 ack",
      ]);
    },
  },
  {
    ...telephone, name: "l2q-0-tags-with-a-vlan", lan: trunk("L2Q=0,L2QVLAN=232", [voice]), ends: LOGIN, texts: ["VLAN ID = 232"],
    check: (t, played) => t.equal(moves(played).at(-1), "232 -> 232 recheck"),
  },
  {
    ...telephone, name: "l2q-0-without-a-vlan", lan: trunk("L2Q=0,L2QVLAN=0", [voice]), ends: LOGIN,
    check: (t, played) => t.equal(moves(played).at(-1), "0 -> untagged recheck"),
  },
  {
    ...telephone, name: "l2q-1-without-a-vlan", lan: trunk("L2Q=1", [voice]), ends: LOGIN, texts: ["Restarting...", "VLAN ID = 0"],
    check: (t, played) => t.same(moves(played).filter((move) => move.endsWith("!")), ["0 -> 0 option242!"],
      "priority tags, after one restart"),
  },
  {
    ...telephone, name: "l2q-2-never-tags", lan: trunk("L2Q=2,L2QVLAN=232", [voice]), ends: LOGIN,
    check: (t, played) => t.equal(moves(played).at(-1), "0 -> untagged recheck"),
  },
  {
    ...telephone, name: "l2q-2-leaves-the-vlan",
    lan: trunk("", [{ ...voice, dhcp: { ...voice.dhcp!, option242: "L2Q=2,HTTPSRVR=10.0.8.2" } }]),
    identity: { presets: ["L2QVLAN=232"] }, ends: LOGIN, texts: ["VLAN ID = 232", "Restarting...", "DHCP: 0 secs", "Enter username"],
    check: (t, played) => t.same(moves(played).slice(0, 4),
      ["232 -> 232 stored", "232 -> untagged option242!", "0 -> untagged stored", "0 -> untagged option242"]),
  },
  {
    ...telephone, name: "vlantest-untagged", lan: trunk("L2QVLAN=240", [voice]), ends: ["login", "vlan-fallback", 1],
    texts: ["Restarting...", "VLAN ID = 240", "DHCP: 59 secs", "DHCP: 0 secs", "Enter username"],
    check: (t, played) => t.same(moves(played), [
      "0 -> untagged stored", "0 -> 240 option242!", "240 -> 240 stored", "240 -> untagged vlantest!", "0 -> 240 option242",
      "0 -> 240 failed-list", "0 -> 240 settings", "0 -> 240 recheck", "0 -> 240 failed-list",
    ]),
  },
  {
    ...telephone, name: "vlantest-priority-tags", lan: trunk("L2Q=1,L2QVLAN=240", [voice]), ends: ["login", "vlan-fallback", 1],
    texts: ["VLAN ID = 240", "DHCP: 59 secs", "VLAN ID = 0", "Enter username"],
    check: (t, played) => t.ok(moves(played).includes("240 -> 0 vlantest!")),
  },
  {
    ...telephone, name: "vlantest-then-another-vlan", lan: trunk("L2QVLAN=232", [voice]), identity: { presets: ["VLANTEST=10"] },
    ...withSettings("SET L2QVLAN 240\n"), ends: ["login", "vlan-fallback", 1],
    check: (t, played) => t.same(moves(played).filter((move) => move.endsWith("!") || move.includes("failed")), [
      "0 -> 232 option242!", "232 -> 240 settings!", "232 -> 240 recheck!", "240 -> untagged vlantest!", "0 -> 232 option242!",
        "232 -> 240 failed-list",
    ], "three restarts for a VLAN, and no loop"),
  },
  {
    ...telephone, name: "vlantest-0-tries-for-ever", lan: trunk("L2QVLAN=240", [voice]), identity: { presets: ["VLANTEST=0"] },
    ends: ["dhcp", "no-offer", 1], timeoutSeconds: 300, texts: ["VLAN ID = 240", "DHCP: 280 secs"],
    check: (t, played) => t.notOk(moves(played).some((move) => move.includes("vlantest"))),
  },
  {
    ...telephone, name: "vlantest-by-option-242", lan: trunk("L2QVLAN=240,VLANTEST=10", [voice]), ends: ["login", "vlan-fallback", 1],
    texts: ["Restarting...", "VLAN ID = 240", "DHCP: 9 secs", "DHCP: 0 secs", "Enter username"],
    check: (t, played) => t.equal(triedMs(played), 10_000, "it survives the restart"),
  },
  {
    ...telephone, name: "vlantest-then-cable-pulled", lan: trunk("L2QVLAN=240,VLANTEST=10", [voice]), ends: ["login", "vlan-fallback", 1],
    pull: { state: "conflict", afterMs: 500, forMs: 3000 }, texts: ["VLAN ID = 240", "No Ethernet", "DHCP: 0 secs", "Enter username"],
    check: (t, played) => t.same(moves(played).filter((move) => move.includes("240 ->") || move.endsWith("stored")), [
      "0 -> untagged stored", "240 -> 240 stored", "240 -> untagged vlantest!", "0 -> untagged stored",
    ], "the VLAN that did not answer is not tried again with the next link"),
  },
  {
    ...telephone, name: "vlantest-by-option-242-and-locally", lan: trunk("L2QVLAN=240,VLANTEST=10", [voice]),
    identity: { presets: ["VLANTEST=20"] }, ends: ["login", "vlan-fallback", 1],
    check: (t, played) => t.equal(triedMs(played), 20_000, "what was entered locally holds"),
  },
  {
    ...telephone, name: "vlantest-0-by-option-242", lan: trunk("L2QVLAN=240,VLANTEST=0", [voice]),
    ends: ["dhcp", "no-offer", 1], timeoutSeconds: 300, texts: ["VLAN ID = 240", "DHCP: 280 secs"],
  },
  {
    ...telephone, name: "priority-by-settings-file", lan: trunk("L2Q=1,L2QVLAN=232", [voice]), ...withSettings("SET L2QSIG 3\n"),
    ends: LOGIN, onFrame: (direction, frame) => {
      if (direction === "out" && frame[12] === 0x81) priorities.push(frame[14]! >> 5);
    },
    check: (t) => {
      const changedAt = priorities.indexOf(3);
      t.ok(changedAt > 0 && priorities.length > changedAt + 2, `${priorities.length} tagged frames`);
      t.same([new Set(priorities.slice(0, changedAt)), new Set(priorities.slice(changedAt))], [new Set([6]), new Set([3])],
        "from the call server on");
    },
  },
  {
    ...telephone, name: "settings-file-moves-it", lan: trunk("", [voice]), ...withSettings("SET L2QVLAN 232\n"), ends: LOGIN,
    texts: ["Contacting Call Server...", "Restarting...", "VLAN ID = 232", "Contacting Call Server...", "Enter username"],
    check: (t, played) => {
      t.same(moves(played).slice(1, 4), ["0 -> untagged option242", "0 -> 232 settings!", "0 -> 232 recheck!"]);
      t.equal(moves(played).at(-1), "232 -> 232 recheck");
      t.ok(messages(played).includes("0 release"), "the old lease is given back");
    },
  },
  {
    name: "vlan-loop", lan: builtInLan("vlan-loop")!, part: telephone.part!, dirty: false, stored: telephone.stored!,
    ends: ["dhcp", "vlan-loop", 1],
    check: (t, { end }) => t.match(end.cause, /VLAN 0 to VLAN 231 \(option242\), VLAN 231 to VLAN 232 \(option242\), VLAN 232 to VLAN 231/),
  },
];

playTable("lan-vlan", rows);

t.test("60 s of VLANTEST", (t) => {
  const before = process.cpuUsage();
  const played = play({ ...telephone, name: "vlantest", lan: trunk("L2QVLAN=240", [voice]) });
  const { user, system } = process.cpuUsage(before);
  t.ok(played.end.t > 60_000);
  // What it takes does not depend on this machine: a handful of polls for each second that is shown, and nothing in between.
  t.ok(played.board.pollCount < 500, `${played.board.pollCount} polls`);
  t.comment(`${Math.round(played.end.t / 1000)} s of the telephone's time took ${Math.round((user + system) / 1000)} ms of CPU`);
  t.end();
});
