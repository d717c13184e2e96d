// Goal: ARP, address conflicts, routing, ICMP and the filters in front of them, as RFC 826, 1122, 5227 and 792 say.
// Method: one stack against a puppet that sees every frame; time runs from event to event.

import t from "tap";
import { Status } from "../../../hal/abi.js";
import { addressOf } from "../../../host/network/address.js";
import { parseArp, emitArp, type ArpPacket } from "../../../host/network/stack/arp-packet.js";
import { EtherType, emitFrame, parseFrame } from "../../../host/network/stack/ethernet.js";
import { emitUnreachable, parseIcmp } from "../../../host/network/stack/icmp.js";
import { emitIpv4, Protocol } from "../../../host/network/stack/ipv4.js";
import { FRAME_QUEUE_MAX, MTU_DEFAULT } from "../../../host/network/stack/stack.js";
import { emitUdp } from "../../../host/network/stack/udp.js";
import { MAC_BROADCAST, Puppet } from "../../support/puppet.js";
import { FAR, MAC_FAR, MAC_NEAR, MASK_24, NEAR } from "../../support/wire.js";

const OTHER = addressOf("10.0.8.77");
const OTHER_MAC = 0x020000000077;
const udp = (targetPort: number, data = 4): Uint8Array =>
  emitUdp({ sourcePort: 4000, targetPort, data: new Uint8Array(data) }, FAR, NEAR).payload;

function arpOf(frame: Uint8Array | undefined): ArpPacket | undefined {
  const parsed = frame === undefined ? undefined : parseFrame(frame);
  return parsed?.type === EtherType.Arp ? parseArp(parsed.payload) : undefined;
}

function say(puppet: Puppet, packet: Partial<ArpPacket>): void {
  const whole = { operation: 1, sourceMac: OTHER_MAC, source: OTHER, targetMac: 0, target: NEAR, ...packet };
  puppet.sendFrame(EtherType.Arp, emitArp(whole), MAC_BROADCAST);
}

t.test("RFC 5227 §2.3: a new address is announced twice, two seconds apart", (t) => {
  const puppet = new Puppet();
  puppet.stack.configure({ address: OTHER, mask: MASK_24, routers: [], mtu: MTU_DEFAULT });
  const times: number[] = [];
  const startUs = puppet.scheduler.nowUs;
  for (let step = 0; step < 100; step++) {
    puppet.idle(100_000);
    for (const frame of puppet.frames.splice(0)) {
      t.match(arpOf(frame), { operation: 1, source: OTHER, target: OTHER, targetMac: 0 });
      times.push((puppet.scheduler.nowUs - startUs) / 1e6);
    }
  }
  t.strictSame(times, [0.1, 2]);
  t.end();
});

t.test("RFC 826: a request for us is answered, one for another is not", (t) => {
  const puppet = new Puppet();
  say(puppet, {});
  t.match(arpOf(puppet.frames.pop()), { operation: 2, source: NEAR, sourceMac: MAC_NEAR, target: OTHER, targetMac: OTHER_MAC });
  say(puppet, { source: 0 });
  t.match(arpOf(puppet.frames.pop()), { operation: 2, target: 0, targetMac: OTHER_MAC }, "a probe too");
  puppet.frames.length = 0;
  say(puppet, { target: FAR });
  say(puppet, { sourceMac: MAC_NEAR, source: NEAR });
  t.equal(puppet.frames.length, 0);
  t.end();
});

t.test("RFC 5227 §2.4: an address is defended once in ten seconds", (t) => {
  const puppet = new Puppet();
  for (let count = 0; count < 5; count++) say(puppet, { source: NEAR });
  t.equal(puppet.frames.filter((frame) => arpOf(frame)?.source === NEAR && arpOf(frame)?.target === NEAR).length, 1);
  t.equal(puppet.stack.tally.get("arp-conflict"), 5);
  puppet.frames.length = 0;
  puppet.idle(10_000_000);
  say(puppet, { source: NEAR, target: OTHER });
  t.equal(puppet.frames.length, 1);
  t.end();
});

t.test("RFC 5227 §2.1.1: a probe asks three times from 0.0.0.0 and is decided after a second", (t) => {
  const puppet = new Puppet();
  puppet.stack.configure({ address: 0, mask: 0, routers: [], mtu: MTU_DEFAULT });
  puppet.idle(0);
  puppet.frames.length = 0;
  const free = puppet.stack.probe(OTHER);
  puppet.idle(999_999);
  t.equal(free.answered, undefined);
  puppet.idle(1);
  t.equal(free.answered, false);
  t.same(puppet.frames.map((frame) => arpOf(frame)?.source), [0, 0, 0]);
  const used = puppet.stack.probe(FAR);
  puppet.idle(0);
  t.equal(used.answered, true, "the puppet has that address");
  const contested = puppet.stack.probe(OTHER);
  puppet.idle(0);
  say(puppet, { sourceMac: MAC_NEAR, source: 0, target: OTHER });
  t.equal(contested.answered, undefined, "our own question, sent back by a loop, is nobody's");
  say(puppet, { source: 0, target: OTHER });
  t.equal(contested.answered, true, "somebody else asks for it too");
  t.end();
});

t.test("a probe of our own address is not taken for its use", (t) => {
  const puppet = new Puppet();
  puppet.frames.length = 0;
  const own = puppet.stack.probe(NEAR);
  puppet.idle(1_000_000);
  t.equal(own.answered, false);
  t.ok(puppet.frames.every((frame) => arpOf(frame)?.source === 0));
  t.end();
});

t.test("RFC 1122 §2.3.2: packets wait for the neighbour, who is asked three times, and are bounded", (t) => {
  const puppet = new Puppet();
  puppet.answersArp = false;
  for (let count = 0; count < 20; count++) puppet.stack.udp.send(1, { address: FAR, port: 9 }, new Uint8Array(1));
  t.equal(puppet.stack.tally.get("arp-queue-full"), 12, "eight wait");
  puppet.frames.length = 0;
  puppet.idle(1_500_000);
  t.equal(puppet.frames.length, 2, "asked at once and after a second");
  say(puppet, { source: FAR, sourceMac: MAC_FAR, operation: 2 });
  t.equal(puppet.packets.length, 8);
  for (let host = 1; host < 200; host++) puppet.stack.udp.send(1, { address: addressOf(`10.0.8.${host}`), port: 9 }, new Uint8Array(1));
  t.ok(puppet.stack.neighbourCount <= 17, `${puppet.stack.neighbourCount} neighbours`);
  puppet.idle(5_000_000);
  t.equal(puppet.stack.neighbourCount, 1);
  t.end();
});

t.test("a stranger's broadcasts do not fill the table, and its questions fill it up to its bound", (t) => {
  const puppet = new Puppet();
  for (let host = 1; host < 200; host++) say(puppet, { source: addressOf(`10.0.8.${host}`), target: FAR });
  t.equal(puppet.stack.neighbourCount, 0);
  for (let host = 1; host < 200; host++) if (host !== 50) say(puppet, { source: addressOf(`10.0.8.${host}`) });
  t.equal(puppet.stack.neighbourCount, 64);
  t.end();
});

t.test("a neighbour who does not answer fails what waits for it, with a reason", (t) => {
  const puppet = new Puppet();
  puppet.answersArp = false;
  const connection = puppet.stack.connect({ address: FAR, port: 80 })!;
  puppet.idle(3_500_000);
  t.equal(connection.status, Status.Unreachable);
  t.equal(connection.reason, "nobody answers ARP for 10.0.8.2");
  t.end();
});

t.test("routing: a router for other subnets, the next one when it is silent, none at all", (t) => {
  const puppet = new Puppet();
  const away = addressOf("192.0.2.1");
  t.notOk(puppet.stack.hasWayTo(away));
  const silent = addressOf("10.0.8.1");
  puppet.stack.configure({ address: NEAR, mask: MASK_24, routers: [silent, FAR], mtu: MTU_DEFAULT });
  const first = puppet.stack.connect({ address: away, port: 80 })!;
  puppet.idle(5_000_000);
  t.ok(puppet.segments.length > 0, "the second router carries it");
  t.equal(first.status, Status.Pending);
  puppet.stack.configure({ address: NEAR, mask: MASK_24, routers: [silent], mtu: MTU_DEFAULT });
  const second = puppet.stack.connect({ address: away, port: 80 })!;
  puppet.idle(5_000_000);
  t.equal(second.reason, "nobody answers ARP for 10.0.8.1, the router");
  t.end();
});

t.test("routing: when no router answers, the next packet asks the first one again", (t) => {
  const puppet = new Puppet();
  puppet.answersArp = false;
  const [one, other, away] = [addressOf("10.0.8.1"), addressOf("10.0.8.9"), addressOf("192.0.2.1")];
  puppet.stack.configure({ address: NEAR, mask: MASK_24, routers: [one, other], mtu: MTU_DEFAULT });
  const asked = (): (number | undefined)[] => [...new Set(puppet.frames.splice(0).map((frame) => arpOf(frame)?.target))];
  const send = (): void => {
    puppet.stack.udp.send(4000, { address: away, port: 9 }, new Uint8Array(4));
    puppet.idle(4_000_000);
  };
  send();
  t.same(asked(), [one]);
  send();
  t.same(asked(), [other]);
  send();
  t.same(asked(), [one], "it may be there by now");
  t.end();
});

t.test("RFC 3021: of two addresses on a point-to-point link neither is for all; of four the last is", (t) => {
  const targetOf = (mask: string, target: number): number => {
    const puppet = new Puppet();
    puppet.stack.configure({ address: addressOf("10.0.8.2"), mask: addressOf(mask), routers: [], mtu: MTU_DEFAULT });
    puppet.idle(3_000_000);
    puppet.frames.length = 0;
    puppet.stack.udp.send(4000, { address: target, port: 9 }, new Uint8Array(4));
    puppet.idle(0);
    const frame = parseFrame(puppet.frames[0]!)!;
    return frame.type === EtherType.Arp ? 0 : frame.target;
  };
  t.equal(targetOf("255.255.255.254", addressOf("10.0.8.3")), 0, "it is asked for by ARP");
  t.equal(targetOf("255.255.255.252", addressOf("10.0.8.3")), MAC_BROADCAST);
  t.end();
});

t.test("RFC 792: a datagram for a closed port is answered with an error, 20 in a second at the most; broadcasts are not", (t) => {
  const puppet = new Puppet();
  puppet.sendPacket({ payload: udp(99) });
  t.match(parseIcmp(puppet.packets.pop()!.payload), { kind: "error", code: 3, targetPort: 99, sourcePort: 4000 });
  puppet.sendPacket({ protocol: 99, payload: new Uint8Array(20) });
  t.match(parseIcmp(puppet.packets.pop()!.payload), { kind: "error", code: 2 });
  const broadcast = emitUdp({ sourcePort: 1, targetPort: 99, data: new Uint8Array(1) }, FAR, 0xffffffff);
  puppet.sendFrame(EtherType.Ipv4, emitIpv4(broadcast), MAC_BROADCAST);
  t.equal(puppet.packets.length, 0);
  for (let count = 0; count < 100; count++) puppet.sendPacket({ payload: udp(99) });
  t.equal(puppet.packets.length, 18);
  t.end();
});

t.test("ICMP errors reach the socket that they are about, and no other", (t) => {
  const puppet = new Puppet();
  const failed: number[] = [];
  puppet.stack.udp.open(4000, { receive: () => undefined, failed: (to) => void failed.push(to.port) });
  const about = emitIpv4(emitUdp({ sourcePort: 4000, targetPort: 53, data: new Uint8Array(1) }, NEAR, FAR));
  puppet.sendPacket({ protocol: Protocol.Icmp, payload: emitUnreachable(3, about) });
  const others = emitIpv4(emitUdp({ sourcePort: 4000, targetPort: 53, data: new Uint8Array(1) }, OTHER, FAR));
  puppet.sendPacket({ protocol: Protocol.Icmp, payload: emitUnreachable(3, others) });
  t.same(failed, [53]);
  const connection = puppet.stack.connect({ address: FAR, port: 80 })!;
  puppet.idle(0);
  const { sequence } = puppet.next();
  const quote = (number: number): Uint8Array => {
    const ports = Uint8Array.of(connection.localPort >>> 8, connection.localPort, 0, 80);
    const payload = Uint8Array.of(...ports, number >>> 24, number >>> 16, number >>> 8, number);
    return emitUnreachable(1, emitIpv4({ source: NEAR, target: FAR, protocol: Protocol.Tcp, payload }));
  };
  puppet.sendPacket({ protocol: Protocol.Icmp, payload: quote(sequence + 1) });
  t.equal(connection.status, Status.Pending, "RFC 5927 §4: a number that is not under way is nobody's");
  puppet.sendPacket({ protocol: Protocol.Icmp, payload: quote(sequence) });
  t.equal(connection.status, Status.Unreachable);
  t.end();
});

t.test("what is not for us is counted by its reason", (t) => {
  const puppet = new Puppet();
  puppet.stack.setTag(true, { vid: 232, pcp: 5 });
  puppet.frames.length = 0;
  const ip = (packet: object): Uint8Array => emitIpv4({ source: FAR, target: NEAR, protocol: Protocol.Udp, payload: udp(99), ...packet });
  const frame = (more: object): void =>
    puppet.sendRaw(emitFrame({ target: MAC_NEAR, source: MAC_FAR, tag: undefined, type: EtherType.Ipv4, payload: ip({}), ...more }));
  frame({ tag: { vid: 5, pcp: 0 } });
  frame({ target: OTHER_MAC });
  frame({ target: 0x01005e000001 });
  frame({ type: 0x86dd });
  frame({ payload: ip({ target: OTHER }) });
  frame({ payload: ip({ target: addressOf("224.0.0.1") }) });
  for (const source of ["127.0.0.1", "224.0.0.1", "255.255.255.255", "10.0.8.255",
    "10.0.8.50"]) frame({ payload: ip({ source: addressOf(source) }) });
  frame({ payload: ip({ source: 0, protocol: Protocol.Tcp }) });
  frame({ payload: ip({}), target: MAC_BROADCAST });
  t.strictSame(puppet.stack.tally.entries(), [
    ["frame-not-ours", 2], ["frame-other-type", 1], ["frame-other-vlan", 1], ["ip-not-ours", 3], ["ip-source", 6],
  ]);
  frame({ tag: { vid: 232, pcp: 0 } });
  frame({ tag: { vid: 0, pcp: 0 } });
  frame({});
  t.equal(puppet.stack.tally.get("udp-no-port"), 3, "the own VLAN, a priority tag and no tag are ours");
  t.match(parseFrame(puppet.frames.pop()!)?.tag, { vid: 232, pcp: 5 });
  t.end();
});

t.test("the queue of frames is bounded, and nothing is sent that would have to be cut", (t) => {
  const puppet = new Puppet();
  for (let count = 0; count < FRAME_QUEUE_MAX + 5; count++) puppet.stack.receiveFrame(new Uint8Array(60));
  t.equal(puppet.stack.tally.get("frame-queue-full"), 5);
  puppet.idle(0);
  t.equal(puppet.stack.tally.get("frame-malformed"), FRAME_QUEUE_MAX);
  t.ok(puppet.stack.udp.send(1, { address: FAR, port: 9 }, new Uint8Array(1472)));
  t.notOk(puppet.stack.udp.send(1, { address: FAR, port: 9 }, new Uint8Array(1473)));
  t.end();
});

t.test("another VLAN has other neighbours: who was known is asked for again", (t) => {
  const puppet = new Puppet();
  puppet.stack.udp.send(1, { address: FAR, port: 9 }, new Uint8Array(1));
  puppet.idle(0);
  t.equal(puppet.stack.neighbourCount, 1);
  puppet.stack.setTag(false, { vid: 0, pcp: 0 });
  t.equal(puppet.stack.neighbourCount, 0);
  puppet.frames.length = 0;
  puppet.stack.udp.send(1, { address: FAR, port: 9 }, new Uint8Array(1));
  puppet.idle(0);
  t.equal(arpOf(puppet.frames[0])?.target, FAR);
  t.end();
});
