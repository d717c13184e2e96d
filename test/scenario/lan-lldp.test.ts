// Goal: what the switch says by LLDP becomes the telephone's VLAN, priorities and servers, and only when LLDP is switched on.
// Method: whole start-ups on the wire with the switch's LLDP agent; `vlan` events, parameters and the telephone's own frames.

import { telephone, trunk, vlan } from "../support/lans.js";
import type { LanLldp } from "../../host/site/lan-config.js";
import { lldpFrame } from "../../host/site/lldp-message.js";
import { playTable, type Row } from "../support/scenario-table.js";
import type { Played, Scenario } from "../support/scenario.js";
import { tlsPlan } from "../support/tls.js";

const voice = vlan(232);
const ON = ["LLDP_ENABLED=2"];
const policy = { vlan: 232, tagged: true, priority: 5, dscp: 46 };
const with242 = (option242: string, lldp: LanLldp, presets: readonly string[] = ON): Omit<Scenario, "name"> => ({
  ...telephone, lan: trunk(option242, [voice], { lldp }), identity: { presets },
});
const withLldp = (lldp: LanLldp, presets: readonly string[] = ON): Omit<Scenario, "name"> => with242("", lldp, presets);
const changes = ({ events }: Played): string[] => events.flatMap((event) =>
  (event.event === "vlan" && event.changed === true
    ? [`${event.from} -> ${event.tagging === true ? event.vid : "untagged"} ${event.reason}`] : []));
const taken = ({ end }: Played, names: readonly string[]): string[] =>
  names.map((name) => `${name}=${end.parameters[name]?.value} ${end.parameters[name]?.source}`);
const heard = ({ built }: Played): number => built!.lan.lldp!.heardCount;
/** A policy for voice signalling (application 2), which the switch of the LAN files does not have. */
function signalling(priority: number, dscp: number): Uint8Array {
  const frame = lldpFrame({
    mac: 0x0200ff000000, portName: "1", systemName: "switch", ttlSeconds: 120, policy: { vlan: 300, tagged: true, priority, dscp },
  });
  const at = Buffer.from(frame).indexOf(Buffer.from("0012bb0201", "hex"));
  frame[at + 4] = 2;
  return frame;
}
const LOGIN: Row["ends"] = ["login", "reached", 0];
const MOVED = ["100Mbps Ethernet", "Restarting...", "100Mbps Ethernet", "VLAN ID = 232", "Enter username"];

const rows: Row[] = [
  {
    ...withLldp({ policy }), name: "policy-tagged", ends: LOGIN, texts: MOVED,
    check: (t, played) => {
      t.same(changes(played), ["0 -> 232 lldp"]);
      t.same(taken(played, ["L2Q", "L2QVLAN", "L2QAUD", "DSCPAUD"]),
        ["L2Q=1 lldp", "L2QVLAN=232 lldp", "L2QAUD=5 lldp", "DSCPAUD=46 lldp"]);
      t.ok(heard(played) > 0, "the telephone spoke too");
    },
  },
  {
    ...with242("L2Q=1,L2QVLAN=232", { policy: { ...policy, tagged: false } }), name: "policy-untagged-beats-option-242", ends: LOGIN,
    check: (t, played) => {
      t.same(taken(played, ["L2Q"]), ["L2Q=2 lldp"]);
      t.same(changes(played), [], "LLDP is heard before DHCP answers");
    },
  },
  {
    ...withLldp({ policy: { ...policy, unknown: true } }), name: "policy-unknown", ends: LOGIN,
    check: (t, played) => t.same([changes(played), taken(played, ["L2QVLAN"])], [[], ["L2QVLAN=0 default"]]),
  },
  {
    ...telephone, name: "policy-for-signalling", lan: trunk("", [voice]), identity: { presets: ON }, ends: LOGIN,
    at: { seconds: 2, do: ({ lan }) => lan.port.control.send(signalling(5, 40)) },
    check: (t, played) => t.same(taken(played, ["L2QSIG", "DSCPSIG", "L2QAUD", "DSCPAUD", "L2Q", "L2QVLAN"]), [
      "L2QSIG=5 lldp", "DSCPSIG=40 lldp", "L2QAUD=6 default", "DSCPAUD=46 default", "L2Q=0 default", "L2QVLAN=0 default",
    ]),
  },
  {
    ...telephone, name: "vlan-name-of-no-vlan", lan: trunk("", [voice]), identity: { presets: ON }, ends: LOGIN,
    at: { seconds: 2, do: ({ lan }) => lan.port.control.send(lldpFrame({
      mac: 0x0200ff000000, portName: "1", systemName: "switch", ttlSeconds: 120, vlanNames: [{ vlan: 0, name: "voice" }],
    })) },
    check: (t, played) => t.same([changes(played), taken(played, ["L2Q", "L2QVLAN"])], [[], ["L2Q=0 default", "L2QVLAN=0 default"]]),
  },
  {
    ...telephone, name: "avaya-file-server-beside-tlssrvr", identity: { presets: [...ON, "TLSSRVR=10.0.8.7"] }, tls: tlsPlan(),
    ends: ["login", "server-unreachable", 1],
    lan: { port: { lldp: { avaya: { fileServers: ["10.0.8.2"] } } }, vlans: [vlan(1, { option242: "SIG=2" })] },
    check: (t, played) => t.same(taken(played, ["HTTPSRVR"]), ["HTTPSRVR= default"], "only if neither is set"),
  },
  {
    ...telephone, name: "policy-for-signalling-of-zeros", lan: trunk("", [voice]), identity: { presets: ON }, ends: LOGIN,
    at: { seconds: 2, do: ({ lan }) => lan.port.control.send(signalling(0, 0)) },
    check: (t, played) => t.same(taken(played, ["L2QSIG", "DSCPSIG"]), ["L2QSIG=6 default", "DSCPSIG=34 default"]),
  },
  {
    ...withLldp({ policy, sends: "med-after-hearing" }, ["LLDP_ENABLED=1"]), name: "policy-after-hearing", ends: LOGIN,
    timeoutSeconds: 60, until: "none",
    check: (t, played) => {
      t.same(changes(played), ["0 -> 232 lldp"]);
      t.ok(heard(played) > 1);
    },
  },
  {
    ...withLldp({ policy, sends: "after-hearing" }), name: "both-wait", ends: LOGIN, timeoutSeconds: 60, until: "none",
    check: (t, played) => t.same([changes(played), heard(played)], [[], 0], "LLDP_ENABLED 2 speaks only when spoken to"),
  },
  {
    ...withLldp({ policy }, []), name: "off-by-default", ends: LOGIN, timeoutSeconds: 60, until: "none",
    check: (t, played) => t.same([changes(played), heard(played), taken(played, ["LLDP_ENABLED"])], [[], 0, ["LLDP_ENABLED=0 default"]]),
  },
  {
    ...withLldp({ vlanNames: [{ vlan: 7, name: "data" }, { vlan: 232, name: "My-VoIce-1" }] }), name: "vlan-name", ends: LOGIN,
    texts: MOVED,
    check: (t, played) => t.same([changes(played), taken(played, ["L2Q", "L2QVLAN"])],
      [["0 -> 232 lldp"], ["L2Q=1 lldp", "L2QVLAN=232 lldp"]]),
  },
  {
    ...withLldp({ vlanNames: [{ vlan: 7, name: "voice" }], policy }), name: "policy-beats-vlan-name", ends: LOGIN, texts: MOVED,
    check: (t, played) => t.same(taken(played, ["L2QVLAN"]), ["L2QVLAN=232 lldp"]),
  },
  {
    ...withLldp({ avaya: { callServers: ["10.0.8.3"], fileServers: ["10.0.8.9"], framing: 2 } }), name: "avaya-servers", ends: LOGIN,
    tls: tlsPlan(), files: { "96xxupgrade.txt": "SET SIPSIGNAL 1\n" },
    check: (t, played) => t.same(taken(played, ["SIPPROXYSRVR", "HTTPSRVR", "L2Q"]), [
      "SIPPROXYSRVR=10.0.8.3 lldp", "HTTPSRVR=10.0.8.2 option242", "L2Q=2 lldp",
    ]),
  },
  {
    ...telephone, name: "avaya-file-server-alone", identity: { presets: ON }, ends: LOGIN, tls: tlsPlan(),
    lan: { port: { lldp: { avaya: { oui: "00-40-0D", fileServers: ["10.0.8.2"] } } }, vlans: [vlan(1, { option242: "SIG=2" })] },
    check: (t, played) => t.same(
      taken(played, ["HTTPSRVR", "TLSSRVR"]), ["HTTPSRVR=10.0.8.2 lldp", "TLSSRVR=10.0.8.2 lldp"], "with the OUI as the manuals print it",
    ),
  },
  {
    ...withLldp({ policy }, [...ON, "USE_DHCP=0", "IPADD=10.0.8.60", "NETMASK=255.255.255.0", "ROUTER=10.0.8.1", "HTTPSRVR=10.0.8.2"]),
    name: "static-address-ignores-policy", ends: LOGIN,
    check: (t, played) => t.same([changes(played), taken(played, ["L2QVLAN"])], [[], ["L2QVLAN=0 default"]]),
  },
];

playTable("lan-lldp", rows);
