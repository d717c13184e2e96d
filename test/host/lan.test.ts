// Goal: the far end on the wire behaves as its file says: DHCP per VLAN, routers, taken addresses, files, names, LLDP, cables.
// Method: a telephone without a core (test/support/lan.ts) on the built-in LANs and on changes of them, frames watched on its line.

import t from "tap";
import { Status } from "../../hal/abi.js";
import { DhcpMessage } from "../../hal/events.js";
import { addressOf } from "../../host/network/address.js";
import { STATION_COUNT_MAX } from "../../host/network/station-table.js";
import { Stack } from "../../host/network/stack/stack.js";
import { driveStack } from "../../host/network/stack-driver.js";
import { Random } from "../../host/random.js";
import { demoSource } from "../../host/site/demo.js";
import { MemoryFiles } from "../../host/site/file-server.js";
import type { LanConfig, LanVlan } from "../../host/site/lan-config.js";
import { builtInLan } from "../../host/site/lans.js";
import { lldpFrame } from "../../host/site/lldp-message.js";
import { addressField, ALL_OPTIONS, dhcpRequest } from "../support/dhcp.js";
import { BareTelephone } from "../support/lan.js";
import { random } from "../support/random.js";

const named = (name: string): LanConfig => builtInLan(name)!;
const DEMO = named("demo").vlans[0]!;
/** The demonstration's VLAN with parts replaced. */
const office = (part: Partial<LanVlan>): LanConfig => ({ vlans: [{ ...DEMO, ...part }] });
const option242 = (reply: { options: Map<number, Uint8Array> } | undefined): string => new TextDecoder().decode(reply?.options.get(242));

/** The tags that left or came, without repeats: "VID/priority" or "-". */
function tags(telephone: BareTelephone, direction: string): string[] {
  const seen = telephone.frames.filter(([way]) => way === direction).map(([, bytes]) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return view.getUint16(12) === 0x8100 ? `${view.getUint16(14) & 0xfff}/${view.getUint16(14) >> 13}` : "-";
  });
  return [...new Set(seen)];
}

t.test("demo: an access port, from DISCOVER to a file", (t) => {
  const telephone = new BareTelephone(named("demo"));
  const ack = telephone.bind();
  t.equal(ack?.address, "10.0.8.50");
  t.equal(option242(ack), "HTTPSRVR=10.0.8.2");
  t.same(telephone.resolve("FILES.example.com.", "10.0.8.1"), [addressOf("10.0.8.2")]);
  t.equal(telephone.resolve("nobody.example.com", "10.0.8.1"), Status.NoName);
  const got = telephone.get("10.0.8.2", "/46xxsettings.txt");
  t.equal(got.head, "HTTP/1.1 200 OK");
  t.equal(got.end, Status.Closed);
  t.same(got.body, Buffer.from(demoSource().read("46xxsettings.txt")!));
  t.equal(telephone.get("10.0.8.2", "/nothing.txt").head, "HTTP/1.1 404 Not Found");
  t.equal(telephone.get("10.0.8.3", "/", 5, 5060).end, Status.Reset, "what is no SIP ends a connection to the call server");
  t.equal(telephone.get("10.0.8.3", "/", 5).end, Status.Refused, "and has no other port");
  t.same([tags(telephone, "out"), tags(telephone, "in")], [["-"], ["-"]]);
  t.end();
});

t.test("voice VLAN: the data VLAN says where to go, the voice VLAN has the rest", (t) => {
  const telephone = new BareTelephone(named("voice-vlan"));
  t.equal(option242(telephone.bind()), "L2Q=1,L2QVLAN=232");
  t.equal(telephone.probe("10.0.232.2"), 0, "nobody of VLAN 232 hears an untagged frame");
  telephone.network.configure(0, 0, 0, 1500);
  telephone.tag(232);
  telephone.frames.length = 0;
  t.equal(telephone.bind()?.address, "10.0.232.50");
  t.equal(telephone.get("10.0.232.2", "/46xxsettings.txt").head, "HTTP/1.1 200 OK");
  t.same(tags(telephone, "out"), ["232/6"]);
  t.ok(telephone.frames.some(([way, bytes]) => way === "in" && bytes[12] === 0x81), "answers come tagged");
  t.end();
});

t.test("a trunk: each allowed VLAN has its own server, others are silent", (t) => {
  const telephone = new BareTelephone(named("vlan-loop"));
  const asked = (vid?: number): string | undefined => {
    telephone.network.configure(0, 0, 0, 1500);
    telephone.tag(vid);
    const ack = telephone.bind(10);
    return ack === undefined ? undefined : `${ack.address} ${option242(ack)}`;
  };
  t.equal(asked(), "10.0.8.50 L2Q=1,L2QVLAN=231");
  t.equal(asked(231), "10.0.231.50 L2Q=1,L2QVLAN=232,HTTPSRVR=10.0.231.2");
  t.equal(asked(232), "10.0.232.50 L2Q=1,L2QVLAN=231,HTTPSRVR=10.0.232.2");
  t.equal(asked(233), undefined);
  t.equal(asked(0), "10.0.8.50 L2Q=1,L2QVLAN=231", "a priority tag means the port VLAN");
  t.same(tags(telephone, "out"), ["-", "231/6", "232/6", "233/6", "0/6"]);
  t.end();
});

t.test("conflict: the taken address answers, is declined and never offered again", (t) => {
  const telephone = new BareTelephone(named("conflict"));
  t.equal(telephone.bind()?.address, "10.0.8.50");
  t.equal(telephone.probe("10.0.8.50"), 1);
  telephone.network.configure(0, 0, 0, 1500);
  telephone.ask(dhcpRequest(DhcpMessage.Decline, [50, 4, ...addressField("10.0.8.50"), 54, 4, ...addressField("10.0.8.1")]), 1);
  t.equal(telephone.bind()?.address, "10.0.8.51");
  t.equal(telephone.probe("10.0.8.51"), 0, "the telephone's own answer does not count");
  t.end();
});

t.test("routers: silent, the second answers, in another subnet", (t) => {
  const silent = new BareTelephone(named("bad-router"));
  t.same([...silent.bind()!.options.get(3)!], [10, 0, 8, 254]);
  t.equal(silent.probe("10.0.8.254"), 0);
  const second = new BareTelephone(office({ routers: [{ address: "10.0.8.254", answers: false }, { address: "10.0.8.1" }] }));
  t.same([...second.bind()!.options.get(3)!], [10, 0, 8, 254, 10, 0, 8, 1]);
  t.same([second.probe("10.0.8.254"), second.probe("10.0.8.1")], [0, 1]);
  const outside = new BareTelephone(office({ routers: [{ address: "10.0.9.1" }] }));
  const ack = outside.bind();
  t.same([...ack!.options.get(3)!], [10, 0, 9, 1]);
  t.same([...ack!.options.get(54)!], [10, 0, 8, 1], "the DHCP server is still in the subnet");
  t.end();
});

t.test("a pool of one address has one", (t) => {
  const telephone = new BareTelephone(office({ dhcp: { pool: ["10.0.8.50", "10.0.8.50"] } }));
  t.equal(telephone.ask(dhcpRequest(DhcpMessage.Discover))?.address, "10.0.8.50");
  t.equal(telephone.ask(dhcpRequest(DhcpMessage.Discover, ALL_OPTIONS, 2), 5), undefined);
  t.end();
});

t.test("DHCP: silent for ever, silent for ten minutes, renewed, released, refused", (t) => {
  t.equal(new BareTelephone(named("no-dhcp")).bind(900), undefined);
  const late = new BareTelephone(office({ dhcp: { ...DEMO.dhcp!, silentSeconds: 600, leaseSeconds: 100 } }));
  t.equal(late.bind(700)?.address, "10.0.8.50");
  t.ok(late.nowSeconds >= 600 && late.nowSeconds < 605, `${late.nowSeconds} s`);
  late.idle(50);
  const server = addressOf("10.0.8.1");
  const renewal = dhcpRequest(DhcpMessage.Request, ALL_OPTIONS, 1, "10.0.8.50");
  t.equal(late.ask(renewal, 4, server)?.type, DhcpMessage.Ack, "T1: to the server");
  late.idle(90);
  t.equal(late.ask(renewal, 4)?.type, DhcpMessage.Ack, "T2: to everybody");
  t.equal(late.ask(dhcpRequest(DhcpMessage.Request, ALL_OPTIONS, 1, "10.0.8.77"), 4)?.type, DhcpMessage.Nak);
  late.ask(dhcpRequest(DhcpMessage.Release, [], 1, "10.0.8.50"), 1, server);
  t.equal(late.ask(renewal, 4), undefined, "released: the server has no record");
  t.end();
});

t.test("the command line's option 242 comes last on every VLAN", (t) => {
  const telephone = new BareTelephone(named("voice-vlan"), { option242: "VLANTEST=5" });
  t.equal(option242(telephone.bind()), "L2Q=1,L2QVLAN=232,VLANTEST=5");
  telephone.network.configure(0, 0, 0, 1500);
  telephone.tag(232);
  t.equal(option242(telephone.bind()), "HTTPSRVR=10.0.232.2,VLANTEST=5");
  t.end();
});

t.test("file server: scripted answers, in their order", (t) => {
  const files = { "a.txt": "0123456789", "b.txt": "b" };
  const answers = [
    { path: "/a.txt", times: 2, status: 503 }, { path: "/a.txt", times: 1, short: 4 }, { path: "/a.txt", times: 1, reset: 4 },
    { path: "/a.txt", times: 1, slow: 5 }, { path: "/a.txt", times: 1, redirect: "/b.txt" }, { path: "/a.txt", times: 1, html: true },
    { path: "/a.txt", times: 1, chunked: 3 }, { path: "/a.txt", times: 1, silent: true }, { times: 1, refuse: true },
  ];
  const telephone = new BareTelephone(office({ fileServer: { address: "10.0.8.2", port: 8080, files, answers } }));
  telephone.bind();
  const get = (path: string, seconds = 20) => telephone.get("10.0.8.2", path, seconds, 8080);
  t.equal(get("/b.txt").end, Status.Refused);
  t.same(["/a.txt", "/a.txt", "/b.txt"].map((path) => get(path).head.slice(9, 12)), ["503", "503", "200"]);
  const short = get("/a.txt");
  t.same([short.body.toString(), short.end], ["0123", Status.Closed]);
  t.equal(get("/a.txt").end, Status.Reset);
  const before = telephone.nowSeconds;
  t.equal(get("/a.txt").body.toString(), "0123456789");
  t.ok(telephone.nowSeconds - before > 1.8 && telephone.nowSeconds - before < 2.5, "10 bytes at 5 a second");
  t.equal(get("/a.txt").head, "HTTP/1.1 302 Found");
  t.match(get("/a.txt").body.toString(), /<html>/);
  t.match(get("/a.txt").body.toString(), /^3\r\n012\r\n/);
  t.equal(get("/a.txt", 5).end, undefined);
  t.equal(get("/a.txt").body.toString(), "0123456789", "after the script: the file");
  t.end();
});

t.test("files from a folder, from --site, and neither", (t) => {
  const folder = office({ fileServer: { address: "10.0.8.2", folder: "files" } });
  t.throws(() => new BareTelephone(folder), /the folder files cannot be opened here/);
  const opened = new BareTelephone(folder, { openFolder: (name) => new MemoryFiles({ "x.txt": name }) });
  opened.bind();
  t.equal(opened.get("10.0.8.2", "/x.txt").body.toString(), "files");
  const replaced = new BareTelephone(named("demo"), { source: new MemoryFiles({ "46xxsettings.txt": "other" }) });
  replaced.bind();
  t.equal(replaced.get("10.0.8.2", "/46xxsettings.txt").body.toString(), "other");
  t.end();
});

t.test("LLDP: from the switch to the telephone and back, and to nobody else", (t) => {
  const policy = { vlan: 232, tagged: true };
  const telephone = new BareTelephone({ ...named("voice-vlan"), port: { voiceVlan: 232, lldp: { policy } } });
  const pcFrames: Uint8Array[] = [];
  telephone.built.pc.onReceive((frame) => pcFrames.push(frame));
  telephone.idle(2);
  const buffer = new Uint8Array(1518);
  const bytes = telephone.network.frameReceive(buffer);
  t.equal(Buffer.from(buffer.subarray(0, bytes)).toString("hex"), Buffer.from(lldpFrame({
    mac: 0x0200ff000000, portName: "1", systemName: "switch", ttlSeconds: 120, portVlan: 1, policy: { ...policy, priority: 5, dscp: 46 },
  })).toString("hex"));
  const own = lldpFrame({ mac: 0x00040d010201, portName: "x", systemName: "telephone", ttlSeconds: 120 });
  t.equal(telephone.network.frameSend(own), own.length);
  telephone.idle(1);
  t.equal(telephone.built.lan.lldp?.heardCount, 1);
  t.equal(pcFrames.some((frame) => frame[12] === 0x88 && frame[13] === 0xcc), false);
  t.equal(new BareTelephone(named("demo")).built.lan.lldp, undefined);
  t.end();
});

t.test("the cable: pulled, plugged in again, slow", (t) => {
  const telephone = new BareTelephone(named("demo"));
  t.equal(telephone.built.speed, 100);
  telephone.built.lan.plug(0);
  t.equal(telephone.built.lan.port.up, false);
  t.equal(telephone.bind(60), undefined);
  telephone.built.lan.plug(100);
  t.equal(telephone.bind()?.address, "10.0.8.50");
  const seconds = (speed: number): number => {
    const fileServer = { address: "10.0.8.2", files: { x: "x".repeat(1_000_000) } };
    const other = new BareTelephone({ ...office({ fileServer }), port: { speed } });
    other.bind();
    const before = other.nowSeconds;
    t.equal(other.get("10.0.8.2", "/x").body.length, 1_000_000);
    return other.nowSeconds - before;
  };
  t.ok(seconds(10) > 0.8, "a megabyte at 10 Mbit/s");
  t.ok(seconds(100) < 0.2, "and at 100");
  t.equal(new BareTelephone({ ...named("demo"), port: { speed: 0 } }).bind(30), undefined, "no cable");
  t.end();
});

t.test("half duplex and a long way carry everything too", (t) => {
  const telephone = new BareTelephone({ ...named("demo"), port: { speed: 10, duplex: "half" }, cable: { delayMicroseconds: 20_000 } });
  t.equal(telephone.bind()?.address, "10.0.8.50");
  t.equal(telephone.get("10.0.8.2", "/hb96xxdemo.bin", 600).body.equals(demoSource().read("hb96xxdemo.bin")!), true);
  t.end();
});

t.test("lossy: ten seeds, and the boot file whole each time", (t) => {
  const whole = demoSource().read("hb96xxdemo.bin")!;
  for (let seed = 1; seed <= 10; seed++) {
    const telephone = new BareTelephone(named("lossy"), { seed, source: new MemoryFiles({ "x.bin": whole }) });
    t.ok(telephone.bind(120), `seed ${seed} has an address`);
    t.equal(telephone.get("10.0.8.2", "/x.bin", 600).body.equals(whole), true, `seed ${seed}, ${telephone.nowSeconds.toFixed(1)} s`);
    const counts = telephone.built.lan.lossy!.counts;
    t.ok(counts.lost > 0 && counts.duplicated > 0 && counts.reordered > 0, JSON.stringify(counts));
  }
  const cut = new BareTelephone(named("demo"), { faults: { loss: 1 } });
  t.equal(cut.bind(30), undefined, "the command line's faults on any LAN");
  t.end();
});

t.test("a PC behind the telephone", (t) => {
  const telephone = new BareTelephone(named("voice-vlan"));
  const pc = new Stack({ mac: 0x020000000077, random: new Random(7) });
  driveStack(pc, telephone.built.pc, telephone.scheduler);
  pc.configure({ address: addressOf("10.0.8.200"), mask: addressOf("255.255.255.0"), routers: [], mtu: 1500 });
  const asks = (address: string): boolean | undefined => {
    const probe = pc.probe(addressOf(address));
    telephone.idle(2);
    return probe.answered;
  };
  telephone.tag(232);
  t.equal(telephone.network.portConfigure(1, 1, 1, 0), Status.Ok);
  telephone.bind();
  t.same([asks("10.0.8.1"), asks("10.0.232.1")], [true, false], "the PC is on the data VLAN");
  t.equal(telephone.network.portConfigure(1, 0, 1, 0), Status.Ok);
  t.same(asks("10.0.8.1"), false, "PHY2STAT 0");
  telephone.network.reset();
  t.same(asks("10.0.8.1"), true, "a reset of the telephone turns the port on again");
  t.end();
});

t.test("20,000 mutated frames from the PC and the line: no exception, no growth, and the LAN still works", (t) => {
  const telephone = new BareTelephone(named("voice-vlan"));
  telephone.bind();
  const good = telephone.frames.map(([, frame]) => frame);
  good.push(lldpFrame({ mac: 0x00040d010201, portName: "x", systemName: "telephone", ttlSeconds: 120 }));
  const next = random(5);
  const { lan, pc } = telephone.built;
  for (let count = 0; count < 20_000; count++) {
    const frame = Uint8Array.from(good[next(good.length)]!).slice(0, next(8) === 0 ? next(80) : undefined);
    for (let flips = next(6); flips > 0 && frame.length > 0; flips--) frame[next(Math.min(frame.length, 60))] = next(256);
    if (next(2) === 0) lan.line.send(frame);
    else pc.send(frame);
    if (count % 50 === 0) telephone.idle(0.01);
  }
  t.ok(lan.switch.stationCount <= STATION_COUNT_MAX, `${lan.switch.stationCount} stations`);
  const { tally } = lan.switch;
  t.ok(tally.get("malformed") > 100 && tally.get("vlan not on port") > 10, JSON.stringify(tally.entries()));
  telephone.idle(10);
  telephone.restart();
  t.ok(telephone.bind(), "an address");
  t.equal(telephone.probe("10.0.8.1"), 1, "and its router");
  t.end();
});

t.test("two runs of a seed send the same frames at the same time, another seed does not", (t) => {
  const run = (seed: number): string => {
    const lines: string[] = [];
    const telephone: BareTelephone = new BareTelephone(named("lossy"), {
      seed, onFrame: (way, frame) => lines.push(`${telephone.scheduler.nowUs} ${way} ${Buffer.from(frame).toString("hex")}`),
    });
    telephone.bind();
    telephone.get("10.0.8.2", "/46xxsettings.txt");
    return lines.join("\n");
  };
  const first = run(1);
  t.equal(run(1), first);
  t.not(run(2), first);
  t.end();
});
