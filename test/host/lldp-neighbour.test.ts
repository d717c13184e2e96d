// Goal: the switch's LLDP frames are right to the byte, and come when each way of sending says.
// Method: one frame written out by hand from IEEE 802.1AB and TIA-1057; a plain link and virtual time for the rest.

import t from "tap";
import { addressOf } from "../../host/network/address.js";
import { Scheduler } from "../../host/scheduler.js";
import { lldpFrame, OUI_AVAYA, OUI_AVAYA_MANUAL, speaksMed, type LldpContent } from "../../host/site/lldp-message.js";
import { LldpNeighbour, type LldpSends } from "../../host/site/lldp-neighbour.js";
import { frameOf, PlainLink } from "../support/plain-link.js";
import { idle } from "../support/wire.js";

const BASE: LldpContent = { mac: 0x0200ff000000, portName: "1", systemName: "switch", ttlSeconds: 120 };
const POLICY = { vlan: 232, tagged: true, priority: 5, dscp: 46 };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
const SECOND_US = 1_000_000;

t.test("a whole frame, byte for byte", (t) => {
  const frame = lldpFrame({
    ...BASE,
    portVlan: 1,
    vlanNames: [{ vlan: 232, name: "Voice" }],
    policy: POLICY,
    avaya: { callServers: [addressOf("10.0.8.3")], fileServers: [addressOf("10.0.8.2"), addressOf("10.0.8.4")], framing: 1 },
  });
  t.equal(hex(frame), hex(bytesOf(`
    0180c200000e 0200ff000000 88cc
    0207 04 0200ff000000
    0402 05 31
    0602 0078
    0a06 737769746368
    0e04 0014 0014
    fe06 0080c2 01 0001
    fe0c 0080c2 03 00e8 05 566f696365
    fe07 0012bb 01 0003 04
    fe08 0012bb 02 01 41d16e
    fe08 00040d 03 0a000803
    fe0c 00040d 06 0a000802 0a000804
    fe05 00040d 07 01
    0000
  `)));
  t.end();
});

t.test("the network policy's bits", (t) => {
  const bits = (policy: LldpContent["policy"]): string => /0012bb0201(.{6})/.exec(hex(lldpFrame({ ...BASE, policy: policy! })))![1]!;
  // U, T, 0, twelve bits of VLAN, three of priority, six of DSCP (TIA-1057 10.2.3.2).
  t.equal(bits({ vlan: 232, tagged: false, priority: 0, dscp: 0 }), "01d000");
  t.equal(bits({ vlan: 0, tagged: true, priority: 7, dscp: 63 }), "4001ff");
  t.equal(bits({ vlan: 4094, tagged: true, priority: 0, dscp: 0 }), "5ffc00");
  t.equal(bits({ vlan: 1, tagged: false, priority: 0, dscp: 0, unknown: true }), "800200");
  t.end();
});

t.test("the manuals' spelling of Avaya's OUI, and what is not said", (t) => {
  t.match(hex(lldpFrame({ ...BASE, avaya: { oui: OUI_AVAYA_MANUAL, framing: 3 } })), /fe0500400d0703/);
  t.equal(hex(lldpFrame(BASE)).includes("fe"), false, "no organisation's TLV without its content");
  t.equal(OUI_AVAYA, 0x00040d);
  t.throws(() => lldpFrame({ ...BASE, systemName: "x".repeat(512) }), /TLV 5 has 512 bytes, at most 511/);
  t.end();
});

function bench(sends: LldpSends) {
  const scheduler = new Scheduler();
  const link = new PlainLink();
  const { ttlSeconds: _, ...content } = { ...BASE, portVlan: 1, policy: POLICY };
  const state = { isUp: true };
  const neighbour = new LldpNeighbour({ scheduler, link, content, sends, intervalSeconds: 30, isUp: () => state.isUp });
  /** Runs to an instant and says of each frame that left whether it had a voice policy. */
  const until = (second: number): string[] => {
    idle(scheduler, second * SECOND_US - scheduler.nowUs);
    return link.sent.splice(0).map((frame) => (hex(frame).includes("0012bb02") ? "med" : "basic"));
  };
  return { link, neighbour, state, until };
}

const TELEPHONE = lldpFrame({ ...BASE, mac: 0x00040d123456, policy: POLICY });
const PLAIN = lldpFrame({ ...BASE, mac: 0x00040d123456 });

t.test("always: from the first second, every interval, and four times quickly for a telephone", (t) => {
  const { link, until, neighbour } = bench("always");
  t.same(until(62), ["med", "med", "med"], "at 1, 31 and 61 s");
  link.arrive(TELEPHONE);
  t.same(until(67), ["med", "med", "med", "med"]);
  link.arrive(TELEPHONE);
  t.same(until(90), [], "only for the first time");
  t.equal(neighbour.heardCount, 2);
  t.equal(neighbour.heard, TELEPHONE);
  t.end();
});

t.test("med-after-hearing: the policy waits for LLDP-MED", (t) => {
  const { link, until } = bench("med-after-hearing");
  t.same(until(32), ["basic", "basic"]);
  link.arrive(PLAIN);
  t.same(until(62), ["basic"], "LLDP without MED is not enough");
  link.arrive(TELEPHONE);
  t.same(until(67), ["med", "med", "med", "med"]);
  t.same(until(92), ["med"]);
  t.end();
});

t.test("after-hearing: nothing before the telephone was heard", (t) => {
  const { link, state, until } = bench("after-hearing");
  t.same(until(62), []);
  link.arrive(frameOf(0x0180c200000e, 0x00040d123456));
  t.same(until(65), [], "something else on LLDP's address");
  link.arrive(PLAIN);
  t.same(until(67), ["med"]);
  t.same(until(92), ["med"]);
  state.isUp = false;
  t.same(until(93), []);
  state.isUp = true;
  t.same(until(160), [], "whoever is plugged in now was not heard");
  t.end();
});

t.test("the link: nothing while it is down, a frame once it is up, and everything anew after that", (t) => {
  const { link, state, until } = bench("med-after-hearing");
  state.isUp = false;
  t.same(until(40), []);
  state.isUp = true;
  t.same(until(41), ["basic"]);
  link.arrive(TELEPHONE);
  t.same(until(46), ["med", "med", "med", "med"]);
  t.same(until(70), []);
  t.same(until(71), ["med"], "thirty seconds after the first");
  state.isUp = false;
  t.same(until(73), []);
  state.isUp = true;
  t.same(until(75), ["basic"], "it may be another telephone now");
  link.arrive(TELEPHONE);
  t.same(until(80), ["med", "med", "med", "med"]);
  t.end();
});

t.test("the time to live is four intervals and fits into its two bytes", (t) => {
  const ttlOf = (intervalSeconds: number): string => {
    const scheduler = new Scheduler();
    const link = new PlainLink();
    const { ttlSeconds: _, ...content } = BASE;
    new LldpNeighbour({ scheduler, link, content, sends: "always", intervalSeconds });
    idle(scheduler, SECOND_US);
    return /0602(.{4})/.exec(hex(link.sent[0]!))![1]!;
  };
  t.same([ttlOf(1), ttlOf(30), ttlOf(3600), ttlOf(16384)], ["0004", "0078", "3840", "ffff"]);
  t.end();
});

t.test("LLDP-MED is seen at any cut, and never where it is not", (t) => {
  t.equal(speaksMed(TELEPHONE), true);
  t.equal(speaksMed(PLAIN), false);
  // The capabilities TLV ends here: every frame that is shorter lacks it.
  const end = hex(TELEPHONE).indexOf("fe070012bb01") / 2 + 9;
  for (let bytes = 0; bytes < TELEPHONE.length; bytes++) t.equal(speaksMed(TELEPHONE.subarray(0, bytes)), bytes >= end, `${bytes} bytes`);
  t.end();
});
