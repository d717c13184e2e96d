// Goal: the router that answers is used, and a site whose routers cannot be used is told so, with the cause named.
// Method: whole start-ups on the wire with routers that answer, are silent, or lie outside the subnet, and with bad masks.

import t from "tap";
import type { LanDhcp, LanVlan } from "../../host/site/lan-config.js";
import { office, telephone } from "../support/lans.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, type Played } from "../support/scenario.js";

const routers = (...list: readonly LanVlan["routers"][]) => ({ routers: list.flatMap((each) => each ?? []) });
const SILENT = [{ address: "10.0.8.253", answers: false }];
const OUTSIDE = [{ address: "10.0.9.1", answers: false }];
const GOOD = [{ address: "10.0.8.254" }];
const by = (dhcp: Partial<LanDhcp> = {}): Partial<LanDhcp> => ({ server: "10.0.8.1", ...dhcp });
const LOGIN: Row["ends"] = ["login", "reached", 0];
/** How long it looked for a router. */
const lookedMs = ({ events }: Played): number => {
  const at = (state: string): number => events.find((event) => event.event === "state" && event.state === state)!.t;
  return at("file-server") - at("router");
};

const rows: Row[] = [
  {
    ...telephone, name: "second-answers", lan: office(by(), routers(SILENT, GOOD)), ends: LOGIN,
    texts: ["Finding router...", "Enter username"],
    check: (t, played) => t.equal(lookedMs(played), 1000, "a second for the silent one"),
  },
  {
    ...telephone, name: "first-is-outside", lan: office(by(), routers(OUTSIDE, GOOD)), ends: LOGIN,
    check: (t, played) => t.equal(lookedMs(played), 0, "one outside the subnet is not asked"),
  },
  {
    ...telephone, name: "none-answers", lan: office(by(), routers(SILENT, [{ address: "10.0.8.252", answers: false }])),
    ends: ["router", "router-silent", 1], texts: ["Finding router...", "Bad Router?", "Restarting..."],
    check: (t, { end }) => t.match(end.cause, /^10\.0\.8\.253,10\.0\.8\.252 did not answer ARP in 3 rounds/),
  },
  {
    ...telephone, name: "wrong-subnet", lan: office(by(), routers(OUTSIDE)), ends: ["router", "router-subnet", 1],
    texts: ["Subnet conflict", "Restarting..."],
    check: (t, { end }) => t.match(end.cause, /No router of 10\.0\.9\.1 is on the subnet of 10\.0\.8\.50 with mask 255\.255\.255\.0/),
  },
  {
    ...telephone, name: "bad-router-program", lan: office(by(), routers(SILENT)), ends: ["craft", "local-procedures", 3],
    timeoutSeconds: 60,
    keys: [{ when: { text: "Bad Router?" }, keys: [{ softkey: "Program" }] }], texts: ["Bad Router?", "Startup interrupted"],
  },
  { ...telephone, name: "no-router-named", lan: office(by(), routers([])), ends: LOGIN },
  {
    ...telephone, name: "mask-with-holes", lan: office({ options: { 1: "ffff00ff" } }), ends: ["router", "router-subnet", 1],
    texts: ["Detected Bad Subnet", "Restarting..."], check: (t, { end }) => t.match(end.cause, /mask 255\.255\.0\.255 cannot be used/),
  },
  {
    ...telephone, name: "address-of-nobody", lan: office(),
    identity: { presets: ["USE_DHCP=0", "IPADD=240.0.0.5", "NETMASK=255.255.255.0"] },
    ends: ["router", "router-subnet", 1], texts: ["Detected Bad IP", "Restarting..."],
  },
  {
    ...telephone, name: "address-of-the-network", lan: office(),
    identity: { presets: ["USE_DHCP=0", "IPADD=10.0.8.0", "NETMASK=255.255.255.0"] },
    ends: ["router", "router-subnet", 1], texts: ["Detected Bad IP", "Restarting..."],
  },
  {
    ...telephone, name: "broadcast-address-by-dhcp", lan: office({ pool: ["10.0.8.63", "10.0.8.63"], options: { 1: "ffffffc0" } }),
    ends: ["router", "router-subnet", 1],
    texts: ["Detected Bad IP", "Restarting..."],
  },
];

playTable("lan-router", rows);

t.test("an address entered locally without a mask has its class's (RFC 950)", (t) => {
  for (const [address, mask] of [["10.0.8.60", "255.0.0.0"], ["172.16.0.5", "255.255.0.0"], ["192.168.0.5", "255.255.255.0"]]) {
    const presets = ["USE_DHCP=0", `IPADD=${address}`, "ROUTER=11.0.0.1"];
    const { end } = play({ ...telephone, name: "class", lan: office(), identity: { presets } });
    t.match(end.cause, `No router of 11.0.0.1 is on the subnet of ${address} with mask ${mask}.`);
  }
  t.end();
});
