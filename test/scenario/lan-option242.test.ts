// Goal: every item of option 242 is taken or refused for a reason that its event tells, wherever the wire's pieces begin and end.
// A string that a server cut is warned of.
// Method: start-ups on the wire with each string; the `option` events exactly. The grammar's corners are in unit/settings/option242.

import t from "tap";
import { DhcpServer } from "../../host/site/dhcp-server.js";
import { dhcpConfigOf } from "../../host/site/lan-build.js";
import { DHCP_SERVER_PORT } from "../../host/network/network.js";
import { office, telephone, vlan } from "../support/lans.js";
import { playTable } from "../support/scenario-table.js";
import { play, type Played, type Scenario } from "../support/scenario.js";

const FIRST = "HTTPSRVR=10.0.8.2";
const options = ({ events }: Played): string[] => events.flatMap((event) =>
  (event.event === "option"
    ? [`${event.offset} ${event.effect} ${event.name}=${event.value}${event.why === undefined ? "" : ` (${event.why})`}`] : []));
const run = (option242: string, more: Partial<Scenario> = {}): Played =>
  play({ ...telephone, name: "option242", lan: office(option242 === "" ? {} : { option242 }), ...more });

const TAKEN = `0 set ${FIRST}`;
const ROWS: readonly (readonly [name: string, option: string, events: readonly string[]])[] = [
  ["unknown name", `${FIRST},TFTPSRVR=10.0.8.2`, [TAKEN, "18 unknown TFTPSRVR=10.0.8.2 (unknown-parameter)"]],
  ["misspelt", `${FIRST},HTTPSDIR=phones`, [TAKEN, "18 unknown HTTPSDIR=phones (unknown-parameter)"]],
  ["out of range", `${FIRST},L2QVLAN=4095,VLANTEST=1000`,
    [TAKEN, "18 invalid L2QVLAN=4095 (out-of-range)", "31 invalid VLANTEST=1000 (out-of-range)"]],
  ["blanks after commas", `${FIRST}, SIG=2,  HTTPPORT=80`, [TAKEN, "19 set SIG=2", "27 set HTTPPORT=80"]],
  ["a list", "HTTPSRVR=10.0.8.8,10.0.8.2,SIG=2", ["0 set HTTPSRVR=10.0.8.8,10.0.8.2", "18 continued HTTPSRVR=10.0.8.2", "27 set SIG=2"]],
  ["cut at 247", `${FIRST},HTTPDIR=${"d".repeat(102)},TLSDIR=${"t".repeat(100)},L2QVLAN=232`.slice(0, 247), [
    TAKEN, `18 set HTTPDIR=${"d".repeat(102)}`, `129 set TLSDIR=${"t".repeat(100)}`, "237 set L2QVLAN=23",
  ]],
  ["no =", `10.0.8.9,${FIRST}`, ["0 invalid 10.0.8.9= (no-equals-sign)", `9 set ${FIRST}`]],
  ["known, but not from DHCP", `${FIRST},SIPDOMAIN=example.com`, [TAKEN, "18 not-from-dhcp SIPDOMAIN=example.com (wrong-source)"]],
  ["entered locally already", `${FIRST},HTTPPORT=8080`, [TAKEN, "18 invalid HTTPPORT=8080 (lower-rank)"]],
];

for (const [name, option, events] of ROWS) {
  t.test(name, (t) => {
    const played = run(option, { identity: { presets: name === "entered locally already" ? ["HTTPPORT=80"] : [] } });
    t.same([played.violations, options(played).slice(0, events.length)], [[], events]);
    // Half a number is a number: the telephone looks for VLAN 23 and tells that nobody is there.
    t.equal(played.end.code, name === "cut at 247" ? "vlan-fallback" : "reached");
    t.end();
  });
}

/** An option of so many bytes whose last item ends there. */
const long = (bytes: number, last = "L2QVLAN=23"): string => {
  const filled = `${FIRST},HTTPDIR=${"d".repeat(100)},TLSDIR=`;
  return `${filled}${"t".repeat(bytes - filled.length - last.length - 1)},${last}`;
};
const cut = ({ end }: Played): string[] => end.warnings.flatMap(({ code, cause }) => (code === "option-242-cut" ? [cause] : []));

playTable("lan-option242", [
  {
    ...telephone, name: "cut-at-247", lan: office({ option242: long(247) }), ends: ["login", "vlan-fallback", 1],
    files: { "96xxupgrade.txt": "" },
    check: (t, played) => t.same(cut(played), [
      "Option 242 of 10.0.8.1 has 247 bytes, where DHCP servers cut it; its last item \"L2QVLAN=23\" may be half of one.",
    ], "once, although the telephone got it twice"),
  },
]);

t.test("a string is warned of where it may be cut, and only there", (t) => {
  const last = (option242: string): string[] => cut(run(option242)).map((cause) => /"(.*)"/.exec(cause)![1]!);
  t.same(last(long(247, "SIG=2")), ["SIG=2"]);
  t.same(last(long(255, "SIG=2")), ["SIG=2"]);
  t.same(last(long(247, "DNSSRVR=10.0.8.1,10.0.8")), ["DNSSRVR=10.0.8.1,10.0.8"], "a list is one item");
  t.same(last(long(247, "PROCPSWD=1234")), ["PROCPSWD=***"], "a secret stays one, and its length counts as it came");
  t.same(last(long(247, "NOSUCH=1")), ["NOSUCH=1"], "taken or not");
  for (const bytes of [246, 248, 254]) t.same(last(long(bytes, "SIG=2")), [], `${bytes} bytes`);
  t.same(last(`${long(246, "SIG=2")},`), [], "the last item is whole: a comma follows");
  t.end();
});

t.test("an option number of one's own (SSON)", (t) => {
  const own = office({ option242: FIRST, options: { 176: Buffer.from(`${FIRST},SIG=2`).toString("hex") } });
  t.same(options(run("", { lan: own, identity: { presets: ["SSON=176"] } })), [TAKEN, "18 set SIG=2"]);
  t.end();
});

const UNKNOWN = Array.from({ length: 300 }, (_, index) => `X${index}=unknown-name-${index}`).join();
const LONG = `${FIRST},SIG=2,HTTPDIR=${"d".repeat(100)},${UNKNOWN}`.slice(0, 5000);

/** A server that believes every client takes a message of any size. */
function generous(option242: string, bytesMax: number): Partial<Scenario> {
  const own = vlan(1, {});
  return {
    lan: { vlans: [own] },
    built: (built, scheduler) => {
      const server = new DhcpServer({ ...dhcpConfigOf(own, own.dhcp!, ""), option242 }, scheduler);
      const stack = built.lan.host(1, "10.0.8.1")!;
      stack.udp.close(DHCP_SERVER_PORT);
      stack.listenDatagram(DHCP_SERVER_PORT, {
        receive: (data, from, reply) => {
          const asked = data.slice();
          const size = asked.findIndex((_, at) => asked[at] === 57 && asked[at + 1] === 2 && at > 240);
          asked.set([bytesMax >> 8, bytesMax & 255], size + 2);
          server.receive(asked, from, reply);
        },
      });
    },
  };
}

t.test("5,000 characters: what fits into the telephone's 576 bytes arrives in pieces, in order", (t) => {
  t.equal(LONG.length, 5000);
  const played = run("", generous(LONG, 576));
  const text = played.events.find((event) => event.event === "dhcp" && event.message === "ack");
  const told = text?.event === "dhcp" ? text.option242 ?? "" : "";
  t.ok(told.length > 300 && LONG.startsWith(told), `${told.length} characters`);
  t.same([options(played)[0], options(played)[1], played.end.state], [TAKEN, "18 set SIG=2", "login"]);
  t.end();
});

t.test("5,000 characters in the largest frame: 1,100 and more arrive, each item has its event", (t) => {
  const played = run("", generous(LONG, 1500));
  const offsets = options(played).map((line) => Number(line.split(" ")[0]));
  t.ok(offsets.at(-1)! > 1000 && offsets.every((offset, index) => index === 0 || offset > offsets[index - 1]!), `${offsets.length} events`);
  t.same([played.violations, played.end.state], [[], "login"]);
  t.end();
});
