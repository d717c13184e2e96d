// Goal: an address that somebody else uses is never used: declined where DHCP gave it, waited with where it was entered locally.
// Method: whole start-ups on the wire with hosts that own addresses; `Program` at the message, and static addressing without DHCP.

import type { LanVlan } from "../../host/site/lan-config.js";
import { office, telephone, vlan } from "../support/lans.js";
import { playTable, type Row } from "../support/scenario-table.js";
import type { Played } from "../support/scenario.js";

const STATIC = ["USE_DHCP=0", "IPADD=10.0.8.60", "NETMASK=255.255.255.0", "ROUTER=10.0.8.1", "HTTPSRVR=10.0.8.2"];
const presets = (...more: string[]) => ({ identity: { presets: [...STATIC, ...more] } });
const noDhcp = (more: Partial<LanVlan> = {}) => {
  const { dhcp: _, ...rest } = vlan(1);
  return { vlans: [{ ...rest, ...more }] };
};
const sent = ({ events }: Played, message: string): (string | undefined)[] =>
  events.flatMap((event) => (event.event === "dhcp" && event.message === message ? [event.address] : []));
const LOGIN: Row["ends"] = ["login", "reached", 0];

const rows: Row[] = [
  {
    ...telephone, name: "dhcp-conflict-then-success", lan: office({}, { taken: ["10.0.8.50"] }), ends: LOGIN,
    texts: ["DHCP: 0 secs", "DHCP: Conflict", "Finding router...", "Enter username"],
    check: (t, played) => {
      t.same([sent(played, "ack"), sent(played, "decline")], [["10.0.8.50", "10.0.8.51"], ["10.0.8.50"]]);
      const [declined] = played.events.filter((event) => event.event === "dhcp" && event.message === "decline");
      const next = played.events.find((event) => event.event === "dhcp" && event.message === "discover" && event.n > declined!.n);
      t.equal(next!.t - declined!.t, 10_000, "asked again after ten seconds");
    },
  },
  {
    ...telephone, name: "dhcp-conflict-everywhere", ends: ["dhcp", "address-conflict", 1], timeoutSeconds: 120,
    lan: office({ pool: ["10.0.8.50", "10.0.8.51"] }, { taken: ["10.0.8.50", "10.0.8.51"] }),
    check: (t, played) => {
      t.equal(sent(played, "decline").length, 2);
      t.match(played.end.cause, /declined 2 times/);
    },
  },
  {
    ...telephone, name: "dhcp-conflict-program", lan: office({}, { taken: ["10.0.8.50"] }), ends: ["craft", "local-procedures", 3],
    timeoutSeconds: 60,
    keys: [{ when: { text: "DHCP: Conflict" }, keys: [{ softkey: "Program" }] }],
    texts: ["DHCP: Conflict", "Startup interrupted", "Enter command"],
  },
  {
    ...telephone, name: "dhcp-conflict-program-closed", ends: LOGIN,
    lan: office({ option242: "PROCSTAT=1,HTTPSRVR=10.0.8.2" }, { taken: ["10.0.8.50"] }), files: { "96xxupgrade.txt": "SET SIPSIGNAL 1\n" },
    keys: [{ when: { text: "DHCP: Conflict" }, keys: [{ softkey: "Program" }] }],
    check: (t, played) => t.equal(played.events.filter((event) => event.event === "beep").length, 1, "shown, and it beeps"),
  },
  {
    ...telephone, name: "procstat-from-option-242", ends: LOGIN,
    lan: office({ option242: "PROCSTAT=1,HTTPSRVR=10.0.8.2" }), files: { "96xxupgrade.txt": "SET SIPSIGNAL 1\n" },
    keys: [{ when: { state: "conflict" }, keys: [{ key: 0x2a }] }],
    check: (t, played) => {
      t.equal(played.events.filter((event) => event.event === "beep").length, 1, "the key * beeps");
      t.notOk(played.events.some((event) => event.event === "softkeys" && event.labels.includes("Program")), "and there is no softkey");
    },
  },
  {
    ...telephone, name: "static-without-dhcp", ...presets(), lan: noDhcp(), ends: LOGIN,
    texts: ["100Mbps Ethernet", "Finding router...", "Enter username"],
    check: (t, played) => t.notOk(played.events.some((event) => event.event === "dhcp"), "nothing is asked of DHCP"),
  },
  {
    ...telephone, name: "static-conflict", ...presets(), lan: noDhcp({ taken: ["10.0.8.60"] }), ends: ["conflict", "address-conflict", 1],
    timeoutSeconds: 120,
    texts: ["Address Conflict"],
  },
  {
    ...telephone, name: "static-conflict-program", ...presets(), lan: noDhcp({ taken: ["10.0.8.60"] }),
    ends: ["craft", "local-procedures", 3],
    timeoutSeconds: 120, keys: [{ when: { text: "Address Conflict" }, keys: [{ softkey: "Program" }] }],
    texts: ["Address Conflict", "Startup interrupted"],
  },
  {
    ...telephone, name: "use-dhcp-sets-local-address-aside", identity: { presets: STATIC.filter((item) => item !== "USE_DHCP=0") },
    lan: office(), ends: LOGIN,
    check: (t, { end }) => t.equal(end.parameters["IPADD"]?.value, "10.0.8.50"),
  },
];

playTable("lan-address", rows);
