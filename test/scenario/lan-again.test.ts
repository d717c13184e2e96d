// Goal: a start-up that begins again, for a pulled cable, a lost lease or a conflict, knows nothing that only the pass before it knew.
// Method: whole start-ups on the wire whose far end becomes another one in between; every parameter at the end with its source.

import { DHCP_SERVER_PORT } from "../../host/network/network.js";
import type { BuiltLan } from "../../host/network/lan-network.js";
import type { Scheduler } from "../../host/scheduler.js";
import { DhcpServer, type DhcpConfig } from "../../host/site/dhcp-server.js";
import { dhcpConfigOf } from "../../host/site/lan-build.js";
import { MemoryFiles, type FileSource } from "../../host/site/file-server.js";
import type { LanDhcp } from "../../host/site/lan-config.js";
import { office, telephone, trunk, vlan } from "../support/lans.js";
import { playTable, type Row } from "../support/scenario-table.js";
import type { Played, Scenario } from "../support/scenario.js";

const LOGIN: Row["ends"] = ["login", "reached", 0];
const value = ({ end }: Played, name: string): string => `${name}=${end.parameters[name]?.value} ${end.parameters[name]?.source}`;
const values = (played: Played, names: readonly string[]): string[] => names.map((name) => value(played, name));
const states = ({ events }: Played): string[] => events.flatMap((event) => (event.event === "state" ? [event.state] : []));

/** Says everything that DHCP can say, on a LAN whose files set more. */
const TALKATIVE: Partial<LanDhcp> = {
  mtu: 1496, domain: "old.example", logServers: ["10.0.8.4"], ntpServers: ["10.0.8.5"], nextServer: "10.0.8.2", leaseSeconds: 400,
  option242: "HTTPDIR=old,PHY2STAT=0,VLANTEST=30,SIG=2,DNSSRVR=10.0.8.1,10.0.8.9",
};
const FORGOTTEN = ["MTU_SIZE", "DOMAIN", "LOGSRVR", "SNTPSRVR", "HTTPDIR", "PHY2STAT", "VLANTEST", "SIG", "SIPDOMAIN", "L2QSIG"];
const OF_OLD = ["MTU_SIZE=1496 dhcp", "DOMAIN=old.example dhcp", "LOGSRVR=10.0.8.4 dhcp", "SNTPSRVR=10.0.8.5 dhcp",
  "HTTPDIR=old option242", "PHY2STAT=0 option242", "VLANTEST=30 option242", "SIG=2 option242", "SIPDOMAIN=old.example settings",
  "L2QSIG=3 settings"];
const AS_NEW = ["MTU_SIZE=1500 default", "DOMAIN= default", "LOGSRVR= default", "SNTPSRVR= default", "HTTPDIR= default",
  "PHY2STAT=1 default", "VLANTEST=60 default", "SIG=0 default", "SIPDOMAIN=old.example stored", "L2QSIG=3 stored"];
const OLD_FILES = { "old/96xxupgrade.txt": "SET SIPSIGNAL 1\nSET SIPPROXYSRVR 10.0.8.9,10.0.8.3\nGET 46xxsettings.txt\n",
  "old/46xxsettings.txt": "SET SIPDOMAIN old.example\nSET L2QSIG 3\n" };

/** A talkative LAN, until `becomes` is called in `at`: then a taciturn one. */
function moving(seconds: number, more: Partial<Scenario> = {}, knowsUs = false): Omit<Scenario, "name"> {
  const own = vlan(1, TALKATIVE);
  const files: FileSource[] = [new MemoryFiles(OLD_FILES), new MemoryFiles({ "96xxupgrade.txt": "SET SIPSIGNAL 1\n" })];
  let hasMoved = false;
  return {
    ...telephone, lan: { vlans: [own] }, files: { read: (path) => files[hasMoved ? 1 : 0]!.read(path) },
    built: (built, scheduler) => changing(built, scheduler, dhcpConfigOf(own, own.dhcp!, ""), () => hasMoved, knowsUs),
    at: { seconds, do: () => void (hasMoved = true) },
    ...more,
  };
}

/** The other server knows nobody of before, so that it refuses the old address; or it has listened, and renews it. */
function changing(built: BuiltLan, scheduler: Scheduler, config: DhcpConfig, hasMoved: () => boolean, knowsUs: boolean): void {
  const before = new DhcpServer(config, scheduler);
  const { server, count, mask, routers } = config;
  const after = new DhcpServer({
    server, count, mask, routers, first: config.first + (knowsUs ? 0 : 10), dns: [], domain: knowsUs ? "new.example" : "",
    leaseSeconds: 86400, option242: "HTTPSRVR=10.0.8.2", authoritative: true,
  }, scheduler);
  const stack = built.lan.host(1, "10.0.8.1")!;
  stack.udp.close(DHCP_SERVER_PORT);
  stack.listenDatagram(DHCP_SERVER_PORT, {
    receive: (data, from, reply) => {
      if (knowsUs && !hasMoved()) after.receive(data, from, () => undefined);
      (hasMoved() ? after : before).receive(data, from, reply);
    },
  });
}

const rows: Row[] = [
  {
    ...moving(1000), name: "nothing-moved", ends: LOGIN,
    check: (t, played) => t.same(values(played, FORGOTTEN), OF_OLD, "what there is to forget"),
  },
  {
    ...moving(7), name: "cable-in-another-network", pull: { state: "call-server", afterMs: 500, forMs: 3000 }, ends: LOGIN,
    texts: ["HTTP:1 10.0.8.2", "Contacting Call Server...", "No Ethernet", "100Mbps Ethernet", "HTTP:1 10.0.8.2"],
    check: (t, played) => {
      t.same(values(played, FORGOTTEN), AS_NEW);
      t.same(values(played, ["IPADD", "HTTPSRVR", "DNSSRVR"]), ["IPADD=10.0.8.60 dhcp", "HTTPSRVR=10.0.8.2 option242", "DNSSRVR= default"]);
    },
  },
  {
    ...moving(100, { until: "none", timeoutSeconds: 230 }), name: "nak-at-renewal", ends: LOGIN,
    check: (t, played) => {
      t.equal(states(played)[states(played).indexOf("login") + 1], "dhcp");
      t.same(values(played, FORGOTTEN), AS_NEW);
      t.equal(value(played, "IPADD"), "IPADD=10.0.8.60 dhcp");
    },
  },
  {
    ...moving(100, { until: "none", timeoutSeconds: 230 }, true), name: "renewal-by-another-server", ends: LOGIN,
    check: (t, played) => {
      t.same(played.events.flatMap((event) => (event.event === "dhcp" && event.message === "ack" ? [event.lease] : [])), [400, 86400]);
      t.same(values(played, FORGOTTEN), OF_OLD, "a renewal changes the lease's times and nothing else");
    },
  },
  {
    ...moving(1000, { identity: { presets: ["IPADD=10.0.8.99", "DOMAIN=mine.example", "VLANTEST=45"] },
      pull: { state: "call-server", afterMs: 500 }, timeoutSeconds: 40 }),
    name: "entered-locally-comes-back", ends: ["link", "no-link", 1],
    check: (t, played) => t.same(values(played, ["IPADD", "DOMAIN", "VLANTEST", "MTU_SIZE"]),
      ["IPADD=10.0.8.99 command-line", "DOMAIN=mine.example command-line", "VLANTEST=45 command-line", "MTU_SIZE=1500 default"]),
  },
  {
    ...moving(1000, { pull: { state: "call-server", afterMs: 500 }, timeoutSeconds: 40 }),
    name: "nothing-left-without-a-cable", ends: ["link", "no-link", 1],
    check: (t, played) => t.same(values(played, ["IPADD", "ROUTER", ...FORGOTTEN]),
      ["IPADD=0.0.0.0 default", "ROUTER= default", ...AS_NEW]),
  },
  {
    ...telephone, name: "conflict-with-use-dhcp-0", identity: { presets: ["USE_DHCP=0"] }, ends: LOGIN,
    lan: office({}, { taken: ["10.0.8.50"] }), texts: ["DHCP: Conflict", "Finding router...", "Enter username"],
    check: (t, played) => t.equal(value(played, "IPADD"), "IPADD=10.0.8.51 dhcp", "a declined lease is no address entered locally"),
  },
  {
    ...telephone, name: "lldp-with-use-dhcp-0", identity: { presets: ["USE_DHCP=0", "LLDP_ENABLED=2"] }, ends: LOGIN,
    lan: trunk("", [vlan(232)], { lldp: { policy: { vlan: 232, tagged: true }, sends: "med-after-hearing" } }),
    until: "none", timeoutSeconds: 40, texts: ["Finding router...", "Restarting...", "VLAN ID = 232"],
    check: (t, played) => t.same(values(played, ["IPADD", "L2QVLAN"]), ["IPADD=10.0.232.50 dhcp", "L2QVLAN=232 lldp"],
      "a lease is no static address either"),
  },
  {
    ...telephone, name: "switch-without-lldp", identity: { presets: ["LLDP_ENABLED=2"] }, ends: LOGIN,
    lan: trunk("", [vlan(232)], { lldp: { policy: { vlan: 232, tagged: true, dscp: 10 } } }),
    pull: { state: "call-server", afterMs: 5500, forMs: 3000 },
    files: { "96xxupgrade.txt": "SET SIPSIGNAL 1\nSET SIPPROXYSRVR 10.0.232.8,10.0.232.9,10.0.232.3\n" },
    at: { seconds: 14, do: ({ lan }) => void (lan.port.control.send = () => undefined) },
    check: (t, played) => t.same(values(played, ["L2Q", "L2QVLAN", "DSCPAUD", "PHY2VLAN"]),
      ["L2Q=1 stored", "L2QVLAN=232 stored", "DSCPAUD=46 default", "PHY2VLAN=0 default"], "only the VLAN that the restart chose stays"),
  },
  {
    ...moving(100, { until: "none", timeoutSeconds: 230, identity: { presets: ["LLDP_ENABLED=2"] } }),
    name: "lost-lease-keeps-lldp", ends: LOGIN,
    lan: { port: { lldp: { policy: { vlan: 0, tagged: false, dscp: 10 }, intervalSeconds: 3600 } }, vlans: [vlan(1, TALKATIVE)] },
    check: (t, played) => t.same(values(played, ["DSCPAUD", "PHY2VLAN", ...FORGOTTEN]), ["DSCPAUD=10 lldp", "PHY2VLAN=1 lldp", ...AS_NEW],
      "the switch is still the same"),
  },
];

playTable("lan-again", rows);
