// Goal: a lease is kept, renewed, rebound and given up as RFC 2131 and DHCPSTD say, and what an ACK brings is used.
// Method: whole start-ups on the wire, left running at the login prompt; servers that come late, refuse, or go silent.

import t from "tap";
import { DhcpMessage } from "../../hal/events.js";
import { addressOf } from "../../host/network/address.js";
import { DHCP_SERVER_PORT } from "../../host/network/network.js";
import { addressBytes, composeAnswer, DhcpOption, parseRequest, type DhcpField } from "../../host/site/dhcp-message.js";
import { DhcpServer } from "../../host/site/dhcp-server.js";
import { dhcpConfigOf } from "../../host/site/lan-build.js";
import { office, telephone, vlan } from "../support/lans.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { play, type Played, type Scenario } from "../support/scenario.js";

const LOGIN: Row["ends"] = ["login", "reached", 0];
const stays = (seconds: number) => ({ until: "none", timeoutSeconds: seconds });
/** `@seconds message`, of everything that was said after the first ACK. */
const later = ({ events }: Played): string[] => {
  const said = events.flatMap((event) => (event.event === "dhcp" ? [`${Math.round(event.t / 1000)} ${event.message}`] : []));
  return said.slice(said.findIndex((text) => text.endsWith(" ack")) + 1);
};
const states = ({ events }: Played): string[] => events.flatMap((event) => (event.event === "state" ? [event.state] : []));
const value = ({ end }: Played, name: string): string => `${end.parameters[name]?.value} ${end.parameters[name]?.source}`;

const LEASE = { leaseSeconds: 400 };
/** A server whose word is another one from `at` to `back`: it is silent, or it has given the address to somebody else. */
const changing = (at: number, becomes: "silent" | "refusing", back = Infinity): Omit<Scenario, "name"> => {
  const own = vlan(1, LEASE);
  return {
    ...telephone, lan: { vlans: [own] },
    built: (built, scheduler) => {
      const config = dhcpConfigOf(own, own.dhcp!, "");
      const usual = new DhcpServer(config); // Without a clock: it never forgets whose an address was.
      const other = becomes === "silent" ? undefined
        : new DhcpServer({ ...config, authoritative: true, first: config.first + 50 }, scheduler);
      const stack = built.lan.host(1, "10.0.8.1")!;
      stack.udp.close(DHCP_SERVER_PORT);
      stack.listenDatagram(DHCP_SERVER_PORT, {
        receive: (data, from, reply) => {
          const isOther = scheduler.nowUs >= at * 1_000_000 && scheduler.nowUs < back * 1_000_000;
          (isOther ? other : usual)?.receive(data, from, reply);
        },
      });
    },
  };
};

/** The NAK of the server with this address to a REQUEST. */
function nakOf(data: Uint8Array, server: string): Uint8Array {
  const fields: DhcpField[] = [[DhcpOption.Type, Uint8Array.of(DhcpMessage.Nak)], [DhcpOption.Server, addressBytes([addressOf(server)])]];
  return composeAnswer(parseRequest(data)!, { address: 0, nextServer: 0, fields, overload: false });
}

/** A server that offers, and to each REQUEST before `seconds` is silent or says NAK; another one that says NAK to every REQUEST. */
const unconfirmed = (seconds: number, { refuses = false, rogue = "" } = {}): Omit<Scenario, "name"> => {
  const own = vlan(1);
  return {
    ...telephone, lan: { vlans: [own] },
    built: (built, scheduler) => {
      const server = new DhcpServer(dhcpConfigOf(own, own.dhcp!, ""), scheduler);
      const stack = built.lan.host(1, "10.0.8.1")!;
      stack.udp.close(DHCP_SERVER_PORT);
      stack.listenDatagram(DHCP_SERVER_PORT, {
        receive: (data, from, reply) => {
          const isRequest = data[240] === 53 && data[242] === 3; // The telephone's first option is the message's type.
          if (!isRequest || scheduler.nowUs >= seconds * 1_000_000) server.receive(data, from, reply);
          else if (refuses) reply(nakOf(data, "10.0.8.1"));
        },
      });
      if (rogue !== "") built.lan.host(1, rogue)!.listenDatagram(DHCP_SERVER_PORT, {
        receive: (data, _from, reply) => {
          if (data[242] === 3) reply(nakOf(data, rogue));
        },
      });
    },
  };
};

const rows: Row[] = [
  {
    ...telephone, name: "ten-minutes-without-dhcp", lan: office({ silentSeconds: 600 }), ends: LOGIN,
    texts: ["DHCP: 596 secs", "Finding router...", "Enter username"],
    check: (t, { events }) => {
      const sent = events.filter((event) => event.event === "dhcp" && event.message === "discover").map((event) => event.t / 1000);
      const pauses = sent.slice(1).map((at, index) => at - sent[index]!);
      for (const [index, pause] of pauses.entries()) t.ok(Math.abs(pause - Math.min(64, 4 << index)) <= 1.001,
        `pause ${index + 1} of ${pause} s`);
    },
  },
  {
    ...telephone, name: "never-dhcp", lan: office({ silent: true }), ends: ["dhcp", "no-offer", 1], timeoutSeconds: 100,
    check: (t, { end }) => t.match(end.cause, /No DHCP server answered 5 DISCOVERs/),
  },
  {
    ...unconfirmed(15), name: "request-without-answer", ends: LOGIN,
    check: (t, { events }) => {
      const said = events.flatMap((event) => (event.event === "dhcp" ? [event] : []));
      t.same(said.map((event) => event.message), ["discover", "offer", "request", "request", "discover", "offer", "request", "request",
        "ack"], "two REQUESTs, then everybody is asked again");
      const pauses = [2, 3].map((index) => (said[index + 1]!.t - said[index]!.t) / 1000);
      for (const [index, seconds] of [4, 8].entries()) t.ok(Math.abs(pauses[index]! - seconds) <= 1.001, `${pauses[index]} s`);
    },
  },
  {
    ...unconfirmed(5, { rogue: "10.0.8.3" }), name: "refused-by-another-server", ends: LOGIN,
    check: (t, { events }) => t.same(events.flatMap((event) => (event.event === "dhcp" ? `${event.message} ${event.server ?? ""}` : [])), [
      "discover ", "offer 10.0.8.1", "request ", "nak 10.0.8.3", "request ", "ack 10.0.8.1",
    ], "only the server that was chosen has a say"),
  },
  {
    ...unconfirmed(14, { refuses: true }), name: "refused-again-and-again", ends: LOGIN,
    check: (t, { events }) => {
      const asked = events.flatMap((event) => (event.event === "dhcp" && event.message === "discover" ? [event.t] : []));
      t.same(asked.map((at) => at - asked[0]!), [0, 4000, 8000, 12000], "a server that refuses is not hurried");
    },
  },
  {
    ...unconfirmed(Infinity), name: "never-confirmed", ends: ["dhcp", "offer-refused", 1], timeoutSeconds: 60,
    check: (t, { end }) => t.match(end.cause, /was not taken: the REQUEST for it had no ACK/),
  },
  {
    ...telephone, name: "offer-without-lease-time", lan: office({ leaseSeconds: null }), ends: ["dhcp", "offer-refused", 1],
    timeoutSeconds: 30,
    check: (t, { end }) => t.match(end.cause, /no lease time \(option 51\)/),
  },
  {
    ...telephone, name: "renewed-at-half", lan: office(LEASE), ...stays(500), ends: LOGIN,
    check: (t, played) => t.same(later(played), ["203 request", "203 ack", "403 request", "403 ack"]),
  },
  {
    ...telephone, name: "lease-for-ever", lan: office({ leaseSeconds: 0xffffffff }), ...stays(800), ends: LOGIN,
    check: (t, played) => t.same(later(played), []),
  },
  {
    ...telephone, name: "t1-and-t2-beyond-the-lease", lan: office({ ...LEASE, renewSeconds: 900, rebindSeconds: 900 }), ...stays(300),
    ends: LOGIN,
    check: (t, played) => t.same(later(played), ["203 request", "203 ack"], "then half of it, as RFC 2131 says"),
  },
  {
    ...changing(100, "silent"), name: "silent-then-kept-with-dhcpstd-0", ...stays(700), ends: LOGIN,
    check: (t, played) => {
      t.same(later(played),
        ["203 request", "278 request", "338 request", "353 request", "403 request", "463 request", "523 request", "583 request",
        "643 request"]);
      t.equal(states(played).at(-1), "login", "the address stays in use");
    },
  },
  {
    ...changing(100, "silent", 340), name: "rebound-at-seven-eighths", ...stays(500), ends: LOGIN,
    check: (t, played) => t.same(later(played), ["203 request", "278 request", "338 request", "353 request", "353 ack"]),
  },
  {
    ...changing(100, "silent", 500), name: "silent-then-answered-after-the-end", ...stays(600), ends: LOGIN,
    check: (t, played) => t.same(later(played).slice(-2), ["523 request", "523 ack"]),
  },
  {
    ...changing(100, "silent"), identity: { presets: ["DHCPSTD=1"] }, name: "silent-then-lost-with-dhcpstd-1", ...stays(430),
    ends: ["dhcp", "no-offer", 1], check: (t, played) => t.same(states(played).slice(-2), ["login", "dhcp"]),
  },
  {
    ...changing(100, "refusing"), name: "nak-at-renewal", ...stays(300), ends: LOGIN,
    check: (t, played) => {
      t.same(later(played), ["203 request", "203 nak", "203 discover", "203 offer", "203 request", "203 ack"]);
      t.equal(value(played, "IPADD"), "10.0.8.100 dhcp");
    },
  },
  {
    ...changing(100, "silent"), name: "expired-and-somebody-else-came", ...stays(470), ends: ["dhcp", "address-conflict", 1],
    texts: ["Enter username", "DHCP: Conflict"],
    at: { seconds: 430,
      do: (built) => built.lan.host(1,
      "10.0.8.3")!.configure({ address: addressOf("10.0.8.50"), mask: addressOf("255.255.255.0"), routers: [], mtu: 1500 }) },
    check: (t, played) => t.same(states(played).slice(-2), ["login", "dhcp"], "ARP says so every five seconds"),
  },
  {
    ...telephone, name: "mtu-1496", lan: office({ mtu: 1496 }), ends: LOGIN,
    check: (t, played) => t.equal(value(played, "MTU_SIZE"), "1496 dhcp"),
  },
  {
    ...telephone, name: "mtu-that-is-none", lan: office({ mtu: 9000 }), ends: LOGIN,
    check: (t, played) => t.equal(value(played, "MTU_SIZE"), "1500 default"),
  },
  {
    ...telephone, name: "lists-of-servers", ends: LOGIN,
    lan: office({
      dns: ["10.0.8.9", "10.0.8.1"], routers: ["10.0.8.7", "10.0.8.1"], logServers: ["10.0.8.4"], ntpServers: ["10.0.8.5", "10.0.8.6"],
      domain: "example.com", option242: "HTTPSRVR=10.0.8.8,files",
    }),
    check: (t, played) => {
      t.same(["DNSSRVR", "ROUTER", "LOGSRVR", "SNTPSRVR", "HTTPSRVR"].map((name) => value(played, name)), [
        "10.0.8.9,10.0.8.1 dhcp", "10.0.8.7,10.0.8.1 dhcp", "10.0.8.4 dhcp", "10.0.8.5,10.0.8.6 dhcp", "10.0.8.8,files option242",
      ]);
    },
  },
  {
    ...telephone, name: "next-server-and-overload", lan: office({ nextServer: "10.0.8.2", overload: true, option242: "SIG=2" }),
    ends: LOGIN,
    check: (t, played) => t.equal(value(played, "HTTPSRVR"), "10.0.8.2 dhcp", "the header's next server"),
  },
];

playTable("lan-lease", rows);

t.test("no frame is longer than MTU_SIZE 1496 says", (t) => {
  const longest = (mtu: number): number => play({ ...telephone, name: "mtu", lan: office({ mtu }),
    files: { "96xxupgrade.txt": "## \n".repeat(2000) } }).capture.longestIn;
  t.same([longest(1500), longest(1496)], [1514, 1510], "the file server sends no more than the telephone's MSS");
  t.end();
});
